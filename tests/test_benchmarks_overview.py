"""The benchmark of the overview runs on a tiny hospital; no figure is judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import hospital, load, overview, overview_drawing
from benchmarks.table import render
from deskapp.domain.statistics import Span
from deskapp.services.statistics import SoFar

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


def test_invented_figures_arrive_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview_drawing, "PART_SECONDS", 0)
    monkeypatch.setattr(overview_drawing, "SPAN", Span(overview_drawing.TODAY, overview_drawing.TODAY))
    answers, arrived = overview_drawing.Invented(), list[SoFar]()
    whole = answers.figures(None, overview_drawing.SPAN, arrived.append)
    assert [so_far.whole for so_far in arrived] == [True]
    assert len({department for department, _doctor in whole.places}) == overview_drawing.DEPARTMENTS + 1
    assert len(whole.operators) == overview_drawing.OPERATORS


def test_steps_are_noted_with_how_often_and_how_long() -> None:
    class Drawing:
        def draw(self) -> int:
            return 7

    steps = overview_drawing.Steps()
    steps.watch(Drawing, "draw")
    assert [Drawing().draw() for _ in range(3)] == [7, 7, 7]
    (line,) = [line for line in steps.told().splitlines() if line.startswith("Drawing.draw")]
    assert line.split()[1] == "3"
