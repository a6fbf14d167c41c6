"""The benchmark of the waiting page fills a line and reckons what it saw; no figure is judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import hospital, waiting
from deskapp.domain.waiting import Standing


def test_a_line_of_so_many_is_filled(tmp_path: Path) -> None:
    waiting.fill(tmp_path / "data", 50)
    with hospital.opened(tmp_path / "data") as house:
        view = house.services.waiting.view(house.actor)
    assert len(view.rows) == 50
    assert {row.standing for row in view.rows} == {Standing.WAITING}
    assert all(row.name for row in view.rows)


def test_the_other_desk_tells_each_of_its_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting.fill(tmp_path / "data", 20)
    monkeypatch.setattr(waiting, "PLACES", 20)
    monkeypatch.setattr(waiting, "A_SECOND", 200)
    waiting.write(str(tmp_path / "data"), "0.1", "1,2,3")
    assert len(capsys.readouterr().out.splitlines()) == 20


def test_what_went_wrong_is_counted() -> None:
    found = waiting.Watched(acts=3, shown=[10.0, 20.0], lost=1, chosen_kept=True, scroll_kept=False)
    on_screen, block, wrong = waiting.rows(found)
    assert on_screen.met
    assert block.met
    assert wrong.figure == 2
    assert not wrong.met
