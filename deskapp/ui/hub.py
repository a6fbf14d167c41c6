"""Live refresh: what was written, here or at another desk, told to every view at most ten times a second."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from deskapp.domain.changes import NOTHING, Changes

GATHER_MS = 100


class ChangeHub(QObject):
    """Gathers changes and emits them as one; `post` may be called from any thread."""

    changed = Signal(object)
    """One `Changes`: the first after a quiet time at once, what follows within 100 ms together."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None, gather_ms: int = GATHER_MS) -> None:
        super().__init__(parent)
        self._waiting = NOTHING
        self._gather = gather_ms / 1000
        self._told = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tell)
        self._posted.connect(self._take)

    def post(self, changes: Changes) -> None:
        """Tell every view what was touched."""
        if changes:
            self._posted.emit(changes)

    @Slot(object)
    def _take(self, changes: Changes) -> None:
        self._waiting |= changes
        if not self._timer.isActive():
            rest = self._gather - (time.monotonic() - self._told)
            self._timer.start(max(0, round(rest * 1000)))

    @Slot()
    def _tell(self) -> None:
        gathered, self._waiting = self._waiting, NOTHING
        self._told = time.monotonic()
        self.changed.emit(gathered)
