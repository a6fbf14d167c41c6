"""A person's card: everything the house knows of one person, gathered from all records merged into one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from deskapp import settings
from deskapp.db.audit import BODY, ENTRY
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor, Question
from deskapp.db.models.intake import Appointment, Consent, QueueNumber, Visit, Visitor
from deskapp.db.models.people import Merge
from deskapp.domain.identity import mask_document, mask_phone
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.questions import QuestionState
from deskapp.domain.registration import (
    AppointmentState,
    ConsentKind,
    DocumentKind,
    EndReason,
    SlipState,
    VisitKind,
)
from deskapp.domain.retention import Keeping, is_erased, keeping, years_kept
from deskapp.domain.text import Words
from deskapp.domain.trail import FieldLine, field_lines
from deskapp.domain.visitor_rules import age_in_years
from deskapp.services.intake import views
from deskapp.services.intake.keys import merged_records, standing_id
from deskapp.services.settings import site_value

MOST: Final = 500
"""Lines of one list of a card."""
EDITS: Final = ("visitor.register", "visitor.edit", "visitor.merge", "visitor.unmerge")
MERGES: Final = frozenset({"visitor.merge", "visitor.unmerge"})
HIDDEN: Final = frozenset({"phone", "document_number", "contact_phone", "guardian_phone"})
"""What a card and its history show masked until it is asked for."""


@dataclass(frozen=True)
class PersonVisit:
    """A visit as the card lists it."""

    id: int
    code: str
    opened_at: dt.datetime
    kind: VisitKind
    first_visit: bool
    department: Words | None
    doctor: str
    complaint: str
    number: str
    ended: EndReason | None


@dataclass(frozen=True)
class DocumentLine:
    """A document that the person showed, masked: now, in a record merged into this one, or before an edit."""

    id: str
    kind: DocumentKind
    number: str
    whence: str
    """"now", "merged" or "earlier"."""

    code: str = ""


@dataclass(frozen=True)
class ConsentLine:
    """An answer to a question of consent; `counts` for the latest of its kind."""

    id: int
    kind: ConsentKind
    given: bool
    given_by: str
    at: dt.datetime
    by: str
    counts: bool


@dataclass(frozen=True)
class AppointmentLine:
    """A booked time."""

    id: int
    starts_at: dt.datetime
    department: Words
    doctor: str
    state: AppointmentState


@dataclass(frozen=True)
class QuestionLine:
    """A question that the person asked and nobody could answer at once."""

    id: int
    code: str
    text: str
    asked_at: dt.datetime
    state: QuestionState
    answer: str


@dataclass(frozen=True)
class EditLine:
    """One change of the record: when, by whom, and field by field what it held before and after."""

    id: int
    at: dt.datetime
    person: str
    action: str
    fields: tuple[FieldLine, ...]
    erased: bool


@dataclass(frozen=True)
class MergeLine:
    """A record that was merged into this one, and whether that can be taken back now."""

    id: int
    version: int
    code: str
    name: str
    at: dt.datetime
    by: str
    reason: str
    undone_at: dt.datetime | None
    undone_by: str
    latest: bool


@dataclass(frozen=True)
class PersonCard:
    """A person, whole. Phones and documents are masked; `version` is what an edit or a merge must have seen."""

    id: int
    code: str
    version: int
    draft: VisitorDraft
    age: int | None
    erased: bool
    first_seen: dt.datetime
    last_visit: dt.datetime | None
    visit_count: int
    kept: Keeping
    visits: tuple[PersonVisit, ...]
    documents: tuple[DocumentLine, ...]
    consents: tuple[ConsentLine, ...]
    appointments: tuple[AppointmentLine, ...]
    questions: tuple[QuestionLine, ...]
    merges: tuple[MergeLine, ...]
    led_from: str = ""
    """The number of the record that was asked for, where that one was merged into this."""


@dataclass(frozen=True)
class WholeNumbers:
    """What the card shows masked: the phones, and the documents by the id of their line."""

    visitor_id: int
    phone: str
    contact_phone: str
    guardian_phone: str
    documents: tuple[tuple[str, str], ...]


def card(session: Session, visitor_id: int, now: dt.datetime) -> PersonCard:
    """Return the card of the record that stands for a visitor's."""
    visitor = session.get_one(Visitor, standing_id(session, visitor_id))
    asked = visitor if visitor.id == visitor_id else session.get_one(Visitor, visitor_id)
    today = now.astimezone().date()
    view = views.visitor_view(session, visitor)
    return PersonCard(
        visitor.id,
        visitor.code,
        visitor.version,
        _masked(view.draft),
        age_in_years(visitor.birth_date, today) if visitor.birth_date else None,
        is_erased(visitor.name),
        visitor.first_seen,
        visitor.last_visit,
        visitor.visits,
        kept(session, visitor, now),
        tuple(_visits(session, visitor.id)),
        tuple(line for line, _ in documents(session, visitor)),
        tuple(_consents(session, visitor.id)),
        tuple(_appointments(session, visitor.id)),
        tuple(_questions(session, visitor.id)),
        tuple(_merges(session, visitor.id)),
        asked.code if asked is not visitor else "",
    )


