"""The directory in files, from the page: a list is looked at first, its good rows are stored, what is there is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from deskapp.domain.directory import Kind
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.base import Done
from deskapp.services.transfer.report import ImportReport
from deskapp.ui.intake.directory import files
from deskapp.ui.intake.directory.files import ReportDialog
from deskapp.ui.intake.directory.page import DirectoryPage
from deskapp.ui.tasks import Progress
from tests.support.front import Front, front_of
from tests.ui.intake.directory.test_page import page_of

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LIST = "Code,Name in Chinese,Name in English,Phone\nA1,收费处,Cashier,8001\n,药房,Pharmacy,8002\n"


@pytest.fixture
def admin(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    front = front_of(hospital, sign_in="admin")
    yield front
    front.close()


def dialog(page: DirectoryPage) -> ReportDialog | None:
    return page.findChild(ReportDialog)


def chosen(monkeypatch: pytest.MonkeyPatch, name: str, path: Path | None) -> None:
    """Let the system's dialog answer with a path, or with nothing."""

    def answer(*_args: object) -> tuple[str, str]:
        return (str(path) if path else "", "")

    monkeypatch.setattr(files.QFileDialog, name, answer)


def test_a_list_is_looked_at_first_and_stored_with_one_key(
    admin: Front, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = page_of(admin)
    page.kinds.choose(Kind.PLACE)
    admin.settle()
    (tmp_path / "places.csv").write_text(LIST, encoding="utf-8")
    chosen(monkeypatch, "getOpenFileName", tmp_path / "places.csv")
    admin.key(Qt.Key.Key_I, CONTROL)
    shown = dialog(page)
    assert shown is not None
    assert "New: 1" in shown.report._counts.text()
    assert "refused: 1" in shown.report._counts.text()
    assert admin.services.directory.places(admin.actor) == []
    admin.key(Qt.Key.Key_Return, CONTROL)
    assert [place.code for place in admin.services.directory.places(admin.actor)] == ["A1"]
    assert admin.last_action() == "Read in from places.csv, rows: 1"
    admin.key(Qt.Key.Key_Return, CONTROL)
    assert len(admin.services.directory.places(admin.actor)) == 1
    admin.key(Qt.Key.Key_Escape)
    assert [page._model.index(row, 0).data() for row in range(page._model.rowCount())] == ["Cashier"]


def test_what_is_there_is_written_and_can_be_read_again(
    admin: Front, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = page_of(admin)
    page.kinds.choose(Kind.DEPARTMENT)
    admin.settle()
    chosen(monkeypatch, "getSaveFileName", tmp_path / "houses")
    admin.key(Qt.Key.Key_I, CONTROL | SHIFT)
    count = page._model.rowCount()
    assert admin.last_action() == f"Written to houses.xlsx, rows: {count}"
    page.files.look(Kind.DEPARTMENT, tmp_path / "houses.xlsx")
    admin.settle()
    shown = dialog(page)
    assert shown is not None
    assert f"known: {count}, refused: 0" in shown.report._counts.text()
    assert shown.report.path is None
    admin.key(Qt.Key.Key_Escape)


def test_everything_together_goes_into_a_workbook_only(
    admin: Front, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = page_of(admin)
    chosen(monkeypatch, "getSaveFileName", tmp_path / "all.csv")
    page.files.write()
    admin.settle()
    assert page.bar.notice is not None
    assert not (tmp_path / "all.csv").exists()
    page.files.write_to(None, tmp_path / "all.xlsx")
    admin.settle()
    assert (tmp_path / "all.xlsx").stat().st_size > 0


def test_a_file_that_is_none_is_told_on_the_page_and_nothing_opens(admin: Front, tmp_path: Path) -> None:
    page = page_of(admin)
    (tmp_path / "a.xlsx").write_bytes(b"hello")
    page.files.look(Kind.PRICE, tmp_path / "a.xlsx")
    admin.settle()
    assert page.bar.notice is not None
    assert dialog(page) is None


def test_a_list_taken_away_before_it_is_stored_is_told_where_one_looks(admin: Front, tmp_path: Path) -> None:
    page, path = page_of(admin), tmp_path / "places.csv"
    path.write_text(LIST, encoding="utf-8")
    page.files.look(Kind.PLACE, path)
    admin.settle()
    shown = dialog(page)
    assert shown is not None
    path.unlink()
    admin.key(Qt.Key.Key_Return, CONTROL)
    assert shown.bar.notice is not None
    assert page.bar.notice is None
    admin.key(Qt.Key.Key_Escape)


def long_list(path: Path, count: int) -> Path:
    """Write a list of places."""
    rows = [f"A{at},房间{at},Room {at},{8000 + at}" for at in range(count)]
    path.write_text("\n".join([LIST.splitlines()[0], *rows]), encoding="utf-8")
    return path


def test_a_long_list_says_how_far_it_is_and_escape_ends_it_before_anything_is_stored(
    admin: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, said = page_of(admin), []
    page.kinds.choose(Kind.PLACE)
    page.files.look(Kind.PLACE, long_list(tmp_path / "places.csv", 1100))
    admin.settle()
    shown = dialog(page)
    assert shown is not None
    tell = shown.progress.progress

    def end_it(progress: Progress) -> None:
        tell(progress)
        said.append(shown.progress._words.text())
        admin.key(Qt.Key.Key_Escape)

    with monkeypatch.context() as patched:
        patched.setattr("deskapp.ui.tasks.REPORT_EVERY", 0)
        patched.setattr(shown.progress, "progress", end_it)
        with admin.runner.held():
            admin.key(Qt.Key.Key_Return, CONTROL)
    admin.settle()
    assert said == ["500 / 1100"]
    assert shown.isVisible()
    assert "Nothing is stored yet" in shown.report._told.text()
    assert admin.services.directory.places(admin.actor) == []
    admin.key(Qt.Key.Key_Return, CONTROL)
    assert admin.last_action() == "Read in from places.csv, rows: 1100"
    admin.key(Qt.Key.Key_Escape)
    assert len(admin.services.directory.places(admin.actor)) == 1100


def test_what_broke_off_is_tried_again_in_the_dialog(
    admin: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, service = page_of(admin), admin.services.directory
    page.files.look(Kind.PLACE, long_list(tmp_path / "places.csv", 2))
    admin.settle()
    shown = dialog(page)
    assert shown is not None
    store, lost = service.import_file, [StorageError("storage.server-away", Text("No answer."))]

    def stores_and_breaks_off(*args: Any, **more: Any) -> Done[ImportReport]:
        done = store(*args, **more)
        if lost:
            raise lost.pop()
        return done

    with monkeypatch.context() as patched:
        patched.setattr(service, "import_file", stores_and_breaks_off)
        admin.key(Qt.Key.Key_Return, CONTROL)
        assert shown.bar.notice is not None
        admin.try_again()
    assert shown.bar.notice is None
    assert "stored" in shown.report._told.text()
    assert len(service.places(admin.actor)) == 2
    admin.key(Qt.Key.Key_Escape)


def test_who_may_not_has_no_key_for_it_and_everything_can_not_be_read_in(front: Front, admin: Front) -> None:
    page = page_of(front)
    page.kinds.choose(Kind.PLACE)
    front.settle()
    assert not page.can("read")
    assert not page.can("write")
    other = page_of(admin)
    assert not other.can("read")
    assert other.can("write")
    other.kinds.choose(Kind.PLACE)
    admin.settle()
    assert other.can("read")
    other.kinds.choose(Kind.STAFF)
    admin.settle()
    assert not other.can("read")
    assert not other.can("write")
