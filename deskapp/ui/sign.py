"""A sign in the window's bars: it asks by itself how things are, as long as somebody is signed in who may know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.ui.base_tab import Desk

MINUTE_MS = 60_000


class Sign(QWidget):
    """Base of the signs. Override `question`, `take` and `retranslate`."""

    subjects: ClassVar[frozenset[str]] = frozenset()
    """Topics of `Changes` after which it asks at once."""

    permission: ClassVar[Permission | None] = None
    every_ms: ClassVar[int] = MINUTE_MS

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._timer = QTimer(self)
        self._timer.setInterval(self.every_ms)
        self._timer.timeout.connect(self.ask)
        desk.hub.changed.connect(self._on_changes)
        self.hide()

    def question(self) -> Callable[..., Any]:
        """Return the service's method that is asked; it gets who is signed in."""
        raise NotImplementedError

    def take(self, answer: Any) -> None:
        """Show what the service answered."""
        raise NotImplementedError

    @Slot()
    def ask(self) -> None:
        """Ask, as long as somebody is signed in who may know."""
        actor = self._desk.actor()
        if not actor.account_id or (self.permission is not None and not actor.may(self.permission)):
            self.forget()
            return
        self._timer.start()
        self._desk.runner.run(
            self.question(), actor, done=self.take, failed=self._later, owner=self, latest="sign"
        )

    def _later(self, _error: Exception) -> None:
        """Go on showing what was known: the next look comes by itself, and a fault shows where somebody works."""

    def forget(self) -> None:
        """Say nothing while nobody is signed in."""
        self._timer.stop()
        self.hide()

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if changes.concerns(*self.subjects):
            self.ask()
