"""Backups as the program makes them by itself, and what everybody sees of them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from sqlalchemy import select

from deskapp import settings
from deskapp.bootstrap import Hospital
from deskapp.db import audit
from deskapp.db.backup_process import Job, Made, carry_out
from deskapp.db.models.access import AuditEntry
from deskapp.db.unit_of_work import unit_of_work
from deskapp.domain.access import Actor
from deskapp.domain.backup import BackupKind
from deskapp.domain.text import Text
from deskapp.errors import InputError, PermissionDenied, StorageError
from deskapp.services.backups import AGAIN_AFTER, BackupService
from deskapp.services.base import new_request
from deskapp.services.settings import put
from tests.services.conftest import WallClock
from tests.support.hospital import hospital, hospital_folder, hospital_template, signed_in

__all__ = ["hospital", "hospital_folder", "hospital_template"]

NOBODY = Actor(0, "", frozenset(), "desk-1")
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def backups(hospital: Hospital, clock: WallClock) -> BackupService:
    """The service, which makes backups in this process."""
    made = BackupService(hospital.store, clock, hospital.workstation)
    made.run_job = carry_out
    return made


@pytest.fixture
def admin(hospital: Hospital) -> Actor:
    return signed_in(hospital.services, "admin")


def trail(hospital: Hospital) -> list[str]:
    with hospital.store.reading() as session:
        asked = select(AuditEntry.action).where(AuditEntry.topic == "backup").order_by(AuditEntry.id)
        assert list(audit.broken_lines(session)) == []
        return list(session.scalars(asked))


def test_a_young_hospital_is_told_that_it_has_no_backup(backups: BackupService, hospital: Hospital) -> None:
    state = backups.state(signed_in(hospital.services))
    assert (state.last, state.is_old, state.warning) == (None, True, None)


def test_the_daily_backup_is_made_when_its_time_has_come_and_once(
    backups: BackupService, hospital: Hospital, clock: WallClock, admin: Actor
) -> None:
    clock.set("02:00")
    assert backups.make_if_due(NOBODY) is not None
    clock.set("02:59")
    assert backups.make_if_due(NOBODY) is None
    clock.set("03:00")
    done = backups.make_if_due(NOBODY)
    assert done is not None
    assert done.value.backup.manifest.kind is BackupKind.DAILY
    assert "backup" in done.changes.touched
    assert backups.make_if_due(NOBODY) is None
    assert [view.kind for view in backups.listed(admin)] == [BackupKind.DAILY] * 2
    assert trail(hospital) == ["backup.made"] * 2
    state = backups.state(admin)
    assert state.last == clock()
    assert state.due == clock() + dt.timedelta(days=1)


def test_a_day_without_a_backup_is_a_warning(backups: BackupService, clock: WallClock, admin: Actor) -> None:
    backups.make(admin)
    assert not backups.state(admin).is_old
    clock.forward(hours=25)
    assert backups.state(admin).is_old


def test_closing_makes_one_only_when_the_last_is_older_than_four_hours(
    backups: BackupService, clock: WallClock, admin: Actor
) -> None:
    backups.make(admin)
    clock.forward(hours=3)
    assert backups.make_at_exit(NOBODY) is None
    clock.forward(hours=2)
    done = backups.make_at_exit(NOBODY)
    assert done is not None
    assert done.value.backup.manifest.kind is BackupKind.EXIT


def test_a_demo_is_not_backed_up_by_itself(backups: BackupService, hospital: Hospital, admin: Actor) -> None:
    with unit_of_work(hospital.store, admin, None) as work:
        put(work, settings.DEMO, True, "")
        work.finish(new_request(), "demo", b"null")
    assert backups.make_if_due(NOBODY) is None
    assert backups.make_at_exit(NOBODY) is None


def test_too_little_room_is_told_where_everybody_looks_and_tried_again_later(
    backups: BackupService,
    hospital: Hospital,
    clock: WallClock,
    admin: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: Usage(100, 99, 1))
        assert backups.make_if_due(NOBODY) is None
    state = backups.state(admin)
    assert state.warning is not None
    assert "MB free" in str(state.warning)
    assert trail(hospital) == ["backup.failed"]
    assert backups.make_if_due(NOBODY) is None
    clock.forward(seconds=AGAIN_AFTER.total_seconds())
    assert backups.make_if_due(NOBODY) is not None
    assert backups.state(admin).warning is None


def test_who_asked_for_a_backup_hears_why_there_is_none(
    backups: BackupService, hospital: Hospital, admin: Actor
) -> None:
    def fail(_job: Job) -> Made:
        raise StorageError("backup.bad", Text("The copy is not good."))

    backups.run_job = fail
    with pytest.raises(StorageError):
        backups.make(admin)
    assert trail(hospital) == ["backup.failed"]


def test_the_second_folder_is_used_and_its_loss_is_only_a_warning(
    backups: BackupService, admin: Actor, clock: WallClock, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    backups.choose_second(admin, new_request(), str(stick))
    assert backups.make(admin).value.copied
    assert [(view.here, view.second) for view in backups.listed(admin)] == [(True, True)]
    shutil.rmtree(stick)
    clock.forward(hours=1)
    done = backups.make(admin).value
    assert not done.copied
    state = backups.state(admin)
    assert state.last == clock()
    assert "stick" in str(state.warning)


def test_a_folder_in_which_nothing_can_be_written_is_refused(
    backups: BackupService, admin: Actor, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        backups.choose_second(admin, new_request(), str(tmp_path / "nowhere"))
    assert refused.value.field == "folder"
    assert backups.plan(admin).second_folder == ""


def test_the_time_of_day_is_the_administrators(
    backups: BackupService, admin: Actor, clock: WallClock
) -> None:
    clock.set("12:00")
    backups.make(admin)
    backups.choose_time(admin, new_request(), "22:30")
    due = backups.state(admin).due
    assert due is not None
    assert f"{due.astimezone():%H:%M}" == "22:30"
    with pytest.raises(InputError):
        backups.choose_time(admin, new_request(), "soon")


def test_what_would_be_lost_is_counted(backups: BackupService, hospital: Hospital, admin: Actor) -> None:
    with hospital.store.reading() as session:
        first = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).first()
    assert first is not None
    since = backups.since(admin, first - dt.timedelta(seconds=1))
    assert (since.visitors, since.visits) == (4, 4)
    assert backups.since(admin, dt.datetime.now(dt.UTC)).lines == 0


def test_an_operator_sees_the_age_and_nothing_more(backups: BackupService, hospital: Hospital) -> None:
    operator = signed_in(hospital.services)
    backups.state(operator)
    with pytest.raises(PermissionDenied):
        backups.make(operator)
    with pytest.raises(PermissionDenied):
        backups.order(operator, Path("x"), "", 1)
