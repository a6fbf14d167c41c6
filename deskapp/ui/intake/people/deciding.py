"""Deciding whether two records are one person's, and taking a decision back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from deskapp.domain.people import ScanState
from deskapp.domain.text import N_, Text
from deskapp.services.base import Done, new_request
from deskapp.services.intake.cards import PersonCard
from deskapp.services.intake.merging import MergeRef
from deskapp.services.intake.pairs import Comparison
from deskapp.ui.intake.people.compare_view import CompareView
from deskapp.ui.intake.people.pairs_pane import PairsPane
from deskapp.ui.later import Later
from deskapp.ui.messages import INFO, Notice

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
        read = self.desk.services.people.comparison
        self._page.bring(read, one, other, done=self._take, failed=self._lose)

    def _take(self, found: Comparison) -> None:
        self.view.show_comparison(found)
        self.pairs.point_at(self.view.pair())
        self._page.show_comparing()

    def _lose(self, error: Exception) -> None:
        """Say why two records can't be compared: one of them stands no more."""
        self.view.show_comparison(None)
        self._page.leave_comparing()
        self.desk.messages.route(error, self._page)

    def ask_again(self) -> None:
        """Read the two records in front again: somebody changed one of them."""
        if self.view.comparison is not None:
            pair = self.view.pair()
            read, run, owner = self.desk.services.people.comparison, self.desk.runner.run, self._page
            take, lose = partial(self.take_changed, pair), partial(self._lose_changed, pair)
            run(read, self.desk.actor(), *pair, done=take, failed=lose, owner=owner, latest="compare.changed")

    def take_changed(self, pair: tuple[int, int], found: Comparison) -> None:
        """Show what changed of two records if they still are in front; the cursor stays where it is.

        In the table S and D decide: whoever types a name meanwhile must not find the cursor there.
        """
        if self._is_in_front(pair):
            self.view.show_comparison(found)
            self._page.enable()

    def _lose_changed(self, pair: tuple[int, int], error: Exception) -> None:
        if self._is_in_front(pair):
            self._lose(error)

    def _is_in_front(self, pair: tuple[int, int]) -> bool:
        return self.view.comparison is not None and set(self.view.pair()) == set(pair)

    def merge(self) -> None:
        """Take both records for one person's."""
        if self.view.comparison is not None:
            kept, gone, taken = self.view.kept(), self.view.gone(), self.view.taken()
            write, pair = self.desk.services.people.merge, (kept.id, gone.id)
            self._decide(write, pair, kept, gone, taken, done=partial(self._take_merged, pair))

    def _take_merged(self, pair: tuple[int, int], done: Done[MergeRef]) -> None:
        """Go on to the next pair, and let the merge be taken back."""
        unmerge, merge = self.desk.services.people.unmerge, done.value
        undo = Later(self.take_back, unmerge, merge.id, merge.version)
        self._did(Text(N_("Two records merged")), undo)
        self._go_on(pair, merge.kept_id)

    def part(self) -> None:
        """Remember that both records are two people's."""
        if self.view.comparison is not None:
            write, pair = self.desk.services.people.decide_different, self.view.pair()
            self._decide(write, pair, *pair, done=partial(self._take_parted, pair))

    def _take_parted(self, pair: tuple[int, int], _done: object) -> None:
        """Go on to the next pair, and let the decision be taken back."""
        undo = Later(self.take_back, self.desk.services.people.reopen_pair, *pair)
        self._did(Text(N_("Remembered as two people")), undo)
        self._go_on(pair, None)

    def reopen(self) -> None:
        """Take back that both records are two people's: they stay in front and can be decided anew."""
        if self.view.is_decided:
            write, pair = self.desk.services.people.reopen_pair, self.view.pair()
            self._decide(write, pair, *pair, done=partial(self._take_reopened, pair))

    def _take_reopened(self, pair: tuple[int, int], _done: object) -> None:
        """Let the decision be made again as it was."""
        undo = Later(self.take_back, self.desk.services.people.decide_different, *pair)
        self._did(Text(N_("Decision taken back")), undo)

    def switch(self) -> None:
        """List the pairs that were decided, or again those to decide."""
        self._page.finding.clear()
        self.pairs.switch()

    def _decide(self, write: Any, pair: tuple[int, int], *what: object, done: Any) -> None:
        failed, busy = partial(self._take_refusal, pair), self._page.set_busy
        self._page.run(write, self.desk.actor(), new_request(), *what, done=done, failed=failed, busy=busy)

    def _take_refusal(self, pair: tuple[int, int], error: Exception) -> None:
        """Say why a decision was not stored, and show both records as they are now."""
        if self._is_in_front(pair):
            self.ask_again()
        self.desk.messages.route(error, self._page)

    def _go_on(self, pair: tuple[int, int], then: int | None) -> None:
        if not self._is_in_front(pair):
            return  # the person went elsewhere meanwhile
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


def seeking(card: PersonCard) -> Notice:
    """Say that the other record of a card is looked for."""
    words = N_("Find the other record of {name} ({code}) and press Enter. Esc gives up.")
    return Notice(INFO, Text(words, {"name": card.draft.name, "code": card.code}))
