"""The table is driven by keys, fits its columns, cuts no name and says what to do when it is empty."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from math import ceil

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QHelpEvent, QHoverEvent
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from deskapp.i18n import Translator, translator
from deskapp.ui import style
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import KeptDelegate, RecordTable

LONG = "Ганбаатарын Өлзийхутагбаяр Жамъянжавын Мөнх-Эрдэнэ"


@dataclass(frozen=True)
class Visit:
    """A row."""

    id: int
    name: str = "王建国"


def number_of(visit: Visit, tr: Translator) -> str:
    return f"A{visit.id:03}"


def name_of(visit: Visit, tr: Translator) -> str:
    return visit.name


def key(visit: Visit) -> int:
    return visit.id


COLUMNS: tuple[Column[Visit], ...] = (
    Column("number", "Number", number_of, sort=key, width=80, number=True),
    Column("name", "Name", name_of, width=150, stretch=1, wrap=True),
)


@pytest.fixture
def table(app: QApplication, qtbot: QtBot) -> RecordTable:
    model: RecordTableModel[Visit] = RecordTableModel(COLUMNS, translator("en"))
    model.apply([Visit(number) for number in range(1, 6)])
    made = RecordTable(model)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(400, 300)
    with qtbot.waitActive(made):
        made.show()
    return made


def model_of(table: RecordTable) -> RecordTableModel[Visit]:
    model = table.model()
    assert isinstance(model, RecordTableModel)
    return model


def test_enter_and_a_double_click_choose(table: RecordTable, qtbot: QtBot) -> None:
    assert table.select(3)
    with qtbot.waitSignal(table.chosen) as chosen:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert chosen.args == [Visit(3)]
    place = table.visualRect(model_of(table).index(1, 1)).center()
    with qtbot.waitSignal(table.chosen) as chosen:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [Visit(2)]


def test_moving_tells_where_the_cursor_is(table: RecordTable, qtbot: QtBot) -> None:
    table.select(1)
    with qtbot.waitSignal(table.current) as current:
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert current.args == [Visit(2)]
    assert table.current_record() == Visit(2)


def test_the_cursor_stays_on_its_record_when_the_list_changes(table: RecordTable) -> None:
    table.select(3)
    model_of(table).apply([Visit(9), Visit(8), Visit(3, "李"), Visit(1)])
    assert table.current_record() == Visit(3, "李")
    assert not table.select(77)


def test_a_click_on_the_title_sorts(table: RecordTable, qtbot: QtBot) -> None:
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(0) + 5, header.height() // 2)
    for _ in range(2):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [visit.id for visit in model_of(table).records] == [5, 4, 3, 2, 1]


def test_the_columns_fill_the_width_and_no_scroll_bar_is_needed(table: RecordTable) -> None:
    for width in (240, 400, 900):
        table.resize(width, 300)
        QApplication.processEvents()
        assert table.columnWidth(0) == 80
        assert table.columnWidth(0) + table.columnWidth(1) == table.viewport().width()
        assert not table.horizontalScrollBar().isVisible()


def test_a_long_name_takes_more_lines_rather_than_an_ellipsis(table: RecordTable, qtbot: QtBot) -> None:
    low = table.rowHeight(0)
    table.resize(260, 300)
    model_of(table).apply([Visit(1), Visit(2, LONG)])
    qtbot.waitUntil(lambda: table.rowHeight(1) > low)
    assert table.rowHeight(0) == low
    table.resize(900, 300)
    qtbot.waitUntil(lambda: table.rowHeight(1) == low)


def test_a_column_without_room_leaves_its_room_to_the_others(table: RecordTable) -> None:
    table.show_columns({"name"})
    assert table.isColumnHidden(0)
    assert table.columnWidth(1) == table.viewport().width()
    table.show_columns({"number", "name"})
    assert table.columnWidth(0) + table.columnWidth(1) == table.viewport().width()


def test_rows_that_come_into_sight_because_others_became_lower_are_measured_too(
    table: RecordTable, qtbot: QtBot
) -> None:
    low = table.rowHeight(0)
    model_of(table).apply([Visit(number) for number in range(1, 41)])
    for row in range(40):
        table.setRowHeight(row, 3 * low)
    table.resize(900, 300)

    def in_sight() -> set[int]:
        return {table.rowHeight(row) for row in range(table.rowAt(table.viewport().height() - 1) + 1)}

    qtbot.waitUntil(lambda: in_sight() == {low})


def title_room(table: RecordTable, column: int) -> int:
    """Return the room beside a column's title, in pixels; less than none cuts it."""
    across = table.horizontalHeader()
    title = str(model_of(table).headerData(column, Qt.Orientation.Horizontal))
    return (
        table.columnWidth(column)
        - ceil(QFontMetricsF(across.font()).horizontalAdvance(title))
        - 2 * style.tokens().sizes.gap
    )


