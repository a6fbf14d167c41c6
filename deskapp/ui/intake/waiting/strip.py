"""What surfaces by itself above the waiting list: apologies, reassessments, people nobody can see, old numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deskapp.ui import style
from deskapp.ui.widgets.basics import Icon, label

MOST: Final = 3
"""Strips shown at once; the rest comes when these are dealt with."""


@dataclass(frozen=True)
class Told:
    """One strip: what it says, how it looks ("rule" or "surroundings"), and what its buttons are called and do."""

    name: str
    icon: str
    role: str
    words: str
    acts: tuple[tuple[str, Callable[[], object]], ...] = ()


class Strip(QFrame):
    """One message with its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = Icon("info", "warning")
        self._words = label("", wrap=True)
        self._calls: list[Callable[[], object]] = []
        self._buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._words, 1)
        for place in range(2):
            button = QPushButton()
            button.setObjectName(str(place))
            button.clicked.connect(self._on_clicked)
            self._buttons.append(button)
            self._row.addWidget(button)
        style.look().changed.connect(self._space)
        self._space()
        self.hide()

    def tell(self, told: Told | None) -> None:
        """Show this, or nothing."""
        self.setVisible(told is not None)
        if told is None:
            return
        style.set_state(self, "role", told.role)
        self._icon.show_icon(told.icon, "danger" if told.role == "surroundings" else "warning")
        if self._words.text() != told.words:
            self._words.setText(told.words)
            self.setAccessibleName(told.words)
        self._calls = [call for _words, call in told.acts]
        for place, button in enumerate(self._buttons):
            there = place < len(told.acts)
            button.setVisible(there)
            if there:
                button.setText(told.acts[place][0])

    def words(self) -> str:
        """Return what it says, "" while hidden."""
        return "" if self.isHidden() else self._words.text()

    def press(self, place: int = 0) -> None:
        """Press one of its buttons."""
        self._buttons[place].click()

    @Slot()
    def _on_clicked(self) -> None:
        pressed = self.sender()
        assert isinstance(pressed, QPushButton)
        place = int(pressed.objectName())
        if place < len(self._calls):
            self._calls[place]()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setContentsMargins(sizes.field_gap, sizes.px(3), sizes.px(4), sizes.px(3))
        self._row.setSpacing(sizes.gap)


class Strips(QWidget):
    """The strips, most pressing first."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.by_name = {name: Strip() for name in names}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        for strip in self.by_name.values():
            self._rows.addWidget(strip)
        style.look().changed.connect(self._space)
        self._space()
        self.hide()

    def tell(self, told: Sequence[Told]) -> None:
        """Show the first of these."""
        shown = {one.name: one for one in told[:MOST]}
        for name, strip in self.by_name.items():
            strip.tell(shown.get(name))
        self.setVisible(bool(shown))

    @Slot()
    def _space(self) -> None:
        self._rows.setSpacing(style.tokens().sizes.px(4))
