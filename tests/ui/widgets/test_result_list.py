"""Results are told apart at a glance, driven from the search field, and no name is cut."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from deskapp.i18n import translator
from deskapp.ui import style
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.result_list import ResultList, ResultRow, _parts

ROWS = [
    ResultRow(1, "王建国", ((1, 1),), "2 d", "1958-03-04", icon="user-round"),
    ResultRow(2, "Wang Jianguo", ((5, 4),), "", "1991-11-20", ((0, 4),)),
    ResultRow(3, "<b>李</b>", (), "new", ""),
]
LONG = "Ганбаатарын Өлзийхутагбаяр Жамъянжавын Мөнх-Эрдэнэ"


@pytest.fixture
def results(app: QApplication, qtbot: QtBot) -> ResultList:
    made = ResultList(translator("en"))
    qtbot.addWidget(made)
    made.resize(360, 300)
    with qtbot.waitActive(made):
        made.show()
    made.apply(ROWS)
    return made


@pytest.mark.parametrize(
    ("text", "marks", "parts"),
    [
        ("王建国", ((1, 1),), [("王", False), ("建", True), ("国", False)]),
        ("abc", (), [("abc", False)]),
        ("abc", ((0, 3),), [("abc", True)]),
        ("abcd", ((2, 1), (0, 1)), [("a", True), ("b", False), ("c", True), ("d", False)]),
        ("abc", ((1, 99),), [("a", False), ("bc", True)]),
        ("abcd", ((0, 3), (1, 3)), [("abc", True), ("d", True)]),
        ("abc", ((7, 2),), [("abc", False)]),
        ("", (), []),
    ],
)
def test_marks_cut_a_text_into_its_parts(
    text: str, marks: tuple[tuple[int, int], ...], parts: list[tuple[str, bool]]
) -> None:
    found = _parts(text, marks)
    assert found == parts
    assert "".join(part for part, _ in found) == text


def test_the_best_result_has_the_cursor(results: ResultList) -> None:
    assert results.current_row() == ROWS[0]
    results.step(2)
    results.apply([ROWS[1], ROWS[2]])
    assert results.current_row() == ROWS[1]


def test_a_refresh_leaves_the_cursor_where_it_is(results: ResultList) -> None:
    results.step(1)
    results.apply([ROWS[2], ROWS[1]], to_first=False)
    assert results.current_row() == ROWS[1]


def test_steps_stop_at_the_ends(results: ResultList) -> None:
    results.step(-5)
    assert results.current_row() == ROWS[0]
    results.step(10)
    assert results.current_row() == ROWS[2]
    results.apply([])
    results.step(1)
    assert results.current_row() is None


def test_enter_and_a_click_choose(results: ResultList, qtbot: QtBot) -> None:
    results.step(1)
    with qtbot.waitSignal(results.chosen) as chosen:
        qtbot.keyClick(results, Qt.Key.Key_Return)
    assert chosen.args == [ROWS[1]]
    place = results.visualRect(results.model().index(2, 0)).center()
    with qtbot.waitSignal(results.chosen) as chosen:
        qtbot.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [ROWS[2]]


def test_choosing_nothing_does_nothing(results: ResultList, qtbot: QtBot) -> None:
    results.apply([])
    with qtbot.assertNotEmitted(results.chosen):
        results.choose()


def test_moving_tells_where_the_cursor_is(results: ResultList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(results.current) as current:
        results.step(1)
    assert current.args == [ROWS[1]]


def test_a_screen_reader_hears_the_whole_row(results: ResultList) -> None:
    index = results.model().index(0, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "王建国, 1958-03-04, 2 d"


def colours(results: ResultList, row: int) -> set[str]:
    rect = results.visualRect(results.model().index(row, 0))
    image = results.viewport().grab(rect).toImage()
    return {
        image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())
    }


def test_the_matched_part_is_marked_and_the_rest_is_not(results: ResultList) -> None:
    accent = style.tokens().colours.accent
    assert accent in colours(results, 1)
    assert accent not in colours(results, 2)


def test_a_long_name_takes_a_line_more(results: ResultList) -> None:
    results.apply([ROWS[0], ResultRow(9, LONG, (), "new?", "1991-11-20")])
    rects: list[QRect] = [results.visualRect(results.model().index(row, 0)) for row in range(2)]
    assert rects[1].height() > rects[0].height()
    results.resize(900, 300)
    QApplication.processEvents()
    rects = [results.visualRect(results.model().index(row, 0)) for row in range(2)]
    assert rects[1].height() == rects[0].height()


def test_hovering_tells_the_row_whole(results: ResultList) -> None:
    place = results.visualRect(results.model().index(1, 0)).center()
    event = QHelpEvent(QEvent.Type.ToolTip, place, results.viewport().mapToGlobal(place))
    QApplication.sendEvent(results.viewport(), event)
    assert QToolTip.text() == "Wang Jianguo\n1991-11-20"
    QToolTip.hideText()


def test_rows_show_in_every_scheme_and_scale(results: ResultList, app: QApplication) -> None:
    low = results.visualRect(results.model().index(0, 0)).height()
    style.apply(app, "contrast", 2.0)
    QApplication.processEvents()
    assert results.visualRect(results.model().index(0, 0)).height() > 1.8 * low
    assert style.tokens().colours.accent_ground in colours(results, 0)


def test_a_list_that_fits_leaves_no_room_below_its_last_row(results: ResultList) -> None:
    results.fit(2)
    two = sum(results.sizeHintForRow(row) for row in (0, 1)) + 2 * results.frameWidth()
    assert results.sizeHint().height() == two
    results.apply(ROWS[:1])
    assert results.sizeHint().height() == results.sizeHintForRow(0) + 2 * results.frameWidth()


def test_a_row_is_found_by_what_it_stands_for(results: ResultList) -> None:
    assert results.select(3)
    assert results.current_row() == ROWS[2]
    assert not results.select(99)
    assert results.current_row() == ROWS[2]


def test_an_empty_list_says_what_to_do(results: ResultList) -> None:
    empty = EmptyState("users", "Type a name.")
    results.set_empty(empty)
    assert not empty.isVisible()
    results.apply([])
    assert empty.isVisible()


def test_what_stands_aside_gets_a_line_of_its_own_beside_a_long_name(results: ResultList) -> None:
    second = "female  ·  1970-03-04  ·  138****8003  ·  ****2231"
    short, crowded = (ResultRow(at, LONG, (), "x" * at, second) for at in (1, 30))
    results.apply([short, crowded])
    assert results.sizeHintForRow(1) > results.sizeHintForRow(0)


def test_a_title_without_a_second_line_keeps_off_what_stands_aside(results: ResultList) -> None:
    results.apply([ResultRow(at, "x" * at, (), "F2" * (at % 2)) for at in range(80)])
    least = results.sizeHintForRow(0)
    tall = [at for at in range(80) if results.sizeHintForRow(at) > least]
    beside, alone = (next(at for at in tall if at % 2 == odd) for odd in (1, 0))
    assert beside < alone
