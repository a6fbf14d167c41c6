"""What proved crowded in searches is stored when nobody waits."""

from __future__ import annotations

from typing import Any

import pytest

from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.intake.visitors import VisitorService
from deskapp.ui.tending import TIDY_EVERY, Tending
from tests.support.front import Front


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, front: Front) -> list[str]:
    """Record what is stored; the list of what is crowded is given by the test."""
    made: list[str] = []

    def keep(actor: Any, request: str) -> None:
        made.append(request)

    monkeypatch.setattr(front.services.visitors, "keep_search_fast", keep)
    return made


def _crowd(monkeypatch: pytest.MonkeyPatch, prefixes: set[str]) -> None:
    monkeypatch.setattr(VisitorService, "crowded", property(lambda _self: frozenset(prefixes)))


def test_nothing_crowded_is_nothing_to_do(
    front: Front, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _crowd(monkeypatch, set())

    Tending(front.desk, front.window).look()

    assert calls == []


def test_what_is_crowded_is_stored_each_under_its_own_request(
    front: Front, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _crowd(monkeypatch, {"w"})
    tending = Tending(front.desk, front.window)

    tending.look()
    tending.look()

    assert len(set(calls)) == 2


def test_about_once_an_hour_the_lists_are_tidied(
    front: Front, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _crowd(monkeypatch, set())
    tending = Tending(front.desk, front.window)

    for _ in range(TIDY_EVERY):
        tending.look()

    assert len(calls) == 1


def test_a_busy_database_disturbs_nobody(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(actor: Any, request: str) -> None:
        raise StorageError("storage.busy", Text("busy"))

    monkeypatch.setattr(front.services.visitors, "keep_search_fast", busy)
    _crowd(monkeypatch, {"w"})

    Tending(front.desk, front.window).look()

    assert front.bar() == ""
