"""What is listed: a line for each thing of the directory and for each question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.directory import Kind, Standing
from deskapp.domain.finding import Fen, Listed, Said
from deskapp.domain.questions import QuestionState, QuestionView, is_overdue
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui.found import ICONS, said
from deskapp.ui.widgets.record_model import Column

OVERDUE: Final = N_("overdue since {due}")
DUE: Final = N_("due {due}")
WITHOUT_ASIDE: Final = frozenset({Kind.PROMOTION, Kind.NOTICE, Kind.PHRASE, Kind.QUESTION})
"""Kinds of which nothing short is read aloud."""


@dataclass(frozen=True)
class Line:
    """One line of the list; `note` says how it stands, in `tone` and with `icon`."""

    id: str
    kind: Kind
    record: int | str
    title: Said
    second: tuple[Said, ...]
    aside: Said | Fen
    copied: Said
    note: Said = ""
    note_icon: str = ""
    tone: str = ""
    over: bool = False
    question: QuestionView | None = None
    day: dt.date | None = None


def joined(parts: Iterable[Said], tr: Translator) -> str:
    """Return several parts in one line."""
    return " · ".join(filter(None, (said(part, tr).replace("\n", " ") for part in parts)))


def standing_words(
    standing: Standing, days: tuple[dt.date | None, dt.date | None], active: bool = True
) -> Text | None:
    """Return how days of validity stand, in words; None while a thing simply holds."""
    first, last = days
    if not active:
        return Text(N_("not in use"))
    if standing is Standing.COMING:
        return Text(N_("from {day}"), {"day": first})
    if standing is Standing.OVER:
        return Text(N_("over since {day}"), {"day": last})
    return Text(N_("until {day}"), {"day": last}) if last is not None else None


STANDING_SIGNS: Final[Mapping[Standing, tuple[str, str]]] = {
    Standing.COMING: ("calendar-clock", "accent"),
    Standing.VALID: ("", "secondary"),
    Standing.OVER: ("circle-slash", "secondary"),
}


def line_of(listed: Listed) -> Line:
    """Return the line of a thing of the directory."""
    entry = listed.entry
    days = (entry.valid_from, entry.valid_to)
    icon, tone = STANDING_SIGNS[listed.standing]
    return Line(
        *(entry.id, entry.kind, entry.record, entry.title, entry.second, entry.aside, entry.copied),
        note=standing_words(listed.standing, days, entry.active) or "",
        note_icon=icon,
        tone=tone,
        over=listed.standing is Standing.OVER,
    )


def question_line(question: QuestionView, now: dt.datetime) -> Line:
    """Return the line of a question."""
    late = is_overdue(question, now)
    note, icon, tone = _question_note(question, late)
    return Line(
        f"{Kind.QUESTION.value}:{question.id}",
        Kind.QUESTION,
        question.id,
        question.text,
        tuple(filter(None, (question.visitor, question.department or "", question.asked_by))),
        "",
        question.answer or question.text,
        note,
        icon,
        tone,
        question.state is QuestionState.TOLD,
        question,
        now.astimezone().date(),
    )


def _question_note(question: QuestionView, late: bool) -> tuple[Text, str, str]:
    if question.state is QuestionState.TOLD:
        return Text(N_("told")), "check", "secondary"
    if question.state is QuestionState.ANSWERED:
        return Text(N_("answer is there")), "circle-check", "good"
    return (Text(OVERDUE), "clock-alert", "danger") if late else (Text(DUE), "clock", "")


def _title(line: Line, tr: Translator) -> str:
    return said(line.title, tr)


def _second(line: Line, tr: Translator) -> str:
    return joined(line.second, tr)


def _aside(line: Line, tr: Translator) -> str:
    return said(line.aside, tr)


def _note(line: Line, tr: Translator) -> str:
    if line.question is not None and line.day is not None and isinstance(line.note, Text):
        return tr(line.note, due=tr.day_time(line.question.due_at, line.day))
    return said(line.note, tr)


def _icon(line: Line) -> str:
    return ICONS[line.kind]


def _note_icon(line: Line) -> str:
    return line.note_icon


def _tone(line: Line) -> str:
    return "secondary" if line.over else ""


def _note_tone(line: Line) -> str:
    return line.tone


COLUMNS: Final[Sequence[Column[Line]]] = (
    Column("title", N_("Entry"), _title, width=180, stretch=3, wrap=True, tone=_tone, icon=_icon),
    Column("second", N_("Details"), _second, width=150, stretch=4, tone=_tone),
    Column("aside", N_("Phone, price"), _aside, width=108, number=True, tone=_tone),
    Column("room", N_("Room"), _aside, width=108, number=True, tone=_tone),
    Column("note", N_("Valid"), _note, width=120, stretch=2, wrap=True, tone=_note_tone, icon=_note_icon),
    Column("due", N_("Due"), _note, width=132, stretch=2, wrap=True, tone=_note_tone, icon=_note_icon),
)


def columns_of(kind: Kind | None, *, noted: bool, roomy: bool) -> list[str]:
    """Return which columns a kind has: of a doctor the room is read aloud, and a question has no days but is due.

    Args:
        kind: what is listed, None for everything.
        noted: whether anything is to be said about days; where everything simply holds, the others have the room.
        roomy: whether there is room for the details.
    """
    aside = "room" if kind is Kind.DOCTOR else "" if kind in WITHOUT_ASIDE else "aside"
    note = "due" if kind is Kind.QUESTION else "note"
    shown = ("title", "second" if roomy else "", aside, note if noted else "")
    return [name for name in shown if name]
