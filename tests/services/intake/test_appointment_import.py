"""Appointments from files: CSV and iCalendar, read again without doubling, and files that somebody made to do harm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditBody, AuditEntry
from deskapp.domain.access import Actor
from deskapp.domain.appointments import AppointmentAct, AppointmentLine, BookingDraft
from deskapp.domain.registration import AppointmentState
from deskapp.errors import InputError
from deskapp.i18n import translator
from deskapp.services.base import new_request
from deskapp.services.intake import appointment_import
from deskapp.services.intake import ics as ics_module
from deskapp.services.transfer.report import ImportReport, Outcome
from tests.services.conftest import MONDAY, Desk, audit_bodies

TUESDAY = MONDAY + dt.timedelta(1)
HEAD = "姓名,电话,日期,时间,医生,科室,备注\n"


class Files:
    """Somebody who reads files in."""

    def __init__(self, desk: Desk, head: Actor, folder: Path) -> None:
        self.desk, self.head, self.folder = desk, head, folder
        self.service = desk.services.appointments

    def read(self, text: str | bytes, name: str = "a.csv", **more: bool) -> ImportReport:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return self.service.import_file(self.head, new_request(), path, **more).value

    def lines(self, day: dt.date = TUESDAY) -> list[AppointmentLine]:
        columns = self.service.day(self.desk.actor, day).columns
        return sorted((line for column in columns for line in column.lines), key=lambda line: line.starts_at)

    def names(self) -> list[str]:
        return [line.name for line in self.lines()]


@pytest.fixture
def files(desk: Desk, head: Actor, tmp_path: Path) -> Files:
    return Files(desk, head, tmp_path)


def counts(report: ImportReport) -> list[int]:
    return [report.counts[outcome] for outcome in Outcome]


def event(uid: str = "a1", start: str = "DTSTART:20261117T103000", *more: str) -> str:
    lines = ["BEGIN:VEVENT", f"UID:{uid}", start]
    if not any(line.startswith("SUMMARY") for line in more):
        lines += ["SUMMARY:王芳", "DESCRIPTION:电话 138-0013-8000"]
    more = more or ("LOCATION:李静",)
    return "\r\n".join([*lines, *more, "END:VEVENT"])


def ics(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""])


# --- CSV ----------------------------------------------------------------------------------------------------------


def test_a_csv_books_and_registers_who_is_new(files: Files) -> None:
    known = files.desk.register("李四", phone="13900139000")
    report = files.read(
        HEAD + "王芳,13800138000,2026-11-17,10:30,D001,,复查\n李四,13900139000,2026-11-17,11:00,李静,,\n"
        "王芳,13800138000,2026-11-17,14:00,,眼科,\n"
    )
    assert report.written
    assert counts(report) == [3, 0, 0, 0]
    first, second, third = files.lines()
    assert (first.name, first.doctor, first.note) == ("王芳", "李静", "复查")
    assert second.visitor_id == known.id
    assert (third.visitor_id, third.doctor_id) == (first.visitor_id, None)


def test_whoever_a_file_registers_is_found_and_in_the_trail(files: Files, store: Store) -> None:
    files.read(HEAD + "王芳,13800138000,2026-11-17,10:30,D001,,\n")
    (line,) = files.lines()
    assert files.desk.found("wangfang") == files.desk.found("8000") == ["王芳"]
    assert len(audit_bodies(store, "visitor", line.visitor_id)) == 1
    assert len(audit_bodies(store, "appointment", line.id)) == 1
    assert [log.act for log in files.service.history(files.desk.actor, line.id)] == [AppointmentAct.BOOKED]


def test_beside_another_one_a_row_needs_a_reason_which_is_kept(files: Files) -> None:
    head = HEAD.replace("备注", "加号原因")
    row = "王芳,13800138000,2026-11-17,10:30,D001,,\n"
    assert not files.read(head + row + "赵云,13700137000,2026-11-17,10:30,D001,,\n").written
    files.read(head + row + "赵云,13700137000,2026-11-17,10:30,D001,,急需复查\n")
    first, second = files.lines()
    assert (first.over_booked, second.over_booked) == (False, True)
    assert [log.reason for log in files.service.history(files.desk.actor, second.id)] == ["急需复查"]


def test_what_is_taken_is_known_on_every_day_that_a_file_names(files: Files) -> None:
    days = [TUESDAY + dt.timedelta(days) for days in (0, 1, 3, 6, 7, 30)]
    text = HEAD + "".join(f"王芳,13800138000,{day},10:30,D001,,\n" for day in days)
    assert counts(files.read(text)) == [6, 0, 0, 0]
    others = text.replace("王芳,13800138000", "赵云,13700137000")
    assert counts(files.read(others, partial=True)) == [0, 0, 0, 6]
    anybody = text.replace("D001,", ",普通外科").replace("王芳,13800138000", "李四,13600136000")
    assert counts(files.read(anybody)) == [6, 0, 0, 0]


def test_reading_the_same_csv_again_books_nothing_more(files: Files) -> None:
    text = HEAD + "王芳,13800138000,2026-11-17,10:30,D001,,\n"
    files.read(text)
    assert counts(files.read(text)) == [0, 0, 1, 0]
    assert files.names() == ["王芳"]


def test_a_dry_run_says_what_would_happen_and_stores_nothing(files: Files) -> None:
    report = files.read(HEAD + "王芳,13800138000,2026-11-17,10:30,D001,,\n", dry_run=True)
    assert (report.written, counts(report)) == (False, [1, 0, 0, 0])
    assert files.names() == []


def test_rows_stand_in_each_others_way(files: Files) -> None:
    text = HEAD + "王芳,13800138000,2026-11-17,10:30,D001,,\n赵云,13700137000,2026-11-17,10:30,D001,,\n"
    report = files.read(text)
    assert (report.written, counts(report)) == (False, [1, 0, 0, 1])
    assert report.problems[0].row == 3
    assert "王芳" in str(report.problems[0].text)
    assert counts(files.read(text, partial=True)) == [1, 0, 0, 1]
    assert files.names() == ["王芳"]


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("王芳,13800138000,2026-11-15,10:30,D001,,", "", "passed"),
        ("王芳,13800138000,2026-11-17,22:30,D001,,", "", "not on duty"),
        ("王芳,13800138000,2026-11-17,25:30,D001,,", "time", "25:30"),
        ("王芳,13800138000,2026-11-17,10:30,谁,,", "doctor", "谁"),
        ("王芳,13800138000,2026-11-17,10:30,,哪科,", "department", "哪科"),
        ("王芳,13800138000,2026-11-17,10:30,,,", "doctor", "Neither"),
        ("王芳,,2026-11-17,10:30,D001,,", "phone", "phone"),
        ("⌫,13800138000,2026-11-17,10:30,D001,,", "", "erased"),
    ],
)
def test_what_is_wrong_is_said_of_its_row(files: Files, row: str, field: str, says: str) -> None:
    report = files.read(HEAD + row + "\n")
    (problem,) = report.problems
    assert (problem.row, problem.field) == (2, field)
    assert says in str(problem.text)


# --- iCalendar ----------------------------------------------------------------------------------------------------


def test_a_calendar_file_books(files: Files) -> None:
    report = files.read(ics(event()), "a.ics")
    assert counts(report) == [1, 0, 0, 0]
    (line,) = files.lines()
    assert (line.name, line.phone, line.doctor) == ("王芳", "138****8000", "李静")
    assert line.starts_at == dt.datetime(2026, 11, 17, 10, 30).astimezone(dt.UTC)


def test_a_zone_in_the_file_counts(files: Files) -> None:
    wall = dt.datetime(2026, 11, 17, 10, 30).astimezone()
    start = f"DTSTART:{wall.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    files.read(ics(event("a1", start)), "a.ics")
    assert [line.starts_at for line in files.lines()] == [wall]
    report = files.read(ics(event("a2", "DTSTART;TZID=Nowhere/City:20261117T103000")), "a.ics")
    assert "Nowhere/City" in str(report.problems[0].text)


def test_reading_again_changes_and_never_doubles(files: Files) -> None:
    files.read(ics(event()), "a.ics")
    assert counts(files.read(ics(event()), "a.ics")) == [0, 0, 1, 0]
    later = event("a1", "DTSTART:20261117T110000")
    assert counts(files.read(ics(later), "a.ics")) == [0, 1, 0, 0]
    (line,) = files.lines()
    assert line.starts_at == dt.datetime(2026, 11, 17, 11).astimezone(dt.UTC)
    acts = [log.act for log in files.service.history(files.desk.actor, line.id)]
    assert acts == [AppointmentAct.BOOKED, AppointmentAct.MOVED]


def test_two_events_change_places(files: Files) -> None:
    who = ("SUMMARY:赵云", "CONTACT:13700137000", "LOCATION:李静")
    early, late = "DTSTART:20261117T100000", "DTSTART:20261117T110000"
    files.read(ics(event("a", early), event("b", late, *who)), "a.ics")
    # One after the other: the first is told to wait until the second has gone.
    report = files.read(ics(event("b", "DTSTART:20261117T120000", *who), event("a", late)), "a.ics")
    assert counts(report) == [0, 2, 0, 0]


def test_the_same_event_twice_is_said(files: Files) -> None:
    report = files.read(ics(event(), event()), "a.ics", partial=True)
    assert counts(report) == [1, 0, 0, 1]
    assert [(note.row, note.field) for note in report.problems] == [(2, "uid")]


def test_a_cancelled_event_cancels(files: Files) -> None:
    files.read(ics(event()), "a.ics")
    (line,) = files.lines()
    gone = event("a1", "DTSTART:20261117T103000", "STATUS:CANCELLED", "LOCATION:李静")
    assert counts(files.read(ics(gone), "a.ics")) == [0, 1, 0, 0]
    stored = files.service.one(files.desk.actor, line.id)
    assert stored is not None
    assert stored.state is AppointmentState.CANCELLED
    assert counts(files.read(ics(gone), "a.ics")) == [0, 0, 1, 0]
    report = files.read(ics(event("never", "DTSTART:20261117T090000", "STATUS:CANCELLED")), "a.ics")
    assert counts(report) == [0, 0, 1, 0]
    assert report.notes


def test_where_is_found_in_several_places(files: Files) -> None:
    more = ("ORGANIZER;CN=王伟:mailto:w@x.cn", "CATEGORIES:门诊,普通外科")
    files.read(ics(event("a", "DTSTART:20261117T100000", *more)), "a.ics")
    more = ("ATTENDEE;CN=赵云:tel:+8613700137000", "CATEGORIES:门诊,普通外科")
    files.read(ics(event("b", "DTSTART:20261117T100000", *more)), "a.ics")
    assert {(line.name, line.doctor) for line in files.lines()} == {("王芳", "王伟"), ("赵云", "")}


def test_a_repeating_event_is_read_once_and_said(files: Files) -> None:
    repeating = event("a", "DTSTART:20261117T100000", "RRULE:FREQ=DAILY;COUNT=9", "LOCATION:李静")
    report = files.read(ics(repeating), "a.ics")
    assert counts(report) == [1, 0, 0, 0]
    assert "repeats" in str(report.notes[0].text)


@pytest.mark.parametrize(
    "start",
    [
        "DTSTART;VALUE=DATE:20261117",
        "DTSTART:20261399T103000",
        "DTSTART:garbage",
        "X-NOTHING:1",
        "DTSTART:99991231T235959",
    ],
)
def test_an_event_without_a_time_is_refused_alone(files: Files, start: str) -> None:
    report = files.read(ics(event("bad", start), event()), "a.ics", partial=True)
    assert counts(report) == [1, 0, 0, 1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00\x01",
        b"\x00" * 100,
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\n" * 3_000,
        b"BEGIN:VCALENDAR\r\n" + b"END:VEVENT\r\n" * 3_000 + b"END:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_calendar_is_refused_plainly(files: Files, data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        files.read(data, "a.ics")
    assert caught.value.field == "file"


def test_a_year_that_nobody_means_is_told_as_the_language_writes_dates(files: Files) -> None:
    (problem,) = files.read(ics(event("bad", "DTSTART:99991231T100000")), "a.ics").problems
    for language, day in (("zh", "9999-12-31"), ("en", "31 Dec 9999"), ("mn", "9999.12.31")):
        assert f"“{day}”" in translator(language)(problem.text)


def test_events_within_events_are_refused_one_by_one(files: Files) -> None:
    inside = b"BEGIN:VEVENT\r\n" * 500 + b"END:VEVENT\r\n" * 500
    report = files.read(b"BEGIN:VCALENDAR\r\n" + inside + b"END:VCALENDAR\r\n", "a.ics")
    assert not report.written
    assert len(report.problems) == 500


def test_characters_that_cannot_be_stored_are_refused(files: Files) -> None:
    report = files.read(ics(event("a\0b")), "a.ics")
    assert not report.written
    report = files.read(ics(event("x" * 300)), "a.ics")
    assert report.problems[0].field == "uid"


def test_an_export_has_the_days_and_no_phone(files: Files, tmp_path: Path) -> None:
    files.read(ics(event()), "a.ics")
    path = tmp_path / "out.ics"
    done = files.service.export_calendar(files.head, new_request(), path, (MONDAY, TUESDAY), "zh")
    assert done.value == 1
    text = path.read_text(encoding="utf-8")
    assert "王芳" in text
    assert "13800138000" not in text
    assert "8000" not in text


def test_what_is_called_off_makes_room_for_others_of_the_same_file(files: Files) -> None:
    files.read(ics(event()), "a.ics")
    gone = event("a1", "DTSTART:20261117T103000", "STATUS:CANCELLED", "LOCATION:李静")
    other = event("b", "DTSTART:20261117T103000", "SUMMARY:赵云", "CONTACT:13700137000", "LOCATION:李静")
    report = files.read(ics(other, gone), "a.ics")
    assert (counts(report), report.problems) == ([1, 1, 0, 0], [])
    assert files.names() == ["赵云"]


def test_another_persons_number_with_the_same_end_is_another_person(files: Files) -> None:
    known = files.desk.register("王芳", phone="13900138000")
    files.read(HEAD + "王芳,13800138000,2026-11-17,10:30,D001,,\n")
    assert files.lines()[0].visitor_id != known.id


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_csv_is_read_whatever_program_wrote_it(files: Files, encoding: str, between: str) -> None:
    row = '"王芳",13800138000,2026-11-17,10:30,D001,,"复查，""空腹"""\n'
    text = (HEAD + row).replace(",", between)
    assert counts(files.read(text.encode(encoding))) == [1, 0, 0, 0]
    (line,) = files.lines()
    assert (line.name, line.note) == ("王芳", '复查，"空腹"')


