"""Departments, staff, doctors with their duty times, prices."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from deskapp.db.base import Base, Editable, Identified


class Department(Editable, Base):
    """A department; `code` is the one the triage rules know."""

    __tablename__ = "department"
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    name_mn: Mapped[str]
    room: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    prefix: Mapped[str] = mapped_column(default="A")
    active: Mapped[bool] = mapped_column(default=True)


class Staff(Editable, Base):
    """A member of staff."""

    __tablename__ = "staff"
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    post: Mapped[str] = mapped_column(default="")
    group_name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    hired: Mapped[dt.date | None]
    left: Mapped[dt.date | None]
    languages: Mapped[str] = mapped_column(default="")
    qualifications: Mapped[str] = mapped_column(default="")
    input_method: Mapped[str] = mapped_column(default="")
    typing_speed: Mapped[int | None] = mapped_column(Integer)


class Doctor(Editable, Base):
    """A doctor whom visitors can be sent to; `languages` are codes with spaces between."""

    __tablename__ = "doctor"
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    speciality: Mapped[str] = mapped_column(default="")
    introduction: Mapped[str] = mapped_column(default="")
    languages: Mapped[str] = mapped_column(default="zh")
    room: Mapped[str] = mapped_column(default="")
    prefix: Mapped[str] = mapped_column(default="")
    own_queue: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (Index("ix_doctor_department", "department_id"),)


class DutyTime(Identified, Base):
    """When a doctor is on duty: every `weekday` (0 Monday), or on one `day` as an exception.

    An exception with `absent` takes the doctor off duty for that span.
    """

    __tablename__ = "duty_time"
    doctor_id: Mapped[int] = mapped_column(ForeignKey("doctor.id"))
    weekday: Mapped[int | None] = mapped_column(Integer)
    day: Mapped[dt.date | None]
    begins: Mapped[dt.time]
    ends: Mapped[dt.time]
    absent: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name="when"),
        Index("ix_duty_time_doctor", "doctor_id"),
    )


class PriceItem(Editable, Base):
    """An item of the price list, with its time of validity."""

    __tablename__ = "price_item"
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    name_mn: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    fen: Mapped[int]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    __table_args__ = (CheckConstraint("fen >= 0", name="fen"),)
