"""A damaged database is recognised, by the quick look or by the full one, and a sound one is called sound."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from deskapp.db import cipher, integrity
from deskapp.db.engine import Store
from deskapp.db.models.access import Setting
from deskapp.errors import StorageError

KEY = bytes(range(32))
PAGE = 4096
Look = Callable[[Store], list[str]]
both = pytest.mark.parametrize("look", [integrity.quick, integrity.full])


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "desk.sqlite"
    shutil.copyfile(sqlite_template, copied)
    return copied


@pytest.fixture
def opened(file: Path) -> Iterator[Callable[[], Store]]:
    """Return how to open the file, as often as asked."""
    stores: list[Store] = []

    def open_it() -> Store:
        stores.append(Store.open(f"sqlite:///{file}", KEY))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


def flip(file: Path, at: int) -> None:
    with file.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([byte ^ 0x10]))


@both
def test_a_sound_database_has_no_findings(store: Store, look: Look) -> None:
    assert look(store) == []


@both
def test_a_desk_goes_on_writing_while_it_is_looked_at(store: Store, look: Look) -> None:
    with store.writing() as session:
        session.execute(insert(Setting).values(scope="site", name="a", value="1"))
        assert look(store) == []
        session.commit()
    assert look(store) == []


@both
def test_an_empty_database_is_a_finding(
    empty_database_url: str, database_key: bytes | None, look: Look
) -> None:
    store = Store.open(empty_database_url, database_key)
    assert look(store) == ["no tables"]
    store.close()


@both
def test_a_flipped_bit_is_found_and_the_page_named(
    file: Path, opened: Callable[[], Store], look: Look
) -> None:
    asked = "SELECT rootpage FROM sqlite_master WHERE name = 'setting'"
    with cipher.opened(file, KEY) as connection:
        (page,) = connection.execute(asked).fetchone()
    flip(file, (page - 1) * PAGE + 17)
    found = look(opened())
    assert any(str(page) in finding for finding in found), found


@both
def test_a_file_that_was_cut_off_is_found(file: Path, opened: Callable[[], Store], look: Look) -> None:
    store = opened()
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 3 * PAGE)
    assert look(store)


@both
def test_a_first_page_that_is_gone_is_a_finding_and_no_traceback(
    file: Path, opened: Callable[[], Store], look: Look
) -> None:
    store = opened()
    flip(file, 1000)
    assert look(store)


def test_a_page_of_an_older_day_is_found_by_the_full_look_only(
    file: Path, opened: Callable[[], Store]
) -> None:
    """A disk that forgot one write: the page is authentic, but what is around it has moved on."""
    with cipher.opened(file, KEY) as connection:
        connection.execute("CREATE TABLE extra (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
        connection.executemany("INSERT INTO extra VALUES (?, ?)", [(n, f"{n:0100}") for n in range(300)])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = file.read_bytes()
    with cipher.opened(file, KEY) as connection:
        connection.execute("UPDATE extra SET name = 'x' || name WHERE id = 150")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    after = bytearray(file.read_bytes())
    changed = [at for at in range(PAGE, len(before), PAGE) if before[at : at + PAGE] != after[at : at + PAGE]]
    at = changed[0]
    after[at : at + PAGE] = before[at : at + PAGE]
    file.write_bytes(after)
    store = opened()
    assert integrity.quick(store) == []
    assert any("extra" in finding for finding in integrity.full(store))


def test_a_reference_to_nothing_is_found(file: Path, opened: Callable[[], Store]) -> None:
    with cipher.opened(file, KEY) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO account_role (account_id, role) VALUES (77, 'operator')")
    assert integrity.full(opened()) == ["account_role row 1: no such account"]


@both
def test_a_trigger_that_was_taken_away_is_found(store: Store, look: Look) -> None:
    on = "" if store.is_sqlite else " ON audit_entry"
    with store.write_engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER keep_audit_entry_update{on}"))
    try:
        assert look(store) == ["trigger missing: keep_audit_entry_update"]
    finally:
        if not store.is_sqlite:
            _put_back(store)


def _put_back(store: Store) -> None:
    """The server's database serves the next test too."""
    with store.write_engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER keep_audit_entry_update BEFORE UPDATE ON audit_entry"
                " FOR EACH ROW EXECUTE FUNCTION desk_refuse()"
            )
        )


@both
def test_a_server_that_is_gone_is_told_and_is_no_finding(look: Look) -> None:
    from sqlalchemy import create_engine

    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    away = Store(url, create_engine(url), create_engine(url))
    with pytest.raises(StorageError) as caught:
        look(away)
    assert caught.value.code == "storage.server-away"
    away.close()
