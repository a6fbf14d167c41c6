"""Places in the waiting line for the made-up visits: who was called when, seen for how long, and who still waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Any

from deskapp.domain.registration import EndReason, Step
from deskapp.domain.waiting import QueueAct, Standing

Row = dict[str, Any]
ENDS: Mapping[EndReason, Standing] = {
    EndReason.LEFT_UNSEEN: Standing.LEFT,
    EndReason.EMERGENCY: Standing.EMERGENCY,
}
ACTS: Mapping[Standing, QueueAct] = {
    Standing.FINISHED: QueueAct.FINISHED,
    Standing.LEFT: QueueAct.LEFT,
    Standing.EMERGENCY: QueueAct.EMERGENCY,
    Standing.WITHDRAWN: QueueAct.WITHDRAWN,
}


def place(rng: Random, now: dt.datetime, visit: Row, number: Row, moments: Mapping[Step, dt.datetime]) -> Row:
    """Return the columns of a visit's place; visit and number are those that stand beside it."""
    issued, escorted = moments[Step.NUMBER], moments.get(Step.ESCORT)
    began = visit["doctor_began"]
    called = max(issued, escorted - _minutes(rng.uniform(1, 4))) if escorted else None
    over = began + _minutes(rng.triangular(3, 22, 8)) if began else None
    if visit["ended"] is not None and over is None:
        standing, over = ENDS.get(visit["ended"], Standing.WITHDRAWN), visit["ended_at"]
    elif over is None:
        standing = Standing.WAITING
    else:
        standing = Standing.FINISHED if over <= now else Standing.WITH_DOCTOR
    return {
        "visit": number["visit"],
        "queue": number["queue"],
        "day": number["day"],
        "department_id": visit["department_id"],
        "doctor_id": visit["doctor_id"],
        "standing": standing,
        "joined_at": issued,
        "since": issued,
        "appointment_at": None,
        "called_at": called,
        "called_by": None,
        "calls": int(called is not None),
        "absences": 0,
        "room": "",
        "began_at": began,
        "finished_at": over if over and over <= now else None,
        "reason": "",
        "version": 1,
    }


def events(entry: Row) -> list[Row]:
    """Return the history that led to a place, oldest first; `account_id` is left to who stores it."""
    acts = [(QueueAct.JOINED, entry["joined_at"])]
    if entry["called_at"] is not None:
        acts.append((QueueAct.CALLED, entry["called_at"]))
    if entry["began_at"] is not None:
        acts.append((QueueAct.STARTED, entry["began_at"]))
    if entry["standing"] in ACTS:
        acts.append((ACTS[entry["standing"]], entry["finished_at"]))
    return [{"act": act, "at": at, "reason": "", "before": "", "undoes_id": None} for act, at in acts]


def _minutes(count: float) -> dt.timedelta:
    return dt.timedelta(seconds=int(60 * count))
