"""A day made by hand: one doctor, four quarters of an hour, an appointment."""

from __future__ import annotations

import datetime as dt

from deskapp.domain.appointments import AppointmentLine, CalendarColumn, Presence
from deskapp.domain.registration import AppointmentState
from deskapp.domain.slots import Booked, Slot, overlapping
from deskapp.domain.text import Words

DAY = dt.date(2026, 11, 16)
PLACE = Words("外科", "Surgery", "Мэс засал")


def at(minute: int) -> dt.datetime:
    """Return a moment of the day by the wall clock."""
    return dt.datetime.combine(DAY, dt.time()) + dt.timedelta(minutes=minute)


def line(
    key: int = 7,
    minute: int = 495,
    minutes: int = 15,
    state: AppointmentState = AppointmentState.BOOKED,
    **more: bool,
) -> AppointmentLine:
    """Return an appointment at a minute of the day."""
    moment = at(minute).astimezone(dt.UTC)
    return AppointmentLine(
        *(key, 1, key, f"王{key}", "138****8000", 1, PLACE, 1, "李静", moment, minutes, state), **more
    )


def column(
    *lines: AppointmentLine,
    first: int = 480,
    count: int = 4,
    now: int = 0,
    doctor: int | None = 1,
    room: int = 1,
) -> CalendarColumn:
    """Return a doctor's day from 08:00 on."""
    booked = [
        Booked(one.starts_at.astimezone().replace(tzinfo=None), one.minutes, id=one.id) for one in lines
    ]
    slots = tuple(
        Slot(at(minute), 15, room, len(overlapping(booked, at(minute), 15)), minute < now)
        for minute in range(first, first + 15 * count, 15)
    )
    name = "李静" if doctor else ""
    return CalendarColumn(DAY, doctor, name, "主治医师", 1, PLACE, "A1", 15, Presence.FREE, slots, lines)
