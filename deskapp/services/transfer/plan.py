"""What an import is going to do, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy.orm import Session

from deskapp.db import audit
from deskapp.db.audit import AuditLine
from deskapp.db.unit_of_work import Work
from deskapp.services.transfer.report import Outcome, RowNote

PART: Final = 500
"""Rows written by one statement."""

Progress = Callable[[int, int], None]
"""Told how many rows of how many are done, of each step anew; what it raises ends the import."""
T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """One row that can be stored. `before` is what stands there now, None for a new record."""

    row: int
    outcome: Outcome
    values: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    extra: Any = None


@dataclass
class Plan:
    """Every row's outcome, and what people should be told."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[RowNote] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)

    def with_outcome(self, outcome: Outcome) -> list[Entry]:
        """Return the entries with this outcome."""
        return [entry for entry in self.entries if entry.outcome is outcome]


class Importer(Protocol):
    """What one kind of file needs besides reading its cells.

    `crowds` are, after writing, the search prefixes whose best have to be worked out anew.
    """

    crowds: list[str]

    def plan(self, session: Session) -> Plan:
        """Compare the rows with what is stored."""

    def ready(self, plan: Plan) -> None:
        """Work out what `write` needs and what costs time, before there is a transaction."""

    def write(self, work: Work, plan: Plan, progress: Progress) -> None:
        """Store what the plan says, inside a transaction that is already open."""


def silent(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def parts(rows: Iterable[T], size: int = PART) -> Iterator[list[T]]:
    """Return `rows` in lists of `size`."""
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part


def record_lines(work: Work, lines: Sequence[AuditLine]) -> None:
    """Write audit lines of many records at once.

    `Work.record` gathers ids for the views one by one; after an import they look again at everything.
    """
    audit.append(work.session, work.actor.desk, work.actor.account_id or None, work.now, lines)
