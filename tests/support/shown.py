"""Everything a window shows, and a language in which every word from the catalogue is marked."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QTextEdit,
    QWidget,
)

BEGIN, END = "⟦", "⟧"


class Marked(gettext.NullTranslations):
    """Translates every message into itself between brackets."""

    def gettext(self, message: str) -> str:
        """Return the message, marked."""
        return f"{BEGIN}{message}{END}"

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the form for the count, marked."""
        return self.gettext(singular if count == 1 else plural)


def shown_texts(root: QWidget) -> Iterator[tuple[QWidget, str]]:
    """Return every text of a widget and all below it, those of hidden pages too."""
    for widget in [root, *root.findChildren(QWidget)]:
        # Qt's own buttons come with Qt's own translations.
        own = widget.objectName() not in {"ScrollLeftButton", "ScrollRightButton"}
        yield from ((widget, text) for text in _texts(widget) if text and own)


def _texts(widget: QWidget) -> Iterator[str]:
    yield from (widget.toolTip(), widget.statusTip(), widget.whatsThis(), widget.accessibleName())
    yield widget.accessibleDescription()
    yield from (action.text() for action in widget.actions())
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QGroupBox():
            yield widget.title()
        case QLineEdit() | QTextEdit() | QPlainTextEdit():
            yield widget.placeholderText()
        case QComboBox():
            yield from (widget.itemText(at) for at in range(widget.count()))
        case QTabBar():
            yield from (widget.tabText(at) for at in range(widget.count()))
        case QHeaderView():
            pass
        case QListWidget():
            yield from (widget.item(at).text() for at in range(widget.count()))
        case QAbstractItemView():
            yield from _headers(widget)


def _headers(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for column in range(model.columnCount() if model is not None else 0):
        shown = model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
        yield shown if isinstance(shown, str) else ""


def outside_marks(text: str) -> str:
    """Return what of a text did not come from the catalogue."""
    outside, depth = "", 0
    for letter in text:
        depth += {BEGIN: 1, END: -1}.get(letter, 0)
        outside += letter if depth == 0 and letter != END else ""
    return outside


INPUTS = (QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox, QAbstractItemView, QAbstractButton)


def nameless(root: QWidget) -> list[str]:
    """Return the inputs that a screen reader could not name."""
    return [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in root.findChildren(QWidget)
        if isinstance(widget, INPUTS)
        and widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not isinstance(widget.parent(), QComboBox | QAbstractItemView | QAbstractSpinBox)
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]


def wider_than_its_room(root: QWidget) -> list[str]:
    """Return what needs more width than it has, and the areas that can be scrolled sideways."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QAbstractScrollArea):
            bar = widget.horizontalScrollBar()
            if bar.maximum() > 0 and bar.isVisible():
                found.append(f"{type(widget).__name__} scrolls sideways by {bar.maximum()}")
        if isinstance(widget, QScrollArea) and widget.widget() is not None:
            over = widget.widget().minimumSizeHint().width() - widget.viewport().width()
            if over > 0:
                found.append(f"{type(widget.widget()).__name__} is cut by {over}")
    if root.minimumSizeHint().width() > root.width():
        found.append(f"the window needs {root.minimumSizeHint().width()}")
    return found
