"""The one statement behind the figures of some days.

Its inner part is a line for each visit with everything that is asked of it; the outer part counts these lines in
several ways. The lines are made once (`MATERIALIZED`): both databases would else read every visit again for
each way of counting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect

from deskapp.db.base import table_of
from deskapp.db.models.intake import Visit, VisitStep
from deskapp.db.models.waiting import QueueEntry
from deskapp.domain.duty import clock_day
from deskapp.domain.registration import EndReason, MediaSource, Payment, Step
from deskapp.domain.statistics import (
    LONGEST,
    MINUTE,
    Became,
    Behind,
    BehindRow,
    Counts,
    Place,
    Source,
    Span,
    Summary,
    WaitStep,
    Worked,
    together,
)
from deskapp.domain.waiting import Standing

VISIT: Final = table_of(Visit)
STEP: Final = table_of(VisitStep)
ENTRY: Final = table_of(QueueEntry)
HOUR: Final = 60 * MINUTE
_LATER: Final = VISIT.alias("later")
WAITS: Final = {step: f"wait_{step.value}" for step in WaitStep}
NEVER: Final = 1 << 62
Column = ColumnElement[Any]


def moment(column: Column) -> Column:
    """Return a stored time as the number that it is stored as."""
    return type_coerce(column, BigInteger)


def begun_minutes(since: Column, until: Column) -> Column:
    """Return `domain.statistics.waited` of two moments; NULL where one is not known."""
    long = until - since
    return case(
        (or_(since.is_(None), until.is_(None)), None),
        (long <= 0, 0),
        (long >= LONGEST * MINUTE, LONGEST),
        else_=(long + (MINUTE - 1)) // MINUTE,
    )


def flag(condition: Column) -> Column:
    """Return 1 where the condition holds, else 0."""
    return case((condition, 1), else_=0)


def _first(step: Step) -> Column:
    return func.min(case((_was(step), moment(STEP.c.at))))


def _was(step: Step) -> Column:
    return and_(STEP.c.step == step, STEP.c.done)


_ACCOUNTS: Final = 1 << 20
"""More than there are accounts: a line's number times this, and its account, are one number that sorts by line."""


def _by(step: Step, which: Callable[[Column], Column]) -> Column:
    """Return the account of the first (`func.min`) or the last (`func.max`) line of a step."""
    line = type_coerce(STEP.c.id, BigInteger) * _ACCOUNTS + STEP.c.account_id
    return which(case((_was(step), line))) % _ACCOUNTS


def _steps() -> CTE:
    """Return a line for each visit of the days: its own columns, and what its steps say."""
    asked = (
        select(
            *(VISIT.c[name] for name in _KEPT),
            moment(VISIT.c.opened_at).label("opened"),
            moment(func.coalesce(VISIT.c.doctor_began, VISIT.c.checked_in)).label("went_in"),
            _first(Step.REGISTER).label("met"),
            _first(Step.TRIAGE).label("triaged"),
            _first(Step.NUMBER).label("numbered"),
            _by(Step.REGISTER, func.max).label("registered_by"),
            _by(Step.NUMBER, func.min).label("numbered_by"),
            _by(Step.NUMBER, func.max).label("numbered_again_by"),
            func.sum(flag(_was(Step.NUMBER))).label("numbers"),
            func.max(flag(STEP.c.done.is_(False))).label("corrected"),
        )
        .select_from(VISIT)
        .outerjoin(STEP, STEP.c.visit_id == VISIT.c.id)
        .where(VISIT.c.day.between(bindparam("first", type_=Date), bindparam("last", type_=Date)))
        .where(moment(VISIT.c.opened_at) < bindparam("until", type_=BigInteger))
        .group_by(VISIT.c.day, VISIT.c.opened_at, VISIT.c.id)
    )
    return asked.cte("stepped")


_KEPT: Final = (
    "id",
    "day",
    "visitor_id",
    "first_visit",
    "department_id",
    "doctor_id",
    "media_source",
    "payment",
    "ended",
)


