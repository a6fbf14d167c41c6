"""The slots of a doctor's day, and who has them. Pure: duty, bookings and the moment are passed in.

All moments are the site's wall clock, without a timezone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from deskapp.domain.duty import Duty, Span, spans

SHORTEST: Final = 5
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Booked:
    """A time that somebody has."""

    begins: dt.datetime
    minutes: int
    name: str = ""
    doctor: str = ""
    id: int = 0

    @property
    def until(self) -> dt.datetime:
        """When it ends."""
        return self.begins + dt.timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Slot:
    """A stretch of a day that can be booked, with room for `room` of whom `taken` are there already."""

    begins: dt.datetime
    minutes: int
    room: int
    taken: int
    past: bool

    @property
    def until(self) -> dt.datetime:
        """When it ends."""
        return self.begins + dt.timedelta(minutes=self.minutes)

    @property
    def free(self) -> int:
        """How many more it can take; nobody once it has passed."""
        return 0 if self.past else max(self.room - self.taken, 0)


def overlapping(booked: Iterable[Booked], begins: dt.datetime, minutes: int) -> list[Booked]:
    """Return those of `booked` that share a moment with the time that begins then, earliest first."""
    until = begins + dt.timedelta(minutes=minutes)
    found = [one for one in booked if one.begins < until and begins < one.until]
    return sorted(found, key=lambda one: (one.begins, one.id))


def begins_of(duty: Iterable[Span], day: dt.date, minutes: int) -> list[dt.datetime]:
    """Return when the whole slots of `minutes` begin that begin on `day`.

    A night's slots are counted from its evening on, and stand on the day on which each begins.
    """
    length = dt.timedelta(minutes=max(minutes, SHORTEST))
    first = dt.datetime.combine(day, dt.time())
    found = []
    for span in duty:
        # Straight to the day: a night does not begin with it.
        skipped = max((first - span.begins) // length, 0)
        begins = span.begins + skipped * length
        if begins < first:
            begins += length
        while begins + length <= span.until and begins < first + _DAY:
            found.append(begins)
            begins += length
    return found


def slots(
    duty: Iterable[Span],
    day: dt.date,
    minutes: int,
    booked: Iterable[Booked],
    *,
    now: dt.datetime,
    room: Callable[[dt.datetime], int] | None = None,
) -> tuple[Slot, ...]:
    """Return a day's slots in order; `room` says how many may have one that begins then, by default one."""
    moment, held = now.replace(second=0, microsecond=0), tuple(booked)
    return tuple(
        Slot(
            begins,
            minutes,
            room(begins) if room is not None else 1,
            len(overlapping(held, begins, minutes)),
            begins < moment,
        )
        for begins in begins_of(duty, day, minutes)
    )


def duty_of_day(times: Iterable[Duty], day: dt.date) -> tuple[Span, ...]:
    """Return the stretches of duty that reach into `day`, the night of the evening before included."""
    first = dt.datetime.combine(day, dt.time())
    found = spans(times, day - _DAY, day)
    return tuple(span for span in found if span.until > first)


def absence_of_day(times: Iterable[Duty], day: dt.date) -> bool:
    """Say whether an absence takes duty away from `day`."""
    rules = tuple(times)
    meant = spans((rule for rule in rules if not rule.absent), day - _DAY, day)
    return _within(meant, day) != _within(spans(rules, day - _DAY, day), day)


def _within(found: Iterable[Span], day: dt.date) -> list[Span]:
    first = dt.datetime.combine(day, dt.time())
    cut = [Span(max(span.begins, first), min(span.until, first + _DAY)) for span in found]
    return [span for span in cut if span.begins < span.until]


def joined_duty(several: Iterable[Iterable[Span]]) -> tuple[Span, ...]:
    """Return when at least one of several doctors is on duty, joined where they touch."""
    merged: list[Span] = []
    for span in sorted(span for one in several for span in one):
        if merged and span.begins <= merged[-1].until:
            merged[-1] = Span(merged[-1].begins, max(merged[-1].until, span.until))
        else:
            merged.append(span)
    return tuple(merged)
