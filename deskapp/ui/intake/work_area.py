"""The middle of the desk: nothing, a visitor's record, or a visit. Its pages are made piece by piece.

The desk is usable as soon as the search is: making all fields at once would keep it waiting, and
making them in one go later would stall a hand that is typing already.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.visit_page import PartStack, VisitPage
from deskapp.ui.intake.visitor_fields import VISITOR_FIELDS
from deskapp.ui.intake.visitor_page import VisitorPage
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.form import Form


class WorkArea(QStackedWidget):
    """Asking for a page makes what is still missing of it; otherwise it is made in idle moments."""

    prepared = Signal()
    """Both pages are there; emitted before either is first used."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.idle = EmptyState("stethoscope")
        self.addWidget(self.idle)
        self._visit: VisitPage | None = None
        self._visitor: VisitorPage | None = None
        self._pieces = self._make(desk)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._make_one)

    def prepare(self) -> None:
        """Make a piece whenever nothing else is to do."""
        self._timer.start(0)

    @property
    def is_prepared(self) -> bool:
        """Whether both pages are there."""
        return self._visitor is not None

    @property
    def visit(self) -> VisitPage:
        """The page of a visit."""
        self._make_all()
        assert self._visit is not None
        return self._visit

    @property
    def visitor(self) -> VisitorPage:
        """The page of a visitor's record."""
        self._make_all()
        assert self._visitor is not None
        return self._visitor

    def at_visit(self) -> bool:
        """Return whether a visit is what the person looks at."""
        return self._visit is not None and self.currentWidget() is self._visit

    def at_visitor(self) -> bool:
        """Return whether a record is what the person looks at."""
        return self._visitor is not None and self.currentWidget() is self._visitor

    def _make(self, desk: Desk) -> Iterator[None]:
        parts = PartStack(self)
        parts.hide()
        yield from parts.make(desk)
        yield
        self._visit = VisitPage(desk, parts, self)
        yield
        self.addWidget(self._visit)
        yield
        form = Form(VISITOR_FIELDS, desk.tr, whole=False)
        visitor = VisitorPage(desk, form)
        self.addWidget(visitor)
        yield
        while form.make_some():
            yield
        visitor.complete()
        yield
        self._visitor = visitor
        self.prepared.emit()
        yield
        _get_ready(self._visit)

    @Slot()
    def _make_one(self) -> None:
        if next(self._pieces, self) is self:
            self._timer.stop()

    def _make_all(self) -> None:
        if not self.is_prepared:
            for _piece in self._pieces:
                pass


def _get_ready(page: QWidget) -> None:
    """Dress and measure a page that was never shown, the innermost first.

    Qt does that at the first showing, the outermost first: 95 ms in one go, while somebody types. This takes 15.
    """
    inside = page.findChildren(QWidget)
    for widget in inside:
        widget.ensurePolished()
    for widget in reversed(inside):
        layout = widget.layout()
        if layout is not None:
            layout.activate()
