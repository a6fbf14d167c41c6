"""Restoring: the old database or the new one is there at every moment, and what was put aside can be opened."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from sqlalchemy import func, select

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import anchors, backup, cipher, restore
from deskapp.db.backup import BackupFile, make_backup
from deskapp.db.engine import Store
from deskapp.db.folder_lock import share
from deskapp.db.keys import KEY_FILE, keep, key_id
from deskapp.db.models.access import AuditEntry
from deskapp.db.models.intake import Visitor
from deskapp.domain.backup import BackupKind
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.recovery import Kept
from deskapp.domain.registration import Sex
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from tests.support.hospital import hospital_folder, hospital_template, signed_in
from tests.support.logs import LogGuard

__all__ = ["hospital_folder", "hospital_template"]

NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=5)
Usage = namedtuple("Usage", "total used free")


def register(hospital: Hospital, name: str) -> None:
    draft = VisitorDraft(name=name, sex=Sex.FEMALE)
    hospital.services.visitors.register(signed_in(hospital.services), new_request(), draft)


def visitors(folder: Path) -> set[str]:
    with contextlib.closing(open_hospital(folder)) as opened, opened.store.reading() as session:
        return set(session.scalars(select(Visitor.name)))


@pytest.fixture
def made(hospital_folder: Path) -> BackupFile:
    """A backup, after which people went on working."""
    with contextlib.closing(open_hospital(hospital_folder)) as opened:
        register(opened, "之前")
        found = make_backup(opened.store, hospital_folder / backup.BACKUP_FOLDER, BackupKind.DAILY, NOW)
        anchors.anchor_now(opened.store, opened.workstation, NOW)
        register(opened, "之后")
        anchors.anchor_now(opened.store, opened.workstation, NOW + dt.timedelta(minutes=1))
    return found


def restored(folder: Path, made: BackupFile) -> restore.Restored:
    return restore.restore(folder, made.path, restore.key_for(made.path, folder), LATER)


# --- The drill --------------------------------------------------------------------------------------------


def destroy_by_rubbish(folder: Path) -> None:
    (folder / "deskapp.sqlite").write_bytes(b"rubbish" * 4096)


def destroy_by_deleting(folder: Path) -> None:
    for file in folder.glob("deskapp.sqlite*"):
        file.unlink()


def destroy_nothing(_folder: Path) -> None:
    pass


@pytest.mark.parametrize("destroy", [destroy_by_rubbish, destroy_by_deleting, destroy_nothing])
def test_the_drill(hospital_folder: Path, made: BackupFile, destroy: object) -> None:
    destroy(hospital_folder)  # type: ignore[operator]
    done = restored(hospital_folder, made)
    assert done.facts.counts["visitor"] == 5
    with contextlib.closing(open_hospital(hospital_folder)) as opened:
        with opened.store.reading() as session:
            names = set(session.scalars(select(Visitor.name)))
            lines = session.execute(
                select(AuditEntry.chain, AuditEntry.action).where(AuditEntry.chain == restore.CHAIN)
            ).all()
        assert "之前" in names
        assert "之后" not in names
        assert [tuple(line) for line in lines] == [("restore", "restore.epoch")]
        assert list(anchors.findings(opened.store, opened.workstation)) == []
        register(opened, "新的")
    assert "新的" in visitors(hospital_folder)


def test_the_same_backup_can_be_restored_again_and_again(hospital_folder: Path, made: BackupFile) -> None:
    for _ in range(3):
        restored(hospital_folder, made)
        with contextlib.closing(open_hospital(hospital_folder)) as opened:
            register(opened, "又一个")
            anchors.anchor_now(opened.store, opened.workstation, dt.datetime.now(dt.UTC))
            assert list(anchors.findings(opened.store, opened.workstation)) == []
    assert len(list(hospital_folder.glob("*-before-restore*.sqlite"))) == 3


def test_what_was_put_aside_can_be_opened(hospital_folder: Path, made: BackupFile) -> None:
    done = restored(hospital_folder, made)
    key = restore.key_for(hospital_folder / done.aside, hospital_folder)
    again = restore.restore(hospital_folder, hospital_folder / done.aside, key, LATER)
    assert again.facts.counts["visitor"] == 6
    assert "之后" in visitors(hospital_folder)


def test_a_journal_that_was_put_aside_comes_along(hospital_folder: Path, made: BackupFile) -> None:
    opened = open_hospital(hospital_folder)
    register(opened, "在日志里")
    crashed = hospital_folder.parent / "crashed"
    shutil.copytree(hospital_folder, crashed)
    opened.close()
    assert (crashed / "deskapp.sqlite-wal").stat().st_size > 0
    done = restored(crashed, BackupFile(crashed / "backups" / made.name, made.manifest, whole=True))
    key = restore.key_for(crashed / done.aside, crashed)
    restore.restore(crashed, crashed / done.aside, key, LATER)
    assert "在日志里" in visitors(crashed)


# --- What is refused --------------------------------------------------------------------------------------


def untouched(folder: Path) -> None:
    assert "之后" in visitors(folder)
    assert not list(folder.glob("*restor*"))


def test_an_open_hospital_is_left_alone(hospital_folder: Path, made: BackupFile) -> None:
    with contextlib.closing(share(hospital_folder)), pytest.raises(StorageError) as refused:
        restored(hospital_folder, made)
    assert refused.value.code == "storage.open-elsewhere"
    untouched(hospital_folder)


def test_a_flipped_bit_is_found_before_anything_is_moved(hospital_folder: Path, made: BackupFile) -> None:
    data = bytearray(made.path.read_bytes())
    data[len(data) // 2] ^= 1
    made.path.write_bytes(data)
    with pytest.raises(StorageError) as refused:
        restored(hospital_folder, made)
    assert refused.value.code in {"backup.bad", "storage.damaged", "storage.not-a-database"}
    untouched(hospital_folder)


def test_a_file_that_is_not_what_its_manifest_says_is_refused(
    hospital_folder: Path, made: BackupFile
) -> None:
    manifest = backup.manifest_of(made.path)
    manifest.write_text(manifest.read_text().replace('"visitor": 5', '"visitor": 7'))
    with pytest.raises(StorageError) as refused:
        restored(hospital_folder, made)
    assert refused.value.code == "backup.bad"
    untouched(hospital_folder)


def test_without_room_nothing_is_begun(
    hospital_folder: Path, made: BackupFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(100, 99, 1))
    with pytest.raises(StorageError) as refused:
        restored(hospital_folder, made)
    assert refused.value.code == "storage.full"
    untouched(hospital_folder)


def test_a_file_that_is_not_there_is_said_plainly(hospital_folder: Path) -> None:
    with pytest.raises(StorageError) as refused:
        restore.key_for(hospital_folder / "nothing.sqlite", hospital_folder)
    assert refused.value.code == "storage.no-file"


# --- Stopped in the middle --------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", range(9))
def test_a_restore_that_is_stopped_at_any_step_leaves_the_old_or_the_new(
    hospital_folder: Path, made: BackupFile, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program ends at its nth change of a name."""
    left = iter(range(steps))
    rename = Path.rename

    def stopping(self: Path, target: Path) -> Path:
        if self.parent == hospital_folder and next(left, None) is None:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(Path, "rename", stopping)
        restored(hospital_folder, made)
    names = visitors(hospital_folder)
    assert "之前" in names
    assert ("之后" in names) == (steps == 0)
    with contextlib.closing(open_hospital(hospital_folder)) as opened:
        assert list(anchors.findings(opened.store, opened.workstation)) == []
    assert not restore.is_unfinished(hospital_folder)