TITLED: tuple[Column[Visit], ...] = (
    Column("number", "Registered under the number", number_of, width=40),
    Column("name", "Name", name_of, width=150, stretch=1),
    Column("again", "Who came with the visitor", name_of, width=100, stretch=1),
)


@pytest.fixture
def titled(app: QApplication, qtbot: QtBot) -> RecordTable:
    model: RecordTableModel[Visit] = RecordTableModel(TITLED, translator("en"))
    made = RecordTable(model)
    model.setParent(made)
    qtbot.addWidget(made)
    made.show()
    return made


def test_no_title_is_cut_while_there_is_room_for_all(titled: RecordTable) -> None:
    least = sum(titled.columnWidth(at) - title_room(titled, at) for at in range(3))
    for spare in (0, 60, 500):
        titled.resize(least + spare + titled.width() - titled.viewport().width(), 300)
        QApplication.processEvents()
        assert min(title_room(titled, at) for at in range(3)) >= 0
        assert sum(titled.columnWidth(at) for at in range(3)) <= titled.viewport().width()


def test_a_list_that_says_what_it_is_shows_no_titles_where_they_would_be_cut(titled: RecordTable) -> None:
    titled.resize(200, 300)
    assert titled.horizontalHeader().isVisible()
    titled.spare_titles()
    assert not titled.horizontalHeader().isVisible()
    titled.resize(900, 300)
    QApplication.processEvents()
    assert titled.horizontalHeader().isVisible()


def test_titles_get_their_room_in_the_language_that_is_chosen_later(titled: RecordTable) -> None:
    titled.resize(900, 300)
    model_of(titled).retranslate(translator("mn"))
    before = titled.columnWidth(0)
    model_of(titled).columns = (replace(TITLED[0], title="No."), *TITLED[1:])
    model_of(titled).retranslate(translator("en"))
    assert titled.columnWidth(0) < before


def test_the_cursor_stays_in_sight_when_rows_above_it_need_more_lines(table: RecordTable) -> None:
    long = "Гантөмөрийн Энхжаргал Батмөнхийн"
    table.resize(240, 300)
    model_of(table).apply([Visit(number, long) for number in range(1, 40)])
    table.select(39)
    for _ in range(6):
        QApplication.processEvents()
    index = model_of(table).index(38, 0)
    assert table.viewport().rect().contains(table.visualRect(index).center())
    assert table.visualRect(index).bottom() <= table.viewport().rect().bottom()


def test_an_icon_takes_its_room_from_the_words_beside_it(app: QApplication, qtbot: QtBot) -> None:
    words = "Ann Lee"
    just = QFontMetrics(app.font()).horizontalAdvance(words) + 4 * style.tokens().sizes.gap
    plain = Column("name", "Name", lambda _visit, _tr: words, width=just, wrap=True)
    heights = []
    icons = (lambda _visit: "user", lambda _visit: "")
    for column in (plain, *(replace(plain, icon=icon) for icon in icons)):
        model: RecordTableModel[Visit] = RecordTableModel([column], translator("en"))
        model.apply([Visit(1)])
        made = RecordTable(model)
        model.setParent(made)
        qtbot.addWidget(made)
        made.show()
        QApplication.processEvents()
        heights.append(made.rowHeight(0))
    assert heights[0] < heights[1]
    assert heights[0] == heights[2], "a row without its icon"


