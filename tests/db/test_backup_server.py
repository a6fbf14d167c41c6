"""Backups of a PostgreSQL database: dumped with the server's own programs, restored into a new database."""

from __future__ import annotations

import contextlib
import datetime as dt
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import anchors, backup, backup_server, restore, restore_server
from deskapp.db.backup import BackupFile, make_backup
from deskapp.db.engine import Store
from deskapp.domain.backup import BackupKind
from deskapp.errors import StorageError
from tests.support.databases import PostgresDatabase
from tests.support.hospital import fill
from tests.support.logins import Logins, login_url, logins, migrated, unmigrated
from tests.support.postgres import Postgres

__all__ = ["logins", "migrated", "unmigrated"]

NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def served(postgres_database: PostgresDatabase, tmp_path: Path) -> Iterator[Hospital]:
    """A small hospital on a server."""
    opened = open_hospital(tmp_path / "desk", postgres_database.url)
    fill(opened)
    yield opened
    opened.close()
    postgres_database.clean()


@pytest.fixture
def made(served: Hospital, tmp_path: Path) -> BackupFile:
    return make_backup(served.store, tmp_path / "backups", BackupKind.DAILY, NOW)


@pytest.fixture
def empty_url(postgres: Postgres, worker: str) -> Iterator[str]:
    name = f"restored_{worker}"
    postgres.drop(name)
    postgres.create(name)
    yield postgres.url(name)
    postgres.drop(name)


def test_a_dump_holds_what_the_database_holds(served: Hospital, made: BackupFile) -> None:
    facts = backup_server.facts(served.store)
    assert made.good
    assert made.manifest.counts == facts.counts
    assert made.manifest.counts["visitor"] == 4
    assert made.manifest.key == ""
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert backup.last_good(made.path.parent) == made


def test_the_drill_on_a_server(served: Hospital, made: BackupFile, empty_url: str, tmp_path: Path) -> None:
    store = Store.open(empty_url)
    with contextlib.closing(store):
        facts = restore_server.restore_dump(store, made.path)
    assert facts.counts == made.manifest.counts
    with contextlib.closing(open_hospital(tmp_path / "desk", empty_url)) as opened:
        restore.tell(opened.store, opened.workstation, made.name, facts, NOW)
        assert list(anchors.findings(opened.store, opened.workstation)) == []
    assert served.store.url != empty_url


def test_a_database_that_is_in_use_is_never_restored_over(served: Hospital, made: BackupFile) -> None:
    before = backup_server.facts(served.store)
    with pytest.raises(StorageError) as refused:
        restore_server.restore_dump(served.store, made.path)
    assert refused.value.code == "restore.not-empty"
    assert backup_server.facts(served.store) == before


def test_a_harmed_dump_is_refused(made: BackupFile, empty_url: str) -> None:
    data = bytearray(made.path.read_bytes())
    data[len(data) // 2] ^= 1
    made.path.write_bytes(data)
    store = Store.open(empty_url)
    with contextlib.closing(store), pytest.raises(StorageError) as refused:
        restore_server.restore_dump(store, made.path)
    assert refused.value.code == "backup.bad"


def test_a_desks_own_login_may_back_up(migrated: str, logins: Logins, tmp_path: Path) -> None:
    store = Store.open(login_url(migrated, logins.desk))
    with contextlib.closing(store):
        assert make_backup(store, tmp_path / "backups", BackupKind.DAILY, NOW).good


def test_a_missing_program_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_server, "_PLACES", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StorageError) as refused:
        backup_server.find("pg_dump", 17)
    assert refused.value.code == "backup.program"
    assert "pg_dump" in str(refused.value.text)
    assert "17" in str(refused.value.text)


def test_a_program_of_another_version_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 12.3'\n")
    program.chmod(0o755)
    monkeypatch.setattr(backup_server, "_PLACES", (str(tmp_path),))
    with pytest.raises(StorageError) as refused:
        backup_server.find("pg_dump", 17)
    assert "12" in str(refused.value.text)


def test_without_the_program_there_is_no_half_backup(
    served: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_server, "_PLACES", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StorageError):
        make_backup(served.store, tmp_path / "backups", BackupKind.DAILY, NOW)
    assert backup.backups_in(tmp_path / "backups") == []
