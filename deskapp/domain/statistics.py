"""What happened in a period, in figures: periods, summaries that can be added up, medians of waits.

A summary of a year is the sum of those of its days: waits are kept as counts per minute, so that medians of
parts become the median of the whole. A wait counts its begun minutes: "at most 30" and "over 10" are exact.
Whose data was erased still counts; nothing here names a visitor.
"""

from __future__ import annotations

import calendar
import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from deskapp.domain.duty import clock_day
from deskapp.domain.registration import EndReason, MediaSource
from deskapp.domain.text import N_, Words

TRIAGE_LIMIT: Final = 10
"""Minutes from arrival to triage; more is the usual flag."""
LONGEST: Final = 24 * 60
"""Minutes; a longer wait is a record that nobody closed, and counts as this one."""
MINUTE: Final = 60_000_000
"""In microseconds, as times are stored."""
PART_DAYS: Final = 7

Histogram = Mapping[int, int]
"""How many waited how many minutes."""
Place = tuple[int | None, int | None]
"""A department and a doctor; None where the visit has none (yet)."""


class PeriodKind(enum.StrEnum):
    """A period as people say it."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CHOSEN = "chosen"


PERIOD_LABELS: Final[Mapping[PeriodKind, str]] = {
    PeriodKind.TODAY: N_("Today"),
    PeriodKind.YESTERDAY: N_("Yesterday"),
    PeriodKind.WEEK: N_("This week"),
    PeriodKind.MONTH: N_("This month"),
    PeriodKind.QUARTER: N_("This quarter"),
    PeriodKind.YEAR: N_("This year"),
    PeriodKind.CHOSEN: N_("From – to"),
}


class WaitStep(enum.StrEnum):
    """From where to where somebody waits, in the order of the way through the house."""

    TRIAGE = "triage"
    NUMBER = "number"
    CALLED = "called"
    BEGAN = "began"
    FINISHED = "finished"
    DOCTOR = "doctor"


WAIT_LABELS: Final[Mapping[WaitStep, str]] = {
    WaitStep.TRIAGE: N_("arrival to triage"),
    WaitStep.NUMBER: N_("triage to number"),
    WaitStep.CALLED: N_("number to call"),
    WaitStep.BEGAN: N_("call to doctor"),
    WaitStep.FINISHED: N_("time with the doctor"),
    WaitStep.DOCTOR: N_("arrival to doctor"),
}


@dataclass(frozen=True)
class Span:
    """Days of the site, both included. With `until` only what came before that moment counts."""

    first: dt.date
    last: dt.date
    until: dt.datetime | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def days_in(self) -> Iterator[dt.date]:
        """Yield the days in order."""
        for at in range(self.days):
            yield self.first + dt.timedelta(days=at)


@dataclass(frozen=True)
class Period:
    """What is looked at: a kind, and its days."""

    kind: PeriodKind
    span: Span


def period(kind: PeriodKind, today: dt.date) -> Period:
    """Return the period of a kind that `today` is in; of CHOSEN it is today alone."""
    match kind:
        case PeriodKind.YESTERDAY:
            first = last = today - dt.timedelta(days=1)
        case PeriodKind.WEEK:
            first = today - dt.timedelta(days=today.weekday())
            last = first + dt.timedelta(days=6)
        case PeriodKind.MONTH | PeriodKind.QUARTER | PeriodKind.YEAR:
            first, last = _months_around(today, _MONTHS[kind])
        case _:
            first = last = today
    return Period(kind, Span(first, last))


def chosen(first: dt.date, last: dt.date) -> Period:
    """Return the days from one to another, whichever was named first."""
    return Period(PeriodKind.CHOSEN, Span(min(first, last), max(first, last)))


_MONTHS: Final = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


def _months_around(day: dt.date, count: int) -> tuple[dt.date, dt.date]:
    first = day.replace(day=1, month=(day.month - 1) // count * count + 1)
    end = first.replace(month=first.month + count - 1)
    return first, end.replace(day=calendar.monthrange(end.year, end.month)[1])


def moved(shown: Period, by: int) -> Period:
    """Return the period `by` places later (earlier, when negative), of the same kind and length.

    Days that somebody chose stop where the calendar ends.
    """
    span = shown.span
    if shown.kind in _MONTHS:
        months = span.first.year * 12 + span.first.month - 1 + by * _MONTHS[shown.kind]
        first = dt.date(months // 12, months % 12 + 1, 1)
        return Period(shown.kind, Span(*_months_around(first, _MONTHS[shown.kind])))
    earliest, latest = (dt.date.min - span.first).days, (dt.date.max - span.last).days
    step = dt.timedelta(days=min(max(by * span.days, earliest), latest))
    return Period(shown.kind, Span(span.first + step, span.last + step))


def before(shown: Period, now: dt.datetime) -> Period:
    """Return the period before, cut where `now` (local, aware) is in an unfinished one.

    So a Wednesday noon is compared with the week before until its Wednesday noon.
    """
    earlier = moved(shown, -1)
    if not shown.span.first <= now.date() <= shown.span.last:
        return earlier
    same_day = earlier.span.first + (now.date() - shown.span.first)
    if same_day > earlier.span.last or same_day != clock_day(same_day):
        return earlier
    cut = dt.datetime.combine(same_day, now.time()).astimezone()
    return replace(earlier, span=Span(earlier.span.first, same_day, cut))


def parts(span: Span) -> list[Span]:
    """Return the span in pieces, the newest first; the first is a day, so that its figures are there at once."""
    pieces = [replace(span, first=span.last)]
    for until in range(span.days - 1, 0, -PART_DAYS):
        first, last = (span.first + dt.timedelta(days=at) for at in (max(0, until - PART_DAYS), until - 1))
        pieces.append(replace(span, first=first, last=last))
    return pieces


# --- What is counted ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """Where visitors of a department heard of the hospital; new ones and returning ones apart."""

    department_id: int | None
    media: MediaSource | None
    new: bool


@dataclass(frozen=True)
class Became:
    """Visits, and what became of them: has a record, paid, saw a doctor, came again later."""

    visits: int = 0
    registered: int = 0
    paid: int = 0
    seen: int = 0
    came_back: int = 0

    def __add__(self, other: Became) -> Became:
        return Became(
            self.visits + other.visits,
            self.registered + other.registered,
            self.paid + other.paid,
            self.seen + other.seen,
            self.came_back + other.came_back,
        )


@dataclass(frozen=True)
class Counts:
    """Visits of a place: all, of new visitors, of those who left unseen, of those who saw a doctor."""

    visits: int = 0
    new: int = 0
    left: int = 0
    seen: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.visits + other.visits,
            self.new + other.new,
            self.left + other.left,
            self.seen + other.seen,
        )


@dataclass(frozen=True)
class Worked:
    """What an account did: people registered, numbers issued."""

    registered: int = 0
    numbers: int = 0

    def __add__(self, other: Worked) -> Worked:
        return Worked(self.registered + other.registered, self.numbers + other.numbers)


@dataclass(frozen=True)
class Summary:
    """The figures of some days; `merged` adds two.

    Attributes:
        days: visits of each day.
        hours: visits by (weekday, hour of arrival), Monday 0; site time.
        sources: visits by media source.
        places: visits by department and doctor; `waits_at` their waits from arrival to doctor.
        waits: by step.
        operators: by account; `desk_times` from registering to issuing the first number, by whoever issued it.
    """

    days: Mapping[dt.date, int] = field(default_factory=dict)
    hours: Mapping[tuple[int, int], int] = field(default_factory=dict)
    sources: Mapping[Source, Became] = field(default_factory=dict)
    places: Mapping[Place, Counts] = field(default_factory=dict)
    waits_at: Mapping[Place, Histogram] = field(default_factory=dict)
    waits: Mapping[WaitStep, Histogram] = field(default_factory=dict)
    operators: Mapping[int, Worked] = field(default_factory=dict)
    desk_times: Mapping[int, Histogram] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """Everything together."""
        return sum(self.places.values(), Counts())

    def wait(self, step: WaitStep) -> Histogram:
        """Return the waits of a step."""
        return self.waits.get(step, {})


def merged(one: Summary, other: Summary) -> Summary:
    """Return the figures of the days of both."""
    return Summary(
        days=_added(one.days, other.days),
        hours=_added(one.hours, other.hours),
        sources=_added(one.sources, other.sources),
        places=_added(one.places, other.places),
        waits_at=_joined(one.waits_at, other.waits_at),
        waits=_joined(one.waits, other.waits),
        operators=_added(one.operators, other.operators),
        desk_times=_joined(one.desk_times, other.desk_times),
    )


def _added(one: Mapping, other: Mapping) -> dict:  # type: ignore[type-arg]
    both = dict(one)
    for key, value in other.items():
        both[key] = both[key] + value if key in both else value
    return both


def _joined(one: Mapping, other: Mapping) -> dict:  # type: ignore[type-arg]
    both = dict(one)
    for key, histogram in other.items():
        both[key] = _added(both.get(key, {}), histogram)
    return both


def together(histograms: Iterable[Histogram]) -> Histogram:
    """Return the waits of several as those of one."""
    both: Histogram = {}
    for histogram in histograms:
        both = _added(both, histogram)
    return both


def percentile(waits: Histogram, share: float) -> int | None:
    """Return the minutes that `share` (0 to 1) of the waits do not exceed, by nearest rank; None for no wait."""
    count = sum(waits.values())
    if not count:
        return None
    wanted = max(1, -int(-share * count // 1))
    for minutes in sorted(waits):
        wanted -= waits[minutes]
        if wanted <= 0:
            return minutes
    raise AssertionError


def median(waits: Histogram) -> int | None:
    """Return the minutes that half of the waits do not exceed."""
    return percentile(waits, 0.5)


def p90(waits: Histogram) -> int | None:
    """Return the minutes that 90 % of the waits do not exceed."""
    return percentile(waits, 0.9)


def within(waits: Histogram, minutes: int) -> int:
    """Return how many waited `minutes` at most."""
    return sum(count for waited, count in waits.items() if waited <= minutes)


def share(part: int, whole: int) -> float | None:
    """Return a part as a share of the whole, 0 to 1; None of nothing."""
    return part / whole if whole else None


def service_level(waits: Histogram, target: int) -> float | None:
    """Return the share of those who came to the doctor within `target` minutes of arriving."""
    return share(within(waits, target), sum(waits.values()))


def narrowed(span: Span, month: dt.date | None) -> Span | None:
    """Return the days of a span in a month (its first day), all of it without one; None where there is none."""
    if month is None:
        return span
    begins, ends = _months_around(month, 1)
    first, last = max(span.first, begins), min(span.last, ends)
    return replace(span, first=first, last=last) if first <= last else None


def waited(since: int, until: int) -> int:
    """Return the begun minutes between two stored moments (microseconds); a clock set back gives none."""
    return min(LONGEST, max(0, -((since - until) // MINUTE)))


# --- The visits behind a figure -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Behind:
    """Which visits a figure was made of; what is left None does not narrow.

    `no_department`, `no_doctor`, `no_source`: those where it is not known. `longer_than`: minutes of `step`.
    `month` is its first day. `operator` registered the visit, `numbered_by` issued its number.
    """

    new: bool | None = None
    left: bool | None = None
    seen: bool | None = None
    paid: bool | None = None
    registered: bool | None = None
    came_back: bool | None = None
    department_id: int | None = None
    no_department: bool = False
    doctor_id: int | None = None
    no_doctor: bool = False
    media: MediaSource | None = None
    no_source: bool = False
    day: dt.date | None = None
    month: dt.date | None = None
    weekday: int | None = None
    hour: int | None = None
    step: WaitStep | None = None
    longer_than: int | None = None
    operator: int | None = None
    numbered_by: int | None = None


@dataclass(frozen=True)
class BehindRow:
    """One of the visits behind a figure. `waited`: begun minutes of the figure's step, else to the doctor."""

    id: int
    code: str
    day: dt.date
    arrived: dt.datetime
    number: str
    department: Words | None
    doctor: str
    new: bool
    urgency: int | None
    waited: int | None
    ended: EndReason | None


@dataclass(frozen=True)
class BehindPart:
    """Some of them, the newest first, and whether there are older ones."""

    rows: tuple[BehindRow, ...]
    more: bool


@dataclass(frozen=True)
class HouseNames:
    """What the numbers in the figures are called: departments, doctors and those who sign in."""

    departments: Mapping[int, Words] = field(default_factory=dict)
    doctors: Mapping[int, str] = field(default_factory=dict)
    accounts: Mapping[int, str] = field(default_factory=dict)
