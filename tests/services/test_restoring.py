"""Which backups are offered, what they hold, and restoring with the hospital closed."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db.backup_process import carry_out
from deskapp.db.models.intake import Visitor
from deskapp.domain.access import Actor
from deskapp.errors import InputError
from deskapp.services import restoring
from deskapp.services.base import new_request
from deskapp.services.restoring import Closed, Open
from tests.support.hospital import hospital, hospital_folder, hospital_template, signed_in

__all__ = ["hospital", "hospital_folder", "hospital_template"]

NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def admin(hospital: Hospital) -> Actor:
    hospital.services.backups.run_job = carry_out
    return signed_in(hospital.services, "admin")


@pytest.fixture
def made(hospital: Hospital, admin: Actor, tmp_path: Path) -> Path:
    stick = tmp_path / "stick"
    stick.mkdir()
    backups = hospital.services.backups
    backups.choose_second(admin, new_request(), str(stick))
    return backups.make(admin).value.backup.path


def test_what_is_good_is_offered_with_where_it_lies(hospital: Hospital, admin: Actor, made: Path) -> None:
    ((view, path),) = Open(hospital.services.backups, admin).offered()
    assert path == made
    assert (view.here, view.second) == (True, True)
    assert Closed(hospital.workstation.folder).offered()[0][1] == made


def test_a_copy_is_offered_when_the_first_one_is_harmed(hospital: Hospital, admin: Actor, made: Path) -> None:
    made.write_bytes(made.read_bytes()[:-1])
    ((view, path),) = Open(hospital.services.backups, admin).offered()
    assert path.parent.name == "stick"
    assert (view.here, view.second) == (False, True)
    path.unlink()
    assert Open(hospital.services.backups, admin).offered() == ()


def test_it_says_what_a_backup_holds_and_what_would_be_lost(
    hospital: Hospital, admin: Actor, made: Path
) -> None:
    hospital.services.visits.open(signed_in(hospital.services), new_request(), 1)
    held = restoring.look(Open(hospital.services.backups, admin), made)
    assert (held.visitors, held.visits) == (4, 4)
    assert held.since is not None
    assert (held.since.visitors, held.since.visits) == (0, 1)
    closed = restoring.look(Closed(hospital.workstation.folder), made)
    assert (closed.visitors, closed.since) == (4, None)


def test_a_mistyped_code_is_said_at_its_field(hospital: Hospital, admin: Actor, made: Path) -> None:
    with pytest.raises(InputError) as refused:
        restoring.look(Open(hospital.services.backups, admin), made, "ABCD")
    assert refused.value.field == "code"


def test_what_is_intact_of_a_damaged_database_can_be_saved_and_restored(
    hospital_folder: Path, hospital: Hospital
) -> None:
    hospital.close()
    file = hospital_folder / "deskapp.sqlite"
    data = bytearray(file.read_bytes())
    data[-5000] ^= 1
    file.write_bytes(data)
    saved = restoring.save_intact(hospital_folder, NOW)
    assert saved.read > 0
    held = restoring.look(Closed(hospital_folder), saved.file)
    assert held.made is None
    done = restoring.carry_out(held.order, NOW)
    assert "王建国" not in str(restoring.told(done))
    with contextlib.closing(open_hospital(hospital_folder)) as opened, opened.store.reading() as session:
        assert len(session.scalars(select(Visitor.id)).all()) == held.visitors
    assert (hospital_folder / done.aside).read_bytes() == bytes(data)
