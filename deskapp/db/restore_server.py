"""Restoring a server's dump into a new, empty database: never over the one that is in use."""

from __future__ import annotations

from pathlib import Path

from deskapp.db import backup, backup_server, migrate, restore
from deskapp.db.backup_file import Facts, bad
from deskapp.db.engine import Store
from deskapp.db.faults import disk_error


def restore_dump(store: Store, file: Path) -> Facts:
    """Restore `file` into the empty database of `store`; compare it, bring its tables up to date.

    Raises `StorageError`: "restore.not-empty", "backup.bad" when it is not what its manifest says, or another
    when the database can't be written.
    """
    if not file.is_file():
        raise disk_error(FileNotFoundError(2, "", str(file)))
    said = backup.backup_at(file)
    if said is not None and not backup.is_intact(said):
        raise bad(file, "manifest")
    backup_server.restore(store, file)
    facts = backup_server.facts(store)
    restore.demand_as_said(facts, file)
    migrate.upgrade(store)
    return facts
