"""The parts of the overview: figures in words, tiles, the period, charts as data, rows for a file."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deskapp.domain.statistics import (
    Behind,
    HouseNames,
    PeriodKind,
    Span,
    Summary,
    WaitStep,
    chosen,
    period,
)
from deskapp.domain.statistics_tables import (
    Tile,
    Unit,
    by_day,
    by_hour,
    by_operator,
    by_source,
    by_wait,
    by_weekday_hour,
    tables,
    tiles,
)
from deskapp.i18n import translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.overview import said
from deskapp.ui.overview.answers import Sheet
from deskapp.ui.overview.behind import BehindPanel
from deskapp.ui.overview.boards import Tables, worth_a_chart
from deskapp.ui.overview.drawn import CHARTS, drawn
from deskapp.ui.overview.head import PeriodHead
from deskapp.ui.overview.saving import named, rows_of
from deskapp.ui.overview.tiles import Tiles
from tests.domain.test_statistics_tables import DAY, NAMES, SUMMARY
from tests.forms.reading import HEAD
from tests.forms.samples import OVERVIEW

TR = translator("en")


def tile(unit: Unit, value: float | None, earlier: float | None, better: int = 0) -> Tile:
    return Tile("x", "Visits", unit, value, earlier, better, Behind())


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (12345, Unit.COUNT, "12,345"),
        (7, Unit.MINUTES, "7 min"),
        (0.125, Unit.SHARE, "12.5 %"),
        (None, Unit.SHARE, "–"),
    ],
)
def test_figures_in_words(value: float | None, unit: Unit, words: str) -> None:
    assert said.figure(value, unit, TR) == words


@pytest.mark.parametrize(
    ("shown", "change", "verdict"),
    [
        (tile(Unit.COUNT, 15, 10), "+50 %", "more"),
        (tile(Unit.MINUTES, 8, 10, -1), "-2 min", "better"),
        (tile(Unit.SHARE, 0.1, 0.05, -1), "+5.0 points", "worse"),
        (tile(Unit.MINUTES, 8, 8, -1), "", "the same"),
        (tile(Unit.COUNT, 8, None), "", ""),
    ],
)
def test_changes_in_words(shown: Tile, change: str, verdict: str) -> None:
    assert (said.change(shown, TR), said.verdict(shown)) == (change, verdict)


def test_a_tile_shows_word_and_sign_of_a_change(app: QApplication) -> None:
    row = Tiles()
    row.show_tiles([tile(Unit.MINUTES, 8, 10, -1), tile(Unit.MINUTES, 8, 8, -1)], PeriodKind.WEEK, TR)
    assert [box.change.text() for box in row.boxes] == ["-2 min better", "the same"]
    assert row.boxes[0].against.text() == "week before 10 min"
    row.deleteLater()


def test_charts_say_each_piece() -> None:
    heat = drawn(by_weekday_hour(SUMMARY), TR)
    assert heat.cells[0].said == "Monday 08:00: visits 3"  # type: ignore[union-attr]
    assert heat.cells[0].key == Behind(weekday=0, hour=8)  # type: ignore[union-attr]
    for language, day in (("en", "16/11"), ("zh", "11/16"), ("mn", "11.16")):
        days = drawn(by_day(Summary(days={DAY: 3})), translator(language))
        assert days.bars[0].label == day  # type: ignore[union-attr]
    waits = drawn(by_wait(SUMMARY, 30), TR)
    assert waits.bars[0].values == (11.0, 0.0)  # type: ignore[union-attr]
    assert [bar.figure for bar in waits.bars if bar.figure] == ["11 min", "31 min"]  # type: ignore[union-attr]
    apart = drawn(by_wait(Summary(waits={WaitStep.TRIAGE: {2: 5, 9: 5}}), 30), TR)
    assert apart.bars[0].figure == "2 – 9 min"  # type: ignore[union-attr]
    sources = drawn(by_source(SUMMARY), TR)
    assert sources.bars[0].values == (2.0, 1.0)  # type: ignore[union-attr]
    assert sources.bars[0].said.startswith("friend or relative: New visitors 2")  # type: ignore[union-attr]


def test_every_chart_can_be_drawn_of_nothing() -> None:
    for table in tables(Summary(), HouseNames(), 30):
        if table.name in CHARTS:
            drawn(table, TR)
    assert worth_a_chart(by_hour(SUMMARY))
    assert not worth_a_chart(by_weekday_hour(Summary(hours={(0, 8): 3})))


def test_rows_for_a_file_have_every_figure_once() -> None:
    rows = rows_of(tiles(SUMMARY, None, 30), tables(SUMMARY, NAMES, 30), TR)
    assert ("Altogether", "Visits", "Value", 14, "visits") in rows
    assert ("Waits by step", "arrival to triage", "Median", 11, "minutes") in rows
    assert ("Departments", "Surgery", "In time", "33.3", "percent") in rows
    assert len({row[:3] for row in rows}) == len(rows)


def test_the_period_is_chosen(app: QApplication) -> None:
    head = PeriodHead(TR, lambda: DAY)
    head.retranslate(TR)
    heard: list[object] = []
    head.wanted.connect(heard.append)
    head.kind.setCurrentIndex(2)
    head.kind.activated.emit(2)
    assert heard == [period(PeriodKind.WEEK, DAY)]
    head.show_period(chosen(DAY, DAY + dt.timedelta(days=3)))
    head.take_days()
    assert heard[-1] == chosen(DAY, DAY + dt.timedelta(days=3))
    head.deleteLater()


def test_days_are_typed_over_and_an_error_cuts_nothing(qtbot: QtBot) -> None:
    head = PeriodHead(TR, lambda: DAY)
    qtbot.addWidget(head)
    head.retranslate(TR)
    head.wanted.connect(head.show_period)
    head.show()
    head.kind.setCurrentIndex(head.kind.count() - 1)
    head.kind.activated.emit(head.kind.count() - 1)
    first, last = head.form.widget("first"), head.form.widget("last")
    qtbot.keyClicks(first, "soon")
    assert first.text() == "soon"  # type: ignore[attr-defined]
    head.take_days()
    QApplication.processEvents()
    assert head.form.error("first")
    assert last.mapTo(head, QPoint()).y() == first.mapTo(head, QPoint()).y()


@pytest.mark.parametrize(
    ("path", "kind", "file"),
    [("a", "PNG (*.png)", "a.png"), ("a", "XLSX (*.xlsx)", "a.xlsx"), ("a.csv", "PNG (*.png)", "a.csv")],
)
def test_a_file_without_an_ending_gets_the_chosen_one(path: str, kind: str, file: str) -> None:
    assert named(path, kind).name == file


def test_tables_change_their_columns_with_the_hours(app: QApplication) -> None:
    shown = Tables()
    shown.show_tables([by_weekday_hour(SUMMARY)], TR)
    shown.show_tables([by_weekday_hour(Summary(hours={(0, 20): 1}))], TR)
    table = shown.current()
    assert table is not None
    assert table.model().columnCount() == 2
    shown.deleteLater()


@pytest.mark.usefixtures("app")
def test_enter_opens_the_line_or_the_figure_that_the_cursor_is_on() -> None:
    shown = Tables()
    shown.show_tables([by_operator(SUMMARY, NAMES)], TR)
    table = shown.current()
    assert table is not None
    opened: list[Behind] = []
    shown.opened.connect(opened.append)
    for column in (0, 2):
        table.setCurrentIndex(table.model().index(0, column))
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened == [Behind(operator=4), Behind(numbered_by=4)]
    shown.deleteLater()


def test_headings_that_begin_with_a_digit_are_translated_too() -> None:
    tr = translator("mn")
    heads = by_wait(SUMMARY, 30).headings
    assert said.heading(heads[1], tr) == tr("90 % within") != "90 % within"
    assert said.heading(by_weekday_hour(SUMMARY).headings[0], tr) == "08:00"


def test_the_panel_says_how_many_there_are(desk: Desk) -> None:
    panel = BehindPanel(desk.tr)
    panel.retranslate(desk.tr)
    panel.begin(Behind())
    assert not panel.more.isEnabled()
    assert panel.records == ()
    assert Span(DAY, DAY).days == 1
    panel.deleteLater()


def test_the_paper_is_drawn_in_any_language() -> None:
    sheet = Sheet(OVERVIEW, HEAD)
    assert sheet.draw("A4", "mn").startswith(b"%PDF")
