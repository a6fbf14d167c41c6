"""The figures as tables: what a chart says in words, what is exported, what is printed.

Each row can carry which visits it was made of (`Behind`), so that it opens them wherever it is shown.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from deskapp.domain.duty import WEEKDAYS
from deskapp.domain.registration import LABELS, MediaSource
from deskapp.domain.statistics import (
    TRIAGE_LIMIT,
    WAIT_LABELS,
    Became,
    Behind,
    Counts,
    Histogram,
    HouseNames,
    Place,
    Source,
    Summary,
    WaitStep,
    Worked,
    median,
    p90,
    service_level,
    share,
    together,
    within,
)
from deskapp.domain.text import N_, Month, Text, Words

Said = str | Text | Words
MONTHS_FROM: Final = 93
"""A span of more days than this is shown by month."""


class Unit(enum.StrEnum):
    """What a figure is counted in. A SHARE is 0 to 1."""

    COUNT = "count"
    MINUTES = "minutes"
    SHARE = "share"


UNIT_LABELS: Final[Mapping[Unit, str]] = {
    Unit.COUNT: N_("visits"),
    Unit.MINUTES: N_("minutes"),
    Unit.SHARE: N_("percent"),
}


@dataclass(frozen=True)
class Heading:
    """A column of figures: title (message id) and unit."""

    title: str
    unit: Unit = Unit.COUNT


Value = int | float | None


@dataclass(frozen=True)
class FigureRow:
    """One line. `values` in the order of the headings; `behind` is None where nobody can look behind it.

    `figures` says of each value which visits it was made of, of a share those who make it worse; without it they are
    the line's.
    """

    id: str
    label: Said
    values: tuple[Value, ...]
    behind: Behind | None = None
    figures: tuple[Behind | None, ...] = ()

    def behind_value(self, at: int) -> Behind | None:
        """Return which visits the value under the heading `at` was made of."""
        return self.figures[at] if self.figures else self.behind


@dataclass(frozen=True)
class FigureTable:
    """Figures under headings. `first` is the title of the column with the labels."""

    name: str
    title: str
    first: str
    headings: tuple[Heading, ...]
    rows: tuple[FigureRow, ...]


NEW: Final = N_("New visitors")
RETURNING: Final = N_("Returning visitors")
UNKNOWN: Final = N_("not known")
NO_DEPARTMENT: Final = N_("no department yet")
NO_DOCTOR: Final = N_("no doctor named")
NOT_ASKED: Final = N_("not asked")


def tables(summary: Summary, names: HouseNames, target: int) -> list[FigureTable]:
    """Return all tables of a period."""
    return [
        by_day(summary),
        by_hour(summary),
        by_weekday_hour(summary),
        by_wait(summary, target),
        by_source(summary),
        by_department_source(summary, names),
        by_department(summary, names, target),
        by_doctor(summary, names, target),
        by_operator(summary, names),
    ]


def by_day(summary: Summary) -> FigureTable:
    """Return the visits of each day, or of each month where there are many days."""
    days = summary.days
    if days and (max(days) - min(days)).days >= MONTHS_FROM:
        rows = tuple(_months(days))
        return FigureTable("days", N_("Visits by month"), N_("Month"), (_VISITS,), rows)
    rows = tuple(
        FigureRow(day.isoformat(), _day(day), (days.get(day, 0),), Behind(day=day)) for day in _all_days(days)
    )
    return FigureTable("days", N_("Visits by day"), N_("Date"), (_VISITS,), rows)


def _all_days(days: Mapping[dt.date, int]) -> Iterator[dt.date]:
    """Yield the days from the first to the last, those on which nobody came as well: else a bar stands beside the wrong one."""
    if days:
        first = min(days)
        yield from (first + dt.timedelta(at) for at in range((max(days) - first).days + 1))


def _day(day: dt.date) -> Text:
    return Text("{day}", {"day": day})


def _months(days: Mapping[dt.date, int]) -> Iterator[FigureRow]:
    months: dict[dt.date, int] = {}
    for day, count in days.items():
        first = day.replace(day=1)
        months[first] = months.get(first, 0) + count
    for first, count in sorted(months.items()):
        label = Text("{month}", {"month": Month(first.year, first.month)})
        yield FigureRow(f"{first:%Y-%m}", label, (count,), Behind(month=first))


def by_hour(summary: Summary) -> FigureTable:
    """Return the visits by hour of arrival, from the first busy hour to the last."""
    counts: dict[int, int] = {}
    for (_weekday, hour), count in summary.hours.items():
        counts[hour] = counts.get(hour, 0) + count
    rows = tuple(
        FigureRow(str(hour), hour_label(hour), (counts.get(hour, 0),), Behind(hour=hour))
        for hour in _range(counts)
    )
    return FigureTable("hours", N_("Busiest hours"), N_("Hour"), (_VISITS,), rows)


def hour_label(hour: int) -> str:
    """Return an hour of the day as people read it."""
    return f"{hour:02}:00"


def _range(hours: Iterable[int]) -> range:
    known = sorted(hours)
    return range(known[0], known[-1] + 1) if known else range(0)


def by_weekday_hour(summary: Summary) -> FigureTable:
    """Return the visits by weekday (lines) and hour (columns)."""
    hours = _range({hour for _weekday, hour in summary.hours})
    headings = tuple(Heading(hour_label(hour)) for hour in hours)
    rows = tuple(
        FigureRow(
            str(weekday),
            Text(title),
            tuple(summary.hours.get((weekday, hour), 0) for hour in hours),
            Behind(weekday=weekday),
            tuple(Behind(weekday=weekday, hour=hour) for hour in hours),
        )
        for weekday, title in enumerate(WEEKDAYS)
    )
    return FigureTable("week", N_("Weekday and hour"), N_("Weekday"), headings, rows if headings else ())


def by_wait(summary: Summary, target: int) -> FigureTable:
    """Return median and 90th percentile of each step, and how many waited longer than they should."""
    headings = (
        Heading(N_("Median"), Unit.MINUTES),
        Heading(N_("90 % within"), Unit.MINUTES),
        Heading(N_("Waits")),
        Heading(N_("Over the limit")),
    )
    rows = []
    for step in WaitStep:
        waits = summary.wait(step)
        limit = LIMITS.get(step, target if step is WaitStep.DOCTOR else None)
        count = sum(waits.values())
        over = None if limit is None else count - within(waits, limit)
        late = Behind(step=step, longer_than=limit)
        figures = (*_waited(Behind(), step, waits), Behind(step=step), None if limit is None else late)
        values = (median(waits), p90(waits), count, over)
        rows.append(FigureRow(step.value, Text(WAIT_LABELS[step]), values, late, figures))
    return FigureTable("waits", N_("Waits by step"), N_("Step"), headings, tuple(rows))


def _waited(of: Behind, step: WaitStep, waits: Histogram) -> tuple[Behind, Behind]:
    """Return who is behind a median (all who waited) and behind a 90th percentile (those who waited as long)."""
    high = p90(waits)
    return replace(of, step=step), replace(of, step=step, longer_than=None if high is None else high - 1)


LIMITS: Final[Mapping[WaitStep, int]] = {WaitStep.TRIAGE: TRIAGE_LIMIT}
"""Minutes that a step should not take; to the doctor it is the house's target."""

