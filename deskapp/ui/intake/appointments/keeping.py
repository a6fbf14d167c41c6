"""Keeps name and phone of somebody new who was typed and not booked yet: they outlive a crash and another page."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Slot

from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.form import Form

KEY: Final = "appointments.new"
KEEP_AFTER_MS: Final = 400


class NewKeeper(QObject):
    """Saves a form's draft a moment after it was typed, and gives it back."""

    def __init__(self, desk: Desk, form: Form, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._form = form
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        form.changed.connect(self._on_changed)

    @Slot(object)
    def _on_changed(self, _name: object) -> None:
        self._timer.start()

    @Slot()
    def keep(self) -> None:
        """Save what stands in the form now."""
        self._timer.stop()
        typed = self._form.draft()
        if any(typed.values()):
            self._run(self._desk.services.drafts.save, typed)

    def forget(self) -> None:
        """Drop the draft: it was booked, or given up on purpose."""
        self._timer.stop()
        self._run(self._desk.services.drafts.drop)

    def load(self, take: Any) -> None:
        """Ask for the draft; `take` gets it, or None."""
        run, account = self._desk.runner.run, self._desk.actor().account_id
        run(self._desk.services.drafts.load, account, KEY, done=take, owner=self, latest="load")

    def _run(self, method: Any, *values: object) -> None:
        account = self._desk.actor().account_id
        self._desk.runner.run(method, account, KEY, *values, owner=self, latest="keep")
