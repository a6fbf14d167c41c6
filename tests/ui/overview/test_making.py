"""What the page shows is made in a worker, one after the other, and only what somebody still wants to see."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from deskapp.domain import statistics_tables
from deskapp.domain.statistics import Period, PeriodKind, Summary, period
from deskapp.i18n import translator
from deskapp.services.statistics import Setting, SoFar
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.overview.making import Asked, Board, Making, board_of
from deskapp.ui.tasks import TaskRunner
from tests.domain.test_statistics_tables import DAY, NAMES, SUMMARY
from tests.support.front import HeldRunner

SETTING = Setting(NAMES, 30, dt.datetime.combine(DAY, dt.time(12)).astimezone())
TODAY = period(PeriodKind.TODAY, DAY)


def asked(summary: Summary = SUMMARY, days: Period = TODAY) -> Asked:
    return Asked(days, SETTING, SoFar(summary, DAY, 1, 1), None, translator("en"))


def test_a_board_has_all_that_the_page_shows() -> None:
    board = board_of(asked())
    assert [tile.value for tile in board.tiles][:2] == [14, 4]
    assert set(board.charts) <= {table.name for table in board.tables}
    assert board.paper().tables == board.tables
    assert (board.paper().first, board.paper().target) == (DAY, 30)


def test_tables_are_made_outside_the_thread_of_the_window(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_in: list[threading.Thread] = []

    def noted(*args: Any) -> Any:
        made_in.append(threading.current_thread())
        return statistics_tables.tables(*args)

    monkeypatch.setattr("deskapp.ui.overview.making.tables", noted)
    runner = TaskRunner()
    page = BaseView(_with(desk, runner))
    qtbot.addWidget(page)
    making = Making(page)
    with qtbot.waitSignal(making.made):
        making.make(asked())
    assert threading.main_thread() not in made_in
    assert runner.drain()


def test_what_came_in_between_is_left_out(desk: Desk, qtbot: QtBot) -> None:
    runner = HeldRunner()
    page = BaseView(_with(desk, runner))
    qtbot.addWidget(page)
    making, boards = Making(page), list[Board]()
    making.made.connect(boards.append)
    every = [asked(Summary(days={DAY: count})) for count in range(4)]
    with runner.held():
        for one in every:
            making.make(one)
        assert making.is_busy
        assert len(runner.waiting) == 1
    assert [board.asked for board in boards] == [every[0], every[-1]]
    assert not making.is_busy


def _with(desk: Desk, runner: Any) -> Desk:
    return Desk(desk.language, runner, desk.hub, desk.messages, desk.keys, desk.services, desk.actor)
