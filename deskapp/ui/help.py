"""F1: what this page is for and what its keys do now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.text import N_
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.basics import label, scrolled

PAIRS = 2
"""Pairs of key and word in a row."""


class HelpDialog(QDialog):
    """Explains the page in front; every key that works there now, those not in the bar too."""

    def __init__(self, desk: Desk, tab: BaseView, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        tr, sizes = desk.tr, style.tokens().sizes
        self.setWindowTitle(tr(tab.title))
        room = parent.size()
        self.resize(min(sizes.px(640), room.width()), min(sizes.px(560), room.height()))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(sizes.group_gap, sizes.group_gap, sizes.group_gap, sizes.margin)
        rows.setSpacing(sizes.field_gap)
        rows.addWidget(label(tr(tab.title), "title"))
        rows.addWidget(scrolled(_explained(desk, tab)), 1)
        close = QPushButton(tr(N_("Close")))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        rows.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        close.setFocus()


def _explained(desk: Desk, tab: BaseView) -> QWidget:
    """Return what the page is for, its own keys, and those that work everywhere."""
    tr, sizes = desk.tr, style.tokens().sizes
    holder = QWidget()
    rows = QVBoxLayout(holder)
    rows.setContentsMargins(0, 0, sizes.gap, 0)
    rows.setSpacing(sizes.field_gap)
    if tab.help:
        rows.addWidget(label(tr(tab.help), "", wrap=True))
    keys = [action for action in desk.keys.now() if action.key_text]
    here = [action for action in keys if action.owner is tab or tab.isAncestorOf(action.owner)]
    everywhere = [action for action in keys if action not in here]
    for title, actions in ((N_("Keys of this page"), here), (N_("Keys everywhere"), everywhere)):
        if actions:
            rows.addWidget(label(tr(title), "strong"))
            rows.addLayout(_keys(actions))
    rows.addStretch(1)
    return holder


def _keys(actions: Sequence[KeyAction]) -> QGridLayout:
    """Return keys and words in columns, read downwards."""
    sizes = style.tokens().sizes
    grid = QGridLayout()
    grid.setHorizontalSpacing(sizes.margin)
    grid.setVerticalSpacing(sizes.gap)
    height = -(-len(actions) // PAIRS)
    for at, action in enumerate(actions):
        pair, row = divmod(at, height)
        grid.addWidget(label(action.key_text, "strong"), row, 2 * pair, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(action.text(), "", wrap=True), row, 2 * pair + 1)
        grid.setColumnStretch(2 * pair + 1, 1)
    return grid
