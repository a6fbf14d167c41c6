"""What a cell of an imported table means: text, date, money, coded value, duty times.

Every reader takes one cell and raises `BadCell` with the words for the person. An empty cell never
reaches a reader.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from deskapp.domain.duty import Duty
from deskapp.domain.duty_text import exceptions_text, read_exceptions, read_spans, weekday_text
from deskapp.domain.promotions import read_words
from deskapp.domain.registration import LABELS
from deskapp.domain.text import N_, Text
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.transfer.tables import Cell, Formula

Reader = Callable[[Cell], Any]
EXACT_FLOAT: Final = 10**15
"""Whole numbers from here on have lost digits in a spreadsheet's cell."""

_DATE: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))")
_MONEY: Final = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2})0*)?")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_DAYS: Final = re.compile(r"(\d)(?:-(\d))?")
_YES: Final = frozenset({"1", "yes", "y", "true", "是", "有", "тийм"})
_NO: Final = frozenset({"0", "no", "n", "false", "否", "无", "үгүй"})
_ALIASES: Final[Mapping[str, str]] = {
    "m": "1",
    "f": "2",
    "男": "1",
    "女": "2",
    "男性": "1",
    "女性": "2",
    "эр": "1",
    "эм": "2",
    "身份证": "resident-id",
    "居民身份证": "resident-id",
    "护照": "passport",
    "паспорт": "passport",
}


class BadCell(Exception):
    """A cell that does not hold what its column needs."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.text = Text(message, params)


def text(cell: Cell | Formula) -> str:
    """Return the cell as text; whole numbers without the decimal point that spreadsheets add."""
    if isinstance(cell, Formula):
        raise BadCell(N_("This cell holds a formula. Paste its value instead."))
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and abs(cell) >= EXACT_FLOAT:
        raise BadCell(
            N_("The spreadsheet has rounded this number. Format the column as text and enter it again.")
        )
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return str(cell).strip()


def date(cell: Cell) -> dt.date:
    """Return a date: a spreadsheet's own, or year, month, day in the usual ways of writing it."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text(cell)).replace(" ", ""))
    try:
        return dt.date(*(int(part) for part in found.groups() if part)) if found else _no_date(cell)
    except ValueError:
        return _no_date(cell)


def _no_date(cell: Cell) -> dt.date:
    raise BadCell(N_("“{value}” is no date. Write it like 1990-03-21."), value=text(cell))


def clock(cell: Cell) -> dt.time:
    """Return a time of day: a spreadsheet's own, or written like 14:30."""
    if isinstance(cell, dt.datetime):
        return cell.time().replace(second=0, microsecond=0)
    if isinstance(cell, dt.time):
        return cell.replace(second=0, microsecond=0)
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text(cell)).replace(" ", ""))
    try:
        return dt.time(int(found[1]), int(found[2])) if found else _no_clock(cell)
    except ValueError:
        return _no_clock(cell)


def _no_clock(cell: Cell) -> dt.time:
    raise BadCell(N_("“{value}” is no time of day. Write it like 14:30."), value=text(cell))


def money(cell: Cell) -> int:
    """Return an amount in yuan as integer fen."""
    written = unicodedata.normalize("NFKC", text(cell)).replace(",", "").strip("¥元₮ ")
    found = _MONEY.fullmatch(written)
    if found is None:
        raise BadCell(N_("“{value}” is no amount in yuan. Write it like 128.50."), value=text(cell))
    fen = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return -fen if found[1] else fen


def whole(cell: Cell) -> int:
    """Return a whole number that is not negative."""
    written = unicodedata.normalize("NFKC", text(cell))
    if not (written.isascii() and written.isdigit() and len(written) <= 9):
        raise BadCell(N_("“{value}” is no whole number."), value=text(cell))
    return int(written)


def yes_no(cell: Cell) -> bool:
    """Return a yes or no in any of the three languages."""
    written = text(cell).casefold()
    if written not in _YES | _NO:
        raise BadCell(N_("“{value}” is neither yes nor no."), value=text(cell))
    return written in _YES


def languages(cell: Cell) -> tuple[str, ...]:
    """Return language codes, written with spaces or commas between."""
    return tuple(re.split(r"[\s,，、;；/]+", text(cell).lower()))


def word_list(cell: Cell) -> tuple[str, ...]:
    """Return words, written with commas between."""
    return read_words(text(cell))


def coded(kind: type[enum.Enum]) -> Reader:
    """Return the reader of a coded value: its code, its name, or its words in any language."""

    def read(cell: Cell) -> enum.Enum:
        written = text(cell).casefold()
        known = _words_of(kind)
        found = known.get(written) or known.get(_ALIASES.get(written, ""))
        if found is None:
            choices = ", ".join(str(member.value) for member in kind)
            raise BadCell(
                N_("“{value}” is not known here. Known are: {choices}."), value=text(cell), choices=choices
            )
        return found

    return read


@cache
def _words_of(kind: type[enum.Enum]) -> dict[str, enum.Enum]:
    words: dict[str, enum.Enum] = {}
    for member in kind:
        said = (translator(language)(LABELS[kind][member]) for language in LANGUAGES)
        for word in (str(member.value), member.name, *said):
            words.setdefault(word.casefold(), member)
    return words


def duty_times(cell: Cell) -> tuple[Duty, ...]:
    """Return weekly duty times written like "1-5 08:00-12:00,14:00-17:30; 6 08:00-12:00" (1 is Monday)."""
    written = unicodedata.normalize("NFKC", text(cell)).replace("–", "-")
    entries = [entry for entry in re.split(r"[;\n]", written) if entry.strip()]
    try:
        return tuple(duty for entry in entries for duty in _duty(entry))
    except ValueError as error:
        raise BadCell(
            N_("“{value}” are no duty times. Write them like 1-5 08:00-12:00,14:00-17:30; 6 08:00-12:00."),
            value=text(cell),
        ) from error


def _duty(entry: str) -> Iterator[Duty]:
    days, _, times = entry.strip().partition(" ")
    spans = read_spans(times)
    if not spans:
        raise ValueError(entry)
    for day in _weekdays(days.replace("、", ",")):
        yield from (Duty(begins, ends, weekday=day) for begins, ends in spans)


def _weekdays(days: str) -> Iterator[int]:
    for part in days.split(","):
        found = _DAYS.fullmatch(part)
        if found is None:
            raise ValueError(days)
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= 7:
            raise ValueError(days)
        yield from range(first - 1, last)


def duty_text(times: Iterable[Duty]) -> str:
    """Return weekly duty times as `duty_times` reads them."""
    worked = [time for time in times if not time.absent]
    days = ((day + 1, weekday_text(worked, day).replace(" ", "")) for day in range(7))
    return "; ".join(f"{day} {spans}" for day, spans in days if spans)


def exceptions(cell: Cell) -> tuple[Duty, ...]:
    """Return the exceptions of single dates, written like "2026-12-01 08:00-12:00; 2026-12-02 off"."""
    try:
        return read_exceptions(text(cell))
    except ValueError as error:
        message = N_("This line can't be read: {line}. Write 2026-12-01 08:00-12:00, or 2026-12-02 off.")
        raise BadCell(message, line=str(error)) from error


def exceptions_cell(times: Iterable[Duty]) -> str:
    """Return the exceptions of single dates as `exceptions` reads them."""
    return exceptions_text(times).replace("\n", "; ")
