"""Who has a data folder open: every program that works in it shares the lock, putting the database in place needs it alone.

The lock is the one that SQLite holds on a file of its own, which works the same on every system and is
free by itself when a program crashes. Nothing is ever stored in that file, and nothing else opens it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from deskapp.db.faults import disk_error, storage_error
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

LOCK_FILE: Final = "deskapp.lock"


class FolderLock:
    """A lock that is held until `close`, or until the program ends."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def close(self) -> None:
        """Give the lock back; doing it twice does no harm."""
        self._connection.close()


def share(folder: Path) -> FolderLock:
    """Hold a folder open beside others. Raises `StorageError` ("storage.alone") while somebody needs it alone."""
    found = _lock(folder / LOCK_FILE, "BEGIN", 0)
    if found is None:
        message = N_(
            "Another program is just restoring or protecting this hospital. Wait until it has finished, then open it again."
        )
        raise StorageError("storage.alone", Text(message))
    return found


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep everybody else out of a folder. Raises `StorageError` ("storage.open-elsewhere") while somebody is in it."""
    found = _lock(folder / LOCK_FILE, "BEGIN EXCLUSIVE", 0)
    if found is None:
        message = N_("Another desk program has this hospital open. Close it first; nothing was changed.")
        raise StorageError("storage.open-elsewhere", Text(message))
    try:
        yield
    finally:
        found.close()


@contextmanager
def in_turn(file: Path, seconds: float) -> Iterator[None]:
    """Do something one program after the other; `StorageError` ("storage.turn") when it is not one's turn in time."""
    found = _lock(file, "BEGIN EXCLUSIVE", seconds)
    if found is None:
        message = N_("Another program is at the same work here. Try again in some minutes.")
        raise StorageError("storage.turn", Text(message))
    try:
        yield
    finally:
        found.close()


def _lock(file: Path, begin: str, seconds: float) -> FolderLock | None:
    """Return the lock, None when others hold it."""
    # The library that opens the database: Python's own SQLite would be a second one to load at each start.
    import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

    try:
        connection = driver.connect(file, timeout=seconds, isolation_level=None, check_same_thread=False)
    except driver.Error as error:
        raise storage_error(error) or disk_error(OSError(str(error))) from error
    try:
        connection.execute(begin)
        # Only reading takes the shared lock, and it is held as long as the transaction.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except driver.Error as error:
        connection.close()
        if isinstance(error, driver.OperationalError) and error.sqlite_errorcode == driver.SQLITE_BUSY:
            return None
        raise storage_error(error) or disk_error(OSError(str(error))) from error
    return FolderLock(connection)
