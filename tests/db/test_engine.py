"""Opening the database: what every connection promises, and what is said when it can't."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text

from deskapp.db import engine, keys, migrate
from deskapp.db.engine import DATABASE_FILE, EXPECTED_PRAGMAS, KEY_FILE, Store, assert_durable
from deskapp.db.models.access import Setting
from deskapp.errors import StorageError

KEY = bytes(range(32))


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "desk.sqlite"
    shutil.copyfile(sqlite_template, copied)
    return copied


@pytest.fixture
def sqlite(file: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{file}", KEY)
    yield store
    store.close()


def opened(file: Path, key: bytes = KEY) -> None:
    """Open the file and read a table, as the program's start does."""
    store = Store.open(f"sqlite:///{file}", key)
    try:
        migrate.upgrade(store)
    finally:
        store.close()


def put(store: Store, name: str, value: str = "1") -> None:
    with store.writing() as session:
        session.execute(insert(Setting).values(scope="site", name=name, value=value))
        session.commit()


def settings_in(store: Store) -> int:
    with store.reading() as session:
        return session.scalars(select(func.count()).select_from(Setting)).one()


# --- Durability -----------------------------------------------------------------------------------------------


def pragmas_of(connection: Any) -> dict[str, Any]:
    names = (*EXPECTED_PRAGMAS, "query_only")
    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}


def test_every_connection_of_both_engines_survives_a_power_cut(sqlite: Store) -> None:
    """The pools are emptied to the last connection: WAL, synchronous=FULL (2) and foreign keys on each."""
    for pool, writes in ((sqlite.read_engine, False), (sqlite.write_engine, True)):
        with contextlib.ExitStack() as held:
            count = 1 if writes else 8
            connections = [held.enter_context(pool.connect()) for _ in range(count)]
            assert len({id(one.connection.dbapi_connection) for one in connections}) == count
            for connection in connections:
                found = pragmas_of(connection)
                assert found == {
                    "journal_mode": "wal",
                    "synchronous": 2,
                    "foreign_keys": 1,
                    "query_only": 0 if writes else 1,
                }


