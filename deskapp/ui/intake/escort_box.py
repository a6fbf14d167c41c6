"""While the operator is on the way with the visitor: the two introductions to say, and who takes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from deskapp.domain.escorts import EscortView
from deskapp.domain.intake import VisitView
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.triage_rules import Sentence
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.known import known_of
from deskapp.ui.widgets.basics import Icon, WholeScroll, label
from deskapp.ui.widgets.editors import Field
from deskapp.ui.widgets.form import Form

INTRODUCTIONS: Final = ("introduce-doctor", "introduce-visitor", "back-to-desk")
FIELDS: Final = (Field("handed_to", N_("Handed over to (doctor or assistant)"), required=True),)


class EscortBox(QFrame):
    """Shown with the visit whose visitor is being brought to the doctor; scrolls where the page is too low for it."""

    changed = Signal()
    """It says something else, or came or went: its height may be another."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit: VisitView | None = None
        self._escort: EscortView | None = None
        self._speciality = ""
        self.setProperty("role", "info")
        self.title = label("", "strong", wrap=True)
        self.sentences = tuple(label("", wrap=True) for _code in INTRODUCTIONS)
        self.form = Form(FIELDS, desk.tr)
        head = QHBoxLayout()
        head.addWidget(Icon("footprints", "accent", large=True))
        head.addWidget(self.title, 1)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(head)
        for sentence in self.sentences:
            rows.addWidget(sentence)
        rows.addWidget(self.form)
        self.room = WholeScroll(inside)
        QVBoxLayout(self).addWidget(self.room)
        self.hide()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.form.retranslate(tr)
        self._say()

    def begin(self) -> None:
        """Show nothing: another visit is being opened."""
        self._visit = self._escort = None
        self.form.clear()
        self.hide()
        self.changed.emit()

    def show_escort(self, visit: VisitView, escort: EscortView | None, speciality: str = "") -> None:
        """Show the way that is being made with the visitor of a visit, if there is one.

        `speciality` is what the doctor is good at, where that is known.
        """
        other = escort is not None and (self._escort is None or self._escort.id != escort.id)
        self._visit, self._escort, self._speciality = visit, escort, speciality
        if other:
            # What somebody wrote there already stays.
            self.form.follow({"handed_to": visit.doctor})
        self.setVisible(escort is not None)
        self.form.setVisible(escort is not None and escort.handed_at is None)
        self._say()

    def handed_to(self) -> str:
        """Return who took over, as it stands there."""
        return str(self.form.value("handed_to") or "")

    def take_focus(self) -> None:
        """Put the cursor where it is written who took over, and show that place."""
        self.form.focus("handed_to")
        self.room.ensureWidgetVisible(self.form)

    def know(self) -> None:
        """What stands there was recorded: it is no draft any more."""
        self.form.know(self.form.values())

    def _say(self) -> None:
        visit, escort, tr = self._visit, self._escort, self._desk.tr
        self.changed.emit()
        if visit is None or escort is None:
            return
        library: Mapping[str, Sentence] = self._desk.services.house.sentences
        self.title.setText(self._title(escort, tr))
        known = known_of(visit, speciality=self._speciality)
        for words, code in zip(self.sentences, INTRODUCTIONS, strict=True):
            words.setText(tr(library[code].filled(known)) if code in library else "")
            # Once the doctor has taken over, only the way back to the desk remains to be said.
            words.setVisible(bool(words.text()) and (escort.handed_at is None or code == INTRODUCTIONS[-1]))

    def _title(self, escort: EscortView, tr: Translator) -> str:
        if escort.handed_at is not None:
            handed = tr.time(escort.handed_at)
            message = N_("Handed over to {who} at {time}. Back at the desk: F8.")
            return tr(message, who=escort.handed_to, time=handed)
        room = escort.room or tr(N_("the consulting room"))
        message = N_("{who} has been on the way to {room} since {time}. Say, then F8:")
        return tr(message, who=escort.who, room=room, time=tr.time(escort.left_at))
