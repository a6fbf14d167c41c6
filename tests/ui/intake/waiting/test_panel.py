"""Beside the list: where somebody stands, and the sentences to say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.registration import SlipState
from deskapp.domain.waiting import Estimate, QueueAct, QueueEventView, Standing
from deskapp.i18n import translator
from deskapp.services.house import HouseRules
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.waiting.panel import apology, sentences, where
from tests.ui.intake.waiting.line import NOW, SURGERY, place
from tests.ui.intake.waiting.opened import Opened, opened, press, settle

__all__ = ["opened"]
CONTROL = Qt.KeyboardModifier.ControlModifier
AT_DOCTOR = {"queue": "doctor:7", "department_id": 2, "line": SURGERY, "doctor_id": 7, "doctor": "赵敏"}


def test_where_somebody_stands_names_what_is_unusual_only() -> None:
    told = where(place(1), translator("en"))
    assert told.splitlines()[0] == "Internal medicine · room N201"
    assert "slip" not in told
    unusual = place(
        1, slip=SlipState.ISSUED, from_yesterday=True, day=dt.date(2026, 11, 19), appointment_at=NOW
    )
    told = where(unusual, translator("en"))
    assert "slip: not printed" in told
    assert "number of 19 Nov 2026" in told
    assert "appointment at" in told


def test_what_is_said_follows_the_wait(desk: Desk) -> None:
    desk = replace(desk, services=SimpleNamespace(house=HouseRules()))
    assert "35 minutes" in sentences(place(3), desk)[0]
    assert "2 before you" in sentences(place(3), desk)[1]
    assert "very sorry" in sentences(place(3, apology_due=True), desk)[0]
    assert sentences(place(3, standing=Standing.WITH_DOCTOR), desk) == []
    assert "very sorry" in apology(place(1), desk)


def test_nobody_is_asked_to_wait_who_was_called_or_has_no_minute_to_wait(desk: Desk) -> None:
    desk = replace(desk, services=SimpleNamespace(house=HouseRules()))
    assert sentences(place(1, standing=Standing.CALLED, place=None), desk) == []
    called = place(1, standing=Standing.CALLED, place=None, apology_due=True)
    assert ["very sorry" in words for words in sentences(called, desk)] == [True]
    assert not any(" 0 " in words for words in sentences(place(1, estimate=Estimate(0, 0)), desk))


def test_whoever_waits_for_a_doctor_is_told_what_the_doctor_is_good_at(opened: Opened) -> None:
    page = opened(place(1, **AT_DOCTOR), place(2))
    page.table.select(1)
    assert any("experience with burns" in words for words in page.panel.say.told())
    page.table.select(2)
    assert not any("experience with" in words for words in page.panel.say.told()), "nobody in particular"


def test_the_panel_speaks_to_a_known_visitor_by_name_and_the_strip_above_all_does_not(opened: Opened) -> None:
    page = opened(place(1, apology_due=True), place(2, apology_due=True, name="", name_masked=""))
    page.table.select(1)
    assert page.panel.say.told()[0].startswith("王建国, I am very sorry")
    assert "王建国" not in page.notices.strips.by_name["apology"].words()
    page.table.select(2)
    assert page.panel.say.told()[0].startswith("Sir or madam")


def test_a_key_shows_how_to_calm_decline_and_step_away_and_again_the_person(opened: Opened) -> None:
    page = opened(place(1, **AT_DOCTOR))
    page.table.select(1)
    press(page, Qt.Key.Key_J, CONTROL)
    told = page.panel.library.told()
    assert page.panel.library.isVisible()
    assert not page.panel.say.isVisible()
    assert {"asking to wait", "calming", "declining", "leaving and coming back"} <= set(told)
    assert any("赵敏" in words for words in told), "as far as it is known of the person chosen"
    assert any("wait 35 minutes or so" in words for words in told)
    assert not any("before you" in words for words in told), "nobody is"
    assert any("an answer within a few minutes" in words for words in told), "not within those of the wait"
    assert page.key_actions["waiting.phrases"].text() == "Fewer phrases"
    press(page, Qt.Key.Key_J, CONTROL)
    assert page.panel.say.isVisible()
    assert not page.panel.library.isVisible()


def test_the_phrases_are_there_with_nobody_chosen_and_where_the_panel_is_folded_away(opened: Opened) -> None:
    page = opened(place(1))
    page.resize(900, 640)
    settle()
    page.share_room()
    assert page.panel.isHidden()
    press(page, Qt.Key.Key_J, CONTROL)
    assert page.panel.library.isVisible()
    assert "calming" in page.panel.library.told()


@pytest.mark.parametrize(
    ("acts", "told"),
    [
        ((QueueAct.JOINED, QueueAct.MOVED), "moved to Surgery · 赵敏"),
        ((QueueAct.MOVED, QueueAct.PARKED, QueueAct.UNDONE), "moved to another line"),
    ],
)
def test_the_last_move_says_where_to(opened: Opened, acts: tuple[QueueAct, ...], told: str) -> None:
    page = opened(place(1, **AT_DOCTOR))
    page.table.select(1)
    page.panel.show_history(1, [QueueEventView(at, act, NOW, "李娜") for at, act in enumerate(acts)])
    assert sum(told in words for words in page.panel.history.told()) == 1
    assert sum("moved" in words for words in page.panel.history.told()) == 1
