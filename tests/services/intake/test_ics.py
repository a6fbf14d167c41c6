"""Calendar files: what an event says, as rows; anything may be in one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskapp.domain.appointments import AppointmentLine
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import Words
from deskapp.errors import InputError, StorageError
from deskapp.services.intake import ics
from deskapp.services.intake.ics import calendar_of, read_events

NOW = dt.datetime(2026, 11, 16, 2, tzinfo=dt.UTC)


def rows(tmp_path: Path, *lines: str) -> tuple[list[dict[str, Any]], list[str]]:
    path = tmp_path / "a.ics"
    event = ["BEGIN:VEVENT", "DTSTART:20261117T023000Z", *lines, "END:VEVENT"]
    path.write_text("\r\n".join(["BEGIN:VCALENDAR", *event, "END:VCALENDAR", ""]), encoding="utf-8")
    found, problems, _count = read_events(path)
    return [row.values for row in found], [note.field for note in problems]


def test_name_and_phone_come_from_where_they_stand(tmp_path: Path) -> None:
    ((attendee,), _bad) = rows(tmp_path, "SUMMARY:复诊", "ATTENDEE;CN=王芳:tel:+8613800138000")
    assert (attendee["name"], attendee["phone"]) == ("王芳", "+8613800138000")
    ((summary,), _bad) = rows(tmp_path, "SUMMARY:王芳", "COMMENT:带病历", "COMMENT:手机 138 0013 8000 晚上")
    assert (summary["name"], summary["phone"]) == ("王芳", "138 0013 8000")


def test_places_are_gathered_whole_and_in_pieces(tmp_path: Path) -> None:
    ((row,), _bad) = rows(
        tmp_path, "ORGANIZER;CN=李静:mailto:a@b.cn", "LOCATION:外科 (B301)", "CATEGORIES:门诊,外科"
    )
    assert row["places"] == ("李静", "外科 (B301)", "外科", "B301", "门诊")


@pytest.mark.parametrize(
    ("line", "minutes"),
    [("DTEND:20261117T025000Z", 20), ("DURATION:PT1H", 60), ("SUMMARY:x", None)],
)
def test_the_length_is_what_it_says(tmp_path: Path, line: str, minutes: int | None) -> None:
    ((row,), _bad) = rows(tmp_path, line)
    assert row.get("minutes") == minutes


@pytest.mark.parametrize(
    "line", ["DTEND:20261117T023000Z", "DURATION:P9D", "DTEND:20251117T025000Z", "DURATION:-PT5M"]
)
def test_an_impossible_length_is_refused(tmp_path: Path, line: str) -> None:
    assert rows(tmp_path, line)[1] == ["minutes"]


def test_one_of_a_series_has_a_name_of_its_own(tmp_path: Path) -> None:
    ((row,), _bad) = rows(tmp_path, "UID:a", "RECURRENCE-ID:20261116T023000Z")
    assert row["uid"] == "a#20261116T023000Z"


def test_a_file_that_is_not_there_or_far_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no file"):
        read_events(tmp_path / "none.ics")
    with pytest.raises(StorageError):
        read_events(tmp_path)
    path = tmp_path / "a.ics"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(ics, "MAX_BYTES", 50)
    with pytest.raises(InputError, match="larger"):
        read_events(path)


pieces = st.sampled_from(
    [
        *(
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VTIMEZONE",
            "END:VTIMEZONE",
        ),
        *(
            "DTSTART:20261117T023000Z",
            "DTSTART;TZID=x:20261117T023000",
            "DTSTART;VALUE=DATE:20261117",
            "DTSTART:",
        ),
        *("DTSTART:20261117T023000Z,20261118T023000Z", "DTEND:x", "DURATION:PT", "UID:", "UID:a", "RRULE:x"),
        *(
            'ATTENDEE;CN="a":tel:1',
            "ATTENDEE:",
            "ORGANIZER;CN=:x",
            "CATEGORIES:,,",
            "LOCATION:\\n",
            "STATUS:CANCELLED",
        ),
        *(";;;", "X", " folded", "RECURRENCE-ID:x", "TZOFFSETFROM:x", "\x00", "COMMENT:" + "9" * 300),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=25))
def test_whatever_is_in_a_file_is_read_or_refused_plainly(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "a.ics"
    path.write_text("\r\n".join(lines), encoding="utf-8")
    try:
        read_events(path)
    except InputError as error:
        assert error.field == "file"  # noqa: PT017


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    place = Words("外科", "Surgery", "")
    line = AppointmentLine(
        7, 1, 1, "王芳", "138****8000", 1, place, 2, "李静", NOW, 20, AppointmentState.CANCELLED
    )
    path = tmp_path / "a.ics"
    path.write_bytes(calendar_of([line], NOW, "zh"))
    ((row,), problems, _count) = read_events(path)
    assert problems == []
    assert (row.values["name"], row.values["starts"], row.values["minutes"]) == ("王芳", NOW, 20)
    assert row.values["cancelled"]
    assert set(row.values["places"]) == {"李静", "外科"}


def events(tmp_path: Path, data: bytes) -> list[dict[str, Any]]:
    path = tmp_path / "a.ics"
    path.write_bytes(data)
    found, problems, _count = read_events(path)
    assert problems == []
    return [row.values for row in found]


def event(*lines: str, around: tuple[str, ...] = ()) -> str:
    body = ["BEGIN:VEVENT", "DTSTART:20261117T023000Z", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", *around, *body, "END:VCALENDAR", ""])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_names_are_read_whatever_encoding_they_are_in(tmp_path: Path, encoding: str) -> None:
    ((row),) = events(tmp_path, event("SUMMARY:王芳（复诊）").encode(encoding))
    assert row["name"] == "王芳（复诊）"


def test_a_line_folded_within_a_character_is_put_together(tmp_path: Path) -> None:
    data = event("SUMMARY:王芳").encode()
    within = data.index("芳".encode()) + 1
    ((row),) = events(tmp_path, data[:within] + b"\r\n " + data[within:])
    assert row["name"] == "王芳"


def test_of_a_name_that_is_there_twice_the_first_counts(tmp_path: Path) -> None:
    ((row),) = events(
        tmp_path, event("SUMMARY:王芳", "SUMMARY;LANGUAGE=en:Wang Fang", "UID:a", "UID:b").encode()
    )
    assert (row["name"], row["uid"]) == ("王芳", "a")


def test_of_several_versions_of_an_event_the_latest_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    versions = [event("UID:a", f"SEQUENCE:{n}", f"SUMMARY:{n}") for n in (1, 3, 2)]
    path.write_text("".join([*versions, event("UID:b", "SUMMARY:b")]), encoding="utf-8")
    found, problems, count = read_events(path)
    assert [row.values["name"] for row in found] == ["3", "b"]
    assert (problems, count) == ([], 2)


def test_a_calendar_that_calls_off_calls_off_what_is_in_it(tmp_path: Path) -> None:
    ((off),) = events(tmp_path, event("SUMMARY:王芳", around=("METHOD:CANCEL",)).encode())
    ((on),) = events(tmp_path, event("SUMMARY:王芳", around=("METHOD:PUBLISH",)).encode())
    assert (off["cancelled"], on["cancelled"]) == (True, False)


# --- Long calendars ------------------------------------------------------------------------------------------------

ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:House", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0500", "TZOFFSETTO:+0500", "END:STANDARD", "END:VTIMEZONE"),
)


def long(count: int, *head: str, between: tuple[str, ...] = ()) -> str:
    """Return a calendar of some events, one an hour, in a zone that it explains by itself."""
    made = ["BEGIN:VCALENDAR", "VERSION:2.0", *head]
    for number in range(count):
        starts = f"DTSTART;TZID=House:20261117T{number:02}0000"
        made += ["BEGIN:VEVENT", f"UID:{number}", starts, "SUMMARY:王芳", "END:VEVENT", *between]
    return "\r\n".join([*made, "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    "text",
    [
        long(7, *ZONE),
        long(7, *ZONE, "METHOD:CANCEL"),
        long(6, *ZONE),
        long(7, between=ZONE),
        long(3, *ZONE) + long(4, "METHOD:CANCEL", *ZONE),
        long(7, *ZONE).replace("UID:3", "BEGIN:VALARM\r\nEND:VALARM\r\nUID:3"),
        long(7, *ZONE).replace("BEGIN:VEVENT", "begin:vevent"),
    ],
)
def test_in_pieces_a_calendar_says_what_it_says_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "a.ics"
    path.write_text(text, encoding="utf-8", newline="")
    whole = read_events(path)
    assert len(whole[0]) >= 6
    monkeypatch.setattr(ics, "AT_ONCE", 2)
    assert read_events(path) == whole


def test_reading_a_long_calendar_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ics, "AT_ONCE", 2)
    path, told = tmp_path / "a.ics", list[tuple[int, int]]()
    path.write_text(long(5, *ZONE), encoding="utf-8", newline="")
    read_events(path, lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_too_many_events_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, told = tmp_path / "a.ics", list[int]()
    path.write_text(long(5, *ZONE), encoding="utf-8", newline="")
    monkeypatch.setattr(ics, "MOST_EVENTS", 4)
    with pytest.raises(InputError, match="more than"):
        read_events(path, lambda done, _total: told.append(done))
    assert told == []