def _masked(draft: VisitorDraft) -> VisitorDraft:
    values = {name: getattr(draft, name) for name in VisitorDraft.__dataclass_fields__}
    for name in HIDDEN:
        values[name] = _mask(name, values[name])
    return VisitorDraft(**values)


def _mask(name: str, value: str) -> str:
    return mask_document(value) if name == "document_number" else mask_phone(value)


def whole_numbers(session: Session, visitor_id: int) -> WholeNumbers:
    """Return what the card of a visitor shows masked."""
    visitor = session.get_one(Visitor, standing_id(session, visitor_id))
    return WholeNumbers(
        visitor.id,
        visitor.phone,
        visitor.contact_phone,
        visitor.guardian_phone,
        tuple((line.id, number) for line, number in documents(session, visitor)),
    )


def kept(session: Session, visitor: Visitor, now: dt.datetime) -> Keeping:
    """Return until when the record of a visitor is kept."""
    asked = select(func.max(Appointment.starts_at)).where(
        Appointment.visitor_id == visitor.id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.starts_at >= now,
    )
    booked = session.scalar(asked)
    last = visitor.last_visit
    years = years_kept(site_value(session, settings.RETENTION_YEARS))
    return keeping(_day(last), _day(booked), years)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.astimezone().date() if moment is not None else None


# --- Lists ------------------------------------------------------------------------------------------------------


def _visits(session: Session, visitor_id: int) -> Iterator[PersonVisit]:
    asked = (
        select(Visit, Department, Doctor.name)
        .outerjoin(Department, Department.id == Visit.department_id)
        .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
        .where(Visit.visitor_id == visitor_id)
        .order_by(Visit.opened_at.desc(), Visit.id.desc())
        .limit(MOST)
    )
    rows = session.execute(asked).all()
    numbers = _labels(session, [visit.id for visit, _, _ in rows])
    for visit, department, doctor in rows:
        yield PersonVisit(
            visit.id,
            visit.code,
            visit.opened_at,
            visit.kind,
            visit.first_visit,
            views.department_name(department) if department is not None else None,
            doctor or "",
            visit.complaint,
            numbers.get(visit.id, ""),
            visit.ended,
        )


def _labels(session: Session, visits: Sequence[int]) -> dict[int, str]:
    asked = select(QueueNumber.visit_id, QueueNumber.label).where(QueueNumber.visit_id.in_(visits))
    valid_last = asked.order_by(QueueNumber.state != SlipState.VOID, QueueNumber.id)
    return {visit or 0: label for visit, label in session.execute(valid_last)}


