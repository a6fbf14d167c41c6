"""The introductions are filled with names; what somebody wrote about who took over stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.escorts import EscortView
from deskapp.domain.intake import VisitView
from deskapp.ui.intake.escort_box import EscortBox
from deskapp.ui.intake.known import known_of
from tests.support.front import Front

NOW = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
WAY = EscortView(1, 1, 5, "V", "单雄信", "B001", "李娜", 3, NOW, None, "", None, None, "李静", "B301", 4)


@pytest.fixture
def visit(front: Front) -> VisitView:
    front.arrive("shan")
    return replace(front.visit, doctor="李静", complaint="腿疼")


@pytest.fixture
def box(front: Front) -> EscortBox:
    return front.tab.visit_page.escort


def test_both_introductions_name_who_is_introduced(visit: VisitView, box: EscortBox) -> None:
    box.show_escort(visit, WAY, "fractures")
    doctor, visitor, _back = (words.text() for words in box.sentences)
    assert "Dr 李静" in doctor
    assert "fractures" in doctor
    assert "Mr 单雄信" in visitor
    assert "腿疼" in visitor


def test_a_long_complaint_and_an_unknown_visitor_are_left_to_the_stand_ins(visit: VisitView) -> None:
    known = known_of(replace(visit, complaint="疼" * 61, visitor=None))
    assert known.keys() == {"doctor"}


def test_another_way_prefills_the_doctor_and_the_same_keeps_what_was_written(
    visit: VisitView, box: EscortBox
) -> None:
    box.show_escort(visit, WAY)
    assert box.handed_to() == "李静"
    box.form.fill("handed_to", "小周")
    box.show_escort(visit, replace(WAY, away=5))
    assert box.handed_to() == "小周"
    box.begin()
    assert not box.isVisible()
    box.show_escort(visit, replace(WAY, id=2))
    assert box.handed_to() == "李静"


def test_after_the_hand_over_only_the_way_back_remains(visit: VisitView, box: EscortBox) -> None:
    box.show_escort(visit, replace(WAY, handed_at=NOW, handed_to="李静"))
    assert "Handed over to 李静" in box.title.text()
    assert [words.isVisible() for words in box.sentences] == [False, False, True]
    assert not box.form.isVisible()
    box.show_escort(visit, None)
    assert not box.isVisible()
