"""A panel beside a list is wide only where both have room."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deskapp.ui import style
from deskapp.ui.widgets.panel_room import PanelRoom

ROOM = PanelRoom(wide=480, narrow=340, roomy_from=1000)


@pytest.mark.parametrize(
    ("page", "scale", "width", "roomy"),
    [(1000, 1.0, 480, True), (999, 1.0, 340, False), (1249, 1.25, 425, False), (1250, 1.25, 600, True)],
)
def test_its_width_goes_with_the_page_and_the_scale(
    app: QApplication, qtbot: QtBot, page: int, scale: float, width: int, roomy: bool
) -> None:
    style.apply(app, "light", scale)
    panel = QWidget()
    qtbot.addWidget(panel)
    assert ROOM.share(panel, page) is roomy
    assert panel.minimumWidth() == panel.maximumWidth() == width