_VISITS: Final = Heading(N_("Visits"))
_BECAME: Final = (
    Heading(NEW),
    Heading(RETURNING),
    Heading(N_("With a record")),
    Heading(N_("Paid")),
    Heading(N_("Saw a doctor")),
    # Of whoever comes regularly it says nothing about the source: only new visitors count.
    Heading(N_("New visitors who came again")),
)


def source_label(media: MediaSource | None) -> Text:
    """Return a media source in words."""
    return Text(LABELS[MediaSource][media] if media is not None else NOT_ASKED)


def by_source(summary: Summary) -> FigureTable:
    """Return how visitors heard of the hospital, the most frequent first, and what became of them."""
    rows = []
    for media, both in _sources(summary.sources, lambda source: source.media):
        behind = Behind(media=media, no_source=media is None)
        row = FigureRow(str(media or ""), source_label(media), _became(both), behind, _became_of(behind))
        rows.append(row)
    rows.sort(key=_by_both)
    return FigureTable("sources", N_("How they heard of us"), N_("Source"), _BECAME, tuple(rows))


def by_department_source(summary: Summary, names: HouseNames) -> FigureTable:
    """Return the same for each department."""
    rows = []
    for (department, media), both in _sources(
        summary.sources, lambda source: (source.department_id, source.media)
    ):
        told = {"department": department_label(department, names), "source": source_label(media)}
        behind = Behind(
            media=media,
            no_source=media is None,
            department_id=department,
            no_department=department is None,
        )
        label = Text(N_("{department}: {source}"), told)
        key = f"{department}:{media or ''}"
        rows.append(FigureRow(key, label, _became(both), behind, _became_of(behind)))
    rows.sort(key=_by_both)
    title = N_("How they heard of us, by department")
    return FigureTable("department-sources", title, N_("Department"), _BECAME, tuple(rows))


