"""What of the waiting line is shown: the answer compared with what stands there, lines to choose, what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.waiting import (
    OPEN,
    LineSum,
    QueueAct,
    QueueEventView,
    Standing,
    WaitingRow,
    WaitingView,
)

ALL: Final = ""
LEFT_OVER: Final = "left-over"
HEADING: Final = "all-of:"
"""Before the id of a department: all its lines together."""
ENDS: Final = frozenset({QueueAct.FINISHED, QueueAct.LEFT, QueueAct.EMERGENCY, QueueAct.WITHDRAWN})


@dataclass(frozen=True)
class LineItem:
    """One entry of the list of lines; `id` is a queue, ALL, LEFT_OVER or a HEADING. `longest` is in minutes, 0 for none.

    `unlisted`: nobody can see these people, and no doctor of the department has been entered yet.
    """

    id: str
    title: Text | Words | str
    doctor: str = ""
    waiting: int = 0
    with_doctor: int = 0
    longest: int = 0
    unattended: bool = False
    late: bool = False
    unlisted: bool = False


@dataclass(frozen=True)
class Answer:
    """The page as it is now, its rows by the place's id, and what is due: made in a worker."""

    view: WaitingView
    by_id: Mapping[int, WaitingRow]
    due: Due
    departments: tuple[int, ...]
    """In which somebody is, in the order of their lines."""


def ask(service: Any, actor: Any, before: Answer | None) -> Answer:
    """Ask for the page, and keep each row that is as before: runs in a worker, so that showing it costs little.

    Two equal rows of forty fields take microseconds to tell apart, two thousand pairs of them milliseconds; on
    the GUI thread a glance at the identity is left.
    """
    return _answer(kept(service.view(actor), before.by_id if before is not None else {}))


@dataclass(frozen=True)
class Part:
    """Which departments to ask for instead of all, and which places were touched there."""

    departments: Collection[int]
    touched: Collection[int]


def ask_some(service: Any, actor: Any, before: Answer, part: Part) -> Answer:
    """Ask for some departments only, and put them in the place of what was shown of them.

    A tenth of the work shows nine changes of ten. All is asked for after all when a place that was touched has gone
    to a line that was not asked for, or when there is a line that the page does not know.
    """
    page, complete = before.view, True
    for department in sorted(part.departments):
        fresh = kept(service.view(actor, department), before.by_id)
        page, fits = merged(page, fresh, department)
        complete = complete and fits
    answer = _answer(page)
    missing = [entry for entry in part.touched if entry not in answer.by_id]
    if complete and all(_has_ended(service.history(actor, entry)) for entry in missing):
        return answer
    return ask(service, actor, before)


def _has_ended(events: Sequence[QueueEventView]) -> bool:
    """Say whether a place is in no line any more, by the last that happened to it."""
    return bool(events) and events[-1].act in ENDS


def _answer(view: WaitingView) -> Answer:
    every = {row.id: row for rows in (view.rows, view.left_over) for row in rows}
    return Answer(view, every, due(view), tuple(dict.fromkeys(row.department_id for row in every.values())))


def merged(page: WaitingView, part: WaitingView, department: int) -> tuple[WaitingView, bool]:
    """Return the page with one department's rows and lines replaced, and whether every line had its place there."""
    own = {row.queue for row in page.rows if row.department_id == department}
    fresh = {line.queue: line for line in part.lines}
    lines = [fresh.pop(line.queue, None if line.queue in own else line) for line in page.lines]
    at = next((at for at, row in enumerate(page.rows) if row.department_id == department), None)
    others = [row for row in page.rows if row.department_id != department]
    rows = [*others[:at], *part.rows, *others[at:]] if at is not None else others
    left = [row for row in page.left_over if row.department_id != department]
    view = WaitingView(
        tuple(rows),
        tuple(line for line in lines if line is not None),
        (*left, *part.left_over),
        part.clock_behind,
    )
    return view, not fresh and (at is not None or not part.rows)


def kept(view: WaitingView, known: Mapping[int, WaitingRow]) -> WaitingView:
    """Return the view with the very rows of `known` where they are equal."""
    return replace(view, rows=_same(view.rows, known), left_over=_same(view.left_over, known))


def touched_departments(changes: Changes, before: Answer) -> frozenset[int] | None:
    """Return the departments whose line changes concern; None for all of them, or for it can't be told.

    A place that is not shown has come to be. Visits and numbers that are not shown stand in no line.
    """
    if not changes or changes.concerns("doctor", "department") or not all(changes.touched.values()):
        return None
    entries, asked = changes.touched.get("queue", frozenset()), changes.touched.get(TURN, frozenset())
    if not entries <= before.by_id.keys():
        return None
    visits = changes.touched.get("visit", frozenset()) | changes.touched.get("care", frozenset())
    numbers = changes.touched.get("number", frozenset())
    found = {before.by_id[entry].department_id for entry in entries}
    if not visits <= {before.by_id[entry].visit_id for entry in entries} or numbers:
        found |= {
            row.department_id
            for row in before.by_id.values()
            if row.visit_id in visits or row.number_id in numbers
        }
    return frozenset(found | asked)


def _same(rows: Iterable[WaitingRow], known: Mapping[int, WaitingRow]) -> tuple[WaitingRow, ...]:
    return tuple([before if (before := known.get(row.id)) == row else row for row in rows])


def chosen(view: WaitingView, line: str) -> tuple[WaitingRow, ...]:
    """Return the rows of one entry of the list of lines."""
    if line == ALL:
        return view.rows
    if line == LEFT_OVER:
        return view.left_over
    if line.startswith(HEADING):
        return tuple(row for row in view.rows if heading(row.department_id) == line)
    return tuple(row for row in view.rows if row.queue == line)


