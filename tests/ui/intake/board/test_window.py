"""The board's window: it takes no keys from the desk and does not keep the program open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from deskapp.i18n import translator
from deskapp.ui.intake.board.screens import facts
from deskapp.ui.intake.board.window import BoardWindow
from tests.ui.intake.board.boards import HALL


@pytest.fixture
def window(app: QApplication) -> Iterator[BoardWindow]:
    made = BoardWindow()
    yield made
    made.close()
    made.deleteLater()


def test_on_its_screen_it_has_no_frame_and_covers_it(window: BoardWindow) -> None:
    window.fill(HALL)
    assert window.isVisible()
    assert window.windowFlags() & Qt.WindowType.FramelessWindowHint
    assert window.geometry() == QRect(0, 0, 640, 360)
    assert window.canvas.size() == window.size()


def test_on_a_real_screen_it_is_as_large_as_that(app: QApplication, window: BoardWindow) -> None:
    window.fill(facts(app.primaryScreen()))
    app.processEvents()
    assert window.isFullScreen()
    assert window.size() == app.primaryScreen().size()


def test_it_takes_no_keys_from_the_desk(window: BoardWindow) -> None:
    for show in (lambda: window.fill(HALL), window.float):
        show()
        assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        assert window.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
        assert window.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_program_ends_although_the_board_is_up(window: BoardWindow) -> None:
    assert not window.testAttribute(Qt.WidgetAttribute.WA_QuitOnClose)


def test_as_a_window_it_can_be_moved_and_closed(window: BoardWindow) -> None:
    window.retranslate(translator("en"))
    closed: list[str] = []
    window.put_away.connect(lambda: closed.append("closed"))
    window.float()
    assert not window.windowFlags() & Qt.WindowType.FramelessWindowHint
    assert window.windowTitle() == "Board of the waiting room"
    window.close()
    assert closed == ["closed"]
