"""Reading appointments from files and writing them to a calendar file, from the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text
from deskapp.services.base import Done, new_request
from deskapp.services.transfer.report import ImportReport, Outcome
from deskapp.ui.later import Later
from deskapp.ui.messages import INFO, Notice
from deskapp.ui.tasks import Reporter, Task

if TYPE_CHECKING:
    from deskapp.ui.intake.appointments.page import AppointmentsPage

SUFFIX: Final = ".ics"


class FileWork(QObject):
    """Looks at a file, stores its good rows, writes the days shown."""

    def __init__(self, page: AppointmentsPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._task: Task | None = None

    def choose(self) -> None:
        """Let the person choose a file, and look at it."""
        if not self._desk.actor().may(Permission.IMPORT):
            return
        tr = self._desk.tr
        kinds = tr(N_("Appointments (*.csv *.xlsx *.ics)"))
        path, _kind = QFileDialog.getOpenFileName(self._page, tr(N_("Read appointments in")), "", kinds)
        if path:
            self.look(Path(path))

    def look(self, path: Path) -> None:
        """Say what a file would do; nothing is stored."""
        self.send(_Reading(self, path, dry=True))

    def store(self) -> None:
        """Store the good rows of the file that was looked at."""
        if self._page.report.path is not None:
            self.send(_Reading(self, self._page.report.path, dry=False))

    def send(self, reading: _Reading) -> None:
        """Look at a file or store its good rows; sent again after an error it can be ended, too."""
        page, strip = self._page, self._page.progress
        asked = (reading.read, self._desk.actor(), new_request())
        self._task = None
        self._task = page.run(
            *asked, done=reading.done, failed=reading.failed, busy=reading.busy, progress=strip.progress
        )
        strip.watch(self._task)

    def busy(self, reading: _Reading, under_way: bool) -> None:
        """Tell how far it is; at the end what was stored is shown, also where it was ended or broke off."""
        self._page.set_busy(under_way)
        self._page.progress.busy(under_way)
        if under_way or reading.dry:
            return
        # Many short transactions: of those before the end nobody tells who did not get its answer.
        self._desk.hub.post(Changes.of("appointment") | Changes.of("visitor"))
        if self._task is not None and self._task.cancelled:
            self._page.show_report(False)
            words = N_(
                "Stopped. What was stored by then stays stored; reading the file in again does the rest."
            )
            self._page.bar.show_notice(Notice(INFO, Text(words)))

    def failed(self, reading: _Reading, error: Exception) -> None:
        """Say what went wrong; it can be tried again."""
        self._desk.messages.route(error, self._page, Later(self.send, reading))

    def read(self, reading: _Reading, report: ImportReport) -> None:
        """Show the report."""
        self._page.report.show_report(reading.path, report)
        self._page.show_report(True)
        if report.written:
            stored = report.counts[Outcome.ADDED] + report.counts[Outcome.CHANGED]
            self._desk.messages.did(Text(N_("Appointments read in: {count}"), {"count": stored}))

    def write(self) -> None:
        """Write the day or week shown to a calendar file."""
        page, tr = self._page, self._desk.tr
        if not self._desk.actor().may(Permission.EXPORT):
            return
        path, _kind = QFileDialog.getSaveFileName(
            page, tr(N_("Write a calendar file")), "", tr(N_("Calendar (*.ics)"))
        )
        if path:
            file = Path(path)
            self.write_to(file if file.suffix else file.with_suffix(SUFFIX))

    def write_to(self, path: Path) -> None:
        """Write what is shown to this file."""
        page = self._page
        days = page.showing.days
        order = _Writing(self, path)
        export, actor = self._desk.services.appointments.export_calendar, self._desk.actor()
        page.run(export, actor, new_request(), path, days, self._desk.tr.language, done=order.done)

    def written(self, path: Path, count: int) -> None:
        """Say how many were written."""
        told = {"count": count, "file": path.name}
        self._desk.messages.did(Text(N_("Appointments written to {file}: {count}"), told))


@dataclass(frozen=True)
class _Reading:
    """Which file is read, and whether only looked at."""

    work: FileWork
    path: Path
    dry: bool

    def read(self, actor: object, request: str, report: Reporter) -> Done[ImportReport]:
        service = self.work._desk.services.appointments
        done: Done[ImportReport] = service.import_file(
            actor, request, self.path, partial=True, dry_run=self.dry, report=report
        )
        return done

    def busy(self, under_way: bool) -> None:
        self.work.busy(self, under_way)

    def failed(self, error: Exception) -> None:
        self.work.failed(self, error)

    def done(self, done: Done[ImportReport]) -> None:
        self.work.read(self, done.value)


@dataclass(frozen=True)
class _Writing:
    """Which file is written."""

    work: FileWork
    path: Path

    def done(self, done: Done[int]) -> None:
        self.work.written(self.path, done.value)