NOBODY: Final = "Nobody is on duty in {department}."
"""What the rules of waiting say of a department without a doctor, entered or not."""


def is_unlisted(row: WaitingRow, unlisted: Collection[object]) -> bool:
    """Say whether nobody can see somebody because no doctor of the department has been entered yet."""
    nobody = row.obstacle is not None and row.obstacle.message == NOBODY
    return nobody and not row.doctor and row.department_id in unlisted


def heading(department_id: int) -> str:
    """Return the entry of the list of lines that stands for all lines of a department."""
    return f"{HEADING}{department_id}"


def is_one_line(line: str) -> bool:
    """Say whether an entry of the list of lines is a single one, from which somebody is called."""
    return line not in (ALL, LEFT_OVER) and not line.startswith(HEADING)


def line_items(
    view: WaitingView, late_after: int, keep: str = ALL, unlisted: Collection[object] = ()
) -> list[LineItem]:
    """Return the list of lines: all, each in which somebody is, and what is left of earlier days if there is any.

    Lines of one department stand together, below an entry for all of them. The line `keep` is there although nobody
    is in it any more: somebody looks at it. Departments that are `unlisted` have no doctor entered yet.
    """
    lines = [line for line in view.lines if line.waiting or line.with_doctor or line.queue == keep]
    total = LineItem(
        ALL,
        Text(N_("All")),
        waiting=sum(line.waiting for line in view.lines),
        with_doctor=sum(line.with_doctor for line in view.lines),
        longest=max((line.longest for line in view.lines), default=0),
    )
    items = [
        replace(total, late=total.longest > late_after),
        *_by_department(view, [_item(line, late_after) for line in lines], keep, unlisted),
    ]
    if view.left_over:
        items.append(LineItem(LEFT_OVER, Text(N_("Of earlier days")), waiting=len(view.left_over), late=True))
    return items


def _by_department(
    view: WaitingView, lines: Iterable[LineItem], keep: str, unlisted: Collection[object]
) -> Iterable[LineItem]:
    """Return lines with those of a department together; of more than one, all of them are an entry before."""
    homes = {row.queue: row.department_id for row in view.rows}
    together: dict[int | str, list[LineItem]] = {}
    for line in lines:
        home: int | str = homes.get(line.id, line.id)
        is_new = home in unlisted and line.unattended and not line.doctor
        told = replace(line, unattended=False, unlisted=True) if is_new else line
        together.setdefault(home, []).append(told)
    for home, of_one in together.items():
        if isinstance(home, int) and (len(of_one) > 1 or heading(home) == keep):
            yield _heading(home, of_one)
        yield from of_one


def _heading(department_id: int, lines: Sequence[LineItem]) -> LineItem:
    return LineItem(
        heading(department_id),
        Text(N_("{department}: all"), {"department": lines[0].title}),
        waiting=sum(line.waiting for line in lines),
        with_doctor=sum(line.with_doctor for line in lines),
        longest=max(line.longest for line in lines),
        unattended=all(line.unattended for line in lines),
        late=any(line.late for line in lines),
    )


def _item(line: LineSum, late_after: int) -> LineItem:
    return LineItem(
        line.queue,
        line.line,
        line.doctor,
        line.waiting,
        line.with_doctor,
        line.longest,
        unattended=line.waiting > 0 and line.on_duty == 0,
        late=line.longest > late_after,
    )


@dataclass(frozen=True)
class Due:
    """What asks for attention by itself, each longest wait first; `stuck` by line, with why."""

    apologies: tuple[WaitingRow, ...] = ()
    reassessments: tuple[WaitingRow, ...] = ()
    stuck: tuple[tuple[WaitingRow, ...], ...] = ()


def due(view: WaitingView) -> Due:
    """Return what has to be done for somebody now."""
    waiting = [row for row in view.rows if row.standing in OPEN]
    lines: dict[str, list[WaitingRow]] = {}
    for row in waiting:
        if row.obstacle is not None:
            lines.setdefault(row.queue, []).append(row)
    return Due(
        _longest_first(row for row in waiting if row.apology_due),
        tuple(sorted((row for row in waiting if row.reassess_due), key=_most_urgent)),
        tuple(tuple(rows) for rows in lines.values()),
    )


def _longest_first(rows: Iterable[WaitingRow]) -> tuple[WaitingRow, ...]:
    return tuple(sorted(rows, key=_waited, reverse=True))


def _waited(row: WaitingRow) -> int:
    return row.waited


def _most_urgent(row: WaitingRow) -> tuple[int, int]:
    return (row.urgency or 9, -row.waited)


def stirred(before: WaitingRow, now: WaitingRow) -> bool:
    """Say whether something happened to a place, as against time passing or others going before it."""
    return (before.standing, before.calls, before.queue, before.urgency) != (
        now.standing,
        now.calls,
        now.queue,
        now.urgency,
    )


TURN: Final = "waiting.turn"
"""Topic of the page's own: departments whose minutes have to go on."""
MOST_DEPARTMENTS: Final = 4
"""Asked for one by one; of more, all are asked for together."""


def next_line(view: WaitingView, line: str, row: WaitingRow | None) -> str:
    """Return the line from which to call: the one shown, else that of the row chosen, else the first that waits.

    Of a department's lines it is the only one in which somebody waits; "" where there are several: whose doctor is
    ready only a person knows.
    """
    if is_one_line(line):
        return line
    if row is not None and row not in view.left_over:
        return row.queue
    waits = [one.queue for one in view.lines if one.waiting]
    if line.startswith(HEADING):
        own = {one.queue for one in chosen(view, line)}
        waits = [queue for queue in waits if queue in own]
        return waits[0] if len(waits) == 1 else ""
    return waits[0] if waits else ""


CALLABLE: Final = frozenset({Standing.WAITING, Standing.PARKED})
