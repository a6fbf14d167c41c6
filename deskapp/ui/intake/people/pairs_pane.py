"""At the left while nothing is typed: likely pairs that wait for a decision, and the search for more of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from deskapp.domain.access import Permission
from deskapp.domain.people import ScanState
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.services.intake.pairs import PairPart, PairRow, ScanView
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.result_list import ResultList, ResultRow

LOOK_EVERY_MS: Final = 1000


class PairsPane(QWidget):
    """Lists pairs, tells how far a search is, and looks again while one is under way."""

    chosen = Signal(object)
    """The `PairRow` to decide."""

    looked = Signal()
    """How far the search is was learned anew."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._part: PairPart | None = None
        self.scan: ScanView | None = None
        self._title, self._told = words("", "strong", wrap=True), words("", "secondary", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.hide()
        self.list = ResultList(desk.tr)
        self._empty = EmptyState("users")
        self.list.set_empty(self._empty)
        self.list.chosen.connect(self._on_chosen)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_EVERY_MS)
        self._clock.timeout.connect(self.look)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        for widget in (self._title, self.list, self._told, self._bar):
            self._rows.addWidget(widget, 1 if widget is self.list else 0)

    def add_button(self, action: KeyAction) -> None:
        """Show the action that begins or ends a search."""
        self._rows.addWidget(ActionButton(action), 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def may(self) -> bool:
        """Whether whoever is signed in decides about pairs."""
        allowed: bool = self._desk.actor().may(Permission.VISITOR_MERGE)
        return allowed

    def ask(self) -> None:
        """Ask for the pairs, and how far the search is."""
        if self.may:
            service, run = self._desk.services.people, self._desk.runner.run
            run(service.pairs, self._desk.actor(), done=self._show, owner=self, latest="pairs")
            self.look()

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
        """Return the pair to decide after one that was decided."""
        pairs = self._part.pairs if self._part is not None else ()
        ids = [row.id for row in pairs]
        at = ids.index(pair) + 1 if pair in ids else 0
        return next((row for row in (*pairs[at:], *pairs[:at]) if row.id != pair), None)

    def stop(self) -> None:
        """Look no more."""
        self._clock.stop()

    # words

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.list.setAccessibleName(tr(N_("Likely pairs")))
        if not self.may:
            nothing = N_("Type a name, a phone or a document, or scan it: Enter opens the person.")
        else:
            nothing = N_("No two records wait to be told apart.")
        self._empty.show_text(tr(nothing))
        self._tell(tr)
        if self._part is not None:
            self._show(self._part)

    def _show(self, part: PairPart) -> None:
        self._part, tr = part, self._desk.tr
        self.list.apply([_pair_row(row, tr) for row in part.pairs], to_first=False)
        self._tell(tr)

    def point_at(self, pair: tuple[int, int]) -> None:
        """Put the cursor on the pair that is decided now, if it is one of the list."""
        low, high = sorted(pair)
        self.list.select((low, high))

    def _tell(self, tr: Translator) -> None:
        count = self._part.open if self._part is not None else 0
        told = tr.n("{count} pair may be one person", "{count} pairs may be one person each", count)
        self._title.setText(told if count else tr(N_("Likely pairs")))
        self._title.setVisible(self.may)
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


def _pair_row(row: PairRow, tr: Translator) -> ResultRow:
    names: Sequence[str] = [shown_name(side.name, tr) for side in (row.one, row.other)]
    title = names[0] if names[0] == names[1] else " / ".join(names)
    sure = tr(N_("surely the same")) if row.certain else f"{row.score:.0%}"
    tone = "danger" if row.certain else "warning"
    why = " · ".join(tr(reason) for reason in row.reasons)
    return ResultRow(row.id, title, aside=sure, second=why, icon="users", tone=tone, data=row)
