"""Numbers for a power cut: reserved once, entered for the visit in front, told at the field."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.intake import PaperBlockView
from deskapp.services.base import new_request
from deskapp.ui.intake.paper_numbers import PaperNumbersDialog
from tests.support.front import Front, Opener

KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def leader(open_front: Opener) -> Front:
    """The window of somebody who may reserve numbers."""
    return open_front("zhou")


def opened(front: Front) -> PaperNumbersDialog:
    front.key(Qt.Key.Key_N, KEYS)
    return front.dialog(PaperNumbersDialog)


def blocks(front: Front) -> list[PaperBlockView]:
    return front.services.numbers.blocks(front.actor)


def reserve(dialog: PaperNumbersDialog, front: Front, size: int = 5) -> None:
    department = front.services.directory.departments(front.actor)[0]
    dialog.reserve.fill("department", department.id)
    dialog.reserve.fill("size", size)


def now() -> str:
    """Return the present time as it is typed."""
    return f"{dt.datetime.now().astimezone():%H:%M}"


def test_a_number_given_after_midnight_is_one_of_the_next_day(leader: Front) -> None:
    evening = dt.datetime.combine(leader.desk.today() - dt.timedelta(1), dt.time(23, 30)).astimezone()
    numbers = leader.services.numbers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "clock", lambda: evening.astimezone(dt.UTC))
        department = leader.services.directory.departments(leader.actor)[0]
        block = numbers.reserve_block(leader.actor, new_request(), department.id, None, 3).value
    visit = leader.arrive("shan")
    dialog = opened(leader)
    assert leader.desk.tr.date(block.day) in dialog._blocks.text()
    dialog.enter.fill("number", block.first)
    dialog.enter.focus("given_at")
    leader.type("00:00")
    leader.enter()
    number = leader.stored(visit.id).number
    assert number is not None
    assert number.day == block.day
    assert number.issued_at == evening.astimezone(dt.UTC) + dt.timedelta(minutes=30)


def test_a_block_is_reserved_once_even_if_enter_is_pressed_twice(leader: Front) -> None:
    dialog = opened(leader)
    reserve(dialog, leader)
    with leader.runner.held():
        dialog._reserve()
        dialog._reserve()
    assert [block.last - block.first + 1 for block in blocks(leader)] == [5]
    assert "5 not entered" in dialog._blocks.text()
    dialog.reject()


def test_a_number_given_on_paper_is_entered_for_the_visit_in_front(leader: Front) -> None:
    visit = leader.arrive("shan")
    dialog = opened(leader)
    reserve(dialog, leader)
    dialog._reserve()
    first = blocks(leader)[0].first
    dialog.enter.fill("number", first)
    dialog.enter.focus("given_at")
    leader.type(now())
    leader.enter()
    number = leader.stored(visit.id).number
    assert number is not None
    assert number.on_paper
    assert number.number == first


def test_what_cannot_be_is_said_at_the_field(leader: Front) -> None:
    leader.arrive("shan")
    dialog = opened(leader)
    reserve(dialog, leader, size=0)
    dialog._reserve()
    assert dialog.reserve.widget("size").property("invalid")
    reserve(dialog, leader)
    dialog._reserve()
    dialog.enter.fill("number", 999)
    dialog.enter.focus("given_at")
    leader.type(now())
    leader.enter()
    assert dialog.enter.widget("number").property("invalid")
    assert leader.stored().number is None
    dialog.reject()


def test_who_may_not_reserve_sees_no_way_to(front: Front) -> None:
    front.arrive("shan")
    dialog = opened(front)
    assert not dialog.reserve.isVisible()
    assert dialog.enter.isVisible()
    dialog.reject()
