"""Files from the page: who may, and the days that are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deskapp.ui.intake.appointments import files
from tests.support.front import Front
from tests.ui.intake.appointments.test_page import Desk


def test_the_days_shown_are_written(open_front: Callable[..., Front], tmp_path: Path) -> None:
    desk = Desk(open_front("admin"))
    desk.booked("赵云", "10:00")
    path = tmp_path / "day.ics"
    desk.page.files.write_to(path)
    assert "赵云" in path.read_text(encoding="utf-8")
    assert "day.ics: 1" in desk.front.last_action()


def test_a_file_that_is_none_is_refused_in_the_page(open_front: Callable[..., Front], tmp_path: Path) -> None:
    desk = Desk(open_front("admin"))
    path = tmp_path / "a.ics"
    path.write_bytes(b"hello")
    desk.page.files.look(path)
    desk.front.settle()
    assert desk.page.bar.notice is not None
    assert not desk.page.report.isVisible()


def test_who_may_not_read_files_is_not_asked_for_one(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object) -> tuple[str, str]:
        raise AssertionError("asked for a file")

    monkeypatch.setattr(files.QFileDialog, "getOpenFileName", never)
    desk = Desk(front)
    desk.page.read_file()
    desk.page.write_file()
