"""The directory in files: a list is looked at first, then its good rows are stored; what is there is written out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout

from deskapp.domain.directory import FILED, KIND_LABELS, Kind
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError
from deskapp.services.base import Done, new_request
from deskapp.services.transfer.report import ImportReport, Outcome
from deskapp.ui import style
from deskapp.ui.intake.import_report import ImportPage
from deskapp.ui.keys import Action
from deskapp.ui.later import Later
from deskapp.ui.messages import Retry, notice
from deskapp.ui.tasks import Task
from deskapp.ui.widgets.basics import pad_dialog
from deskapp.ui.widgets.message_bar import MessageBar
from deskapp.ui.widgets.progress import ProgressStrip

if TYPE_CHECKING:
    from deskapp.ui.intake.directory.page import DirectoryPage

READS: Final = N_("Tables (*.csv *.xlsx)")
WRITES: Final = N_("Workbook (*.xlsx);;Table (*.csv);;Data (*.json)")
SUFFIX: Final = ".xlsx"
SIZE: Final = (760, 520)


class FileWork(QObject):
    """Reads one kind in from a file, and writes one kind or all out to one."""

    def __init__(self, page: DirectoryPage) -> None:
        super().__init__(page)
        self._page, self._desk = page, page.desk

    def kind(self) -> Kind | None:
        """Return the kind that is listed, if a file can hold it."""
        kind = self._page.kinds.kind()
        return kind if kind in FILED else None

    def choose(self) -> None:
        """Let the person choose a file of the kind that is listed, and look at it."""
        kind, tr = self.kind(), self._desk.tr
        if kind is None:
            return
        title = tr(N_("Read in: {kind}"), kind=Text(KIND_LABELS[kind]))
        path, _filter = QFileDialog.getOpenFileName(self._page, title, "", tr(READS))
        if path:
            self.look(kind, Path(path))

    def look(self, kind: Kind, path: Path) -> None:
        """Say what a file would do; nothing is stored."""
        _Reading(self._page, kind, path).look()

    def write(self) -> None:
        """Write the kind that is listed, or all of them, to a file."""
        kind, tr = self.kind(), self._desk.tr
        told = Text(KIND_LABELS[kind]) if kind is not None else Text(N_("everything"))
        title = tr(N_("Write out: {kind}"), kind=told)
        path, _filter = QFileDialog.getSaveFileName(self._page, title, "", tr(WRITES))
        if path:
            file = Path(path)
            self.write_to(kind, file if file.suffix else file.with_suffix(SUFFIX))

    def write_to(self, kind: Kind | None, path: Path) -> None:
        """Write a kind, or all, to this file."""
        export, actor = self._desk.services.directory.export_file, self._desk.actor()
        args = (actor, new_request(), path, self._desk.tr.language, kind)
        self._page.run(export, *args, done=_Written(self._page, path).done)


@dataclass(frozen=True)
class _Written:
    """Which file was written."""

    page: DirectoryPage
    path: Path

    def done(self, done: Done[int]) -> None:
        told = {"file": self.path.name, "count": done.value}
        self.page.desk.messages.did(Text(N_("Written to {file}, rows: {count}"), told))


class _Reading:
    """A file of one kind: looked at, shown, and its good rows stored when somebody says so."""

    def __init__(self, page: DirectoryPage, kind: Kind, path: Path) -> None:
        self.page, self.kind, self.path = page, kind, path
        self.dialog: ReportDialog | None = None
        self._request = new_request()

    def look(self) -> None:
        """Say what the file would do; looking stores nothing at all."""
        service, desk = self.page.desk.services.directory, self.page.desk
        read = partial(service.import_file, dry_run=True)
        asked = (read, desk.actor(), new_request(), self.kind, self.path)
        desk.runner.run(*asked, done=self._done, owner=self.page)

    def store(self, dialog: ReportDialog) -> None:
        """Store the good rows, all at once; the same request again after a lost answer stores nothing twice."""
        desk, strip = self.page.desk, dialog.progress
        asked = (desk.services.directory.import_file, desk.actor(), self._request, self.kind, self.path)
        dialog.task = desk.runner.run(
            *asked,
            done=self._done,
            failed=dialog.failed,
            owner=dialog,
            busy=dialog.set_busy,
            progress=strip.progress,
        )
        strip.watch(dialog.task)

    def _done(self, done: Done[ImportReport]) -> None:
        if self.dialog is None:
            self.dialog = ReportDialog(self)
            self.dialog.open()
        self.dialog.show_report(done.value)


class ReportDialog(QDialog):
    """What the file would do, and what it did."""

    def __init__(self, reading: _Reading) -> None:
        super().__init__(reading.page)
        self._reading, desk = reading, reading.page.desk
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        sizes = style.tokens().sizes
        self.resize(sizes.px(SIZE[0]), sizes.px(SIZE[1]))
        self.bar, self.progress = MessageBar(desk.tr), ProgressStrip(desk.tr)
        self.task: Task | None = None
        self._busy = False
        keys = desk.keys.install(
            self,
            (
                Action(
                    "list.store", N_("Store the good rows"), self.store, "Ctrl+Return", "save", primary=True
                ),
                Action("list.leave", N_("Back"), self.reject, "Esc"),
            ),
        )
        title = desk.tr(KIND_LABELS[reading.kind])
        self.setWindowTitle(title)
        self.report = ImportPage(desk, keys["list.store"], keys["list.leave"], N_("From {file}"))
        rows = QVBoxLayout(self)
        pad_dialog(rows)
        rows.addWidget(self.bar)
        rows.addWidget(self.progress)
        rows.addWidget(self.report, 1)

    def show_report(self, report: ImportReport) -> None:
        """Show what a file would do, or did."""
        self.report.show_report(self._reading.path, report)
        if report.written:
            stored = report.counts[Outcome.ADDED] + report.counts[Outcome.CHANGED]
            told = {"file": self._reading.path.name, "count": stored}
            self._reading.page.desk.messages.did(Text(N_("Read in from {file}, rows: {count}"), told))

    def set_busy(self, busy: bool) -> None:
        """Begin nothing else meanwhile; tell how far it is."""
        self._busy = busy
        self.report.setEnabled(not busy)
        self.progress.busy(busy)

    def failed(self, error: Exception) -> None:
        """Say what went wrong; tried again it can be ended, too."""
        self._reading.page.desk.messages.route(error, self, Later(self.store))

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show an error here: the page is behind."""
        self.bar.show_notice(notice(error, retry))
        return True

    def store(self) -> None:
        """Store the good rows."""
        if self.report.path is not None and not self._busy:
            self.bar.clear()
            self._reading.store(self)

    def reject(self) -> None:
        """Leave; while it is being stored, end that first: then nothing of it is."""
        if self._busy and self.task is not None:
            self.task.cancel()
        else:
            super().reject()
