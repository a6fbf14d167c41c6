"""Visitors, their visits and everything that happened in them. Nothing here is ever deleted."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from deskapp.db.base import Base, Coded, Editable, Identified, KeyText, coded
from deskapp.domain.appointments import AppointmentAct
from deskapp.domain.registration import (
    Allergy,
    AppointmentState,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    EndReason,
    Identity,
    MaritalStatus,
    MediaSource,
    Payment,
    Sex,
    SlipState,
    Step,
    VisitKind,
)


class Visitor(Editable, Base):
    """A person who came. `code` is opaque and may be printed."""

    __tablename__ = "visitor"
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sex: Mapped[Sex] = mapped_column(Coded(Sex))
    birth_date: Mapped[dt.date | None]
    birth_time: Mapped[dt.time | None]
    phone: Mapped[str]
    document_kind: Mapped[DocumentKind] = mapped_column(coded(DocumentKind))
    document_number: Mapped[str]
    identity: Mapped[Identity] = mapped_column(coded(Identity))
    preferred_name: Mapped[str]
    nationality: Mapped[str]
    ethnicity: Mapped[str]
    marital: Mapped[MaritalStatus] = mapped_column(Coded(MaritalStatus))
    occupation: Mapped[str]
    employer: Mapped[str]
    address: Mapped[str]
    division: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str]
    contact_relation: Mapped[ContactRelation] = mapped_column(Coded(ContactRelation))
    contact_phone: Mapped[str]
    guardian_name: Mapped[str]
    guardian_phone: Mapped[str]
    mother_code: Mapped[str]
    allergy: Mapped[Allergy] = mapped_column(Coded(Allergy))
    allergy_text: Mapped[str]
    insurer: Mapped[str]
    language: Mapped[str]
    interpreter: Mapped[bool]
    note: Mapped[str]
    first_seen: Mapped[dt.datetime]
    last_visit: Mapped[dt.datetime | None]
    visits: Mapped[int] = mapped_column(Integer, default=0)
    responsible_doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("visitor.id"))


class DuplicateKey(Base):
    """A blocking key under which likely duplicates of a visitor are looked for."""

    __tablename__ = "duplicate_key"
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    visitor_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"), primary_key=True)
    __table_args__ = ({"sqlite_with_rowid": False},)


class Consent(Identified, Base):
    """An answer to a question of consent; the latest answer of a kind counts."""

    __tablename__ = "consent"
    visitor_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"))
    kind: Mapped[ConsentKind] = mapped_column(coded(ConsentKind))
    given: Mapped[bool]
    given_by: Mapped[str]
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (Index("ix_consent_visitor", "visitor_id"),)


class Appointment(Editable, Base):
    """A booked time."""

    __tablename__ = "appointment"
    visitor_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    starts_at: Mapped[dt.datetime]
    state: Mapped[AppointmentState] = mapped_column(coded(AppointmentState))
    minutes: Mapped[int] = mapped_column(Integer, default=15, server_default="15")
    over_booked: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Booked beside another one of the doctor, with the reason in the event."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    uid: Mapped[str] = mapped_column(default="", server_default="")
    """Of the calendar file it came from: reading the file again changes this appointment, and books no second one."""
    __table_args__ = (
        Index("ix_appointment_visitor", "visitor_id", "starts_at"),
        Index("ix_appointment_starts", "starts_at"),
        Index("ix_appointment_doctor", "doctor_id", "starts_at"),
        Index("ix_appointment_uid", "uid"),
    )


class AppointmentEvent(Identified, Base):
    """What happened to an appointment; `starts_at` is its time afterwards. Append-only."""

    __tablename__ = "appointment_event"
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    act: Mapped[AppointmentAct] = mapped_column(coded(AppointmentAct))
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    starts_at: Mapped[dt.datetime]
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    reason: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("ix_appointment_event_appointment", "appointment_id"),)


class Visit(Editable, Base):
    """One coming of one visitor. A visitor in danger has a visit before having a record."""

    __tablename__ = "visit"
    code: Mapped[str] = mapped_column(unique=True)
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("visitor.id"))
    day: Mapped[dt.date]
    opened_at: Mapped[dt.datetime]
    kind: Mapped[VisitKind] = mapped_column(Coded(VisitKind))
    first_visit: Mapped[bool] = mapped_column(default=True)
    complaint: Mapped[str] = mapped_column(default="")
    urgency: Mapped[int | None] = mapped_column(Integer)
    pregnant: Mapped[bool] = mapped_column(default=False)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    override_reason: Mapped[str] = mapped_column(default="")
    media_source: Mapped[MediaSource | None] = mapped_column(coded(MediaSource))
    media_text: Mapped[str] = mapped_column(default="")
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    payment: Mapped[Payment] = mapped_column(coded(Payment), default=Payment.UNPAID)
    payment_reason: Mapped[str] = mapped_column(default="")
    checked_in: Mapped[dt.datetime | None]
    doctor_began: Mapped[dt.datetime | None]
    ended: Mapped[EndReason | None] = mapped_column(coded(EndReason))
    end_note: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index("ix_visit_day", "day", "opened_at"),
        Index("ix_visit_visitor", "visitor_id", "opened_at"),
        CheckConstraint("urgency BETWEEN 1 AND 4", name="urgency"),
    )


class VisitStep(Identified, Base):
    """One line of a visit's history; `done` false is a correcting entry. Append-only."""

    __tablename__ = "visit_step"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    step: Mapped[Step] = mapped_column(coded(Step))
    done: Mapped[bool]
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("ix_visit_step_visit", "visit_id"),)


