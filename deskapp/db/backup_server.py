"""Backups of a PostgreSQL database: `pg_dump` and `pg_restore` of the server's own major version.

The dump and what is said of it come from one snapshot. The programs get the address that the open
connection has, verified as it is, and the password in their surroundings: neither in a file nor in what
the system shows of running programs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from deskapp.db import audit
from deskapp.db.backup_file import Facts, bad, counts_of, heads_of, revision_of
from deskapp.db.engine import Store
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

_PLACES: Final = (
    "/usr/lib/postgresql/{major}/bin",
    "/usr/pgsql-{major}/bin",
    "/opt/homebrew/opt/postgresql@{major}/bin",
    "/usr/local/opt/postgresql@{major}/bin",
    "/Library/PostgreSQL/{major}/bin",
    "C:/Program Files/PostgreSQL/{major}/bin",
)
"""Where Debian, Red Hat, macOS and Windows put the programs of one major version."""

_ADDRESS: Final = (
    *("host", "hostaddr", "port", "dbname", "user", "service", "passfile", "connect_timeout", "gssencmode"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl"),
)


def size_of(store: Store) -> int:
    """Return the bytes of the database on the server."""
    with store.reading() as session:
        return int(session.scalar(select(func.pg_database_size(func.current_database()))) or 0)


def dump(store: Store, target: Path) -> Facts:
    """Dump the database into the new file `target`; return what was in it at that moment.

    Raises `StorageError`: "backup.program" when the server's `pg_dump` is not here, "backup.bad" when it fails.
    """
    with store.reading() as session:
        connection = _driver(session)
        program = find("pg_dump", _major(connection))
        snapshot = session.scalar(text("SELECT pg_export_snapshot()"))
        options = ["--format=custom", f"--snapshot={snapshot}", f"--file={target}", "--no-password"]
        _run([program, *options, f"--dbname={_address(connection)}"], connection, target)
        target.chmod(0o600)
        facts = _facts(session)
    listed = _run([find("pg_restore", _major(connection)), "--list", str(target)], connection, target)
    missing = [table for table in facts.counts if f" TABLE DATA public {table} " not in listed]
    if missing:
        raise bad(target, missing[0])
    return facts


def restore(store: Store, dumped: Path) -> None:
    """Put a dump into the empty database of `store`, all of it or nothing.

    Raises `StorageError`: "restore.not-empty" when something is there already, "backup.program", "backup.bad".
    """
    with store.reading() as session:
        connection = _driver(session)
        if inspect(session.connection()).get_table_names():
            message = N_(
                "There is something in this database already. A backup is restored into a new, empty one; nothing was changed."
            )
            raise StorageError("restore.not-empty", Text(message))
        program, address = find("pg_restore", _major(connection)), _address(connection)
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password"]
    _run([program, *options, f"--dbname={address}", str(dumped)], connection, dumped)


def facts(store: Store) -> Facts:
    """Return what a server's database holds."""
    with store.reading() as session:
        return _facts(session)


def _facts(session: Session) -> Facts:
    connection = session.connection()
    broken = sum(1 for _ in audit.broken_lines(session))
    return Facts(revision_of(connection), "", counts_of(connection), heads_of(session), broken)


def find(name: str, major: int) -> str:
    """Return the program `name` of the server's major version; `StorageError` ("backup.program") without one."""
    suffix = ".exe" if sys.platform == "win32" else ""
    places = [Path(place.format(major=major)) / f"{name}{suffix}" for place in _PLACES]
    found = next((str(place) for place in places if place.exists()), None) or shutil.which(name)
    if found is None:
        message = N_(
            "The program {program} of PostgreSQL {version} is not on this computer. Install the client programs"
            " of that version; nothing was done."
        )
        raise StorageError("backup.program", Text(message, {"program": name, "version": major}))
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"\) (\d+)", said)
    if version is None or int(version[1]) != major:
        message = N_(
            "The program {program} is of version {found}, the server of version {version}. Install the client"
            " programs of the server's version; nothing was done."
        )
        values = {"program": name, "found": version[1] if version else "?", "version": major}
        raise StorageError("backup.program", Text(message, values))
    return found


def _driver(session: Session) -> Any:
    return session.connection().connection.driver_connection


def _major(connection: Any) -> int:
    return int(connection.info.server_version) // 10_000


def _address(connection: Any) -> str:
    """Return the address of an open connection, without the password.

    Only what every version knows: psycopg brings a newer libpq than the server's programs have.
    """
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    said = conninfo_to_dict(connection.info.dsn)
    return make_conninfo("", **{name: said[name] for name in _ADDRESS if name in said})


def _run(command: list[str], connection: Any, file: Path) -> str:
    """Run a program of the server's; return what it printed. What it says on failure may name rows: it is not shown."""
    surroundings = {**os.environ, "LC_ALL": "C"}
    if connection.info.password:
        surroundings["PGPASSWORD"] = connection.info.password
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
    if done.returncode:
        raise bad(file, Path(command[0]).stem)
    return done.stdout
