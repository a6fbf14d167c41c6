"""What of the line is shown: parts of it put in their place, departments that changes concern, what is due."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deskapp.domain.changes import Changes
from deskapp.domain.text import Text
from deskapp.domain.waiting import QueueAct, QueueEventView, Standing, WaitingRow, WaitingView
from deskapp.ui.intake.waiting import shown
from tests.ui.intake.waiting.line import NOW, SURGERY, Line, place, sums

SURGERY_LINE = {"queue": "doctor:7", "department_id": 2, "line": SURGERY, "doctor": "赵敏"}
LAST = {"queue": "department:3", "department_id": 3}


def page() -> tuple[WaitingRow, ...]:
    return (place(1), place(2), place(3, **SURGERY_LINE), place(4, **SURGERY_LINE), place(5, **LAST))


def answer(*rows: WaitingRow) -> shown.Answer:
    return shown.ask(Line(*rows), "", None)


class Asked:
    """A service that answers for one department, and remembers which were asked for."""

    def __init__(self, *rows: WaitingRow) -> None:
        self.rows = rows
        self.departments: list[Any] = []
        self.last = QueueAct.MOVED

    def view(self, _actor: Any, department: int | None = None) -> WaitingView:
        self.departments.append(department)
        rows = tuple(row for row in self.rows if department in (None, row.department_id))
        return WaitingView(rows, sums(rows), ())

    def history(self, _actor: Any, _entry_id: int) -> list[QueueEventView]:
        return [QueueEventView(1, self.last, NOW, "李娜")]


def test_equal_rows_stay_the_same_objects() -> None:
    before = answer(*page())
    now = shown.ask(Line(*page()[:4], place(5, **LAST, waited=11)), "", before)
    same = [one is other for one, other in zip(before.view.rows, now.view.rows, strict=True)]
    assert same == [True, True, True, True, False]


def test_one_department_is_put_in_its_place() -> None:
    before = answer(*page())
    rows = list(page())
    rows[2:4] = [place(4, **SURGERY_LINE), place(3, **SURGERY_LINE, calls=1, standing=Standing.CALLED)]
    asked = Asked(*rows)
    now = shown.ask_some(asked, "", before, shown.Part({2}, {3}))
    assert asked.departments == [2]
    assert [row.id for row in now.view.rows] == [1, 2, 4, 3, 5]
    assert now.by_id[3].standing is Standing.CALLED
    assert [line.queue for line in now.view.lines] == ["department:1", "doctor:7", "department:3"]
    assert now.view.lines[1].waiting == 1


def test_parts_put_together_are_the_whole() -> None:
    before = answer(*page())
    rows = (place(1, waited=12), place(2), place(3, **SURGERY_LINE, urgency=2), place(4, **SURGERY_LINE))
    rows = (*rows, place(5, **LAST, calls=1))
    asked = Asked(*rows)
    now = shown.ask_some(asked, "", before, shown.Part({1, 2, 3}, {1, 3, 5}))
    assert now.view == asked.view("")


def test_a_place_that_is_not_where_it_was_makes_all_be_asked_for() -> None:
    before = answer(*page())
    asked = Asked(*(row for row in page() if row.id != 3), place(3, **LAST))
    now = shown.ask_some(asked, "", before, shown.Part({2}, {3}))
    assert asked.departments == [2, None]
    assert now.by_id[3].department_id == 3


def test_a_place_that_has_ended_is_missed_by_nobody() -> None:
    before = answer(*page())
    asked = Asked(*(row for row in page() if row.id != 3))
    asked.last = QueueAct.FINISHED
    now = shown.ask_some(asked, "", before, shown.Part({2}, {3}))
    assert asked.departments == [2]
    assert 3 not in now.by_id


def test_a_line_that_nobody_knew_makes_all_be_asked_for() -> None:
    before = answer(*page())
    new = place(6, queue="doctor:8", department_id=2, line=SURGERY, doctor="钱多")
    asked = Asked(*page(), new)
    now = shown.ask_some(asked, "", before, shown.Part({2}, set()))
    assert asked.departments == [2, None]
    assert 6 in now.by_id


def test_a_line_that_is_empty_now_is_not_shown_any_more() -> None:
    before = answer(*page())
    now = shown.ask_some(Asked(*page()[:4]), "", before, shown.Part({3}, set()))
    assert [line.queue for line in now.view.lines] == ["department:1", "doctor:7"]


@pytest.mark.parametrize(
    ("changes", "departments"),
    [
        (Changes.of("queue", 3), {2}),
        (Changes.of("queue", 3) | Changes.of("visit", 1003), {2}),
        (Changes.of("visit", 1001), {1}),
        (Changes.of("number", 5), {3}),
        (Changes.of("visit", 77) | Changes.of("number", 77), set()),
        (Changes.of("queue", 99), None),
        (Changes.of("queue"), None),
        (Changes.of("doctor", 7), None),
        (Changes(), None),
    ],
)
def test_changes_concern_the_departments_of_their_places(
    changes: Changes, departments: set[int] | None
) -> None:
    found = shown.touched_departments(changes, answer(*page()))
    assert found == (None if departments is None else frozenset(departments))


def test_what_is_due_stands_in_the_order_in_which_it_presses() -> None:
    stuck = Text("off duty")
    due = answer(
        place(1, apology_due=True, waited=20),
        place(2, apology_due=True, waited=40, standing=Standing.PARKED),
        place(3, reassess_due=True, urgency=4, waited=90),
        place(4, reassess_due=True, urgency=3, waited=31),
        place(5, obstacle=stuck),
        place(6, apology_due=True, standing=Standing.WITH_DOCTOR),
    ).due
    assert [row.id for row in due.apologies] == [2, 1]
    assert [row.id for row in due.reassessments] == [4, 3]
    assert [[row.id for row in rows] for rows in due.stuck] == [[5]]


def test_who_is_called_next_is_of_the_line_shown_then_of_the_place_chosen_then_of_the_first_that_waits() -> (
    None
):
    view = answer(place(1, standing=Standing.CALLED), place(3, **SURGERY_LINE), place(5, **LAST)).view
    assert shown.next_line(view, "department:3", view.rows[0]) == "department:3"
    assert shown.next_line(view, shown.ALL, view.rows[2]) == "department:3"
    assert shown.next_line(view, shown.ALL, None) == "doctor:7"
    assert shown.next_line(answer().view, shown.ALL, None) == ""


def test_lines_in_which_nobody_is_are_left_out_but_for_the_one_that_is_looked_at() -> None:
    view = answer(*page()).view
    empty = replace(view.lines[1], waiting=0, with_doctor=0)
    view = replace(view, lines=(view.lines[0], empty, view.lines[2]))
    assert [item.id for item in shown.line_items(view, 15)] == ["", "department:1", "department:3"]
    kept = [item.id for item in shown.line_items(view, 15, "doctor:7")]
    assert kept == ["", "department:1", "doctor:7", "department:3"]


def test_a_department_with_several_lines_is_one_entry_before_them() -> None:
    rows = (
        place(1),
        place(2, queue="department:2", department_id=2, line=SURGERY, waited=50),
        place(3, queue="doctor:7", doctor="孙丽", waited=40),
    )
    view = WaitingView(rows, sums(rows), ())
    items = shown.line_items(view, 45)
    heading = shown.heading(1)
    assert [item.id for item in items] == ["", heading, "department:1", "doctor:7", "department:2"]
    assert (items[1].waiting, items[1].longest, items[1].late) == (2, 40, False)
    assert [row.id for row in shown.chosen(view, heading)] == [1, 3]
    fewer = WaitingView(rows[:2], sums(rows[:2]), ())
    assert heading not in [item.id for item in shown.line_items(fewer, 45)]
    assert heading in [item.id for item in shown.line_items(fewer, 45, heading)], "somebody looks at it"


def test_of_a_department_somebody_is_called_only_where_it_is_clear_from_which_line() -> None:
    rows = (
        place(1),
        place(3, queue="doctor:7", doctor="孙丽"),
        place(4, queue="department:2", department_id=2),
    )
    view = WaitingView(rows, sums(rows), ())
    assert shown.next_line(view, shown.heading(1), None) == ""
    assert shown.next_line(view, shown.heading(1), rows[1]) == "doctor:7"
    assert shown.next_line(view, shown.heading(2), None) == "department:2"
