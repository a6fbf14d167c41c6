"""Items of the price list, their sum, and whether it is paid or waived."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from deskapp.domain.registration import Payment, Step
from deskapp.services.base import new_request
from deskapp.ui.intake.pay_box import PayBox
from tests.support.front import Front, Opener
from tests.support.hospital import signed_in

F7 = Qt.Key.Key_F7


def box(front: Front) -> PayBox:
    return front.tab.visit_page.pay


def price(front: Front) -> None:
    """Open somebody's visit at its price."""
    front.arrive("shan")
    front.key(F7)
    assert box(front).field.hasFocus()


def items(front: Front) -> list[str]:
    return [line.name.en for line in front.stored().charges]


def test_items_are_added_with_enter_and_summed(front: Front) -> None:
    price(front)
    front.type("xray")
    front.type(" ")
    box(front).field.clear()
    front.type("chest")
    front.enter()
    front.type("血")
    front.enter()
    assert items(front) == ["Chest X-ray", "Blood count"]
    assert "105.5" in box(front)._sum.text()


def test_prices_are_found_by_pinyin_and_what_is_not_there_is_said(front: Front) -> None:
    price(front)
    front.type("xue")
    assert [row.title for row in box(front).found.rows()] == ["Blood count"]
    front.type("zzz")
    assert not box(front).found.isVisible()
    assert "xuezzz" in box(front)._none.text()
    assert box(front)._none.isVisible()
    box(front).field.clear()
    assert not box(front)._none.isVisible()


def test_enter_faster_than_the_answer_adds_what_was_typed(front: Front) -> None:
    price(front)
    front.type("chest")
    front.enter()
    with front.runner.held():
        front.type("blood")
        front.enter()
    assert items(front) == ["Chest X-ray", "Blood count"]


def test_an_item_that_nobody_knows_adds_nothing(front: Front) -> None:
    price(front)
    front.type("chest")
    box(front).field.clear()
    front.type("zzz")
    front.enter()
    assert items(front) == []


def test_an_item_is_taken_off_again(front: Front) -> None:
    price(front)
    front.type("chest")
    front.enter()
    box(front).table.selectRow(0)
    box(front)._remove.click()
    front.settle()
    assert items(front) == []


def test_enter_on_the_empty_field_goes_to_the_payment(front: Front) -> None:
    price(front)
    front.enter()
    assert box(front).form.widget("payment").hasFocus()
    front.type("2")
    front.enter()
    stored = front.stored()
    assert stored.payment is Payment.PAID
    assert next(view.done for view in stored.steps if view.step is Step.PAY)


def test_waiving_needs_the_permission(front: Front) -> None:
    price(front)
    box(front).form.fill("payment", Payment.WAIVED)
    box(front).form.fill("payment_reason", "poor")
    box(front).store()
    front.settle()
    assert "not allowed" in front.bar()
    assert front.stored().payment is Payment.UNPAID
    assert box(front).form.value("payment_reason") == "poor"


def test_waiving_needs_a_reason_at_the_field(open_front: Opener) -> None:
    front = open_front("zhou")
    price(front)
    box(front).form.fill("payment", Payment.WAIVED)
    reason = box(front).form.widget("payment_reason")
    assert reason.isVisible()
    box(front).store()
    front.settle()
    assert reason.property("invalid")
    front.type("poor")
    front.enter()
    assert (front.stored().payment, front.stored().payment_reason) == (Payment.WAIVED, "poor")


def test_pressing_twice_records_once(front: Front) -> None:
    price(front)
    box(front).form.fill("payment", Payment.PAID)
    before = front.stored().version
    with front.runner.held():
        box(front).store()
        box(front).store()
    assert front.stored().version == before + 1


def test_what_another_desk_recorded_is_shown_while_nothing_is_typed(front: Front) -> None:
    price(front)
    done = front.services.visits.pay(front.actor, new_request(), front.visit.id, Payment.PAID)
    front.hub.post(done.changes)
    front.settle()
    assert box(front).form.value("payment") is Payment.PAID


