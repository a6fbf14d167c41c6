"""The head of the page of appointments: which day or week, whose department, how it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from deskapp.domain.directory import DepartmentView
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.editors import ChoiceBox

DAYS: Final = ("day.before", "day.today", "day.after")
VIEWS: Final = ("view.day", "view.week")


class Head(QWidget):
    """Buttons that turn the days, the day in words, the choice of a department, day or week.

    Where all of it has no room in one row, the second half stands below the first: nothing is cut.
    """

    def __init__(self) -> None:
        super().__init__()
        self._title, self.place = label("", "title"), ChoiceBox()
        self.place.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._halves.setContentsMargins(0, 0, 0, 0)
        self._when, self._how = QHBoxLayout(), QHBoxLayout()
        self._halves.addLayout(self._when)
        self._halves.addStretch(1)
        self._halves.addLayout(self._how)
        for half in (self._when, self._how):
            half.setAlignment(Qt.AlignmentFlag.AlignLeft)

    def add_buttons(self, keys: Mapping[str, KeyAction], *, reads_files: bool) -> None:
        """Show the keys that turn days and change the view."""
        for name in DAYS:
            self._when.addWidget(ActionButton(keys[name]))
        self._when.addWidget(self._title)
        self._how.addWidget(self.place)
        for name in (*VIEWS, "file.import") if reads_files else VIEWS:
            self._how.addWidget(ActionButton(keys[name]))

    def tell(self, words: str) -> None:
        """Say which day or week it is."""
        self._title.setText(words)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Half of it is enough: the other half then stands below."""
        hint = super().minimumSizeHint()
        return QSize(max(half.minimumSize().width() for half in (self._when, self._how)), hint.height())

    def _arrange(self) -> None:
        needed = self._when.sizeHint().width() + self._how.sizeHint().width() + style.tokens().sizes.gap
        beside = needed <= self.width()
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._halves.direction() != way:
            self._halves.setDirection(way)

    def show_departments(
        self, departments: Sequence[DepartmentView], chosen: int | None, tr: Translator
    ) -> None:
        """Offer these departments, or all of them at once."""
        self.place.setAccessibleName(tr(N_("Department")))
        self.place.clear()
        self.place.addItem(tr(N_("All departments")), None)
        for department in departments:
            self.place.addItem(tr(department.name), department.id)
        self.place.setCurrentIndex(max(self.place.findData(chosen), 0))
        self._arrange()
