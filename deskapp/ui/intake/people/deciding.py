"""Deciding whether two records are one person's, and taking a decision back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from deskapp.domain.people import ScanState
from deskapp.domain.text import N_, Text
from deskapp.services.base import Done, new_request
from deskapp.services.intake.merging import MergeRef
from deskapp.services.intake.pairs import Comparison
from deskapp.ui.intake.people.answers import Compared, Merged, Parted, UndoMerge
from deskapp.ui.intake.people.compare_view import CompareView
from deskapp.ui.intake.people.pairs_pane import PairsPane

if TYPE_CHECKING:
    from deskapp.ui.intake.people.page import PeoplePage


class Deciding(QObject):
    """What is done with two records; the page shows `view` when `ask` was answered."""

    def __init__(self, page: PeoplePage) -> None:
        super().__init__(page)
        self._page = page
        self.desk = page.desk
        self.pairs = PairsPane(page.desk)
        self.view = CompareView(page.desk.tr)
        self._undo: Callable[[], object] | None = None

    def ask(self, one: int, other: int) -> None:
        """Read two records to be compared."""
        asked = Compared(self, (one, other))
        read = self.desk.services.people.comparison
        self._page.run(
            read, self.desk.actor(), one, other, done=asked.take, failed=asked.fail, latest="compare"
        )

    def ask_again(self) -> None:
        """Read the two records in front again: somebody changed one of them."""
        if self.view.comparison is not None:
            self.ask(*self.view.pair())

    def take(self, found: Comparison) -> None:
        """Show two records side by side."""
        self.view.show_comparison(found)
        self.pairs.point_at(self.view.pair())
        self._page.show_comparing()

    def lose(self, error: Exception) -> None:
        """Say why two records can't be compared: one of them stands no more."""
        self.view.show_comparison(None)
        self._page.leave_comparing()
        self.desk.messages.route(error, self._page)

    def merge(self) -> None:
        """Take both records for one person's."""
        if self.view.comparison is not None:
            kept, gone, taken = self.view.kept(), self.view.gone(), self.view.taken()
            asked, write = Merged(self, (kept.id, gone.id)), self.desk.services.people.merge
            arguments = (self.desk.actor(), new_request(), kept, gone, taken)
            self._page.run(write, *arguments, done=asked.take, failed=asked.fail, busy=self._page.set_busy)

    def take_merged(self, merged: Merged, done: Done[MergeRef]) -> None:
        """Go on to the next pair, and let the merge be taken back."""
        self._did(Text(N_("Two records merged")), UndoMerge(self, done.value))
        self._go_on(merged.pair, done.value.kept_id)

    def part(self) -> None:
        """Remember that both records are two people's."""
        if self.view.comparison is not None:
            asked, write = Parted(self, self.view.pair()), self.desk.services.people.decide_different
            arguments = (self.desk.actor(), new_request(), *self.view.pair())
            self._page.run(write, *arguments, done=asked.take, failed=asked.fail, busy=self._page.set_busy)

    def take_parted(self, parted: Parted) -> None:
        """Go on to the next pair, and let the decision be taken back."""
        self._did(Text(N_("Remembered as two people")), parted.undo)
        self._go_on(parted.pair, None)

    def take_refusal(self, pair: tuple[int, int], error: Exception) -> None:
        """Say why a decision was not stored, and show both records as they are now."""
        if self.view.comparison is not None and set(self.view.pair()) == set(pair):
            self.ask_again()
        self.desk.messages.route(error, self._page)

    def _go_on(self, pair: tuple[int, int], then: int | None) -> None:
        if self.view.comparison is not None and set(self.view.pair()) != set(pair):
            return  # the person went on to other records meanwhile
        low, high = sorted(pair)
        following = self.pairs.following((low, high))
        self.view.show_comparison(None)
        if following is not None:
            self.ask(*following.id)
        elif then is not None:
            self._page.open_record("visitor", then)
        else:
            self._page.leave_comparing()

    def _did(self, text: Text, undo: Callable[[], object]) -> None:
        self._undo = undo
        self.desk.messages.did(text, undo)

    @property
    def can_undo(self) -> bool:
        """Whether the last decision can be taken back."""
        return self._undo is not None

    def undo(self) -> None:
        """Take the last decision back."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()

    def take_back(self, write: Any, *what: object) -> None:
        """Take a decision back."""
        self._undo = None
        self._page.run(write, self.desk.actor(), new_request(), *what, done=self._taken_back)

    def _taken_back(self, _done: object) -> None:
        self.desk.messages.did(Text(N_("Taken back")))
        self._page.enable()

    @Slot()
    def search(self) -> None:
        """Search all records for likely pairs, or end the search."""
        people, scan, actor = self.desk.services.people, self.pairs.scan, self.desk.actor()
        if scan is not None and scan.state is ScanState.RUNNING and scan.here:
            self._page.run(people.stop_scan, actor, done=self._searching)
        else:
            self._page.run(people.start_scan, actor, new_request(), done=self._searching)

    def _searching(self, _done: object) -> None:
        self.pairs.look()
