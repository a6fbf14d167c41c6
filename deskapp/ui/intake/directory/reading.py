"""A record as it is read to a visitor: what is said aloud is large, the rest below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from deskapp.domain import duty_text
from deskapp.domain.directory import SITUATIONS, Kind
from deskapp.domain.duty import WEEKDAYS, Duty
from deskapp.domain.finding import Fen, Said
from deskapp.domain.promotions import people
from deskapp.domain.questions import QUESTION_LABELS, QuestionView
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.triage import LANGUAGE_NAMES
from deskapp.i18n import LANGUAGES, Translator
from deskapp.services.directory import Detail
from deskapp.ui.found import said
from deskapp.ui.intake.directory.lines import STANDING_SIGNS, joined, standing_words
from deskapp.ui.widgets.basics import Pill, label

Fact = tuple[str, Said | Fen]
LARGE = 3


class Reading(QWidget):
    """Shows one record, or one question."""

    def __init__(self) -> None:
        super().__init__()
        self.title = label("", "title", wrap=True)
        self.others = label("", "secondary", wrap=True)
        self.pill = Pill()
        self._large = QGridLayout()
        self._names = [label("", "label") for _ in range(LARGE)]
        self.large = [label("", "number") for _ in range(LARGE)]
        self._facts: list[tuple[QLabel, QLabel]] = []
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        for place, (name, value) in enumerate(zip(self._names, self.large, strict=True)):
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._large.addWidget(name, 0, place)
            self._large.addWidget(value, 1, place)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        for widget in (self.title, self.others, self.pill):
            rows.addWidget(widget)
        rows.addLayout(self._large)
        rows.addLayout(self._grid)

    def show_detail(self, detail: Detail, tr: Translator) -> None:
        """Show a record of the directory."""
        view = detail.view
        name = view.words if detail.kind is Kind.PHRASE else view.name
        self._head(name, tr)
        words = standing_words(detail.standing, detail.days, getattr(view, "active", True))
        icon, tone = STANDING_SIGNS[detail.standing]
        if words is None and detail.kind is Kind.PHRASE and view.own:
            words, icon, tone = Text(N_("the site's own text")), "pencil", "accent"
        self._pill(words, "" if tone == "secondary" else tone, icon, tr)
        self._show_large(_aloud(detail), tr)
        self._show_facts(_facts(detail, tr), tr)

    def show_question(self, question: QuestionView, late: bool, tr: Translator) -> None:
        """Show a question that nobody could answer."""
        self._head(question.text, tr)
        state = Text(QUESTION_LABELS[question.state])
        tones = {
            "open": ("danger", "clock-alert") if late else ("", "clock"),
            "answered": ("good", "circle-check"),
        }
        self._pill(state, *tones.get(question.state.value, ("", "check")), tr)
        self._show_large((), tr)
        facts: list[Fact] = [
            (N_("Answer"), question.answer),
            (N_("Asked by"), question.visitor),
            (N_("Department"), question.department or ""),
            (N_("Due"), Text("{at}", {"at": question.due_at})),
            (N_("Written down"), _who(question.asked_by, question.asked_at, tr)),
            (N_("Answered by"), _who(question.answered_by, question.answered_at, tr)),
            (N_("Told"), _who(question.told_by, question.told_at, tr)),
            (N_("Question number"), question.code),
        ]
        self._show_facts(facts, tr)

    def _head(self, name: Words | str, tr: Translator) -> None:
        self.title.setText(said(name, tr))
        self.title.setAccessibleName(said(name, tr))
        others = [name.in_language(one) for one in LANGUAGES] if isinstance(name, Words) else []
        different = dict.fromkeys(text for text in others if text and text != said(name, tr))
        self.others.setText("\n".join(different))
        self.others.setVisible(bool(different))

    def _pill(self, words: Text | None, tone: str, icon: str, tr: Translator) -> None:
        self.pill.setVisible(words is not None)
        if words is not None:
            self.pill.show_text(tr(words), tone, icon)

    def _show_large(self, facts: Sequence[Fact], tr: Translator) -> None:
        shown = [fact for fact in facts if fact[1]][:LARGE]
        for name, value, fact in zip_longest(self._names, self.large, shown):
            name.setVisible(fact is not None)
            value.setVisible(fact is not None)
            if fact is not None:
                name.setText(tr(fact[0]))
                value.setText(said(fact[1], tr))
                value.setAccessibleName(f"{tr(fact[0])} {said(fact[1], tr)}")

    def _show_facts(self, facts: Iterable[Fact], tr: Translator) -> None:
        shown = [(tr(name), said(value, tr)) for name, value in facts if value and said(value, tr)]
        while len(self._facts) < len(shown):
            pair = (label("", "label", wrap=True), label("", "value", wrap=True))
            pair[1].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.append(pair)
            for column, widget in enumerate(pair):
                self._grid.addWidget(widget, len(self._facts), column, Qt.AlignmentFlag.AlignTop)
        for pair, fact in zip_longest(self._facts, shown):
            for widget, text in zip(pair, fact or ("", ""), strict=True):
                widget.setText(text)
                widget.setVisible(bool(fact))


def _who(name: str, at: Any, tr: Translator) -> str:
    return joined((name, tr(Text("{at}", {"at": at})) if at is not None else ""), tr)


def _aloud(detail: Detail) -> list[Fact]:
    """Return what of a record is read aloud."""
    view = detail.view
    if detail.kind is Kind.PRICE:
        return [(N_("Price"), Fen(view.fen))]
    names = {"phone": N_("Phone"), "room": N_("Room"), "floor": N_("Floor")}
    return [(words, getattr(view, name, "")) for name, words in names.items()]


def _facts(detail: Detail, tr: Translator) -> list[Fact]:
    view, kind = detail.view, detail.kind
    facts: list[Fact] = [(N_("Title"), view.title)] if kind is Kind.DOCTOR else []
    if getattr(view, "department", None) is not None:
        facts.append((N_("Department"), view.department))
    facts += _MORE.get(kind, _nothing)(detail, tr)
    first, last = detail.days
    facts += [
        (N_("First day"), tr.date(first) if first else ""),
        (N_("Last day"), tr.date(last) if last else ""),
    ]
    facts.append((N_("Code"), getattr(view, "code", "") or getattr(view, "number", "")))
    return facts


def _nothing(_detail: Detail, _tr: Translator) -> list[Fact]:
    return []


def _of_department(detail: Detail, tr: Translator) -> list[Fact]:
    view = detail.view
    doctors = tr(N_("{doctors}, on duty now {present}"), doctors=view.doctors, present=view.on_duty)
    return [(N_("Doctors"), doctors), (N_("Letters before numbers"), view.prefix)]


def _of_doctor(detail: Detail, tr: Translator) -> list[Fact]:
    view = detail.view
    now = tr(N_("now, until {time}"), time=tr.time(view.duty_until)) if view.duty_until else ""
    later = tr.day_time(view.next_duty, detail.today) if view.next_duty else ""
    return [
        (N_("On duty"), now or tr(N_("not now"))),
        (N_("Next on duty"), later),
        (N_("Duty times"), _week(detail.times, tr)),
        (N_("Exceptions"), _exceptions(detail, tr)),
        (N_("Speciality"), view.speciality),
        (N_("Introduction"), view.introduction),
        (N_("Languages"), _spoken(view.languages, tr)),
    ]


def _spoken(languages: Iterable[str], tr: Translator) -> str:
    return str(tr.value([Text(LANGUAGE_NAMES.get(one, one)) for one in languages]))


def _week(times: Sequence[Duty], tr: Translator) -> str:
    days = [(name, duty_text.weekday_text(times, day)) for day, name in enumerate(WEEKDAYS)]
    return "\n".join(f"{tr(name)} {spans}" for name, spans in days if spans)


def _exceptions(detail: Detail, tr: Translator) -> str:
    coming = [time for time in detail.times if time.day is None or time.day >= detail.today]
    return duty_text.exceptions_text(coming, tr.language)


def _of_price(detail: Detail, _tr: Translator) -> list[Fact]:
    return [(N_("Category"), detail.view.category)]


def _of_place(detail: Detail, _tr: Translator) -> list[Fact]:
    return [(N_("Note"), detail.view.note)]


def _of_promotion(detail: Detail, tr: Translator) -> list[Fact]:
    view = detail.view
    who = joined(people(view), tr)
    return [(N_("Offer"), view.text), (N_("For"), who), (N_("When they say"), str(tr.value(view.words)))]


def _of_notice(detail: Detail, tr: Translator) -> list[Fact]:
    view = detail.view
    return [
        (N_("Text"), view.text),
        (N_("On the board"), tr(N_("in the waiting room too")) if view.on_board else ""),
    ]


def _of_phrase(detail: Detail, _tr: Translator) -> list[Fact]:
    view = detail.view
    facts: list[Fact] = [(N_("Situation"), Text(SITUATIONS.get(view.situation, view.situation)))]
    if view.own and view.shipped is not None:
        facts.append((N_("As it came with the program"), view.shipped))
    return facts


def _of_member(detail: Detail, tr: Translator) -> list[Fact]:
    view = detail.view
    return [
        (N_("Post"), view.post),
        (N_("Group"), view.group_name),
        (N_("Languages"), _spoken(view.languages, tr)),
    ]


_MORE = {
    Kind.DEPARTMENT: _of_department,
    Kind.DOCTOR: _of_doctor,
    Kind.PRICE: _of_price,
    Kind.PLACE: _of_place,
    Kind.PROMOTION: _of_promotion,
    Kind.NOTICE: _of_notice,
    Kind.PHRASE: _of_phrase,
    Kind.STAFF: _of_member,
}
