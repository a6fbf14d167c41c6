"""The page “What was done”: newest first, narrowed, part after part, details beside, written to a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from deskapp.services import trail as service
from deskapp.ui.admin.trail import TrailPage
from deskapp.ui.messages import GOOD
from tests.support.front import Front, Opener


def open_page(open_front: Opener, language: str = "en") -> tuple[Front, TrailPage]:
    front = open_front(sign_in="admin", language=language)
    front.window.frame_of_tabs.go_to_name("admin")
    page = front.window.frame_of_tabs.tab("admin").show_page("trail")  # type: ignore[attr-defined]
    assert isinstance(page, TrailPage)
    front.settle()
    return front, page


def cells(page: TrailPage, column: str) -> list[str]:
    at = page._model.column_of(column)
    return [page._model.index(row, at).data() for row in range(page._model.rowCount())]


def search(front: Front, page: TrailPage, **values: object) -> None:
    page.form.set_values(values)
    page._keys["trail.find"].trigger()
    front.settle()


def test_the_newest_lines_are_shown_in_words(open_front: Opener) -> None:
    _front, page = open_page(open_front)
    QAbstractItemModelTester(page._model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert "registered a person" in cells(page, "what")
    assert "李娜" in cells(page, "person")
    times = [line.at for line in page._model.records]
    assert times == sorted(times, reverse=True)


def test_filters_narrow_the_list_and_are_taken_away_again(open_front: Opener) -> None:
    front, page = open_page(open_front)
    everything = len(page._model.records)
    visitor = next(line.record for line in page._model.records if line.topic == "visitor")
    search(front, page, record=visitor)
    assert 0 < len(page._model.records) < everything
    assert set(cells(page, "record")) == {visitor}
    page._keys["trail.all"].trigger()
    front.settle()
    assert len(page._model.records) >= everything
    assert page.form.value("record") == ""


def test_a_number_that_nothing_has_is_told_at_its_field(open_front: Opener) -> None:
    front, page = open_page(open_front)
    shown = page._model.records
    search(front, page, record="V123")
    assert "Nothing here has this number" in page.form.error("record")
    assert page.form.value("record") == "V123"
    assert page._model.records == shown


def test_older_lines_come_when_they_are_asked_for(
    open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 5)
    front, page = open_page(open_front)
    assert len(page._model.records) == 5
    page._keys["trail.more"].trigger()
    front.settle()
    assert len(page._model.records) == 10


def test_a_line_shows_before_and_after_beside(open_front: Opener) -> None:
    front, page = open_page(open_front)
    line = next(line for line in page._model.records if line.action == "visitor.register")
    page.table.select(line.id)
    front.settle()
    shown = page.details._model
    told = {shown.index(row, 0).data(): shown.index(row, 2).data() for row in range(shown.rowCount())}
    assert told["Sex"] in {"male", "female"}
    assert "Name" in told


def test_the_lines_go_to_a_file(open_front: Opener, tmp_path: Path) -> None:
    front, page = open_page(open_front)
    page.export_to(tmp_path / "trail.json")
    front.settle()
    assert page.bar.notice is not None
    assert page.bar.notice.kind == GOOD
    assert json.loads((tmp_path / "trail.json").read_text("utf-8"))


def test_only_who_may_read_the_trail_sees_the_page(open_front: Opener) -> None:
    front = open_front(sign_in="li")
    assert "admin" not in front.window.frame_of_tabs.names()
