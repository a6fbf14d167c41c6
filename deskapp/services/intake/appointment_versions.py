"""Which version of an appointment is the newer one: that of a file, or the one that stands here.

Each change that a file made has in its history what kind of file it was and, of a calendar, the event's SEQUENCE.
What a person moved or opened again at the desk is undone by no file that was made before, nor by one that does
not say when.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.intake import AppointmentEvent
from deskapp.domain.appointments import AppointmentAct
from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError
from deskapp.services.directory import local
from deskapp.services.transfer.plan import parts

CALENDAR: Final = "iCalendar"
TABLE: Final = "CSV/XLSX"
ACTS: Final = (
    AppointmentAct.BOOKED,
    AppointmentAct.MOVED,
    AppointmentAct.CANCELLED,
    AppointmentAct.REOPENED,
)
BY_HAND: Final = (AppointmentAct.MOVED, AppointmentAct.REOPENED)
"""What a person does that a file could undo: to what is cancelled, missed or fulfilled it does nothing anyway."""
_MARK: Final = re.compile(rf"(?:^|\()(?:{CALENDAR}(?: (?P<sequence>\d+))?|{TABLE})\)?$")


@dataclass(frozen=True)
class Past:
    """What an appointment's history says: when a person changed it, what a file said last."""

    by_hand: dt.datetime | None = None
    since_file: bool = False
    sequence: int = 0


def marked(values: Mapping[str, Any], reason: str) -> str:
    """Return the reason that stands in the history where a row of a file changes an appointment."""
    mark = f"{CALENDAR} {values['sequence'] or ''}".strip() if "sequence" in values else TABLE
    return f"{reason} ({mark})" if reason else mark


def pasts_of(session: Session, ids: Sequence[int]) -> dict[int, Past]:
    """Return what the histories of appointments say; those without are left out."""
    found: dict[int, list[tuple[AppointmentAct, dt.datetime, str]]] = {}
    columns = (AppointmentEvent.appointment_id, AppointmentEvent.act, AppointmentEvent.at)
    for part in parts(ids):
        asked = select(*columns, AppointmentEvent.reason).order_by(AppointmentEvent.id)
        asked = asked.where(AppointmentEvent.appointment_id.in_(part), AppointmentEvent.act.in_(ACTS))
        for key, act, at, reason in session.execute(asked):
            found.setdefault(key, []).append((act, at, reason))
    return {key: _past(events) for key, events in found.items()}


def _past(events: Iterable[tuple[AppointmentAct, dt.datetime, str]]) -> Past:
    past = Past()
    for act, at, reason in events:
        mark = _MARK.search(reason)
        if mark is not None:
            past = Past(past.by_hand, False, int(mark["sequence"] or past.sequence))
        elif act in BY_HAND:
            past = Past(at, True, past.sequence)
    return past


def refuse_older(past: Past | None, values: Mapping[str, Any]) -> None:
    """Refuse a row that would undo what is newer than it. Raises `RuleError`."""
    if past is None:
        return
    if values.get("sequence", past.sequence) < past.sequence:
        message = N_("A later version of this event was read in already: it stays as it is here.")
        raise RuleError("appointment.older", Text(message))
    made = values.get("stamp")
    if past.by_hand is None or (past.by_hand < made if made is not None else not past.since_file):
        return
    message = N_(
        "Somebody here changed this appointment on {day}, and this file is not newer: it stays as it is."
    )
    raise RuleError("appointment.changed-here", Text(message, {"day": local(past.by_hand).date()}))
