"""What stands beside a visit, line by line: phrases of a situation, offers that fit, places, questions asked before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from deskapp.domain.access import Actor, Permission
from deskapp.domain.directory import SITUATIONS, PlaceView, Standing, standing
from deskapp.domain.intake import VisitView
from deskapp.domain.opening import is_shut
from deskapp.domain.promotions import Fit, PromotionView
from deskapp.domain.questions import QuestionState, QuestionView
from deskapp.domain.registration import Step
from deskapp.domain.text import N_, Words
from deskapp.i18n import Translator
from deskapp.triage_rules import Sentence, placeholders
from deskapp.ui.orders import Orders

Line = tuple[str, str]
"""Words, and the role of the style sheet that they have."""

LIBRARY: Final[Mapping[Step, tuple[str, ...]]] = {
    Step.ARRIVE: ("greet",),
    Step.GREET: ("greet",),
    Step.TRIAGE: ("triage", "register", "red-flag"),
    Step.REGISTER: ("register", "triage"),
    Step.NUMBER: ("number", "escort", "direct", "wait"),
    Step.PAY: ("pay", "number", "direct", "wait"),
    Step.ESCORT: ("escort", "direct", "wait"),
    Step.RETURN: ("direct", "see-off", "escort"),
}
LAST: Final = {True: ("red-flag", "direct"), False: ("see-off", "direct")}
"""Situations once a visit has ended: with an emergency, and otherwise."""
ALWAYS: Final = ("decline", "calm", "step-away")
"""What may be needed at any time."""
PLACES: Final[Mapping[Step, tuple[str, ...]]] = {
    Step.NUMBER: ("cashier",),
    Step.PAY: ("cashier",),
    Step.ESCORT: ("cashier", "pharmacy", "injection"),
    Step.RETURN: ("pharmacy", "injection", "cashier"),
}
"""Codes of the places that a visitor is directed to from a step on: the site gives its places these codes."""
NUMBER, NUMBER_FIRST = "number", "number-first"
"""Codes of the sentence that gives the number, with how many wait before and without."""
MOST_OFFERS: Final = 3


@dataclass(frozen=True)
class House:
    """What the house has for a visitor: offers, also those yet to come, and places that are open today."""

    promotions: tuple[PromotionView, ...] = ()
    places: tuple[PlaceView, ...] = ()


def read_house(services: Any, actor: Actor, visitor_id: int | None) -> tuple[House, tuple[QuestionView, ...]]:
    """Return what the house has, and what the visitor asked before; the site's sentences come with it. For a worker."""
    directory = services.directory
    directory.phrases(actor)
    house = House(tuple(directory.promotions(actor)), tuple(directory.places(actor)))
    if visitor_id is None or not actor.may(Permission.VISIT_WRITE):
        return house, ()
    return house, tuple(services.questions.of_visitor(actor, visitor_id))


def sayable(
    library: Mapping[str, Sentence], known: Mapping[str, object], shut: Iterable[str]
) -> dict[str, Sentence]:
    """Return the sentences that are true now: none counts those before where nobody is, none sends to a shut place."""
    counting = {code for code, sentence in library.items() if "waiting" in placeholders(sentence.words.zh)}
    nobody = known.get("waiting") == "0"
    left_out = {f"direct-{place}" for place in shut}
    left_out |= counting if nobody else set()
    if not nobody or NUMBER not in counting:
        left_out.add(NUMBER_FIRST)
    return {code: sentence for code, sentence in library.items() if code not in left_out}


def library_lines(
    library: Mapping[str, Sentence], situations: Iterable[str], known: Mapping[str, object], tr: Translator
) -> list[Line]:
    """Return every sentence for what goes on, under the names of the situations."""
    lines: list[Line] = []
    for situation in (*situations, *ALWAYS):
        said = [sentence for sentence in library.values() if sentence.situation == situation]
        if said:
            lines.append((tr(SITUATIONS[situation]), "label"))
            lines += ((tr(sentence.filled(known)), "") for sentence in said)
    return lines


