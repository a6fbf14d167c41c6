"""Taking over from the door: who is coming, and whose visit the next one is. The page lends its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from deskapp.domain.door import Coming, GreetingView, Taken, is_late, may_belong
from deskapp.domain.text import N_, Text
from deskapp.services.base import Done, new_request
from deskapp.ui.intake.greeting_words import facts, since, who
from deskapp.ui.intake.strips import Strip
from deskapp.ui.later import Later

if TYPE_CHECKING:
    from deskapp.ui.intake.desk_page import DeskPage


class Taking(QObject):
    """What the desk does with greetings. At most one is in hand: taken over here, and without a visit yet."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._views: Sequence[GreetingView] = ()
        self._told: set[int] = set()
        self._busy = False
        self.strip = Strip("door-open")

    # who is coming

    def ask(self) -> None:
        """Ask who is on the way."""
        coming = self._desk.services.door.coming
        self._desk.runner.run(
            coming, self._desk.actor(), done=self._take_views, owner=self._page, latest="coming"
        )

    def _take_views(self, views: Sequence[GreetingView]) -> None:
        before = self.in_hand()
        self._views = views
        if before is not None:
            self._tell_begun(next((view for view in views if view.id == before.id), None))
        self.show()

    def in_hand(self) -> GreetingView | None:
        """Return who was taken over here and has no visit yet."""
        me = self._desk.actor().account_id
        mine = (view for view in self._views if view.taken_by_id == me and view.visit_id is None)
        return next((view for view in mine if view.state is Coming.TAKEN), None)

    def _first(self) -> GreetingView | None:
        return next((view for view in self._views if view.state is Coming.COMING), None)

    @Slot()
    def show(self) -> None:
        """Say who is in hand, else how many are coming and who is the first."""
        tr, now = self._desk.tr, self._desk.services.door.now()
        mine, first = self.in_hand(), self._first()
        if mine is not None:
            words = tr(N_("At the desk: {who}. The next visit opened here is theirs."), who=facts(mine, tr))
            self.strip.say(words, icon="handshake")
        elif first is not None:
            count = sum(view.state is Coming.COMING for view in self._views)
            late = is_late(first, now)
            message = N_("{count} coming: {who}, {since}")
            if late:
                message = N_("{count} coming: {who}, waiting for {since}: please take over now")
            words = tr(message, count=count, who=facts(first, tr), since=since(first, now, tr))
            self.strip.say(words, "warning" if late else "accent", "clock-alert" if late else "")
        else:
            self.strip.say("")
        self._enable()

    def _enable(self) -> None:
        keys = self._page.key_actions
        if not keys:
            return
        mine = self.in_hand()
        keys["greeting.take"].setEnabled(mine is not None or self._first() is not None)
        keys["greeting.take"].call(N_("Go on") if mine is not None else N_("Take over"))
        keys["greeting.release"].setEnabled(mine is not None)

    # taking over

    @Slot()
    def take(self) -> None:
        """Take over whoever came first; with somebody in hand, go on with them."""
        mine, first = self.in_hand(), self._first()
        if self._busy or self._page.is_opening():
            return
        if mine is not None:
            self._go_on(mine.visitor_id, mine)
        elif first is not None:
            self._take(first)

    def take_one(self, greeting_id: int) -> None:
        """Take over one of those who are coming."""
        view = next((view for view in self._views if view.id == greeting_id), None)
        if view is not None and self.in_hand() is None and not self._busy:
            self._take(view)

    def _take(self, view: GreetingView) -> None:
        take, actor = self._desk.services.door.take, self._desk.actor()
        done = partial(self._take_taken, view, self._page.place(), actor.account_id)
        args = (actor, new_request(), view.id, view.version)
        self._page.run(take, *args, done=done, failed=self._take_refusal, busy=self._set_busy)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy

    def _take_taken(self, view: GreetingView, place: object, account_id: int, done: Done[Taken]) -> None:
        """Go on with who was taken over, unless the person is elsewhere than at `place` by now."""
        answer = done.value
        view = replace(view, state=Coming.TAKEN, version=answer.version, taken_by_id=account_id)
        self._views = [view if one.id == view.id else one for one in self._views]
        self.show()
        self.ask()
        name = who(view.draft.address, view.name(), self._desk.tr)
        message = Text(N_("Taken over: {who}"), {"who": name})
        self._desk.messages.did(message, Later(self.release_one, answer.greeting_id))
        if self._page.place() == place:
            self._go_on(answer.visitor_id, view)

    def _go_on(self, visitor_id: int | None, view: GreetingView) -> None:
        page = self._page
        if visitor_id is not None:
            page.arrival.open_for(visitor_id, view.name())
            return
        if page.at_visit():
            # Else F9 and what is typed would go to whoever was here before.
            page.put_away()
        if view.draft.name and not page.search.field.query().strip():
            page.search.show_typed(view.draft.name)
        else:
            page.to_search()

    def _take_refusal(self, error: Exception) -> None:
        """Say who was quicker, and look again."""
        self.ask()
        self._desk.messages.route(error, self._page)

    @Slot()
    def release(self) -> None:
        """Give back who is in hand: another desk can take over."""
        mine = self.in_hand()
        if mine is not None and not self._busy:
            self._release(mine)

    def release_one(self, greeting_id: int) -> None:
        """Give one back if that can be done still."""
        mine = self.in_hand()
        if mine is not None and mine.id == greeting_id:
            self.release()
        else:
            self._desk.messages.info(Text(N_("A visit was begun for this visitor already.")))

    def _release(self, view: GreetingView) -> None:
        release, done = self._desk.services.door.release, partial(self._tell_released, view)
        args = (self._desk.actor(), new_request(), view.id, view.version)
        self._page.run(release, *args, done=done, failed=self._take_refusal, busy=self._set_busy)

    def _tell_released(self, view: GreetingView, _done: object) -> None:
        """Say who is on the way again."""
        self.ask()
        name = who(view.draft.address, view.name(), self._desk.tr)
        self._desk.messages.did(Text(N_("Given back, on the way again: {who}"), {"who": name}))

    # whose visit

    def greeting_for(self, visitor_id: int | None) -> int | None:
        """Return the greeting that a visit begun now belongs to; without a name, only of who is not known either."""
        mine = self.in_hand()
        if mine is None or (visitor_id is None and mine.visitor_id is not None):
            return None
        return mine.id if may_belong(mine, visitor_id) else None

    def _tell_begun(self, view: GreetingView | None) -> None:
        """Say once that the visit began at the door, and how to take that back."""
        if view is None or view.visit_id is None or view.id in self._told:
            return
        self._told.add(view.id)
        message = N_("Came in at {time}, greeted by {who}")
        params = {"time": view.at.astimezone().time(), "who": view.guide}
        self._desk.messages.did(Text(message, params), Later(self.unlink, view.id))

    def unlink(self, greeting_id: int) -> None:
        """Say that the visit is not that of the greeting."""
        self._told.discard(greeting_id)
        unlink = self._desk.services.door.unlink
        self._page.run(unlink, self._desk.actor(), new_request(), greeting_id, done=self._on_unlinked)

    def _on_unlinked(self, _done: object) -> None:
        self.ask()
        self._desk.messages.did(Text(N_("The visit began at the desk; who came in is still in hand.")))
