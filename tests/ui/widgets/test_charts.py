"""Charts: drawn in every look, said in words, driven by keys and mouse, told apart without colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from deskapp.ui import style
from deskapp.ui.widgets.chart_pieces import Bar, Bars, Cell, Heat, shade
from deskapp.ui.widgets.charts import Chart

BARS = Bars(
    tuple(
        Bar(name, (float(at + 1), 2.0), f"{name}: {at + 3}", name, f"{at + 3}")
        for at, name in enumerate("abc")
    ),
    ("New", "Returning"),
)
HEAT = Heat(
    ("Mon", "Tue"),
    ("08", "09"),
    tuple(Cell(at // 2, at % 2, float(at), f"cell {at}", at) for at in range(4)),
)


@pytest.fixture
def chart(app: QApplication) -> Iterator[Chart]:
    window = QWidget()
    made = Chart(window)
    window.resize(420, 260)
    made.resize(400, 240)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    yield made
    window.deleteLater()


def heard(chart: Chart) -> tuple[list[str], list[object]]:
    said: list[str] = []
    opened: list[object] = []
    chart.said.connect(said.append)
    chart.opened.connect(opened.append)
    return said, opened


@pytest.mark.parametrize("data", [BARS, Bars(BARS.bars, lying=True), Bars(BARS.bars, stacked=False), HEAT])
def test_keys_go_from_piece_to_piece_and_open_one(chart: Chart, data: Bars | Heat) -> None:
    chart.show_data(data)
    said, opened = heard(chart)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Down)
    QTest.keyClick(chart, Qt.Key.Key_Down)
    assert said[-1] == chart.pieces[1].said
    assert chart.accessibleDescription() == chart.pieces[1].said
    QTest.keyClick(chart, Qt.Key.Key_End)
    QTest.keyClick(chart, Qt.Key.Key_Down)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert opened == [chart.pieces[-1].key]
    QTest.keyClick(chart, Qt.Key.Key_Up)
    assert said[-1] == chart.pieces[-2].said


def test_a_page_key_goes_to_the_next_line_of_a_map(chart: Chart) -> None:
    chart.show_data(HEAT)
    said, _opened = heard(chart)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Down)
    QTest.keyClick(chart, Qt.Key.Key_PageDown)
    assert said[-1] == "cell 2"


def where(chart: Chart, at: int) -> QPointF:
    """Return the middle of a piece's place on the widget."""
    middle = chart._rooms[at].center()
    return QPointF(chart.mapFromScene(chart._view.mapViewToScene(middle)))


def hover(chart: Chart, at: int) -> None:
    """Go to a piece with the mouse, from elsewhere: where it has been already Qt tells of no movement."""
    for place in (where(chart, 0), where(chart, at)):
        QTest.mouseMove(chart.viewport(), place.toPoint())
        QApplication.processEvents()


@pytest.mark.parametrize("data", [BARS, Bars(BARS.bars, lying=True), HEAT])
def test_the_mouse_says_and_opens_what_is_under_it(chart: Chart, data: Bars | Heat) -> None:
    chart.show_data(data)
    said, opened = heard(chart)
    hover(chart, 2)
    QApplication.processEvents()
    assert said[-1] == chart.pieces[2].said
    assert chart.toolTip() == chart.pieces[2].said
    QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=where(chart, 1).toPoint())
    assert opened == [chart.pieces[1].key]


def test_what_is_pointed_at_is_marked(chart: Chart) -> None:
    chart.show_data(BARS)
    before = len(chart._item.pieces)
    chart._point(1)
    assert len(chart._item.pieces) == before + 1
    chart._point(None)
    assert len(chart._item.pieces) == before


def test_series_are_told_apart_without_colour(chart: Chart) -> None:
    chart.show_data(BARS)
    fillings = {brush.style() for _room, brush, _pen in chart._item.pieces}
    assert len(fillings) == 2


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
@pytest.mark.parametrize("data", [BARS, HEAT, Bars(())])
def test_it_is_drawn_in_every_look(chart: Chart, data: Bars | Heat, scheme: str) -> None:
    chart.show_data(data)
    style.look().take(scheme, style.tokens().sizes, "zh")
    picture = chart.grab().toImage()
    colours = style.tokens().colours
    seen = {picture.pixelColor(x, y).name().upper() for x in range(0, 400, 5) for y in range(0, 240, 3)}
    assert colours.surface in seen
    assert colours.accent in seen or not chart.pieces


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_the_figures_in_a_map_can_be_read(app: QApplication, scheme: str) -> None:
    from deskapp.ui.tokens import contrast

    style.look().take(scheme, style.tokens().sizes, "zh")
    colours = style.tokens().colours
    for step in range(6):
        ink = colours.on_accent if step > 2 else colours.text
        assert contrast(ink, shade(step).name()) >= (7 if scheme == "contrast" else 4.5), step


def test_fewer_pieces_take_the_cursor_along(chart: Chart) -> None:
    chart.show_data(BARS)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    chart.show_data(Bars(BARS.bars[:1]))
    QTest.keyClick(chart, Qt.Key.Key_Up)
    assert chart.current() == BARS.bars[0]


def test_the_cursor_stays_on_its_piece_when_others_come_before_it(chart: Chart) -> None:
    chart.show_data(Bars(BARS.bars[1:]))
    said, opened = heard(chart)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Down)
    assert said[-1] == "b: 4"
    chart.show_data(BARS)
    assert said[-1] == chart.toolTip() == "b: 4"
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert opened == ["b"]


def test_what_is_under_the_mouse_is_said_anew_with_other_figures(chart: Chart) -> None:
    chart.show_data(BARS)
    said, _opened = heard(chart)
    hover(chart, 2)
    QApplication.processEvents()
    assert said[-1] == "c: 5"
    more = tuple(replace(bar, said=f"{bar.said}, more") for bar in BARS.bars)
    chart.show_data(replace(BARS, bars=more))
    assert said[-1] == chart.toolTip() == "c: 5, more"
    assert chart.current() == more[2]


def test_a_picture_has_twice_the_size(chart: Chart) -> None:
    chart.show_data(BARS)
    assert chart.picture().width() == 2 * chart.width()


def test_nothing_is_dragged_or_zoomed(chart: Chart) -> None:
    chart.show_data(BARS)
    view = chart._view
    before = view.viewRange()
    QTest.mousePress(chart.viewport(), Qt.MouseButton.RightButton, pos=where(chart, 0).toPoint())
    hover(chart, 2)
    QTest.mouseRelease(chart.viewport(), Qt.MouseButton.RightButton, pos=where(chart, 2).toPoint())
    assert view.viewRange() == before
    assert QColor(style.tokens().colours.surface).isValid()