def documents(session: Session, visitor: Visitor) -> list[tuple[DocumentLine, str]]:
    """Return the documents of a visitor with their numbers: the present one, those of merged records, earlier ones."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    merged = merged_records(session, visitor.id)
    for whence, records in (("now", [visitor]), ("merged", merged)):
        for record in records:
            if record.document_number:
                found.setdefault((record.document_kind, record.document_number), (whence, record.code))
    for body in _bodies(session, [visitor.id, *(record.id for record in merged)]):
        said = body.get("before") or {}
        kind, number = said.get("document_kind"), said.get("document_number")
        if number and kind:
            found.setdefault((kind, number), ("earlier", ""))
    # Lines are told apart by their place: a number of theirs would tell what they mask.
    return [
        (DocumentLine(str(place), DocumentKind(kind), mask_document(number), *where), number)
        for place, ((kind, number), where) in enumerate(found.items())
    ]


def _bodies(session: Session, ids: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    asked = (
        select(BODY.c.body)
        .join(ENTRY, ENTRY.c.id == BODY.c.entry_id)
        .where(ENTRY.c.topic == "visitor", ENTRY.c.record_id.in_(ids), ENTRY.c.action == "visitor.edit")
        .order_by(ENTRY.c.id.desc())
    )
    for body in session.scalars(asked):
        yield msgspec.json.decode(body)


def _consents(session: Session, visitor_id: int) -> Iterator[ConsentLine]:
    asked = (
        select(Consent, Account.name)
        .join(Account, Account.id == Consent.account_id)
        .where(Consent.visitor_id == visitor_id)
        .order_by(Consent.id.desc())
    )
    seen: set[ConsentKind] = set()
    for row, by in session.execute(asked):
        counts = row.kind not in seen
        seen.add(row.kind)
        yield ConsentLine(row.id, row.kind, row.given, row.given_by, row.at, by, counts)


def _appointments(session: Session, visitor_id: int) -> Iterator[AppointmentLine]:
    asked = (
        select(Appointment, Department, Doctor.name)
        .join(Department, Department.id == Appointment.department_id)
        .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
        .where(Appointment.visitor_id == visitor_id)
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(MOST)
    )
    for row, department, doctor in session.execute(asked):
        where = views.department_name(department)
        yield AppointmentLine(row.id, row.starts_at, where, doctor or "", row.state)


def _questions(session: Session, visitor_id: int) -> Iterator[QuestionLine]:
    asked = select(Question).where(Question.visitor_id == visitor_id).order_by(Question.id.desc()).limit(MOST)
    for row in session.scalars(asked):
        yield QuestionLine(row.id, row.code, row.text, row.asked_at, row.state, row.answer)


def _merges(session: Session, visitor_id: int) -> Iterator[MergeLine]:
    by, undone = aliased(Account), aliased(Account)
    asked = (
        select(Merge, Visitor.code, Visitor.name, by.name, undone.name)
        .join(Visitor, Visitor.id == Merge.gone_id)
        .join(by, by.id == Merge.account_id)
        .outerjoin(undone, undone.id == Merge.undone_by)
        .where(Merge.kept_id == visitor_id)
        .order_by(Merge.id.desc())
    )
    latest = True
    for row, code, name, who, undone_by in session.execute(asked):
        stands = row.undone_at is None
        yield MergeLine(
            row.id,
            row.version,
            code,
            name,
            row.at,
            who,
            row.reason,
            row.undone_at,
            undone_by or "",
            stands and latest,
        )
        latest = latest and not stands


# --- History of edits -------------------------------------------------------------------------------------------


def edits(session: Session, visitor_id: int, limit: int, *, masked: bool = True) -> list[EditLine]:
    """Return the changes of a record and of those merged into it, the latest first."""
    root = standing_id(session, visitor_id)
    ids = [root, *(record.id for record in merged_records(session, root))]
    asked = (
        select(ENTRY.c.id, ENTRY.c.at, ENTRY.c.action, Account.name, BODY.c.body)
        .outerjoin(Account, Account.id == ENTRY.c.actor_id)
        .outerjoin(BODY, BODY.c.entry_id == ENTRY.c.id)
        .where(or_(_of_records(ids), _of_merges(ids)))
        .order_by(ENTRY.c.id.desc())
        .limit(limit)
    )
    lines = []
    for row in session.execute(asked):
        said = msgspec.json.decode(row.body) if row.body is not None else None
        # A merge stands in the trails of both records as well; its own line tells what changed. Before there was one,
        # that of the record that was kept did.
        if said is None or row.action not in MERGES or said["before"] is not None:
            fields = _fields(said, masked) if said is not None else ()
            lines.append(EditLine(row.id, row.at, row.name or "", row.action, fields, said is None))
    return lines


def _of_records(ids: Sequence[int]) -> Any:
    return and_(ENTRY.c.topic == "visitor", ENTRY.c.record_id.in_(ids), ENTRY.c.action.in_(EDITS))


def _of_merges(ids: Sequence[int]) -> Any:
    into = select(Merge.id).where(Merge.kept_id.in_(ids))
    return and_(ENTRY.c.topic == "merge", ENTRY.c.record_id.in_(into))


def _fields(said: Mapping[str, Any], masked: bool) -> tuple[FieldLine, ...]:
    lines: Iterable[FieldLine] = field_lines(said["before"], said["after"])
    return tuple(_masked_line(line) if masked else line for line in lines)


def _masked_line(line: FieldLine) -> FieldLine:
    if line.id not in HIDDEN:
        return line
    before, after = (
        _mask(line.id, value) if isinstance(value, str) else value for value in (line.before, line.after)
    )
    return FieldLine(line.id, before, after)
