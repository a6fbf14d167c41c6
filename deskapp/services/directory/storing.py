"""Storing what the directory holds: each draft checked, each edit in the version that was seen, each noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from deskapp.db.base import Editable
from deskapp.db.models.directory import Department, Doctor, DutyTime, PriceItem, Staff
from deskapp.db.models.intake import Charge
from deskapp.db.unit_of_work import Work
from deskapp.domain.directory import (
    DepartmentDraft,
    DoctorDraft,
    Following,
    PriceDraft,
    Seen,
    StaffDraft,
    days_before,
    refuse_second_price,
)
from deskapp.domain.duty import Duty
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import ConflictError, InputError, RuleError
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.directory.reading import duty_row, duty_times

E = TypeVar("E", bound=Editable)
MAX_FEN: Final = 100_000_000
MOST_DUTY_TIMES: Final = 500
LONGEST_PREFIX: Final = 3
SLOT_MINUTES: Final = (5, 240)
"""Shortest and longest appointment."""


def put_department(work: Work, draft: DepartmentDraft, seen: Seen | None = None) -> Department:
    """Store a department inside a transaction that is already open."""
    values = department_values(draft)
    refuse_taken(work, Department, "code", values["code"], seen)
    if draft.active:
        _refuse_prefix(work.session, values["prefix"], f"department:{seen.id}" if seen else "")
    return put_row(work, Department, "department", values, seen)


def put_doctor(work: Work, draft: DoctorDraft, seen: Seen | None = None) -> Doctor:
    """Store a doctor inside a transaction that is already open."""
    values = doctor_values(draft)
    if work.session.get(Department, draft.department_id) is None:
        raise InputError("department", "department.unknown", Text(N_("There is no such department.")))
    refuse_taken(work, Doctor, "number", values["number"], seen)
    if draft.active and draft.own_queue:
        _refuse_prefix(work.session, values["prefix"], f"doctor:{seen.id}" if seen else "")
    return put_row(work, Doctor, "doctor", values, seen)


def put_price(work: Work, draft: PriceDraft, seen: Seen | None = None) -> PriceItem:
    """Store a price of an item inside a transaction that is already open."""
    values = price_values(draft)
    _refuse_second_price(work.session, values, seen)
    return put_row(work, PriceItem, "price", values, seen)


def follow_price(work: Work, draft: PriceDraft, before: Seen) -> Following:
    """Store the price that follows another of the same item: that one holds until the day before.

    Raises `InputError` at "valid_from", `ConflictError` where the price before was changed since it was seen.
    """
    held = work.session.get(PriceItem, before.id, with_for_update=True)
    if held is None:
        raise ConflictError
    until = held.valid_to
    values = price_values(replace(draft, code=held.code))
    _first, last = days_before((held.valid_from, until), values["valid_from"])
    put_row(work, PriceItem, "price", {"valid_to": last}, before)
    _refuse_second_price(work.session, values, None)
    row = put_row(work, PriceItem, "price", values, None)
    return Following(row.id, row.version, Seen(before.id, before.version + 1), until)


def unfollow_price(work: Work, following: Following) -> None:
    """Take back a price that follows another: it goes, and the one before holds as long as it did.

    Raises `RuleError` where it was charged or is gone already, `ConflictError` where one of them was changed since.
    """
    row = work.session.get(PriceItem, following.id, with_for_update=True)
    if row is None:
        raise RuleError("price.undone", Text(N_("This was taken back already.")))
    if row.version != following.version:
        raise ConflictError
    if work.session.scalar(select(Charge.id).where(Charge.item_id == row.id).limit(1)) is not None:
        message = N_("This price was charged already. Give it other days instead.")
        raise RuleError("price.charged", Text(message))
    was = {name: getattr(row, name) for name in _PRICE_COLUMNS}
    work.session.delete(row)
    work.session.flush()
    work.record("price.remove", "price", following.id, before=was)
    held = put_row(work, PriceItem, "price", {"valid_to": following.until}, following.before)
    days = {"code": held.code, "valid_from": held.valid_from, "valid_to": held.valid_to}
    _refuse_second_price(work.session, days, following.before)


_PRICE_COLUMNS: Final = ("code", "name_zh", "name_en", "name_mn", "category", "fen", "valid_from", "valid_to")


def _refuse_second_price(session: Session, values: Mapping[str, Any], seen: Seen | None) -> None:
    """Raise `InputError` where another price of the item holds on one of the days."""
    asked = select(PriceItem.id, PriceItem.valid_from, PriceItem.valid_to)
    asked = asked.where(PriceItem.code == values["code"]).order_by(PriceItem.id).with_for_update()
    others = [(row[1], row[2]) for row in session.execute(asked) if seen is None or row[0] != seen.id]
    refuse_second_price(values["code"], (values["valid_from"], values["valid_to"]), others)


def put_staff(work: Work, draft: StaffDraft, seen: Seen | None = None) -> Staff:
    """Store a member of staff inside a transaction that is already open."""
    values = staff_values(draft)
    refuse_taken(work, Staff, "number", values["number"], seen)
    return put_row(work, Staff, "staff", values, seen)


def prefixes(session: Session) -> dict[str, str]:
    """Return what the numbers of each queue begin with: active departments, active doctors with a queue."""
    places = session.execute(select(Department.id, Department.prefix).where(Department.active))
    own = select(Doctor.id, Doctor.prefix).where(Doctor.active, Doctor.own_queue)
    found = {f"department:{key}": prefix for key, prefix in places}
    return found | {f"doctor:{key}": prefix for key, prefix in session.execute(own)}


def department_values(draft: DepartmentDraft) -> dict[str, Any]:
    """Return the columns of a department, checked. Raises `InputError`."""
    return {
        "code": plain_line("code", draft.code, required=True),
        **name_columns(draft.name),
        "room": plain_line("room", draft.room),
        "phone": plain_line("phone", draft.phone),
        "prefix": _prefix(draft.prefix),
        "active": draft.active,
        **validity(draft.valid_from, draft.valid_to),
    }


def doctor_values(draft: DoctorDraft) -> dict[str, Any]:
    """Return the columns of a doctor, checked. Raises `InputError`."""
    if draft.own_queue and not draft.prefix.strip():
        message = Text(N_("A doctor with an own queue needs letters before its numbers."))
        raise InputError("prefix", "prefix.missing", message)
    return {
        "number": plain_line("number", draft.number, required=True),
        "name": plain_line("name", draft.name, required=True),
        "title": plain_line("title", draft.title),
        "department_id": draft.department_id,
        "speciality": plain_text("speciality", draft.speciality),
        "introduction": plain_text("introduction", draft.introduction),
        "languages": " ".join(dict.fromkeys(_language(code) for code in draft.languages)),
        "room": plain_line("room", draft.room),
        "prefix": _prefix(draft.prefix),
        "own_queue": draft.own_queue,
        "active": draft.active,
        "slot_minutes": _slot(draft.slot_minutes),
        **validity(draft.valid_from, draft.valid_to),
    }


def price_values(draft: PriceDraft) -> dict[str, Any]:
    """Return the columns of an item of the price list, checked. Raises `InputError`."""
    if not 0 <= draft.fen <= MAX_FEN:
        message = Text(N_("A price lies between 0 and {limit} yuan."), {"limit": MAX_FEN // 100})
        raise InputError("price", "price.range", message)
    return {
        "code": plain_line("code", draft.code, required=True),
        **name_columns(draft.name),
        "category": plain_line("category", draft.category),
        "fen": draft.fen,
        **validity(draft.valid_from, draft.valid_to),
    }


def staff_values(draft: StaffDraft) -> dict[str, Any]:
    """Return the columns of a member of staff, checked. Raises `InputError`."""
    if draft.hired and draft.left and draft.left < draft.hired:
        raise InputError("left", "staff.left", Text(N_("The last day lies before the first.")))
    return {
        "number": plain_line("number", draft.number, required=True),
        "name": plain_line("name", draft.name, required=True),
        "department_id": draft.department_id,
        "post": plain_line("post", draft.post),
        "group_name": plain_line("group_name", draft.group_name),
        "phone": plain_line("phone", draft.phone),
        "hired": draft.hired,
        "left": draft.left,
        "languages": " ".join(dict.fromkeys(_language(code) for code in draft.languages)),
        "qualifications": plain_text("qualifications", draft.qualifications),
        "input_method": plain_line("input_method", draft.input_method),
        "typing_speed": draft.typing_speed,
    }


def put_duty_times(work: Work, doctor_id: int, times: Sequence[Duty]) -> None:
    """Replace a doctor's duty times inside a transaction that is already open."""
    if len(times) > MOST_DUTY_TIMES:
        message = Text(N_("A doctor has at most {limit} duty times."), {"limit": MOST_DUTY_TIMES})
        raise InputError("duty", "duty.many", message)
    if any(time.weekday not in (None, *range(7)) for time in times):
        raise InputError("duty", "duty.weekday", Text(N_("There is no such weekday.")))
    doctor = work.session.get_one(Doctor, doctor_id, with_for_update=True)
    before = duty_times(work.session, (doctor_id,)).get(doctor_id, [])
    work.session.execute(delete(DutyTime).where(DutyTime.doctor_id == doctor_id))
    if times:
        work.session.execute(insert(DutyTime), [duty_row(doctor_id, time) for time in times])
    doctor.version += 1
    work.record("doctor.duty", "doctor", doctor_id, before=before, after=list(times))


