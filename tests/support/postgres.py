"""A PostgreSQL server for the run, started from the system's own packages on a free port."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import certificates
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


class Guarded(Postgres):
    """A server that proves who it is to whoever knows its authority, and asks for a password."""

    LOGIN = "keeper"
    PASSWORD = "门 42 \\ ' :"

    def __init__(self, port: int, home: Path) -> None:
        super().__init__(port)
        self.authority = home / "authority.crt"
        self.other_authority = home / "other.crt"

    def address(self, host: str = certificates.NAME, login: str = ADMIN, **options: object) -> str:
        """Return the address of this server as if it were another machine called `host`."""
        asked = "&".join(f"{name}={value}" for name, value in {"hostaddr": "127.0.0.1", **options}.items())
        return f"postgresql+psycopg://{login}@{host}:{self.port}/postgres?{asked}"

    def make_keeper(self) -> None:
        """Make the login that needs a password, unless it is there."""
        from psycopg import errors, sql

        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(self.LOGIN), self.PASSWORD)
        with self.connection() as admin, contextlib.suppress(errors.DuplicateObject, errors.UniqueViolation):
            admin.execute(made)

    def local_address(self) -> str:
        """Return the address for the login that needs a password, from this machine."""
        return f"postgresql+psycopg://{self.LOGIN}@127.0.0.1:{self.port}/postgres"


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
    started = once_per_run(run_folder, "postgres", lambda: _start(run_folder, "postgres"))
    return Postgres(int(started["port"]))


@pytest.fixture(scope="session")
def guarded_postgres(postgres: Postgres, run_folder: Path) -> Guarded:
    """Return a second server that speaks TLS and asks the login "keeper" for its password."""
    started = once_per_run(run_folder, "guarded", lambda: _start(run_folder, "guarded", _guard))
    return Guarded(int(started["port"]), run_folder / "guarded")


def _start(folder: Path, name: str, prepare: Callable[[Path], None] | None = None) -> dict[str, str]:
    home = folder / name
    home.mkdir()
    _hand_over(home)
    _initialise(home)
    if prepare is not None:
        prepare(home)
    port = free_port()
    keep_alive(folder, name, _as_server(_command(home, port)), stop=_as_server(_stop_command(home)))
    server = Postgres(port)
    wait_until(lambda: _answers(server), 60, f"PostgreSQL did not start ({folder / f'{name}.log'})")
    return {"port": str(port)}


def _hand_over(path: Path) -> None:
    if _root():
        shutil.chown(path, ADMIN)


def _guard(home: Path) -> None:
    """Give the server a certificate, and let one login in with a password only."""
    certificates.make(home)
    for file in ("server.crt", "server.key"):
        _hand_over(home / file)
    settings = {"ssl": "on", "ssl_cert_file": home / "server.crt", "ssl_key_file": home / "server.key"}
    with (home / "data" / "postgresql.conf").open("a") as stream:
        stream.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    rules = f"host all {Guarded.LOGIN} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
    (home / "data" / "pg_hba.conf").write_text(rules)


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
