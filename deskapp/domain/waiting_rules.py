"""Rules for those who wait: how long it will take, what is due to them, who can't be seen now, what is left overnight.

Plain data in, plain answers out. Times are timezone-aware UTC, duty times the site's wall clock.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.duty import Duty, is_on_duty, next_on_duty, spans
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.waiting import Estimate, QueueAct

FEWEST_SAMPLES: Final = 5
MOST_SAMPLES: Final = 30
LONG_SHARE: Final = 0.9
"""The upper end of an estimate: so many of the visits were over by then."""
LONGEST_VISIT: Final = dt.timedelta(hours=4)
"""Nobody is with the doctor for longer: then somebody forgot to say that the visit was over."""
OVERNIGHT: Final = dt.timedelta(hours=6)
CLOCK_SLACK: Final = dt.timedelta(seconds=60)
REASSESS_UNJUDGED: Final = 240
"""Minutes after which somebody looks at a visitor whose urgency nobody judged. The levels have theirs in a table."""
_CALLS: Final = frozenset({QueueAct.CALLED, QueueAct.CALLED_AGAIN})
_MINUTE: Final = dt.timedelta(minutes=1)
_DAY: Final = dt.timedelta(days=1)


def minutes_between(since: dt.datetime, until: dt.datetime) -> int:
    """Return whole minutes, none when the clock was set back meanwhile."""
    # Not by dividing: asked three times for each row of the page, and that takes four times as long.
    span = until - since
    return span.days * 1440 + span.seconds // 60 if span.days >= 0 else 0


# --- How long -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pace:
    """How long one visit takes in a line, in seconds: the median and the 90th percentile."""

    usual: float
    long: float


def pace_of(seconds: Sequence[float]) -> Pace | None:
    """Return the pace of a line from how long its last visits took, latest last; None when too few are known."""
    last = sorted(seconds[-MOST_SAMPLES:])
    if len(last) < FEWEST_SAMPLES:
        return None
    # Only now: it brings fractions and random, which no start of the desk should wait for.
    from statistics import median

    return Pace(median(last), last[math.ceil(LONG_SHARE * len(last)) - 1])


def estimate(ahead: int, on_duty: int, pace: Pace | None, elapsed: float = 0) -> Estimate:
    """Return how long somebody will wait with so many ahead; unknown while nobody is on duty.

    `elapsed` is how long the first of those ahead has been with the doctor, in seconds: that much is over.
    """
    if pace is None or on_duty < 1:
        return Estimate()
    rounds = math.ceil(ahead / on_duty)
    return Estimate(_minutes(rounds, pace.usual, elapsed), _minutes(rounds, pace.long, elapsed))


def _minutes(rounds: int, takes: float, elapsed: float) -> int:
    return math.ceil(max(0.0, rounds * takes - min(elapsed, takes)) / 60)


def inside(begun: Iterable[dt.datetime], on_duty: int, now: dt.datetime) -> tuple[int, float]:
    """Return how many of the doctors on duty have a visitor, and since how many seconds the first of these.

    Each has one at a time and for `LONGEST_VISIT` at most: the end of any others was not written down.
    """
    lately = sorted(one for one in begun if now - one <= LONGEST_VISIT)
    last = lately[-on_duty:] if on_duty > 0 else []
    return len(last), max(0.0, (now - last[0]).total_seconds()) if last else 0.0


# --- What is due ----------------------------------------------------------------------------------------------


def apology_due(
    arrived: dt.datetime, now: dt.datetime, minutes: int, apologies: Collection[dt.datetime]
) -> bool:
    """Say whether an apology has to be said now: one in each full period of waiting, the first excepted."""
    periods = minutes_between(arrived, now) // max(1, minutes)
    if periods == 0 or not apologies:
        return periods > 0
    return max(apologies) < arrived + periods * max(1, minutes) * _MINUTE


def reassess_due(minutes: int | None, looked: dt.datetime, now: dt.datetime) -> bool:
    """Say whether somebody has to look again how urgent it is; `looked` is when somebody did last.

    `minutes` is what the urgency asks for; None is under watch anyway.
    """
    return minutes is not None and minutes_between(looked, now) >= minutes


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a place; an undoing names the one that it takes back."""

    id: int
    act: QueueAct
    at: dt.datetime
    undoes: int | None = None


def no_show_due(history: Sequence[Happened], minutes: int, now: dt.datetime) -> bool:
    """Say whether somebody who stands called is not coming, from what happened to the place, oldest first.

    It is so long since anything happened to the place: who is called again because something was taken back
    can come as long as anybody. What was taken back for a call is not said of the same call again.
    """
    undone = {one.undoes for one in history}
    calls = [one.id for one in history if one.act in _CALLS and one.id not in undone]
    noted = [one.id for one in history if one.act is QueueAct.NO_SHOW]
    if not calls or max(noted, default=0) > calls[-1]:
        return False
    return now - history[-1].at >= minutes * _MINUTE


