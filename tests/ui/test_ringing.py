"""A sound at the desk: only where it is wanted, never in quiet hours, and never two at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject

from deskapp.domain.access import Actor
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.base_tab import Desk
from deskapp.ui.ringing import Ringer, is_quiet

LI = Actor(1, "李娜", frozenset(), "desk-1")


class Options:
    """What one workstation wants."""

    def __init__(self) -> None:
        self.found: dict[str, object] = {"ring.on": True, "voice.quiet": ""}
        self.asked: list[str] = []
        self.away = False

    def values(self, _actor: Actor, workstation: str) -> dict[str, object]:
        if self.away:
            raise StorageError("storage.away", Text("away"))
        self.asked.append(workstation)
        return self.found

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 11, 20, 12, 0).astimezone()


def li() -> Actor:
    return LI


@pytest.fixture
def options() -> Options:
    return Options()


@pytest.fixture
def sounds() -> list[int]:
    return []


@pytest.fixture
def ringer(desk: Desk, options: Options, sounds: list[int]) -> Iterator[Ringer]:
    def sound() -> None:
        sounds.append(1)

    parent = QObject()
    yield Ringer(replace(desk, services=SimpleNamespace(settings=options), actor=li), parent, sound)
    parent.deleteLater()


def test_it_rings_as_often_as_its_kind(ringer: Ringer, sounds: list[int], options: Options) -> None:
    ringer.ring("reassess")
    assert len(sounds) == 1
    for _ in range(4):
        ringer._once() if ringer._timer.isActive() else None
    assert len(sounds) == 3
    assert options.asked == ["desk-1"]


def test_a_second_ring_waits_for_nobody(ringer: Ringer, sounds: list[int]) -> None:
    ringer.ring("reassess")
    ringer.ring("reassess")
    assert len(sounds) == 1


@pytest.mark.parametrize("found", [{"ring.on": False}, {"ring.on": True, "voice.quiet": "11:00-13:00"}])
def test_where_nobody_wants_it_nothing_rings(
    ringer: Ringer, sounds: list[int], options: Options, found: dict[str, object]
) -> None:
    options.found = found
    ringer.ring("wait")
    assert sounds == []


def test_quiet_hours_do_not_silence_a_patient_who_has_to_be_looked_at(
    ringer: Ringer, sounds: list[int], options: Options
) -> None:
    options.found = {"ring.on": True, "voice.quiet": "11:00-13:00"}
    ringer.ring("reassess")
    assert sounds == [1]


def test_without_the_settings_nothing_rings_and_nothing_is_said(
    ringer: Ringer, sounds: list[int], options: Options
) -> None:
    options.away = True
    ringer.ring("wait")
    assert sounds == []


def test_a_kind_that_nobody_knows_is_a_mistake(ringer: Ringer) -> None:
    with pytest.raises(KeyError):
        ringer.ring("tea")


@pytest.mark.parametrize(
    ("hours", "now", "quiet"),
    [
        ("21:00-07:00", dt.time(23), True),
        ("21:00-07:00", dt.time(6, 59), True),
        ("21:00-07:00", dt.time(7), False),
        ("12:00-14:00", dt.time(13), True),
        ("12:00-14:00", dt.time(14), False),
        ("", dt.time(3), False),
        ("always", dt.time(3), False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours: str, now: dt.time, quiet: bool) -> None:
    assert is_quiet(hours, now) is quiet
