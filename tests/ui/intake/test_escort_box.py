"""The introductions are filled with names; what somebody wrote about who took over stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from deskapp.domain.escorts import EscortView
from deskapp.domain.intake import VisitView
from deskapp.ui import style
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


@pytest.mark.parametrize(("width", "height", "scale"), [(1366, 700, 1.25), (1920, 1080, 2.0)])
def test_what_is_to_be_said_is_not_squeezed_below_both_strips(
    visit: VisitView, box: EscortBox, front: Front, app: QApplication, width: int, height: int, scale: float
) -> None:
    style.apply(app, "light", scale, language="mn")
    front.language.set("mn")
    front.window.resize(width, height)
    front.tab.taking.strip.say("3 coming")
    front.tab.escorting.strip.say("You are away")
    box.show_escort(visit, WAY, "fractures")
    front.settle()
    said = [words for words in (box.title, *box.sentences) if words.isVisible()]
    assert len(said) == 4
    assert all(words.height() >= words.heightForWidth(words.width()) for words in said)
    below = max(words.mapTo(box.room.widget(), words.rect().bottomLeft()).y() for words in said)
    assert box.form.mapTo(box.room.widget(), box.form.rect().topLeft()).y() > below
    if scale < 2:
        # All of it is seen: the steps have given their room.
        assert box.room.verticalScrollBar().maximum() == 0
        assert not front.tab.visit_page.steps.isVisible()
    box.begin()
    front.settle()
    assert front.tab.visit_page.steps.isVisible()
