"""Bringing a database to this program's revision, and refusing one from a newer program.

The revision is read by plain SQL at start: importing Alembic costs 0.3 s and is needed only when
there is something to migrate.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from deskapp.db.engine import Store, told_plainly
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

HERE: Final = Path(__file__).resolve().parent / "migrations"
REVISIONS: Final = ("0001",)
HEAD: Final = REVISIONS[-1]
LOCK: Final = 0x6465736B
"""Number of the lock under which a server's database is migrated, ours alone."""


def revision(store: Store) -> str | None:
    """Return the database's revision; None while it is empty."""
    with told_plainly(), store.read_engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def upgrade(store: Store) -> bool:
    """Migrate to `HEAD` in one transaction; return whether anything was done.

    Raises `StorageError` when a newer program has migrated the database already, or when a database
    of ours is not what stands there.
    """
    found = revision(store)
    if found == HEAD:
        return False
    if found is not None and found not in REVISIONS:
        raise StorageError(
            "storage.newer",
            Text(
                N_(
                    "A newer version of this program has used this database ({found}). Update the program on this computer."
                ),
                {"found": found},
            ),
        )
    with told_plainly(), store.write_engine.begin() as connection:
        _run(connection)
    return True


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        # Two desks that start at once: the second waits, then finds everything done.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
