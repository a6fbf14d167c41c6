"""The cells of the calendar: free slots and appointments of each column, laid out in time, and how keys go through them."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from deskapp.domain.appointments import HOLDING, AppointmentLine, CalendarColumn
from deskapp.domain.registration import AppointmentState
from deskapp.domain.slots import Slot

USUAL_FIRST, USUAL_LAST = 8 * 60, 18 * 60
"""Minutes of the day between which a day without any slot is drawn."""
SHORTEST_DRAWN: Final = 5
Key = Hashable


@dataclass(frozen=True)
class Cell:
    """A slot that can be booked or has passed, or an appointment; `lane` of `lanes` side by side."""

    column: int
    begins: dt.datetime
    minutes: int
    slot: Slot | None = None
    line: AppointmentLine | None = None
    owner: tuple[int, int] = (0, 0)
    """The doctor's id, 0 for any, and the department's."""
    outside: bool = False
    lane: int = 0
    lanes: int = 1

    key: Key = field(init=False)
    """What stays the same when the calendar is drawn anew."""

    first: int = field(init=False)
    """Minute of its day at which it begins."""

    last: int = field(init=False)
    """Minute at which it ends, counted from the same midnight."""

    def __post_init__(self) -> None:
        # Worked out once: a drawing asks a thousand cells for each of them.
        first = self.begins.hour * 60 + self.begins.minute
        key = ("slot", self.begins, *self.owner) if self.line is None else ("line", self.line.id)
        for name, value in (
            ("first", first),
            ("last", first + max(self.minutes, SHORTEST_DRAWN)),
            ("key", key),
        ):
            object.__setattr__(self, name, value)

    @property
    def is_free(self) -> bool:
        """Whether it can be booked."""
        return self.slot is not None and self.slot.free > 0


def wall(moment: dt.datetime) -> dt.datetime:
    """Return a moment by the site's wall clock."""
    return moment.astimezone().replace(tzinfo=None)


def cells_of(columns: Sequence[CalendarColumn]) -> list[list[Cell]]:
    """Return the cells of each column in order of time."""
    return [_column(at, column) for at, column in enumerate(columns)]


def _column(at: int, column: CalendarColumn) -> list[Cell]:
    owner = (column.doctor_id or 0, column.department_id)
    lines = [
        Cell(
            *(at, wall(line.starts_at), line.minutes),
            line=line,
            owner=owner,
            outside=_outside(line, column),
        )
        for line in column.lines
    ]
    empty = [
        Cell(at, slot.begins, slot.minutes, slot=slot, owner=owner)
        for slot in column.slots
        if slot.free or (slot.past and not _touched(slot, lines))
    ]
    return _in_lanes(sorted(lines + empty, key=lambda cell: (cell.begins, cell.slot is not None)))


def _outside(line: AppointmentLine, column: CalendarColumn) -> bool:
    """Say whether an open appointment lies where nobody is on duty (any more)."""
    if line.state is not AppointmentState.BOOKED:
        return False
    begins = wall(line.starts_at)
    before = bisect_right(column.slots, begins, key=_begins)
    return before == 0 or begins >= column.slots[before - 1].until


def _begins(slot: Slot) -> dt.datetime:
    return slot.begins


def _touched(slot: Slot, lines: Iterable[Cell]) -> bool:
    return any(
        cell.begins < slot.until and slot.begins < cell.begins + dt.timedelta(minutes=cell.minutes)
        for cell in lines
    )


def _in_lanes(cells: Sequence[Cell]) -> list[Cell]:
    """Put what overlaps side by side."""
    placed: list[Cell] = []
    group: list[Cell] = []
    until = -1
    for cell in cells:
        if group and cell.first >= until:
            placed += _spread(group)
            group, until = [], -1
        group.append(cell)
        until = max(until, cell.last)
    return placed + _spread(group)


def _spread(group: Sequence[Cell]) -> list[Cell]:
    ends: list[int] = []
    lanes: list[int] = []
    for cell in group:
        lane = next((at for at, end in enumerate(ends) if end <= cell.first), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = cell.last
        lanes.append(lane)
    if len(ends) <= 1:
        return list(group)
    return [replace(cell, lane=lane, lanes=len(ends)) for cell, lane in zip(group, lanes, strict=True)]


@dataclass(frozen=True)
class Hours:
    """The minutes of the day that are drawn, whole hours, and how long the shortest slot is."""

    first: int
    last: int
    shortest: int


def hours_of(columns: Sequence[Sequence[Cell]], slots: Iterable[int]) -> Hours:
    """Return what has to be drawn so that every cell is seen."""
    cells = [cell for column in columns for cell in column]
    first = min((cell.first for cell in cells), default=USUAL_FIRST)
    last = max((cell.last for cell in cells), default=USUAL_LAST)
    shortest = max(min(slots, default=15), SHORTEST_DRAWN)
    return Hours(first // 60 * 60, max(-(-last // 60) * 60, first // 60 * 60 + 60), shortest)


# --- Going through them -------------------------------------------------------------------------------------------


def find(columns: Sequence[Sequence[Cell]], key: Key | None) -> Cell | None:
    """Return the cell with a key."""
    return next((cell for column in columns for cell in column if cell.key == key), None)


def nearest(columns: Sequence[Sequence[Cell]], column: int, minute: int) -> Cell | None:
    """Return the cell of a column, or of the closest column that has any, nearest to a minute of the day."""
    ranked = sorted((abs(at - column), at) for at, cells in enumerate(columns) if cells)
    if not ranked:
        return None
    return min(columns[ranked[0][1]], key=lambda cell: (abs(cell.first - minute), cell.lane))


def stepped(columns: Sequence[Sequence[Cell]], cell: Cell, down: int) -> Cell:
    """Return the cell above (-1) or below (1)."""
    cells = columns[cell.column]
    at = next((place for place, one in enumerate(cells) if one.key == cell.key), 0) + down
    return cells[min(max(at, 0), len(cells) - 1)]


def sideways(columns: Sequence[Sequence[Cell]], cell: Cell, right: int) -> Cell:
    """Return the cell beside: in the next lane, else at that time in the next column that has cells."""
    mates = [one for one in columns[cell.column] if one.first < cell.last and cell.first < one.last]
    lane = next((one for one in mates if one.lane == cell.lane + right), None)
    if lane is not None:
        return lane
    at = cell.column + right
    while 0 <= at < len(columns):
        if columns[at]:
            return min(columns[at], key=lambda one: (abs(one.first - cell.first), one.lane))
        at += right
    return cell


def first_free(columns: Sequence[Sequence[Cell]]) -> Cell | None:
    """Return the earliest cell of the usual hours that can be booked, else the earliest one, else the first.

    A night that begins with one doctor on duty would show the day as if nobody else were there.
    """
    cells = [cell for column in columns for cell in column]
    free = [cell for cell in cells if cell.is_free]
    return min(
        free or cells, key=lambda cell: (cell.first < USUAL_FIRST, cell.begins, cell.column), default=None
    )


def is_holding(cell: Cell) -> bool:
    """Say whether the cell's time is somebody's."""
    return cell.line is not None and cell.line.state in HOLDING
