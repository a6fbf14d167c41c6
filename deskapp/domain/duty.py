"""Who is on duty when: weekly duty times, dated exceptions, absences.

All moments here are the site's wall clock, without a timezone. A time that ends at or before its
beginning runs into the next day: 20:00 to 08:00 is a night, 00:00 to 00:00 a whole day. The times of
one date replace the weekday's; an absence is then cut out of whatever is left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.text import N_

WEEKDAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
LOOK_AHEAD_DAYS: Final = 28
FIRST_DAY: Final = dt.date(1970, 1, 2)
LAST_DAY: Final = dt.date(2999, 12, 31)
"""Between these the clock of every system can say what time it is at the site: Windows knows no other days."""
_DAY: Final = dt.timedelta(days=1)
_MIDNIGHT: Final = dt.time(0)


@dataclass(frozen=True)
class Duty:
    """One rule: on every `weekday` (0 Monday) or on one `day`, never both; `absent` takes off duty."""

    begins: dt.time
    ends: dt.time
    weekday: int | None = None
    day: dt.date | None = None
    absent: bool = False

    def __post_init__(self) -> None:
        if (self.weekday is None) == (self.day is None):
            raise ValueError("a duty time is of a weekday or of a date")


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of duty by the site's wall clock; `until` is no longer on duty."""

    begins: dt.datetime
    until: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        """Say whether `moment` lies in it."""
        return self.begins <= moment < self.until


def spans(times: Iterable[Duty], first: dt.date, last: dt.date) -> tuple[Span, ...]:
    """Return the stretches of duty that begin from `first` to `last`, joined where they touch."""
    rules = tuple(times)
    days = [first + _DAY * count for count in range((last - first).days + 1)]
    worked = [span for day in days for span in _worked(rules, day)]
    # An absence of the evening before may reach into the first morning.
    gone = [span for day in (first - _DAY, *days) for span in _absent(rules, day)]
    for absence in gone:
        worked = [rest for span in worked for rest in _cut(span, absence)]
    return _joined(worked)


def clock_day(day: dt.date) -> dt.date:
    """Return the day, or of those that a clock can place (`FIRST_DAY` to `LAST_DAY`) the nearest one."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def span_on_duty(times: Iterable[Duty], moment: dt.datetime) -> Span | None:
    """Return the stretch of duty that `moment` lies in, None when off duty."""
    today = moment.date()
    found = spans(times, today - _DAY, today + _DAY)
    return next((span for span in found if span.holds(moment)), None)


def is_on_duty(times: Iterable[Duty], moment: dt.datetime) -> bool:
    """Say whether `moment` lies in a stretch of duty: as `span_on_duty` tells, without working out the stretch."""
    rules, days = tuple(times), (moment.date() - _DAY, moment.date())
    if not any(span.holds(moment) for day in days for span in _worked(rules, day)):
        return False
    return not any(span.holds(moment) for day in days for span in _absent(rules, day))


def next_on_duty(times: Iterable[Duty], moment: dt.datetime) -> Span | None:
    """Return the next stretch that begins after `moment`, within `LOOK_AHEAD_DAYS`."""
    today = moment.date()
    found = spans(times, today - _DAY, today + _DAY * LOOK_AHEAD_DAYS)
    return next((span for span in found if span.begins > moment), None)


def on_duty(times: Mapping[int, Sequence[Duty]], moment: dt.datetime) -> dict[int, Span]:
    """Return who is on duty at `moment`, with the stretch; `times` maps doctor id to rules."""
    found = {doctor: span_on_duty(rules, moment) for doctor, rules in times.items()}
    return {doctor: span for doctor, span in found.items() if span is not None}


def absence_from(times: Iterable[Duty], moment: dt.datetime) -> Duty:
    """Return the absence from `moment` to the end of the day, a night that begins on it included."""
    begins = moment.replace(second=0, microsecond=0)
    day_ends = dt.datetime.combine(begins.date() + _DAY, _MIDNIGHT)
    tonight = spans(times, begins.date(), begins.date())
    until = max((span.until for span in tonight), default=day_ends)
    # More than a day can't be said with two times of the clock.
    until = min(max(until, day_ends), begins + _DAY)
    return Duty(begins.time(), until.time(), day=begins.date(), absent=True)


def absence_holds(absence: Duty, moment: dt.datetime) -> bool:
    """Say whether `moment` lies in an absence, which may have begun the evening before."""
    return any(
        span.holds(moment) for back in (_DAY, _DAY * 0) for span in _absent([absence], moment.date() - back)
    )


def is_absent(times: Iterable[Duty], moment: dt.datetime) -> bool:
    """Say whether an absence holds at `moment`, or takes away duty of what is left of the day."""
    rules = tuple(times)
    if any(absence_holds(rule, moment) for rule in rules if rule.absent):
        return True
    day_ends = dt.datetime.combine(moment.date() + _DAY, _MIDNIGHT)
    meant = spans((rule for rule in rules if not rule.absent), moment.date() - _DAY, moment.date())
    gone = [span for back in (_DAY, _DAY * 0) for span in _absent(rules, moment.date() - back)]
    return any(
        max(duty.begins, absence.begins, moment) < min(duty.until, absence.until, day_ends)
        for duty in meant
        for absence in gone
    )


def back_at(absence: Duty, moment: dt.datetime) -> Duty | None:
    """Return `absence` as far as it came by `moment`; None when nothing of it is left to keep."""
    assert absence.day is not None
    span = _span(absence, absence.day)
    end = moment.replace(second=0, microsecond=0)
    if end <= span.begins:
        return None
    return absence if end >= span.until else Duty(absence.begins, end.time(), day=absence.day, absent=True)


def _worked(rules: Iterable[Duty], day: dt.date) -> list[Span]:
    present = [rule for rule in rules if not rule.absent]
    dated = [rule for rule in present if rule.day == day]
    usual = [rule for rule in present if rule.weekday == day.weekday()]
    return [_span(rule, day) for rule in dated or usual]


def _absent(rules: Iterable[Duty], day: dt.date) -> list[Span]:
    return [_span(r, day) for r in rules if r.absent and (r.day == day or r.weekday == day.weekday())]


def _span(rule: Duty, day: dt.date) -> Span:
    overnight = _DAY if rule.ends <= rule.begins else dt.timedelta()
    return Span(dt.datetime.combine(day, rule.begins), dt.datetime.combine(day, rule.ends) + overnight)


def _cut(span: Span, absence: Span) -> list[Span]:
    before = Span(span.begins, min(span.until, absence.begins))
    after = Span(max(span.begins, absence.until), span.until)
    return [rest for rest in dict.fromkeys((before, after)) if rest.begins < rest.until]


def _joined(found: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(found):
        if joined and span.begins <= joined[-1].until:
            joined[-1] = Span(joined[-1].begins, max(joined[-1].until, span.until))
        else:
            joined.append(span)
    return tuple(joined)
