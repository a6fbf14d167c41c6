"""At the left while nothing is typed: likely pairs to decide, those decided as two people, and the search for more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QTabBar, QVBoxLayout, QWidget

from deskapp.domain.access import Permission
from deskapp.domain.people import PairState, ScanState
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.services.intake.pairs import PairPart, PairRow, ScanView
from deskapp.services.intake.people import PAIRS_AT_ONCE
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.keys import KeyAction
from deskapp.ui.tasks import Task
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.result_list import ResultList, ResultRow

LOOK_EVERY_MS: Final = 1000
VIEWS: Final[Mapping[PairState, str]] = {
    PairState.OPEN: N_("To decide"),
    PairState.DIFFERENT: N_("Two people"),
}


class PairsPane(QWidget):
    """Lists pairs, tells how far a search is, and looks again while one is under way."""

    chosen = Signal(object)
    """The `PairRow` to decide."""

    looked = Signal()
    """How far the search is was learned anew."""

    turned = Signal()
    """Pairs of the other kind are listed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._part: PairPart | None = None
        self._following: Task | None = None
        self.scan: ScanView | None = None
        self._title, self._told = words("", "strong", wrap=True), words("", "secondary", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.hide()
        self.views = QTabBar()
        self.views.setDrawBase(False)
        for _state in VIEWS:
            self.views.addTab("")
        self.views.currentChanged.connect(self._on_view)
        self.list = ResultList(desk.tr)
        self._empty = EmptyState("users")
        self.list.set_empty(self._empty)
        self.list.chosen.connect(self._on_chosen)
        self.list.current.connect(self._on_current)
        self.list.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_EVERY_MS)
        self._clock.timeout.connect(self.look)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        for widget in (self.views, self._title, self.list, self._told, self._bar):
            self._rows.addWidget(widget, 1 if widget is self.list else 0)

    def add_button(self, action: KeyAction) -> None:
        """Show the action that begins or ends a search."""
        button = ActionButton(action)
        self._rows.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        button.setVisible(self.may)

    @property
    def may(self) -> bool:
        """Whether whoever is signed in decides about pairs."""
        allowed: bool = self._desk.actor().may(Permission.VISITOR_MERGE)
        return allowed

    def ask(self) -> None:
        """Ask for the pairs, and how far the search is."""
        if self.may:
            read, run = self._desk.services.people.pairs, self._desk.runner.run
            known = len(self._part.pairs) if self._part is not None else 0
            limit = max(PAIRS_AT_ONCE, known)
            run(
                read, self._desk.actor(), limit, None, self.state, done=self._show, owner=self, latest="pairs"
            )
            self.look()

    @property
    def state(self) -> PairState:
        """Which pairs are listed."""
        return list(VIEWS)[self.views.currentIndex()]

    def switch(self) -> None:
        """List the pairs of the other kind."""
        self.views.setCurrentIndex((self.views.currentIndex() + 1) % len(VIEWS))

    @Slot(int)
    def _on_view(self, _place: int) -> None:
        self._part = None
        self._say_empty(self._desk.tr)
        self._tell(self._desk.tr)
        self.ask()
        self.turned.emit()

    # what follows

    @Slot()
    def _on_current(self) -> None:
        if self._part is not None and self.list.currentIndex().row() == len(self._part.pairs) - 1:
            self._ask_more(self._part)

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        if self._part is not None and value >= self.list.verticalScrollBar().maximum() > 0:
            self._ask_more(self._part)

    def _ask_more(self, part: PairPart) -> None:
        """Ask for the pairs behind those that are listed, once the end of the list is reached."""
        if not part.more or (self._following is not None and not self._following.finished):
            return
        read, run, take = self._desk.services.people.pairs, self._desk.runner.run, partial(self._add, part)
        asked = (self._desk.actor(), PAIRS_AT_ONCE, part.pairs[-1].place, self.state)
        self._following = run(read, *asked, done=take, owner=self, latest="pairs.more")

    def _add(self, part: PairPart, more: PairPart) -> None:
        """List what follows `part`, unless that was read anew meanwhile."""
        if self._part is part:
            self._show(replace(more, pairs=(*part.pairs, *more.pairs)))
        else:
            self._on_current()

    @Slot()
    def look(self) -> None:
        """Ask how far the search is."""
        state, run = self._desk.services.people.scan_state, self._desk.runner.run
        run(state, self._desk.actor(), done=self._take_scan, owner=self, latest="scan")

    def _take_scan(self, scan: ScanView | None) -> None:
        was_running = self._is_running()
        self.scan = scan
        if self._is_running():
            self._clock.start()
        else:
            self._clock.stop()
            if was_running:
                self.ask()
        self._tell(self._desk.tr)
        self.looked.emit()

    def _is_running(self) -> bool:
        return self.scan is not None and self.scan.state is ScanState.RUNNING

    def following(self, pair: tuple[int, int]) -> PairRow | None:
        """Return the pair to decide after one that was decided; none while decided ones are looked through."""
        pairs = self._part.pairs if self._part is not None and self.state is PairState.OPEN else ()
        ids = [row.id for row in pairs]
        at = ids.index(pair) + 1 if pair in ids else 0
        return next((row for row in (*pairs[at:], *pairs[:at]) if row.id != pair), None)

    def stop(self) -> None:
        """Look no more."""
        self._clock.stop()

    # words

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        for place, name in enumerate(VIEWS.values()):
            self.views.setTabText(place, tr(name))
        for widget in (self.views, self.list):
            widget.setAccessibleName(tr(N_("Likely pairs")))
        self._say_empty(tr)
        self._tell(tr)
        if self._part is not None:
            self._show(self._part)

    def _say_empty(self, tr: Translator) -> None:
        if not self.may:
            nothing = N_("Type a name, a phone or a document, or scan it: Enter opens the person.")
        elif self.state is PairState.OPEN:
            nothing = N_("No two records wait to be told apart.")
        else:
            nothing = N_("No two records were decided to be two people.")
        self._empty.show_text(tr(nothing))

    def _show(self, part: PairPart) -> None:
        is_other, self._part = self._part is None, part
        tr, today = self._desk.tr, self._desk.today()
        self.list.apply([_pair_row(row, tr, today) for row in part.pairs], to_first=is_other)
        self._tell(tr)
        self._on_current()

    def point_at(self, pair: tuple[int, int]) -> None:
        """Put the cursor on the pair that is decided now, if it is one of the list."""
        low, high = sorted(pair)
        self.list.select((low, high))

    def _tell(self, tr: Translator) -> None:
        count = self._part.open if self._part is not None else 0
        told = tr.n("{count} pair may be one person", "{count} pairs may be one person each", count)
        self._title.setText(told if count else tr(N_("Likely pairs")))
        self._title.setVisible(self.may and self.state is PairState.OPEN)
        self.views.setVisible(self.may)
        self._told.setText(scan_words(self.scan, tr))
        self._told.setVisible(self.may)
        running = self._is_running()
        self._bar.setVisible(running)
        if running and self.scan is not None:
            share = self.scan.share
            self._bar.setRange(0, 1000 if share is not None else 0)
            self._bar.setValue(int(1000 * (share or 0)))

    @Slot(object)
    def _on_chosen(self, row: ResultRow) -> None:
        self.chosen.emit(row.data)


