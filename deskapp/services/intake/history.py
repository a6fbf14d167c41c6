"""The history of one visit inside a transaction that is already open: steps done and undone, changes noted."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.intake import Visit, VisitStep
from deskapp.db.unit_of_work import Work
from deskapp.domain.intake import fold_steps
from deskapp.domain.registration import Step
from deskapp.services.intake import views


def enter_step(
    work: Work,
    visit_id: int,
    *steps: Step,
    done: bool = True,
    note: str = "",
    at: dt.datetime | None = None,
    by: int | None = None,
) -> None:
    """Add lines to a visit's history; without `done` they undo the steps.

    They are the acting person's, now, unless somebody else (`by`, an account) did the step, or at another time.
    """
    line = {"visit_id": visit_id, "done": done, "at": at or work.now, "note": note}
    line["account_id"] = by or work.actor.account_id
    work.session.execute(_ADD_STEP, [line | {"step": step} for step in steps])


def is_done(session: Session, visit_id: int, step: Step) -> bool:
    """Return whether a step is done, as the lines so far leave it."""
    return any(view.done for view in fold_steps(views.step_entries(session, visit_id)) if view.step is step)


def changed(work: Work, visit: Visit, action: str, before: object, after: object) -> None:
    """Note what happened to a visit; whoever saw it before has an older version."""
    visit.version += 1
    work.record(action, "visit", visit.id, before=before, after=after)


# On the table and made once: a visit has eight steps at least.
_ADD_STEP: Final = insert(table_of(VisitStep))
