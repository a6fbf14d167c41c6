"""Storing many visitors at once, with exactly the rows that registering each would write.

Everything that costs time (checks, readings of names, keys) is worked out before the transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from deskapp.db import search
from deskapp.db.base import table_of
from deskapp.db.models.intake import DuplicateKey, HotHit, HotPrefix, SearchKey, Visitor
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.visitor_rules import stored_form
from deskapp.services.intake.keys import blocking_keys, candidate_of, draft_keys
from deskapp.services.intake.views import DRAFT_COLUMNS
from deskapp.services.transfer.plan import PART, parts

KEYED_TOGETHER: Final = 20_000
"""Visitors whose keys are sorted together: in order they go into the index several times as fast."""
CROWDED_LENGTH: Final = 2
"""Longest prefix that is looked at for being crowded after an import; longer ones matter less."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A visitor ready to be stored; `keys` and `blocks` are packed because there may be many of them."""

    values: tuple[Any, ...]
    division: str
    keys: str
    blocks: str

    def columns(self) -> dict[str, Any]:
        """Return the columns as typed in the draft, and the division."""
        return dict(zip(DRAFT_COLUMNS, self.values, strict=True)) | {"division": self.division}

    def search_keys(self) -> dict[str, int]:
        """Return the search keys with their grades."""
        return {line[1:]: int(line[0]) for line in self.keys.splitlines()}

    def duplicate_keys(self) -> list[str]:
        """Return the blocking keys."""
        return self.blocks.splitlines()


def prepare(draft: VisitorDraft, today: dt.date) -> Prepared:
    """Return a checked draft ready to be stored; the document in the form that is stored."""
    draft, division = stored_form(draft, today)
    return Prepared(
        values=tuple(getattr(draft, name) for name in DRAFT_COLUMNS),
        division=division,
        keys="\n".join(f"{grade}{key}" for key, grade in sorted(draft_keys(draft).items())),
        blocks="\n".join(sorted(blocking_keys(candidate_of(0, draft)))),
    )


def store_visitors(
    session: Session, visitors: Sequence[Prepared], columns: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Insert visitors with their keys; return their ids in order.

    `columns` gives what the draft does not say: code, first_seen, last_visit, visits and the like. The
    lists of crowded prefixes are not touched, see `forget_crowds`.
    """
    table = table_of(Visitor)
    ids = new_ids(session, table, len(visitors))
    rows = (
        {**visitor.columns(), "id": who, "version": 1, **more}
        for who, visitor, more in zip(ids, visitors, columns, strict=True)
    )
    insert_rows(session, table, rows)
    _store_keys(session, list(zip(ids, visitors, strict=True)))
    return ids


def new_ids(session: Session, table: Table, count: int) -> list[int]:
    """Return ids for new rows of `table`; with SQLite the transaction already keeps others out."""
    if session.get_bind().dialect.name == "sqlite":
        first = (session.scalar(select(func.max(table.c.id))) or 0) + 1
        return list(range(first, first + count))
    sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    return list(session.scalars(select(sequence).select_from(func.generate_series(1, count))))


def _store_keys(session: Session, stored: Sequence[tuple[int, Prepared]]) -> None:
    for group in parts(stored, KEYED_TOGETHER):
        keys = sorted((key, who, grade) for who, v in group for key, grade in v.search_keys().items())
        blocks = sorted((key, who) for who, visitor in group for key in visitor.duplicate_keys())
        insert_tuples(session, table_of(SearchKey), ("key", "visitor_id", "grade"), keys)
        insert_tuples(session, table_of(DuplicateKey), ("key", "visitor_id"), blocks)


def insert_rows(session: Session, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, each with the same columns."""
    for part in parts(rows):
        session.execute(insert(table), part)


def update_rows(session: Session, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Set the columns of rows that are there already, found by "id"; each with the same columns."""
    for part in parts(rows):
        values: dict[str, Any] = {name: bindparam(name) for name in part[0] if name != "id"}
        changed = update(table).where(table.c.id == bindparam("row_id")).values(values)
        named = [{("row_id" if name == "id" else name): value for name, value in row.items()} for row in part]
        session.connection().execute(changed, named)


def insert_tuples(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows of plain values as fast as the driver can: these tables have twenty rows a visitor."""
    connection = session.connection()
    columns = ", ".join(names)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" for _name in names)
        statement = f"INSERT INTO {table.name} ({columns}) VALUES ({places})"
        for part in parts(rows, 10 * PART):
            connection.exec_driver_sql(statement, part)
        return
    types = [table.c[name].type.compile(connection.dialect).split()[0] for name in names]
    places = ", ".join(f"%s::{kind}[]" for kind in types)
    statement = f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({places})"
    for part in parts(rows, 10 * PART):
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*part, strict=True)))


def prefix_counts(visitors: Iterable[Prepared]) -> Counter[str]:
    """Return how many of the visitors are found under each short prefix."""
    counts: Counter[str] = Counter()
    for visitor in visitors:
        counts.update(
            {line[1:end] for line in visitor.keys.splitlines() for end in range(2, CROWDED_LENGTH + 2)}
        )
    return counts


def forget_crowds(session: Session, visitors: Iterable[Prepared]) -> list[str]:
    """Drop the stored best of every prefix under which one of the visitors is found; return these.

    Until `search.keep_best` stores them again a search under them is right, only slower.
    """
    hot = set(session.scalars(select(HotPrefix.prefix)))
    touched: set[str] = set()
    for visitor in visitors if hot else ():
        touched |= hot.intersection(search.prefixes(visitor.search_keys()))
    for part in parts(sorted(touched)):
        session.execute(delete(HotHit).where(HotHit.prefix.in_(part)))
        session.execute(delete(HotPrefix).where(HotPrefix.prefix.in_(part)))
    return sorted(touched)