def test_a_row_that_stands_twice_books_once(files: Files) -> None:
    row = "王芳,13800138000,2026-11-17,10:30,D001,,\n"
    report = files.read(HEAD + row + row, partial=True)
    assert counts(report) == [1, 0, 0, 1]
    assert "王芳" in str(report.problems[0].text)
    assert files.names() == ["王芳"]


def test_of_a_file_that_is_half_wrong_the_right_half_is_booked_when_asked(files: Files) -> None:
    right = "".join(f"王{n},1380013800{n},2026-11-17,1{n}:00,D001,,\n" for n in range(4))
    wrong = "".join(f"赵{n},1370013700{n},2026-11-17,2{n}:00,D001,,\n" for n in range(4))
    assert not files.read(HEAD + right + wrong).written
    assert files.names() == []
    report = files.read(HEAD + right + wrong, partial=True)
    assert (counts(report), [note.row for note in report.problems]) == ([4, 0, 0, 4], [6, 7, 8, 9])
    assert files.names() == ["王0", "王1", "王2", "王3"]


# --- Long files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def short_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appointment_import, "PORTION", 2)
    monkeypatch.setattr(appointment_import, "TOLD_EVERY", 2)
    monkeypatch.setattr(ics_module, "AT_ONCE", 2)


def rows(*hours: int, who: str = "王芳,13800138000", day: dt.date = TUESDAY) -> str:
    return "".join(f"{who},{day},{hour}:00,D001,,\n" for hour in hours)


