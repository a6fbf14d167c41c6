"""Finding a visitor as one types: the field, what was found, and what else stands there while nothing is typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from deskapp.domain.intake import VisitorHit
from deskapp.domain.registration import Allergy, label
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.widgets.result_list import Marks, ResultList, ResultRow
from deskapp.ui.widgets.search_field import SearchField

WIDTH: Final = 360
LEAST: Final = 330
SEPARATOR: Final = "  ·  "


class VisitorFinder(QWidget):
    """A field and a list of visitors, best first. Enter before the answer chooses the best once it is here.

    Place `field` and `results`, and override `take_chosen`, and what else is to be different.
    """

    confirming = Signal(object)
    """True: Enter came before the answer, which will follow; False: it will not."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._typed = ""
        self._pending = False
        self._confirming = False
        self._hits: Sequence[VisitorHit] = ()
        self.field = SearchField()
        self.results = ResultList(desk.tr)
        self.field.edited.connect(self._on_edited)
        self.field.confirmed.connect(self._on_confirmed)
        self.results.chosen.connect(self._on_chosen)

    # to override

    def rows_of(self, hits: Sequence[VisitorHit]) -> list[ResultRow]:
        """Return the rows for what was found."""
        today = self._desk.today()
        return [hit_row(hit, self._desk.tr, today) for hit in hits]

    def take_chosen(self, row: ResultRow) -> None:
        """Go on with what was chosen."""
        raise NotImplementedError

    def follow_typing(self) -> None:
        """Show what fits to what is typed by now; it is being looked for."""

    def show_results(self) -> None:
        """Show what was found: the rows are there."""

    def confirm(self) -> None:
        """Enter: open the best that was found."""
        if self._pending:
            # Enter faster than the answer: what it means is known only when the answer is here.
            self.confirming.emit(True)
            self._ask_and_choose()
        elif self._typed:
            self.results.choose()

    # for use

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.results.setAccessibleName(tr(N_("Visitors found")))
        self._show_hits(self._hits)

    def take_focus(self) -> None:
        """Put the cursor into the field and mark what stands there."""
        self.field.setFocus()
        self.field.selectAll()

    def show_typed(self, text: str) -> None:
        """Search for a text that came from elsewhere, such as a code that nobody knows."""
        self.field.setText(text)
        self.take_focus()

    def search_again(self) -> None:
        """Ask again for what is typed: somebody was changed."""
        if self._typed and self._confirming:
            self._ask_and_choose()
        elif self._typed:
            self._ask()

    # asking

    @Slot(str)
    def _on_edited(self, typed: str) -> None:
        self._typed, self._confirming = typed.strip(), False
        if self._typed:
            self._ask()
        else:
            self._hits, self._pending = (), False
        self.follow_typing()

    def _ask(self) -> None:
        self._pending = True
        find, actor, run = self._desk.services.visitors.find, self._desk.actor(), self._desk.runner.run
        run(find, actor, self._typed, done=self._take_hits, owner=self, latest="visitors.find")

    def _take_hits(self, hits: Sequence[VisitorHit]) -> None:
        self._pending = False
        self._show_hits(hits)

    def _show_hits(self, hits: Sequence[VisitorHit]) -> None:
        self._hits = hits
        if self._typed:
            self.results.apply(self.rows_of(hits))
            self.show_results()

    def _ask_and_choose(self) -> None:
        self._confirming = True
        self._desk.runner.run(
            self._desk.services.visitors.find,
            self._desk.actor(),
            self._typed,
            done=self._take_and_choose,
            failed=self._not_found,
            owner=self,
            latest="visitors.find",
        )

    def _not_found(self, error: Exception) -> None:
        self._confirming = False
        self.confirming.emit(False)
        self._desk.messages.route(error, self, self.search_again)

    def _take_and_choose(self, hits: Sequence[VisitorHit]) -> None:
        self._confirming = False
        self._take_hits(hits)
        if self._typed:
            self.results.choose()
        self.confirming.emit(False)

    # keys

    @Slot()
    def _on_confirmed(self) -> None:
        self.confirm()

    @Slot(object)
    def _on_chosen(self, row: ResultRow) -> None:
        self.take_chosen(row)


class VisitorSearch(VisitorFinder):
    """Finds visitors in a column of its own, in which something else stands while nothing is typed.

    Override also what Enter and the arrow keys do while nothing is typed.
    """

    def __init__(self, desk: Desk, instead: QWidget) -> None:
        super().__init__(desk)
        self._instead = instead
        self._stack = QStackedWidget()
        self._stack.addWidget(instead)
        self._stack.addWidget(self.results)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.field)
        rows.addWidget(self._stack, 1)
        self.field.stepped.connect(self._on_stepped)

    def step_instead(self, rows: int) -> None:
        """Go by so many rows in what is shown while nothing is typed."""
        raise NotImplementedError

    def follow_typing(self) -> None:
        """While nothing is typed, show what stands there instead."""
        if not self._typed:
            self._stack.setCurrentWidget(self._instead)

    def show_results(self) -> None:
        """Show what was found."""
        self._stack.setCurrentWidget(self.results)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.field.say(tr, N_("Find a visitor"), N_("Name, pinyin, phone, document or scan"))
        super().retranslate(tr)

    def fit(self, page_width: int) -> None:
        """Take the room that is due in a page of so many pixels."""
        sizes = style.tokens().sizes
        self.setFixedWidth(min(sizes.px(WIDTH), max(sizes.px(LEAST), page_width * 3 // 10)))

    def clear(self) -> None:
        """Empty the field."""
        self.field.clear()

    @Slot(object)
    def _on_stepped(self, rows: int) -> None:
        if self._stack.currentWidget() is self.results:
            self.results.step(rows)
        else:
            self.step_instead(rows)


def hit_row(hit: VisitorHit, tr: Translator, today: dt.date) -> ResultRow:
    """Return one result as it is drawn: enough to tell two people of one name apart."""
    title = shown_name(hit.name, tr)
    born = tr.date(hit.birth_date) if hit.birth_date else tr(N_("birth date unknown"))
    parts = [tr(label(hit.sex)), born]
    marks: list[tuple[int, int]] = []
    for shown, match in ((hit.phone_masked, hit.phone_match), (hit.document_masked, hit.document_match)):
        if shown:
            offset = sum(len(part) + len(SEPARATOR) for part in parts)
            if match:
                marks.append((offset + match[0], match[1] - match[0]))
            parts.append(shown)
    allergic = hit.allergy is Allergy.YES
    seen = tr.day_time(hit.last_visit, today) if hit.last_visit else tr(N_("first time"))
    return ResultRow(
        hit.id,
        title,
        title_marks=_mark(hit.name_match),
        aside=f"{tr(N_('allergy'))} · {seen}" if allergic else seen,
        second=SEPARATOR.join(parts),
        second_marks=tuple(marks),
        icon="triangle-alert" if allergic else "user-round",
        tone="danger" if allergic else "secondary",
        data=hit,
    )


def _mark(match: tuple[int, int] | None) -> Marks:
    return ((match[0], match[1] - match[0]),) if match else ()
