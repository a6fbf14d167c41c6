"""Beside the work: what next, what to say, why, offers that fit, where to direct the visitor, what nobody knew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from deskapp.domain.address import doctor_address
from deskapp.domain.changes import Changes
from deskapp.domain.intake import SuggestionView, VisitView
from deskapp.domain.promotions import Asked, Fit, fitting
from deskapp.domain.questions import QuestionView
from deskapp.domain.registration import EndReason, SlipState, Step
from deskapp.domain.text import N_, Text
from deskapp.domain.visitor_rules import age_in_years
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.beside_lines import (
    LAST,
    LIBRARY,
    NUMBER,
    NUMBER_FIRST,
    AskLine,
    House,
    Line,
    library_lines,
    offer_lines,
    place_lines,
    question_lines,
    read_house,
    sayable,
    shut_places,
)
from deskapp.ui.intake.known import known_of
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Panel, label, scrolled

SENTENCES: Final = {
    Step.GREET: ("offer-help", "ask-appointment", "ask-first-visit"),
    Step.TRIAGE: ("ask-complaint", "suggest-department", "media-source"),
    Step.REGISTER: ("ask-name", "fill-in-form", "ask-consent"),
    Step.NUMBER: ("introduce-doctor", NUMBER, NUMBER_FIRST),
    Step.PAY: (NUMBER, NUMBER_FIRST, "introduce-hospital", "price", "direct-cashier"),
    Step.ESCORT: ("direct-room", "introduce-visitor", "wait"),
    Step.RETURN: ("back-to-desk", "direct-pharmacy"),
}
LAST_SENTENCES: Final = {
    True: ("red-flag", "direct-emergency", "red-flag-family"),
    False: ("see-off",),
}
"""What is said when a visit has ended: with an emergency, and otherwise."""


class Beside(QFrame):
    """Panels that follow the visit and the proposal in focus: what next, what to say, why, offers, places, questions."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._visit: VisitView | None = None
        self._proposal: SuggestionView | None = None
        self._house = House()
        self._questions: tuple[QuestionView, ...] = ()
        self._whole = False
        self._asked_of: int | None = None
        self._next, self._say, self._why = Panel(), Panel(), Panel()
        self._offers, self._places, self._asked = Panel(), Panel(), Panel()
        order = (self._next, self._asked, self._say, self._why, self._offers, self._places)
        self._texts: dict[Panel, list[QLabel]] = {panel: [] for panel in order}
        self._lay_out()
        desk.hub.changed.connect(self._on_changes)
        self.clear()

    def _lay_out(self) -> None:
        self.ask_line = AskLine()
        self.ask_line.asked.connect(self._ask)
        holder = QWidget()
        rows = QVBoxLayout(holder)
        rows.setContentsMargins(0, 0, 0, 0)
        for panel in self._texts:
            panel.title.setProperty("role", "strong")
            rows.addWidget(panel)
        self._buttons: list[ActionButton] = []
        rows.addWidget(self.ask_line)
        self._below = QVBoxLayout()
        rows.addLayout(self._below)
        rows.addStretch(1)
        self._area = scrolled(holder)
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self._area)
        self.lie_over(False)

    def add_keys(self, actions: Sequence[KeyAction]) -> None:
        """Show what can be done here, each with its key."""
        for action in actions:
            self._buttons.append(ActionButton(action))
            self._below.addWidget(self._buttons[-1])
        self._show()

    def lie_over(self, over: bool) -> None:
        """Look like something that lies over the work, and let the keys scroll it; or like a part of the page."""
        style.set_state(self, "role", "over" if over else "")
        margin = style.tokens().sizes.gap if over else 0
        self._outer.setContentsMargins(margin, margin, margin, margin)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus if over else Qt.FocusPolicy.NoFocus)

    def take_focus(self) -> None:
        """Take the cursor, so that the arrow keys scroll."""
        self._area.setFocus(Qt.FocusReason.PopupFocusReason)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._next.set_title(tr(N_("Next")))
        self._say.set_title(tr(N_("To say")))
        self._why.set_title(tr(N_("Why")))
        self._offers.set_title(tr(N_("Offers that fit")))
        self._places.set_title(tr(N_("Where to")))
        self._asked.set_title(tr(N_("Asked before")))
        self.ask_line.say(tr)
        self._area.setAccessibleName(tr(N_("To say")))
        self._show()

    def clear(self) -> None:
        """Show nothing: no visit is open."""
        self._visit = self._proposal = None
        self._questions, self._asked_of = (), None
        self._show()

    def show_visit(self, visit: VisitView) -> None:
        """Follow a visit."""
        other = self._visit is None or self._visit.id != visit.id
        self._visit = visit
        if other:
            self.ask_line.put_away()
        visitor = visit.visitor.id if visit.visitor is not None else None
        if other or visitor != self._asked_of:
            self._questions, self._asked_of = (), visitor
            self._read()
        self._show()

    def show_proposal(self, proposal: SuggestionView | None) -> None:
        """Follow the proposal in focus."""
        self._proposal = proposal
        self._show()

    # what the house has

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if self._visit is not None and changes.concerns(
            "promotion", "place", "phrase", "question", "directory"
        ):
            self._read()

    def _read(self) -> None:
        desk, visitor = self._desk, self._asked_of
        args, take = (desk.services, desk.actor(), visitor), partial(self._take_house, visitor)
        desk.runner.run(read_house, *args, done=take, owner=self, latest="beside")

    def _take_house(self, visitor_id: int | None, found: tuple[House, tuple[QuestionView, ...]]) -> None:
        """Show what the house has for this visit, and what this visitor asked before."""
        self._house, questions = found
        if visitor_id == self._asked_of:
            self._questions = questions
        self._show()

    # doing

    def fewer_phrases(self) -> bool:
        """Show the next sentences only; return whether all were shown, for somebody to see."""
        shown = self._whole and self.isVisible()
        if shown:
            self.toggle_phrases()
        return shown

    @Slot()
    def toggle_phrases(self) -> None:
        """Show every sentence for what goes on now, or the next ones only."""
        self._whole = not self._whole
        self._show()

    def phrases_word(self) -> str:
        """Return what the key of the phrases does next (message id)."""
        return N_("Fewer phrases") if self._whole else N_("All phrases")

    @Slot()
    def ask_line_open(self) -> None:
        """Begin a question that nobody can answer."""
        if self._visit is not None:
            self.ask_line.begin()

    @Slot(str)
    def _ask(self, text: str) -> None:
        visit = self._visit
        if visit is not None:
            ask, run = self._desk.services.questions.ask, self._desk.runner.run
            args = (self._desk.actor(), self.ask_line.orders.request(text, visit.id), text, visit.id)
            run(ask, *args, done=partial(self._take_asked, text), owner=self, latest="beside.ask")

    def _take_asked(self, text: str, _done: object) -> None:
        """Say that the question is kept."""
        self.ask_line.stored(text)
        self._desk.messages.did(Text(N_("Question noted. It is in the directory, under open questions.")))

    # showing

    def _show(self) -> None:
        visit, tr = self._visit, self._desk.tr
        self._fill(self._next, [(self._where(visit, tr), "")] if visit else [])
        self._fill(self._say, self._sentences(visit, tr))
        show_why = visit is not None and visit.number is None and self._proposal is not None
        reasons = self._proposal.reasons if show_why and self._proposal else ()
        self._fill(self._why, [(tr(reason), "") for reason in reasons])
        open_now = visit is not None and visit.ended is None
        self._fill(self._offers, offer_lines(self._fits(visit), tr) if visit and open_now else [])
        self._fill(self._places, self._where_to(visit, tr) if visit and open_now else [])
        self._fill(self._asked, question_lines(self._questions, tr) if visit else [])
        for button in self._buttons:
            button.setVisible(visit is not None)

    def _where_to(self, visit: VisitView, tr: Translator) -> list[Line]:
        return place_lines(self._house.places, visit, self._time_of_day(), tr)

    def _time_of_day(self) -> dt.time:
        now: dt.datetime = self._desk.services.visits.now()
        return now.astimezone().time()

    def _fits(self, visit: VisitView) -> list[Fit]:
        proposal, draft = self._proposal, visit.visitor.draft if visit.visitor is not None else None
        born = draft.birth_date if draft is not None else None
        asked = Asked(
            visit.department_id if visit.department_id or proposal is None else proposal.department_id,
            draft.sex if draft is not None else None,
            age_in_years(born, visit.day) if born else None,
            visit.complaint,
        )
        return fitting(self._house.promotions, asked, visit.day)

    def _fill(self, panel: Panel, lines: list[Line]) -> None:
        texts, said = self._texts[panel], [line for line in lines if line[0]]
        while len(texts) < len(said):
            texts.append(label("", "", wrap=True))
            panel.body.addWidget(texts[-1])
        for text, line in zip_longest(texts, said):
            words, role = line or ("", "")
            text.setText(words)
            style.set_state(text, "role", role)
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

    def _sentences(self, visit: VisitView | None, tr: Translator) -> list[Line]:
        if visit is None:
            return []
        known = _known(visit, self._proposal, tr)
        shut = shut_places(self._house.places, visit, self._time_of_day())
        library = sayable(self._desk.services.house.sentences, known, shut)
        step = visit.next_step if visit.ended is None else None
        if self._whole:
            situations = LIBRARY[step] if step is not None else LAST[visit.ended is EndReason.EMERGENCY]
            return library_lines(library, situations, known, tr)
        last = LAST_SENTENCES[visit.ended is EndReason.EMERGENCY]
        codes = SENTENCES.get(step, ()) if step is not None else last
        return [(tr(library[code].filled(known)), "") for code in codes if code in library]


def _known(visit: VisitView, proposal: SuggestionView | None, tr: Translator) -> dict[str, object]:
    """Return what the sentences can name: what the visit says, else what is proposed."""
    number, doctor = visit.number, visit.doctor or (proposal.doctor if proposal else "")
    return known_of(
        visit,
        department=visit.department or (proposal.department if proposal else ""),
        room=visit.room or (proposal.room if proposal else ""),
        doctor=doctor_address(doctor) if doctor else "",
        number=number.label if number and number.state is not SlipState.VOID else "",
        waiting=str(number.waiting_before) if number else "",
        amount=tr.money(visit.total) if visit.charges else "",
    )
