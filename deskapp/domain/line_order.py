"""The fair order of a waiting line: who is called next, and why.

Danger goes first. Within a level of urgency appointments and walk-ins are called in turn, so many of each.
Whose turn it is follows from who was called before in this line, so what stands in the line does not jump
when somebody is called out of it. Times are timezone-aware UTC.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from deskapp.domain.text import N_, Text
from deskapp.domain.urgency import Urgency


class Lane(enum.Enum):
    """The two lanes of a level."""

    APPOINTMENT = "appointment"
    WALK_IN = "walk-in"


@dataclass(frozen=True, slots=True)
class OrderRules:
    """The site's figures: so many appointments and so many walk-ins in turn, the rest in minutes."""

    appointments_each: int = 1
    walk_ins_each: int = 2
    ageing: int = 60
    early: int = 15
    late: int = 15


class Waiting(Protocol):
    """Somebody who waits in a line.

    `arrived` is when they came in, which says whether they are late for an appointment; `since` orders the line:
    when the number was given, later for whoever did not come when called. An appointment of None is a walk-in;
    `urgency` of None was not judged.
    """

    @property
    def id(self) -> int: ...
    @property
    def urgency(self) -> int | None: ...
    @property
    def arrived(self) -> dt.datetime: ...
    @property
    def since(self) -> dt.datetime: ...
    @property
    def appointment(self) -> dt.datetime | None: ...
    @property
    def absences(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits, and nothing more than the order has to know."""

    id: int
    urgency: int | None
    arrived: dt.datetime
    since: dt.datetime
    appointment: dt.datetime | None = None
    absences: int = 0


class Placed(NamedTuple):
    """Where somebody stands: the reasons are in words, strongest first."""

    id: int
    why: tuple[Text, ...]


DANGER: Final = frozenset({Urgency.CRITICAL, Urgency.EMERGENT})
"""The levels that stand before everybody else."""
_NO_TURNS: Final = (0, 0)
_MINUTE: Final = dt.timedelta(minutes=1)


def lane_of(waiter: Waiting, rules: OrderRules) -> Lane:
    """Return the lane of somebody; whoever came too late for an appointment stands with the walk-ins."""
    return lane_for(waiter.arrived, waiter.appointment, rules)


def lane_for(arrived: dt.datetime, appointment: dt.datetime | None, rules: OrderRules) -> Lane:
    """Return the lane of whoever arrived then and has this appointment."""
    late = appointment is None or arrived > appointment + rules.late * _MINUTE
    return Lane.WALK_IN if late else Lane.APPOINTMENT


def level_of(waiter: Waiting, rules: OrderRules, now: dt.datetime) -> Urgency:
    """Return the level that counts: IV, or not judged, is III after waiting long. Nobody waits into danger."""
    return _Order(rules, now).level(waiter)


def in_order(
    waiters: Iterable[Waiting], called: Iterable[Lane], rules: OrderRules, now: dt.datetime
) -> list[Placed]:
    """Return who waits in one line in the order in which they are called.

    `called` are the lanes of those who were called before in this line today, oldest first, without those
    in danger: they go before everybody and take nobody's turn.
    """
    return _Order(rules, now).of(waiters, called)


class _Order:
    """The rules at one moment, with their limits worked out: a long line is put in order after every change."""

    def __init__(self, rules: OrderRules, now: dt.datetime) -> None:
        self.rules = rules
        self.aged = now - rules.ageing * _MINUTE
        """Whoever stands here since then or longer has waited long."""
        self.due = now + rules.early * _MINUTE
        """An appointment later than that is not due yet."""
        self.aged_why = Text(
            N_("Waited over {minutes} minutes: counts as urgency III"), {"minutes": rules.ageing}
        )

    def level(self, waiter: Waiting) -> Urgency:
        given = waiter.urgency or _LAST
        return _LEVEL[_THIRD if given == _LAST and waiter.since <= self.aged else given]

    def of(self, waiters: Iterable[Waiting], called: Iterable[Lane]) -> list[Placed]:
        levels: dict[Urgency, list[Waiting]] = {level: [] for level in Urgency}
        for waiter in waiters:
            levels[self.level(waiter)].append(waiter)
        turns, placed = self.turns_after(called), []
        for level, people in levels.items():
            if level in DANGER:
                placed += [Placed(one.id, self.why(one)) for one in sorted(people, key=_coming)]
            else:
                turns = self.merge(people, turns, placed)
        return placed

    def merge(
        self, people: Iterable[Waiting], turns: tuple[int, int], placed: list[Placed]
    ) -> tuple[int, int]:
        """Add the people of one level to `placed`, lane by lane in turn; return how far the turns are then.

        Whose appointment is not due yet takes nobody's turn, and stands behind everybody whose time has come.
        """
        lanes: dict[Lane, list[Waiting]] = {lane: [] for lane in Lane}
        early: list[Waiting] = []
        booked, others = lanes[Lane.APPOINTMENT], lanes[Lane.WALK_IN]
        for one in people:
            if one.appointment is None or lane_of(one, self.rules) is Lane.WALK_IN:
                others.append(one)
            else:
                (early if one.appointment > self.due else booked).append(one)
        # From the end, so that taking the first of them is cheap.
        booked.sort(key=self.booked, reverse=True)
        others.sort(key=_coming, reverse=True)
        while booked and others:
            lane = self.next(turns)
            one = lanes[lane].pop()
            placed.append(Placed(one.id, self.why(one, _TURN_WHY[lane])))
            turns = self.taken(turns, lane)
        lane = Lane.APPOINTMENT if booked else Lane.WALK_IN
        for one in reversed(booked or others):
            placed.append(Placed(one.id, self.why(one)))
            turns = self.taken(turns, lane)
        for one in sorted(early, key=self.booked):
            placed.append(Placed(one.id, self.why(one)))
            turns = self.taken(turns, Lane.APPOINTMENT)
        return turns

    def next(self, turns: tuple[int, int]) -> Lane:
        """Return whose turn it is while people of both lanes wait."""
        if turns[0] < self.rules.appointments_each:
            return Lane.APPOINTMENT
        return Lane.WALK_IN if turns[1] < self.rules.walk_ins_each else Lane.APPOINTMENT

    def taken(self, turns: tuple[int, int], lane: Lane) -> tuple[int, int]:
        """Return how many of each lane were called in this round after one more was.

        A lane that goes on alone gathers neither debt nor credit: it begins a new round.
        """
        booked, others = turns
        if lane is Lane.APPOINTMENT:
            booked, others = (1, 0) if booked >= self.rules.appointments_each else (booked + 1, others)
        else:
            booked, others = (0, 1) if others >= self.rules.walk_ins_each else (booked, others + 1)
        over = booked >= self.rules.appointments_each and others >= self.rules.walk_ins_each
        return _NO_TURNS if over else (booked, others)

    def turns_after(self, called: Iterable[Lane]) -> tuple[int, int]:
        turns = _NO_TURNS
        for lane in called:
            turns = self.taken(turns, lane)
        return turns

    def booked(self, waiter: Waiting) -> tuple[dt.datetime, dt.datetime, int]:
        """Return where an appointment stands in its lane: by its time."""
        time = waiter.appointment
        assert time is not None
        # Who did not come when called has lost the appointment's place, and stands where coming back puts them.
        stands = max(waiter.since, time) if waiter.absences else time
        return (stands, waiter.since, waiter.id)

    def why(self, waiter: Waiting, turn: Text | None = None) -> tuple[Text, ...]:
        """Return the reasons for a place; `turn` is whose turn it was where people of both lanes wait."""
        urgency = waiter.urgency or _LAST
        why = [_URGENCY_WHY[urgency]] if urgency < _LAST else []
        if waiter.appointment is not None:
            why.append(self.appointment_why(waiter, waiter.appointment))
        if urgency == _LAST and waiter.since <= self.aged:
            why.append(self.aged_why)
        if turn is not None:
            why.append(turn)
        if waiter.absences:
            why.append(_BACK_WHY)
        why.append(Text(_SINCE, {"time": _clock(waiter.since)}))
        return tuple(why)

    def appointment_why(self, waiter: Waiting, appointment: dt.datetime) -> Text:
        time = {"time": _clock(appointment)}
        if lane_of(waiter, self.rules) is Lane.WALK_IN:
            return Text(
                N_("Came too late for the appointment at {time}: stands with those without one"), time
            )
        if appointment > self.due:
            return Text(N_("The appointment is at {time}: behind those whose time has come"), time)
        return Text(N_("Has an appointment at {time}"), time)


def _coming(waiter: Waiting) -> tuple[dt.datetime, int]:
    return (waiter.since, waiter.id)


_LAST: Final = int(Urgency.LESS_URGENT)
_THIRD: Final = int(Urgency.URGENT)
_LEVEL: Final = {int(level): level for level in Urgency}
_DANGER_WHY: Final = N_("In danger (urgency {level}): before everybody else")
_URGENCY_WHY: Final = {
    int(Urgency.CRITICAL): Text(_DANGER_WHY, {"level": "I"}),
    int(Urgency.EMERGENT): Text(_DANGER_WHY, {"level": "II"}),
    int(Urgency.URGENT): Text(N_("Urgency III: before the less urgent")),
}
_TURN_WHY: Final = {
    Lane.APPOINTMENT: Text(N_("Turn of an appointment")),
    Lane.WALK_IN: Text(N_("Turn of those without an appointment")),
}
_BACK_WHY: Final = Text(N_("Came back after being called"))
_SINCE: Final = N_("Stands here since {time}")


def _clock(moment: dt.datetime) -> dt.time:
    """Return the time of day where the site is."""
    # As `astimezone()` has it, in half the time: each row of a long line says since when.
    return dt.datetime.fromtimestamp(moment.timestamp()).time()  # noqa: DTZ006 - the site's clock is meant
