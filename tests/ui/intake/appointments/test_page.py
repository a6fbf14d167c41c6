"""The page of appointments, worked by keys over a real database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.appointments import AppointmentLine, BookingDraft
from deskapp.domain.registration import AppointmentState
from deskapp.services.base import Service, new_request
from deskapp.ui.base_tab import Way
from deskapp.ui.intake.appointments.page import AppointmentsPage
from tests.support.front import Front

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


class Clock:
    """An hour of today, until the test says otherwise."""

    def __init__(self, hour: int) -> None:
        self.day = dt.datetime.now().astimezone().date()
        self.time = dt.time(hour)

    def __call__(self) -> dt.datetime:
        return dt.datetime.combine(self.day, self.time).astimezone(dt.UTC)


class Desk:
    """Somebody at the page."""

    def __init__(self, front: Front, hour: int = 9) -> None:
        self.front, self.clock = front, Clock(hour)
        for service in vars(front.services).values():
            if isinstance(service, Service):
                service.clock = self.clock
        front.desk.ways.go("intake", "appointments")
        front.settle()
        page = front.window.frame_of_tabs.page("intake", "appointments")
        assert isinstance(page, AppointmentsPage)
        self.page, self.key = page, front.key
        self.service = front.services.appointments

    def at(self, text: str) -> dt.datetime:
        return dt.datetime.combine(self.clock.day, dt.time.fromisoformat(text)).astimezone(dt.UTC)

    def booked(self, name: str, time: str, column: int = 0) -> AppointmentLine:
        """Book from another desk, and look again."""
        place = self.page.grid.columns()[column]
        draft = BookingDraft(
            place.department_id, self.at(time), place.doctor_id, name=name, phone="13700137000"
        )
        ref = self.service.book(self.front.actor, new_request(), draft).value
        self.look_again()
        line = self.service.one(self.front.actor, ref.id)
        assert line is not None
        return line

    def look_again(self) -> None:
        self.page.showing.ask()
        self.page._tick()
        self.front.settle()

    def go(self, time: str, column: int = 0) -> None:
        """Put the cursor on a time as a click would."""
        begins = self.at(time).astimezone().replace(tzinfo=None)
        found = [c for c in self.page.grid._cells[column] if c.begins == begins]
        self.page.grid.select(found[0].key)
        self.page.grid.setFocus()
        self.front.settle()

    def lines(self) -> dict[str, AppointmentLine]:
        columns = self.service.day(self.front.actor, self.page.showing.day).columns
        return {line.name: line for column in columns for line in column.lines}

    def said(self) -> str:
        return self.page.grid.accessibleDescription()

    def state(self, line: AppointmentLine) -> AppointmentState:
        now = self.service.one(self.front.actor, line.id)
        assert now is not None
        return now.state


@pytest.fixture
def desk(front: Front) -> Desk:
    return Desk(front)


def test_a_known_visitor_is_booked_by_keys_alone(desk: Desk) -> None:
    desk.go("10:00")
    desk.key(Key.Key_F2)
    desk.front.type("13800138000")
    desk.key(Key.Key_Return)
    assert desk.page.grid.hasFocus()
    desk.key(Key.Key_Down)
    desk.key(Key.Key_Return)
    (line,) = desk.lines().values()
    assert line.starts_at == desk.at("10:15")
    assert line.name in desk.front.last_action()
    assert line.name in desk.said()
    assert desk.page.whom.whom is None


def test_enter_on_a_free_time_asks_for_whom_first(desk: Desk) -> None:
    desk.go("10:00")
    desk.key(Key.Key_Return)
    assert desk.page.whom.field.hasFocus()
    assert "For whom" in str(desk.page.bar.notice.text)  # type: ignore[union-attr]
    assert desk.lines() == {}
    desk.front.type("13800138000")
    desk.key(Key.Key_Return)
    assert desk.page.bar.notice is None


def test_somebody_new_is_registered_with_the_booking(desk: Desk) -> None:
    desk.go("11:00")
    desk.key(Key.Key_F2)
    desk.front.type("苏东坡 13912345678")
    desk.key(Key.Key_Return)
    assert desk.page.whom.form.value("name") == "苏东坡"
    desk.key(Key.Key_Return)
    desk.key(Key.Key_Return)
    desk.key(Key.Key_Return)
    assert desk.lines()["苏东坡"].starts_at == desk.at("11:00")
    assert desk.front.services.visitors.find(desk.front.actor, "苏东坡")


def test_beside_another_one_a_reason_is_typed_in_the_page(desk: Desk) -> None:
    desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.key(Key.Key_F2)
    desk.front.type("13800138000")
    desk.key(Key.Key_Return)
    desk.key(Key.Key_Return)
    assert desk.page.reason.isVisible()
    assert len(desk.lines()) == 1
    desk.front.type("急需复查")
    desk.key(Key.Key_Return)
    assert not desk.page.reason.isVisible()
    assert [line.over_booked for line in desk.lines().values()] == [False, True]
    assert "beside another one" in desk.said()


def test_moving_goes_by_arrows_and_is_undone(desk: Desk) -> None:
    line = desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.key(Key.Key_F6)
    desk.key(Key.Key_Down)
    desk.key(Key.Key_Right)
    desk.key(Key.Key_Return)
    moved = desk.lines()["赵云"]
    assert moved.starts_at == desk.at("10:15")
    assert moved.doctor_id != line.doctor_id
    desk.key(Key.Key_Z, CONTROL)
    back = desk.lines()["赵云"]
    assert (back.starts_at, back.doctor_id) == (line.starts_at, line.doctor_id)


def test_esc_leaves_moving(desk: Desk) -> None:
    desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.key(Key.Key_F6)
    desk.key(Key.Key_Escape)
    assert desk.page.moving is None
    desk.key(Key.Key_Down)
    desk.key(Key.Key_Return)
    assert desk.lines()["赵云"].starts_at == desk.at("10:00")


def test_cancelling_asks_why_and_is_undone(desk: Desk) -> None:
    line = desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.key(Key.Key_F10)
    desk.key(Key.Key_Return)
    assert desk.page.reason.form.error("reason")
    desk.front.type("改天再来")
    desk.key(Key.Key_Return)
    assert desk.state(line) is AppointmentState.CANCELLED
    assert desk.lines() == {}
    desk.key(Key.Key_Z, CONTROL)
    assert desk.state(line) is AppointmentState.BOOKED


def test_who_does_not_come_surfaces_and_one_key_marks_them(desk: Desk) -> None:
    line = desk.booked("赵云", "09:00")
    assert not desk.page.late.isVisible()
    desk.clock.time = dt.time(9, 25)
    desk.look_again()
    assert desk.page.late.isVisible()
    assert "expected 09:00, 25 min ago" in desk.page.late._words.text()
    desk.key(Key.Key_F4)
    assert "overdue" in desk.said()
    desk.key(Key.Key_F7)
    assert desk.state(line) is AppointmentState.MISSED
    assert not desk.page.late.isVisible()
    assert "missed" in desk.said()
    desk.key(Key.Key_F11)
    assert desk.state(line) is AppointmentState.BOOKED


def test_who_has_come_is_opened_at_the_desk(desk: Desk) -> None:
    line = desk.booked("赵云", "10:00")
    wanted: list[Way] = []
    desk.front.desk.ways.wanted.connect(wanted.append)
    desk.go("10:00")
    desk.key(Key.Key_F8)
    assert wanted == [Way("intake", "desk", "visitor", line.visitor_id)]


def test_days_and_weeks_turn_by_keys(desk: Desk) -> None:
    today = desk.page.showing.day
    desk.go("10:00")
    desk.key(Key.Key_PageDown)
    assert desk.page.showing.day == today + dt.timedelta(1)
    assert "10:00" in desk.said()
    desk.key(Key.Key_T)
    assert desk.page.showing.day == today
    desk.key(Key.Key_W)
    assert len(desk.page.grid.columns()) == 7
    desk.key(Key.Key_PageUp)
    assert desk.page.showing.day == today - dt.timedelta(7)
    desk.key(Key.Key_PageDown)
    desk.key(Key.Key_D)
    assert {column.day for column in desk.page.grid.columns()} == {today}


def test_in_the_evening_the_next_day_is_shown_from_where_somebody_is_free(front: Front) -> None:
    desk = Desk(front, hour=21)
    assert "21:00" in desk.said()
    desk.key(Key.Key_PageDown)
    assert desk.said().startswith("08:00")
    cell, grid = desk.page.grid.current_cell(), desk.page.grid
    assert cell is not None
    assert grid.viewport().rect().contains(grid.rect_of(cell).translated(grid._origin()))


def test_what_another_desk_books_appears_and_the_cursor_stays(desk: Desk) -> None:
    desk.go("12:00")
    before = desk.page.grid.verticalScrollBar().value()
    desk.booked("赵云", "10:00")
    assert "12:00" in desk.said()
    assert desk.page.grid.verticalScrollBar().value() == before
    desk.booked("钱多", "12:00")
    # The time under the cursor was taken: the cursor is on who took it.
    assert "钱多" in desk.said()


def test_from_elsewhere_the_visitor_is_chosen(desk: Desk) -> None:
    (hit,) = desk.front.services.visitors.find(desk.front.actor, "13800138000")
    desk.front.desk.ways.go("intake", "appointments", "visitor", hit.id)
    desk.front.settle()
    assert desk.page.whom.whom is not None
    assert desk.page.whom.whom.visitor_id == hit.id
    line = desk.booked("赵云", "10:00")
    desk.front.desk.ways.go("intake", "appointments", "appointment", line.id)
    desk.front.settle()
    assert "赵云" in desk.said()


def test_a_cancelled_one_is_found_with_its_visitor_and_opened_again(desk: Desk) -> None:
    line = desk.booked("赵云", "10:00")
    desk.service.cancel(desk.front.actor, new_request(), line.id, line.version, "误约")
    gone = desk.service.one(desk.front.actor, line.id)
    assert gone is not None
    desk.page.showing.show_line(gone)
    desk.front.settle()
    assert desk.page.selected.line is not None
    # Whatever happens elsewhere in the house, it stays beside until the cursor goes on.
    desk.look_again()
    assert desk.page.selected.line is not None
    desk.key(Key.Key_F11)
    assert desk.state(line) is AppointmentState.BOOKED


def test_a_cancelled_one_is_put_away_when_the_cursor_goes_on(desk: Desk) -> None:
    line = desk.booked("赵云", "10:00")
    desk.service.cancel(desk.front.actor, new_request(), line.id, line.version, "误约")
    gone = desk.service.one(desk.front.actor, line.id)
    assert gone is not None
    desk.page.showing.show_line(gone)
    desk.front.settle()
    desk.key(Key.Key_Down)
    assert desk.page.selected.line is None


def test_f9_does_what_a_reason_is_typed_for_and_nothing_else_is_begun(desk: Desk) -> None:
    line = desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.key(Key.Key_F10)
    assert desk.page.keys["appointment.book"].text() == "Cancel it"
    desk.front.type("改天再来")
    desk.key(Key.Key_F6)
    assert desk.page.moving is None
    desk.key(Key.Key_F9)
    assert desk.state(line) is AppointmentState.CANCELLED
    assert desk.page.keys["appointment.book"].text() == "Book"


def test_a_file_is_looked_at_first_and_its_good_rows_stored(
    open_front: Callable[..., Front], tmp_path: Path
) -> None:
    desk = Desk(open_front("admin"))
    doctor = desk.page.grid.columns()[0].doctor
    day = desk.clock.day + dt.timedelta(1)
    rows = f"姓名,电话,日期,时间,医生\n王一,13800138001,{day},10:00,{doctor}\n王二,,{day},11:00,{doctor}\n"
    path = tmp_path / "a.csv"
    path.write_text(rows, encoding="utf-8")
    desk.page.files.look(path)
    desk.front.settle()
    assert desk.page.report.isVisible()
    assert desk.page.report.model.rowCount() == 1
    desk.key(Key.Key_PageDown)
    assert desk.page.showing.day == desk.clock.day
    assert not desk.page.head.isVisible()
    desk.key(Key.Key_Return, CONTROL)
    columns = desk.service.day(desk.front.actor, day).columns
    assert [line.name for column in columns for line in column.lines] == ["王一"]
    desk.key(Key.Key_Escape)
    assert desk.page.grid.isVisible()


@pytest.mark.parametrize("language", ["zh", "mn", "en"])
def test_every_language_is_spoken(open_front: Callable[..., Front], language: str) -> None:
    desk = Desk(open_front("li", language))
    desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.front.language.set("en")
    desk.front.settle()
    assert "booked" in desk.said()