def test_a_cut_text_is_told_on_hover_and_a_whole_one_is_not(table: RecordTable, qtbot: QtBot) -> None:
    def hover(row: int) -> str:
        QToolTip.hideText()
        place = table.visualRect(model_of(table).index(row, 1)).center()
        event = QHelpEvent(QEvent.Type.ToolTip, place, table.viewport().mapToGlobal(place))
        QApplication.sendEvent(table.viewport(), event)
        return QToolTip.text() if QToolTip.isVisible() else ""

    table.resize(150, 300)
    model_of(table).apply([Visit(1, "王"), Visit(2, LONG)])
    QApplication.processEvents()
    assert hover(1) == LONG
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    assert hover(0) == ""


def test_an_empty_table_says_what_to_do(table: RecordTable) -> None:
    empty = EmptyState("inbox", "No visit yet. F2 registers one.")
    table.set_empty(empty)
    assert not empty.isVisible()
    model_of(table).apply([])
    assert empty.isVisible()
    assert empty.size() == table.viewport().size()
    model_of(table).apply([Visit(1)])
    assert not empty.isVisible()


def test_it_does_not_edit_and_selects_whole_rows(table: RecordTable) -> None:
    table.select(2)
    assert len(table.selectionModel().selectedIndexes()) == len(COLUMNS)
    assert table.editTriggers() == table.EditTrigger.NoEditTriggers


def test_ten_thousand_rows_are_no_burden(table: RecordTable) -> None:
    many = [Visit(number) for number in range(10_000)]
    before = time.perf_counter()
    model_of(table).apply(many)
    QApplication.processEvents()
    model_of(table).apply([*many[:500], Visit(99_999), *many[500:]])
    QApplication.processEvents()
    assert time.perf_counter() - before < 1


def test_rows_grow_with_the_scale(table: RecordTable, app: QApplication) -> None:
    low = table.verticalHeader().defaultSectionSize()
    style.apply(app, "light", 2.0)
    assert table.verticalHeader().defaultSectionSize() == pytest.approx(2 * low, abs=4)
    assert table.columnWidth(0) == 160


def test_a_cell_that_is_kept_looks_as_one_that_is_drawn(table: RecordTable) -> None:
    table.select(2)
    QApplication.processEvents()
    drawn = table.viewport().grab().toImage()
    table.setItemDelegate(KeptDelegate(table))
    first, again = (table.viewport().grab().toImage() for _ in range(2))
    assert first == again == drawn


def test_what_is_kept_follows_its_record_and_the_colours(table: RecordTable, app: QApplication) -> None:
    delegate = KeptDelegate(table)
    table.setItemDelegate(delegate)
    before = table.viewport().grab().toImage()
    table._model.apply([Visit(number, "李娜") for number in range(1, 6)])
    QApplication.processEvents()
    renamed = table.viewport().grab().toImage()
    assert renamed != before
    style.apply(app, "dark", language="zh")
    QApplication.processEvents()
    assert table.viewport().grab().toImage() != renamed


