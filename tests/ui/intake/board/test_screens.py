"""Which screen the board takes: the one chosen, else the first that the desk is not on; never the desk's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget

from deskapp.ui.intake.board.screens import ScreenFacts, SystemScreens, choose

DESK = ScreenFacts("desk", "Desk", QRect(0, 0, 1366, 768), (1366, 768))
HALL = ScreenFacts("hall", "Hall", QRect(1366, 0, 1920, 1080), (1920, 1080))
DOOR = ScreenFacts("door", "Door", QRect(3286, 0, 1920, 1080), (1920, 1080))


@pytest.mark.parametrize(
    ("there", "wanted", "taken"),
    [
        ((DESK,), "", None),
        ((DESK, HALL, DOOR), "", HALL),
        ((HALL, DESK), "", HALL),
        ((DESK, HALL, DOOR), "door", DOOR),
        ((DESK, HALL), "door", None),
        ((DESK, HALL), "desk", None),
        ((), "", None),
    ],
)
def test_the_board_takes_its_screen_and_never_the_desks(
    there: tuple[ScreenFacts, ...], wanted: str, taken: ScreenFacts | None
) -> None:
    assert choose(there, wanted, "desk") is taken


def test_qts_screens_are_known_by_serial_number_or_name(app: QApplication) -> None:
    window = QWidget()
    screens = SystemScreens(window, window)
    (only,) = screens.all()
    assert only.size == (800, 800)
    assert screens.desk_key() == only.key
    told: list[str] = []
    screens.changed.connect(lambda: told.append("changed"))
    app.primaryScreen().geometryChanged.emit(QRect(0, 0, 10, 10))
    app.screenRemoved.emit(app.primaryScreen())
    app.screenAdded.emit(app.primaryScreen())
    assert told == ["changed"] * 3
    screens.stop()
    app.screenRemoved.emit(app.primaryScreen())
    assert told == ["changed"] * 3
    window.deleteLater()
