"""The benchmark of the overview runs on a tiny hospital; no figure is judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import hospital, load, overview
from benchmarks.table import render

VISITORS = 300


def test_every_visit_is_counted_and_the_page_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hospital, "TODAY", 4)
    house = load.prepared(tmp_path, VISITORS, lambda _words: None)
    found = overview.measure(house, lambda _words: None, rounds=1)
    assert found.visits == VISITORS * load.VISITS_EACH + 4
    assert found.shown > 0
    assert "904 visits" in render(overview.rows(found))


def test_the_copy_is_made_once_and_has_a_place_for_every_visit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hospital, "TODAY", 4)
    house = load.prepared(tmp_path, VISITORS, lambda _words: None)
    copy = overview.with_line(house, lambda _words: None)
    begun = (copy / load.READY).stat().st_mtime_ns
    assert overview.with_line(house, pytest.fail) == copy
    assert (copy / load.READY).stat().st_mtime_ns == begun
