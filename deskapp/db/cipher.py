"""An encrypted SQLite file by itself: opening it with the driver alone, and copying it whole under another key.

`sqlcipher_export` copies tables, rows, indexes and triggers. The copy counts only when everything that
was in the original is found in it, and every page of it can be authenticated.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from deskapp.db.faults import storage_error
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

_PRAGMAS: Final = ("user_version", "application_id")
_SCHEMA: Final = "SELECT type, name, tbl_name, sql FROM {place}.sqlite_master ORDER BY type, name"
BESIDE: Final = ("-wal", "-shm", "-journal")


def connect(path: Path, key: bytes) -> Any:
    """Open a file with its 32-byte key; whether the key fits shows at the first reading."""
    import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

    connection = driver.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def opened(path: Path, key: bytes) -> Iterator[Any]:
    """Give a connection to a file and close it; what the surroundings do is raised as `StorageError`."""
    import sqlcipher3.dbapi2 as driver

    try:
        with contextlib.closing(connect(path, key)) as connection:
            yield connection
    except (driver.Error, OSError) as error:
        known = storage_error(error)
        if known is None:
            raise
        raise known from error


def fits(path: Path, key: bytes) -> bool:
    """Say whether `key` opens the file."""
    try:
        with opened(path, key) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except StorageError as error:
        if error.code != "storage.not-a-database":
            raise
        return False
    return True


def copy(source: Path, old: bytes, target: Path, new: bytes) -> None:
    """Write what `source` holds into the new file `target` under the key `new`; nothing else may have it open.

    Raises `StorageError`; `target` is then no copy and has to go.
    """
    remove(target)
    with opened(source, old) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ATTACH DATABASE ? AS fresh KEY ?", (str(target), f"x'{new.hex()}'"))
        connection.execute("SELECT sqlcipher_export('fresh')").fetchall()
        for name in _PRAGMAS:
            value = connection.execute(f"PRAGMA main.{name}").fetchone()[0]
            connection.execute(f"PRAGMA fresh.{name} = {value}")
        _compare(connection)
        connection.execute("DETACH DATABASE fresh")


def remove(path: Path) -> None:
    """Remove a SQLite file and what lies beside it; none of it has to be there."""
    path.unlink(missing_ok=True)
    for suffix in BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _compare(connection: Any) -> None:
    """Raise unless schema and counts are the same and every page of the copy is authentic."""
    schema, copied = (
        connection.execute(_SCHEMA.format(place=place)).fetchall() for place in ("main", "fresh")
    )
    damaged = connection.execute("PRAGMA fresh.cipher_integrity_check").fetchall()
    unsound = connection.execute("PRAGMA fresh.quick_check").fetchall() != [("ok",)]
    if schema != copied or damaged or unsound or not _same_counts(connection, schema):
        message = N_("The copy of {file} is not the same as the original. The original stays as it was.")
        file = Path(connection.execute("PRAGMA database_list").fetchone()[2]).name
        raise StorageError("storage.copy", Text(message, {"file": file}))


def _same_counts(connection: Any, schema: list[tuple[str, str, str, str | None]]) -> bool:
    tables = [name.replace('"', '""') for kind, name, _table, _sql in schema if kind == "table"]
    return all(
        connection.execute(f'SELECT count(*) FROM main."{name}"').fetchone()
        == connection.execute(f'SELECT count(*) FROM fresh."{name}"').fetchone()
        for name in tables
    )