def test_a_connection_made_after_one_was_lost_is_asserted_too(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def counted(connection: Any) -> None:
        seen.append(connection)
        assert_durable(connection)

    monkeypatch.setattr(engine, "assert_durable", counted)
    for pool in (sqlite.read_engine, sqlite.write_engine):
        before = len(seen)
        with pool.connect() as connection:
            connection.invalidate()
        with pool.connect() as connection:
            assert pragmas_of(connection)["synchronous"] == 2
        assert len(seen) > before


@pytest.mark.parametrize(
    "statement",
    ["PRAGMA synchronous = NORMAL", "PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF"],
)
def test_a_connection_that_could_forget_is_refused(sqlite: Store, statement: str) -> None:
    with sqlite.read_engine.connect() as connection:
        bare = connection.connection.dbapi_connection
        assert bare is not None
        connection.rollback()
        bare.execute(statement)  # type: ignore[attr-defined]
        with pytest.raises(StorageError) as caught:
            assert_durable(bare)
        connection.invalidate()
    assert caught.value.code == "storage.unsafe"


def test_the_cipher_does_not_write_to_the_log(sqlite: Store) -> None:
    with sqlite.read_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA cipher_log_level").scalar() in (None, "0", "NONE")


# --- Readers and the writer -----------------------------------------------------------------------------------


def test_a_reader_can_not_write(store: Store) -> None:
    with pytest.raises(StorageError) as caught, store.reading() as session:
        session.execute(insert(Setting).values(scope="site", name="x", value="1"))
    assert caught.value.code == "storage.read-only"
    assert settings_in(store) == 0


def test_what_was_not_committed_is_rolled_back(store: Store) -> None:
    with store.writing() as session:
        session.execute(insert(Setting).values(scope="site", name="x", value="1"))
    assert settings_in(store) == 0


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.writing() as session:
        session.execute(insert(Setting).values(scope="site", name="x", value="1"))
        assert settings_in(store) == 0
        session.commit()
    assert settings_in(store) == 1


def test_a_reader_sees_one_moment_whatever_is_committed_meanwhile(store: Store) -> None:
    counted = select(func.count()).select_from(Setting)
    with store.reading() as session:
        assert session.scalars(counted).one() == 0
        put(store, "meanwhile")
        assert session.scalars(counted).one() == 0
    assert settings_in(store) == 1


def test_a_writer_does_not_wait_for_a_reader(store: Store) -> None:
    with store.reading() as session:
        session.scalars(select(Setting.name)).all()
        put(store, "x")
    assert settings_in(store) == 1


def test_writers_of_one_program_take_turns(store: Store) -> None:
    """A read-then-write transaction must not lose another's update, nor fail."""

    def count_up() -> None:
        for _ in range(10):
            with store.writing() as session:
                row = session.get_one(Setting, ("site", "count"), with_for_update=True)
                row.value = str(int(row.value) + 1)
                session.commit()

    put(store, "count", "0")
    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as session:
        assert session.get_one(Setting, ("site", "count")).value == "30"


def test_no_connection_stays_taken_after_an_error(store: Store) -> None:
    for _ in range(12):
        with pytest.raises(StorageError), store.reading() as session:
            session.execute(insert(Setting).values(scope="site", name="x", value="1"))
        with pytest.raises(RuntimeError), store.writing():
            raise RuntimeError
    put(store, "x")
    assert settings_in(store) == 1


# --- The key --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, b"", b"short", bytes(31), bytes(33)])
def test_a_file_is_not_opened_without_its_whole_key(tmp_path: Path, key: bytes | None) -> None:
    with pytest.raises(ValueError, match="key"):
        Store.open(f"sqlite:///{tmp_path / 'new.sqlite'}", key)
    assert not (tmp_path / "new.sqlite").exists()


def test_the_file_tells_nothing_without_the_key(sqlite: Store, file: Path) -> None:
    put(sqlite, "hospital.name", "一个认得出来的名字")
    sqlite.close()
    content = b"".join(path.read_bytes() for path in file.parent.glob("desk.sqlite*"))
    assert "认得出来".encode() not in content
    assert not content.startswith(b"SQLite format 3")
    with pytest.raises(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(file)) as plain:
        plain.execute("SELECT * FROM setting")


def test_a_wrong_key_is_said_plainly_and_changes_nothing(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(StorageError) as caught:
        opened(file, bytes(32))
    assert caught.value.code == "storage.not-a-database"
    assert file.read_bytes() == before


def test_a_data_folder_is_begun_once_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    for found in (None, migrate.HEAD):
        store = Store.in_folder(folder)
        assert migrate.revision(store) == found
        migrate.upgrade(store)
        store.close()
    assert len(bytes.fromhex((folder / KEY_FILE).read_text())) == 32
    assert not list(folder.glob("*.new"))


def test_two_programs_that_begin_a_folder_at_once_agree_on_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other program writes its key just after this one saw none."""
    real = keys.secrets.token_bytes

    def slower(count: int) -> bytes:
        monkeypatch.setattr(keys.secrets, "token_bytes", real)
        Store.in_folder(tmp_path).close()
        return real(count)

    monkeypatch.setattr(keys.secrets, "token_bytes", slower)
    for _ in range(2):
        Store.in_folder(tmp_path).close()


def test_a_lost_key_is_told_and_no_new_one_is_made(tmp_path: Path) -> None:
    Store.in_folder(tmp_path).close()
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(StorageError) as caught:
        Store.in_folder(tmp_path)
    assert caught.value.code == "storage.key-missing"
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("content", [b"", b"abc", b"zz" * 32, b"\xff\xfe", b"00" * 31])
def test_a_damaged_key_file_is_told(tmp_path: Path, content: bytes) -> None:
    Store.in_folder(tmp_path).close()
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(StorageError) as caught:
        Store.in_folder(tmp_path)
    assert caught.value.code == "storage.key-damaged"
    assert (tmp_path / KEY_FILE).read_bytes() == content


# --- What the surroundings do ---------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"name,phone\n" * 1000, b"SQLite format 3\0" + bytes(5000), b"x" * 100])
def test_what_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        opened(file)
    assert caught.value.code == "storage.not-a-database"
    assert file.read_bytes() == content


def test_a_damaged_page_is_noticed_and_never_served(sqlite: Store, file: Path) -> None:
    for number in range(300):
        put(sqlite, f"option {number}", "x" * 200)
    sqlite.close()
    content = bytearray(file.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 + 2000] ^= 1
    file.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        opened(file)
    assert caught.value.code == "storage.damaged"


def test_a_locked_database_is_told_after_the_wait(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    holder, other = (Store.open(f"sqlite:///{file}", KEY) for _ in range(2))
    with holder.writing() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(StorageError) as caught:
            put(other, "x")
    put(other, "x")
    assert caught.value.code == "storage.busy"
    assert settings_in(holder) == 1
    for store in (holder, other):
        store.close()


def test_a_record_another_desk_holds_is_told_after_the_wait(
    database_url: str, database_key: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    here, there = (Store.open(database_url, database_key) for _ in range(2))
    put(here, "x")
    with here.writing() as session:
        session.get_one(Setting, ("site", "x"), with_for_update=True)
        with pytest.raises(StorageError) as caught, there.writing() as other:
            other.get_one(Setting, ("site", "x"), with_for_update=True)
    for store in (here, there):
        store.close()
    assert caught.value.code == "storage.busy"


def test_another_thread_of_the_program_waits_its_turn_and_then_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    store = Store.open(f"sqlite:///{file}", KEY)
    with store.writing() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(StorageError) as caught:
            put(store, "x")
    store.close()
    assert caught.value.code == "storage.busy"


def test_a_full_disk_is_told_and_nothing_is_half_stored(sqlite: Store) -> None:
    with sqlite.write_engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StorageError) as caught:
        put(sqlite, "large", "x" * 100_000)
    assert caught.value.code == "storage.full"
    assert settings_in(sqlite) == 0
    put(sqlite, "small")
    assert settings_in(sqlite) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a user without rights")
def test_a_file_that_can_not_be_written_is_told(run_folder: Path, sqlite_template: Path, worker: str) -> None:
    folder = run_folder / f"read-only-{worker}"
    folder.mkdir()
    file = folder / "desk.sqlite"
    shutil.copyfile(sqlite_template, file)
    file.chmod(0o444)
    folder.chmod(0o555)
    code = _code_without_rights(file)
    folder.chmod(0o755)
    shutil.rmtree(folder)
    assert code == "storage.read-only"


def _code_without_rights(file: Path) -> str:
    """Return the code of the error that somebody gets who is not root."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = "none"
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            opened(file)
        except StorageError as error:
            code = error.code
        except BaseException as error:
            code = repr(error)
        os.write(writing, code.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        code = said.read()
    os.waitpid(child, 0)
    return code


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        Store.in_folder(tmp_path / "file" / "data")
    assert caught.value.code == "storage.io"


@pytest.mark.parametrize("path", ["//server/share/desk", "\\\\server\\share\\desk"])
def test_a_network_path_is_refused_before_anything_is_made(path: str) -> None:
    with pytest.raises(StorageError) as caught:
        engine.refuse_network_path(Path(path))
    assert caught.value.code == "storage.network-path"


@pytest.mark.parametrize(
    ("mount", "refused"),
    [("/mnt/desk nfs4", True), ("/mnt cifs", True), ("/mnt ext4", False), ("/mnt/desktop nfs", False)],
)
def test_a_mounted_network_drive_is_known_by_its_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mount: str, refused: bool
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"none / ext4 rw 0 0\nserver:/x {mount} rw 0 0\n")
    monkeypatch.setattr(engine, "Path", lambda path: mounts if path == "/proc/mounts" else Path(path))
    assert engine._mounted_from_network(Path("/mnt/desk/data")) is refused


def test_a_server_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError) as caught:
        Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert caught.value.code == "storage.server-away"


def test_a_connection_the_server_cut_is_replaced(postgres_database: Any, postgres: Any) -> None:
    store = Store.open(postgres_database.url)
    with store.reading() as session:
        mine = session.scalars(text("SELECT pg_backend_pid()")).one()
    with postgres.connection() as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (mine,))
    assert settings_in(store) == 0
    store.close()


