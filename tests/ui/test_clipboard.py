"""What was copied at the counter does not stay in the clipboard; what others put there does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from deskapp import settings
from deskapp.ui.clipboard import ClipboardKeeper, copy_freely
from tests.support.front import Front


class Owner:
    """Says whose the clipboard is: off the screen Qt does not know."""

    ours = True

    def __call__(self, _clipboard: QClipboard, mode: QClipboard.Mode) -> bool:
        return self.ours and mode is QClipboard.Mode.Clipboard


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def keeper(qapp: QApplication, owner: Owner) -> Iterator[ClipboardKeeper]:
    QGuiApplication.clipboard().clear()
    made = ClipboardKeeper(owns=owner)
    yield made
    made.stop()
    QGuiApplication.clipboard().clear()


def copy(text: str) -> None:
    field = QLineEdit(text)
    field.selectAll()
    field.copy()


def held() -> str:
    return QGuiApplication.clipboard().text()


def test_a_copied_name_goes_after_the_time_that_was_set(keeper: ClipboardKeeper) -> None:
    keeper.set_seconds(20)
    copy("王建国")
    assert (held(), keeper.waits, keeper._later.interval()) == ("王建国", True, 20_000)

    keeper._later.timeout.emit()

    assert (held(), keeper.waits) == ("", False)


def test_copying_again_begins_the_time_anew_and_clears_only_once(keeper: ClipboardKeeper) -> None:
    copy("王建国")
    copy("13800138000")
    keeper._later.timeout.emit()
    assert held() == ""
    assert not keeper.waits


def test_what_another_program_put_there_stays(keeper: ClipboardKeeper, owner: Owner) -> None:
    copy("王建国")
    owner.ours = False
    QGuiApplication.clipboard().setText("shopping list")
    assert not keeper.waits

    keeper.clear()

    assert held() == "shopping list"


def test_what_has_no_personal_data_stays(keeper: ClipboardKeeper) -> None:
    copy_freely("deskapp 1.0, ValueError")
    assert not keeper.waits
    keeper.clear()
    assert held() == "deskapp 1.0, ValueError"


@pytest.mark.parametrize(("set_to", "kept"), [(0, 5), (-1, 5), (60, 60), (10**9, 3600)])
def test_no_setting_keeps_it_for_ever(keeper: ClipboardKeeper, set_to: int, kept: int) -> None:
    keeper.set_seconds(set_to)
    assert keeper._later.interval() == kept * 1000


@pytest.fixture
def copied(front: Front, owner: Owner) -> Front:
    """Return the window out of which a name was copied a moment ago."""
    front.session.clipboard._owns = owner
    copy("王建国")
    assert held() == "王建国"
    return front


def test_it_goes_with_the_lock(copied: Front) -> None:
    copied.session.lock()
    assert held() == ""


def test_it_goes_when_another_person_is_to_sign_in(copied: Front) -> None:
    copied.session.switch_user()
    assert held() == ""


def test_it_goes_when_the_window_closes(copied: Front) -> None:
    copied.close()
    assert held() == ""


def test_the_window_takes_the_time_from_the_settings(front: Front) -> None:
    front.session._apply_settings(
        front.services.settings.values(front.actor, front.session.workstation)
        | {settings.CLIPBOARD_SECONDS.name: 33}
    )
    assert front.session.clipboard._later.interval() == 33_000
