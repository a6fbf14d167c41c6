"""A change of key: everything comes through, and wherever it breaks off the hospital opens, with one key or the other."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from deskapp.db import audit, backup, cipher, keys, rekey, swap, triggers
from deskapp.db.engine import DATABASE_FILE, Store
from deskapp.db.folder_lock import share
from deskapp.db.keys import KEY_FILE, key_id, protection, read_key_file
from deskapp.db.rekey import Change, Rekeyed
from deskapp.db.workstation import DRAFTS_FILE, Workstation
from deskapp.domain.backup import BackupKind
from deskapp.domain.recovery import Kept
from deskapp.errors import StorageError
from tests.support.logs import LogGuard

OLD, NEW = bytes(range(32)), bytes(range(50, 82))
PHRASE = "four or five words"
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
CHANGE = Change(OLD, NEW, Kept.PASSPHRASE, PHRASE)
TYPED = {"name": "一个认得出来的名字"}


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    """Return a data folder whose key lies in the open: a database, drafts, and one backup."""
    place = tmp_path / "data"
    place.mkdir()
    (place / KEY_FILE).write_text(OLD.hex())
    # The template has the key that all tests have.
    (place / DATABASE_FILE).write_bytes(sqlite_template.read_bytes())
    with contextlib.closing(Store.in_folder(place)) as store:
        with store.writing() as session:
            audit.append(session, "desk-1", None, NOW, [audit.AuditLine("a.b", "a", 1, after={"x": "甲"})])
            session.commit()
        backup.make_backup(store, place / swap.BACKUP_FOLDER, BackupKind.DAILY, NOW)
    desk = Workstation.in_folder(place, OLD)
    desk.drafts.save(1, "visitor", TYPED)
    desk.drafts.close()
    return place


def note(store: Store, _result: Rekeyed) -> None:
    with store.writing() as session:
        audit.append(session, "desk-1", None, NOW, [audit.AuditLine("protect.on", "protection", None)])
        session.commit()


def silent(_done: int, _total: int) -> None:
    pass


def change(folder: Path, wanted: Change = CHANGE) -> Rekeyed:
    return rekey.rekey(folder, wanted, note, silent)


def actions(folder: Path, key: bytes) -> list[str]:
    """Open the hospital as the next start does, look it through, and return what its trail says was done."""
    with contextlib.closing(Store.in_folder(folder, key)) as store:
        with store.reading() as session:
            assert list(audit.broken_lines(session)) == []
            done = [
                str(row[0]) for row in session.execute(text("SELECT action FROM audit_entry ORDER BY id"))
            ]
        with store.read_engine.connect() as connection:
            assert triggers.names(connection) == triggers.expected(connection)
            found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).all()
            assert len(found) > 10
    desk = Workstation.in_folder(folder, key)
    assert desk.drafts.load(1, "visitor") == TYPED
    desk.drafts.close()
    for place in (folder, folder / swap.BACKUP_FOLDER):
        assert list(place.glob(f"*{swap.PREPARED}*")) == []
    return done


def check_backup(place: Path, key: bytes) -> None:
    (made,) = backup.backups_in(place)
    assert made.good
    assert backup.is_intact(made)
    assert made.manifest.key == key_id(key)
    assert cipher.fits(made.path, key)


def test_everything_is_under_the_new_key_and_nothing_under_the_old(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    done = rekey.rekey(folder, CHANGE, note, lambda *far: told.append(far))
    assert done == Rekeyed(1, ())
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert read_key_file(folder / KEY_FILE, lambda: PHRASE) == NEW
    assert actions(folder, NEW) == ["a.b", "protect.on"]
    check_backup(folder / swap.BACKUP_FOLDER, NEW)
    for file in folder.rglob("*.sqlite"):
        assert not cipher.fits(file, OLD)
    assert keys.open_keys(folder / swap.BACKUP_FOLDER) == {}
    beside = folder / swap.BACKUP_FOLDER / keys.key_file_name(key_id(NEW))
    assert read_key_file(beside, lambda: PHRASE) == NEW
    for file in folder.rglob("*"):
        assert not file.is_file() or OLD.hex().encode() not in file.read_bytes()


def test_a_second_change_comes_through_too(folder: Path) -> None:
    change(folder)
    change(folder, Change(NEW, OLD, Kept.PASSPHRASE, "other four or five"))
    assert actions(folder, OLD) == ["a.b", "protect.on", "protect.on"]
    check_backup(folder / swap.BACKUP_FOLDER, OLD)


def test_a_database_put_aside_by_a_restore_comes_along(folder: Path) -> None:
    aside = folder / "deskapp-20261101T000000Z-before-restore.sqlite"
    aside.write_bytes((folder / DATABASE_FILE).read_bytes())
    assert change(folder).backups == 2
    assert cipher.fits(aside, NEW)


def test_a_backup_of_an_unknown_key_stays_and_is_named(folder: Path) -> None:
    other = folder / swap.BACKUP_FOLDER / "other.sqlite"
    with cipher.opened(other, bytes(32)) as connection:
        connection.execute("CREATE TABLE t (a)")
    before = other.read_bytes()
    assert change(folder) == Rekeyed(1, ("other.sqlite",))
    assert other.read_bytes() == before


def test_a_backup_with_an_older_key_in_the_open_beside_it_comes_along(folder: Path) -> None:
    place, older = folder / swap.BACKUP_FOLDER, bytes([7]) * 32
    with cipher.opened(place / "older.sqlite", older) as connection:
        connection.execute("CREATE TABLE t (a)")
    (place / keys.key_file_name(key_id(older))).write_text(older.hex())
    assert change(folder) == Rekeyed(2, ())
    assert cipher.fits(place / "older.sqlite", NEW)
    assert keys.open_keys(place) == {}


def test_the_second_folder_comes_along(folder: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    backup.copy_to(backup.backups_in(folder / swap.BACKUP_FOLDER)[0], stick, NOW)
    assert keys.open_keys(stick)
    assert change(folder, Change(OLD, NEW, Kept.PASSPHRASE, PHRASE, stick)) == Rekeyed(2, ())
    check_backup(stick, NEW)
    assert keys.open_keys(stick) == {}
    assert sorted(path.suffix for path in stick.iterdir()) == [".json", ".key", ".sqlite"]


def test_a_second_folder_that_is_away_is_said_and_the_change_holds(
    folder: Path, tmp_path: Path, log_guard: LogGuard
) -> None:
    log_guard.expect("deskapp.db.rekey", logging.ERROR, "second backup folder")
    done = change(folder, Change(OLD, NEW, Kept.PASSPHRASE, PHRASE, tmp_path / "away"))
    assert done == Rekeyed(1, (), second_away=True)
    assert actions(folder, NEW) == ["a.b", "protect.on"]


def test_drafts_of_an_earlier_version_come_along(folder: Path) -> None:
    """They were encrypted with the workstation's secret alone."""
    (folder / DRAFTS_FILE).unlink()
    earlier = Workstation.in_folder(folder)
    earlier.drafts.save(1, "visitor", TYPED)
    earlier.drafts.close()
    change(folder)
    actions(folder, NEW)


