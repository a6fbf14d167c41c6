"""The copy of a SQLite database: made by `VACUUM INTO` under the same key while others write, then read through.

(Copying page by page with SQLite's backup interface begins anew whenever somebody writes, and never ends.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from deskapp.db import audit, cipher, triggers
from deskapp.db.engine import Store, told_plainly
from deskapp.db.keys import key_id
from deskapp.db.migrate import HEAD
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

Heads = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Facts:
    """What a backup holds: revision, the key's id ("" on a server), rows per table, ends of the audit chains, and
    how many lines of them are not as they were written."""

    revision: str
    key: str
    counts: dict[str, int]
    heads: Heads
    broken: int


def size_of(file: Path) -> int:
    """Return the bytes of a database and its journal."""
    journal = file.with_name(file.name + "-wal")
    return file.stat().st_size + (journal.stat().st_size if journal.exists() else 0)


def copy(store: Store, target: Path) -> Facts:
    """Copy the database into the new file `target` and return what the copy holds.

    Raises `StorageError` when the database can't be read, the disk is full, or the copy is not good
    ("backup.bad"); whatever is at `target` then has to go.
    """
    assert store.file is not None
    assert store.key is not None
    before = _heads(store)
    with cipher.opened(store.file, store.key) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    facts = facts_of(target, store.key)
    if not _between(before, facts.heads, _heads(store)):
        raise bad(target, "heads")
    return facts


def facts_of(file: Path, key: bytes) -> Facts:
    """Read a database through, page by page and line by line of its trail, without changing it.

    Raises `StorageError`: "storage.not-a-database" (no database, or not its key), "storage.damaged", or
    "backup.bad" when pages are not as they were written.
    """
    _demand_sound(file, key)
    with read_only(file, key) as connection, Session(connection) as session:
        return Facts(
            revision_of(connection),
            key_id(key),
            counts_of(connection),
            heads_of(session),
            _broken(session, connection),
        )


def _broken(session: Session, connection: Connection) -> int:
    """Return how many lines of the trail, and triggers that guard it, are not as they were."""
    tables = inspect(connection)
    if not tables.has_table(audit.ENTRY.name):
        return 0
    lines = session.scalar(select(func.count()).select_from(audit.ENTRY)) or 0
    ends = sum(sequence for sequence, _head in audit.heads(session).values())
    found = int(lines != ends)
    # An earlier version's tables had neither proofs of erasure nor these triggers.
    if tables.has_table(audit.ERASURE.name):
        found = sum(1 for _ in audit.broken_lines(session)) or found
    if revision_of(connection) == HEAD:
        found += len(set(triggers.expected(connection)) - set(triggers.names(connection)))
    return found


def bad(file: Path, what: str) -> StorageError:
    """Return the error of a copy that is not what it should be."""
    message = N_(
        "The backup {file} is not good ({what}) and is not used. The database itself was not touched."
    )
    return StorageError("backup.bad", Text(message, {"file": file.name, "what": what}))


@contextmanager
def read_only(file: Path, key: bytes) -> Iterator[Connection]:
    """Give a connection that leaves nothing beside the file; faults of the surroundings as `StorageError`."""
    import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

    def connect() -> object:
        connection = cipher.connect(file, key)
        connection.execute("PRAGMA query_only = ON")
        return connection

    engine = create_engine("sqlite://", module=driver, creator=connect, poolclass=NullPool)
    try:
        with told_plainly(), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str:
    """Return the revision of the tables; "" where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def counts_of(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    quote = connection.dialect.identifier_preparer.quote
    tables = sorted(inspect(connection).get_table_names())
    return {
        table: connection.execute(text(f"SELECT count(*) FROM {quote(table)}")).scalar_one()
        for table in tables
    }


def _demand_sound(file: Path, key: bytes) -> None:
    with cipher.opened(file, key) as connection:
        connection.execute("PRAGMA query_only = ON")
        # The first reading tells a wrong key; only then damage is what the checks find.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if connection.execute("PRAGMA cipher_integrity_check").fetchall():
            raise bad(file, "cipher")
        if connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise bad(file, "pages")


def heads_of(session: Session) -> Heads:
    """Return the ends of the chains; a database in which nothing is yet has none."""
    if not inspect(session.connection()).has_table(audit.CHAIN.name):
        return {}
    return audit.heads(session)


def _heads(store: Store) -> Heads:
    with store.reading() as session:
        return heads_of(session)


def _between(before: Heads, copied: Heads, after: Heads) -> bool:
    nothing = (0, audit.GENESIS)
    return all(
        before.get(chain, nothing)[0] <= copied.get(chain, nothing)[0] <= after.get(chain, nothing)[0]
        for chain in before.keys() | copied.keys()
    )
