"""The search of the desk, for the card: results while something is typed, likely pairs while nothing is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from deskapp.domain.intake import VisitorHit
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.people.pairs_pane import PairsPane
from deskapp.ui.intake.search_pane import hit_row
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.result_list import ResultList, ResultRow
from deskapp.ui.widgets.search_field import SearchField


class Finding(QWidget):
    """A search field with its results, or the pane of pairs below it."""

    chosen = Signal(object)
    """The number of the visitor to open."""

    def __init__(self, desk: Desk, pairs: PairsPane) -> None:
        super().__init__()
        self._desk = desk
        self._typed = ""
        self._pending = self._choosing = False
        self._hits: Sequence[VisitorHit] = ()
        self.pairs = pairs
        self.field = SearchField()
        self.results = ResultList(desk.tr)
        self._empty = EmptyState("search")
        self.results.set_empty(self._empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(pairs)
        self._stack.addWidget(self.results)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.field)
        rows.addWidget(self._stack, 1)
        self.field.edited.connect(self._on_edited)
        self.field.stepped.connect(self._on_stepped)
        self.field.confirmed.connect(self._on_confirmed)
        self.results.chosen.connect(self._on_chosen)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.field.say(tr, N_("Find a visitor"), N_("Name, pinyin, phone, document or scan"))
        self.results.setAccessibleName(tr(N_("Visitors found")))
        self._empty.show_text(tr(N_("Nobody was found.")))
        self.pairs.retranslate(tr)
        self._show(self._hits)

    def take_focus(self) -> None:
        """Put the cursor into the field and mark what stands there."""
        self.field.setFocus()
        self.field.selectAll()

    def clear(self) -> None:
        """Empty the field."""
        self.field.clear()

    def show_typed(self, text: str) -> None:
        """Search for a text that came from elsewhere, and open whom it means."""
        self.field.setText(text)
        self.take_focus()
        self._on_confirmed()

    def choose_first(self) -> None:
        """Open what comes first: a pair while nothing is typed."""
        shown = self.results if self._typed else self.pairs.list
        shown.choose()

    def search_again(self) -> None:
        """Ask again for what is typed: somebody was changed."""
        if self._typed:
            self._ask()

    @Slot(str)
    def _on_edited(self, typed: str) -> None:
        self._typed, self._choosing = typed.strip(), False
        if self._typed:
            self._ask()
        else:
            self._hits, self._pending = (), False
            self._stack.setCurrentWidget(self.pairs)

    def _ask(self) -> None:
        self._pending = True
        find, actor = self._desk.services.visitors.find, self._desk.actor()
        run = self._desk.runner.run
        run(find, actor, self._typed, done=self._take, owner=self, latest="people.find")

    def _take(self, hits: Sequence[VisitorHit]) -> None:
        self._pending = False
        self._show(hits)
        if self._choosing:
            self._choosing = False
            self.results.choose()

    def _show(self, hits: Sequence[VisitorHit]) -> None:
        self._hits = hits
        if self._typed:
            today = self._desk.today()
            self.results.apply([hit_row(hit, self._desk.tr, today) for hit in hits])
            self._stack.setCurrentWidget(self.results)

    @Slot(object)
    def _on_stepped(self, rows: int) -> None:
        shown = self.results if self._stack.currentWidget() is self.results else self.pairs.list
        shown.step(rows)

    @Slot()
    def _on_confirmed(self) -> None:
        if self._pending:
            # Enter faster than the answer: what it means is known only when the answer is here.
            self._choosing = True
        else:
            self.choose_first()

    @Slot(object)
    def _on_chosen(self, row: ResultRow) -> None:
        self.chosen.emit(row.data.id)
