"""Departments, doctors with their duty times, prices: looking up and keeping up to date."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from deskapp import names_table
from deskapp.db.base import Editable
from deskapp.db.models.directory import Department, Doctor, DutyTime, PriceItem, Staff
from deskapp.db.unit_of_work import Work
from deskapp.domain import duty
from deskapp.domain.access import Permission
from deskapp.domain.directory import (
    DepartmentDraft,
    DepartmentView,
    DoctorDraft,
    DoctorView,
    PriceDraft,
    PriceView,
    Seen,
    StaffDraft,
    price_grade,
)
from deskapp.domain.duty import Duty
from deskapp.domain.names import query_key, search_keys
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import ConflictError, InputError, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_line, plain_text

E = TypeVar("E", bound=Editable)
MAX_FEN: Final = 100_000_000
MOST_DUTY_TIMES: Final = 500
LONGEST_PREFIX: Final = 3


class DirectoryService(Service):
    """What the desk knows of the house."""

    @reads(Permission.DIRECTORY_READ)
    def departments(self, session: Session, *, inactive: bool = False) -> list[DepartmentView]:
        """Return the departments by code, each with how many of its doctors are on duty now."""
        asked = select(Department).order_by(Department.code)
        if not inactive:
            asked = asked.where(Department.active)
        placed = session.execute(select(Doctor.id, Doctor.department_id).where(Doctor.active))
        homes = dict(placed.all())
        present = duty.on_duty(duty_times(session, homes), local(self.now()))
        doctors, on_duty = list(homes.values()), [homes[doctor] for doctor in present]
        return [
            _department_view(row, doctors.count(row.id), on_duty.count(row.id))
            for row in session.scalars(asked)
        ]

    @reads(Permission.DIRECTORY_READ)
    def doctors(
        self, session: Session, department_id: int | None = None, *, inactive: bool = False
    ) -> list[DoctorView]:
        """Return the doctors of one department, or all, by number, with their duty now."""
        return _doctors(session, self.now(), department_id, inactive=inactive)

    @reads(Permission.DIRECTORY_READ)
    def on_duty(self, session: Session, moment: dt.datetime) -> list[DoctorView]:
        """Return the doctors on duty at `moment` (UTC), by number."""
        return [doctor for doctor in _doctors(session, moment, None) if doctor.on_duty]

    @reads(Permission.DIRECTORY_READ)
    def duty_times(self, session: Session, doctor_id: int) -> list[Duty]:
        """Return a doctor's duty times: weekdays first, then dates."""
        return duty_times(session, (doctor_id,)).get(doctor_id, [])

    @reads(Permission.DIRECTORY_READ)
    def prices(self, session: Session, query: str = "", on: dt.date | None = None) -> list[PriceView]:
        """Return the items valid on a day (today) whose code or name answers `query`, best first."""
        day = on or self.today()
        asked = select(PriceItem).where(
            or_(PriceItem.valid_from.is_(None), PriceItem.valid_from <= day),
            or_(PriceItem.valid_to.is_(None), PriceItem.valid_to >= day),
        )
        spelled = _spelled_by(query)
        graded = [
            (price_grade(query, item, spelled), item) for item in map(_price_view, session.scalars(asked))
        ]
        found = [(grade, item.code, item) for grade, item in graded if grade is not None]
        return [item for _grade, _code, item in sorted(found, key=lambda entry: entry[:2])]

    @writes(Permission.DIRECTORY_WRITE)
    def save_department(self, work: Work, draft: DepartmentDraft, seen: Seen | None = None) -> DepartmentView:
        """Add a department, or change the one that was `seen`."""
        row = put_department(work, draft, seen)
        return _department_view(row, 0, 0)

    @writes(Permission.DIRECTORY_WRITE)
    def save_doctor(self, work: Work, draft: DoctorDraft, seen: Seen | None = None) -> int:
        """Add a doctor, or change the one that was `seen`; return the id."""
        return put_doctor(work, draft, seen).id

    @writes(Permission.DIRECTORY_WRITE)
    def save_duty_times(self, work: Work, doctor_id: int, times: Sequence[Duty]) -> None:
        """Replace all duty times of a doctor."""
        put_duty_times(work, doctor_id, times)

    @writes(Permission.DIRECTORY_WRITE)
    def save_price_item(self, work: Work, draft: PriceDraft, seen: Seen | None = None) -> PriceView:
        """Add an item to the price list, or change the one that was `seen`."""
        return _price_view(put_price(work, draft, seen))

    @writes(Permission.VISIT_WRITE)
    def mark_absent(self, work: Work, doctor_id: int) -> None:
        """Take a doctor off duty from now to the end of today, a night that begins today included.

        Whoever triages may do so: nobody may be sent to a doctor who is not there.
        """
        doctor = work.session.get_one(Doctor, doctor_id)
        times = duty_times(work.session, (doctor_id,)).get(doctor_id, [])
        if duty.span_on_duty(times, local(work.now)) is None:
            raise RuleError("doctor.off-duty", Text(N_("{name} is not on duty now."), {"name": doctor.name}))
        absence = duty.absence_from(times, local(work.now))
        work.session.execute(insert(DutyTime).values(duty_row(doctor_id, absence)))
        work.record("doctor.absent", "doctor", doctor_id, after=absence)

    @writes(Permission.VISIT_WRITE)
    def mark_back(self, work: Work, doctor_id: int) -> None:
        """Put a doctor who is marked absent now back on duty; what was missed stays missed."""
        now = local(work.now)
        rows = work.session.scalars(select(DutyTime).where(DutyTime.doctor_id == doctor_id, DutyTime.absent))
        running = [row for row in rows if duty.absence_holds(_duty(row), now)]
        if not running:
            raise RuleError("doctor.not-absent", Text(N_("This doctor is not marked absent now.")))
        for row in running:
            _shorten(work, row, now)
        work.record("doctor.back", "doctor", doctor_id, before=[_duty(row) for row in running])