@cache
def _lines() -> CTE:
    """Return a line for each visit of the days, with everything that is counted."""
    visit = _steps()
    # A visit is open from the moment on at which the door, else the desk, met the visitor.
    arrived = visit.c.opened
    met, triaged = (_as_corrected(visit, *of) for of in (("met", Step.REGISTER), ("triaged", Step.TRIAGE)))
    at_desk = func.coalesce(met, triaged, visit.c.opened)
    numbered = func.coalesce(moment(ENTRY.c.joined_at), visit.c.numbered)
    # The place in the line knows best; older visits have none.
    began = case((ENTRY.c.id.is_(None), visit.c.went_in), else_=moment(ENTRY.c.began_at))
    called, finished = moment(ENTRY.c.called_at), moment(ENTRY.c.finished_at)
    left = or_(visit.c.ended == EndReason.LEFT_UNSEEN, ENTRY.c.standing == Standing.LEFT)
    later = exists().where(
        _LATER.c.visitor_id == visit.c.visitor_id, moment(_LATER.c.opened_at) > visit.c.opened
    )
    waits = {
        WaitStep.TRIAGE: (arrived, triaged),
        WaitStep.NUMBER: (triaged, numbered),
        WaitStep.CALLED: (numbered, called),
        WaitStep.BEGAN: (called, moment(ENTRY.c.began_at)),
        WaitStep.FINISHED: (moment(ENTRY.c.began_at), finished),
        WaitStep.DOCTOR: (arrived, began),
    }
    asked = select(
        *(visit.c[name] for name in ("id", "day", "opened", "department_id", "doctor_id", "media_source")),
        _site_hour(arrived).label("hour"),
        flag(visit.c.first_visit).label("new"),
        flag(visit.c.visitor_id.is_not(None)).label("registered"),
        flag(visit.c.payment == Payment.PAID).label("paid"),
        flag(left).label("left"),
        flag(began.is_not(None)).label("seen"),
        flag(and_(visit.c.first_visit, later)).label("came_back"),
        case((visit.c.visitor_id.is_not(None), visit.c.registered_by)).label("operator"),
        visit.c.numbered_by,
        flag(visit.c.numbered_by != visit.c.numbered_again_by).label("shared"),
        visit.c.numbers,
        begun_minutes(at_desk, visit.c.numbered).label("desk"),
        *(begun_minutes(*ends).label(WAITS[step]) for step, ends in waits.items()),
    ).select_from(visit.outerjoin(ENTRY, ENTRY.c.visit_id == visit.c.id))
    return asked.cte("line").prefix_with("MATERIALIZED")


def _as_corrected(visit: CTE, column: str, step: Step) -> Column:
    """Return when a step was done first since it was last taken back; NULL where it is not done.

    Only where anything was taken back the visit's lines are read once more.
    """
    undone, redone = STEP.alias("undone"), STEP.alias("redone")
    last = select(func.max(undone.c.id)).where(
        undone.c.visit_id == visit.c.id, undone.c.step == step, undone.c.done.is_(False)
    )
    at = select(func.min(moment(redone.c.at))).where(
        redone.c.visit_id == visit.c.id,
        redone.c.step == step,
        redone.c.done,
        redone.c.id > func.coalesce(last.correlate(visit).scalar_subquery(), 0),
    )
    return case((visit.c.corrected == 0, visit.c[column]), else_=at.correlate(visit).scalar_subquery())


