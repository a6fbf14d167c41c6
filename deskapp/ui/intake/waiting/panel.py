"""Beside the waiting list: who it is, why the person stands there, what to say, what was done and happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deskapp.domain.address import doctor_address
from deskapp.domain.registration import SlipState
from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import (
    ACT_LABELS,
    CARE_LABELS,
    OPEN,
    CareDone,
    QueueEventView,
    Standing,
    WaitingRow,
)
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.waiting.columns import SLIP_LABELS, estimate_words, minutes_words, standing_words
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, Panel, Pill, label, line, scrolled
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.urgency import UrgencyBadge

SITUATION: Final = "wait"
EXPLAINED: Final = "wait-explain"
"""Names how many are before; for who is next there is nothing to explain."""
APOLOGIES: Final = ("wait-apology", EXPLAINED)
USUAL: Final = ("wait", EXPLAINED)
KNOWN: Final = frozenset({*APOLOGIES, *USUAL, "doctor-good-at"})
HISTORY_SHOWN: Final = 12


class Lines(QWidget):
    """Some lines of text under a title, as many as there are; nothing at all without one."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self._role = role
        self._title = label("", "strong")
        self._texts: list[QLabel] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addWidget(self._title)
        style.look().changed.connect(self._space)
        self._space()

    def set_title(self, title: str) -> None:
        """Say what the lines are."""
        self._title.setText(title)
        self._title.setVisible(bool(title))

    def show_lines(self, lines: Iterable[str]) -> None:
        """Show these lines; empty ones are left out."""
        said = [words for words in lines if words]
        while len(self._texts) < len(said):
            self._texts.append(label("", self._role, wrap=True))
            self._rows.addWidget(self._texts[-1])
        for text, words in zip_longest(self._texts, said, fillvalue=""):
            assert isinstance(text, QLabel)
            if text.text() != str(words):
                text.setText(str(words))
            text.setVisible(bool(words))
        self.setVisible(bool(said))

    def told(self) -> list[str]:
        """Return the lines shown."""
        return [text.text() for text in self._texts if text.text()]

    @Slot()
    def _space(self) -> None:
        self._rows.setSpacing(style.tokens().sizes.px(4))


