"""What stands beside the calendar: the cell in words, and the reason that is asked for in the page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from deskapp.domain.appointments import AppointmentAct, AppointmentLog
from deskapp.domain.text import Text
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.appointments.beside import Question, ReasonBox, SelectedPanel
from deskapp.ui.intake.appointments.cells import Cell, cells_of, wall
from tests.ui.intake.appointments.samples import DAY, column, line


def with_day(desk: Desk) -> Desk:
    desk.services.settings = type("Settings", (), {"today": staticmethod(lambda: DAY)})
    return desk


def test_an_appointment_is_told_with_its_history(desk: Desk) -> None:
    panel = SelectedPanel(with_day(desk))
    shown = column(line())
    cell = cells_of([shown])[0][1]
    panel.show_cell(cell, shown, late=False)
    assert panel.title.text() == "08:15 to 08:30"
    assert panel._who.text() == "王7"
    assert panel._pill.text() == "booked"
    log = AppointmentLog(AppointmentAct.BOOKED, line().starts_at, "李娜", line().starts_at, "李静", "")
    panel.show_history(99, [log])
    assert panel._history.text() == ""
    panel.show_history(7, [log])
    assert "李娜" in panel._history.text()
    panel.show_cell(cell, shown, late=True)
    assert panel._pill.text() == "overdue"
    panel.deleteLater()


def test_a_free_time_has_nobody(desk: Desk) -> None:
    panel = SelectedPanel(with_day(desk))
    shown = column()
    panel.show_cell(cells_of([shown])[0][0], shown, late=False)
    assert panel.line is None
    assert panel._pill.text() == "free"
    assert panel._who.isHidden()
    panel.show_cell(None, None, late=False)
    assert panel.isHidden()
    panel.deleteLater()


def test_a_cancelled_one_is_told_without_a_column(desk: Desk) -> None:
    panel = SelectedPanel(with_day(desk))
    one = line()
    panel.show_cell(Cell(0, wall(one.starts_at), one.minutes, line=one), None, late=False)
    assert "Surgery" in panel._where.text()
    panel.deleteLater()


def test_a_reason_is_handed_on_only_when_there_is_one(desk: Desk) -> None:
    box, back, taken = ReasonBox(desk), QLineEdit(), list[str]()
    box.ask(Question(Text("Why?"), "Do it", taken.append), back)
    box.submit()
    assert taken == []
    assert box.form.error("reason")
    box.form.fill("reason", " 改天 ")
    box.submit()
    assert taken == ["改天"]
    assert box.isVisible()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.isHidden()
    box.submit()
    assert taken == ["改天"]
    box.deleteLater()
    back.deleteLater()