@pytest.mark.usefixtures("short_portions")
def test_in_portions_a_file_becomes_what_it_becomes_at_once(files: Files, store: Store) -> None:
    head = HEAD.replace("备注", "加号原因")
    beside = f"赵云,13700137000,{TUESDAY},9:00,D001,,急需复查\n"
    text = head + beside.replace("9:00", "10:00").replace("赵云,137", "钱多,136") + rows(9, 11, 9) + beside
    report = files.read(text + rows(10, 14), partial=True)
    # The first has ten o'clock, the second nine: what stands later in the file gives way or says why.
    assert (counts(report), [note.row for note in report.problems]) == ([5, 0, 0, 2], [5, 7])
    shown = [(line.name, line.over_booked) for line in files.lines()]
    assert shown == [("王芳", False), ("赵云", True), ("钱多", False), ("王芳", False), ("王芳", False)]
    assert len({line.visitor_id for line in files.lines() if line.name == "王芳"}) == 1
    assert files.desk.found("wangfang") == ["王芳"]
    assert len(imports(store)) == 1
    assert '"rows":7' in imports(store)[0]


@pytest.mark.usefixtures("short_portions")
def test_other_desks_register_while_a_long_file_is_stored(files: Files) -> None:
    told: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        told.append((done, total))
        files.desk.register(f"同时{len(told)}")

    path = files.folder / "a.csv"
    path.write_text(HEAD + rows(9, 10, 11, 14, 15), encoding="utf-8")
    done = files.service.import_file(files.head, new_request(), path, partial=True, report=report)
    assert counts(done.value) == [5, 0, 0, 0]
    # Held against the rules first, then stored.
    assert told == [(0, 5), (2, 5), (4, 5), (0, 5), (2, 5), (4, 5), (5, 5)]
    assert {"appointment", "visitor"} <= set(done.changes.touched)