@pytest.mark.parametrize("text", ["\u202eמשה", "👩‍⚕️", "x" * 10_000, "a\0b", "%_", "<b>"])
def test_hostile_searches_for_a_price_break_nothing(front: Front, text: str) -> None:
    price(front)
    box(front).field.setText(text)
    front.settle()
    front.enter()
    assert items(front) == []
    assert front.bar() == ""


def test_the_models_keep_their_promises(front: Front) -> None:
    price(front)
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    testers = [
        QAbstractItemModelTester(model, mode) for model in (box(front).lines, box(front).found.model())
    ]
    front.type("c")
    front.enter()
    front.type("b")
    front.enter()
    box(front).table.selectRow(0)
    box(front)._remove.click()
    front.settle()
    assert len(items(front)) == 1
    del testers


def test_an_item_is_taken_off_with_a_key(front: Front) -> None:
    price(front)
    front.type("chest")
    front.enter()
    box(front).table.setFocus()
    front.key(Qt.Key.Key_Delete)
    assert items(front) == []


def test_a_payment_recorded_can_be_undone(front: Front) -> None:
    price(front)
    front.enter()
    front.type("2")
    front.enter()
    assert front.last_action() == "Payment recorded"
    front.undo()
    stored = front.stored()
    assert stored.payment is Payment.UNPAID
    assert not next(view.done for view in stored.steps if view.step is Step.PAY)
    assert "Undone" in front.last_action()
    assert box(front).form.value("payment") is Payment.UNPAID


def test_undoing_puts_a_waived_price_back_with_its_reason(open_front: Opener) -> None:
    front = open_front("zhou")
    price(front)
    front.services.visits.pay(front.actor, new_request(), front.visit.id, Payment.WAIVED, "poor")
    front.tab.load_again()
    front.settle()
    box(front).form.fill("payment", Payment.PAID)
    box(front).store()
    front.settle()
    assert front.stored().payment is Payment.PAID
    front.undo()
    assert (front.stored().payment, front.stored().payment_reason) == (Payment.WAIVED, "poor")


def test_who_may_not_waive_is_not_offered_to_put_a_waived_price_back(front: Front) -> None:
    price(front)
    head = signed_in(front.services, "zhou")
    front.services.visits.pay(head, new_request(), front.visit.id, Payment.WAIVED, "poor")
    front.tab.load_again()
    front.settle()
    box(front).form.fill("payment", Payment.PAID)
    box(front).store()
    front.settle()
    assert front.last_action() == "Payment recorded"
    front.undo()
    assert front.stored().payment is Payment.PAID
    assert "not allowed" not in front.bar()


def test_control_enter_records_the_payment_from_the_search_too(front: Front) -> None:
    price(front)
    assert "Ctrl+Enter" in box(front)._record.text()
    box(front).form.fill("payment", Payment.PAID)
    assert box(front).field.hasFocus()
    front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert front.stored().payment is Payment.PAID


def test_what_is_left_unpaid_is_not_called_a_payment(front: Front) -> None:
    price(front)
    front.type("chest")
    front.enter()
    front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stored = front.stored()
    assert stored.payment is Payment.UNPAID
    assert stored.next_step is not None
    assert front.last_action() == "Noted as unpaid; this step stays open"


def test_a_payment_taken_back_says_so_and_can_be_undone(front: Front) -> None:
    price(front)
    front.services.visits.pay(front.actor, new_request(), front.visit.id, Payment.PAID)
    front.tab.load_again()
    front.settle()
    box(front).form.fill("payment", Payment.UNPAID)
    box(front).store()
    front.settle()
    assert front.last_action() == "Noted as unpaid; this step stays open"
    front.undo()
    assert front.stored().payment is Payment.PAID
    assert front.last_action() == "Undone: Noted as unpaid; this step stays open"


def test_a_waived_price_is_not_called_a_payment(open_front: Opener) -> None:
    front = open_front("zhou")
    price(front)
    box(front).form.fill("payment", Payment.WAIVED)
    box(front).form.fill("payment_reason", "poor")
    box(front).store()
    front.settle()
    assert front.last_action() == "Price waived"
