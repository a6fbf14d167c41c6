"""The page of the backups: what there is, making one, where they go, and the way to restoring."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from deskapp.db.backup_process import carry_out
from deskapp.i18n import LANGUAGES
from deskapp.ui.access.restore import RestoreDialog
from deskapp.ui.admin.backups import BackupsPage
from deskapp.ui.widgets.action_button import ActionButton
from tests.support.front import Front, Opener
from tests.support.shown import nameless, wider_than_its_room


def show(front: Front) -> BackupsPage:
    front.services.backups.run_job = carry_out
    front.window.frame_of_tabs.go_to_name("admin")
    found = front.window.frame_of_tabs.tab("admin").show_page("backups")  # type: ignore[attr-defined]
    front.settle()
    assert isinstance(found, BackupsPage)
    return found


@pytest.fixture
def front(open_front: Opener) -> Front:
    return open_front("admin")


def test_a_hospital_without_a_backup_is_told_so(front: Front) -> None:
    page = show(front)
    assert page._last.text() == "There is no good backup yet."
    assert page.model.rowCount() == 0


def test_backing_up_now_shows_the_new_one(front: Front) -> None:
    page = show(front)
    page.make.click()
    front.settle()
    assert page.model.rowCount() == 1
    assert page._last.text().startswith("The last good backup is of")
    assert "The next one" in page._told.text()
    assert not page.progress.isVisible()


def test_each_button_tells_its_key_and_what_can_not_be_done_is_not_offered(
    front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = show(front)
    shown = [button for button in page.findChildren(ActionButton) if button.isVisible()]
    assert {button.text(): button.accessibleDescription() for button in shown} == {
        "Back up now": "F9",
        "Restore…": "F8",
        "Second folder…": "F6",
        "Store": "Ctrl+Enter",
    }
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    front.key(Qt.Key.Key_F6)
    assert page.no_second.isVisible()
    front.key(Qt.Key.Key_F9)
    assert page.model.rowCount() == 1
    front.key(Qt.Key.Key_F7)
    assert not page.no_second.isVisible()
    assert front.keys.clashes() == []


def test_nobody_waits_while_one_is_made(front: Front) -> None:
    page = show(front)
    with front.runner.held():
        page.make.click()
        assert page.progress.isVisible()
        assert not page.make.isEnabled()
    assert page.make.isEnabled()


def test_the_second_folder_is_chosen_and_given_up(
    front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = show(front)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    page.choose.click()
    front.settle()
    assert str(tmp_path) in page._folder.text()
    page.no_second.click()
    front.settle()
    assert "No second folder" in page._folder.text()


def test_a_folder_that_takes_nothing_is_told_in_the_bar(
    front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = show(front)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path / "gone"))
    page.choose.click()
    front.settle()
    assert page.bar.notice is not None
    assert "gone" in str(page.bar.notice.text)


def test_the_time_is_stored(front: Front) -> None:
    page = show(front)
    page.form.fill("time", "22:15")
    page.store.click()
    front.settle()
    assert front.services.backups.plan(front.desk.actor()).time == "22:15"


def test_restoring_begins_in_a_dialog(front: Front) -> None:
    page = show(front)
    page.make.click()
    front.settle()
    page.restore.click()
    front.settle()
    dialog = page.findChild(RestoreDialog)
    assert dialog is not None
    assert dialog.page.model.rowCount() == 1
    dialog.reject()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_in_every_language(open_front: Opener, language: str) -> None:
    front = open_front("admin", language)
    page = show(front)
    page.make.click()
    front.settle()
    assert nameless(page) == []
    assert wider_than_its_room(page) == []
