"""Sending to the desk: handed over, corrected, gone again. Whoever was sent without an answer is kept and sent once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from deskapp.domain.changes import Changes
from deskapp.domain.door import Coming, GreetingDraft, GreetingView
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError
from deskapp.services.base import Done, new_request
from deskapp.ui.intake.door.kept import KEY, Kept, from_json, to_json
from deskapp.ui.intake.door.lists import SentRow, sent_row
from deskapp.ui.intake.greeting_words import who
from deskapp.ui.later import Later
from deskapp.ui.messages import INFO, Notice

if TYPE_CHECKING:
    from deskapp.ui.intake.door.page import DoorPage


class Sending(QObject):
    """Orders to the desk and what became of them, whoever stands at the door by the time of an answer."""

    def __init__(self, page: DoorPage) -> None:
        super().__init__(page)
        self._page = page
        self._views: Sequence[GreetingView] = ()
        self._sending: dict[str, GreetingDraft] = {}
        self._unsent: dict[str, GreetingDraft] = {}
        self._account = page.desk.actor().account_id
        self._known = False
        self.correcting: SentRow | None = None
        """Who is being corrected on the page."""

    # who was sent

    def take_views(self, views: Sequence[GreetingView]) -> None:
        """Show whom the desk knows of."""
        self._views = views
        self.show()

    def has_unsent(self) -> bool:
        """Return whether somebody could not be sent."""
        return bool(self._unsent)

    @Slot()
    def show(self) -> None:
        """Show who was sent, who was not first: minutes go on."""
        now = self._page.desk.services.door.now()
        rows = [sent_row(view, now) for view in self._views]
        coming = [row for row in rows if row.state is Coming.COMING]
        over = [row for row in rows if row.state is not Coming.COMING]
        waiting = [
            SentRow(-place, 0, now, draft, draft.name, None, None, "", 0)
            for place, draft in enumerate(self._unsent.values(), 1)
        ]
        self._page.show_sent([*waiting, *coming, *reversed(over)])

    # handing over

    def hand_over(self, draft: GreetingDraft) -> None:
        """Send a visitor to the desk, or store the correction of one."""
        row, self.correcting = self.correcting, None
        if row is not None and row.state is not None:
            self._store_correction(row, draft)
        else:
            self._send(new_request(), draft)

    def _send(self, request: str, draft: GreetingDraft) -> None:
        self._sending[request] = draft
        self._unsent.pop(request, None)
        self.keep_now()
        self.show()
        page, sent = self._page, _Sent(self, request, draft)
        greet = page.desk.services.door.greet
        page.run(greet, page.desk.actor(), request, draft, done=sent.done, failed=sent.failed)

    def take_sent(self, sent: _Sent, greeting_id: int) -> None:
        """Say whom the desk expects now, and how to take that back."""
        self._sending.pop(sent.request, None)
        self.keep_now()
        desk = self._page.desk
        name = who(sent.draft.address, sent.draft.name, desk.tr)
        message = Text(N_("Handed over to the desk: {who}"), {"who": name})
        desk.messages.did(message, Later(self.take_back, greeting_id))

    def take_refusal(self, sent: _Sent, error: Exception) -> None:
        """Keep who was not sent: on the empty page, else in the list; F5 sends once more."""
        page = self._page
        self._sending.pop(sent.request, None)
        if page.form.is_empty() and self.correcting is None and not isinstance(error, StorageError):
            page.put(sent.draft)
        else:
            self._unsent[sent.request] = sent.draft
        self.keep_now()
        self.show()
        page.desk.messages.route(error, page, self.send_again)

    @Slot()
    def send_again(self) -> None:
        """Send once more whoever could not be sent; whoever was and nobody heard of it is not sent twice."""
        for request, draft in dict(self._unsent).items():
            self._send(request, draft)

    # correcting

    def bring_back(self, row: SentRow) -> None:
        """Put whoever was sent, or could not be, on the empty page again, to correct it."""
        if row.state is None:
            request = list(self._unsent)[-row.id - 1]
            self._page.put(self._unsent.pop(request))
            self.show()
        else:
            self.correcting = row
            self._page.put(row.draft)
        self.keep_now()

    def _store_correction(self, row: SentRow, draft: GreetingDraft) -> None:
        page, corrected = self._page, _Corrected(self, row, draft)
        args = (page.desk.actor(), new_request(), row.id, row.version, draft)
        page.run(page.desk.services.door.correct, *args, done=corrected.done, failed=corrected.failed)

    def take_corrected(self) -> None:
        """Say so."""
        self._page.desk.messages.did(Text(N_("Corrected; the desk sees it so.")))

    def take_uncorrected(self, corrected: _Corrected, error: Exception) -> None:
        """Put the correction back where it was typed, unless somebody else stands there by now."""
        page = self._page
        if page.form.is_empty():
            self.correcting = corrected.row
            page.put(corrected.draft)
        page.refresh(Changes.of("greeting"))
        page.desk.messages.route(error, page)

    # gone again

    def record_move(self, greeting_id: int, version: int, *, gone: bool) -> None:
        """Record that somebody went again, or came back."""
        page = self._page
        door = page.desk.services.door
        moved = _Moved(self, greeting_id, version + 1, gone)
        method = door.went if gone else door.came_back
        page.run(method, page.desk.actor(), new_request(), greeting_id, version, done=moved)

    def take_moved(self, moved: _Moved) -> None:
        """Say so, and how to take it back."""
        message = N_("Noted: went again") if moved.gone else N_("Noted: on the way to the desk")
        self._page.desk.messages.did(Text(message), Later(self.undo_move, moved))

    def undo_move(self, moved: _Moved) -> None:
        """Undo that somebody went again, or came back."""
        self.record_move(moved.greeting_id, moved.version, gone=not moved.gone)

    def take_back(self, greeting_id: int) -> None:
        """Undo a hand-over: nobody comes."""
        view = next((view for view in self._views if view.id == greeting_id), None)
        if view is not None:
            self.record_move(view.id, view.version, gone=True)

    # kept

    def load_kept(self) -> None:
        """Ask for what was kept."""
        page, load = self._page, self._page.desk.services.drafts.load
        page.desk.runner.run(load, self._account, KEY, done=self._take_kept, owner=page)

    def keep_now(self) -> None:
        """Keep what was answered, and whoever is not sent yet; it outlives a crash."""
        page = self._page
        page.is_kept()
        if not self._known:
            return
        now = Kept(page.form.draft(), {**self._unsent, **self._sending})
        drafts, run = page.desk.services.drafts, page.desk.runner.run
        # Without an owner: it is done even if this page is gone before a worker is free.
        if now == Kept(GreetingDraft(), {}):
            run(drafts.drop, self._account, KEY, latest=f"draft.{KEY}")
        else:
            run(drafts.save, self._account, KEY, to_json(now), latest=f"draft.{KEY}")

    def _take_kept(self, found: dict[str, Any] | None) -> None:
        self._known = True
        kept = from_json(found)
        if kept is None:
            return
        self._unsent.update(
            {request: draft for request, draft in kept.unsent.items() if request not in self._sending}
        )
        if self._page.form.is_empty() and kept.form != GreetingDraft():
            self._page.put(kept.form)
        self.show()
        self._page.bar.show_notice(Notice(INFO, Text(N_("What was typed here and not stored is back."))))


@dataclass(frozen=True)
class _Sent:
    """Somebody who is being sent."""

    sending: Sending
    request: str
    draft: GreetingDraft

    def done(self, done: Done[int]) -> None:
        self.sending.take_sent(self, done.value)

    def failed(self, error: Exception) -> None:
        self.sending.take_refusal(self, error)


@dataclass(frozen=True)
class _Corrected:
    """A correction under way."""

    sending: Sending
    row: SentRow
    draft: GreetingDraft

    def done(self, _done: object) -> None:
        self.sending.take_corrected()

    def failed(self, error: Exception) -> None:
        self.sending.take_uncorrected(self, error)


@dataclass(frozen=True)
class _Moved:
    """Somebody who went again, or came back; `version` is that after it."""

    sending: Sending
    greeting_id: int
    version: int
    gone: bool

    def __call__(self, _done: object) -> None:
        self.sending.take_moved(self)
