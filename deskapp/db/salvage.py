"""Saving what is intact of a damaged SQLite file into a fresh one. The damaged file is only ever read.

The cipher refuses a page of which a single bit has changed, so a row either comes out as it was written
or not at all. Tables are read by row number; where that breaks off, reading goes on from the other end, and
what lies between is halved again and again, until what can't be read is a few numbers wide.

The copy has what holds a hospital together, whatever was lost: it can be opened, written and searched.

- A row whose parent is lost stays out, or stands alone where the table allows it (a visit without its
  visitor). A lost account gets a stand-in that can't sign in, else everything it ever did would stay out.
- Keys for searching are made anew, they follow from the visitors.
- Counters of numbers and heads of audit chains are put at the last one there is. The chains may have gaps,
  and the check says so.

If the first page or a page of the list of tables is damaged nothing can be read: only a backup helps then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from deskapp.db import cipher, migrate, search_bulk, triggers
from deskapp.db.engine import Store
from deskapp.db.faults import storage_error
from deskapp.db.models.intake import Visitor
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

DERIVED: Final = ("search_key", "duplicate_key", "hot_prefix", "hot_hit")
"""Tables that are made anew from the visitors."""
OF_THE_COPY: Final = ("alembic_version", "schema_note")
"""Tables that say what the copy is, and not what the damaged file was."""
UNREADABLE: Final = ("storage.damaged", "storage.not-a-database", "storage.io")
FEW: Final = 8
"""A stretch of so few numbers between two that can't be read is given up: a page mostly holds more rows than that."""
WIDE: Final = 65_536
"""A stretch this wide is looked at in some places first: the root of its table may be gone."""
PLACES: Final = 64
KEYED_TOGETHER: Final = 20_000
AT_ONCE: Final = 5_000
"""Rows of one transaction: the journal stays small."""
HIGHEST: Final = 62
Row = tuple[Any, ...]
KeysOf = Callable[[Visitor], tuple[Mapping[str, int], Iterable[str]]]


@dataclass(frozen=True)
class Salvaged:
    """How many rows of each table were saved, and how many were not, as far as that can be known."""

    read: Mapping[str, int]
    lost: Mapping[str, int]

    @property
    def lost_in_all(self) -> int:
        """Rows of all tables that were not saved."""
        return sum(self.lost.values())


def salvage(
    file: Path, key: bytes, target: Path, keys_of: KeysOf, progress: Callable[[float], object] | None = None
) -> Salvaged:
    """Save what is intact of `file` into the new file `target`, under the same key.

    Args:
        file: the damaged file; others may have it open.
        key: its 32-byte key.
        target: where the copy is made; nothing may lie there.
        keys_of: the search keys and the blocking keys of a visitor, see `services.intake.keys.found_by`.
        progress: told the share done, 0 to 1.

    Raises `StorageError`: there is something at `target`, nothing can be read, or the copy can't be
    written; then there is no copy.
    """
    if target.exists():
        message = N_("There is a file {file} already. It was not touched; choose another name.")
        raise StorageError("storage.exists", Text(message, {"file": target.name}))
    try:
        return _salvaged(file, key, target, keys_of, progress or _unheard)
    except BaseException:
        with contextlib.suppress(OSError):
            cipher.remove(target)
        raise


def _unheard(share: float) -> None:
    """Tell nobody how far it is."""


def _salvaged(
    file: Path, key: bytes, target: Path, keys_of: KeysOf, progress: Callable[[float], object]
) -> Salvaged:
    with contextlib.closing(_Damaged(file, key)) as damaged:
        store = Store.open(f"sqlite:///{target}", key)
        with contextlib.closing(store):
            migrate.upgrade(store)
            with store.write_engine.begin() as connection:
                triggers.drop(connection)
            with cipher.opened(target, key) as copy:
                result = _Copy(damaged, copy, progress).fill()
            _make_keys(store, key, keys_of)
            with store.write_engine.begin() as connection:
                triggers.create(connection)
    progress(1.0)
    return result


# --- The damaged file -------------------------------------------------------------------------------------