def validity(first: dt.date | None, last: dt.date | None) -> dict[str, dt.date | None]:
    """Return the columns of a validity, checked; raises `InputError` at "valid_to"."""
    if first and last and last < first:
        raise InputError("valid_to", "valid.order", Text(N_("The last day lies before the first.")))
    return {"valid_from": first, "valid_to": last}


def _slot(minutes: int | None) -> int | None:
    low, high = SLOT_MINUTES
    if minutes is not None and not low <= minutes <= high:
        message = Text(N_("An appointment takes {low} to {high} minutes."), {"low": low, "high": high})
        raise InputError("slot_minutes", "slot.range", message)
    return minutes


def put_row(work: Work, kind: type[E], topic: str, values: dict[str, Any], seen: Seen | None) -> E:
    """Insert a row, or change the one that was `seen` in that version, and note it. Raises `ConflictError`."""
    if seen is None:
        row = kind(**values)
        work.session.add(row)
        work.session.flush()
        work.record(f"{topic}.add", topic, row.id, after=values)
        return row
    stored = work.session.get(kind, seen.id)
    if stored is None:
        raise ConflictError
    row = stored
    before = {name: getattr(row, name) for name in values}
    changed = work.session.execute(
        update(kind)
        .where(kind.id == seen.id, kind.version == seen.version)
        .values(**values, version=seen.version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError
    work.session.refresh(row)
    work.record(f"{topic}.change", topic, row.id, before=before, after=values)
    return row


def refuse_taken(work: Work, kind: type[Editable], field: str, value: object, seen: Seen | None) -> None:
    """Raise `InputError` when another row has this number or code."""
    holder = work.session.scalar(select(kind.id).where(getattr(kind, field) == value))
    if holder is not None and holder != (seen.id if seen else None):
        message = Text(N_("{value} is in use already."), {"value": value})
        raise InputError(field, f"{field}.taken", message)


def _refuse_prefix(session: Session, prefix: str, queue: str) -> None:
    """Two queues whose numbers begin alike would give the same number to two visitors."""
    others = {letters for name, letters in prefixes(session).items() if name != queue}
    if prefix in others:
        raise prefix_taken(prefix)


def prefix_taken(prefix: str) -> InputError:
    """Return the refusal of letters that numbers of another queue begin with."""
    if not prefix:
        return InputError("prefix", "text.empty", Text(N_("Please fill this in.")))
    message = N_("Numbers of another queue begin with “{prefix}” already.")
    return InputError("prefix", "prefix.taken", Text(message, {"prefix": prefix}))


def name_columns(name: Words) -> dict[str, str]:
    """Return the columns of a name in three languages; one of them has to be there."""
    if not (name.zh.strip() or name.en.strip() or name.mn.strip()):
        raise InputError("name", "text.empty", Text(N_("Please fill this in.")))
    found = {"name_zh": name.zh, "name_en": name.en, "name_mn": name.mn}
    return {field: plain_line("name", text) for field, text in found.items()}


def _language(code: str) -> str:
    if not (code.isascii() and code.isalpha() and 2 <= len(code) <= 3):
        message = Text(N_("{value} is no language code; zh, en and mn are."), {"value": code})
        raise InputError("languages", "language.form", message)
    return code.lower()


def _prefix(prefix: str) -> str:
    if prefix and not (len(prefix) <= LONGEST_PREFIX and prefix.isascii() and prefix.isalnum()):
        raise InputError(
            "prefix",
            "prefix.form",
            Text(
                N_("The letters before a number: at most {limit}, A to Z and 0 to 9."),
                {"limit": LONGEST_PREFIX},
            ),
        )
    return prefix.upper()
