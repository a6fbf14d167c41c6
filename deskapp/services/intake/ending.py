"""Ends of a visit before its last step, inside a transaction that is already open; the place in the line ends with it."""

from __future__ import annotations

from deskapp.db.models.intake import Visit
from deskapp.db.unit_of_work import Work
from deskapp.domain.registration import EndReason, Step
from deskapp.domain.waiting import Standing
from deskapp.services.intake import line
from deskapp.services.intake.history import changed, enter_step


def end_visit(work: Work, visit: Visit, reason: EndReason, note: str) -> None:
    """End a visit early, with the reason; `note` was checked."""
    line.leave(work, visit, line.STANDING_OF_END.get(reason, Standing.WITHDRAWN), note)
    visit.ended, visit.end_note, visit.ended_at = reason, note, work.now
    changed(work, visit, "visit.end", {"ended": None}, {"ended": reason, "note": note})


def bring_to_emergency(work: Work, visit: Visit, level: int, reason: str = "") -> None:
    """End a visit because the visitor is brought to emergency at once; `level` and `reason` were checked."""
    line.leave(work, visit, Standing.EMERGENCY, reason)
    visit.urgency = level
    visit.ended, visit.ended_at = EndReason.EMERGENCY, work.now
    if reason:
        visit.end_note = reason
    enter_step(work, visit.id, Step.TRIAGE)
    changed(work, visit, "visit.emergency", None, {"complaint": visit.complaint, "level": level})
