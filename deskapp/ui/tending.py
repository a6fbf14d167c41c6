"""Keeps the search fast while the desk runs: what proved crowded is stored sorted when nobody types."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from deskapp.services.base import new_request
from deskapp.ui.base_tab import Desk

EVERY_MS: Final = 60_000
TIDY_EVERY: Final = 60
"""Looks after which the stored lists are tidied although nothing new is crowded: about an hour."""


class Tending(QObject):
    """Looks once a minute; a look costs nothing where there is nothing to do."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to look."""
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Store what is crowded, or tidy, for whoever is signed in."""
        visitors, actor = self._desk.services.visitors, self._desk.actor()
        self._looks += 1
        due = bool(visitors.crowded) or self._looks % TIDY_EVERY == 0
        if due and actor.account_id:
            self._desk.runner.run(
                visitors.keep_search_fast, actor, new_request(), failed=self._later, owner=self
            )

    def _later(self, _error: Exception) -> None:
        # Others are busy writing: nobody waits for this, and the next look comes by itself.
        self._looks -= 1