@pytest.mark.usefixtures("short_portions")
def test_what_was_stored_before_somebody_ended_it_stays_and_the_rest_follows_with_the_next_try(
    files: Files, store: Store
) -> None:
    class Ended(Exception):
        pass

    path = files.folder / "a.csv"
    path.write_text(HEAD + rows(9, 10, 11, 14, 15), encoding="utf-8")
    with pytest.raises(Ended):
        files.service.import_file(files.head, new_request(), path, partial=True, report=_ending(Ended, 4))
    assert len(files.lines()) == 2
    assert '"rows":2' in imports(store)[0]
    assert counts(files.read(path.read_text(encoding="utf-8"), partial=True)) == [3, 0, 2, 0]
    assert len(files.lines()) == 5


def test_ended_before_anything_was_stored_nothing_is(files: Files, store: Store) -> None:
    class Ended(Exception):
        pass

    path = files.folder / "a.csv"
    path.write_text(HEAD + rows(9, 10), encoding="utf-8")
    with pytest.raises(Ended):
        files.service.import_file(files.head, new_request(), path, partial=True, report=_ending(Ended, 1))
    assert (files.lines(), imports(store)) == ([], [])


@pytest.mark.usefixtures("short_portions")
def test_whoever_books_a_time_between_two_portions_keeps_it(files: Files) -> None:
    def report(done: int, total: int) -> None:
        if (done, total) == (2, 3) and files.lines():
            starts = dt.datetime(2026, 11, 17, 14).astimezone(dt.UTC)
            house = files.desk.house
            draft = BookingDraft(house.surgery, starts, house.li, name="李四", phone="13600136000")
            files.service.book(files.desk.actor, new_request(), draft)

    path = files.folder / "a.csv"
    path.write_text(HEAD + rows(9, 10, 14), encoding="utf-8")
    done = files.service.import_file(files.head, new_request(), path, partial=True, report=report)
    assert counts(done.value) == [2, 0, 0, 1]
    assert done.value.problems[0].row == 4