# --- Keys -------------------------------------------------------------------------------------------------


def test_a_lost_key_file_comes_back_from_beside_the_backup(hospital_folder: Path, made: BackupFile) -> None:
    (hospital_folder / KEY_FILE).unlink()
    destroy_by_rubbish(hospital_folder)
    assert restored(hospital_folder, made).key_in_open
    assert "之前" in visitors(hospital_folder)


def test_a_lost_key_file_of_a_sound_database_is_put_back(
    hospital_folder: Path, made: BackupFile, log_guard: LogGuard
) -> None:
    log_guard.expect("deskapp.db.restore", 30, "put back from the backups")
    before = (hospital_folder / KEY_FILE).read_bytes()
    (hospital_folder / KEY_FILE).unlink()
    assert "之后" in visitors(hospital_folder)
    assert (hospital_folder / KEY_FILE).read_bytes() == before
    assert made.good


def test_a_backup_of_another_key_goes_on_under_the_present_one(
    hospital_folder: Path, made: BackupFile
) -> None:
    fresh = bytes(range(32))
    (hospital_folder / KEY_FILE).write_text(fresh.hex())
    assert not restored(hospital_folder, made).key_in_open
    assert cipher.fits(hospital_folder / "deskapp.sqlite", fresh)
    assert "之前" in visitors(hospital_folder)


def test_a_protected_hospital_stays_protected(hospital_folder: Path, made: BackupFile) -> None:
    key = restore.key_for(made.path, hospital_folder)
    keep(hospital_folder, key, Kept.PASSPHRASE, "four words of the house")
    for each in hospital_folder.glob("backups/*.key"):
        each.unlink()
    with pytest.raises(StorageError) as refused:
        restore.key_for(made.path, hospital_folder)
    assert refused.value.code == "restore.key"
    sealed = (hospital_folder / KEY_FILE).read_bytes()
    done = restore.restore(hospital_folder, made.path, key, LATER, present=key)
    assert not done.key_in_open
    assert (hospital_folder / KEY_FILE).read_bytes() == sealed


def test_another_protected_key_has_to_be_given(hospital_folder: Path, made: BackupFile) -> None:
    other = bytes(range(32))
    keep(hospital_folder, other, Kept.PASSPHRASE, "four words of the house")
    key = restore.key_for(made.path, hospital_folder)
    with pytest.raises(StorageError) as refused:
        restore.restore(hospital_folder, made.path, key, LATER)
    assert refused.value.code == "storage.locked"
    restore.restore(hospital_folder, made.path, key, LATER, present=other)
    store = Store.in_folder(hospital_folder, other)
    with contextlib.closing(store), store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Visitor)) == 5
    assert key_id(key) != key_id(other)


# --- A database that is not there -------------------------------------------------------------------------


def test_a_hospital_whose_database_is_gone_does_not_begin_anew(
    hospital_folder: Path, made: BackupFile
) -> None:
    destroy_by_deleting(hospital_folder)
    with pytest.raises(StorageError) as refused:
        open_hospital(hospital_folder)
    assert refused.value.code == "storage.gone"
    assert not (hospital_folder / "deskapp.sqlite").exists()
    assert made.path.exists()
