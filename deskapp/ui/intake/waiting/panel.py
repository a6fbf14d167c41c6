"""Beside the waiting list: who it is, why the person stands there, what to say, what was done and happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deskapp.domain.address import doctor_address, visitor_address
from deskapp.domain.directory import DoctorView
from deskapp.domain.registration import Sex, SlipState
from deskapp.domain.retention import is_erased
from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import (
    ACT_LABELS,
    CARE_LABELS,
    OPEN,
    CareDone,
    QueueAct,
    QueueEventView,
    Standing,
    WaitingRow,
)
from deskapp.i18n import Translator
from deskapp.names_table import load
from deskapp.triage_rules import Sentence
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.beside_lines import Line, library_lines
from deskapp.ui.intake.waiting.columns import (
    SLIP_LABELS,
    estimate_words,
    line_title,
    minutes_words,
    standing_since,
    standing_words,
)
from deskapp.ui.intake.waiting.shown import LineItem, is_unlisted
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
GOOD_AT: Final = "doctor-good-at"
"""Said where it is known what the doctor is good at."""
KNOWN: Final = frozenset({*APOLOGIES, *USUAL, GOOD_AT})
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

    def show_lines(self, lines: Iterable[str | Line]) -> None:
        """Show these lines, in the role of these or each in its own; empty ones are left out."""
        every = [(line, self._role) if isinstance(line, str) else line for line in lines]
        said = [line for line in every if line[0]]
        while len(self._texts) < len(said):
            self._texts.append(label("", self._role, wrap=True))
            self._rows.addWidget(self._texts[-1])
        for text, one in zip_longest(self._texts, said):
            words, role = one or ("", self._role)
            style.set_state(text, "role", role)
            if text.text() != words:
                text.setText(words)
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
        self._doctors: Mapping[int, DoctorView] = {}
        self._unlisted: Collection[int] = ()
        self._phrases = False
        self._empty = EmptyState("user-round")
        self._number, self._urgency = label("", "number"), UrgencyBadge()
        self._name, self._where = label("", "title", wrap=True), label("", "secondary", wrap=True)
        self._stands = Pill()
        self.obstacle = label("", "danger", wrap=True)
        self.why, self.say, self.care, self.history = Lines(), Lines("value"), Lines(), Lines("secondary")
        self.library = Lines()
        self._lay_out()
        self._space_rows()
        style.look().changed.connect(self._space_rows)
        self.show_row(None)

    def _lay_out(self) -> None:
        self._whole = QWidget()
        self._rows = QVBoxLayout(self._whole)
        self._rows.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self._number)
        head.addWidget(self._urgency)
        head.addStretch(1)
        self._rows.addLayout(head)
        # In a line of its own: beside a long number it would push the panel's right edge out of sight.
        self._rows.addWidget(self._stands)
        for widget in (self._name, self._where, self.obstacle):
            self._rows.addWidget(widget)
        # Above all that is told: however much that is, what can be done for the person stays in sight.
        self._buttons = FlowLayout()
        self._rows.addLayout(self._buttons)
        for below in (self.say, self.why, line()):
            self._rows.addWidget(below)
        self._rows.addWidget(self.care)
        self._rows.addWidget(self.history)
        self._rows.addStretch(1)
        self._area, self._library_area = scrolled(self._whole), scrolled(self.library)
        for shown in (self._area, self._library_area, self._empty):
            self.body.addWidget(shown, 1)
        self._foot = QVBoxLayout()
        self.body.addLayout(self._foot)

    @Slot()
    def _space_rows(self) -> None:
        """Let the bars of what scrolls stand in the panel's margin, clear of the words."""
        sizes = style.tokens().sizes
        self._rows.setSpacing(sizes.gap)
        self._outer.setContentsMargins(sizes.margin, sizes.margin, sizes.margin - sizes.gap, sizes.margin)
        for inside in (self._whole, self.library, self._empty, self._foot):
            inside.setContentsMargins(0, 0, sizes.gap, 0)

    def add_buttons(self, actions: Iterable[KeyAction]) -> None:
        """Put what can be done for the person under who it is."""
        for action in actions:
            self._buttons.addWidget(ActionButton(action))

    def add_phrases_button(self, action: KeyAction) -> None:
        """Put what shows all phrases, and fewer again, under whatever is shown."""
        self._foot.addWidget(ActionButton(action))

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.why.set_title(tr(N_("Why here")))
        for said in (self.say, self.library):
            said.set_title(tr(N_("To say")))
        self.care.set_title(tr(N_("Done for the visitor")))
        self.history.set_title(tr(N_("What happened")))
        self._empty.show_text(
            tr(
                N_(
                    "Choose somebody with the arrow keys: here you read who it is, and why the place is where it is."
                )
            )
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

    def take_doctors(self, doctors: Mapping[int, DoctorView]) -> None:
        """Know from now on what the doctors are good at."""
        self._doctors = doctors
        self._tell()

    def take_unlisted(self, departments: Collection[int]) -> None:
        """Know from now on in which departments no doctor is entered yet."""
        self._unlisted = departments
        if self._row is not None:
            self._tell_obstacle(self._row)

    @property
    def shows_phrases(self) -> bool:
        """Whether all phrases are shown in the place of the person chosen."""
        return self._phrases

    def show_phrases(self, wanted: bool) -> None:
        """Show all phrases in the place of the person chosen, or the person again."""
        self._phrases = wanted
        self._library_area.verticalScrollBar().setValue(0)
        self._tell()

    def show_history(self, entry_id: int, events: Sequence[QueueEventView]) -> None:
        """Show what happened to a place, if it still is the one shown."""
        if self._row is not None and self._row.id == entry_id:
            self._events = events
            self._tell_history(self._desk.tr)

    def _tell(self) -> None:
        row, tr = self._row, self._desk.tr
        self._area.setVisible(row is not None and not self._phrases)
        self._empty.setVisible(row is None and not self._phrases)
        self._library_area.setVisible(self._phrases)
        good_at = self._speciality(row)
        if self._phrases:
            self.library.show_lines(_all_phrases(row, self._desk, good_at))
        if row is None:
            return
        self._number.setText(row.label)
        self._urgency.setVisible(row.urgency is not None)
        self._urgency.show_level(row.urgency)
        self._name.setText(row.name or row.name_masked)
        self._where.setText(where(row, tr))
        self._stands.show_text(standing_since(row, tr), *_PILLS.get(row.standing, ("", "")))
        self._tell_obstacle(row)
        self.why.show_lines(tr(reason) for reason in row.why)
        self.say.show_lines(sentences(row, self._desk, good_at))
        self.care.show_lines(_care(row, tr))
        self._tell_history(tr)

    def _tell_obstacle(self, row: WaitingRow) -> None:
        """Say why nobody can see somebody; that no doctor is entered yet is no emergency."""
        unlisted = is_unlisted(row, self._unlisted)
        words = obstacle_words(row.obstacle, self._desk) if row.obstacle is not None else ""
        self.obstacle.setText(self._desk.tr(N_("no doctor is listed here yet")) if unlisted else words)
        style.set_state(self.obstacle, "role", "warning" if unlisted else "danger")
        self.obstacle.setVisible(bool(words))

    def _speciality(self, row: WaitingRow | None) -> str:
        doctor = self._doctors.get(row.doctor_id) if row is not None and row.doctor_id is not None else None
        return doctor.speciality if doctor is not None else ""

    def _tell_history(self, tr: Translator) -> None:
        recent = list(self._events)[-HISTORY_SHOWN:]
        moved = moved_here(recent)
        self.history.show_lines(
            _event(event, tr, self._row if event is moved else None) for event in reversed(recent)
        )


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
    if row.standing is Standing.PARKED and row.reason:
        told.append(standing_words(row, tr))
    if row.standing is Standing.WAITING:
        told.append(tr(N_("still to wait: {estimate}"), estimate=estimate_words(row.estimate, tr)))
    if row.appointment_at is not None:
        told.append(tr(N_("appointment at {time}"), time=tr.time(row.appointment_at)))
    if row.from_yesterday:
        told.append(tr(N_("number of {day}"), day=row.day))
    if row.slip in (SlipState.ISSUED, SlipState.VOID):
        told.append(tr(N_("slip: {state}"), state=Text(SLIP_LABELS[row.slip][0])))
    return "\n".join(told)


def sentences(row: WaitingRow, desk: Desk, good_at: str = "") -> list[str]:
    """Return what to say to somebody who waits: the apology when it is due, and the house's own sentences.

    Nobody who was called is asked to wait.
    """
    if row.standing not in OPEN:
        return []
    library = _sentences_of(desk)
    codes = [*(APOLOGIES if row.apology_due else USUAL)]
    if _is_next(row):
        codes.remove(EXPLAINED)
    if row.standing is Standing.CALLED:
        codes = [code for code in codes if code == APOLOGIES[0]]
    else:
        codes += [GOOD_AT] if good_at else []
        codes += [code for code, one in library.items() if one.situation == SITUATION and code not in KNOWN]
    known = _known(row, good_at)
    return [desk.tr(library[code].filled(known)) for code in codes if code in library]


def _is_next(row: WaitingRow) -> bool:
    """Say whether nobody goes before somebody: there is nothing to explain."""
    return row.place is None or row.place < 2


def _sentences_of(desk: Desk) -> Mapping[str, Sentence]:
    found: Mapping[str, Sentence] = desk.services.house.sentences
    return found


def _all_phrases(row: WaitingRow | None, desk: Desk, good_at: str) -> list[Line]:
    """Return what is said while somebody waits, and what may be needed at any time.

    The minutes are those of the wait: whoever is promised an answer is not promised it by then.
    """
    library, known = _sentences_of(desk), _known(row, good_at) if row is not None else {}
    unsaid = {EXPLAINED} if row is not None and _is_next(row) else set()
    waiting = {
        code: one for code, one in library.items() if one.situation == SITUATION and code not in unsaid
    }
    others = {name: value for name, value in known.items() if name != "minutes"}
    return [
        *library_lines(waiting, (SITUATION,), known, desk.tr),
        *library_lines(library, (), others, desk.tr),
    ]


def obstacle_words(obstacle: Text, desk: Desk) -> str:
    """Return why nobody can see somebody now, with a moment as people say it: tomorrow 08:00."""
    said = {
        name: desk.tr.day_time(one, desk.today())
        for name, one in obstacle.params.items()
        if isinstance(one, dt.datetime)
    }
    return desk.tr(replace(obstacle, params={**obstacle.params, **said}))


def _known(row: WaitingRow, good_at: str = "") -> dict[str, object]:
    """Return what the sentences can name. Neither sex nor age is in the line: the name is said as of somebody unknown.

    The whole record would tell them, but who opens one is written down, and here the cursor only goes past.
    """
    known: dict[str, object] = {"doctor": doctor_address(row.doctor), "room": row.room, "number": row.label}
    if row.place is not None:
        known["waiting"] = str(row.place - 1)
    if row.estimate.high:
        known["minutes"] = str(row.estimate.high)
    known["department"] = row.line
    known["speciality"] = good_at
    if row.name and not is_erased(row.name):
        known["name"] = visitor_address(row.name, Sex.UNKNOWN, None, load())
    return {name: value for name, value in known.items() if value and (name != "doctor" or row.doctor)}


def apology(row: WaitingRow, desk: Desk) -> str:
    """Return the sentence that asks somebody's pardon for the wait, "" when the house has none.

    Without the name: it stands where everybody at the desk reads it, beside the masked one.
    """
    found = _sentences_of(desk).get(APOLOGIES[0])
    return desk.tr(found.filled(_known(replace(row, name="")))) if found is not None else ""


def _care(row: WaitingRow, tr: Translator) -> list[str]:
    return [_cared(one, tr) for one in row.care]


def _cared(one: CareDone, tr: Translator) -> str:
    what = Text(CARE_LABELS[one.kind])
    if one.note:
        return tr(
            N_("{time} {what}: {note} ({who})"), time=tr.time(one.at), what=what, note=one.note, who=one.by
        )
    return tr(N_("{time} {what} ({who})"), time=tr.time(one.at), what=what, who=one.by)


def moved_here(events: Sequence[QueueEventView]) -> QueueEventView | None:
    """Return the move that brought somebody to the line they stand in, None when it can't be told.

    Whatever was taken back after it may have been the move itself.
    """
    for event in reversed(events):
        if event.act is QueueAct.UNDONE:
            return None
        if event.act is QueueAct.MOVED:
            return event
    return None


def _event(event: QueueEventView, tr: Translator, here: WaitingRow | None = None) -> str:
    words = tr(ACT_LABELS[event.act])
    if here is not None:
        item = LineItem(here.queue, here.line, here.doctor)
        words = tr(N_("moved to {line}"), line=line_title(item, tr))
    told = tr(N_("{time} {what}"), time=tr.time(event.at), what=words)
    if event.reason:
        told = tr(N_("{time} {what}: {reason}"), time=tr.time(event.at), what=words, reason=event.reason)
    return tr(N_("{told} ({who})"), told=told, who=event.by) if event.by else told
