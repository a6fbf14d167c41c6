"""The two lists of the door: who is expected today, and who was sent to the desk."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from deskapp.domain.door import (
    COMING_LABELS,
    LATE_AFTER,
    Coming,
    ExpectedRow,
    GreetingDraft,
    GreetingView,
    waited,
)
from deskapp.domain.names import query_key, search_keys
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.names_table import load
from deskapp.ui.intake.greeting_words import answers, who
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.widgets.record_model import Column


def matching(rows: Sequence[ExpectedRow], typed: str) -> list[ExpectedRow]:
    """Return the rows that a piece of a name (also in pinyin), or of the time as 1030 or 10:30, points at."""
    wanted = query_key(typed, load())
    digits = typed.strip().replace(":", "").replace("：", "")
    if not wanted and not digits:
        return not_here_first(rows)
    return not_here_first(row for row in rows if _called(row.name, wanted) or _at(row, digits))


def called_exactly(rows: Iterable[ExpectedRow], name: str) -> ExpectedRow | None:
    """Return the first who is still to come and has just this name, whatever its spaces and width."""
    wanted = _bare(name)
    return next((row for row in rows if wanted and not row.arrived and _bare(row.name) == wanted), None)


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def not_here_first(rows: Iterable[ExpectedRow]) -> list[ExpectedRow]:
    """Return whoever is still to come first, each group by time: the next one at the door is among them."""
    return sorted(rows, key=_has_arrived)


def _has_arrived(row: ExpectedRow) -> bool:
    return row.arrived


def _called(name: str, wanted: str) -> bool:
    return bool(wanted) and any(key.startswith(wanted) for key in _keys(name))


@cache
def _keys(name: str) -> frozenset[str]:
    return search_keys(name, load())


def _at(row: ExpectedRow, digits: str) -> bool:
    wall = f"{row.starts_at.astimezone():%H%M}"
    return digits.isdigit() and (wall.startswith(digits) or wall.removeprefix("0").startswith(digits))


def _where(row: ExpectedRow, tr: Translator) -> str:
    return " · ".join(part for part in (row.doctor or tr(row.department), row.room) if part)


def _arrived(row: ExpectedRow) -> str:
    return "check" if row.arrived else ""


def _arrived_tone(row: ExpectedRow) -> str:
    return "good" if row.arrived else ""


def _time(row: ExpectedRow, tr: Translator) -> str:
    return tr.time(row.starts_at)


def _name(row: ExpectedRow, tr: Translator) -> str:
    return shown_name(row.name, tr)


def _hint(row: ExpectedRow, tr: Translator) -> str:
    state = tr(N_("has arrived")) if row.arrived else tr(N_("not here yet"))
    return " · ".join((tr(row.department), _where(row, tr), state))


EXPECTED_COLUMNS: Final[tuple[Column[ExpectedRow], ...]] = (
    Column("time", N_("Time"), _time, width=78, icon=_arrived, tone=_arrived_tone),
    Column("name", N_("Name"), _name, width=96, stretch=3, wrap=True, tone=_arrived_tone),
    Column("where", N_("Doctor, room"), _where, width=104, stretch=2, wrap=True, hint=_hint),
)


@dataclass(frozen=True)
class SentRow:
    """One visitor who was sent: as stored, or not stored yet (`state` None, the id negative).

    `minutes` are those in the house until the desk took over.
    """

    id: int
    version: int
    at: dt.datetime
    draft: GreetingDraft
    name: str
    appointment_at: dt.datetime | None
    state: Coming | None
    by: str
    minutes: int


def sent_row(view: GreetingView, now: dt.datetime) -> SentRow:
    """Return the line of a greeting."""
    until = view.taken_at if view.state is Coming.TAKEN and view.taken_at else now
    fields = (view.id, view.version, view.at, view.draft, view.name(), view.appointment_at)
    return SentRow(*fields, view.state, view.taken_by, waited(view.at, until))


def is_late(row: SentRow) -> bool:
    """Return whether the desk has let this visitor wait for too long."""
    return row.state is Coming.COMING and row.minutes > LATE_AFTER.total_seconds() // 60


def _came(row: SentRow, tr: Translator) -> str:
    return tr.time(row.at)


def _sent_name(row: SentRow, tr: Translator) -> str:
    return who(row.draft.address, row.name, tr)


def _answers(row: SentRow, tr: Translator) -> str:
    said = answers(row.draft, row.appointment_at, tr)
    return " · ".join([_sent_name(row, tr), *said, *filter(None, (row.draft.note,))])


def _state(row: SentRow, tr: Translator) -> str:
    if row.state is None:
        return tr(N_("not sent"))
    if row.state is Coming.COMING:
        return tr(N_("on the way, {count} min"), count=row.minutes)
    if row.state is Coming.TAKEN:
        return tr(N_("at the desk: {who}"), who=row.by)
    return tr(COMING_LABELS[row.state])


def _state_tone(row: SentRow) -> str:
    if row.state is None:
        return "danger"
    if row.state is Coming.GONE:
        return "secondary"
    if row.state is Coming.TAKEN:
        return "good"
    return "warning" if is_late(row) else "accent"


def _state_icon(row: SentRow) -> str:
    if row.state is None:
        return "circle-x"
    if is_late(row):
        return "clock-alert"
    return {Coming.COMING: "footprints", Coming.TAKEN: "check", Coming.GONE: "log-out"}[row.state]


SENT_COLUMNS: Final[tuple[Column[SentRow], ...]] = (
    Column("at", N_("Came"), _came, width=56, number=True),
    Column("who", N_("Visitor"), _sent_name, width=120, stretch=2, wrap=True, hint=_answers),
    Column(
        "state",
        N_("At the desk?"),
        _state,
        width=150,
        stretch=3,
        wrap=True,
        tone=_state_tone,
        icon=_state_icon,
    ),
)
