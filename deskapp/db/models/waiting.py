"""The waiting line, what is done for those who wait, the door, and ways to the doctor."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskapp.db.base import Base, Editable, Identified, coded
from deskapp.domain.door import Address, Coming
from deskapp.domain.waiting import CareKind, QueueAct, Standing


class QueueEntry(Editable, Base):
    """A visit's place in a line: one at most, which moves with the visit. `joined_at` is when the wait began.

    `since` orders the line: who did not come when called stands where coming back puts them.
    """

    __tablename__ = "queue_entry"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("queue_number.id"))
    queue: Mapped[str]
    day: Mapped[dt.date]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id"))
    standing: Mapped[Standing] = mapped_column(coded(Standing))
    joined_at: Mapped[dt.datetime]
    since: Mapped[dt.datetime]
    appointment_at: Mapped[dt.datetime | None]
    called_at: Mapped[dt.datetime | None]
    called_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    calls: Mapped[int] = mapped_column(Integer, default=0)
    absences: Mapped[int] = mapped_column(Integer, default=0)
    room: Mapped[str] = mapped_column(default="")
    began_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("visit_id"),
        Index("ix_queue_entry_standing", "standing", "day"),
        Index("ix_queue_entry_day", "day", "queue"),
    )


class QueueEvent(Identified, Base):
    """One line of the history of a place; `before` is what the place was, as JSON. Append-only."""

    __tablename__ = "queue_event"
    entry_id: Mapped[int] = mapped_column(ForeignKey("queue_entry.id"))
    act: Mapped[QueueAct] = mapped_column(coded(QueueAct))
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(default="")
    before: Mapped[str] = mapped_column(default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("queue_event.id"))
    __table_args__ = (Index("ix_queue_event_entry", "entry_id"), Index("ix_queue_event_at", "at"))


class Care(Identified, Base):
    """What was done for somebody who waits; written by mistake, it stays and is marked taken back."""

    __tablename__ = "care"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    kind: Mapped[CareKind] = mapped_column(coded(CareKind))
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(default="")
    taken_back_at: Mapped[dt.datetime | None]
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (Index("ix_care_visit", "visit_id"),)


class Greeting(Editable, Base):
    """Somebody whom a guide met at the door. The arrival time starts with it."""

    __tablename__ = "greeting"
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(default="")
    address: Mapped[Address] = mapped_column(coded(Address))
    has_appointment: Mapped[bool | None]
    first_visit: Mapped[bool | None]
    note: Mapped[str] = mapped_column(default="")
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    state: Mapped[Coming] = mapped_column(coded(Coming))
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[dt.datetime | None]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    __table_args__ = (Index("ix_greeting_state", "state", "at"), Index("ix_greeting_visit", "visit_id"))


class Escort(Editable, Base):
    """One way with a visitor to the consulting room and back."""

    __tablename__ = "escort"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    left_at: Mapped[dt.datetime]
    handed_at: Mapped[dt.datetime | None]
    handed_to: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("ix_escort_visit", "visit_id"), Index("ix_escort_returned", "returned_at"))
