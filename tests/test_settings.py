"""Declared options: what is asked at first start, whose figures they are, nothing twice."""

from __future__ import annotations

import msgspec
import pytest

from deskapp import settings
from deskapp.settings import OPTIONS, Deductions, Option, Scope, printer_option


def test_every_declared_option_is_in_the_list_once() -> None:
    declared = [value for value in vars(settings).values() if isinstance(value, Option)]
    assert {option.name for option in declared} == set(OPTIONS)
    assert len(declared) == len(OPTIONS)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_default_survives_being_stored(name: str) -> None:
    default = OPTIONS[name].default
    found = msgspec.json.decode(msgspec.json.encode(default))
    assert (found, type(found)) == (default, type(default))


def test_only_the_regulations_figures_are_shown_as_such() -> None:
    assert {name for name, option in OPTIONS.items() if option.regulation} == {
        "door.guides",
        "retention.years",
    }
    assert OPTIONS["door.guides"].default == 2
    assert OPTIONS["retention.years"].default == 15


def test_the_products_own_figures() -> None:
    assert OPTIONS["lock.minutes"].default == 5
    assert OPTIONS["wait.apology-minutes"].default == 15
    assert Deductions(OPTIONS["conduct.deductions"].default) is Deductions.POINTS


def test_look_and_printers_are_the_workstations_own() -> None:
    here = {name for name, option in OPTIONS.items() if option.scope is Scope.WORKSTATION}
    board = {"board.on", "board.screen", "board.departments", "board.languages"}
    sounds = {"voice.on", "voice.volume", "voice.quiet", "ring.on"}
    assert here == {"look.scheme", "look.scale", "backup.second-folder", "check.full-on"} | board | sounds
    option = printer_option("number-slip")
    assert (option.name, option.default, option.scope) == ("printer.number-slip", "", Scope.WORKSTATION)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("queue.appointments-each", 1),
        ("queue.walk-ins-each", 2),
        ("queue.ageing-minutes", 60),
        ("queue.no-show-minutes", 5),
        ("wait.target-minutes", 30),
        ("question.hours", 4),
        ("board.on", False),
        ("voice.on", False),
        ("voice.quiet", ""),
        ("board.languages", "zh,en,mn"),
        ("ring.on", True),
    ],
)
def test_the_intake_begins_with_these(name: str, default: object) -> None:
    assert OPTIONS[name].default == default
