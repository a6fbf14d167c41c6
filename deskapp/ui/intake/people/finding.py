"""The search of the desk, for the card: likely pairs while nothing is typed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.people.pairs_pane import PairsPane
from deskapp.ui.intake.visitor_search import VisitorSearch
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.result_list import ResultRow


class Finding(VisitorSearch):
    """A search field with its results, or the pane of pairs below it."""

    chosen = Signal(object)
    """The number of the visitor to open."""

    def __init__(self, desk: Desk, pairs: PairsPane) -> None:
        super().__init__(desk, pairs)
        self.pairs = pairs
        self._empty = EmptyState("search")
        self.results.set_empty(self._empty)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        super().retranslate(tr)
        self._empty.show_text(tr(N_("Nobody was found.")))
        self.pairs.retranslate(tr)

    def offer_cursor(self, page: QWidget) -> None:
        """Take the cursor unless it is somewhere in the page already."""
        at = QApplication.focusWidget()
        if page.isVisible() and not (at is not None and page.isAncestorOf(at)):
            self.take_focus()

    def take_chosen(self, row: ResultRow) -> None:
        """Open a visitor."""
        self.chosen.emit(row.data.id)

    def step_instead(self, rows: int) -> None:
        """Go through the pairs."""
        self.pairs.list.step(rows)

    def confirm(self) -> None:
        """Enter: a visitor, or a pair while nothing is typed."""
        if self._typed:
            super().confirm()
        else:
            self.pairs.list.choose()
