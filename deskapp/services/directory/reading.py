"""Reading departments, doctors and prices from their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Doctor, DutyTime, PriceItem, Staff
from deskapp.domain import duty
from deskapp.domain.directory import DepartmentView, DoctorView, PriceView, StaffView
from deskapp.domain.duty import Duty


def local(moment: dt.datetime) -> dt.datetime:
    """Return a moment by the site's wall clock, without its timezone."""
    return moment.astimezone().replace(tzinfo=None)


def valid_on(kind: Any, day: dt.date) -> ColumnElement[bool]:
    """Return the condition that a row of `kind` holds on a day; see `domain.directory.standing`."""
    return and_(
        or_(kind.valid_from.is_(None), kind.valid_from <= day),
        or_(kind.valid_to.is_(None), kind.valid_to >= day),
    )


BY_CODE_AND_DAY: Final = (
    PriceItem.code,
    PriceItem.valid_from.is_not(None),
    PriceItem.valid_from,
    PriceItem.id,
)
"""The order of prices: those of one item from the first to the last."""


def duty_times(session: Session, doctors: Collection[int]) -> dict[int, list[Duty]]:
    """Return the duty times of the doctors with these ids; who has none is left out."""
    found: dict[int, list[Duty]] = {}
    asked = select(DutyTime).where(DutyTime.doctor_id.in_(doctors))
    for row in session.scalars(asked.order_by(DutyTime.weekday, DutyTime.day, DutyTime.begins)):
        found.setdefault(row.doctor_id, []).append(duty_of(row))
    return found


def duty_of(row: DutyTime) -> Duty:
    """Return one stored duty time."""
    return Duty(row.begins, row.ends, row.weekday, row.day, row.absent)


def duty_row(doctor_id: int, time: Duty) -> dict[str, object]:
    """Return the columns of one duty time."""
    return {
        "doctor_id": doctor_id,
        "weekday": time.weekday,
        "day": time.day,
        "begins": time.begins,
        "ends": time.ends,
        "absent": time.absent,
    }


def doctors_at(
    session: Session, moment: dt.datetime, department_id: int | None, *, inactive: bool = False
) -> list[DoctorView]:
    """Return the doctors by number with their duty at `moment`; `inactive` adds those not taking visitors then."""
    day = local(moment).date()
    asked = select(Doctor, Department).join(Department, Department.id == Doctor.department_id)
    if department_id is not None:
        asked = asked.where(Doctor.department_id == department_id)
    if not inactive:
        asked = asked.where(Doctor.active, valid_on(Doctor, day))
    rows = session.execute(asked.order_by(Doctor.number)).all()
    times = duty_times(session, [doctor.id for doctor, _department in rows])
    return [_doctor_view(*row, times, local(moment)) for row in rows]


def _doctor_view(
    row: Doctor, department: Department, times: Mapping[int, Iterable[Duty]], moment: dt.datetime
) -> DoctorView:
    mine = tuple(times.get(row.id, ()))
    now, later = duty.span_on_duty(mine, moment), duty.next_on_duty(mine, moment)
    return DoctorView(
        id=row.id,
        version=row.version,
        number=row.number,
        name=row.name,
        title=row.title,
        department_id=row.department_id,
        department=department.name,
        speciality=row.speciality,
        introduction=row.introduction,
        languages=tuple(row.languages.split()),
        room=row.room or department.room,
        prefix=row.prefix,
        own_queue=row.own_queue,
        active=row.active,
        duty_from=_utc(now.begins) if now else None,
        duty_until=_utc(now.until) if now else None,
        next_duty=_utc(later.begins) if later else None,
        own_room=row.room,
        slot_minutes=row.slot_minutes,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _utc(wall: dt.datetime) -> dt.datetime:
    return wall.astimezone(dt.UTC)


def department_view(row: Department, doctors: int, on_duty: int) -> DepartmentView:
    """Return a department with how many doctors it has, and how many of them are on duty."""
    return DepartmentView(
        id=row.id,
        version=row.version,
        code=row.code,
        name=row.name,
        room=row.room,
        phone=row.phone,
        prefix=row.prefix,
        active=row.active,
        doctors=doctors,
        on_duty=on_duty,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def price_view(row: PriceItem) -> PriceView:
    """Return an item of the price list."""
    return PriceView(
        id=row.id,
        version=row.version,
        code=row.code,
        name=row.name,
        category=row.category,
        fen=row.fen,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def staff_view(session: Session, row: Staff) -> StaffView:
    """Return a member of staff as colleagues look them up."""
    home = session.get(Department, row.department_id) if row.department_id is not None else None
    return StaffView(
        id=row.id,
        version=row.version,
        number=row.number,
        name=row.name,
        department=home.name if home is not None else None,
        post=row.post,
        group_name=row.group_name,
        phone=row.phone,
        languages=tuple(row.languages.split()),
        hired=row.hired,
        left=row.left,
    )
