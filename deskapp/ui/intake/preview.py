"""Looking at a visit's forms, or at the blank ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from deskapp.domain.intake import VisitView
from deskapp.forms.catalog import FORMS
from deskapp.services.base import new_request
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.papers import SLIP, DeskPapers

if TYPE_CHECKING:
    from deskapp.ui.preview import Printed

SHOWN: Final = ("registration-form", "record-page", SLIP)


def open_preview(desk: Desk, papers: DeskPapers, visit: VisitView | None, parent: QWidget) -> None:
    """Show the forms of `visit`; without a visit the blank ones, to be filled in by hand."""
    from deskapp.ui.preview import Preview, PreviewDialog

    forms = [form for form in SHOWN if form != SLIP or visit is None or visit.number is not None]
    visit_id, code = (visit.id, visit.code) if visit else (None, "")
    previews = [
        Preview(form, FORMS[form].title, FORMS[form].sizes, papers.source(form, visit_id).draw, code)
        for form in forms
    ]
    dialog = PreviewDialog(desk, papers.printing(), previews, parent)
    record = _Record(desk, visit, dialog)
    dialog.printed.connect(record.take)
    dialog.open()


class _Record(QObject):
    """Writes down what left the preview."""

    def __init__(self, desk: Desk, visit: VisitView | None, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit = visit

    def take(self, printed: Printed) -> None:
        """Record a form that was printed or saved, and the slip's new state."""
        services, actor = self._desk.services, self._desk.actor()
        visit_id = self._visit.id if self._visit else None
        where = printed.printer or "file"
        self._desk.runner.run(services.papers.printed, actor, new_request(), printed.form, visit_id, where)
        number = self._visit.number if self._visit else None
        if printed.form == SLIP and number is not None and printed.printer:
            again = any(event.state.value != "issued" for event in number.events)
            self._desk.runner.run(
                services.numbers.slip_sent, actor, new_request(), number.id, printed.printer, again
            )
