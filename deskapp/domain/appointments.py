"""Appointments: booked times, what may happen to them, and what the pages show of them.

Moments of the rules here are the site's wall clock without a timezone, as in `deskapp.domain.duty`; those of
the drafts and views are timezone-aware UTC. Slots are in `deskapp.domain.slots`.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.duty import Span
from deskapp.domain.registration import AppointmentState
from deskapp.domain.slots import Booked, Slot, overlapping
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import RuleError

LONGEST_MINUTES: Final = 480
OVERDUE_DAYS: Final = 7
"""Appointments that nobody came to are listed for so many days until somebody says what became of them."""


class AppointmentAct(enum.StrEnum):
    """What happens to an appointment."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MISSED = "missed"
    FULFILLED = "fulfilled"
    REOPENED = "reopened"


APPOINTMENT_ACT_LABELS: Final[Mapping[AppointmentAct, str]] = {
    AppointmentAct.BOOKED: N_("booked"),
    AppointmentAct.MOVED: N_("moved"),
    AppointmentAct.CANCELLED: N_("cancelled"),
    AppointmentAct.MISSED: N_("missed"),
    AppointmentAct.FULFILLED: N_("came"),
    AppointmentAct.REOPENED: N_("open again"),
}
APPOINTMENT_STATE_LABELS: Final[Mapping[AppointmentState, str]] = {
    AppointmentState.BOOKED: N_("booked"),
    AppointmentState.FULFILLED: N_("came"),
    AppointmentState.CANCELLED: N_("cancelled"),
    AppointmentState.MISSED: N_("missed"),
}
HOLDING: Final = (AppointmentState.BOOKED, AppointmentState.FULFILLED)
"""States in which an appointment takes its time from others."""


class Presence(enum.StrEnum):
    """What a day of a doctor is like, as it stands in the head of a column."""

    FREE = "free"
    FULL = "full"
    PARTLY = "partly"
    ABSENT = "absent"
    OFF = "off"
    OVER = "over"


PRESENCE_LABELS: Final[Mapping[Presence, str]] = {
    Presence.FREE: N_("free times"),
    Presence.FULL: N_("full"),
    Presence.PARTLY: N_("absent for part of it"),
    Presence.ABSENT: N_("absent"),
    Presence.OFF: N_("not on duty"),
    Presence.OVER: N_("over"),
}


@dataclass(frozen=True)
class BookingDraft:
    """What is to be booked. A visitor who is not known yet is registered by name and phone.

    Without `minutes` the doctor's own length is taken, else the site's. `reason` says why it is booked
    beside another one.
    """

    department_id: int
    starts_at: dt.datetime
    doctor_id: int | None = None
    visitor_id: int | None = None
    name: str = ""
    phone: str = ""
    minutes: int | None = None
    note: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Target:
    """Where an appointment is moved to; beside another one it needs the reason.

    Without `minutes` it keeps its length with the same doctor, and takes the other one's with another.
    """

    department_id: int
    starts_at: dt.datetime
    doctor_id: int | None = None
    reason: str = ""
    minutes: int | None = None


@dataclass(frozen=True)
class AppointmentLine:
    """An appointment as lists and calendars show it; `version` is what an edit must have seen."""

    id: int
    version: int
    visitor_id: int
    name: str
    phone: str
    department_id: int
    department: Words
    doctor_id: int | None
    doctor: str
    starts_at: dt.datetime
    minutes: int
    state: AppointmentState
    over_booked: bool = False
    note: str = ""
    first_visit: bool = False

    @property
    def until(self) -> dt.datetime:
        """When it ends."""
        return self.starts_at + dt.timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class AppointmentLog:
    """One line of an appointment's history."""

    act: AppointmentAct
    at: dt.datetime
    by: str
    starts_at: dt.datetime
    doctor: str
    reason: str


@dataclass(frozen=True)
class CalendarColumn:
    """One doctor's day, or a department's for appointments with whoever is there (`doctor_id` None)."""

    day: dt.date
    doctor_id: int | None
    doctor: str
    title: str
    department_id: int
    department: Words
    room: str
    minutes: int
    presence: Presence
    slots: tuple[Slot, ...]
    lines: tuple[AppointmentLine, ...]
    next_duty: dt.datetime | None = None

    @property
    def key(self) -> tuple[dt.date, int, int]:
        """What tells this column from the others of a view."""
        return (self.day, self.doctor_id or 0, self.department_id)

    @property
    def free(self) -> int:
        """How many more can be booked."""
        return sum(slot.free for slot in self.slots)


@dataclass(frozen=True)
class DayView:
    """A day: the doctors across."""

    day: dt.date
    columns: tuple[CalendarColumn, ...]


@dataclass(frozen=True)
class WeekView:
    """A doctor's week from a Monday on: the days across."""

    monday: dt.date
    doctor_id: int
    columns: tuple[CalendarColumn, ...]


