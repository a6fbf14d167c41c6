"""The database goes away in the middle of the work: the server throws everybody out, the folder is taken away."""

from __future__ import annotations

import logging
import random
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from deskapp.bootstrap import open_hospital
from deskapp.db import cipher, migrate
from deskapp.db.engine import DATABASE_FILE, Store
from deskapp.db.models.intake import Visitor
from deskapp.errors import StorageError
from tests.support.at_work import DeskAtWork, Place, Said, gone, three_requests, unwell
from tests.support.counts import Counts
from tests.support.postgres import Postgres

pytestmark = [pytest.mark.safety, pytest.mark.timeout(300)]
VISITS = 200
LONGEST_TRY = 100
"""How often one visit is tried before something is wrong."""


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pool and driver tell of connections that are gone; whether they do depends on the moment."""
    for name in ("sqlalchemy.pool", "psycopg"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)


@pytest.fixture
def own_database(postgres: Postgres, worker: str) -> Iterator[str]:
    """Return a migrated database of which everybody may be thrown out."""
    name = f"gone_{worker}"
    postgres.drop(name)
    postgres.create(name)
    store = Store.open(postgres.url(name))
    migrate.upgrade(store)
    store.close()
    yield name
    postgres.drop(name)


@contextmanager
def thrown_out(server: Postgres, database: str) -> Iterator[list[int]]:
    """Throw every desk out of a database, over and over; gives a list that holds how many."""
    thrown = [0]
    over = threading.Event()
    pick = random.Random(5)
    everybody = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()"
    )

    def throw() -> None:
        with server.connection() as connection:
            while not over.wait(pick.uniform(0.03, 0.15)):
                thrown[0] += connection.execute(everybody, (database,)).fetchone()[0]

    thread = threading.Thread(target=throw)
    thread.start()
    try:
        yield thrown
    finally:
        over.set()
        thread.join()


def persistently(desk: DeskAtWork) -> tuple[Said, int]:
    """Register somebody, with new tries under the same requests; return what was said, and the tries that failed."""
    draft, requests = desk.draft(), three_requests()
    for failed in range(LONGEST_TRY):
        try:
            return desk.one(draft, requests), failed
        except StorageError:
            continue
    raise AssertionError("it never came through")


def test_a_server_that_throws_everybody_out_loses_nothing_and_doubles_nothing(
    postgres: Postgres, own_database: str, quiet: None, counts: Counts
) -> None:
    store = Store.open(postgres.url(own_database))
    desk = DeskAtWork(store, Place.prepare(store), 6)
    said, failed = [], 0
    with thrown_out(postgres, own_database) as thrown:
        for _ in range(VISITS):
            one, tries = persistently(desk)
            said.append(one)
            failed += tries
    found = unwell(store, said)
    counts.add("visits acknowledged", "server gone", len(said))
    counts.add("visits lost", "server gone", gone(found))
    assert failed > 0
    assert found == []
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(Visitor)).one() == VISITS
    store.close()
    counts.add("connections cut by the server", "registration", thrown[0])
    counts.add("tries that were told and repeated", "server", failed)


@pytest.mark.parametrize("how", ["moved", "removed"])
def test_a_folder_taken_away_is_told_before_anything_more_is_confirmed(tmp_path: Path, how: str) -> None:
    """On such a system an open file goes on taking what is written, though nobody finds it again."""
    folder = tmp_path / "data"
    hospital = open_hospital(folder)
    desk = DeskAtWork(hospital.store, Place.prepare(hospital.store), 7)
    said = [desk.one()]
    away = folder.rename(tmp_path / "away") if how == "moved" else folder
    if how == "removed":
        shutil.rmtree(folder)
    with pytest.raises(StorageError) as caught:
        desk.one()
    assert caught.value.code == "storage.moved"
    if how == "moved":
        away.rename(folder)
        said.append(desk.one())
        assert unwell(hospital.store, said) == []
    hospital.close()


def test_another_file_in_the_place_of_the_database_is_not_written(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    hospital = open_hospital(folder)
    desk = DeskAtWork(hospital.store, Place.prepare(hospital.store), 8)
    desk.one()
    for suffix in ("", *cipher.BESIDE):
        file = folder / f"{DATABASE_FILE}{suffix}"
        if file.exists():
            file.rename(folder / f"aside.sqlite{suffix}")
    shutil.copyfile(folder / "aside.sqlite", folder / DATABASE_FILE)
    with pytest.raises(StorageError) as caught:
        desk.one()
    assert caught.value.code == "storage.moved"
    hospital.close()
