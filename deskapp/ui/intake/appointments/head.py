"""The head of the page of appointments: which day or week, whose department, how it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from deskapp.domain.directory import DepartmentView
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import label

DAYS: Final = ("day.before", "day.today", "day.after")
VIEWS: Final = ("view.day", "view.week")


class Head(QWidget):
    """Buttons that turn the days, the day in words, the choice of a department, day or week."""

    def __init__(self, keys: Mapping[str, KeyAction], *, reads_files: bool) -> None:
        super().__init__()
        self.title, self.place = label("", "title"), QComboBox()
        self.place.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for name in DAYS:
            row.addWidget(ActionButton(keys[name]))
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.place)
        for name in (*VIEWS, "file.import") if reads_files else VIEWS:
            row.addWidget(ActionButton(keys[name]))

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
