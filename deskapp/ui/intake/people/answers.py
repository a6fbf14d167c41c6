"""What an answer on this page is about: between an order and its answer the person may be at somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shiboken6 import isValid

from deskapp.services.intake.cards import EditLine, PersonCard, WholeNumbers
from deskapp.services.intake.merging import MergeRef
from deskapp.services.intake.pairs import Comparison

if TYPE_CHECKING:
    from deskapp.services.base import Done
    from deskapp.ui.intake.people.deciding import Deciding
    from deskapp.ui.intake.people.page import PeoplePage


@dataclass(frozen=True)
class Opened:
    """A card that was asked for; `show` brings it to the front, else it only follows what changed."""

    page: PeoplePage
    visitor_id: int
    show: bool

    def take(self, card: PersonCard) -> None:
        self.page.take_card(self, card)


@dataclass(frozen=True)
class Edits:
    """Whose history was asked for."""

    page: PeoplePage
    visitor_id: int

    def take(self, edits: Sequence[EditLine]) -> None:
        shown = self.page.card.card
        if shown is not None and shown.id == self.visitor_id:
            self.page.card.show_edits(edits)


@dataclass(frozen=True)
class Numbers:
    """Whole numbers that were asked for; they say themselves whose they are."""

    page: PeoplePage

    def take(self, numbers: WholeNumbers) -> None:
        self.page.card.show_numbers(numbers)


@dataclass(frozen=True)
class Compared:
    """Which two records were asked for."""

    deciding: Deciding
    pair: tuple[int, int]

    def take(self, found: Comparison) -> None:
        self.deciding.take(found)

    def fail(self, error: Exception) -> None:
        self.deciding.lose(error)


@dataclass(frozen=True)
class Merged:
    """Which two records were merged."""

    deciding: Deciding
    pair: tuple[int, int]

    def take(self, done: Done[MergeRef]) -> None:
        self.deciding.take_merged(self, done)

    def fail(self, error: Exception) -> None:
        self.deciding.take_refusal(self.pair, error)


@dataclass(frozen=True)
class Parted:
    """Which two records were taken for two people's."""

    deciding: Deciding
    pair: tuple[int, int]

    def take(self, _done: Any) -> None:
        self.deciding.take_parted(self)

    def fail(self, error: Exception) -> None:
        self.deciding.take_refusal(self.pair, error)

    def undo(self) -> None:
        if isValid(self.deciding):
            self.deciding.take_back(self.deciding.desk.services.people.reopen_pair, *self.pair)


@dataclass(frozen=True)
class UndoMerge:
    """Takes a merge back."""

    deciding: Deciding
    merge: MergeRef

    def __call__(self) -> None:
        if isValid(self.deciding):
            unmerge = self.deciding.desk.services.people.unmerge
            self.deciding.take_back(unmerge, self.merge.id, self.merge.version)
