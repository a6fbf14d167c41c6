"""A form in a dialog over the desk: fields, errors at the field, a way to do it and a way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError
from deskapp.services.base import new_request
from deskapp.ui.base_tab import Desk
from deskapp.ui.messages import Retry, notice
from deskapp.ui.widgets.basics import label, scrolled
from deskapp.ui.widgets.editors import Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.message_bar import MessageBar


class FormDialog(QDialog):
    """Override `send` to call a service with the form's values; `done` closes the dialog and tells."""

    title = ""
    do = N_("Store")
    told = ""

    def __init__(self, desk: Desk, fields: Sequence[Field], parent: QWidget, *, columns: int = 2) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.desk = desk
        self.request = new_request()
        tr = desk.tr
        self.setWindowTitle(tr(self.title))
        self.setMinimumWidth(520)
        self.bar = MessageBar(tr)
        self.form = Form(fields, tr, columns=columns)
        self.form.submitted.connect(self.store)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(24, 24, 24, 16)
        self.rows.setSpacing(12)
        self.rows.addWidget(label(tr(self.title), "title"))
        self.rows.addWidget(self.bar)
        self.rows.addWidget(scrolled(self.form))
        self.rows.addLayout(self._buttons())
        self.form.focus_first()

    def _buttons(self) -> QHBoxLayout:
        tr = self.desk.tr
        back = QPushButton(tr(N_("Back")))
        back.setAutoDefault(False)
        back.clicked.connect(self.reject)
        self.go = QPushButton(tr(self.do))
        self.go.setAutoDefault(False)
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self.store)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(self.go)
        return row

    @Slot()
    def store(self) -> None:
        """Send the form if every field can be taken."""
        self.bar.clear()
        if self.form.check():
            self.send(self.form.values())

    def send(self, values: dict[str, object]) -> None:
        """Call the service."""
        raise NotImplementedError

    def set_busy(self, busy: bool) -> None:
        """Take no second click while the first is under way."""
        self.go.setEnabled(not busy)

    def done_with(self, _done: object) -> None:
        """Close, and say what was done."""
        self.desk.messages.did(Text(self.told))
        self.accept()

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show an error at its field, else in the dialog's bar."""
        if not self.form.take_error(error, retry):
            self.bar.show_notice(notice(error, retry))
        return True