def offer_lines(fits: Sequence[Fit], tr: Translator) -> list[Line]:
    """Return the offers that fit, each with why, and from when on."""
    lines: list[Line] = []
    for fit in fits[:MOST_OFFERS]:
        reasons = (", " if tr.language != "zh" else "，").join(tr(reason) for reason in fit.reasons)
        lines.append((tr(fit.promotion.name), "strong"))
        if _is_said(fit.promotion.text):
            lines.append((tr(fit.promotion.text), ""))
        why = tr(N_("fits: {reasons}"), reasons=reasons)
        if fit.begins is not None:
            why = tr(N_("{why}; from {day}"), why=why, day=fit.begins)
        lines.append((why, "secondary"))
    return lines


def _is_said(words: Words) -> bool:
    return bool(words.zh or words.en or words.mn)


def shut_places(places: Iterable[PlaceView], visit: VisitView, now: dt.time) -> set[str]:
    """Return the codes of the places on a visitor's way that are shut at this time of day."""
    on_the_way = {code for codes in PLACES.values() for code in codes}
    return {
        place.code
        for place in places
        if place.code in on_the_way and _holds(place, visit) and is_shut(place.note, now)
    }


def place_lines(places: Iterable[PlaceView], visit: VisitView, now: dt.time, tr: Translator) -> list[Line]:
    """Return where the visitor is directed to from this step on, with room and phone."""
    step = visit.next_step
    codes = PLACES.get(step, ()) if step is not None else ()
    by_code = {place.code: place for place in places if _holds(place, visit)}
    lines: list[Line] = []
    if visit.number is not None and visit.room and step in (Step.PAY, Step.ESCORT):
        lines.append((f"{tr(visit.department) if visit.department else ''} {visit.room}".strip(), "value"))
    for place in (by_code[code] for code in codes if code in by_code):
        where = [place.room, tr(N_("floor {floor}"), floor=place.floor) if place.floor else "", place.phone]
        lines.append((f"{tr(place.name)} {' · '.join(filter(None, where))}".strip(), "value"))
        if is_shut(place.note, now):
            lines.append((tr(N_("{hours}: closed now"), hours=place.note), "warning"))
        else:
            lines.append((place.note, "secondary"))
    return lines


def _holds(place: PlaceView, visit: VisitView) -> bool:
    return standing(place.valid_from, place.valid_to, visit.day) is Standing.VALID


def question_lines(questions: Iterable[QuestionView], tr: Translator) -> list[Line]:
    """Return what this visitor asked before: an answer is there to be told, or is waited for."""
    lines: list[Line] = []
    for question in questions:
        lines.append((question.text, "strong"))
        if question.state is QuestionState.ANSWERED:
            lines.append((tr(N_("The answer is there, tell them: {answer}"), answer=question.answer), "good"))
        else:
            lines.append((tr(N_("no answer yet, due {due}"), due=question.due_at), "secondary"))
    return lines


class AskLine(QLineEdit):
    """A line for what nobody knows: Enter keeps it as an open question, Esc puts the line away."""

    asked = Signal(str)
    """The question."""

    left = Signal()
    """The line was put away while the cursor was in it."""

    def __init__(self) -> None:
        super().__init__()
        self.orders = Orders()
        self.setMaxLength(1000)
        self.hide()

    def say(self, tr: Translator) -> None:
        """Say what it is for."""
        self.setAccessibleName(tr(N_("What nobody knows")))
        self.setPlaceholderText(tr(N_("What nobody knows; Enter keeps it")))

    def begin(self) -> None:
        """Show the line, with the cursor in it."""
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def put_away(self) -> None:
        """Empty the line and hide it."""
        self.clear()
        self.hide()

    def stored(self, text: str) -> None:
        """Empty the line: the question is kept. What was typed since stays."""
        self.orders.over()
        if self.text().strip() == text:
            self.clear()
            self._leave()

    def _leave(self) -> None:
        """Hide the line; the cursor goes back to where it was."""
        had_cursor = self.hasFocus()
        if had_cursor:
            self.left.emit()
        self.hide()

    def event(self, event: QEvent) -> bool:
        """Keep Esc for the line: it is the page's key too."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter asks, Esc puts the line away."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.text().strip():
                self.asked.emit(self.text().strip())
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)
