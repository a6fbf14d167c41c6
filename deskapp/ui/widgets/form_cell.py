"""One field as it stands in a form: label above, editor, and a line for an error or a remark below."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.widgets.basics import Icon, label
from deskapp.ui.widgets.editors import CHECK, Editor


class Cell(QWidget):
    """Label, editor and the line below; tells the form of changes with itself as the argument."""

    changed = Signal(object)
    left = Signal(object)

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        self.overrides: frozenset[str] = frozenset()
        self._tr: Translator | None = None
        self._text: Text | str = ""
        self._code = ""
        self._below = _Below(self)
        self._above: QLabel | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._label = self._put_beside() if editor.field.kind == CHECK else self._put_above()
        self._label.setBuddy(editor.widget)
        self._column.addWidget(self._below)
        editor.edited.connect(self._on_edited)
        editor.left.connect(self._on_left)
        style.look().changed.connect(self._space)
        self._space()

    def _put_above(self) -> QLabel:
        made = label("", "label", wrap=True)
        self._column.addWidget(made)
        self._column.addWidget(self.editor.widget)
        return made

    def _put_beside(self) -> QLabel:
        """A box does not wrap its own words: they get a label, and room above to stand level with neighbours."""
        made = _CheckLabel()
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.editor.widget)
        row.addWidget(made, 1)
        self._above = label(" ", "label")
        self._column.addWidget(self._above)
        self._column.addLayout(row)
        return made

    def stand_level(self, beside_fields: bool) -> None:
        """Leave room above a box only where fields with labels above them stand beside it."""
        if self._above is not None:
            self._above.setVisible(beside_fields)

    def go_to(self, reason: Qt.FocusReason) -> None:
        """Put the cursor into the editor, and the field into view."""
        self.editor.widget.setFocus(reason)
        bring_into_view(self)

    def clear(self) -> None:
        """Take error, remark and overrides away."""
        self.overrides = frozenset()
        self.show_error("")

    def show_error(self, text: Text | str, code: str = "", *, overridable: bool = False) -> None:
        """Show an error, or none."""
        if not text and not self._text:
            return
        self._show(text, "danger" if text else "secondary")
        self._code = code
        self._below.offer_override(overridable and bool(text))
        style.set_state(self.editor.widget, "invalid", bool(text))

    @property
    def error(self) -> Text | str:
        """What is wrong with the field now, "" for nothing."""
        return self._text if self.editor.widget.property("invalid") else ""

    def show_note(self, text: Text | str, tone: str) -> None:
        """Show a remark, or none."""
        self._show(text, tone)

    def _show(self, text: Text | str, tone: str) -> None:
        self._text = text
        words = self._tr(text) if self._tr is not None and text else ""
        self._below.show_text(words, tone)
        self.editor.widget.setAccessibleDescription(words or self._help())

    def _help(self) -> str:
        return self._tr(self.editor.field.help) if self._tr is not None else ""

    def retranslate(self, tr: Translator) -> None:
        """Show everything in another language."""
        self._tr = tr
        field = self.editor.field
        words = tr(field.label)
        self._label.setText(f"{words} *" if field.required else words)
        self.editor.widget.setAccessibleName(words)
        self.editor.widget.setToolTip(tr(field.help))
        self.editor.retranslate(tr)
        self._below.retranslate(tr)
        self._show(self._text, self._below.tone)

    def override(self) -> None:
        """Take the value as it is: the person says that it really is so."""
        self.overrides |= {self._code}
        self.show_error("")
        self.changed.emit(self)

    @Slot()
    def _on_edited(self) -> None:
        self.overrides = frozenset()
        self.changed.emit(self)

    @Slot()
    def _on_left(self) -> None:
        self.left.emit(self)

    @Slot()
    def _space(self) -> None:
        self._column.setSpacing(style.tokens().sizes.px(4))


class _CheckLabel(QLabel):
    """The words beside a box; a click on them ticks it."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick the box."""
        box = self.buddy()
        if isinstance(box, QCheckBox) and event.button() == Qt.MouseButton.LeftButton:
            box.click()
            box.setFocus(Qt.FocusReason.MouseFocusReason)


class _Below(QWidget):
    """The line below a field; takes no room when there is nothing to say."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self._cell = cell
        self.tone = "secondary"
        self._icon = Icon("circle-alert", "danger")
        self._words = label("", "error", wrap=True)
        self._keep = QPushButton()
        self._keep.setProperty("link", True)
        self._keep.hide()
        self._keep.clicked.connect(self._on_keep)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(style.tokens().sizes.px(4))
        grid.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._words, 0, 1)
        grid.addWidget(self._keep, 1, 1, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        self.hide()

    def show_text(self, text: str, tone: str) -> None:
        """Show words in a tone; none hides the line."""
        self.tone = tone
        self._words.setText(text)
        style.set_state(self._words, "role", "error" if tone == "danger" else tone)
        names = {"danger": "circle-alert", "warning": "triangle-alert", "good": "circle-check"}
        self._icon.show_icon(names.get(tone, "info"), tone)
        self._keep.hide()
        self.setVisible(bool(text))

    def offer_override(self, offered: bool) -> None:
        """Offer to keep the value as it is."""
        self._keep.setVisible(offered)

    def retranslate(self, tr: Translator) -> None:
        """Show the offer in another language."""
        self._keep.setText(tr(N_("It is really so")))

    @Slot()
    def _on_keep(self) -> None:
        self._cell.override()


def bring_into_view(*parts: QWidget) -> None:
    """Scroll what these lie in so that they can be seen, the last one for certain.

    Qt does so for Tab alone. Later: what was folded away until now has no place yet.
    """
    if next(_areas(parts[-1]), None) is not None:
        QTimer.singleShot(0, parts[-1], partial(_scroll_to, parts))


def _scroll_to(parts: tuple[QWidget, ...]) -> None:
    for part in parts:
        for area in _areas(part):
            area.ensureWidgetVisible(part)


def _areas(part: QWidget) -> Iterator[QScrollArea]:
    above = part.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            yield above
        above = above.parentWidget()