def _site_hour(at: Column) -> Column:
    """Return the hour of the site's day; where clocks are put on in these days, before and after it."""
    turn, offset, after = (bindparam(name, type_=BigInteger) for name in ("turn", "offset", "after"))
    return cast((at + case((at < turn, offset), else_=after)) // HOUR % 24, Integer)


def visited(span: Span) -> Select[dt.date | None, dt.date | None]:
    """Return the question for the first and the last day of a span with a visit."""
    # Apart, each is one look into the index; together they would be a walk through it.
    asked = VISIT.c.day.between(span.first, span.last)
    first = select(func.min(VISIT.c.day)).where(asked).scalar_subquery()
    last = select(func.max(VISIT.c.day)).where(asked).scalar_subquery()
    return select(first, last)


def days(span: Span) -> dict[str, Any]:
    """Return the values of `COUNTED` and `behind` for the days of a span."""
    turn, offset, after = _clock_of(span)
    until = NEVER if span.until is None else round(span.until.timestamp() * 1_000_000)
    told = {"first": span.first, "last": span.last, "until": until}
    return told | {"turn": turn, "offset": offset, "after": after}


def _clock_of(span: Span) -> tuple[int, int, int]:
    """Return the site's distance from UTC in microseconds, and when it turns to which other one."""
    begins, ends = (
        dt.datetime.combine(day, dt.time()).astimezone()
        for day in (clock_day(span.first), clock_day(span.last) + dt.timedelta(days=1))
    )
    offset, after = _offset(begins), _offset(ends)
    if offset == after:
        return NEVER, offset, after
    low, high = round(begins.timestamp()), round(ends.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        there = dt.datetime.fromtimestamp(middle, dt.UTC).astimezone()
        low, high = (middle, high) if _offset(there) == offset else (low, middle)
    return high * 1_000_000, offset, after


def _offset(at: dt.datetime) -> int:
    return round((at.utcoffset() or dt.timedelta()).total_seconds()) * 1_000_000


# --- Counting -------------------------------------------------------------------------------------------------

_HOURS, _SOURCES, _PLACES, _PLACE_WAITS, _WORK, _NUMBERS, _DESK, _WAITS = range(8)
_STEPS: Final = tuple(WaitStep)
_NO_TEXT: Final = cast(null(), Text)
_NO_NUMBER: Final = cast(null(), BigInteger)


def _counted() -> CompoundSelect[Any]:
    lines = _lines()
    line = lines.c
    place = [line.department_id, line.doctor_id]
    several = lines.join(STEP, STEP.c.visit_id == line.id)
    ways = [
        _way(_HOURS, cast(line.day, Text), [line.hour], [_ALL]),
        _way(
            _SOURCES,
            cast(line.media_source, Text),
            [line.department_id, line.new],
            [_ALL, *map(func.sum, (line.registered, line.paid, line.seen, line.came_back))],
        ),
        _way(_PLACES, None, place, [_ALL, *map(func.sum, (line.new, line.left, line.seen))]),
        _waits(_PLACE_WAITS, place, line[WAITS[WaitStep.DOCTOR]]),
        _way(_WORK, None, [line.operator], [_ALL]).where(line.operator.is_not(None)),
        _way(_NUMBERS, None, [line.numbered_by], [func.sum(line.numbers)]).where(
            line.numbered_by.is_not(None), line.shared == 0
        ),
        # A number that one voids and another issues anew: each has issued one.
        _way(_NUMBERS, None, [STEP.c.account_id], [_ALL])
        .select_from(several)
        .where(line.shared == 1, _was(Step.NUMBER)),
        _waits(_DESK, [line.numbered_by], line.desk),
        # The waits to the doctor are counted by place already.
        *(_waits(_WAITS + at, [], line[WAITS[step]]) for at, step in enumerate(_STEPS[:-1])),
    ]
    return union_all(*ways)


_ALL: Final = func.count()


def _way(kind: int, text: Column | None, keys: Sequence[Column], sums: Sequence[Column]) -> Select[Any]:
    """Return one way of counting: which, a text, three numbers to count by, five sums; NULL where it has none."""
    names = [text if text is not None else _NO_TEXT, *keys, *[_NO_NUMBER] * (3 - len(keys))]
    asked: Any = select(literal(kind), *names, *sums, *[_NO_NUMBER] * (5 - len(sums)))
    counted: Select[Any] = asked.group_by(*([text] if text is not None else []), *keys)
    return counted


def _waits(kind: int, keys: Sequence[Column], minutes: Column) -> Select[Any]:
    return _way(kind, None, [minutes, *keys], [_ALL]).where(minutes.is_not(None))


# Made once: putting it together takes longer than sending it.
COUNTED: Final = _counted()
"""The figures of some days (`days`), as rows that `summary_of` reads."""


def summary_of(rows: Iterable[Sequence[Any]]) -> Summary:
    """Return what the rows of `COUNTED` say."""
    return _Reader().read(rows)


class _Reader:
    """Takes the rows of each way of counting to its place."""

    def __init__(self) -> None:
        self.days: dict[dt.date, int] = {}
        self.hours: dict[tuple[int, int], int] = {}
        self.sources: dict[Source, Became] = {}
        self.places: dict[Place, Counts] = {}
        self.waits_at: dict[Place, dict[int, int]] = {}
        self.waits: dict[WaitStep, dict[int, int]] = {}
        self.operators: dict[int, Worked] = {}
        self.desk_times: dict[int, dict[int, int]] = {}

    def read(self, rows: Iterable[Sequence[Any]]) -> Summary:
        take = (
            self._hour,
            self._source,
            self._place,
            self._place_wait,
            self._registered,
            self._numbers,
            self._desk_time,
        )
        for kind, text, *numbers in rows:
            one, two, three, *sums = [None if number is None else int(number) for number in numbers]
            if kind < _WAITS:
                take[kind](text, (one, two, three), sums)
            else:
                self.waits.setdefault(_STEPS[kind - _WAITS], {})[_known(one)] = _known(sums[0])
        if self.waits_at:
            self.waits[WaitStep.DOCTOR] = dict(together(self.waits_at.values()))
        return Summary(**vars(self))

    def _hour(self, text: str | None, keys: _Keys, sums: _Numbers) -> None:
        day, hour, count = dt.date.fromisoformat(str(text)), _known(keys[0]), _known(sums[0])
        self.days[day] = self.days.get(day, 0) + count
        place = day.weekday(), hour
        self.hours[place] = self.hours.get(place, 0) + count

    def _source(self, text: str | None, keys: _Keys, sums: _Numbers) -> None:
        source = Source(keys[0], MediaSource(text) if text else None, bool(keys[1]))
        self.sources[source] = Became(*map(_known, sums))

    def _place(self, _text: str | None, keys: _Keys, sums: _Numbers) -> None:
        self.places[keys[0], keys[1]] = Counts(*map(_known, sums[:4]))

    def _place_wait(self, _text: str | None, keys: _Keys, sums: _Numbers) -> None:
        self.waits_at.setdefault((keys[1], keys[2]), {})[_known(keys[0])] = _known(sums[0])

    def _registered(self, _text: str | None, keys: _Keys, sums: _Numbers) -> None:
        self._add(keys[0], Worked(registered=_known(sums[0])))

    def _numbers(self, _text: str | None, keys: _Keys, sums: _Numbers) -> None:
        self._add(keys[0], Worked(numbers=_known(sums[0])))

    def _desk_time(self, _text: str | None, keys: _Keys, sums: _Numbers) -> None:
        self.desk_times.setdefault(_known(keys[1]), {})[_known(keys[0])] = _known(sums[0])

    def _add(self, account: int | None, worked: Worked) -> None:
        self.operators[_known(account)] = self.operators.get(_known(account), Worked()) + worked


_Keys = tuple[int | None, int | None, int | None]
_Numbers = list[int | None]


def _known(number: int | None) -> int:
    return number or 0


# --- The visits behind a figure -------------------------------------------------------------------------------


def behind(wanted: Behind, after: BehindRow | None, limit: int) -> Select[Any]:
    """Return the question for the newest visits of a figure in some `days`, or those before one that was shown."""
    line = _lines().c
    step = wanted.step or WaitStep.DOCTOR
    waited = line[WAITS[step]]
    asked = select(line.id, line.day, line.opened, line.new, waited)
    asked = asked.where(*_narrowed(line, wanted, waited)).order_by(line.opened.desc(), line.id.desc())
    if after is not None:
        # The row before which to go on is found by its id: its moment as it is stored is not in it.
        opened = select(moment(VISIT.c.opened_at)).where(VISIT.c.id == after.id).scalar_subquery()
        asked = asked.where(or_(line.opened < opened, and_(line.opened == opened, line.id < after.id)))
    return asked.limit(limit)


def _narrowed(line: Any, wanted: Behind, waited: Column) -> Iterator[Column]:
    for name in ("new", "left", "seen", "paid", "registered", "came_back"):
        if (flagged := getattr(wanted, name)) is not None:
            yield line[name] == int(flagged)
    for name in ("department_id", "doctor_id", "hour", "operator"):
        if (value := getattr(wanted, name)) is not None:
            yield line[name] == literal(value, BigInteger)
    if wanted.numbered_by is not None:
        account = literal(wanted.numbered_by, BigInteger)
        also = exists().where(STEP.c.visit_id == line.id, _was(Step.NUMBER), STEP.c.account_id == account)
        yield or_(line.numbered_by == account, and_(line.shared == 1, also))
    if wanted.media is not None:
        yield line.media_source == wanted.media
    for column, unknown in (
        (line.department_id, wanted.no_department),
        (line.doctor_id, wanted.no_doctor),
        (line.media_source, wanted.no_source),
    ):
        if unknown:
            yield column.is_(None)
    if wanted.step is not None:
        yield waited.is_not(None)
    if wanted.longer_than is not None:
        yield waited > literal(wanted.longer_than, BigInteger)
