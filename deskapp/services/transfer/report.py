"""What an import says of a file: row by row, field by field."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from deskapp.domain.text import Text

LISTED: Final = 1_000
"""Problems that a report lists; the rest is counted."""


class Outcome(enum.StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowNote:
    """Something said of one row. `row` counts as a spreadsheet does, the header's included; 0 is the file.

    `field` is the column's English field name, empty for the whole row.
    """

    row: int
    field: str
    text: Text


@dataclass(frozen=True)
class ImportReport:
    """Outcome of an import. `written` is False for a dry run, and when problems stopped everything.

    `counts` gives the number of rows of each outcome, as it is or as it would be. `problems` are what
    refuses a row; `notes` what people should know and does not (a visitor who is there already).
    """

    kind: str
    rows: int
    written: bool
    counts: dict[Outcome, int]
    problems: list[RowNote] = field(default_factory=list)
    more_problems: int = 0
    notes: list[RowNote] = field(default_factory=list)
    more_notes: int = 0

    @property
    def refused(self) -> bool:
        """Whether any row, or the whole file, was refused."""
        return bool(self.problems)


def make_report(
    kind: str, outcomes: Iterable[Outcome], problems: list[RowNote], notes: list[RowNote], *, written: bool
) -> ImportReport:
    """Count outcomes and cut long lists."""
    counts = Counter(outcomes)
    return ImportReport(
        kind=kind,
        rows=counts.total(),
        written=written,
        counts={outcome: counts[outcome] for outcome in Outcome},
        problems=problems[:LISTED],
        more_problems=max(0, len(problems) - LISTED),
        notes=notes[:LISTED],
        more_notes=max(0, len(notes) - LISTED),
    )