# --- Rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wish:
    """A time that somebody is to have, by the wall clock; `room` is how many may have it at once."""

    begins: dt.datetime
    minutes: int
    doctor: str = ""
    room: int = 1
    reason: str = ""

    @property
    def until(self) -> dt.datetime:
        """When it would end."""
        return self.begins + dt.timedelta(minutes=self.minutes)


def check_time(wish: Wish, now: dt.datetime) -> None:
    """Refuse a time that has passed. Raises `RuleError`."""
    if wish.begins < now.replace(second=0, microsecond=0):
        raise RuleError("appointment.past", Text(N_("This time has passed: nothing can be booked then.")))


def check_length(wish: Wish) -> None:
    """Refuse a length that no appointment has. Raises `RuleError`."""
    if not 1 <= wish.minutes <= LONGEST_MINUTES:
        message = Text(N_("An appointment takes 1 to {limit} minutes."), {"limit": LONGEST_MINUTES})
        raise RuleError("appointment.minutes", message)


def is_within(wish: Wish, spans: Iterable[Span]) -> bool:
    """Say whether somebody is on duty from the first to the last minute."""
    return any(span.begins <= wish.begins and wish.until <= span.until for span in spans)


def check_duty(wish: Wish, spans: Iterable[Span], following: Span | None) -> None:
    """Refuse a time outside duty, saying when the doctor is there next. Raises `RuleError`."""
    if is_within(wish, spans):
        return
    told = {"doctor": wish.doctor, "time": wish.begins, "next": following.begins if following else ""}
    if not wish.doctor:
        message = N_("Nobody of this department is on duty then.")
        later = N_("Nobody of this department is on duty then. The next time is {next}.")
    else:
        message = N_("{doctor} is not on duty then, nor in the next four weeks.")
        later = N_("{doctor} is not on duty then. The next time is {next}.")
    raise RuleError("appointment.outside", Text(later if following else message, told))


def check_taken(wish: Wish, booked: Iterable[Booked]) -> bool:
    """Refuse a time that is taken unless there is a reason; return whether it is booked beside another.

    The refusal says who has the time. Raises `RuleError`.
    """
    in_the_way = overlapping(booked, wish.begins, wish.minutes)
    if len(in_the_way) < wish.room:
        return False
    if not wish.reason.strip():
        other = in_the_way[0] if in_the_way else Booked(wish.begins, wish.minutes)
        told = {"doctor": wish.doctor, "time": other.begins.time(), "name": other.name}
        message = N_("{doctor} has {name} at {time} already. Booking beside another one needs a reason.")
        if not in_the_way:
            message = N_(
                "{doctor} is needed at {time} for those who come to whoever is there. One more needs a reason."
            )
        if not wish.doctor:
            message = N_("Nobody of this department is free at {time}. One more needs a reason.")
        raise RuleError("appointment.taken", Text(message, told))
    return True


def check_same_visitor(wish: Wish, own: Iterable[Booked]) -> None:
    """Refuse to book somebody twice at the same time. Raises `RuleError`."""
    for other in overlapping(own, wish.begins, wish.minutes):
        told = {"name": other.name, "time": other.begins.time(), "doctor": other.doctor}
        message = (
            N_("{name} has an appointment at {time} already, with {doctor}.")
            if other.doctor
            else N_("{name} has an appointment at {time} already.")
        )
        raise RuleError("appointment.same-visitor", Text(message, told))


def check_open(state: AppointmentState) -> None:
    """Refuse to change an appointment that is over. Raises `RuleError`."""
    if state is not AppointmentState.BOOKED:
        message = Text(
            N_("This appointment is not open any more: {state}."),
            {"state": Text(APPOINTMENT_STATE_LABELS[state])},
        )
        raise RuleError("appointment.closed", message)


def check_missed(begins: dt.datetime, late_minutes: int, now: dt.datetime) -> None:
    """Refuse to call an appointment missed before its time and the minutes of grace. Raises `RuleError`."""
    since = missed_from(begins, late_minutes)
    if now < since:
        message = Text(N_("Before {time} the visitor may still come."), {"time": since})
        raise RuleError("appointment.not-yet", message)


def check_reopened(state: AppointmentState) -> None:
    """Refuse to reopen what is open, or what a visit fulfils. Raises `RuleError`."""
    if state is AppointmentState.BOOKED:
        raise RuleError("appointment.open", Text(N_("This appointment is open already.")))
    if state is AppointmentState.FULFILLED:
        message = N_("The visitor came. Release the appointment at the visit to open it again.")
        raise RuleError("appointment.fulfilled", Text(message))


def missed_from(begins: dt.datetime, late_minutes: int) -> dt.datetime:
    """Return from when on somebody who has not come is late for good."""
    return begins + dt.timedelta(minutes=late_minutes)


def presence_of(slots: Sequence[Slot], absent: bool) -> Presence:
    """Return what a day is like: its slots after absences, and whether an absence takes any."""
    if not slots:
        return Presence.ABSENT if absent else Presence.OFF
    if all(slot.past for slot in slots):
        return Presence.OVER
    if absent:
        return Presence.PARTLY
    return Presence.FREE if any(slot.free for slot in slots) else Presence.FULL
