"""Appointments of the demo hospital: missed yesterday, due today, booked for the days to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from deskapp.demo.days import Days, Person, Rows, appointment
from deskapp.demo.house import DoctorPlace, Place
from deskapp.domain.duty import spans
from deskapp.domain.registration import AppointmentState

MINUTES = 15
AHEAD = 6
"""Days to come that have appointments."""


def booked(days: Days, count: int) -> Rows:
    """Return about `count` appointments, none of two at one time with one doctor, and one a person at most."""
    today = days.now.astimezone().date()
    doctors = [
        (place, doctor) for _code, place in sorted(days.house.places.items()) for doctor in place.doctors
    ]
    rows: Rows = []
    taken: set[int] = set()
    for offset, share in ((0, 0.5), (-1, 0.08), *((day, 0.42 / AHEAD) for day in range(1, AHEAD + 1))):
        wanted = max(2, round(count * share))
        rows += _of_day(days, doctors, today + dt.timedelta(offset), wanted, taken)
    return rows


def _of_day(
    days: Days, doctors: list[tuple[Place, DoctorPlace]], day: dt.date, wanted: int, taken: set[int]
) -> Rows:
    rows: Rows = []
    for place, doctor in doctors:
        people = [person for person in days.by_place.get(place.id, ()) if person.index not in taken]
        free = [
            slot for slot in _slots(doctor, day) if day != days.now.astimezone().date() or slot > days.now
        ]
        if day < days.now.astimezone().date():
            free = [slot for slot in _slots(doctor, day) if slot < days.now]
        chosen = days.rng.sample(free, min(len(free), len(people), days.rng.choice((3, 5, 6, 8))))
        for starts, person in zip(sorted(chosen), people, strict=False):
            taken.add(person.index)
            rows.append(_row(days, person, place, doctor, starts))
            if len(rows) == wanted:
                return rows
    return rows


def _row(
    days: Days, person: Person, place: Place, doctor: DoctorPlace, starts: dt.datetime
) -> dict[str, object]:
    state = AppointmentState.MISSED if starts < days.now else AppointmentState.BOOKED
    return {**appointment(person, place, doctor.id, starts), "state": state}


def _slots(doctor: DoctorPlace, day: dt.date) -> Iterator[dt.datetime]:
    """Yield the times of a doctor's day at which an appointment can begin."""
    for span in spans(doctor.times, day, day):
        at = span.begins
        while at + dt.timedelta(minutes=MINUTES) <= span.until:
            yield at.astimezone().astimezone(dt.UTC)
            at += dt.timedelta(minutes=MINUTES)
