"""How well an entry answers what was typed, and what is shown first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deskapp.domain.directory import Kind, Standing
from deskapp.domain.finding import A_GROUP, Entry, Found, Group, as_keys, best, grade, occurs
from deskapp.domain.text import Words

CASHIER = Entry(
    *(Kind.PLACE, 1, "cashier", Words("收费处", "Cashier", "Касс")),
    texts=("cashier", "收费处", "касс"),
    more=("101", "8001"),
    keys=as_keys({"shoufeichu", "sfc"}),
)


def spells(typed: str) -> Callable[[str], bool]:
    def answer(keys: str) -> bool:
        return f"\n{typed}" in keys

    return answer


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", 2),
        ("cashier", 0),
        ("收费处", 0),
        ("收费", 1),
        ("费", 2),
        ("sfc", 3),
        ("8001", 4),
        ("cashier 101", 4),
        ("pharmacy", None),
    ],
)
def test_the_better_the_answer_the_lower_the_grade(typed: str, expected: int | None) -> None:
    assert grade(typed.split(), CASHIER, spells(typed or "?")) == expected


def found(group: Group, record: int, grade: int = 2, standing: Standing = Standing.VALID) -> Found:
    return Found(group, record, str(record), grade=grade, standing=standing)


def test_the_group_with_the_best_answer_comes_first_and_groups_stay_together() -> None:
    price, doctor = found(Group.PRICE, 1, 2), found(Group.DOCTOR, 2, 3)
    exact = found(Group.PRICE, 3, 0)
    assert best([doctor, price, exact]) == [exact, price, doctor]


def test_no_group_fills_the_list_while_there_are_others() -> None:
    many = [found(Group.PRICE, record) for record in range(30)]
    assert len(best(many)) == 30
    assert len(best([*many, found(Group.DOCTOR, 99)])) == A_GROUP + 1


def test_what_is_over_stands_behind() -> None:
    over, valid = found(Group.PRICE, 1, 0, Standing.OVER), found(Group.PRICE, 2, 3)
    assert best([over, valid]) == [valid, over]


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("li", "police", False),
        ("li", "li jing", True),
        ("ct", "头部ct平扫", True),
        ("ct", "fact ct", True),
        ("pol", "metropolis", True),
        ("8", "b308", True),
        ("费", "收费处", True),
    ],
)
def test_two_letters_are_looked_for_where_a_word_begins(word: str, text: str, expected: bool) -> None:
    assert occurs(word, text) is expected
