"""Values of papers as words, and cells from descriptions: what a form shows is listed, not programmed."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from deskapp.domain.registration import LABELS, Allergy, label
from deskapp.domain.text import N_, Text, Words
from deskapp.forms.grid import Cell, Choice, Field, Grid
from deskapp.forms.table import Banner
from deskapp.i18n import Translator

YES: Final = N_("yes")
NO: Final = N_("no")

URGENCY: Final[Mapping[int, str]] = {
    1: N_("I · red · at once"),
    2: N_("II · orange · very urgent"),
    3: N_("III · yellow · urgent"),
    4: N_("IV · green · can wait"),
}


def shown(tr: Translator, value: object, day: dt.date | None = None) -> str:
    """Return a value as it is printed; "" for None. A moment on `day` is shown as its time only."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return value
    if isinstance(value, Text | Words):
        return tr(value)
    if isinstance(value, bool):
        return tr(YES if value else NO)
    if isinstance(value, enum.Enum):
        return tr(label(value))
    if isinstance(value, dt.datetime):
        local = value.astimezone() if value.tzinfo else value
        return tr.time(local) if local.date() == day else f"{tr.date(local.date())} {tr.time(local)}"
    return str(tr.value(value))


def options(
    tr: Translator, kind: type[enum.Enum], chosen: object, *, without: Sequence[enum.Enum] = ()
) -> list[tuple[str, bool]]:
    """Return a coded list as words and whether each is the chosen one."""
    return [(tr(words), member is chosen) for member, words in LABELS[kind].items() if member not in without]


def yes_no(tr: Translator, chosen: bool | None) -> list[tuple[str, bool]]:
    """Return the two boxes of a question."""
    return [(tr(YES), chosen is True), (tr(NO), chosen is False)]


@dataclass(frozen=True)
class Entry:
    """How one thing that a paper knows becomes a cell: its label and where the value comes from.

    `value` is the name of an attribute or a function of paper and translator. `coded` makes it a
    list of boxes, of which a filled form shows all up to `most` entries; `question` yes or no.
    """

    label: str
    value: str | Callable[[Any, Translator], str]
    coded: type[enum.Enum] | None = None
    question: bool = False
    most: int = 6
    bold: bool = False
    size: str = "value"

    def cell(self, paper: Any, tr: Translator, weight: float) -> Cell:
        """Return the cell for one paper."""
        words = tr(self.label)
        if self.coded:
            chosen = getattr(paper, str(self.value))
            return Choice(words, options(tr, self.coded, chosen), weight, self.most)
        if self.question:
            return Choice(words, yes_no(tr, getattr(paper, str(self.value))), weight)
        return Field(words, self._text(paper, tr), weight, self.bold, self.size)

    def _text(self, paper: Any, tr: Translator) -> str:
        if callable(self.value):
            return self.value(paper, tr)
        return shown(tr, getattr(paper, self.value), getattr(paper, "day", None))


Row = Sequence[tuple[str, float]]
"""Names of entries with their weights."""


def grid(entries: Mapping[str, Entry], rows: Sequence[Row], paper: Any, tr: Translator) -> Grid:
    """Return rows of entries as a grid."""
    return Grid([[entries[name].cell(paper, tr, weight) for name, weight in row] for row in rows])


def age(paper: Any, tr: Translator) -> str:
    """Return the age on the day of the visit, or the guess that somebody wrote."""
    if paper.age_text or paper.birth_date is None or paper.day is None:
        return shown(tr, paper.age_text)
    return tr.age(paper.birth_date, paper.day)


def urgency(level: int | None, tr: Translator) -> str:
    """Return a level of urgency with numeral and words."""
    return tr(URGENCY.get(level or 0, ""))


def allergy_banner(paper: Any, tr: Translator, *, blank: bool) -> Banner:
    """Return what nobody may overlook: the drug allergy, that there is none, or that nobody asked."""
    tag = tr(N_("Drug allergy"))
    if blank:
        boxes = options(tr, Allergy, None, without=[Allergy.UNKNOWN])
        return Banner(tag, tr(N_("to what:")), "open", boxes)
    if paper.allergy is Allergy.YES:
        return Banner(tag, paper.allergy_text or tr(N_("yes, to what is not known: ask")), "danger")
    if paper.allergy is Allergy.NONE:
        return Banner(tag, tr(label(Allergy.NONE)))
    return Banner(tag, tr(N_("not asked yet: ask before any medicine")), "open")


def record_numbers(paper: Any, tr: Translator) -> list[tuple[str, str]]:
    """Return the numbers of visitor and visit for the head of a form."""
    pairs = ((N_("Visitor no."), paper.visitor_number), (N_("Visit no."), paper.visit_number))
    return [(tr(words), number) for words, number in pairs if number]