class WaitingPanel(Panel):
    """One person of the line, whole."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row: WaitingRow | None = None
        self._events: Sequence[QueueEventView] = ()
        self._empty = EmptyState("user-round")
        self._number, self._urgency = label("", "number"), UrgencyBadge()
        self._name, self._where = label("", "title", wrap=True), label("", "secondary", wrap=True)
        self._stands = Pill()
        self.obstacle = label("", "danger", wrap=True)
        self.why, self.say, self.care, self.history = Lines(), Lines("value"), Lines(), Lines("secondary")
        self._whole = QWidget()
        self._rows = QVBoxLayout(self._whole)
        self._rows.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self._number)
        head.addWidget(self._urgency)
        head.addStretch(1)
        head.addWidget(self._stands)
        self._rows.addLayout(head)
        for widget in (self._name, self._where, self.obstacle, self.say, self.why):
            self._rows.addWidget(widget)
        self._buttons = FlowLayout()
        self._rows.addLayout(self._buttons)
        self._rows.addWidget(line())
        self._rows.addWidget(self.care)
        self._rows.addWidget(self.history)
        self._rows.addStretch(1)
        self._area = scrolled(self._whole)
        self.body.addWidget(self._area)
        self.body.addWidget(self._empty)
        self._space_rows()
        style.look().changed.connect(self._space_rows)
        self.show_row(None)

    @Slot()
    def _space_rows(self) -> None:
        self._rows.setSpacing(style.tokens().sizes.gap)

    def add_buttons(self, actions: Iterable[KeyAction]) -> None:
        """Put what can be done for the person under the reasons."""
        for action in actions:
            self._buttons.addWidget(ActionButton(action))

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.why.set_title(tr(N_("Why here")))
        self.say.set_title(tr(N_("To say")))
        self.care.set_title(tr(N_("Done for the visitor")))
        self.history.set_title(tr(N_("What happened")))
        self._empty.show_text(
            tr(N_("Choose somebody with the arrow keys: who it is and why there stands here."))
        )
        self._tell()

    @property
    def row(self) -> WaitingRow | None:
        """Who is shown."""
        return self._row

    def show_row(self, row: WaitingRow | None) -> None:
        """Show a place of the line, or nobody."""
        if row is None or self._row is None or row.id != self._row.id:
            self._events = ()
            self._area.verticalScrollBar().setValue(0)
        self._row = row
        self._tell()

    def show_history(self, entry_id: int, events: Sequence[QueueEventView]) -> None:
        """Show what happened to a place, if it still is the one shown."""
        if self._row is not None and self._row.id == entry_id:
            self._events = events
            self._tell_history(self._desk.tr)

    def _tell(self) -> None:
        row, tr = self._row, self._desk.tr
        self._area.setVisible(row is not None)
        self._empty.setVisible(row is None)
        if row is None:
            return
        self._number.setText(row.label)
        self._urgency.setVisible(row.urgency is not None)
        self._urgency.show_level(row.urgency)
        self._name.setText(row.name or row.name_masked)
        self._where.setText(where(row, tr))
        self._stands.show_text(standing_words(row, tr), *_PILLS.get(row.standing, ("", "")))
        self.obstacle.setText(tr(row.obstacle) if row.obstacle is not None else "")
        self.obstacle.setVisible(row.obstacle is not None)
        self.why.show_lines(tr(reason) for reason in row.why)
        self.say.show_lines(sentences(row, self._desk))
        self.care.show_lines(_care(row, tr))
        self._tell_history(tr)

    def _tell_history(self, tr: Translator) -> None:
        recent = list(self._events)[-HISTORY_SHOWN:]
        self.history.show_lines(_event(event, tr) for event in reversed(recent))


_PILLS: Final = {
    Standing.WAITING: ("", "hourglass"),
    Standing.CALLED: ("accent", "bell-ring"),
    Standing.PARKED: ("", "coffee"),
    Standing.WITH_DOCTOR: ("good", "stethoscope"),
}


def where(row: WaitingRow, tr: Translator) -> str:
    """Return line, doctor, room, time waited and estimate of a place, and what is to know of its slip."""
    parts = [tr(row.line), row.doctor, tr(N_("room {room}"), room=row.room) if row.room else ""]
    told = [" · ".join(part for part in parts if part)]
    waited = tr(
        N_("waited {time} since {since}"), time=minutes_words(row.waited, tr), since=tr.time(row.since)
    )
    told.append(waited)
    if row.standing is Standing.WAITING:
        told.append(tr(N_("still to wait: {estimate}"), estimate=estimate_words(row.estimate, tr)))
    if row.appointment_at is not None:
        told.append(tr(N_("appointment at {time}"), time=tr.time(row.appointment_at)))
    if row.from_yesterday:
        told.append(tr(N_("number of {day}"), day=row.day))
    if row.slip in (SlipState.ISSUED, SlipState.VOID):
        told.append(tr(N_("slip: {state}"), state=Text(SLIP_LABELS[row.slip][0])))
    return "\n".join(told)


def sentences(row: WaitingRow, desk: Desk) -> list[str]:
    """Return what to say to somebody who waits: the apology when it is due, and the house's own sentences."""
    if row.standing not in OPEN:
        return []
    library = desk.services.house.sentences
    codes = [*(APOLOGIES if row.apology_due else USUAL)]
    if row.place is None or row.place < 2:
        codes.remove(EXPLAINED)
    codes += [code for code, one in library.items() if one.situation == SITUATION and code not in KNOWN]
    known = _known(row)
    return [desk.tr(library[code].filled(known)) for code in codes if code in library]


def _known(row: WaitingRow) -> dict[str, object]:
    """Return what the sentences can name. Not the name: how to address somebody depends on more than it."""
    known: dict[str, object] = {"doctor": doctor_address(row.doctor), "room": row.room, "number": row.label}
    if row.place is not None:
        known["waiting"] = str(row.place - 1)
    if row.estimate.high is not None:
        known["minutes"] = str(row.estimate.high)
    known["department"] = row.line
    return {name: value for name, value in known.items() if value and (name != "doctor" or row.doctor)}


def apology(row: WaitingRow, desk: Desk) -> str:
    """Return the sentence that asks somebody's pardon for the wait, "" when the house has none."""
    library = desk.services.house.sentences
    found = library.get(APOLOGIES[0])
    return desk.tr(found.filled(_known(row))) if found is not None else ""


def _care(row: WaitingRow, tr: Translator) -> list[str]:
    return [_cared(one, tr) for one in row.care]


def _cared(one: CareDone, tr: Translator) -> str:
    what = Text(CARE_LABELS[one.kind])
    if one.note:
        return tr(
            N_("{time} {what}: {note} ({who})"), time=tr.time(one.at), what=what, note=one.note, who=one.by
        )
    return tr(N_("{time} {what} ({who})"), time=tr.time(one.at), what=what, who=one.by)


def _event(event: QueueEventView, tr: Translator) -> str:
    words = tr(ACT_LABELS[event.act])
    told = tr(N_("{time} {what}"), time=tr.time(event.at), what=words)
    if event.reason:
        told = tr(N_("{time} {what}: {reason}"), time=tr.time(event.at), what=words, reason=event.reason)
    return tr(N_("{told} ({who})"), told=told, who=event.by) if event.by else told
