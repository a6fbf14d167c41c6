"""Background jobs that keep the data safe, whoever is signed in and while nobody is. A line per job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Slot

from deskapp.errors import DeskError
from deskapp.services.base import new_request
from deskapp.ui.base_tab import Desk

MINUTE_MS: Final = 60_000


@dataclass(frozen=True)
class Job:
    """A background job: its name, how often it looks whether there is anything to do, and the call that does it.

    The call gets the services and whoever is signed in; it runs in a worker, and what it returns is
    published like any other use case's changes. `tells`: what goes wrong is said in the window.
    """

    name: str
    every_ms: int
    call: Callable[[Any, Any], object]
    tells: bool = False


def _daily_backup(services: Any, actor: Any) -> object:
    return services.backups.make_if_due(actor)


def _anchor(services: Any, actor: Any) -> object:
    return services.trail.anchor_if_due(actor)


def _tidy(services: Any, actor: Any) -> object:
    return services.retention.tidy(actor, new_request())


def _look(services: Any, actor: Any) -> object:
    return services.health.look_if_due(actor)


def _return_no_shows(services: Any, actor: Any) -> object:
    return services.waiting.return_no_shows(actor, new_request())


def _adopt(services: Any, actor: Any) -> object:
    return services.waiting.adopt(actor, new_request())


JOBS: Final = (
    Job("integrity", MINUTE_MS, _look, tells=True),
    Job("backup", MINUTE_MS, _daily_backup),
    Job("anchor", 5 * MINUTE_MS, _anchor),
    Job("tidy", 60 * MINUTE_MS, _tidy),
    Job("no-shows", MINUTE_MS // 3, _return_no_shows),
    Job("places", MINUTE_MS, _adopt),
)


class Keeping(QObject):
    """Runs the jobs while the desk is open; a job that is still under way is not begun a second time."""

    def __init__(self, desk: Desk, parent: QObject, jobs: tuple[Job, ...] = JOBS) -> None:
        super().__init__(parent)
        self._runs = [_Run(desk, job, self) for job in jobs]

    def start(self) -> None:
        """Begin to look."""
        for run in self._runs:
            run.timer.start()

    def stop(self) -> None:
        """Look no more."""
        for run in self._runs:
            run.timer.stop()


class _Run(QObject):
    """One job and its clock."""

    def __init__(self, desk: Desk, job: Job, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job = job
        self._under_way = False
        self.timer = QTimer(self)
        self.timer.setInterval(job.every_ms)
        self.timer.timeout.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Do the job, unless it is being done."""
        if not self._under_way:
            desk = self._desk
            desk.runner.run(
                self._job.call,
                desk.services,
                desk.actor(),
                failed=self._later,
                owner=self,
                busy=self._set_busy,
            )

    def _set_busy(self, busy: bool) -> None:
        self._under_way = busy

    def _later(self, error: Exception) -> None:
        # Nobody waits for it and the next look comes by itself; what a person has to do a job tells itself.
        if self._job.tells or not isinstance(error, DeskError):
            self._desk.messages.route(error)
