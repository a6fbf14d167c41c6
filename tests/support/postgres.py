"""A PostgreSQL server for the run, started from the system's own packages on a free port."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import free_port, wait_until
from tests.support.run import keep_alive, once_per_run

ADMIN = "postgres"
_DEBIAN = Path("/usr/lib/postgresql")


class Postgres:
    """A running server; `url(name)` is what the program is given."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database, as the owner of everything in it."""
        return f"postgresql+psycopg://{ADMIN}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def connection(self, database: str = "postgres") -> Iterator[Any]:
        """Give a bare connection in autocommit."""
        import psycopg

        where = {"host": "127.0.0.1", "port": self.port, "user": ADMIN}
        with psycopg.connect(**where, dbname=database, autocommit=True) as connection:  # type: ignore[arg-type]
            yield connection

    def create(self, database: str) -> None:
        """Create an empty database."""
        with self.connection() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE template0')

    def drop(self, database: str) -> None:
        """Drop a database and throw out whoever still uses it."""
        with self.connection() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def programs() -> Path | None:
    """Return the folder of the newest installed server, None where there is none."""
    newest = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if newest:
        return newest[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@pytest.fixture(scope="session")
def postgres(run_folder: Path) -> Postgres:
    """Return the run's server; skipped where none is installed, but never in CI."""
    if programs() is None:
        if os.environ.get("CI"):
            pytest.fail("CI must run the PostgreSQL half, and no server is installed", pytrace=False)
        pytest.skip("PostgreSQL is not installed")
    started = once_per_run(run_folder, "postgres", lambda: _start(run_folder))
    return Postgres(int(started["port"]))


def _start(folder: Path) -> dict[str, str]:
    home = folder / "pg"
    home.mkdir()
    if _root():
        shutil.chown(home, ADMIN)
    _initialise(home)
    port = free_port()
    keep_alive(folder, "postgres", _as_server(_command(home, port)), stop=_as_server(_stop_command(home)))
    server = Postgres(port)
    wait_until(lambda: _answers(server), 60, f"PostgreSQL did not start ({folder / 'postgres.log'})")
    return {"port": str(port)}


def _initialise(home: Path) -> None:
    # A dictionary order, as hospitals' servers have: range queries that count on byte order fail here.
    order = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh"]
    common = [_program("initdb"), "-D", str(home / "data"), "-U", ADMIN, "-A", "trust", "--no-sync"]
    for options in (order, order[:2], []):
        command = _as_server([*common, *options])
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home)
        if done.returncode == 0:
            return
        shutil.rmtree(home / "data", ignore_errors=True)
    raise RuntimeError(done.stderr)


def _command(home: Path, port: int) -> list[str]:
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": home,
        # Nothing here has to survive: no waiting for the disk.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "64MB",
        "max_connections": 100,
        "timezone": "America/St_Johns",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [_program("postgres"), "-D", str(home / "data"), *options]


def _stop_command(home: Path) -> list[str]:
    return [_program("pg_ctl"), "stop", "-D", str(home / "data"), "-m", "immediate", "-w"]


def _program(name: str) -> str:
    folder = programs()
    assert folder is not None
    return str(folder / name)


def _as_server(command: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root.
    return ["runuser", "-u", ADMIN, "--", *command] if _root() else command


def _root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _answers(server: Postgres) -> bool:
    import psycopg

    try:
        with server.connection():
            return True
    except psycopg.OperationalError:
        return False
