"""A file that is older than what stands here undoes nothing: neither what a person did nor a later file."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.domain.appointments import AppointmentLine, Target
from deskapp.domain.registration import AppointmentState
from deskapp.services.base import new_request
from tests.services.conftest import WallClock
from tests.services.intake.test_appointment_import import Files, counts, event, files, ics

__all__ = ["files"]
TEN, ELEVEN, NOON = (f"DTSTART:20261117T{hour}0000" for hour in (10, 11, 12))
WHERE = "LOCATION:李静"
HEAD = "姓名,电话,日期,时间,医生,已取消,预约编号\n"


def stamp(moment: dt.datetime, name: str = "DTSTAMP") -> str:
    return f"{name}:{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def hour(line: AppointmentLine) -> int:
    return line.starts_at.astimezone().hour


def the_one(files: Files) -> AppointmentLine:
    (line,) = files.lines()
    return line


def move_by_hand(files: Files, to: int) -> None:
    """Move the appointment at the desk."""
    line = the_one(files)
    starts = dt.datetime(2026, 11, 17, to).astimezone(dt.UTC)
    target = Target(line.department_id, starts, line.doctor_id)
    files.service.move(files.desk.actor, new_request(), line.id, line.version, target)


@pytest.mark.parametrize("made", ["before", "without a word of when"])
def test_a_file_undoes_no_move_that_a_person_made_since(files: Files, clock: WallClock, made: str) -> None:
    told = (stamp(clock()),) if made == "before" else ()
    files.read(ics(event("a", TEN, WHERE, *told)), "a.ics")
    clock.forward(hours=1)
    move_by_hand(files, 12)
    report = files.read(ics(event("a", TEN, WHERE, *told)), "a.ics", partial=True)
    assert (counts(report), hour(the_one(files))) == ([0, 0, 0, 1], 12)
    (problem,) = report.problems
    assert (problem.row, "changed this appointment" in str(problem.text)) == (1, True)
    gone = files.read(ics(event("a", TEN, WHERE, "STATUS:CANCELLED", *told)), "a.ics", partial=True)
    assert (counts(gone), the_one(files).state) == ([0, 0, 0, 1], AppointmentState.BOOKED)


def test_a_file_made_after_a_person_moved_it_moves_it_again(files: Files, clock: WallClock) -> None:
    files.read(ics(event("a", TEN, WHERE, stamp(clock()))), "a.ics")
    move_by_hand(files, 12)
    later = stamp(clock.forward(hours=1))
    assert counts(files.read(ics(event("a", ELEVEN, WHERE, later)), "a.ics")) == [0, 1, 0, 0]
    assert hour(the_one(files)) == 11


def test_when_an_event_was_changed_counts_and_not_when_its_file_was_made(
    files: Files, clock: WallClock
) -> None:
    changed = stamp(clock(), "LAST-MODIFIED")
    files.read(ics(event("a", TEN, WHERE, changed)), "a.ics")
    clock.forward(hours=1)
    move_by_hand(files, 12)
    made = stamp(clock.forward(hours=1))
    assert counts(files.read(ics(event("a", TEN, WHERE, changed, made)), "a.ics", partial=True)) == [
        0,
        0,
        0,
        1,
    ]
    assert hour(the_one(files)) == 12


def test_what_a_person_opened_again_is_not_called_off_by_the_old_file(files: Files, clock: WallClock) -> None:
    told = stamp(clock())
    files.read(ics(event("a", TEN, WHERE, told)), "a.ics")
    line = the_one(files)
    off = ics(event("a", TEN, WHERE, "STATUS:CANCELLED", told))
    assert counts(files.read(off, "a.ics")) == [0, 1, 0, 0]
    clock.forward(hours=1)
    files.service.reopen(files.desk.actor, new_request(), line.id, line.version + 1)
    assert counts(files.read(off, "a.ics", partial=True)) == [0, 0, 0, 1]
    assert the_one(files).state is AppointmentState.BOOKED


def test_an_older_version_undoes_no_later_one(files: Files) -> None:
    files.read(ics(event("a", TEN, WHERE, "SEQUENCE:1")), "a.ics")
    files.read(ics(event("a", ELEVEN, WHERE, "SEQUENCE:3")), "a.ics")
    report = files.read(ics(event("a", NOON, WHERE, "SEQUENCE:2")), "a.ics", partial=True)
    assert (counts(report), hour(the_one(files))) == ([0, 0, 0, 1], 11)
    assert "later version" in str(report.problems[0].text)
    # Many programs raise no SEQUENCE: the same one again is a change.
    assert counts(files.read(ics(event("a", NOON, WHERE, "SEQUENCE:3")), "a.ics")) == [0, 1, 0, 0]


def test_a_table_moves_what_only_tables_moved(files: Files) -> None:
    row = "王芳,13800138000,2026-11-17,{time},D001,{off},a1\n"
    for time in ("10:00", "11:00", "12:00"):
        files.read(HEAD + row.format(time=time, off=""))
    assert hour(the_one(files)) == 12
    move_by_hand(files, 14)
    report = files.read(HEAD + row.format(time="12:00", off=""), partial=True)
    assert (counts(report), report.problems[0].row, hour(the_one(files))) == ([0, 0, 0, 1], 2, 14)
    assert counts(files.read(HEAD + row.format(time="14:00", off=""))) == [0, 0, 1, 0]


def test_the_history_says_that_a_file_did_it_and_which_version(files: Files) -> None:
    files.read(ics(event("a", TEN, WHERE)), "a.ics")
    files.read(ics(event("a", ELEVEN, WHERE, "SEQUENCE:2")), "a.ics")
    move_by_hand(files, 12)
    logs = files.service.history(files.desk.actor, the_one(files).id)
    assert [log.reason for log in logs] == ["iCalendar", "iCalendar 2", ""]
