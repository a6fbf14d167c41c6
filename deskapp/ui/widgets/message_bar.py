"""The bar at the top of a page: what happened, what is safe, what to do."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.messages import GOOD, INFO, RULE, SURROUNDINGS, Notice
from deskapp.ui.widgets.basics import Icon, label

_LOOK = {
    INFO: ("info", "accent"),
    GOOD: ("circle-check", "good"),
    RULE: ("triangle-alert", "warning"),
    SURROUNDINGS: ("circle-x", "danger"),
}


class MessageBar(QFrame):
    """Shows one `Notice` at a time and takes no room when there is none."""

    closed = Signal()

    def __init__(self, tr: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tr = tr
        self._notice: Notice | None = None
        self._icon = Icon("info", "accent", large=True)
        self._words = label("", wrap=True)
        self._again = QPushButton()
        self._again.clicked.connect(self._on_again)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("x"))
        self._close.setProperty("flat", True)
        self._close.clicked.connect(self.clear)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._again)
        self._row.addWidget(self._close)
        style.look().changed.connect(self._space)
        self._space()
        self.retranslate(tr)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """What is shown now."""
        return self._notice

    def show_notice(self, notice: Notice) -> None:
        """Show this instead of what was shown before, and say it to a screen reader."""
        self._notice = notice
        icon, tone = _LOOK[notice.kind]
        self._icon.show_icon(icon, tone)
        style.set_state(self, "role", notice.kind)
        self._again.setVisible(notice.retry is not None)
        self._say()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def clear(self) -> None:
        """Show nothing."""
        if self._notice is not None:
            self._notice = None
            self.hide()
            self.closed.emit()

    @Slot(object)
    def withdraw(self, task: object) -> None:
        """Show nothing more of a failed task: the same was asked anew, and its retry would undo that."""
        retry = self._notice.retry if self._notice is not None else None
        if getattr(retry, "task", None) is task:
            self.clear()

    def retranslate(self, tr: Translator) -> None:
        """Show everything in another language."""
        self._tr = tr
        self._again.setText(tr(N_("Try again")))
        self._close.setToolTip(tr(N_("Close")))
        self._close.setAccessibleName(tr(N_("Close")))
        self._say()

    def _say(self) -> None:
        words = self._tr(self._notice.text) if self._notice is not None else ""
        self._words.setText(words)
        self.setAccessibleName(words)

    @Slot()
    def _on_again(self) -> None:
        retry = self._notice.retry if self._notice is not None else None
        self.clear()
        if retry is not None:
            retry()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setContentsMargins(sizes.field_gap, sizes.px(4), sizes.px(4), sizes.px(4))
        self._row.setSpacing(sizes.gap)