# --- Days and clocks ------------------------------------------------------------------------------------------


def is_left_over(day: dt.date, here: dt.datetime, now: dt.datetime, today: dt.date) -> bool:
    """Say whether a place is of an earlier day, and not of somebody who was here shortly before midnight.

    `here` is when the number was given; of who is called or with the doctor, when that began.
    """
    return day < today and now - here >= OVERNIGHT


def clock_behind(newest: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """Return the time of the newest entry when it lies in the future of this computer's clock."""
    return newest if newest is not None and newest - now > CLOCK_SLACK else None


# --- Who can't be seen ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class House:
    """A department as far as it decides whether anybody can be seen there."""

    name: Words
    active: bool = True
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def is_open(self, day: dt.date) -> bool:
        """Say whether the department takes visitors on a day."""
        return self.active and _holds(self.valid_from, self.valid_to, day)


@dataclass(frozen=True)
class Attending:
    """A doctor as far as it decides whether anybody can be seen by them."""

    name: str
    times: Sequence[Duty] = ()
    active: bool = True
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def sees(self, moment: dt.datetime) -> bool:
        """Say whether the doctor is on duty at a moment of the site's clock."""
        return self.is_here(moment.date()) and is_on_duty(self.times, moment)

    def is_here(self, day: dt.date) -> bool:
        """Say whether the doctor sees visitors at all on a day."""
        return self.active and _holds(self.valid_from, self.valid_to, day)


def _holds(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def obstacle(
    house: House, doctor: Attending | None, others: Iterable[Attending], moment: dt.datetime
) -> Text | None:
    """Return why nobody can see a visitor now, None when all is well.

    `doctor` is whom the visitor waits for, if anybody in particular; else any of the `others` of the
    department will do. `moment` is the site's wall clock.
    """
    if not house.is_open(moment.date()):
        return _closed(house, moment.date())
    if doctor is not None:
        return None if doctor.sees(moment) else _off_duty(doctor, moment)
    present = list(others)
    return None if any(one.sees(moment) for one in present) else _nobody(house, present, moment)


def _closed(house: House, day: dt.date) -> Text:
    named: dict[str, object] = {"department": house.name}
    if house.active and house.valid_to is not None and house.valid_to < day:
        message = N_("{department} takes no visitors since {day}.")
        return Text(message, named | {"day": house.valid_to + _DAY})
    if house.active and house.valid_from is not None and day < house.valid_from:
        return Text(N_("{department} takes visitors from {day} on."), named | {"day": house.valid_from})
    return Text(N_("{department} takes no visitors any more."), named)


def _off_duty(doctor: Attending, moment: dt.datetime) -> Text:
    values: dict[str, object] = {"doctor": doctor.name}
    if not doctor.is_here(moment.date()):
        return Text(N_("{doctor} sees no visitors here any more."), values)
    since, back = _since(doctor, moment), _back(doctor, moment)
    if since is not None and back is not None:
        message = N_("{doctor} is off duty since {since}, back {back}.")
        return Text(message, values | {"since": since, "back": back})
    if back is not None:
        return Text(N_("{doctor} is off duty, back {back}."), values | {"back": back})
    if since is not None:
        return Text(N_("{doctor} is off duty since {since}."), values | {"since": since})
    return Text(N_("{doctor} is off duty."), values)


def _nobody(house: House, doctors: Iterable[Attending], moment: dt.datetime) -> Text:
    values: dict[str, object] = {"department": house.name}
    found = [next_on_duty(one.times, moment) for one in doctors if one.is_here(moment.date())]
    begins = [span.begins for span in found if span is not None]
    if not begins:
        return Text(N_("Nobody is on duty in {department}."), values)
    message = N_("Nobody is on duty in {department} until {back}.")
    return Text(message, values | {"back": _near(min(begins), moment)})


def _since(doctor: Attending, moment: dt.datetime) -> dt.date | dt.time | dt.datetime | None:
    """Return when today's duty ended, if it did."""
    over = [span.until for span in spans(doctor.times, moment.date() - _DAY, moment.date())]
    ended = [until for until in over if until <= moment and until.date() == moment.date()]
    return max(ended).time() if ended else None


def _back(doctor: Attending, moment: dt.datetime) -> dt.date | dt.time | dt.datetime | None:
    span = next_on_duty(doctor.times, moment)
    return None if span is None else _near(span.begins, moment)


def _near(when: dt.datetime, moment: dt.datetime) -> dt.time | dt.datetime:
    """Return a time of today without the date."""
    return when.time() if when.date() == moment.date() else when