class _Unreadable(Exception):
    """The next row lies on a page that can't be read."""


class _Damaged:
    """The damaged file, opened so that nothing is ever written to it."""

    def __init__(self, file: Path, key: bytes) -> None:
        self._uri = f"{file.resolve().as_uri()}?mode=ro"
        self._key = key
        self._connection = self._opened()
        try:
            schema = self._ask("SELECT type, name, tbl_name FROM sqlite_master")
        except _Unreadable as error:
            raise StorageError("storage.not-a-database", Text(NOTHING_READABLE)) from error
        self.tables = {name for kind, name, _table in schema if kind == "table"}
        self._indexes = [(table, name) for kind, name, table in schema if kind == "index"]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""
        return [row[1] for row in self._ask(f'PRAGMA table_info("{table}")')]

    def rows(
        self, table: str, columns: Sequence[str], span: tuple[int, int], *, down: bool
    ) -> Iterator[tuple[int, Row]]:
        """Yield (number, values) of the rows whose number lies in `span`, upward or downward."""
        names = ", ".join(f'"{name}"' for name in columns)
        order = "DESC" if down else "ASC"
        asked = (
            f'SELECT rowid, {names} FROM "{table}" NOT INDEXED'
            f" WHERE rowid BETWEEN ? AND ? ORDER BY rowid {order}"
        )
        low, high = span
        try:
            for row in self._asking(asked, span):
                low, high = (low, row[0] - 1) if down else (row[0] + 1, high)
                yield row[0], row[1:]
        except _Unreadable:
            # The driver looks one row ahead, and the row before the bad page goes down with it.
            for row in self._asking(f"{asked} LIMIT 1", (low, high)):
                yield row[0], row[1:]
            raise

    def reads_at(self, table: str, number: int) -> bool:
        """Say whether the place of a row number can be read."""
        asked = f'SELECT rowid FROM "{table}" NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1'
        try:
            self._ask(asked, (number,))
        except _Unreadable:
            return False
        return True

    def count(self, table: str) -> int | None:
        """Return how many rows the table had, by an index that is intact; None where there is none."""
        return self._by_index(table, "count(*)")

    def highest(self, table: str) -> tuple[int, bool]:
        """Return the highest row number and True, or the highest at which the table can still be read and False."""
        try:
            return self._ask(f'SELECT max(rowid) FROM "{table}" NOT INDEXED')[0][0] or 0, True
        except _Unreadable:
            known = self._by_index(table, "max(rowid)")
            return (self._edge(table), False) if known is None else (known, True)

    def _by_index(self, table: str, what: str) -> int | None:
        for of, name in self._indexes:
            if of == table:
                with contextlib.suppress(_Unreadable):
                    found: int = self._ask(f'SELECT {what} FROM "{table}" INDEXED BY "{name}"')[0][0] or 0
                    return found
        return None

    def _edge(self, table: str) -> int:
        """Find the edge of what can be read where the end of a table is gone."""
        readable = [power for power in range(HIGHEST) if self.reads_at(table, 1 << power)]
        low, high = (1 << readable[-1], 2 << readable[-1]) if readable else (0, 1)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.reads_at(table, middle) else (low, middle)
        return low

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        return list(self._asking(statement, values))

    def _asking(self, statement: str, values: Sequence[Any]) -> Iterator[Row]:
        import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

        try:
            yield from self._connection.execute(statement, values)
        except driver.Error as error:
            known = storage_error(error)
            if known is None or known.code not in UNREADABLE:
                raise known or error from error
            # A connection that has met one such page refuses every other one too.
            self._connection.close()
            self._connection = self._opened()
            raise _Unreadable from error

    def _opened(self) -> Any:
        import sqlcipher3.dbapi2 as driver

        connection = driver.connect(self._uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
        return connection


NOTHING_READABLE: Final = N_(
    "Nothing can be read from this file: its first page is damaged, or the key is not its own. Restore a backup."
)


# --- The copy ---------------------------------------------------------------------------------------------


class _Copy:
    """The fresh file while it is being filled; its connection looks at no references until all is there."""

    def __init__(self, damaged: _Damaged, copy: Any, progress: Callable[[float], object]) -> None:
        self._damaged = damaged
        self._copy = copy
        self._progress = progress

    def fill(self) -> Salvaged:
        """Copy every table, then make it whole; return what was saved."""
        names = [
            name for (name,) in self._copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        tables = sorted({*names} & self._damaged.tables - {*DERIVED, *OF_THE_COPY})
        expected = {}
        for done, table in enumerate(tables):
            self._progress(done / len(tables) / 2)
            expected[table] = _Reading(self._damaged, table, self._columns(table), self._store).all()
        self._copy.execute("BEGIN")
        stand_ins = _stand_ins(self._copy)
        _without_orphans(self._copy)
        saved = {table: self._count(table) for table in tables}
        _go_on(self._copy)
        self._copy.execute("COMMIT")
        saved["account"] -= stand_ins
        lost = {table: max(expected[table] - saved[table], 0) for table in tables}
        return Salvaged(saved, {table: count for table, count in lost.items() if count})

    def _count(self, table: str) -> int:
        return int(self._copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

    def _columns(self, table: str) -> list[str]:
        own = [row[1] for row in self._copy.execute(f'PRAGMA table_info("{table}")')]
        return [name for name in self._damaged.columns(table) if name in own]

    def _store(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Store rows; what breaks a rule of the table is no row that was ever stored, and stays out."""
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" for _name in columns)
        adding = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({places})'
        count, remaining = 0, iter(rows)
        while part := list(islice(remaining, AT_ONCE)):
            self._copy.execute("BEGIN")
            count += self._copy.executemany(adding, part).rowcount
            self._copy.execute("COMMIT")
        return count


class _Reading:
    """One table of the damaged file, read as far as it goes."""

    def __init__(
        self,
        damaged: _Damaged,
        table: str,
        columns: Sequence[str],
        store: Callable[[str, Sequence[str], Iterable[Row]], int],
    ) -> None:
        self._damaged = damaged
        self._table = table
        self._columns = columns
        self._store = store
        self._missing = 0

    def all(self) -> int:
        """Store all rows that can be read; return how many there must have been."""
        count = self._store(self._table, self._columns, self._rows())
        if not self._missing:
            return count
        known = self._damaged.count(self._table)
        return count + self._missing if known is None else max(known, count)

    def _rows(self) -> Iterator[Row]:
        top, is_known = self._damaged.highest(self._table)
        yield from self._between(0, top)
        if not is_known and not self._damaged.reads_at(self._table, top + 1):
            # At least one more stood behind the edge.
            self._missing += 1

    def _between(self, low: int, high: int) -> Iterator[Row]:
        """Yield the rows numbered `low` to `high`: from both ends, then each half of what is left."""
        for down in (False, True):
            place = high if down else low
            try:
                for number, row in self._damaged.rows(self._table, self._columns, (low, high), down=down):
                    place = number - 1 if down else number + 1
                    yield row
            except _Unreadable:
                low, high = (low, place) if down else (place, high)
            else:
                return
        if high - low < FEW or self._is_hopeless(low, high):
            self._missing += max(high - low + 1, 0)
            return
        middle = (low + high) // 2
        yield from self._between(low, middle)
        yield from self._between(middle + 1, high)

    def _is_hopeless(self, low: int, high: int) -> bool:
        step = (high - low) // PLACES
        return step > WIDE // PLACES and not any(
            self._damaged.reads_at(self._table, low + step * place) for place in range(1, PLACES)
        )


# --- What holds the copy together -------------------------------------------------------------------------


def _references(copy: Any) -> list[tuple[str, str, str, str, bool]]:
    """Return (table, column, parent, its column, whether it must be there) of every reference."""
    tables = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = []
    for table in tables:
        demanded = {row[1] for row in copy.execute(f'PRAGMA table_info("{table}")') if row[3] or row[5]}
        for _id, _seq, parent, column, to, *_rest in copy.execute(f'PRAGMA foreign_key_list("{table}")'):
            found.append((table, column, parent, to, column in demanded))
    return found


def _stand_ins(copy: Any) -> int:
    """Put an account that can't sign in where one is lost; return how many."""
    count: int = 0
    for table, column, parent, _to, _demanded in _references(copy):
        if parent == "account":
            count += copy.execute(
                "INSERT INTO account (id, sign_in, name, password_hash, active, failures, version)"
                f" SELECT DISTINCT {column}, 'lost-' || {column}, 'lost-' || {column}, '-', 0, 0, 1"
                f" FROM {table} WHERE {column} NOT IN (SELECT id FROM account)"
            ).rowcount
    return count


def _without_orphans(copy: Any) -> None:
    """Take out, or cut loose, the rows whose parent is lost, and then those whose parent was taken out."""
    references = _references(copy)
    changed = True
    while changed:
        changed = False
        for table, column, parent, to, demanded in references:
            doing = f"DELETE FROM {table}" if demanded else f"UPDATE {table} SET {column} = NULL"
            alone = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {to} FROM {parent})"
            changed |= copy.execute(f"{doing} WHERE {alone}").rowcount > 0


def _go_on(copy: Any) -> None:
    """Let numbers and chains go on behind the last there is: else the first write would collide with it."""
    copy.execute(
        "INSERT INTO queue_counter (queue, day, last)"
        " SELECT queue, day, max(last) FROM (SELECT queue, day, number AS last FROM queue_number"
        " UNION ALL SELECT queue, day, last FROM paper_block) GROUP BY queue, day"
        " ON CONFLICT DO UPDATE SET last = max(last, excluded.last)"
    )
    copy.execute(
        "INSERT INTO audit_chain (name, sequence, head)"
        " SELECT chain, max(sequence), hash FROM audit_entry GROUP BY chain"
        " ON CONFLICT DO UPDATE SET sequence = excluded.sequence, head = excluded.head"
        " WHERE excluded.sequence > audit_chain.sequence"
    )


def _make_keys(store: Store, key: bytes, keys_of: KeysOf) -> None:
    """Make everything by which visitors are found; in order the keys go into the index several times as fast.

    The keys of a record that was merged lead to the one that was kept.
    """
    assert store.file is not None
    stands = _standing(store)
    with cipher.opened(store.file, key) as copy:
        for visitors in _parts(store):
            found = [(stands.get(visitor.id, visitor.id), keys_of(visitor)) for visitor in visitors]
            keys = sorted((name, who, grade) for who, (keys, _) in found for name, grade in keys.items())
            blocks = sorted((name, who) for who, (_, blocks) in found for name in blocks)
            copy.execute("BEGIN")
            copy.executemany(
                "INSERT INTO search_key (key, visitor_id, grade) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET grade = min(grade, excluded.grade)",
                keys,
            )
            copy.executemany("INSERT OR IGNORE INTO duplicate_key (key, visitor_id) VALUES (?, ?)", blocks)
            copy.execute("COMMIT")
    search_bulk.rebuild(store)


def _standing(store: Store) -> dict[int, int]:
    """Return which record stands for each one that was merged, over any number of merges."""
    asked = select(Visitor.id, Visitor.merged_into_id).where(Visitor.merged_into_id.is_not(None))
    with store.reading() as session:
        into = {who: kept for who, kept in session.execute(asked) if kept is not None}
    found = {}
    for who in into:
        root, steps = who, 0
        # A damaged file may hold a circle.
        while root in into and steps <= len(into):
            root, steps = into[root], steps + 1
        found[who] = root
    return found


def _parts(store: Store) -> Iterator[Sequence[Visitor]]:
    """Yield all visitors, part by part; nothing is held open between."""
    last = 0
    while True:
        with store.reading() as session:
            asked = select(Visitor).where(Visitor.id > last).order_by(Visitor.id).limit(KEYED_TOGETHER)
            part = session.scalars(asked).all()
        if not part:
            return
        yield part
        last = part[-1].id
