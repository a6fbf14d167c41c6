"""What is done with a place in the line, and what becomes of it: an answer is about the place it was asked of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject

from deskapp.domain.changes import NOTHING, Changes
from deskapp.domain.escorts import EscortAct
from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import CareKind, WaitingRow
from deskapp.errors import ConflictError, DeskError, RuleError
from deskapp.services.base import Done, new_request
from deskapp.ui.base_tab import BaseView
from deskapp.ui.later import Later

LEAVE: Final = "leave"
CARE: Final = "give_care"
NO_CARE: Final = "take_back_care"
STAY: Final = "stay"
SAID: Final = {
    "call": N_("{number} called"),
    "call_again": N_("{number} called again"),
    "requeue": N_("{number} is back in the line"),
    "park": N_("{number} parked"),
    "unpark": N_("{number} is no longer parked"),
    "move": N_("{number} moved"),
    "start": N_("{number} is with the doctor"),
    "finish": N_("{number} seen"),
    "left_unseen": N_("{number} left unseen"),
    "to_emergency": N_("{number} to emergency"),
    "carry_over": N_("{number} carried over to today"),
}
CARE_SAID: Final = {
    CareKind.APOLOGY: N_("Apologised to {number}"),
    CareKind.WATER: N_("Water for {number}"),
    CareKind.READING: N_("Something to read for {number}"),
    CareKind.QUESTION: N_("Question of {number} answered"),
    CareKind.REASSESSED: N_("Looked again at {number}"),
}


class Place(Protocol):
    """What the acts need of the page."""

    def take_done(self, order: Order, done: Done[Any]) -> None:
        """Go on after something was done."""
        ...

    def take_refusal(self, order: Order, *, is_late: bool) -> None:
        """Look again after something was refused; late: somebody else changed the place first."""
        ...


@dataclass(frozen=True)
class Order:
    """Something on its way to be done with a place: sent again, it goes under the same request."""

    acts: Acts
    name: str
    method: Callable[..., Any]
    args: tuple[Any, ...]
    said: str
    key: object
    actor: Any
    label: str = ""
    entry_id: int | None = None
    version: int | None = None
    request: str = field(default_factory=new_request)
    can_undo: bool = True

    def done(self, done: Done[Any]) -> None:
        self.acts.take_done(self, done)

    def failed(self, error: Exception) -> None:
        self.acts.take_refusal(self, error)

    def busy(self, busy: bool) -> None:
        self.acts.set_busy(self, busy)


class Acts(QObject):
    """Sends what is done; a second order for the same place waits for nobody, it is not taken."""

    def __init__(self, page: BaseView, place: Place) -> None:
        super().__init__(page)
        self._page = page
        self._place = place
        self._under_way: set[object] = set()
        self._versions: dict[int, int] = {}

    def do(self, name: str, row: WaitingRow, *args: Any) -> None:
        """Do one of SAID with a place, as it was seen."""
        version = max(row.version, self._versions.get(row.id, 0))
        made = self._order(name, SAID[name], row.id, (row.id, version, *args))
        self.send(replace(made, label=row.label, entry_id=row.id, version=version))

    def call_next(self, queue: str) -> None:
        """Call who is next in a line."""
        self.send(self._order("call_next", N_("{number} called"), queue, (queue,)))

    def care(self, row: WaitingRow, kind: CareKind) -> None:
        """Write down what was done for somebody."""
        made = self._order(CARE, CARE_SAID[kind], (row.visit_id, kind), (row.visit_id, kind))
        self.send(replace(made, label=row.label, entry_id=row.id))

    def take_back_care(self, care_id: int, entry_id: int, label: str) -> None:
        """Take back what was written down by mistake."""
        made = self._order(NO_CARE, N_("Taken back: {number}"), (NO_CARE, care_id), (care_id,))
        self.send(replace(made, label=label, entry_id=entry_id, can_undo=False))

    def escort(self, row: WaitingRow) -> None:
        """Go with somebody to the room."""
        made = self._order(LEAVE, N_("On the way with {number}"), (LEAVE, row.visit_id), (row.visit_id,))
        self.send(replace(made, label=row.label, can_undo=False))

    def stay(self, escort_id: int, label: str) -> None:
        """Take back that somebody went along."""
        made = self._order(
            "undo", N_("Taken back: {number}"), (LEAVE, escort_id), (escort_id, EscortAct.LEFT)
        )
        method = self._page.desk.services.escorts.undo
        self.send(replace(made, name=STAY, method=method, label=label, can_undo=False))

    def undo(self, entry_id: int, version: int, label: str) -> None:
        """Take back what was done last with a place; not what another desk did after the version given."""
        made = self._order("undo", N_("Taken back: {number}"), entry_id, (entry_id, version))
        self.send(replace(made, label=label, entry_id=entry_id, version=version, can_undo=False))

    def for_all(self, name: str, rows: Sequence[WaitingRow], *args: Any, said: str) -> None:
        """Do the same with several places, one after the other; what is refused is left as it is and told."""
        each = tuple((row.id, row.version) for row in rows)
        made = self._order(name, said, ("all", name), (each, *args))
        self.send(replace(made, method=ForAll(made.method), can_undo=False))

    def _order(self, name: str, said: str, key: object, args: tuple[Any, ...]) -> Order:
        """Return an order; `key`: of two with the same, the second is not taken while the first is under way."""
        services = self._page.desk.services
        method = getattr(services.escorts if name == LEAVE else services.waiting, name)
        return Order(self, name, method, args, said, key, self._page.desk.actor())

    def send(self, order: Order) -> None:
        """Send an order, unless one for the same is under way."""
        if order.key in self._under_way:
            return
        self._page.run(
            order.method,
            order.actor,
            order.request,
            *order.args,
            done=order.done,
            failed=order.failed,
            busy=order.busy,
            owner=self,
        )

    def set_busy(self, order: Order, busy: bool) -> None:
        """Take no second order for the same while one is under way."""
        (self._under_way.add if busy else self._under_way.discard)(order.key)

    def take_done(self, order: Order, done: Done[Any]) -> None:
        """Remember that the place has a new version, until the page shows it, and let the page go on."""
        if order.entry_id is not None and order.version is not None:
            self._versions[order.entry_id] = order.version + 1
        self._place.take_done(order, done)

    def look_again(self) -> None:
        """Go by what the page shows from now on."""
        self._versions.clear()

    def take_refusal(self, order: Order, error: Exception) -> None:
        """Say why not (who was first says the service), and look again; the surroundings can be tried again."""
        if order.entry_id is not None:
            self._versions.pop(order.entry_id, None)
        is_late = isinstance(error, ConflictError)
        can_retry = isinstance(error, DeskError) and not is_late
        retry = Later(self.send, order) if can_retry else None
        self._page.desk.messages.route(_named(error, order.label), self._page, retry)
        self._place.take_refusal(order, is_late=is_late)


def _named(error: Exception, label: str) -> Exception:
    """Return a rule's refusal with the number that it is about: by now the cursor may be on another."""
    if type(error) is not RuleError or not label:
        return error
    words = Text(N_("{name}: {why}"), {"name": label, "why": error.text})
    return RuleError(error.code, words)