def test_what_was_not_in_the_file_yet_comes_along(folder: Path) -> None:
    """A desk that crashed left its last visits in the journal."""
    store = Store.in_folder(folder)
    with store.writing() as session:
        audit.append(session, "desk-1", None, NOW, [audit.AuditLine("late", "a", 1)])
        session.commit()
    saved = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.startswith(DATABASE_FILE)}
    store.close()
    for name, content in saved.items():
        (folder / name).write_bytes(content)
    assert len(saved[f"{DATABASE_FILE}-wal"]) > 0
    change(folder)
    assert actions(folder, NEW) == ["a.b", "late", "protect.on"]


def test_a_damaged_database_is_not_copied_and_stays(folder: Path) -> None:
    file = folder / DATABASE_FILE
    content = bytearray(file.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 + 100] ^= 1
    file.write_bytes(content)
    with pytest.raises(StorageError):
        change(folder)
    assert file.read_bytes() == content
    assert protection(folder).kept is Kept.BESIDE
    assert not swap.under_way(folder)


def test_somebody_else_in_the_folder_keeps_the_key_as_it_is(folder: Path) -> None:
    with contextlib.closing(share(folder)), pytest.raises(StorageError) as caught:
        change(folder)
    assert caught.value.code == "storage.open-elsewhere"
    assert actions(folder, OLD) == ["a.b"]


def test_too_little_room_is_said_before_anything_is_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disk:
        free = 1000

    monkeypatch.setattr(rekey.shutil, "disk_usage", lambda _path: Disk)
    with pytest.raises(StorageError) as caught:
        change(folder)
    assert caught.value.code == "storage.full"
    assert actions(folder, OLD) == ["a.b"]


class Broken(Exception):
    """The program ends here."""