def local(moment: dt.datetime) -> dt.datetime:
    """Return a moment by the site's wall clock, without its timezone."""
    return moment.astimezone().replace(tzinfo=None)


def duty_times(session: Session, doctors: Collection[int]) -> dict[int, list[Duty]]:
    """Return the duty times of the doctors with these ids; who has none is left out."""
    found: dict[int, list[Duty]] = {}
    asked = select(DutyTime).where(DutyTime.doctor_id.in_(doctors))
    for row in session.scalars(asked.order_by(DutyTime.weekday, DutyTime.day, DutyTime.begins)):
        found.setdefault(row.doctor_id, []).append(_duty(row))
    return found


def put_department(work: Work, draft: DepartmentDraft, seen: Seen | None = None) -> Department:
    """Store a department inside a transaction that is already open."""
    values = department_values(draft)
    _refuse_taken(work, Department, "code", values["code"], seen)
    if draft.active:
        _refuse_prefix(work.session, values["prefix"], f"department:{seen.id}" if seen else "")
    return _put(work, Department, "department", values, seen)


def put_doctor(work: Work, draft: DoctorDraft, seen: Seen | None = None) -> Doctor:
    """Store a doctor inside a transaction that is already open."""
    values = doctor_values(draft)
    if work.session.get(Department, draft.department_id) is None:
        raise InputError("department", "department.unknown", Text(N_("There is no such department.")))
    _refuse_taken(work, Doctor, "number", values["number"], seen)
    if draft.active and draft.own_queue:
        _refuse_prefix(work.session, values["prefix"], f"doctor:{seen.id}" if seen else "")
    return _put(work, Doctor, "doctor", values, seen)


def put_price(work: Work, draft: PriceDraft, seen: Seen | None = None) -> PriceItem:
    """Store an item of the price list inside a transaction that is already open."""
    values = price_values(draft)
    _refuse_taken(work, PriceItem, "code", values["code"], seen)
    return _put(work, PriceItem, "price", values, seen)