def _sources(sources: Mapping[Source, Became], key: Callable) -> Iterator:  # type: ignore[type-arg]
    """Yield each key with what became of new and of returning visitors."""
    found: dict[object, list[Became]] = {}
    for source, became in sources.items():
        both = found.setdefault(key(source), [Became(), Became()])
        both[source.new] += became
    yield from found.items()


def _became(both: Sequence[Became]) -> tuple[int, ...]:
    returning, new = both
    all_of = returning + new
    return (
        new.visits,
        returning.visits,
        all_of.registered,
        all_of.paid,
        all_of.seen,
        all_of.came_back,
    )


def _became_of(of: Behind) -> tuple[Behind, ...]:
    """Return which visits each value of `_became` was made of."""
    return (
        replace(of, new=True),
        replace(of, new=False),
        replace(of, registered=True),
        replace(of, paid=True),
        replace(of, seen=True),
        replace(of, came_back=True),
    )


def _by_both(row: FigureRow) -> tuple[float, str]:
    return -sum(value or 0 for value in row.values[:2]), row.id


def _by_first(row: FigureRow) -> tuple[float, str]:
    return -(row.values[0] or 0), row.id


def department_label(department: int | None, names: HouseNames) -> Said:
    """Return a department in words."""
    if department is None:
        return Text(NO_DEPARTMENT)
    return names.departments.get(department, Text(UNKNOWN))


_PLACE: Final = (
    Heading(N_("Visits")),
    Heading(NEW),
    Heading(N_("Left unseen")),
    Heading(N_("Median"), Unit.MINUTES),
    Heading(N_("90 % within"), Unit.MINUTES),
    Heading(N_("In time"), Unit.SHARE),
)


def by_department(summary: Summary, names: HouseNames, target: int) -> FigureTable:
    """Return visits and waits by department, the busiest first."""
    departments = {department for department, _doctor in summary.places}
    rows = []
    for department in departments:
        places = [place for place in summary.places if place[0] == department]
        behind = Behind(department_id=department, no_department=department is None)
        label = department_label(department, names)
        rows.append(_place_row(str(department), label, behind, _At(summary, places, target)))
    rows.sort(key=_by_first)
    return FigureTable("departments", N_("Departments"), N_("Department"), _PLACE, tuple(rows))


def by_doctor(summary: Summary, names: HouseNames, target: int) -> FigureTable:
    """Return visits and waits by doctor, the busiest first."""
    rows = []
    for place in summary.places:
        department, doctor = place
        if doctor is None:
            continue
        behind = Behind(doctor_id=doctor, department_id=department, no_department=department is None)
        told = {"doctor": names.doctors.get(doctor, ""), "department": department_label(department, names)}
        label = Text(N_("{doctor} ({department})"), told)
        rows.append(_place_row(f"{department}:{doctor}", label, behind, _At(summary, [place], target)))
    rows.sort(key=_by_first)
    return FigureTable("doctors", N_("Doctors"), N_("Doctor"), _PLACE, tuple(rows))


@dataclass(frozen=True)
class _At:
    """Some places of a summary, and the target of the wait."""

    summary: Summary
    places: Sequence[Place]
    target: int


def _place_row(key: str, label: Said, behind: Behind, at: _At) -> FigureRow:
    counts = sum((at.summary.places[place] for place in at.places), Counts())
    waits = together(at.summary.waits_at.get(place, {}) for place in at.places)
    level = service_level(waits, at.target)
    values = (counts.visits, counts.new, counts.left, median(waits), p90(waits), level)
    figures = (
        behind,
        replace(behind, new=True),
        replace(behind, left=True),
        *_waited(behind, WaitStep.DOCTOR, waits),
        replace(behind, step=WaitStep.DOCTOR, longer_than=at.target),
    )
    return FigureRow(key, label, values, behind, figures)


