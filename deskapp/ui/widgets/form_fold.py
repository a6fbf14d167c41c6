"""A part of a form that is folded away until somebody needs it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.widgets.editors import Label
from deskapp.ui.widgets.form_cell import Cell, bring_into_view


class Fold(QWidget):
    """A button that opens and closes the fields below it, and says how many of them are filled in."""

    def __init__(self, title: Label, grid: QGridLayout, cells: Sequence[Cell]) -> None:
        super().__init__()
        self.cells = tuple(cells)
        self._usual = dict.fromkeys(self.cells, "")
        self._title = title
        self._tr: Translator | None = None
        self._button = QPushButton()
        self._button.setProperty("link", True)
        self._button.clicked.connect(self._on_click)
        self._inside = QWidget()
        self._inside.setLayout(grid)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._button)
        self._column.addWidget(self._inside)
        style.look().changed.connect(self._space)
        self._space()
        self.open(False)

    def is_open(self) -> bool:
        """Return whether the fields can be seen."""
        return not self._inside.isHidden()

    def open(self, opened: bool) -> None:
        """Show the fields or fold them away."""
        self._inside.setVisible(opened)
        self._button.setIcon(icons.icon("chevron-down" if opened else "chevron-right", "accent"))
        self.count()

    def take_as_usual(self) -> None:
        """Take what the fields show now for nothing special: only what differs from it counts as filled in."""
        self._usual = {cell: cell.editor.text() for cell in self.cells}
        self.count()

    def count(self) -> None:
        """Say again how many fields are filled in."""
        if self._tr is None:
            return
        filled = sum(1 for cell in self.cells if cell.editor.text().strip() not in ("", self._usual[cell]))
        title = self._tr(self._title)
        if filled and not self.is_open():
            title = self._tr(N_("{title} ({filled} filled in)"), title=title, filled=filled)
        self._button.setText(title)

    def retranslate(self, tr: Translator) -> None:
        """Show the title in another language."""
        self._tr = tr
        self.count()

    @Slot()
    def _on_click(self) -> None:
        self.open(not self.is_open())
        if self.is_open():
            self.cells[0].go_to(Qt.FocusReason.OtherFocusReason)
            # As many of its fields as there is room for, but the first in any case.
            bring_into_view(self, self.cells[0])

    @Slot()
    def _space(self) -> None:
        self._column.setSpacing(style.tokens().sizes.gap)
