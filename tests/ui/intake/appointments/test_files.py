"""Files from the page: who may, and the days that are written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskapp.domain.access import Actor
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.transfer.service import TransferService
from deskapp.ui.intake.appointments import files
from deskapp.ui.tasks import Progress
from tests.support.front import Front
from tests.ui.intake.appointments.test_page import CONTROL, Desk, Key


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


def many(desk: Desk, path: Path, count: int) -> Path:
    """Write a file of appointments with one doctor tomorrow, every five minutes from midnight on."""
    doctor, day = desk.page.grid.columns()[0].doctor, desk.clock.day + dt.timedelta(1)
    times = [divmod(5 * at, 60) for at in range(count)]
    rows = [f"王{at},1370013{at:04},{day},{h:02}:{m:02},{doctor},5" for at, (h, m) in enumerate(times)]
    path.write_text("\n".join(["姓名,电话,日期,时间,医生,时长", *rows]), encoding="utf-8")
    return path


def on_the_page(desk: Desk) -> int:
    """Return how many appointments the calendar shows."""
    return sum(len(column.lines) for column in desk.page.grid.columns())


def test_a_long_file_says_how_far_it_is_and_what_was_stored_when_it_was_ended_is_shown(
    open_front: Callable[..., Front], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(open_front("admin"))
    path, strip, said = many(desk, tmp_path / "a.csv", 230), desk.page.progress, []
    desk.key(Key.Key_PageDown)
    desk.page.files.look(path)
    desk.front.settle()
    tell = strip.progress

    def end_it(progress: Progress) -> None:
        tell(progress)
        said.append(strip._words.text())
        if desk.lines():
            strip._cancel.click()  # Heard with the next word of how far it is.

    with monkeypatch.context() as patched:
        patched.setattr("deskapp.ui.tasks.REPORT_EVERY", 0)
        patched.setattr(strip, "progress", end_it)
        with desk.front.runner.held():
            desk.key(Key.Key_Return, CONTROL)
            assert not desk.page.keys["file.import"].isEnabled()
    desk.front.settle()
    assert said[-1] == "100 / 230"
    assert desk.page.grid.isVisible()
    assert on_the_page(desk) == 200
    assert "Stopped" in str(desk.page.bar.notice.text)  # type: ignore[union-attr]
    desk.page.files.look(path)
    desk.front.settle()
    assert "New: 30, changed: 0, known: 200" in desk.page.report._counts.text()
    desk.key(Key.Key_Return, CONTROL)
    desk.front.settle()
    assert on_the_page(desk) == 230


def test_where_the_server_leaves_in_the_middle_what_was_stored_is_shown_and_the_rest_can_be_tried(
    open_front: Callable[..., Front], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(open_front("admin"))
    path = many(desk, tmp_path / "a.csv", 130)
    desk.key(Key.Key_PageDown)
    desk.page.files.look(path)
    desk.front.settle()
    store = TransferService._write_portion

    def breaks_off(self: TransferService, actor: Actor, portion: Any) -> Any:
        if desk.lines():
            raise StorageError("storage.server-away", Text("The server does not answer."))
        return store(self, actor, portion)

    with monkeypatch.context() as patched:
        patched.setattr(TransferService, "_write_portion", breaks_off)
        desk.key(Key.Key_Return, CONTROL)
        desk.front.settle()
    assert on_the_page(desk) == 100
    desk.front.try_again()
    assert on_the_page(desk) == 130
    assert desk.front.last_action() == "Appointments read in: 30"