def by_operator(summary: Summary, names: HouseNames) -> FigureTable:
    """Return what each operator did: visits registered, numbers issued, median time at the desk."""
    headings = (
        Heading(N_("Visits registered")),
        Heading(N_("Numbers issued")),
        Heading(N_("Median desk time"), Unit.MINUTES),
    )
    rows = []
    for account in summary.operators:
        worked: Worked = summary.operators[account]
        times: Histogram = summary.desk_times.get(account, {})
        values = (worked.registered, worked.numbers, median(times))
        label = names.accounts.get(account, "") or Text(UNKNOWN)
        registered, numbered = Behind(operator=account), Behind(numbered_by=account)
        figures = (registered, numbered, numbered)
        rows.append(
            FigureRow(str(account), label, values, registered if worked.registered else numbered, figures)
        )
    rows.sort(key=_by_both)
    return FigureTable("operators", N_("At the desk"), N_("Operator"), headings, tuple(rows))


# --- The figures that stand on top ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Tile:
    """One figure with what it was in the period before. `better` is +1 where more is better, -1 where less is, else 0."""

    name: str
    title: Said
    unit: Unit
    value: Value
    earlier: Value
    better: int
    behind: Behind

    @property
    def change(self) -> float | None:
        """By how much it changed: a share of the earlier figure, in points for a share, else in its unit."""
        if self.value is None or self.earlier is None:
            return None
        if self.unit is Unit.COUNT:
            return (self.value - self.earlier) / self.earlier if self.earlier else None
        return self.value - self.earlier


def tiles(summary: Summary, earlier: Summary | None, target: int) -> list[Tile]:
    """Return the figures on top; without `earlier` there is nothing to compare with yet."""
    now, then = _top(summary, target), _top(earlier, target) if earlier is not None else {}
    return [
        Tile(name, title, unit, now[name], then.get(name), better, behind)
        for name, title, unit, better, behind in _tiles(target, now["p90"])
    ]


def _top(summary: Summary, target: int) -> dict[str, Value]:
    counts, waits = summary.counts, summary.wait(WaitStep.DOCTOR)
    triage = summary.wait(WaitStep.TRIAGE)
    return {
        "visits": counts.visits,
        "new": counts.new,
        "returning": counts.visits - counts.new,
        "median": median(waits),
        "p90": p90(waits),
        "left": share(counts.left, counts.visits),
        "level": service_level(waits, target),
        "triage": sum(triage.values()) - within(triage, TRIAGE_LIMIT),
    }


def _tiles(target: int, most: Value) -> Iterator[tuple[str, Said, Unit, int, Behind]]:
    """Yield what each figure is called, whether more is better, and its visits: of a share those who make it worse."""
    doctor, triage = WaitStep.DOCTOR, WaitStep.TRIAGE
    long = None if most is None else int(most) - 1
    level = Text(N_("Within {minutes} min"), {"minutes": target})
    late = Text(N_("Triage after {minutes} min"), {"minutes": TRIAGE_LIMIT})
    yield "visits", Text(N_("Visits")), Unit.COUNT, 0, Behind()
    yield "new", Text(NEW), Unit.COUNT, 0, Behind(new=True)
    yield "returning", Text(RETURNING), Unit.COUNT, 0, Behind(new=False)
    yield "median", Text(N_("Median wait")), Unit.MINUTES, -1, Behind(step=doctor)
    yield "p90", Text(N_("90 % waited at most")), Unit.MINUTES, -1, Behind(step=doctor, longer_than=long)
    yield "left", Text(N_("Left unseen")), Unit.SHARE, -1, Behind(left=True)
    yield "level", level, Unit.SHARE, 1, Behind(step=doctor, longer_than=target)
    yield "triage", late, Unit.COUNT, -1, Behind(step=triage, longer_than=TRIAGE_LIMIT)


@dataclass(frozen=True)
class OverviewPaper:
    """The printed overview: its days, the figures on top, the tables with their charts."""

    first: dt.date | None = None
    last: dt.date | None = None
    target: int = 0
    tiles: tuple[Tile, ...] = ()
    tables: tuple[FigureTable, ...] = ()
