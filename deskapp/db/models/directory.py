"""What the desk must know of the house: departments, staff, doctors with duty times, prices, places, offers, news."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskapp.db.base import Base, Coded, Editable, Identified, coded
from deskapp.domain.questions import QuestionState
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words


class Named:
    """A name in the three languages."""

    name_zh: Mapped[str]
    name_en: Mapped[str]
    name_mn: Mapped[str]

    @property
    def name(self) -> Words:
        """The name, to be said in any language."""
        return Words(self.name_zh, self.name_en, self.name_mn)


class Worded:
    """A text in the three languages."""

    text_zh: Mapped[str] = mapped_column(default="")
    text_en: Mapped[str] = mapped_column(default="")
    text_mn: Mapped[str] = mapped_column(default="")

    @property
    def text(self) -> Words:
        """The text, to be said in any language."""
        return Words(self.text_zh, self.text_en, self.text_mn)


class Dated:
    """Days of validity, both included; None is open."""

    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]


class Department(Named, Dated, Editable, Base):
    """A department; `code` is the one the triage rules know."""

    __tablename__ = "department"
    code: Mapped[str] = mapped_column(unique=True)
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


class Doctor(Dated, Editable, Base):
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
    slot_minutes: Mapped[int | None] = mapped_column(Integer)
    """Length of an appointment with this doctor; None takes the site's."""
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


class PriceItem(Named, Dated, Editable, Base):
    """An item of the price list at the price of a time: of one code several, whose days don't overlap."""

    __tablename__ = "price_item"
    code: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    fen: Mapped[int]
    __table_args__ = (CheckConstraint("fen >= 0", name="fen"), UniqueConstraint("code", "valid_from"))


class Place(Named, Dated, Editable, Base):
    """Somewhere visitors are sent to, or a phone that is asked for: cashier, pharmacy, ward, lavatory."""

    __tablename__ = "place"
    code: Mapped[str] = mapped_column(unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    room: Mapped[str] = mapped_column(default="")
    floor: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class Promotion(Named, Worded, Dated, Editable, Base):
    """An offer: whom it fits, and from when to when. Known to the desk before it starts."""

    __tablename__ = "promotion"
    code: Mapped[str] = mapped_column(unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    sex: Mapped[Sex | None] = mapped_column(Coded(Sex))
    age_from: Mapped[int | None] = mapped_column(Integer)
    age_to: Mapped[int | None] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(default="")
    """Words of a complaint that it fits, with commas between."""


class Notice(Named, Worded, Dated, Editable, Base):
    """News of the house, for the desk and, with `on_board`, for the waiting room's screen."""

    __tablename__ = "notice"
    code: Mapped[str] = mapped_column(unique=True)
    on_board: Mapped[bool] = mapped_column(default=False)


class PhraseText(Editable, Base):
    """A sentence to say, as the site changed or added it; those not here are the ones shipped."""

    __tablename__ = "phrase"
    code: Mapped[str] = mapped_column(unique=True)
    situation: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]
    mn: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Question(Editable, Base):
    """What nobody knew: kept with who asked and who was asked, until the visitor was told."""

    __tablename__ = "question"
    code: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("visitor.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    state: Mapped[QuestionState] = mapped_column(coded(QuestionState))
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[dt.datetime | None]
    told_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    told_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index("ix_question_state", "state", "due_at"),
        Index("ix_question_visitor", "visitor_id"),
    )
