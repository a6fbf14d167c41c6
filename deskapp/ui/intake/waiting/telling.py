"""What became of an order of the waiting page: said, offered to take back, and followed to the place it was about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from deskapp.domain.changes import NOTHING
from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import ACT_LABELS, QueueEventView
from deskapp.services.base import Done
from deskapp.ui.intake.waiting.acts import (
    CARE,
    LEAVE,
    NO_CARE,
    Order,
    Several,
    entry_of,
    told,
)
from deskapp.ui.later import Later
from deskapp.ui.messages import INFO, RULE, Notice

if TYPE_CHECKING:
    from deskapp.ui.intake.waiting.page import WaitingPage

GOING: Final = frozenset({"finish", "left_unseen", "to_emergency", "move", "carry_over"})
"""After these a place may not be in the list any more, and nobody has to be told so."""


class Telling(QObject):
    """Goes on after each order: the `Place` of the page's acts."""

    def __init__(self, page: WaitingPage) -> None:
        super().__init__(page)
        self._page = page
        self._gone: set[int] = set()
        self._unlisted: tuple[Order, int] | None = None
        self._back: int | None = None

    def went(self, entry_id: int) -> bool:
        """Say whether a place left the list by what was done here; asked once."""
        own = entry_id in self._gone
        self._gone.discard(entry_id)
        return own

    def take_answer(self) -> None:
        """Go on with what had to wait until the page shows it."""
        by_id = self._page.answer.by_id if self._page.answer is not None else {}
        self._gone &= by_id.keys()
        if self._unlisted is not None and self._unlisted[1] in by_id:
            (order, entry), self._unlisted = self._unlisted, None
            self._called(order, entry)
        back = by_id.get(self._back) if self._back is not None else None
        if back is not None:
            self._back = None
            if self._page.chosen() is None:
                self._page.show_place(back)

    def take_done(self, order: Order, done: Done[Any]) -> None:
        """Say what was done, offer to take it back, and go to who was called or came back."""
        value, page = done.value, self._page
        page.ask.forget()
        if isinstance(value, Several):
            self._tell_several(order, value)
            return
        entry = entry_of(order, done)
        if order.name in GOING and entry is not None:
            self._gone.add(entry)
        if order.name == "call_next":
            self._called(order, entry)
            return
        undo = self._undo(order, entry, value)
        if order.name == "undo":
            # Whoever had left the list is chosen again when back in it: the next key is about the same person.
            self._back = entry
        if order.name in ("undo", NO_CARE):
            page.does.forget(entry)
        page.does.remember(entry, undo)
        offer = Later(page.acts.stay, int(value), order.label) if order.name == LEAVE else undo
        page.desk.messages.did(told(order, order.label), offer)

    def _undo(self, order: Order, entry: int | None, value: Any) -> Later | None:
        """Return what takes an order back, None for what can't be."""
        acts = self._page.acts
        if order.name == CARE and entry is not None:
            return Later(acts.take_back_care, int(value), entry, order.label)
        if order.can_undo and entry is not None and order.version is not None:
            return Later(acts.undo, entry, order.version + 1, order.label)
        return None

    def _called(self, order: Order, entry: int | None) -> None:
        page = self._page
        if entry is None:
            page.bar.show_notice(Notice(INFO, Text(N_("Nobody waits in this line."))))
            return
        row = page.place(entry)
        if row is None:
            # Who came just now and is not listed yet: the next answer shows the call.
            self._unlisted = order, entry
            page.reading.ask(NOTHING)
            return
        # As it was seen before the call, unless another desk changed it meanwhile: then undoing is refused.
        undo = Later(page.acts.undo, entry, row.version + 1, row.label)
        page.does.remember(entry, undo)
        page.desk.messages.did(told(order, row.label), undo)
        page.show_place(row)

    def _tell_several(self, order: Order, several: Several) -> None:
        page = self._page
        page.desk.messages.did(told(order, str(several.done)))
        if several.why is not None:
            words = N_("{count} could not be done. {why}")
            page.bar.show_notice(Notice(RULE, Text(words, {"count": several.left, "why": several.why.text})))

    def take_refusal(self, order: Order, *, is_late: bool) -> None:
        """Look again: somebody else was first, and who it was is told."""
        page = self._page
        page.look()
        if is_late and order.entry_id is not None:
            first = _First(self, order)
            history = page.desk.services.waiting.history
            page.desk.runner.run(history, order.actor, order.entry_id, done=first.take, owner=page)

    def tell_first(self, order: Order, event: QueueEventView) -> None:
        """Say what another desk did with the place before."""
        words = N_("{number} was changed meanwhile: {what}, {who}, {time}. Look again, then decide.")
        values = {"number": order.label, "what": Text(ACT_LABELS[event.act]), "who": event.by}
        values["time"] = event.at.astimezone().time()
        self._page.bar.show_notice(Notice(RULE, Text(words, values)))


@dataclass(frozen=True)
class _First:
    """An order that came too late: who was first is being asked."""

    telling: Telling
    order: Order

    def take(self, events: Sequence[QueueEventView]) -> None:
        if events:
            self.telling.tell_first(self.order, events[-1])
