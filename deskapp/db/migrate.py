"""Bringing a database to this program's revision, and refusing one that it can't work with.

The revision is read by plain SQL at start: importing Alembic costs 0.3 s and is needed only when
there is something to migrate.

On SQLite foreign keys are off while tables change: its way of altering a table makes a new one and
drops the old, and would take the rows that point to it along. So everything is compared before the
commit: every row is still there, every key has its parent, every trigger is back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from deskapp.db import grants, triggers
from deskapp.db.engine import Store, told_plainly
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

HERE: Final = Path(__file__).resolve().parent / "migrations"
REVISIONS: Final = ("0001", "0002", "0003", "0004")
HEAD: Final = REVISIONS[-1]
LOCK: Final = 0x6465736B
"""Number of the lock under which a server's database is migrated, ours alone."""
Before = Callable[[], object]


def revision(store: Store) -> str | None:
    """Return the database's revision; None while it is empty."""
    with told_plainly(), store.read_engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def pending(store: Store) -> bool:
    """Say whether the database has to be migrated before this program can use it.

    Raises `StorageError` when a newer program has migrated it to what this one can't work with.
    """
    found = revision(store)
    if found is None or found in REVISIONS:
        return found != HEAD
    if works_from(store, found) in REVISIONS:
        return False
    message = N_(
        "A newer version of this program has used this database ({found}). Update the program on this computer."
    )
    raise StorageError("storage.newer", Text(message, {"found": found}))


def works_from(store: Store, found: str) -> str | None:
    """Return the oldest revision whose program can work with a database of revision `found`."""
    with told_plainly(), store.read_engine.connect() as connection:
        if not inspect(connection).has_table("schema_note"):
            return None
        asked = text("SELECT works_from FROM schema_note WHERE revision = :found")
        answer: str | None = connection.execute(asked, {"found": found}).scalar()
        return answer


def upgrade(store: Store, before: Before | None = None) -> bool:
    """Migrate to `HEAD` in one transaction; return whether anything was done.

    Args:
        store: the open database.
        before: called when there is something to migrate and something to lose: makes the backup.

    Raises `StorageError` when a newer program has migrated the database already, when a database of ours
    is not what stands there, or when only the owner of a server's tables may do it.
    """
    if not pending(store):
        return False
    if not store.is_sqlite:
        with told_plainly(), store.read_engine.connect() as connection:
            grants.demand_owner(connection)
    if before is not None and revision(store) is not None:
        before()
    with told_plainly(), store.write_engine.connect() as connection:
        _run(connection)
    return True


def _run(connection: Connection) -> None:
    is_file = connection.dialect.name == "sqlite"
    if is_file:
        # The pragma does nothing inside a transaction, so it is sent before BEGIN.
        _raw(connection, "PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            if not is_file:
                # Two desks that start at once: the second waits, then finds everything done.
                alone(connection)
            before = _rows(connection)
            triggers.drop(connection)
            noted = _upgrade(connection)
            triggers.create(connection)
            _compare(connection, before)
            _note(connection, noted)
            if not is_file:
                grants.give(connection)
    finally:
        if is_file:
            _raw(connection, "PRAGMA foreign_keys = ON")


def alone(connection: Connection) -> None:
    """Wait until nobody else migrates or fills a server's database, and take all the time it needs."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def give_rights(store: Store) -> list[Text]:
    """Give the desks of a server their rights, if this login owns the tables.

    Return what somebody with more rights has to do, in words.
    """
    with told_plainly(), store.write_engine.begin() as connection:
        if not grants.is_owner(connection):
            return []
        alone(connection)
        return grants.give(connection)


def _raw(connection: Connection, statement: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement)


def _upgrade(connection: Connection) -> dict[str, str]:
    """Run Alembic; return {revision: oldest revision whose program can work with it} of what was new."""
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    at = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(config)
    fresh = [script for script in scripts.walk_revisions() if at is None or script.revision > at]
    command.upgrade(config, "head")
    return {script.revision: getattr(script.module, "works_from", script.revision) for script in fresh}


def _note(connection: Connection, noted: dict[str, str]) -> None:
    at = round(dt.datetime.now(dt.UTC).timestamp() * 1_000_000)
    added = text("INSERT INTO schema_note (revision, works_from, at) VALUES (:revision, :works_from, :at)")
    for revision, oldest in sorted(noted.items()):
        connection.execute(added, {"revision": revision, "works_from": oldest, "at": at})


def _rows(connection: Connection) -> dict[str, int]:
    tables = inspect(connection).get_table_names()
    quote = connection.dialect.identifier_preparer.quote
    return {
        table: connection.execute(text(f"SELECT count(*) FROM {quote(table)}")).scalar_one()
        for table in tables
        if table != "alembic_version"
    }


def _compare(connection: Connection, before: dict[str, int]) -> None:
    """Raise unless every row, key and trigger came through; then the transaction is rolled back."""
    after = _rows(connection)
    lost = [table for table, count in before.items() if after.get(table, 0) < count]
    if connection.dialect.name == "sqlite":
        lost += [str(row[0]) for row in connection.execute(text("PRAGMA foreign_key_check"))]
    if triggers.names(connection) != triggers.expected(connection):
        lost.append("triggers")
    if lost:
        message = N_(
            "Bringing the database up to date would lose something ({what}). Nothing was changed; ask for help."
        )
        raise StorageError("storage.migration", Text(message, {"what": ", ".join(sorted(set(lost)))}))
