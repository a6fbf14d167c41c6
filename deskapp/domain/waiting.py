"""The waiting line: where a visitor stands, what may be done with the place, and what is shown of it.

A visit has one place in one line at most, from the moment its number is given. What happens to a place is a
list of events that is only added to; an undoing is an event too. Times are timezone-aware UTC.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.registration import SlipState
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import RuleError


class Standing(enum.StrEnum):
    """State of a place in the line. WAITING, CALLED and PARKED are open; WITH_DOCTOR is being seen."""

    WAITING = "waiting"
    CALLED = "called"
    PARKED = "parked"
    WITH_DOCTOR = "with-doctor"
    FINISHED = "finished"
    LEFT = "left"
    EMERGENCY = "emergency"
    WITHDRAWN = "withdrawn"
    """The number was voided, or the visit ended for another reason than these."""


class QueueAct(enum.StrEnum):
    """What happens to a place in the line."""

    JOINED = "joined"
    CALLED = "called"
    CALLED_AGAIN = "called-again"
    REQUEUED = "requeued"
    NO_SHOW = "no-show"
    PARKED = "parked"
    RETURNED = "returned"
    MOVED = "moved"
    STARTED = "started"
    FINISHED = "finished"
    LEFT = "left"
    EMERGENCY = "emergency"
    WITHDRAWN = "withdrawn"
    CARRIED_OVER = "carried-over"
    UNDONE = "undone"


class CareKind(enum.StrEnum):
    """What is done for somebody who waits."""

    APOLOGY = "apology"
    WATER = "water"
    READING = "reading"
    QUESTION = "question"
    REASSESSED = "reassessed"


OPEN: Final = frozenset({Standing.WAITING, Standing.CALLED, Standing.PARKED})
"""States in which somebody still waits."""
LIVE: Final = OPEN | {Standing.WITH_DOCTOR}
"""States that the waiting page shows."""

ABSENCES_ALLOWED: Final = 1
"""So many times whoever does not come when called goes back into the line; after that the place is parked."""
_CLOSED: Final = frozenset(Standing) - LIVE
_AFTER: Final[Mapping[QueueAct, tuple[frozenset[Standing], Standing]]] = {
    QueueAct.JOINED: (_CLOSED, Standing.WAITING),
    QueueAct.CALLED: (frozenset({Standing.WAITING, Standing.PARKED}), Standing.CALLED),
    QueueAct.CALLED_AGAIN: (frozenset({Standing.CALLED}), Standing.CALLED),
    QueueAct.REQUEUED: (frozenset({Standing.CALLED}), Standing.WAITING),
    QueueAct.NO_SHOW: (frozenset({Standing.CALLED}), Standing.WAITING),
    QueueAct.PARKED: (frozenset({Standing.WAITING, Standing.CALLED}), Standing.PARKED),
    QueueAct.RETURNED: (frozenset({Standing.PARKED}), Standing.WAITING),
    QueueAct.MOVED: (OPEN, Standing.WAITING),
    QueueAct.STARTED: (OPEN, Standing.WITH_DOCTOR),
    QueueAct.FINISHED: (frozenset({Standing.WITH_DOCTOR}), Standing.FINISHED),
    QueueAct.LEFT: (LIVE, Standing.LEFT),
    QueueAct.EMERGENCY: (LIVE, Standing.EMERGENCY),
    QueueAct.WITHDRAWN: (LIVE, Standing.WITHDRAWN),
    QueueAct.CARRIED_OVER: (OPEN, Standing.WAITING),
}
"""From which states an act is possible, and to which it leads. An undoing leads back to wherever it was."""


def may(act: QueueAct, standing: Standing) -> bool:
    """Say whether an act is possible for a place in this state."""
    return act in _AFTER and standing in _AFTER[act][0]


def after(act: QueueAct, standing: Standing, absences: int = 0) -> Standing:
    """Return the state of a place after an act.

    `absences` is how often its visitor did not come when called, before this act. Raises `RuleError`
    "queue.not-now" where the act is not possible.
    """
    if not may(act, standing):
        message = Text(N_("This is not possible now: {state}."), {"state": Text(STANDING_LABELS[standing])})
        raise RuleError("queue.not-now", message)
    if act is QueueAct.NO_SHOW and absences >= ABSENCES_ALLOWED:
        return Standing.PARKED
    return _AFTER[act][1]


STANDING_LABELS: Final[Mapping[Standing, str]] = {
    Standing.WAITING: N_("waiting"),
    Standing.CALLED: N_("called"),
    Standing.PARKED: N_("parked"),
    Standing.WITH_DOCTOR: N_("with the doctor"),
    Standing.FINISHED: N_("seen"),
    Standing.LEFT: N_("left unseen"),
    Standing.EMERGENCY: N_("to emergency"),
    Standing.WITHDRAWN: N_("number withdrawn"),
}

ACT_LABELS: Final[Mapping[QueueAct, str]] = {
    QueueAct.JOINED: N_("got the number"),
    QueueAct.CALLED: N_("called"),
    QueueAct.CALLED_AGAIN: N_("called again"),
    QueueAct.REQUEUED: N_("back into the line"),
    QueueAct.NO_SHOW: N_("did not come when called"),
    QueueAct.PARKED: N_("parked"),
    QueueAct.RETURNED: N_("no longer parked"),
    QueueAct.MOVED: N_("moved to another line"),
    QueueAct.STARTED: N_("with the doctor"),
    QueueAct.FINISHED: N_("seen"),
    QueueAct.LEFT: N_("left unseen"),
    QueueAct.EMERGENCY: N_("to emergency"),
    QueueAct.WITHDRAWN: N_("number withdrawn"),
    QueueAct.CARRIED_OVER: N_("carried over to today"),
    QueueAct.UNDONE: N_("taken back"),
}

CARE_LABELS: Final[Mapping[CareKind, str]] = {
    CareKind.APOLOGY: N_("apologised and explained"),
    CareKind.WATER: N_("brought water"),
    CareKind.READING: N_("brought something to read"),
    CareKind.QUESTION: N_("answered a question"),
    CareKind.REASSESSED: N_("looked again how urgent it is"),
}


@dataclass(frozen=True)
class Estimate:
    """How long the wait will probably be, in whole minutes: median to 90th percentile.

    Both None while fewer than 5 visits are known: then it says "unknown".
    """

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class CareDone:
    """What was done for somebody who waits, when and by whom."""

    kind: CareKind
    at: dt.datetime
    by: str
    note: str = ""


@dataclass(frozen=True)
class QueueEventView:
    """One line of the history of a place."""

    id: int
    act: QueueAct
    at: dt.datetime
    by: str
    reason: str = ""


@dataclass(frozen=True)
class WaitingRow:
    """One line of the waiting page, in the order in which people are called.

    Attributes:
        id: of the place in the line; `version` is what an action must have seen.
        queue: "doctor:ID" or "department:ID"; `line` and `doctor` are its names.
        place: 1 for who is next in this line; None for who does not stand in it (called, parked, with doctor).
        label: as the board shows it too, with the day where that is an earlier one: today's line has an A001 as well.
        name_masked: as the board shows it; `name` is for the desk.
        since: from when the wait counts (number given); `waited` is whole minutes until now, or until the doctor
            began, never negative.
        why: the reasons for the place, in words, strongest first; of a parked one why it is, where nobody said it.
        apology_due: an apology has to be said now; `reassess_due` likewise for looking again how urgent it is.
        obstacle: why nobody can see this visitor now (doctor off duty, department closed), None when all is well.
        from_yesterday: the number is of an earlier site day, `day`.
    """

    id: int
    version: int
    visit_id: int
    visitor_id: int | None
    number_id: int
    label: str
    day: dt.date
    from_yesterday: bool
    queue: str
    department_id: int
    line: Words
    doctor_id: int | None
    doctor: str
    room: str
    name: str
    name_masked: str
    urgency: int | None
    standing: Standing
    place: int | None
    since: dt.datetime
    waited: int
    estimate: Estimate
    appointment_at: dt.datetime | None
    called_at: dt.datetime | None
    called_by: str
    calls: int
    absences: int
    began_at: dt.datetime | None
    slip: SlipState
    reason: str
    why: tuple[Text, ...] = ()
    care: tuple[CareDone, ...] = ()
    apology_due: bool = False
    reassess_due: bool = False
    obstacle: Text | None = None


@dataclass(frozen=True)
class DueNow:
    """What has to be done now for one person who waits: CareKind.REASSESSED or CareKind.APOLOGY.

    `waited` is in minutes; `turn` counts how often the same was due before, so that each time is told once.
    """

    kind: CareKind
    visit_id: int
    label: str
    name_masked: str
    urgency: int | None
    waited: int
    turn: int

    @property
    def occasion(self) -> tuple[CareKind, int, int]:
        """What tells this occasion from every other."""
        return (self.kind, self.visit_id, self.turn)


@dataclass(frozen=True)
class LineSum:
    """One waiting line in figures, for the list of lines: how many wait, are with the doctor, the longest wait.

    `waiting` counts the called and the parked too; `longest` is in minutes; `on_duty` counts its doctors.
    """

    queue: str
    line: Words
    doctor: str
    room: str
    on_duty: int
    waiting: int
    with_doctor: int
    longest: int

    @property
    def id(self) -> str:
        return self.queue


@dataclass(frozen=True)
class WaitingView:
    """The whole waiting page: `rows` in calling order, line after line, `left_over` of earlier days."""

    rows: tuple[WaitingRow, ...]
    lines: tuple[LineSum, ...]
    left_over: tuple[WaitingRow, ...]
    clock_behind: dt.datetime | None = None
    """When the newest entry lies in the future of this computer's clock: its time."""
