"""The calendar as a widget: keys, mouse, what a screen reader hears, and that 30 doctors are drawn in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from deskapp.domain.appointments import CalendarColumn
from deskapp.i18n import translator
from deskapp.ui.intake.appointments.cells import Cell
from deskapp.ui.intake.appointments.grid import CalendarGrid
from tests.ui.intake.appointments.samples import at, column, line

Key = Qt.Key


@pytest.fixture
def grid(app: QApplication) -> Iterator[CalendarGrid]:
    made = CalendarGrid(translator("en"))
    made.resize(900, 500)
    made.say(translator("en"), "Calendar", "Nobody")
    made.show()
    yield made
    made.hide()
    made.deleteLater()
    app.processEvents()


def show(grid: CalendarGrid, *columns: CalendarColumn, keep: bool = False) -> None:
    grid.show_columns(columns, by_day=False, keep=keep)


def press(grid: CalendarGrid, *keys: Qt.Key) -> str:
    for key in keys:
        QTest.keyClick(grid, key)
    return grid.accessibleDescription()


def test_keys_go_through_the_cells_and_each_is_said(grid: CalendarGrid) -> None:
    show(grid, column(line()), column(doctor=2))
    assert grid.accessibleDescription().startswith("08:00")
    assert "王7" in press(grid, Key.Key_Down)
    assert press(grid, Key.Key_Right).startswith("08:15 to 08:30, 李静, free")
    assert press(grid, Key.Key_End).startswith("08:45")
    assert press(grid, Key.Key_Home, Key.Key_Up).startswith("08:00")


def test_enter_and_two_clicks_choose(grid: CalendarGrid) -> None:
    show(grid, column(line()))
    chosen: list[Cell] = []
    grid.chosen.connect(chosen.append)
    press(grid, Key.Key_Down, Key.Key_Return)
    rect = grid.rect_of(grid._cells[0][2]).translated(grid._origin())
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert [cell.first for cell in chosen] == [495, 510]


def test_the_cursor_stays_on_its_time_when_the_day_is_drawn_anew(grid: CalendarGrid) -> None:
    show(grid, column(), column(doctor=2))
    press(grid, Key.Key_Right, Key.Key_Down)
    show(grid, column(), column(line(), doctor=2), keep=True)
    assert "王7" in grid.accessibleDescription()
    # Another doctor came in between: the cursor stays with its own.
    show(grid, column(), column(doctor=3), column(doctor=2), keep=True)
    cell = grid.current_cell()
    assert cell is not None
    assert (cell.column, cell.first) == (2, 495)


def turn(grid: CalendarGrid, *columns: CalendarColumn) -> bool:
    """Show these columns a day later; return whether the cursor is in view."""
    grid.show_columns([_later(one) for one in columns], by_day=False, keep=True, turned=True)
    cell = grid.current_cell()
    assert cell is not None
    seen = grid.viewport().rect().adjusted(0, grid._head(), 0, 0)
    return seen.contains(grid.rect_of(cell).translated(grid._origin()))


def _later(one: CalendarColumn) -> CalendarColumn:
    day = dt.timedelta(1)
    slots = tuple(replace(slot, begins=slot.begins + day) for slot in one.slots)
    lines = tuple(replace(line, starts_at=line.starts_at + day) for line in one.lines)
    return replace(one, day=one.day + day, slots=slots, lines=lines)


def evening(doctor: int) -> CalendarColumn:
    """Return a doctor's day from 08:00 to 22:00, of which all until 21:00 is over."""
    return column(count=56, now=1260, doctor=doctor)


def test_another_page_begins_where_somebody_is_free_and_not_at_this_hour(grid: CalendarGrid) -> None:
    show(grid, column(), evening(2))
    grid._go(grid._cells[1][-4], scroll=True)
    assert grid.verticalScrollBar().value() > 0
    assert turn(grid, column(), column(count=56, doctor=2))
    assert grid.accessibleDescription().startswith("08:00")


def test_a_time_that_was_chosen_is_kept_and_in_view_on_another_page(grid: CalendarGrid) -> None:
    show(grid, column(count=56))
    press(grid, Key.Key_End)
    grid.verticalScrollBar().setValue(0)
    assert turn(grid, column(count=56, doctor=2), column(count=56))
    assert grid.accessibleDescription().startswith("21:45")
    cell = grid.current_cell()
    assert cell is not None
    assert cell.column == 1


def test_where_nobody_is_on_duty_at_the_time_chosen_the_doctors_first_free_one_is_in_view(
    grid: CalendarGrid,
) -> None:
    show(grid, column(), evening(2))
    press(grid, Key.Key_Right, Key.Key_End)
    assert turn(grid, column(count=56, first=480), column(line(minute=600), first=600, doctor=2))
    cell = grid.current_cell()
    assert cell is not None
    assert (cell.column, cell.first) == (1, 615)


def test_where_nobody_is_on_duty_it_says_so(grid: CalendarGrid) -> None:
    show(grid, replace(column(), slots=()))
    assert grid._empty.isVisible()
    assert grid.current_cell() is None
    assert press(grid, Key.Key_Down) == ""
    grid.grab()


def test_the_cursor_is_always_in_sight(grid: CalendarGrid) -> None:
    show(grid, *(column(count=60, doctor=doctor) for doctor in range(1, 20)))
    press(grid, Key.Key_End, *[Key.Key_Right] * 18)
    cell = grid.current_cell()
    assert cell is not None
    rect = grid.rect_of(cell).translated(grid._origin())
    assert grid.viewport().rect().contains(rect)


def test_hovering_says_what_is_cut(grid: CalendarGrid) -> None:
    show(grid, column(line()))
    rect = grid.rect_of(grid._cells[0][1]).translated(grid._origin())
    assert "王7" in grid._hint_at(rect.center())
    assert "主治医师" in grid._hint_at(QPoint(rect.center().x(), 30))
    assert grid._hint_at(QPoint(1, 300)) == ""


def test_thirty_doctors_with_forty_eight_slots_are_shown_and_walked(grid: CalendarGrid) -> None:
    lines = [[line(100 * d + s, 480 + 15 * s) for s in range(d % 3, 48, 3)] for d in range(30)]
    show(grid, *(column(*mine, count=48, doctor=d + 1) for d, mine in enumerate(lines)))
    grid.show_now(at(600), frozenset({101}))
    seen = list(grid._seen(grid.viewport().rect(), grid._origin()))
    assert sum(len(cells) for cells in grid._cells) == 30 * 48
    # What is drawn does not grow with what there is.
    assert len(seen) < 400
    assert press(grid, *[Key.Key_Right] * 29, *[Key.Key_Down] * 47).startswith("19:45")
    grid.grab()


def test_a_night_that_runs_over_midnight_is_drawn_whole(grid: CalendarGrid) -> None:
    late = column(first=1425, count=1)
    show(grid, replace(late, slots=(replace(late.slots[0], begins=at(1435)),)))
    assert grid._hours.last > dt.timedelta(days=1).total_seconds() / 60
    grid.grab()
