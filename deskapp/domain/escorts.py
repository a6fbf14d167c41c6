"""Bringing a visitor to the doctor: who is away with whom, handed over to whom, and back."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from deskapp.domain.text import N_, Text, Words
from deskapp.errors import RuleError

LONG_AWAY: Final = 15
"""Minutes after which an absence from the post is shown as a long one (domain, section 6: step-away)."""
FORGOTTEN_AFTER: Final = dt.timedelta(hours=12)
"""An escort whose return nobody recorded for so long stops nobody from going again."""


class EscortAct(enum.StrEnum):
    """What was done last on a way to the consulting room."""

    LEFT = "left"
    HANDED = "handed"
    RETURNED = "returned"


@dataclass(frozen=True)
class EscortView:
    """One way to the consulting room. `handed_to` is the doctor or assistant who took over.

    `away` is whole minutes since `left_at`, until `returned_at` once that is known.
    """

    id: int
    version: int
    visit_id: int
    visit_code: str
    visitor: str
    label: str
    who: str
    account_id: int
    left_at: dt.datetime
    handed_at: dt.datetime | None
    handed_to: str
    returned_at: dt.datetime | None
    department: Words | None
    doctor: str
    room: str
    away: int


def last_act(handed_at: dt.datetime | None, returned_at: dt.datetime | None) -> EscortAct:
    """Return what was done last."""
    if returned_at is not None:
        return EscortAct.RETURNED
    return EscortAct.HANDED if handed_at is not None else EscortAct.LEFT


def minutes_away(left_at: dt.datetime, until: dt.datetime) -> int:
    """Return the whole minutes of an absence; 0 where a clock was set back."""
    return max(0, int((until - left_at).total_seconds() // 60))


def is_long(view: EscortView) -> bool:
    """Return whether the operator is away longer than is usual."""
    return view.returned_at is None and view.away > LONG_AWAY


def of_visit(views: Iterable[EscortView], visit_id: int | None) -> EscortView | None:
    """Return the way on which somebody is with the visitor of this visit, if there is one."""
    return next((view for view in views if view.visit_id == visit_id and view.returned_at is None), None)


def of_account(views: Iterable[EscortView], account_id: int) -> EscortView | None:
    """Return the way on which this operator is, if there is one."""
    return next((view for view in views if view.account_id == account_id and view.returned_at is None), None)


def refuse_away(visitor: str) -> RuleError:
    """Return the refusal for whoever is away already: nobody brings two visitors at once."""
    message = N_("You are away with {visitor} by what is recorded. Say first that you are back.")
    return RuleError("escort.away", Text(message, {"visitor": visitor or Text(N_("a visitor"))}))


def refuse_accompanied(who: str) -> RuleError:
    """Return the refusal for a visitor who is being brought by somebody else."""
    message = N_("{who} is on the way with this visitor already.")
    return RuleError("escort.accompanied", Text(message, {"who": who}))


def refuse_done() -> RuleError:
    """Return the refusal for a visitor who is with the doctor already."""
    return RuleError("escort.done", Text(N_("This visitor was brought to the doctor already.")))


def refuse_other_act() -> RuleError:
    """Return the refusal to undo what is not what was done last any more."""
    return RuleError("escort.changed", Text(N_("Something else was recorded since. Look at it again.")))