def scan_words(scan: ScanView | None, tr: Translator) -> str:
    """Say how far the last search is and what it did."""
    if scan is None:
        return tr(N_("The records have not been searched for pairs yet."))
    figures = tr(
        N_("{compared} pairs of {blocks} groups compared in {seconds} s, {found} likely."),
        compared=f"{scan.compared:,}",
        blocks=f"{scan.blocks:,}",
        seconds=f"{scan.seconds:.0f}",
        found=f"{scan.found:,}",
    )
    if scan.failure is not None:
        return f"{tr(scan.failure)}\n{figures}"
    heads = {
        ScanState.RUNNING: N_("Searching at low priority; desks go on working."),
        ScanState.STOPPED: N_("The search of {when} was stopped; it goes on from there."),
        ScanState.FINISHED: N_("Last searched: {when}."),
    }
    return f"{tr(heads[scan.state], when=scan.started_at)}\n{figures}"


def _pair_row(row: PairRow, tr: Translator, today: dt.date) -> ResultRow:
    names: Sequence[str] = [shown_name(side.name, tr) for side in (row.one, row.other)]
    title = names[0] if names[0] == names[1] else " / ".join(names)
    why = " · ".join(tr(reason) for reason in row.reasons)
    if row.decided_at is not None:
        when, who = tr.day_time(row.decided_at, today), " · ".join(filter(None, (row.decided_by, why)))
        return ResultRow(row.id, title, aside=when, second=who, icon="split", data=row)
    sure = tr(N_("surely the same")) if row.certain else f"{row.score:.0%}"
    tone = "danger" if row.certain else "warning"
    return ResultRow(row.id, title, aside=sure, second=why, icon="users", tone=tone, data=row)
