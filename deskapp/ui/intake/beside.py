"""Beside the work: why this proposal, the sentence to say now, where to direct the visitor."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from deskapp.domain.address import doctor_address, visitor_address
from deskapp.domain.intake import SuggestionView, VisitView
from deskapp.domain.registration import EndReason, SlipState, Step
from deskapp.domain.retention import is_erased
from deskapp.domain.text import N_, Words
from deskapp.domain.visitor_rules import age_in_years
from deskapp.i18n import Translator
from deskapp.names_table import load
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.basics import Panel, label, scrolled

SENTENCES: Final = {
    Step.GREET: ("offer-help", "ask-appointment", "ask-first-visit"),
    Step.TRIAGE: ("ask-complaint", "suggest-department", "media-source"),
    Step.REGISTER: ("ask-name", "fill-in-form", "ask-consent"),
    Step.NUMBER: ("introduce-doctor", "number"),
    Step.PAY: ("number", "price", "direct-cashier"),
    Step.ESCORT: ("direct-room", "introduce-visitor", "wait"),
    Step.RETURN: ("back-to-desk", "direct-pharmacy"),
}


class Beside(QWidget):
    """Three panels; what they say follows the visit and the proposal in focus."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._visit: VisitView | None = None
        self._proposal: SuggestionView | None = None
        self._next, self._say, self._why = Panel(), Panel(), Panel()
        self._texts: dict[Panel, list[QLabel]] = {self._next: [], self._say: [], self._why: []}
        for panel in self._texts:
            panel.title.setProperty("role", "strong")
        holder = QWidget()
        rows = QVBoxLayout(holder)
        rows.setContentsMargins(0, 0, 0, 0)
        for panel in self._texts:
            rows.addWidget(panel)
        rows.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(holder))
        self.clear()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._next.set_title(tr(N_("Next")))
        self._say.set_title(tr(N_("To say")))
        self._why.set_title(tr(N_("Why")))
        self._show()

    def clear(self) -> None:
        """Show nothing: no visit is open."""
        self._visit = self._proposal = None
        self._show()

    def show_visit(self, visit: VisitView) -> None:
        """Follow a visit."""
        self._visit = visit
        self._show()

    def show_proposal(self, proposal: SuggestionView | None) -> None:
        """Follow the proposal in focus."""
        self._proposal = proposal
        self._show()

    def _show(self) -> None:
        visit, tr = self._visit, self._desk.tr
        self._fill(self._next, [self._where(visit, tr)] if visit else [])
        self._fill(self._say, self._sentences(visit, tr))
        show_why = visit is not None and visit.number is None and self._proposal is not None
        self._fill(
            self._why,
            [tr(reason) for reason in self._proposal.reasons] if show_why and self._proposal else [],
        )

    def _fill(self, panel: Panel, lines: list[str]) -> None:
        texts, said = self._texts[panel], [line for line in lines if line]
        while len(texts) < len(said):
            texts.append(label("", "", wrap=True))
            panel.body.addWidget(texts[-1])
        for text, words in zip_longest(texts, said, fillvalue=""):
            assert isinstance(text, QLabel)
            text.setText(str(words))
            text.setVisible(bool(words))
        panel.setVisible(bool(said))

    def _where(self, visit: VisitView, tr: Translator) -> str:
        step = visit.next_step
        if visit.ended is EndReason.EMERGENCY and visit.visitor is None:
            return tr(N_("When there is time: who was it? F2 makes the record, the search finds one."))
        if visit.ended is not None or step is None:
            return tr(N_("This visit is finished."))
        room = visit.room or tr(N_("the consulting room"))
        return {
            Step.ARRIVE: tr(N_("Greet the visitor.")),
            Step.GREET: tr(N_("Ask: an appointment? the first visit?")),
            Step.TRIAGE: tr(N_("Ask what brings the visitor here, then F9.")),
            Step.REGISTER: tr(N_("Fill in the record: F2.")),
            Step.NUMBER: tr(N_("Give the number: F9.")),
            Step.PAY: tr(N_("Price and payment: F7. Then to the cashier.")),
            Step.ESCORT: tr(N_("Bring the visitor to {room}, then F8."), room=room),
            Step.RETURN: tr(N_("Back at the desk? F8.")),
        }[step]

    def _sentences(self, visit: VisitView | None, tr: Translator) -> list[str]:
        if visit is None or visit.ended is not None or visit.next_step is None:
            return []
        known = _known(visit, self._proposal, tr)
        library = self._desk.services.house.sentences
        codes = SENTENCES.get(visit.next_step, ())
        return [tr(library[code].filled(known)) for code in codes if code in library]


def _known(visit: VisitView, proposal: SuggestionView | None, tr: Translator) -> dict[str, object]:
    """Return what the sentences can name; what is not known yet is left to their stand-ins."""
    department = visit.department or (proposal.department if proposal else None)
    doctor = visit.doctor or (proposal.doctor if proposal else "")
    number = visit.number
    known: dict[str, object] = {
        "name": _addressed(visit),
        "visitor": _addressed(visit),
        "department": tr(department) if department else "",
        "room": visit.room or (proposal.room if proposal else ""),
        "doctor": doctor_address(doctor) if doctor else "",
        "complaint": visit.complaint if len(visit.complaint) <= 40 else "",
        "number": number.label if number and number.state is not SlipState.VOID else "",
        "waiting": str(number.waiting_before) if number else "",
        "amount": tr.money(visit.total) if visit.charges else "",
    }
    return {name: value for name, value in known.items() if value}


def _addressed(visit: VisitView) -> Words | str:
    """Return how to address the visitor; nothing while nobody knows who it is."""
    if visit.visitor is None or is_erased(visit.visitor.name):
        return ""
    draft = visit.visitor.draft
    age = age_in_years(draft.birth_date, visit.day) if draft.birth_date else None
    words = visitor_address(draft.name, draft.sex, age, load())
    return words if words.zh else ""
