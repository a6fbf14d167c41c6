"""Brings what other desks wrote to the change hub, looking ten times a second in a worker."""

from __future__ import annotations

from typing import Final, Protocol

from PySide6.QtCore import QObject, QTimer, Slot

from deskapp.domain.changes import Changes
from deskapp.ui.hub import ChangeHub
from deskapp.ui.tasks import Runner

EVERY_MS: Final = 100
"""What another desk did is on the screen within 200 ms. A look costs a tenth of a millisecond where nothing changed."""


class Feed(Protocol):
    """What the watcher asks; `deskapp.db.change_feed` has the real one."""

    def start(self) -> None:
        """Begin at the present."""

    def poll(self) -> Changes:
        """Return what others changed since the last call."""
        ...


class FeedWatcher(QObject):
    """Asks the feed while the window is open; one look at a time."""

    def __init__(self, feed: Feed, runner: Runner, hub: ChangeHub, parent: QObject) -> None:
        super().__init__(parent)
        self._feed = feed
        self._runner = runner
        self._hub = hub
        self._begun = self._stopped = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin with what is written from now on."""
        self._runner.run(self._feed.start, done=self._started, failed=self._later, owner=self)

    def _started(self, _done: object) -> None:
        self._begun = True
        self._go_on()

    def stop(self) -> None:
        """Look no more, also after the look that is under way."""
        self._stopped = True
        self._timer.stop()

    def _go_on(self) -> None:
        if not self._stopped:
            self._timer.start()

    @Slot()
    def _look(self) -> None:
        if self._begun:
            self._runner.run(self._feed.poll, done=self._tell, failed=self._later, owner=self)
        else:
            # Without its beginning it would tell of everything that was ever written.
            self.start()

    def _tell(self, changes: Changes) -> None:
        self._hub.post(changes)
        self._go_on()

    def _later(self, _error: Exception) -> None:
        # The database is away for the moment; whoever uses it is told. The feed goes on when it is back.
        self._go_on()