class Vitals(Identified, Base):
    """Vital signs taken once, as canonical JSON, with what the rules said then. Append-only."""

    __tablename__ = "vitals"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    readings: Mapped[str]
    news2: Mapped[int | None] = mapped_column(Integer)
    level: Mapped[int | None] = mapped_column(Integer)
    __table_args__ = (Index("ix_vitals_visit", "visit_id"),)


class Turn(Identified, Base):
    """A doctor's turn in the rotation of a department and day. Append-only."""

    __tablename__ = "turn"
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    day: Mapped[dt.date]
    doctor_id: Mapped[int] = mapped_column(ForeignKey("doctor.id"))
    round: Mapped[int] = mapped_column(Integer)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    named: Mapped[bool]
    __table_args__ = (Index("ix_turn_department_day", "department_id", "day"),)


class QueueCounter(Base):
    """The last number given in one queue on one day: the one row that issuing locks."""

    __tablename__ = "queue_counter"
    queue: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class QueueNumber(Identified, Base):
    """A number that was given. It never changes hands and is never given again."""

    __tablename__ = "queue_number"
    queue: Mapped[str]
    day: Mapped[dt.date]
    number: Mapped[int] = mapped_column(Integer)
    label: Mapped[str]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    block_id: Mapped[int | None] = mapped_column(ForeignKey("paper_block.id"))
    state: Mapped[SlipState] = mapped_column(coded(SlipState))
    issued_at: Mapped[dt.datetime]
    waiting_before: Mapped[int] = mapped_column(Integer, default=0)
    __table_args__ = (
        UniqueConstraint("queue", "day", "number"),
        Index("ix_queue_number_visit", "visit_id"),
    )


class SlipEvent(Identified, Base):
    """What happened to a number's slip. Append-only."""

    __tablename__ = "slip_event"
    queue_number_id: Mapped[int] = mapped_column(ForeignKey("queue_number.id"))
    state: Mapped[SlipState] = mapped_column(coded(SlipState))
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("ix_slip_event_queue_number", "queue_number_id"),)


class PaperBlock(Identified, Base):
    """Numbers set aside for giving out on paper while the power is off."""

    __tablename__ = "paper_block"
    queue: Mapped[str]
    day: Mapped[dt.date]
    first: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer)
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (Index("ix_paper_block_queue_day", "queue", "day"),)


class Charge(Identified, Base):
    """An item of a visit's price, its name and price as they were; `removed` corrects it."""

    __tablename__ = "charge"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("price_item.id"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    name_mn: Mapped[str]
    fen: Mapped[int]
    quantity: Mapped[int] = mapped_column(Integer)
    removed: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_charge_visit", "visit_id"),)


class SearchKey(Base):
    """A key that begins a way of naming a visitor; `grade` 0 whole name or number, 1 a later part."""

    __tablename__ = "search_key"
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    visitor_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"), primary_key=True)
    grade: Mapped[int] = mapped_column(Integer)
    __table_args__ = ({"sqlite_with_rowid": False},)


class HotPrefix(Base):
    """A prefix that over 200 people share: its best ones are stored in `HotHit`."""

    __tablename__ = "hot_prefix"
    prefix: Mapped[str] = mapped_column(KeyText, primary_key=True)
    __table_args__ = ({"sqlite_with_rowid": False},)


class HotHit(Base):
    """One of the best visitors of a hot prefix; `rank` sorts ascending, best first."""

    __tablename__ = "hot_hit"
    prefix: Mapped[str] = mapped_column(KeyText, primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    visitor_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = ({"sqlite_with_rowid": False},)
