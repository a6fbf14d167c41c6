"""Is the database what was written? A quick look at every start, a full one once a week.

Both work on a connection of their own and hold no lock: desks go on reading and writing meanwhile.

Measured on a SQLite file of 1.4 GB (a million people), read once before: all pages authenticated in 4 s,
`PRAGMA quick_check` 21 s, `integrity_check` 102 s and `foreign_key_check` 268 s; with the larger cache that
a full look takes 41 s and 38 s. So the quick look authenticates every page, which finds whatever a
disk changed, and leaves the structure of the trees to the full one.

Findings are technical and short, for a report: they hold numbers of pages and rows, never what stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import text

from deskapp.db import cipher, migrate, triggers
from deskapp.db.engine import DAMAGED, Store, told_plainly
from deskapp.errors import StorageError

CACHE_KIB: Final = 262_144
"""Kept by a full look while it lasts: references are looked up all over the file."""
MOST_FINDINGS: Final = 100


def quick(store: Store) -> list[str]:
    """Return what a quick look finds wrong; empty when all is well.

    SQLite: every page of the file is authenticated, 2.6 s for 1 GB. PostgreSQL: see `_of_server`.
    Raises `StorageError` when the database can't be looked at, which says nothing about its state.
    """
    return _gathered(store, _pages_of_file)


def full(store: Store) -> list[str]:
    """Return what a full look finds wrong: also the structure, every index and every reference.

    SQLite: about a minute for 1 GB. Raises as `quick` does.
    """
    return _gathered(store, _all_of_file)


def _gathered(store: Store, of_file: Callable[[Store], Iterator[str]]) -> list[str]:
    found: list[str] = []
    if store.lost_transactions:
        found.append(f"journal damaged: {store.lost_transactions} transactions lost")
    try:
        found.extend(of_file(store) if store.is_sqlite else _of_server(store))
        found += _schema(store)
    except StorageError as error:
        if error.code not in DAMAGED:
            raise
        found.append(error.code)
    return found[:MOST_FINDINGS]


def _pages_of_file(store: Store) -> Iterator[str]:
    assert store.file is not None
    assert store.key is not None
    with cipher.opened(store.file, store.key) as connection:
        yield from _bad_pages(connection)


def _bad_pages(connection: Any) -> list[str]:
    """Return the pages that can't be authenticated.

    A page may be half written, by a desk just now or when the power was cut: it is whole in the journal
    then. So the journal is brought in, which makes nobody wait, and what is still wrong is wrong.
    """
    first = _said(connection, "PRAGMA cipher_integrity_check")
    if not first:
        return []
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    return [finding for finding in _said(connection, "PRAGMA cipher_integrity_check") if finding in first]


def _all_of_file(store: Store) -> Iterator[str]:
    bad = list(_pages_of_file(store))
    yield from bad
    if bad:
        # Behind a page that can't be read every other one looks wrong too.
        return
    assert store.file is not None
    assert store.key is not None
    with cipher.opened(store.file, store.key) as connection:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        for line in _said(connection, f"PRAGMA integrity_check({MOST_FINDINGS})"):
            yield from (part for part in line.splitlines() if part != "ok")
        for table in _said(connection, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            yield from _orphans(connection, table)


def _orphans(connection: Any, table: str) -> Iterator[str]:
    """Yield the rows of a table that point at nothing: a statement of its own, so that the journal stays short."""
    for _table, row, parent, _key in connection.execute(f'PRAGMA foreign_key_check("{table}")'):
        yield f"{table} row {row}: no such {parent}"


def _said(connection: Any, statement: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(statement)]


def _of_server(store: Store) -> Iterator[str]:
    """Yield what a server knows of itself: pages with a wrong checksum, indexes and constraints that don't count."""
    with told_plainly(), store.read_engine.connect() as connection:
        for what, asked in _SERVER_ASKED.items():
            for (name,) in connection.execute(text(asked)):
                yield f"{what}: {name}"


_SERVER_ASKED: Final = {
    "pages with a wrong checksum": (
        "SELECT checksum_failures FROM pg_stat_database"
        " WHERE datname = current_database() AND checksum_failures > 0"
    ),
    "index does not count": (
        "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
        " WHERE NOT (indisvalid AND indisready) AND relnamespace = current_schema()::regnamespace ORDER BY 1"
    ),
    "constraint does not count": (
        "SELECT conname FROM pg_constraint WHERE NOT convalidated"
        " AND connamespace = current_schema()::regnamespace ORDER BY 1"
    ),
}


def _schema(store: Store) -> list[str]:
    """Return whether there are tables, and the triggers that keep the trail."""
    if migrate.revision(store) is None:
        return ["no tables"]
    if migrate.pending(store):
        # An earlier revision had other triggers, or none.
        return []
    with told_plainly(), store.read_engine.connect() as connection:
        there = triggers.names(connection)
        return [f"trigger missing: {name}" for name in triggers.expected(connection) if name not in there]
