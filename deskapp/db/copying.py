"""Moving a hospital from its file to a database server: everything or nothing, and then compared.

One read of the file sees one moment of it; the rows go over in parts, in the order of foreign keys, with
their numbers and versions, in one transaction of the server. Before it is committed every table is read
back: as many rows, the same rows, and the same audit chains, or nothing was copied. The file stays as it
is and can go on being used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Enum, Select, String, Table, TypeDecorator, func, select, text, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from deskapp.db import audit, grants, migrate, models
from deskapp.db.base import Base
from deskapp.db.engine import Store
from deskapp.db.faults import storage_error
from deskapp.domain.access import Actor
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

assert models
AT_ONCE: Final = 2000
STAYS: Final = ("schema_note",)
"""What each database says of itself."""
_DIGEST_BYTES: Final = 16
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Sum:
    """How many rows a table has, and a digest over them that no order changes."""

    count: int
    digest: int


@dataclass(frozen=True)
class Copied:
    """What came over; `broken` counts audit lines that were not whole in the file already."""

    tables: int
    rows: int
    broken: int


def tables() -> list[Table]:
    """Return what is copied, in the order in which rows can be stored."""
    found = [table for table in Base.metadata.sorted_tables if table.name not in STAYS]
    # Storing an erasure removes bodies: it comes before there are any, or later lines would lose theirs.
    return sorted(found, key=_after_erasures)


def _after_erasures(table: Table) -> bool:
    return table.name != "erasure"


def copy(
    source: Store, target: Store, actor: Actor, now: dt.datetime, progress: Progress | None = None
) -> Copied:
    """Copy everything in the file `source` into the empty, migrated server database `target`.

    Args:
        source: the open file; it is only read.
        target: the server's database, opened by its owner.
        actor: who moves the hospital; the target's audit trail names them.
        now: the present moment, UTC.
        progress: told each table's name and number of rows when it is over.

    Raises `StorageError` where the target is not ready, or not the same afterwards; then it stays empty.
    """
    if migrate.pending(target):
        message = N_("There are no tables at this address yet. Run “deskapp migrate --url” for it first.")
        raise StorageError("storage.copy-unready", Text(message))
    with source.reading() as read, target.writing() as write:
        connection = write.connection()
        migrate.alone(connection)
        _demand_empty(connection)
        sums = {}
        for table in tables():
            sums[table.name] = _carry(read, connection, table)
            if progress is not None:
                progress(table.name, sums[table.name].count)
        broken = _compare(read, write, sums)
        rows = sum(each.count for each in sums.values())
        told = {"tables": len(sums), "rows": rows, "digest": _digest_of_all(sums)}
        line = audit.AuditLine("copy.done", "hospital", None, after=told)
        _settle(connection)
        audit.append(write, actor.desk, actor.account_id or None, now, [line])
        write.commit()
    return Copied(len(sums), rows, broken)


def _demand_empty(connection: Connection) -> None:
    if not grants.is_owner(connection):
        message = N_("Only the login that owns the tables can fill them. Nothing was copied.")
        raise StorageError("storage.copy-owner", Text(message))
    filled = [table.name for table in tables() if connection.execute(select(table).limit(1)).first()]
    if filled:
        message = N_(
            "There is a hospital at this address already ({what}). Nothing was copied; name an empty one."
        )
        raise StorageError("storage.copy-filled", Text(message, {"what": ", ".join(filled)}))


def _carry(read: Session, connection: Connection, table: Table) -> Sum:
    """Copy one table; return the sum of what was sent."""
    import psycopg

    driver: Any = connection.connection.driver_connection
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in table.columns)
    total = _Total()
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as out,
        ):
            for row in _rows(read, table):
                out.write_row(row)
                total.add(row)
    except psycopg.Error as error:
        known = storage_error(error)
        if known is None:
            raise
        raise known from error
    return total.sum()


def _rows(session: Session, table: Table) -> Iterator[tuple[Any, ...]]:
    asked = _stored(table).execution_options(yield_per=AT_ONCE)
    for row in session.execute(asked):
        yield tuple(row)


def _stored(table: Table) -> Select[Any]:
    """Return the query for a table's rows as they are stored: the same plain values on both databases."""
    return select(*(type_coerce(column, _plain(column)).label(column.name) for column in table.columns))


def _plain(column: Column[Any]) -> TypeEngine[Any]:
    if isinstance(column.type, Enum):
        return String()
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


class _Total:
    """Counts rows and adds up their digests."""

    def __init__(self) -> None:
        self._count = 0
        self._digest = 0

    def add(self, row: Sequence[Any]) -> None:
        """Take one more row."""
        self._count += 1
        said = hashlib.sha256(msgspec.json.encode(row)).digest()
        self._digest += int.from_bytes(said[:_DIGEST_BYTES])

    def sum(self) -> Sum:
        """Return what was counted."""
        return Sum(self._count, self._digest % (1 << 8 * _DIGEST_BYTES))


def sum_of(session: Session, table: Table) -> Sum:
    """Return the sum of a table's rows; equal sums are equal rows, whichever database holds them."""
    total = _Total()
    for row in _rows(session, table):
        total.add(row)
    return total.sum()


def _digest_of_all(sums: dict[str, Sum]) -> str:
    told = {name: [each.count, f"{each.digest:x}"] for name, each in sums.items()}
    return hashlib.sha256(audit.canonical(told)).hexdigest()


def _compare(read: Session, write: Session, sums: dict[str, Sum]) -> int:
    """Raise unless the server has the same rows and chains; return how many lines are broken in both."""
    different = [table.name for table in tables() if sum_of(write, table) != sums[table.name]]
    broken = list(audit.broken_lines(read))
    if not different and list(audit.broken_lines(write)) != broken:
        different = ["audit_chain"]
    if different:
        message = N_(
            "What arrived on the server is not what was sent ({what}). Nothing was copied; try again."
        )
        raise StorageError("storage.copy-different", Text(message, {"what": ", ".join(different)}))
    return len(broken)


def _settle(connection: Connection) -> None:
    """Let numbers go on behind the highest, and tell the server what it has now."""
    for table in tables():
        column = table.autoincrement_column
        if column is not None and (highest := connection.scalar(select(func.max(column)))) is not None:
            asked = text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)")
            where = {"table": connection.dialect.identifier_preparer.quote(table.name), "column": column.name}
            connection.execute(asked, {**where, "highest": highest})
    connection.execute(text("ANALYZE"))