def test_the_data_folder_of_the_store_is_where_it_was_asked(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    assert store.is_sqlite
    assert (tmp_path / DATABASE_FILE).exists()
    store.close()


def test_foreign_keys_hold_on_both_databases(store: Store) -> None:
    from sqlalchemy.exc import IntegrityError

    from deskapp.db.models.intake import DuplicateKey

    nobody = insert(DuplicateKey).values(key="k", visitor_id=99)
    with store.writing() as session, pytest.raises(IntegrityError):
        session.execute(nobody)


def test_a_bug_is_not_taken_for_the_surroundings(store: Store) -> None:
    """A duplicate that happens to speak of a full disk stays the program's fault."""
    from sqlalchemy.exc import IntegrityError

    put(store, "no space left, database is locked")
    with pytest.raises(IntegrityError):
        put(store, "no space left, database is locked")


def test_statements_of_a_write_begin_immediately(sqlite: Store) -> None:
    said: list[str] = []
    event.listen(sqlite.write_engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    with sqlite.writing() as session:
        session.execute(text("SELECT 1"))
    assert said[0] == "BEGIN IMMEDIATE"


def test_whoever_meets_another_program_turning_the_journal_on_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlcipher3.dbapi2 as driver

    from deskapp.db import engine

    asked: list[str] = []

    class Busy:
        """A connection that finds the journal taken twice."""

        def execute(self, statement: str) -> None:
            asked.append(statement)
            if len(asked) < 3:
                raise driver.OperationalError("database is locked")

    monkeypatch.setattr(engine, "JOURNAL_PAUSE", 0)
    engine._keep_a_journal(Busy())
    assert asked == ["PRAGMA journal_mode = WAL"] * 3
    monkeypatch.setattr(engine, "BUSY_SECONDS", -1)
    asked.clear()
    with pytest.raises(driver.OperationalError):
        engine._keep_a_journal(Busy())
    assert len(asked) == 1
