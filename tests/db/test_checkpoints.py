"""The journal goes back into the file: at closing, and while people read and write. A bad page stops only what needs it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text

from deskapp.db import cipher
from deskapp.db.engine import JOURNAL_BYTES, Store
from deskapp.db.models.access import Setting
from deskapp.errors import StorageError

KEY = bytes(range(32))
PAGE = 4096
MEGABYTE = 1 << 20


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(sqlite_template, tmp_path / "desk.sqlite"))


@pytest.fixture
def desk(file: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{file}", KEY)
    yield opened
    opened.close()


def journal_of(store: Store) -> Path:
    assert store.file is not None
    return store.file.with_name(f"{store.file.name}-wal")


def put(store: Store, name: str, size: int = 1) -> None:
    with store.writing() as session:
        session.execute(insert(Setting).values(scope="site", name=name, value="x" * size))
        session.commit()


def test_a_closed_database_is_one_file_that_holds_everything(desk: Store, file: Path) -> None:
    put(desk, "a")
    with desk.reading() as session:
        session.scalar(select(func.count()).select_from(Setting))
    assert journal_of(desk).stat().st_size > 0
    desk.close()
    assert not journal_of(desk).exists()
    with cipher.opened(file, KEY) as connection:
        assert connection.execute("SELECT count(*) FROM setting").fetchone() == (1,)


def test_the_journal_does_not_grow_while_people_read_without_pause(desk: Store) -> None:
    """40 MB are written; readers come and go all the time, four at once."""
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            with desk.reading() as session:
                session.scalar(select(func.count()).select_from(Setting))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    largest = 0
    for number in range(80):
        put(desk, f"{number}", MEGABYTE // 2)
        largest = max(largest, journal_of(desk).stat().st_size)
    over.set()
    for reader in readers:
        reader.join()
    assert largest < 20 * MEGABYTE


def test_a_large_journal_shrinks_when_it_is_begun_anew(desk: Store) -> None:
    with desk.reading() as session:
        session.scalar(select(func.count()).select_from(Setting))
        for number in range(7):
            put(desk, f"{number}", 10 * MEGABYTE)
        assert journal_of(desk).stat().st_size > JOURNAL_BYTES
    for number in range(7, 9):
        put(desk, f"{number}")
    assert journal_of(desk).stat().st_size <= JOURNAL_BYTES


def test_a_bad_page_stops_only_what_needs_it(file: Path) -> None:
    """The desk goes on: the connection that met the page is not used again."""
    store = Store.open(f"sqlite:///{file}", KEY)
    for number in range(40):
        put(store, f"{number:02}", 2000)
    with store.reading() as session:
        root = session.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'setting'"))
    store.close()
    with file.open("r+b") as stream:
        stream.seek((root - 1) * PAGE + 5)
        stream.write(b"\xff\xfe\xfd")
    store = Store.open(f"sqlite:///{file}", KEY)
    for _ in range(10):
        with pytest.raises(StorageError) as caught:
            _count(store)
        assert caught.value.code in {"storage.damaged", "storage.not-a-database"}
        with store.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM visitor")) == 0
        with store.writing() as session:
            session.execute(text("INSERT INTO logo (id, png) VALUES (1, '')"))
            session.rollback()
        with pytest.raises(StorageError):
            _empty(store)
    store.close()


def _count(store: Store) -> None:
    with store.reading() as session:
        session.execute(text("SELECT count(value) FROM setting NOT INDEXED"))


def _empty(store: Store) -> None:
    with store.writing() as session:
        session.execute(delete(Setting))
