"""Bringing the visitor to the doctor with one key: gone, handed over, back. The page lends its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Slot

from deskapp.domain.escorts import (
    LONG_AWAY,
    EscortAct,
    EscortView,
    last_act,
    minutes_away,
    of_account,
    of_visit,
)
from deskapp.domain.intake import VisitView
from deskapp.domain.registration import Step
from deskapp.domain.text import N_, Text
from deskapp.services.base import Done, new_request
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.intake.strips import Strip
from deskapp.ui.later import Later

if TYPE_CHECKING:
    from deskapp.ui.intake.desk_page import DeskPage

NEXT: Final = {EscortAct.LEFT: N_("Handed over"), EscortAct.HANDED: N_("Back at the desk")}
DONE: Final = {
    EscortAct.LEFT: N_("On the way with {visitor}"),
    EscortAct.HANDED: N_("{visitor} was handed over to {who}"),
    EscortAct.RETURNED: N_("Back at the desk"),
}


class Escorting(QObject):
    """What F8 does from the escort on, and the strip that tells the operator of being away."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._views: Sequence[EscortView] = ()
        self._busy: set[int] = set()
        self.strip = Strip("footprints")

    def ask(self) -> None:
        """Ask who is away."""
        away = self._desk.services.escorts.away
        self._desk.runner.run(
            away, self._desk.actor(), done=self._take_views, owner=self._page, latest="away"
        )

    def _take_views(self, views: Sequence[EscortView]) -> None:
        self._views = views
        self._busy.clear()
        self.show()
        self.follow()

    def mine(self) -> EscortView | None:
        """Return the way on which the signed-in person is by what is recorded."""
        return of_account(self._views, self._desk.actor().account_id)

    def of_visit(self, visit_id: int) -> EscortView | None:
        """Return the way that is being made with the visitor of a visit."""
        return of_visit(self._views, visit_id)

    @Slot()
    def show(self) -> None:
        """Tell the signed-in person of being away; the button beside has the key that works wherever the cursor is."""
        tr, mine = self._desk.tr, self.mine()
        if mine is None:
            self.strip.say("")
        else:
            minutes = minutes_away(mine.left_at, self._desk.services.escorts.now())
            name = shown_name(mine.visitor, tr)
            where = mine.room or tr(N_("the consulting room"))
            words = N_("You are away with {visitor} → {where}, {count} min. Back at the desk?")
            self.strip.say(
                tr(words, visitor=name, where=where, count=minutes),
                "danger" if minutes > LONG_AWAY else "accent",
                "clock-alert" if minutes > LONG_AWAY else "",
            )
        if self._page.key_actions:
            self._page.key_actions["escort.back"].setEnabled(mine is not None)

    def follow(self) -> None:
        """Show with the visit in front who is on the way with its visitor."""
        visit = self._page.current()
        if visit is not None:
            self.show_with(visit)
        if self._page.key_actions:
            self._page.enable_keys()

    def show_with(self, visit: VisitView) -> None:
        """Show the introductions with a visit while somebody is on the way with its visitor."""
        good_at = self._page.house.speciality(visit.doctor_id)
        self._page.visit_page.escort.show_escort(visit, self.of_visit(visit.id), good_at)

    def word(self, visit: VisitView | None) -> str:
        """Return what F8 is called on the way, "" when nobody is."""
        if visit is None:
            return N_("I am back") if self.mine() is not None else ""
        way = self.of_visit(visit.id)
        return NEXT[last_act(way.handed_at, way.returned_at)] if way is not None else ""

    # F8

    def next(self, visit: VisitView) -> bool:
        """Do what comes next on the way to the doctor; return whether that is what comes next."""
        way = self.of_visit(visit.id)
        if visit.id in self._busy:
            return True
        if way is None and visit.next_step is Step.ESCORT:
            self._leave(visit)
        elif way is not None and way.handed_at is None:
            self._hand_over(way, visit)
        elif way is not None:
            self._return(way, "")
        else:
            return False
        return True

    def is_on_the_way(self, visit: VisitView) -> bool:
        """Return whether somebody is away with the visitor of a visit."""
        return self.of_visit(visit.id) is not None

    def activate(self, visit: VisitView, *, done: bool) -> None:
        """Do what comes next on the way, or take back the hand-over that is done: a click on the step."""
        way = self.of_visit(visit.id)
        if done and way is not None and way.handed_at is not None:
            self.undo(way.id, EscortAct.HANDED)
        elif not done:
            self.next(visit)

    def _leave(self, visit: VisitView) -> None:
        name = visit.visitor.name if visit.visitor is not None else ""
        self._order(_Did(visit.id, EscortAct.LEFT, name), self._desk.services.escorts.leave, visit.id)

    def _hand_over(self, way: EscortView, visit: VisitView) -> None:
        box = self._page.visit_page.escort
        if not box.form.check():
            box.form.focus("handed_to")
            return
        handed_to = box.handed_to()
        told = _Did(visit.id, EscortAct.HANDED, way.visitor, handed_to, way.id)
        self._order(told, self._desk.services.escorts.hand_over, way.id, way.version, handed_to)

    def _return(self, way: EscortView, handed_to: str) -> None:
        told = _Did(way.visit_id, EscortAct.RETURNED, way.visitor, handed_to, way.id)
        self._order(told, self._desk.services.escorts.returned, way.id, way.version, handed_to)

    def _order(self, told: _Did, method: Callable[..., Any], *args: object) -> None:
        self._busy.add(told.visit_id)
        done, failed = partial(self._tell, told), partial(self._take_refusal, told)
        self._page.run(method, self._desk.actor(), new_request(), *args, done=done, failed=failed)

    def _tell(self, told: _Did, done: Done[Any]) -> None:
        """Say what was recorded, and how to take it back; the answer to leaving is the number of the way."""
        self.ask()
        params = {"visitor": told.visitor or Text(N_("name unknown")), "who": told.handed_to}
        undo = Later(self.undo, told.escort_id or done.value, told.act)
        self._desk.messages.did(Text(DONE[told.act], params), undo)
        if told.visit_id == self._page.visit_id:
            if told.act is not EscortAct.LEFT:
                self._page.visit_page.escort.know()
            self._page.load_visit(told.visit_id)
            if self._page.at_visit():
                # Enter in the empty search says “back”.
                self._page.to_search()

    def _take_refusal(self, told: _Did, error: Exception) -> None:
        """Say why not; what is known may be old."""
        self._busy.discard(told.visit_id)
        self.ask()
        self._desk.messages.route(error, self._page)

    # back

    @Slot()
    def back(self) -> None:
        """Say that the signed-in person is back; who took over is recorded too, if it was not yet."""
        mine = self.mine()
        if mine is None or mine.visit_id in self._busy:
            return
        if mine.handed_at is not None:
            self._return(mine, "")
            return
        visit = self._page.current()
        in_front = visit is not None and visit.id == mine.visit_id
        handed_to = self._page.visit_page.escort.handed_to() if in_front else mine.doctor
        if handed_to:
            self._return(mine, handed_to)
        else:
            self._page.show_visit(mine.visit_id)
            self._page.when_shown(self._ask_who)

    def _ask_who(self) -> None:
        self._page.visit_page.escort.take_focus()
        self._desk.messages.info(Text(N_("Say who took over: the doctor or the assistant. Then F8.")))

    def undo(self, escort_id: int, act: EscortAct) -> None:
        """Take back what was recorded last."""
        undo = self._desk.services.escorts.undo
        args = (self._desk.actor(), new_request(), escort_id, act)
        self._page.run(undo, *args, done=self._on_undone)

    def _on_undone(self, _done: object) -> None:
        self.ask()
        self._desk.messages.did(Text(N_("Taken back")))


@dataclass(frozen=True)
class _Did:
    """An order about one way, whichever visit is in front by the time of the answer."""

    visit_id: int
    act: EscortAct
    visitor: str
    handed_to: str = ""
    escort_id: int = 0
    """0 for a way that only begins."""
