"""The rail of pages: every title can be read in every language, and without words where there is no room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QListWidget, QStyleOptionViewItem

from deskapp.i18n import translator
from deskapp.ui import style, tokens
from deskapp.ui.intake.tab import PAGES
from deskapp.ui.widgets.pages import RAIL_WIDTH
from deskapp.ui.widgets.rail import RailDelegate
from tests.support.front import Front


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_no_word_of_a_title_is_wider_than_the_rail(language: str, app: QApplication) -> None:
    font = app.font()
    font.setPixelSize(tokens.SECONDARY)
    font.setBold(True)
    metrics = QFontMetrics(font)
    for page in PAGES:
        for word in translator(language)(page.title).split():
            assert metrics.horizontalAdvance(word) <= RAIL_WIDTH, (language, word)


def test_an_item_without_words_is_as_high_as_a_control(app: QApplication) -> None:
    listed = QListWidget()
    delegate = RailDelegate(listed)
    listed.addItems(["", "Two words"])
    option = QStyleOptionViewItem()
    option.widget = listed
    heights = [delegate.sizeHint(option, listed.model().index(row, 0)).height() for row in (0, 1)]
    assert heights[0] == style.tokens().sizes.control
    assert heights[1] > heights[0]
    listed.deleteLater()


def test_a_narrow_window_keeps_the_icons_and_their_names_for_a_reader(front: Front) -> None:
    tab = front.window.frame_of_tabs.tab("intake")
    wide = tab._list.item(0).text()
    front.window.resize(1000, 700)
    front.settle()
    assert wide
    assert tab._list.item(0).text() == ""
    assert tab._list.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == wide