@pytest.mark.usefixtures("short_portions")
def test_a_long_calendar_changes_in_its_order_and_then_adds(files: Files) -> None:
    who = ("SUMMARY:赵云", "CONTACT:13700137000", "LOCATION:李静")
    first = [event(f"e{hour}", f"DTSTART:20261117T{hour}0000") for hour in (10, 11, 12, 13, 14)]
    assert counts(files.read(ics(*first), "a.ics", partial=True)) == [5, 0, 0, 0]
    later = [event(f"e{hour}", f"DTSTART:20261117T{hour + 1}0000") for hour in (14, 13, 12, 11, 10)]
    report = files.read(ics(event("new", "DTSTART:20261117T100000", *who), *later), "a.ics", partial=True)
    # Each hour is free only once the one after it has moved on; the new one comes first in the file and is told so.
    assert (counts(report), [note.row for note in report.problems]) == ([0, 5, 0, 1], [1])
    again = files.read(ics(event("new", "DTSTART:20261117T100000", *who)), "a.ics", partial=True)
    assert counts(again) == [1, 0, 0, 0]


@pytest.mark.usefixtures("short_portions")
def test_what_is_said_of_a_row_is_said_once(files: Files) -> None:
    repeating = [
        event(f"e{hour}", f"DTSTART:20261117T{hour}0000", "RRULE:FREQ=DAILY", "LOCATION:李静")
        for hour in (10, 11, 14)
    ]
    report = files.read(ics(*repeating), "a.ics", partial=True)
    assert (counts(report), [note.row for note in report.notes]) == ([3, 0, 0, 0], [1, 2, 3])


def imports(store: Store) -> list[str]:
    """Return what the trail says of imports of appointments."""
    asked = select(AuditBody.body).join(AuditEntry, AuditEntry.id == AuditBody.entry_id)
    asked = asked.where(AuditEntry.action == "import").order_by(AuditEntry.id)
    with store.reading() as session:
        return [body.decode() for body in session.scalars(asked)]


def _ending(error: type[Exception], after: int) -> Callable[[int, int], None]:
    """Return a progress that ends an import after it was told so often."""
    told = iter(range(after))

    def report(_done: int, _total: int) -> None:
        if next(told, None) is None:
            raise error

    return report