def breaking(monkeypatch: pytest.MonkeyPatch, place: object, name: str, after: int) -> None:
    """Make a function end the program when it is called the time after `after`; nothing is tidied up then."""
    real: Callable[..., object] = getattr(place, name)
    left = [after]

    def broken(*args: object, **kwargs: object) -> object:
        if left[0] == 0:
            monkeypatch.setattr(rekey.swap, "settle", lambda _folder: None)
            raise Broken
        left[0] -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(place, name, broken)


@pytest.mark.parametrize(
    ("place", "name", "after"),
    [
        (cipher, "copy", 0),
        (cipher, "copy", 1),
        (cipher, "copy", 2),
        (rekey, "_write_into_copy", 0),
        (rekey, "kept_as", 0),
        (rekey, "write_secret", 0),
        (rekey, "write_secret", 1),
    ],
)
def test_broken_off_before_the_mark_the_old_key_holds(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: object, name: str, after: int
) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, place, name, after)
        with pytest.raises(Broken):
            change(folder)
    assert swap.under_way(folder) or (place, name, after) == (cipher, "copy", 0)
    assert actions(folder, OLD) == ["a.b"]
    assert protection(folder).kept is Kept.BESIDE
    check_backup(folder / swap.BACKUP_FOLDER, OLD)


@pytest.mark.parametrize(
    ("name", "after"),
    [("put_in_place", place) for place in range(5)] + [("_change_key_file", 0), ("overwrite", 0)],
)
def test_broken_off_after_the_mark_the_next_start_finishes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, after: int
) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, swap, name, after)
        with pytest.raises(Broken):
            change(folder)
    assert swap.under_way(folder)
    assert actions(folder, NEW) == ["a.b", "protect.on"]
    assert read_key_file(folder / KEY_FILE, lambda: PHRASE) == NEW
    check_backup(folder / swap.BACKUP_FOLDER, NEW)


def test_a_key_file_half_written_over_is_finished(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power fails while the old key is being written over; the new one is safe already."""

    def half(path: Path) -> None:
        path.write_text("0" * 20 + path.read_text()[20:])
        raise Broken

    with monkeypatch.context() as patch:
        patch.setattr(swap, "overwrite", half)
        with pytest.raises(Broken):
            change(folder)
    assert actions(folder, NEW) == ["a.b", "protect.on"]


def test_a_key_that_was_never_put_in_place_does_not_lie_about(folder: Path) -> None:
    left = [folder / "deskapp.key.0123abcd.new", folder / swap.BACKUP_FOLDER / "deskapp-1.key.89abcdef.new"]
    for path in left:
        path.write_text(OLD.hex())
    with contextlib.closing(share(folder)):
        swap.settle_alone(folder)
    assert all(path.exists() for path in left)
    swap.settle_alone(folder)
    assert not any(path.exists() for path in left)


def test_nothing_is_finished_while_somebody_is_at_it(folder: Path) -> None:
    (folder / swap.MARK).write_text(NEW.hex())
    with contextlib.closing(share(folder)), pytest.raises(StorageError):
        swap.settle_alone(folder)
    assert (folder / swap.MARK).exists()


def test_the_copy_must_hold_what_the_original_holds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cipher._compare

    def lossy(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM fresh.schema_note")
        real(connection)

    with cipher.opened(folder / DATABASE_FILE, OLD) as connection:
        connection.execute("DROP TRIGGER keep_schema_note_delete")
    monkeypatch.setattr(cipher, "_compare", lossy)
    with pytest.raises(StorageError) as caught:
        change(folder)
    assert caught.value.code == "storage.copy"


def test_lost_triggers_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cipher.opened(folder / DATABASE_FILE, OLD) as connection:
        connection.execute("DROP TRIGGER keep_schema_note_delete")
    with pytest.raises(StorageError) as caught:
        change(folder)
    assert caught.value.code == "storage.copy"


def test_versions_of_the_file_come_along(tmp_path: Path) -> None:
    with cipher.opened(tmp_path / "a.sqlite", OLD) as connection:
        connection.execute("CREATE TABLE t (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID")
        connection.execute("INSERT INTO t VALUES (1, 2)")
        connection.execute("PRAGMA user_version = 7")
    cipher.copy(tmp_path / "a.sqlite", OLD, tmp_path / "b.sqlite", NEW)
    with cipher.opened(tmp_path / "b.sqlite", NEW) as connection:
        assert connection.execute("SELECT * FROM t").fetchall() == [(1, 2)]
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)
        assert "WITHOUT ROWID" in connection.execute("SELECT sql FROM sqlite_master").fetchone()[0]