def entry_of(order: Order, done: Done[Any]) -> int | None:
    """Return which place was changed: known before, or, of who was next, told by the answer."""
    if order.entry_id is not None:
        return order.entry_id
    return done.value if isinstance(done.value, int) else None


@dataclass(frozen=True)
class Several:
    """How many places were changed, and why the first of the others was not."""

    done: int
    left: int
    why: DeskError | None = None


@dataclass(frozen=True)
class ForAll:
    """A use case for several places in a worker, each in a transaction of its own."""

    method: Callable[..., Any]

    @property
    def __lane__(self) -> str:
        return str(getattr(self.method, "__lane__", ""))

    def __call__(
        self, actor: Any, request: str, each: Sequence[tuple[int, int]], *args: Any
    ) -> Done[Several]:
        changes: Changes = NOTHING
        done, left, why = 0, 0, None
        for place, (entry_id, version) in enumerate(each):
            try:
                answer = self.method(actor, f"{request[:24]}{place:08x}", entry_id, version, *args)
            except DeskError as error:
                left, why = left + 1, why or error
            else:
                done, changes = done + 1, changes | answer.changes
        return Done(Several(done, left, why), changes)


def told(order: Order, label: str) -> Text:
    """Return what was done, in words."""
    return Text(order.said, {"number": label})
