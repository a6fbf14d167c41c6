"""Appointments in calendar files (iCalendar, RFC 5545): events read as rows, a day or week written.

What an event says is taken so: the visitor's name from the first ATTENDEE's CN, else SUMMARY; the phone from a
tel: address of ATTENDEE, else from CONTACT, DESCRIPTION or COMMENT; doctor and department by number, code or name
from ORGANIZER's CN, RESOURCES, LOCATION or CATEGORIES. UID says which appointment it is; of several versions in
one file the highest SEQUENCE holds. The characters are those that a table may have (`transfer.tables`).
"""

from __future__ import annotations

import codecs
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
from deskapp.services.transfer.plan import Progress, parts, silent
from deskapp.services.transfer.report import RowNote
from deskapp.services.transfer.tables import decoded

SUFFIX: Final = ".ics"
MAX_BYTES: Final = 50_000_000
MOST_EVENTS: Final = 50_000
AT_ONCE: Final = 200
"""Events that are parsed together: a person can end the reading between, and what the parser makes of them is large."""
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
BEGIN, END = "BEGIN:VEVENT", "END:VEVENT"
REPEATS: Final = ("RRULE", "RDATE")
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_PHONE: Final = re.compile(r"\+?\d[\d \-()]{5,18}\d")
_SEPARATORS: Final = re.compile(r"[,;/、，；()（）\n]+")


def read_events(path: Path, progress: Progress = silent) -> tuple[list[ReadRow], list[RowNote], int]:
    """Return the events of a calendar file as rows, what is wrong with others, and how many there are.

    A row counts as the event's place in the file; an event that a later version in it replaces is not counted.
    Raises `InputError` at field "file" when it is no calendar file, `StorageError` when it can't be read.
    """
    text = _text(path)
    rows, problems, count = [], [], 0
    most = text.upper().count(BEGIN)
    if most > MOST_EVENTS:
        raise _refused("file.large", N_("This file has more than {limit} events."), limit=MOST_EVENTS)
    for piece in _pieces_of(text):
        for event, called_off in _events(piece):
            count += 1
            try:
                rows.append(ReadRow(count, _values(event, called_off=called_off)))
            except _Bad as bad:
                problems.append(RowNote(count, bad.field, bad.text))
            except UNREADABLE:
                problems.append(RowNote(count, "", Text(N_("This event can't be read."))))
        progress(count, max(count, most))
    if not count:
        raise _refused("file.empty", N_("This file is empty."))
    latest = _latest(rows)
    return latest, problems, count - len(rows) + len(latest)


def _latest(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Return the rows without those whose event stands in the file in a later version too."""
    newest: dict[str, int] = {}
    for row in rows:
        uid, version = row.values["uid"], row.values["sequence"]
        newest[uid] = max(newest.get(uid, version), version)
    return [
        row for row in rows if not row.values["uid"] or row.values["sequence"] == newest[row.values["uid"]]
    ]


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


def _pieces_of(text: str) -> Iterator[str]:
    """Yield a long calendar in pieces that are calendars, each with what stands before the first event.

    One that holds other things between or behind its events, or several calendars, is yielded whole.
    """
    lines = text.split("\n")
    marks = [(at, mark) for at, line in enumerate(lines) if (mark := line.strip().upper()) in (BEGIN, END)]
    begins = [at for at, mark in marks if mark == BEGIN]
    ends = [at + 1 for at, mark in marks if mark == END]
    behind = [line for line in lines[ends[-1] :] if line.strip()] if ends else []
    if len(begins) <= AT_ONCE or len(begins) != len(ends) or begins[1:] != ends[:-1] or len(behind) != 1:
        yield text
        return
    head, foot = lines[: begins[0]], lines[ends[-1] :]
    for part in parts(list(zip(begins, ends, strict=True)), AT_ONCE):
        yield "\n".join([*head, *lines[part[0][0] : part[-1][1]], *foot])


def _events(text: str) -> list[tuple[Any, bool]]:
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(text.encode(), multiple=True)
        # A calendar may call all of its events off at once.
        return [(event, _is(one, "METHOD", "CANCEL")) for one in calendars for event in one.walk("VEVENT")]
    except UNREADABLE as error:
        raise _unread() from error


def _unread() -> InputError:
    return _refused("file.ics", N_("This is no calendar file that can be read."))


def _text(path: Path) -> str:
    data = _data(path)
    try:
        return _unfolded(data)
    except InputError as error:
        raise _unread() from error


def _unfolded(data: bytes) -> str:
    """Return the text of a calendar file. Its lines may be folded within a character, which then makes no sense."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return decoded(data if wide else _FOLD.sub(b"", data))


def _is(component: Any, name: str, value: str) -> bool:
    return _first(component, name).upper() == value


def _values(event: Any, *, called_off: bool) -> dict[str, Any]:
    starts = _moment(event, "DTSTART")
    values: dict[str, Any] = {
        "starts": starts,
        "uid": _uid(event),
        "sequence": int(event.get("SEQUENCE", 0)),
        "stamp": _stamp(event),
        "name": _name(event),
        "phone": _phone(event),
        "places": tuple(dict.fromkeys(_places(event))),
        "cancelled": called_off or _is(event, "STATUS", "CANCELLED"),
        "repeats": any(name in event for name in REPEATS),
    }
    minutes = _minutes(event, starts)
    return values if minutes is None else values | {"minutes": minutes}


def _uid(event: Any) -> str:
    uid, one_of = _first(event, "UID"), event.get("RECURRENCE-ID")
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


def _stamp(event: Any) -> dt.datetime | None:
    """Return when what an event says was last changed, UTC; None where it does not say."""
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        moment = getattr(event.get(name), "dt", None)
        if isinstance(moment, dt.datetime) and moment.year > 1:
            return moment.astimezone(dt.UTC)
    return None


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


def _first(component: Any, name: str) -> str:
    """Return a property's text, of one that is there several times the first; "" for none."""
    return str(next(iter(_several(component, name)), "")).strip()


def _common_name(address: Any) -> str:
    return str(address.params.get("CN", "")).strip()


def _name(event: Any) -> str:
    names = (_common_name(one) for one in _several(event, "ATTENDEE"))
    return next(filter(None, names), "") or _first(event, "SUMMARY")


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
