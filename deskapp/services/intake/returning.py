"""Which doctors a visitor has gone to before: who is responsible when the visitor comes back.

A visit that ended early binds nobody.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Visit
from deskapp.domain.triage import SeenBy

LOOKED_AT: Final = 50
"""Visits back: further ago, nobody is responsible any more."""


def seen_by(session: Session, visitor_id: int, visit_id: int | None = None) -> tuple[SeenBy, ...]:
    """Return the doctors gone to, latest first, one for each department; `visit_id` is the visit of now."""
    asked = (
        _earlier(visitor_id, visit_id)
        .with_only_columns(Doctor.id, Doctor.name, Department.code, Visit.day)
        .join(Doctor, Doctor.id == Visit.doctor_id)
        .join(Department, Department.id == Visit.department_id)
        .order_by(Visit.opened_at.desc(), Visit.id.desc())
        .limit(LOOKED_AT)
    )
    found: dict[str, SeenBy] = {}
    for row in session.execute(asked):
        found.setdefault(row.code, SeenBy(*row))
    return tuple(found.values())


def has_seen(session: Session, visitor_id: int, doctor_id: int, visit_id: int) -> bool:
    """Return whether the visitor went to this doctor before, in another visit than the one of now."""
    asked = _earlier(visitor_id, visit_id).where(Visit.doctor_id == doctor_id)
    return session.scalar(asked.limit(1)) is not None


def _earlier(visitor_id: int, visit_id: int | None) -> Select[int]:
    asked = select(Visit.id).where(Visit.visitor_id == visitor_id, Visit.doctor_id.is_not(None))
    asked = asked.where(Visit.ended.is_(None))
    return asked if visit_id is None else asked.where(Visit.id != visit_id)
