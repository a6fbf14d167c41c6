"""Reading figures: the newest of what arrived is shown, and nothing of what nobody wants any more."""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from deskapp.domain.statistics import PeriodKind, Span, Summary, before, chosen, period
from deskapp.i18n import translator
from deskapp.services.statistics import Setting, SoFar
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.overview.head import PeriodHead
from deskapp.ui.overview.loading import Loading, Reading
from deskapp.ui.tasks import Progress
from deskapp.ui.widgets.progress import ProgressStrip
from tests.domain.test_statistics_tables import DAY, NAMES, SUMMARY

TR = translator("en")
SETTING = Setting(NAMES, 30, dt.datetime.combine(DAY, dt.time(12)).astimezone())
PART, WHOLE = SoFar(SUMMARY, DAY, 1, 2), SoFar(SUMMARY, DAY, 2, 2)


@dataclass
class Asked:
    """A service that notes which days it was asked for, and answers nothing by itself."""

    spans: list[Span] = field(default_factory=list)

    def figures(self, _actor: object, span: Span, *_take: object, **_more: object) -> Summary:
        self.spans.append(span)
        return Summary()


@pytest.fixture
def asked(desk: Desk) -> Asked:
    made = Asked()
    desk.services.statistics = made
    return made


@pytest.fixture
def loading(desk: Desk, asked: Asked, qtbot: QtBot) -> Loading:
    page, head, strip = BaseView(desk), PeriodHead(TR, lambda: DAY), ProgressStrip(TR)
    for widget in (page, head, strip):
        qtbot.addWidget(widget)
    made = Loading(page, head, strip)
    made.begin(head.shown, SETTING)
    return made


def test_a_reading_shows_only_the_newest_part() -> None:
    shown: list[SoFar] = []
    taker = SimpleNamespace(take_figures=lambda _reading, so_far: shown.append(so_far))
    reading = Reading(taker, chosen(DAY, DAY), SETTING)  # type: ignore[arg-type]
    assert isinstance(reading.arrived, deque)
    reading.arrived.extend((PART, WHOLE))
    reading.progress(Progress(2, 2))
    reading.done(SUMMARY)
    assert shown == [WHOLE]


def test_the_period_before_is_read_once_all_are_there(loading: Loading, asked: Asked) -> None:
    reading = loading.reading
    assert reading is not None
    loading.take_figures(reading, PART)
    assert loading.earlier is None
    assert asked.spans == [reading.period.span]
    loading.take_figures(reading, WHOLE)
    assert asked.spans[1:] == [before(reading.period, SETTING.now).span]
    assert loading.earlier == Summary()


def test_what_is_whole_is_not_replaced_by_a_part_of_what_is_read_anew(loading: Loading) -> None:
    reading = loading.reading
    assert reading is not None
    for part in (WHOLE, PART):
        loading.take_figures(reading, part)
    assert loading.so_far is WHOLE


def test_figures_of_another_reading_are_dropped(loading: Loading) -> None:
    old = loading.reading
    assert old is not None
    loading.begin(old.period, SETTING)
    loading.take_figures(old, WHOLE)
    loading.take_earlier(old, SUMMARY)
    assert (loading.so_far, loading.earlier) == (None, None)


def test_days_that_nobody_wants_any_more_are_not_read(loading: Loading, asked: Asked) -> None:
    loading.begin(period(PeriodKind.YESTERDAY, DAY), SETTING)
    assert asked.spans == [period(PeriodKind.TODAY, DAY).span]
