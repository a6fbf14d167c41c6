"""Appointments in calendar files (iCalendar, RFC 5545): events read as rows, a day or week written.

What an event says is taken so: the visitor's name from the first ATTENDEE's CN, else SUMMARY; the phone from a
tel: address of ATTENDEE, else from CONTACT, DESCRIPTION or COMMENT; doctor and department by number, code or name
from ORGANIZER's CN, RESOURCES, LOCATION or CATEGORIES. UID says which appointment it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from deskapp.db.faults import disk_error
from deskapp.domain.appointments import LONGEST_MINUTES, AppointmentLine
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.services.transfer.columns import ReadRow
from deskapp.services.transfer.report import RowNote

SUFFIX: Final = ".ics"
MAX_BYTES: Final = 10_000_000
MOST_EVENTS: Final = 5_000
UNREADABLE: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
    OverflowError,
    OSError,
)
"""What the parser raises for a file that somebody made by hand, or to do harm; a time zone's name is looked for as a path."""
REPEATS: Final = ("RRULE", "RDATE")
_PHONE: Final = re.compile(r"\+?\d[\d \-()]{5,18}\d")
_SEPARATORS: Final = re.compile(r"[,;/、，；()（）\n]+")


def read_events(path: Path) -> tuple[list[ReadRow], list[RowNote], int]:
    """Return the events of a calendar file as rows, what is wrong with others, and how many there are.

    A row counts as the event's place in the file. Raises `InputError` at field "file" when it is no calendar
    file, `StorageError` when it can't be read.
    """
    rows, problems, count = [], [], 0
    seen: dict[str, int] = {}
    for count, event in enumerate(_events(_data(path)), 1):
        if count > MOST_EVENTS:
            raise _refused("file.large", N_("This file has more than {limit} events."), limit=MOST_EVENTS)
        try:
            values = _values(event)
        except _Bad as bad:
            problems.append(RowNote(count, bad.field, bad.text))
            continue
        except UNREADABLE:
            problems.append(RowNote(count, "", Text(N_("This event can't be read."))))
            continue
        first = seen.setdefault(values.get("uid") or f"@{count}", count)
        if first != count:
            message = Text(N_("The same event stands at {row} already."), {"row": first})
            problems.append(RowNote(count, "uid", message))
            continue
        rows.append(ReadRow(count, values))
    return rows, problems, count


class _Bad(Exception):
    """What is wrong with one event."""

    def __init__(self, field: str, message: str, **params: object) -> None:
        super().__init__(message)
        self.field, self.text = field, Text(message, params)


def _data(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            message = N_("This file is larger than {limit} MB. Split it into several.")
            raise _refused("file.large", message, limit=MAX_BYTES // 1_000_000)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise _refused("file.missing", N_("There is no file {file}."), file=str(path)) from error
    except OSError as error:
        raise disk_error(error) from error


def _refused(code: str, message: str, **params: object) -> InputError:
    return InputError("file", code, Text(message, params))


def _events(data: bytes) -> list[Any]:
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(data, multiple=True)
        found = [event for one in calendars for event in one.walk("VEVENT")]
    except UNREADABLE as error:
        raise _refused("file.ics", N_("This is no calendar file that can be read.")) from error
    if not found:
        raise _refused("file.empty", N_("This file is empty."))
    return found


def _values(event: Any) -> dict[str, Any]:
    starts = _moment(event, "DTSTART")
    values: dict[str, Any] = {
        "starts": starts,
        "uid": _uid(event),
        "name": _name(event),
        "phone": _phone(event),
        "places": tuple(dict.fromkeys(_places(event))),
        "cancelled": str(event.get("STATUS", "")).upper() == "CANCELLED",
        "repeats": any(name in event for name in REPEATS),
    }
    minutes = _minutes(event, starts)
    return values if minutes is None else values | {"minutes": minutes}


def _uid(event: Any) -> str:
    uid, one_of = str(event.get("UID", "")).strip(), event.get("RECURRENCE-ID")
    return f"{uid}#{one_of.to_ical().decode()}" if uid and one_of is not None else uid


def _moment(event: Any, name: str) -> dt.datetime:
    """Return a time of an event, UTC; one without a zone is the site's wall clock."""
    given = event.get(name)
    moment = getattr(given, "dt", None)
    if not isinstance(moment, dt.datetime):
        message = (
            N_("This event has no time of day.") if moment else N_("This event has no time that can be read.")
        )
        raise _Bad("time", message)
    zone = given.params.get("TZID", "")
    if moment.tzinfo is None and zone:
        raise _Bad("time", N_("The time zone “{zone}” is not known."), zone=str(zone))
    return moment.astimezone(dt.UTC)


def _minutes(event: Any, starts: dt.datetime) -> int | None:
    """Return the length of an event, None where it says none."""
    length = getattr(event.get("DURATION"), "dt", None)
    if length is None and isinstance(getattr(event.get("DTEND"), "dt", None), dt.datetime):
        length = _moment(event, "DTEND") - starts
    if not isinstance(length, dt.timedelta):
        return None
    minutes = int(length.total_seconds() // 60)
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise _Bad("minutes", N_("An appointment takes 1 to {limit} minutes."), limit=LONGEST_MINUTES)
    return minutes


def _several(event: Any, name: str) -> list[Any]:
    found = event.get(name)
    return found if isinstance(found, list) else [] if found is None else [found]


def _common_name(address: Any) -> str:
    return str(address.params.get("CN", "")).strip()


def _name(event: Any) -> str:
    names = (_common_name(one) for one in _several(event, "ATTENDEE"))
    return next(filter(None, names), "") or str(event.get("SUMMARY", "")).strip()


def _phone(event: Any) -> str:
    for one in _several(event, "ATTENDEE"):
        if str(one).lower().startswith("tel:"):
            return str(one)[4:].strip()
    texts = (str(one) for name in ("CONTACT", "DESCRIPTION", "COMMENT") for one in _several(event, name))
    found = (_PHONE.search(text) for text in texts)
    return next((match[0] for match in found if match), "")


def _places(event: Any) -> Iterator[str]:
    """Yield what may name the doctor or the department, the likeliest first."""
    yield from filter(None, (_common_name(one) for one in _several(event, "ORGANIZER")))
    for name in ("RESOURCES", "LOCATION"):
        for one in _several(event, name):
            yield from _pieces(str(one))
    for one in _several(event, "CATEGORIES"):
        for category in getattr(one, "cats", ()):
            yield from _pieces(str(category))


def _pieces(text: str) -> Iterator[str]:
    text = text.strip()
    if text:
        yield text
    yield from filter(None, (piece.strip() for piece in _SEPARATORS.split(text)))


# --- Writing ------------------------------------------------------------------------------------------------------


def calendar_of(lines: Sequence[AppointmentLine], now: dt.datetime, language: str) -> bytes:
    """Return appointments as an iCalendar file; phone numbers are not in it."""
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//deskapp//appointments//")
    made.add("version", "2.0")
    for line in lines:
        made.add_component(_event(line, now, language))
    written: bytes = made.to_ical()
    return written


def _event(line: AppointmentLine, now: dt.datetime, language: str) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", f"appointment-{line.id}@deskapp")
    event.add("dtstamp", now)
    event.add("dtstart", line.starts_at)
    event.add("dtend", line.until)
    event.add("summary", line.name)
    event.add("location", line.department.in_language(language))
    event.add("status", _STATUS.get(line.state.value, "CONFIRMED"))
    if line.doctor:
        event.add("resources", line.doctor)
    return event


_STATUS: Final = {"cancelled": "CANCELLED"}
