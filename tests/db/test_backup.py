"""Backups: made while others write, read back before they count, kept in two places, rotated."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deskapp.bootstrap import Hospital
from deskapp.db import audit, backup, backup_file, backup_process, cipher, migrate
from deskapp.db.backup import BackupFile, backups_in, copy_to, last_good, make_backup, manifest_of
from deskapp.db.engine import Store
from deskapp.db.folder_lock import in_turn
from deskapp.domain.backup import BackupKind
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Sex
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from tests.support.hospital import hospital, hospital_folder, hospital_template, signed_in
from tests.support.logs import LogGuard
from tests.support.tampering import tampering

__all__ = ["hospital", "hospital_folder", "hospital_template"]

NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def folder(hospital: Hospital) -> Path:
    return hospital.workstation.folder / backup.BACKUP_FOLDER


@pytest.fixture
def made(hospital: Hospital, folder: Path) -> BackupFile:
    return make_backup(hospital.store, folder, BackupKind.DAILY, NOW)


def register(hospital: Hospital, name: str) -> None:
    draft = VisitorDraft(name=name, sex=Sex.FEMALE)
    hospital.services.visitors.register(signed_in(hospital.services), new_request(), draft)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != backup.TURN_FILE)


# --- What a backup is -------------------------------------------------------------------------------------


def test_a_backup_holds_what_the_database_holds(hospital: Hospital, made: BackupFile) -> None:
    assert hospital.store.key is not None
    facts = backup_file.facts_of(made.path, hospital.store.key)
    with hospital.store.reading() as session:
        assert facts.heads == audit.heads(session)
        assert facts.counts == backup_file.counts_of(session.connection())
    assert made.good
    assert made.manifest.revision == migrate.HEAD
    assert made.manifest.counts["visitor"] == 4
    assert (made.manifest.kind, made.manifest.made) == (BackupKind.DAILY, NOW)


def test_the_key_lies_beside_it_and_nobody_is_named(
    hospital: Hospital, made: BackupFile, folder: Path
) -> None:
    key_file = folder / f"deskapp-{made.manifest.key}.key"
    assert key_file.read_bytes() == (hospital.workstation.folder / "deskapp.key").read_bytes()
    assert names(folder) == sorted([made.name, manifest_of(made.path).name, key_file.name])
    assert "王建国".encode() not in made.path.read_bytes()
    assert "王建国" not in manifest_of(made.path).read_text("utf-8")
    assert not cipher.fits(made.path, bytes(32))


def test_every_registration_succeeds_while_backups_are_made(hospital: Hospital, folder: Path) -> None:
    over = threading.Event()
    failed: list[BaseException] = []
    registered: list[str] = []

    def work() -> None:
        try:
            while not over.is_set():
                register(hospital, f"李{len(registered)}")
                registered.append("")
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        backups = [
            make_backup(hospital.store, folder, BackupKind.MANUAL, NOW + dt.timedelta(seconds=count))
            for count in range(4)
        ]
    finally:
        over.set()
        worker.join()
    assert failed == []
    assert registered
    counts = [each.manifest.counts["visitor"] for each in backups]
    assert counts == sorted(counts)
    assert all(each.good and each.manifest.broken == 0 for each in backups)


def test_two_backups_at_one_moment_are_two_backups(hospital: Hospital, folder: Path) -> None:
    def make() -> None:
        make_backup(hospital.store, folder, BackupKind.MANUAL, NOW)

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(backups_in(folder)) == 2
    assert all(backup.is_intact(each) for each in backups_in(folder))


def test_one_waits_for_another_and_says_so(
    hospital: Hospital, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "TURN_SECONDS", 0)
    folder.mkdir()
    with in_turn(folder / backup.TURN_FILE, 0), pytest.raises(StorageError) as refused:
        make_backup(hospital.store, folder, BackupKind.DAILY, NOW)
    assert refused.value.code == "storage.turn"


def test_a_process_of_its_own_makes_the_same(hospital: Hospital, folder: Path, tmp_path: Path) -> None:
    store = hospital.store
    second = tmp_path / "stick"
    second.mkdir()
    job = backup_process.Job(store.url, store.key, folder, second, BackupKind.DAILY, NOW)
    done = backup_process.run(job)
    assert done.copied
    assert backups_in(folder) == [done.backup]
    assert backup.is_intact(backups_in(second)[0])


def test_what_goes_wrong_in_the_process_is_told_here(hospital: Hospital, folder: Path) -> None:
    job = backup_process.Job(hospital.store.url, bytes(32), folder, None, BackupKind.DAILY, NOW)
    with pytest.raises(StorageError) as refused:
        backup_process.run(job)
    assert refused.value.code == "storage.not-a-database"
    assert not folder.exists()


# --- What is no backup ------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[random.Random(7).randrange(len(data))] ^= 4
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def lose_manifest(path: Path) -> None:
    manifest_of(path).unlink()


def spoil_manifest(path: Path) -> None:
    manifest_of(path).write_text("{")


@pytest.mark.parametrize("harm", [flip, cut, empty, lose_manifest, spoil_manifest])
def test_a_harmed_backup_is_never_the_last_good_one(
    hospital: Hospital, made: BackupFile, folder: Path, harm: Callable[[Path], None]
) -> None:
    newer = make_backup(hospital.store, folder, BackupKind.MANUAL, NOW + dt.timedelta(hours=1))
    assert last_good(folder) == newer
    harm(newer.path)
    assert last_good(folder) == made


def test_a_backup_of_the_future_does_not_count_yet(
    hospital: Hospital, made: BackupFile, folder: Path
) -> None:
    make_backup(hospital.store, folder, BackupKind.MANUAL, NOW + dt.timedelta(days=9))
    assert last_good(folder, NOW) == made


def test_a_copy_that_misses_lines_is_refused_and_leaves_nothing(
    hospital: Hospital, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = {"desk": (10_000, bytes(32))}
    monkeypatch.setattr(backup_file, "_heads", lambda _store: later)
    with pytest.raises(StorageError) as refused:
        make_backup(hospital.store, folder, BackupKind.DAILY, NOW)
    assert refused.value.code == "backup.bad"
    assert names(folder) == []


def test_a_tampered_database_is_still_backed_up_but_not_as_a_good_one(
    hospital: Hospital, folder: Path
) -> None:
    with tampering(hospital.store) as session:
        entry = audit.ENTRY
        session.execute(entry.update().where(entry.c.id == 2).values(action="something.else"))
    made = make_backup(hospital.store, folder, BackupKind.DAILY, NOW)
    assert made.manifest.broken == 1
    assert not made.good
    assert last_good(folder) is None


def test_what_a_crash_left_goes_with_the_next_backup(hospital: Hospital, folder: Path) -> None:
    folder.mkdir()
    left = ["deskapp-20261124T030000Z-daily.sqlite.0a.part", "deskapp-20261124T030000Z-daily.json"]
    for name in left:
        (folder / name).write_bytes(b"half")
    (folder / "of somebody else.txt").write_bytes(b"stays")
    assert backups_in(folder) == []
    make_backup(hospital.store, folder, BackupKind.DAILY, NOW)
    assert not set(left) & set(names(folder))
    assert "of somebody else.txt" in names(folder)


# --- Room -------------------------------------------------------------------------------------------------


@pytest.fixture
def nearly_full(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hospital.store.file is not None
    size = hospital.store.file.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(size * 100, size * 98, size * 2))


@pytest.mark.usefixtures("nearly_full")
def test_without_three_times_its_size_no_backup_is_begun(hospital: Hospital, folder: Path) -> None:
    with pytest.raises(StorageError) as refused:
        make_backup(hospital.store, folder, BackupKind.DAILY, NOW)
    assert refused.value.code == "backup.no-room"
    assert names(folder) == []


@pytest.mark.usefixtures("nearly_full")
def test_without_room_the_tables_are_changed_all_the_same(
    hospital: Hospital, folder: Path, log_guard: LogGuard
) -> None:
    log_guard.expect("deskapp.db.backup", 30, "backup.no-room")
    backup.before_migration(hospital.store, hospital.workstation.folder, NOW)
    assert backups_in(folder) == []


# --- The second place -------------------------------------------------------------------------------------


def test_the_second_folder_gets_all_it_takes_to_restore(made: BackupFile, tmp_path: Path) -> None:
    second = tmp_path / "stick"
    second.mkdir()
    copied = copy_to(made, second, NOW)
    assert backups_in(second) == [copied]
    assert backup.is_intact(copied)
    assert (second / f"deskapp-{made.manifest.key}.key").exists()


def test_a_stick_that_is_not_there_costs_only_the_copy(
    hospital: Hospital, folder: Path, tmp_path: Path
) -> None:
    store = hospital.store
    job = backup_process.Job(store.url, store.key, folder, tmp_path / "away", BackupKind.DAILY, NOW)
    done = backup_process.carry_out(job)
    assert done.warning is not None
    assert "away" in str(done.warning)
    assert not done.copied
    assert backups_in(folder) == [done.backup]
    assert not (tmp_path / "away").exists()


def test_a_full_stick_is_told_and_nothing_is_left_on_it(
    made: BackupFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(100, 99, 1))
    with pytest.raises(StorageError) as refused:
        copy_to(made, tmp_path, NOW)
    assert refused.value.code == "backup.second-full"
    assert backups_in(tmp_path) == []


def test_a_stick_that_does_not_keep_what_is_written_is_found(
    made: BackupFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "stick"
    second.mkdir()
    monkeypatch.setattr(backup, "sha256_of", lambda _path: "another")
    with pytest.raises(StorageError) as refused:
        copy_to(made, second, NOW)
    assert refused.value.code == "backup.second-bad"
    assert backups_in(second) == []


# --- Letting go -------------------------------------------------------------------------------------------


def test_old_ones_go_and_take_their_manifest_and_key_along(
    hospital: Hospital, made: BackupFile, folder: Path
) -> None:
    old = folder / "deskapp-20250101T030000Z-daily.sqlite"
    shutil.copy(made.path, old)
    text = manifest_of(made.path).read_text().replace("2026-11-25T03", "2025-01-01T03")
    manifest_of(old).write_text(text.replace(made.manifest.key, "0" * 8))
    (folder / "deskapp-00000000.key").write_text("an old key")
    newest = make_backup(hospital.store, folder, BackupKind.DAILY, NOW + dt.timedelta(days=3))
    assert [each.name for each in backups_in(folder)] == [newest.name, made.name]
    assert not manifest_of(old).exists()
    assert not (folder / "deskapp-00000000.key").exists()


def test_a_bad_folder_is_told_plainly(hospital: Hospital, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        make_backup(hospital.store, tmp_path / "file" / "backups", BackupKind.DAILY, NOW)


# --- Before the tables change -----------------------------------------------------------------------------


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Store]:
    """A database of the first revision."""
    from alembic import command
    from alembic.config import Config

    store = Store.in_folder(tmp_path / "older")
    config = Config()
    config.set_main_option("script_location", str(migrate.HERE))
    with store.write_engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    yield store
    store.close()


def test_a_database_of_an_older_version_is_backed_up_as_it_is(older: Store, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    migrate.upgrade(older, before=lambda: backup.before_migration(older, folder, NOW))
    (made,) = backups_in(folder / backup.BACKUP_FOLDER)
    assert made.good
    assert (made.manifest.revision, made.manifest.kind) == ("0001", BackupKind.BEFORE_MIGRATION)