def test_no_more_cells_are_kept_than_a_list_that_is_scrolled_needs(
    table: RecordTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    delegate = KeptDelegate(table)
    monkeypatch.setattr(delegate, "MOST", 3, raising=False)
    table.setItemDelegate(delegate)
    table.viewport().grab()
    assert 0 < len(delegate._kept) <= 3


def test_a_line_that_is_broken_by_hand_has_its_height(table: RecordTable) -> None:
    table._model.apply([Visit(1, "内科\n12"), Visit(2)])
    table._on_heighten()
    assert table.rowHeight(0) > table.rowHeight(1)


def test_a_column_that_does_not_wrap_is_cut_at_its_edge_and_not_at_a_word(
    app: QApplication, qtbot: QtBot
) -> None:
    columns = (Column("second", "About", name_of, width=150), *COLUMNS[1:])
    model: RecordTableModel[Visit] = RecordTableModel(columns, translator("en"))
    model.apply([Visit(1, "MM MMMMMMMMMMMMMMMMMMMM")])
    made = RecordTable(model)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    cell = made.visualRect(model.index(0, 0))
    drawn = made.viewport().grab(cell).toImage()
    ground = drawn.pixelColor(drawn.width() - 2, 1)
    inked = [
        x
        for x in range(drawn.width())
        if any(drawn.pixelColor(x, y) != ground for y in range(2, drawn.height() - 2))
    ]
    assert inked[-1] > drawn.width() * 3 // 4


def drawn_lines(table: RecordTable, row: int, column: int) -> int:
    return (
        1
        + (table.rowHeight(row) - table.verticalHeader().defaultSectionSize())
        // QFontMetrics(table.font()).lineSpacing()
    )


@pytest.mark.parametrize("word", ["Gastroenterology", "боловсруулах"])
def test_a_word_that_is_wider_than_its_column_is_divided_not_cut(table: RecordTable, word: str) -> None:
    model = table.model()
    assert isinstance(model, RecordTableModel)
    table.setFixedWidth(80 + table.fontMetrics().horizontalAdvance(word))
    model.apply([Visit(1, word), Visit(2, "王建国")])
    QApplication.processEvents()
    assert drawn_lines(table, 0, 1) == 2
    assert drawn_lines(table, 1, 1) == 1
    option = QStyleOptionViewItem()
    table.itemDelegate().initStyleOption(option, model.index(0, 1))  # type: ignore[attr-defined]
    assert option.text.replace("\u00ad", "") == word
    assert option.text.count("\u00ad") >= 2
    assert model.index(0, 1).data() == word, "who reads it aloud or copies it gets the word"


def hover_over(table: RecordTable, row: int, column: int) -> None:
    at = table.visualRect(table.model().index(row, column)).center()
    where = QPointF(at)
    moved = QHoverEvent(QEvent.Type.HoverMove, where, QPointF(table.viewport().mapToGlobal(at)), where)
    QApplication.sendEvent(table.viewport(), moved)


def shaded(table: RecordTable) -> list[tuple[int, int]]:
    """Return the cells whose ground is not that of a row left alone, as they are drawn."""
    table.repaint()
    drawn = table.viewport().grab().toImage()
    scale = drawn.devicePixelRatio()

    def ground(row: int, column: int) -> str:
        corner = table.visualRect(table.model().index(row, column)).topLeft() + QPoint(2, 2)
        return drawn.pixelColor(corner * scale).name()

    rows, columns = range(table.model().rowCount()), range(table.model().columnCount())
    plain = ground(rows[-1], 0)
    return [(row, column) for row in rows for column in columns if ground(row, column) != plain]


@pytest.mark.parametrize("keeps", [False, True])
def test_the_whole_row_under_the_mouse_is_shaded_and_the_chosen_one_is_left_alone(
    table: RecordTable, *, keeps: bool
) -> None:
    if keeps:
        table.setItemDelegate(KeptDelegate(table))
    hover_over(table, 1, 1)
    assert shaded(table) == [(1, 0), (1, 1)]
    hover_over(table, 2, 0)
    assert shaded(table) == [(2, 0), (2, 1)]
    table.select(3)
    chosen = table.viewport().grab().toImage()
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))
    assert table.viewport().grab().toImage() == chosen, "the mouse changes nothing where the row is chosen"


def test_rows_that_go_on_under_the_mouse_change_what_is_shaded(table: RecordTable) -> None:
    model = table.model()
    assert isinstance(model, RecordTableModel)
    hover_over(table, 3, 0)
    model.apply([Visit(number) for number in range(1, 3)])
    assert shaded(table) == []
    assert table.hovered == -1