def put_staff(work: Work, draft: StaffDraft, seen: Seen | None = None) -> Staff:
    """Store a member of staff inside a transaction that is already open."""
    values = staff_values(draft)
    _refuse_taken(work, Staff, "number", values["number"], seen)
    return _put(work, Staff, "staff", values, seen)


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
        **_names(draft.name),
        "room": plain_line("room", draft.room),
        "phone": plain_line("phone", draft.phone),
        "prefix": _prefix(draft.prefix),
        "active": draft.active,
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
    }


def price_values(draft: PriceDraft) -> dict[str, Any]:
    """Return the columns of an item of the price list, checked. Raises `InputError`."""
    if not 0 <= draft.fen <= MAX_FEN:
        message = Text(N_("A price lies between 0 and {limit} yuan."), {"limit": MAX_FEN // 100})
        raise InputError("price", "price.range", message)
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        raise InputError("valid_to", "price.validity", Text(N_("The last day lies before the first.")))
    return {
        "code": plain_line("code", draft.code, required=True),
        **_names(draft.name),
        "category": plain_line("category", draft.category),
        "fen": draft.fen,
        "valid_from": draft.valid_from,
        "valid_to": draft.valid_to,
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
    doctor = work.session.get_one(Doctor, doctor_id)
    before = duty_times(work.session, (doctor_id,)).get(doctor_id, [])
    work.session.execute(delete(DutyTime).where(DutyTime.doctor_id == doctor_id))
    if times:
        work.session.execute(insert(DutyTime), [duty_row(doctor_id, time) for time in times])
    doctor.version += 1
    work.record("doctor.duty", "doctor", doctor_id, before=before, after=list(times))


def _put(work: Work, kind: type[E], topic: str, values: dict[str, Any], seen: Seen | None) -> E:
    if seen is None:
        row = kind(**values)
        work.session.add(row)
        work.session.flush()
        work.record(f"{topic}.add", topic, row.id, after=values)
        return row
    row = work.session.get_one(kind, seen.id)
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


def _refuse_taken(work: Work, kind: type[Editable], field: str, value: object, seen: Seen | None) -> None:
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


def _names(name: Words) -> dict[str, str]:
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


def _duty(row: DutyTime) -> Duty:
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


def _shorten(work: Work, row: DutyTime, now: dt.datetime) -> None:
    kept = duty.back_at(_duty(row), now)
    if kept is None:
        work.session.delete(row)
    else:
        row.ends = kept.ends


def _doctors(
    session: Session, moment: dt.datetime, department_id: int | None, *, inactive: bool = False
) -> list[DoctorView]:
    asked = select(Doctor, Department).join(Department, Department.id == Doctor.department_id)
    if department_id is not None:
        asked = asked.where(Doctor.department_id == department_id)
    if not inactive:
        asked = asked.where(Doctor.active)
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
        department=Words(department.name_zh, department.name_en, department.name_mn),
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
    )


def _utc(wall: dt.datetime) -> dt.datetime:
    return wall.astimezone(dt.UTC)


def _department_view(row: Department, doctors: int, on_duty: int) -> DepartmentView:
    return DepartmentView(
        id=row.id,
        version=row.version,
        code=row.code,
        name=Words(row.name_zh, row.name_en, row.name_mn),
        room=row.room,
        phone=row.phone,
        prefix=row.prefix,
        active=row.active,
        doctors=doctors,
        on_duty=on_duty,
    )


def _price_view(row: PriceItem) -> PriceView:
    return PriceView(
        id=row.id,
        version=row.version,
        code=row.code,
        name=Words(row.name_zh, row.name_en, row.name_mn),
        category=row.category,
        fen=row.fen,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _spelled_by(query: str) -> Callable[[str], bool]:
    """Return what says whether `query` spells a Chinese name: its pinyin from any syllable on, or initials."""
    # Letters alone: of anything else a key keeps only part.
    key = query_key(query, names_table.load()) if query.replace(" ", "").isalnum() else ""
    return lambda name: bool(key) and any(known.startswith(key) for known in _spellings(name))


@functools.lru_cache(maxsize=20_000)
def _spellings(name: str) -> frozenset[str]:
    return search_keys(name, names_table.load())
