"""The dialog that tells of a bug: what is safe, and a report to copy."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.clipboard import copy_freely
from deskapp.ui.messages import UNEXPECTED, BugReport
from deskapp.ui.widgets.basics import Icon, label


class BugDialog(QDialog):
    """Stops nothing: the window behind it can be used."""

    def __init__(self, report: BugReport, tr: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr(N_("Something went wrong")))
        self.setModal(False)
        sizes = style.tokens().sizes
        self.report = QPlainTextEdit(report.report)
        self.report.setReadOnly(True)
        self.report.setAccessibleName(tr(N_("Report")))
        self.report.setMinimumSize(sizes.px(480), sizes.px(160))
        self._copy = QPushButton(icons.icon("copy"), tr(N_("Copy the report")))
        self._copy.clicked.connect(self._on_copy)
        self._close = QPushButton(tr(N_("Go on working")))
        self._close.setProperty("primary", True)
        self._close.setDefault(True)
        self._close.clicked.connect(self.accept)
        self._lay_out(tr)

    def _lay_out(self, tr: Translator) -> None:
        sizes = style.tokens().sizes
        top, bottom, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        top.setSpacing(sizes.field_gap)
        top.addWidget(Icon("bug", "danger", large=True))
        top.addWidget(label(tr(UNEXPECTED), wrap=True), 1)
        bottom.addWidget(self._copy)
        bottom.addStretch(1)
        bottom.addWidget(self._close)
        column.setContentsMargins(sizes.margin, sizes.margin, sizes.margin, sizes.margin)
        column.setSpacing(sizes.field_gap)
        column.addLayout(top)
        hint = N_("The report holds no personal data. Give it to whoever looks after the program.")
        column.addWidget(label(tr(hint), "secondary", wrap=True))
        column.addWidget(self.report, 1)
        column.addLayout(bottom)

    @Slot()
    def _on_copy(self) -> None:
        copy_freely(self.report.toPlainText())


class BugTeller(QObject):
    """Opens the dialog for `Messages.broke`; while one is open, further bugs are only logged."""

    told = Signal(object)

    def __init__(self, window: QWidget, tr: Translator) -> None:
        super().__init__(window)
        self._window = window
        self._tr = tr
        self.dialog: BugDialog | None = None

    def retranslate(self, tr: Translator) -> None:
        """Tell the next one in another language."""
        self._tr = tr

    @Slot(object)
    def tell(self, report: BugReport) -> None:
        """Open the dialog unless one is open."""
        if self.dialog is not None and isValid(self.dialog) and self.dialog.isVisible():
            return
        self.dialog = BugDialog(report, self._tr, self._window)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.show()
        self.told.emit(report)
