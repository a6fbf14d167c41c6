"""When the waiting page asks: not while hidden, minutes by the clock, of many departments one at a time."""

from __future__ import annotations

from tests.ui.intake.waiting.line import place
from tests.ui.intake.waiting.opened import Opened, cells, labels, line_of, opened, settle

__all__ = ["opened"]


def test_a_hidden_page_asks_nothing_and_catches_up_when_it_is_seen(opened: Opened) -> None:
    page = opened(place(1))
    page.hide()
    asked = line_of(page).asked
    page.reading.clock.timeout.emit()
    page.look()
    assert line_of(page).asked == asked
    assert not page.reading.clock.isActive()
    line_of(page).rows = (place(1), place(2))
    page.show()
    settle()
    assert labels(page) == ["N001", "N002"]
    assert page.reading.clock.isActive()


def test_minutes_go_on_without_a_reset(opened: Opened) -> None:
    page = opened(place(1), place(2))
    resets: list[object] = []
    page.model.modelReset.connect(resets.clear)
    page.table.select(2)
    line_of(page).rows = (place(1, waited=11), place(2, waited=11))
    page.reading.clock.timeout.emit()
    assert cells(page)["waited"] == "11 min"
    assert resets == []
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.waited == 11


def test_of_many_departments_one_at_a_time_is_asked_for(opened: Opened) -> None:
    rows = tuple(place(number, department_id=number, queue=f"department:{number}") for number in range(1, 11))
    page = opened(*rows)
    assert page.reading.clock.interval() == 2000
    asked: list[object] = []
    view = line_of(page).view

    def noted(actor: object, department: int | None = None) -> object:
        asked.append(department)
        return view(actor, department)

    line_of(page).view = noted  # type: ignore[assignment,method-assign]
    for _ in range(10):
        page.reading.clock.timeout.emit()
        settle()
    assert sorted(asked, key=str) == sorted(range(1, 11), key=str)
    assert len(labels(page)) == 10


def test_rows_that_are_as_before_stay_the_same_objects(opened: Opened) -> None:
    page = opened(place(1), place(2))
    first = page.model.records[0]
    line_of(page).rows = (place(1), place(2, waited=11))
    page.look()
    assert page.model.records[0] is first
