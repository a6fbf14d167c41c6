"""A sign in the window's bars asks by itself, for whoever is signed in and may know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.changes import Changes
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.base_tab import Desk
from deskapp.ui.sign import Sign

LI = Actor(1, "李娜", frozenset({Role.OPERATOR}), "desk-1")
NOBODY = Actor(0, "", frozenset(), "desk-1")


class Tea(Sign):
    """A sign that tells whether there is tea."""

    subjects = frozenset({"tea"})
    permission = Permission.VISIT_READ

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.asked = 0
        self.away = False
        self.told: list[str] = []

    def question(self) -> Callable[..., Any]:
        return self._brew

    def take(self, answer: str) -> None:
        self.told.append(answer)
        self.show()

    def _brew(self, _actor: Actor) -> str:
        self.asked += 1
        if self.away:
            raise StorageError("storage.busy", Text("busy"))
        return "green"


@pytest.fixture
def who() -> list[Actor]:
    return [LI]


@pytest.fixture
def tea(desk: Desk, who: list[Actor]) -> Iterator[Tea]:
    def actor() -> Actor:
        return who[0]

    made = Tea(replace(desk, actor=actor))
    yield made
    made.deleteLater()


def test_it_asks_again_by_itself_and_when_its_subject_changed(tea: Tea) -> None:
    assert tea.isHidden()
    tea.ask()
    tea._timer.timeout.emit()
    tea._desk.hub.changed.emit(Changes.of("coffee"))
    tea._desk.hub.changed.emit(Changes.of("tea"))
    assert tea.told == ["green", "green", "green"]
    assert not tea.isHidden()


def test_a_fault_leaves_what_was_known(tea: Tea) -> None:
    tea.ask()
    tea.away = True
    tea.ask()
    assert tea.asked == 2
    assert tea.told == ["green"]
    assert not tea.isHidden()


@pytest.mark.parametrize("other", [NOBODY, replace(LI, roles=frozenset())])
def test_whoever_may_not_know_is_told_nothing_and_it_asks_no_more(
    tea: Tea, who: list[Actor], other: Actor
) -> None:
    tea.ask()
    who[0] = other
    tea.ask()
    assert tea.asked == 1
    assert tea.isHidden()
    assert not tea._timer.isActive()
