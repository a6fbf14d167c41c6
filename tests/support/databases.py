"""The hospital's database for a test: the same test on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from deskapp.db.engine import Store
    from tests.support.postgres import Postgres

KINDS = ("sqlite", "postgresql")
KEY = bytes(range(32))


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run the test once on each database."""
    return str(request.param)


@pytest.fixture
def database_key(database_kind: str) -> bytes | None:
    """Return the raw key that goes with `database_url`."""
    return KEY if database_kind == "sqlite" else None


@pytest.fixture
def empty_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path, worker: str
) -> Iterator[str]:
    """Return the URL of a database in which nothing is yet, not even tables (for migrations)."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server = request.getfixturevalue("postgres")
    name = f"empty_{worker}"
    server.drop(name)
    server.create(name)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a migrated database without any entries."""
    if database_kind == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        file = tmp_path / "deskapp.sqlite"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        return
    database = request.getfixturevalue("postgres_database")
    yield database.url
    database.clean()


@pytest.fixture
def store(database_url: str, database_key: bytes | None) -> Iterator[Store]:
    """Return the open, migrated, empty database."""
    from deskapp.db.engine import Store

    opened = Store.open(database_url, database_key)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated file to copy: migrating takes a hundred times as long."""
    file = tmp_path_factory.mktemp("template") / "deskapp.sqlite"
    _migrate(f"sqlite:///{file}", KEY)
    with contextlib.suppress(FileNotFoundError):
        if file.with_name(f"{file.name}-wal").stat().st_size:
            raise AssertionError("the template still has a write-ahead log: its copy would miss the tables")
    return file


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres, worker: str) -> Iterator[PostgresDatabase]:
    """Return this worker's own migrated database."""
    with migrated_database(postgres, f"desk_{worker}") as name, PostgresDatabase(postgres, name) as database:
        yield database


@contextlib.contextmanager
def migrated_database(server: Postgres, name: str) -> Iterator[str]:
    """Give the name of a new migrated database of the server, until the block is left."""
    server.create(name)
    _migrate(server.url(name), None)
    yield name
    server.drop(name)


def _migrate(url: str, key: bytes | None) -> None:
    from deskapp.db import migrate
    from deskapp.db.engine import Store

    store = Store.open(url, key)
    try:
        migrate.upgrade(store)
    finally:
        store.close()


class PostgresDatabase:
    """One worker's database; `clean` puts every table back to what was in it at the beginning."""

    def __init__(self, server: Postgres, name: str) -> None:
        self.url = server.url(name)
        self._stack = contextlib.ExitStack()
        self._connection: Any = self._stack.enter_context(server.connection(name))
        # Triggers (append-only tables) and foreign keys must not hinder the cleaning.
        self._connection.execute("SET session_replication_role = replica")
        self._connection.execute("CREATE SCHEMA pristine")
        for table in self._tables():
            self._connection.execute(f"CREATE TABLE pristine.{table} AS TABLE public.{table}")
        self._cleaning = self._plan()

    def clean(self) -> None:
        """Empty what a test filled: DELETE is some fifty times as fast as TRUNCATE on small tables."""
        self._connection.execute(self._cleaning)

    def __enter__(self) -> PostgresDatabase:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection that cleans."""
        self._stack.close()

    def _tables(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
        return [name for (name,) in rows]

    def _plan(self) -> str:
        steps = []
        for table in self._tables():
            steps.append(f"DELETE FROM public.{table}")
            if self._connection.execute(f"SELECT EXISTS (TABLE pristine.{table})").fetchone()[0]:
                steps.append(f"INSERT INTO public.{table} OVERRIDING SYSTEM VALUE TABLE pristine.{table}")
        return ";".join(steps)
