"""What leaves the overview: files of its figures, a picture of it, and paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from deskapp.domain.papers import Letterhead
from deskapp.domain.statistics_tables import OverviewPaper
from deskapp.domain.text import N_
from deskapp.services.base import Done, new_request
from deskapp.services.statistics import FigureRows
from deskapp.ui.messages import GOOD, Notice
from deskapp.ui.overview.answers import FORM, OfPaper, Sheet
from deskapp.ui.overview.saving import FILES, named, picture_of, rows_of
from deskapp.ui.preview import Preview, PreviewDialog, Printed
from deskapp.ui.printing import Printing

if TYPE_CHECKING:
    from deskapp.ui.overview.intake import IntakeFigures


class Output(QObject):
    """Saves and prints what the page shows; both are written down."""

    def __init__(self, page: IntakeFigures) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk

    @Slot()
    def save(self) -> None:
        """Ask where to, and save the figures as a table or as a picture."""
        title = self._desk.tr(N_("Save the figures"))
        path, kind = QFileDialog.getSaveFileName(self._page, title, "", FILES)
        if path:
            self.save_to(named(path, kind))

    def save_to(self, path: Path) -> None:
        """Save what is shown: a picture for ".png", else all tables."""
        page, tr, service = self._page, self._desk.tr, self._desk.services.statistics
        board = page.board
        if board is None:
            return
        actor, request, span = self._desk.actor(), new_request(), board.asked.period.span
        if path.suffix.lower() == ".png":
            picture = picture_of(page.tiles, page.shown)
            page.run(service.export_picture, actor, request, path, picture, span, done=self._saved)
            return
        figures = FigureRows(span, rows_of(board.tiles, board.tables, tr))
        page.run(service.export, actor, request, path, tr, figures, done=self._saved)

    def _saved(self, _done: Done[Any]) -> None:
        self._page.bar.show_notice(Notice(GOOD, self._desk.tr(N_("Saved."))))

    @Slot()
    def show_print(self) -> None:
        """Show the overview as it prints."""
        board, actor = self._page.board, self._desk.actor()
        if board is not None:
            read, shown = self._desk.services.statistics.letterhead, OfPaper(self, board.paper())
            self._page.run(read, actor, actor.name, done=shown.take, latest="overview.print")

    def open_preview(self, paper: OverviewPaper, letterhead: Letterhead) -> None:
        """Show the printed overview, to be printed or saved."""
        sheet = Sheet(paper, letterhead)
        preview = Preview(FORM, N_("Overview of the intake"), ("A4",), sheet.draw)
        dialog = PreviewDialog(self._desk, Printing(self._desk), (preview,), self._page)
        dialog.printed.connect(self._on_printed)
        dialog.open()

    @Slot(object)
    def _on_printed(self, printed: Printed) -> None:
        where = printed.printer or (printed.file.name if printed.file is not None else "")
        note = self._desk.services.papers.printed
        self._page.run(note, self._desk.actor(), new_request(), FORM, None, where)
