"""What does not fit into the line goes on in the next; nothing overlaps, nothing is cut."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from pytestqt.qtbot import QtBot

from deskapp.ui import style
from deskapp.ui.widgets.flow import FlowLayout


@pytest.fixture
def window(app: QApplication, qtbot: QtBot) -> QWidget:
    made = QWidget()
    flow = FlowLayout(made)
    for _ in range(6):
        item = QFrame()
        item.setFixedSize(100, 30)
        flow.addWidget(item)
    qtbot.addWidget(made)
    return made


def lines(window: QWidget) -> list[int]:
    items = window.findChildren(QFrame)
    tops = [item.y() for item in items]
    return [tops.count(top) for top in sorted(set(tops))]


@pytest.mark.parametrize(
    ("width", "expected"), [(700, [6]), (330, [3, 3]), (220, [2, 2, 2]), (90, [1, 1, 1, 1, 1, 1])]
)
def test_lines_break_where_the_width_ends(window: QWidget, width: int, expected: list[int]) -> None:
    window.resize(width, 400)
    window.show()
    assert lines(window) == expected


def test_the_height_follows_the_width(window: QWidget) -> None:
    flow = window.layout()
    gap = style.tokens().sizes.gap
    assert flow.heightForWidth(700) == 30
    assert flow.heightForWidth(330) == 2 * 30 + gap
    assert flow.sizeHint().width() == 6 * 100 + 5 * gap
    assert flow.minimumSize().width() == 100


def test_nothing_overlaps(window: QWidget) -> None:
    window.resize(250, 400)
    window.show()
    items = window.findChildren(QFrame)
    for at, one in enumerate(items):
        for other in items[at + 1 :]:
            assert not one.geometry().intersects(other.geometry())


def test_a_hidden_item_takes_no_room(window: QWidget) -> None:
    for item in window.findChildren(QFrame)[1:]:
        item.hide()
    assert window.layout().heightForWidth(110) == 30


def test_it_can_be_emptied_and_filled_again(window: QWidget, qtbot: QtBot) -> None:
    flow = window.layout()
    assert isinstance(flow, FlowLayout)
    flow.clear()
    assert (flow.count(), flow.itemAt(0), flow.takeAt(0)) == (0, None, None)
    qtbot.waitUntil(lambda: not window.findChildren(QFrame))
    flow.addWidget(QFrame())
    assert flow.count() == 1
