"""Importing staff and the directory: a known number or code is changed, a new one added.

Columns that the file does not have, and empty cells, leave what is stored as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from deskapp.db.audit import AuditLine
from deskapp.db.base import Base, table_of
from deskapp.db.models.directory import (
    Department,
    Doctor,
    DutyTime,
    Notice,
    PhraseText,
    Place,
    PriceItem,
    Promotion,
    Staff,
)
from deskapp.db.unit_of_work import Work
from deskapp.domain.directory import (
    Days,
    DepartmentDraft,
    DoctorDraft,
    NoticeDraft,
    PhraseDraft,
    PlaceDraft,
    PriceDraft,
    StaffDraft,
    refuse_second_price,
)
from deskapp.domain.duty import Duty
from deskapp.domain.promotions import PromotionDraft, read_words
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import ConflictError, InputError
from deskapp.services.directory import (
    department_values,
    doctor_values,
    duty_of,
    duty_row,
    duty_times,
    more,
    prefix_taken,
    prefixes,
    price_values,
    staff_values,
)
from deskapp.services.directory.phrases import phrase_values
from deskapp.services.transfer.columns import Kind, ReadRow, folded
from deskapp.services.transfer.plan import Entry, Plan, Progress, parts, record_lines
from deskapp.services.transfer.report import Outcome, RowNote
from deskapp.triage_rules import Sentence

Stored = Mapping[str, Any]
Key = tuple[Any, Any]
Departments = Mapping[str, int]
DutyOf = Mapping[int, set[Duty]]
D = TypeVar("D")


@dataclass(frozen=True)
class Site:
    """What a row may refer to: departments by name, and the sentences that the program ships."""

    departments: Departments
    shipped: Mapping[str, Sentence]


@dataclass(frozen=True)
class Target:
    """Where rows of a kind go: the table, the column that names a record, and how cells become columns.

    `since` is a column that tells several of one name apart, "" where there is one of each.
    """

    mapped: type[Base]
    key: str
    topic: str
    values: Callable[[Mapping[str, Any], Stored | None, Site], dict[str, Any]]
    since: str = ""

    def key_of(self, values: Mapping[str, Any]) -> Key:
        """Return what a record or row is known by."""
        return values[self.key], values.get(self.since) if self.since else None


def _staff(given: Mapping[str, Any], stored: Stored | None, site: Site) -> dict[str, Any]:
    cells = _placed(given, site.departments)
    draft = StaffDraft(**_kept(StaffDraft, stored, cells))
    return staff_values(replace(draft, **cells))


def _doctor(given: Mapping[str, Any], stored: Stored | None, site: Site) -> dict[str, Any]:
    cells = _placed(given, site.departments)
    for timed in ("duty", "exceptions"):
        cells.pop(timed, None)
    if stored is None:
        # Where the file does not say, only letters for its numbers make a queue of a doctor's own.
        cells.setdefault("own_queue", bool(cells.get("prefix")))
    draft = DoctorDraft(**_kept(DoctorDraft, stored, cells))
    return doctor_values(replace(draft, **cells))


def _price(given: Mapping[str, Any], stored: Stored | None, _site: Site) -> dict[str, Any]:
    cells = {
        field: given[field] for field in ("code", "category", "valid_from", "valid_to") if field in given
    }
    cells |= {"fen": given["price"], "name": _words("name", given, stored)}
    return price_values(PriceDraft(**{**_kept(PriceDraft, stored, cells), **cells}))


def _words(field: str, given: Mapping[str, Any], stored: Stored | None) -> Words:
    languages = (f"{field}_{language}" for language in ("zh", "en", "mn"))
    return Words(*(given.get(name, stored[name] if stored else "") for name in languages))


def _draft(kind: type[D], given: Mapping[str, Any], stored: Stored | None, departments: Departments) -> D:
    """Return a draft with what is stored, and over it what the row gives."""
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    kept = {name: stored[name] for name in fields if name in stored} if stored else {}
    if "words" in kept:
        kept["words"] = read_words(kept["words"])
    kept |= {name: _words(name, given, stored) for name in ("name", "text") if name in fields}
    return kind(
        **kept | {name: value for name, value in _placed(given, departments).items() if name in fields}
    )


def _department(given: Mapping[str, Any], stored: Stored | None, site: Site) -> dict[str, Any]:
    return department_values(_draft(DepartmentDraft, given, stored, site.departments))


def _place(given: Mapping[str, Any], stored: Stored | None, site: Site) -> dict[str, Any]:
    return more.place_values(_draft(PlaceDraft, given, stored, site.departments))


def _promotion(given: Mapping[str, Any], stored: Stored | None, site: Site) -> dict[str, Any]:
    return more.promotion_values(_draft(PromotionDraft, given, stored, site.departments))


def _notice(given: Mapping[str, Any], stored: Stored | None, site: Site) -> dict[str, Any]:
    return more.notice_values(_draft(NoticeDraft, given, stored, site.departments))


def _phrase(given: Mapping[str, Any], stored: Stored | None, site: Site) -> dict[str, Any]:
    shipped = site.shipped.get(given["code"])
    base = vars(shipped.words) if shipped else {"zh": "", "en": "", "mn": ""}
    words = {name: given.get(name, stored[name] if stored else base[name]) for name in base}
    situation = given.get("situation", stored["situation"] if stored else "")
    active = given.get("active", stored["active"] if stored else True)
    return phrase_values(PhraseDraft(given["code"], situation, Words(**words), active), site.shipped)


def _kept(draft: type[Any], stored: Stored | None, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a draft as stored; of a new record those without which it can't be made."""
    if stored is None:
        needed = ("number", "name", "department_id", "code", "fen")
        return {field: cells[field] for field in needed if field in cells}
    fields = {field: stored[field] for field in draft.__dataclass_fields__ if field in stored}
    if "languages" in fields:
        fields["languages"] = tuple(fields["languages"].split())
    return fields


def _placed(given: Mapping[str, Any], departments: Departments) -> dict[str, Any]:
    cells = dict(given)
    name = cells.pop("department", None)
    if name is not None:
        cells["department_id"] = departments.get(folded(name))
        if cells["department_id"] is None:
            message = Text(N_("There is no department “{name}”."), {"name": name})
            raise InputError("department", "department.unknown", message)
    return cells


TARGETS: Final[Mapping[Kind, Target]] = {
    Kind.STAFF: Target(Staff, "number", "staff", _staff),
    Kind.DOCTORS: Target(Doctor, "number", "doctor", _doctor),
    Kind.PRICES: Target(PriceItem, "code", "price", _price, since="valid_from"),
    Kind.DEPARTMENTS: Target(Department, "code", "department", _department),
    Kind.PLACES: Target(Place, "code", "place", _place),
    Kind.PROMOTIONS: Target(Promotion, "code", "promotion", _promotion),
    Kind.NOTICES: Target(Notice, "code", "notice", _notice),
    Kind.PHRASES: Target(PhraseText, "code", "phrase", _phrase),
}


class UpsertImport:
    """The import of one file of staff or of a kind of the directory."""

    def __init__(
        self, kind: Kind, rows: Sequence[ReadRow], shipped: Mapping[str, Sentence] | None = None
    ) -> None:
        self.shipped = shipped or {}
        self.target = TARGETS[kind]
        self.table = table_of(self.target.mapped)
        self.rows = rows
        self.crowds: list[str] = []

    def plan(self, session: Session) -> Plan:
        """Compare each row with what is stored under its number or code, of a price also its first day."""
        plan = Plan()
        stored, known = self._stored(session), _duty_of(session)
        site = Site(departments_by_name(session), self.shipped)
        alone = _alone(stored)
        first_rows: dict[Key, int] = {}
        for row in self.rows:
            key = self.target.key_of(row.values)
            if key not in stored and key[1] is None:
                # A price without its first day is the one that the item has.
                key = alone.get(key[0], key)
            if key in first_rows:
                message = Text(
                    N_("“{value}” stands in row {row} already."), {"value": key[0], "row": first_rows[key]}
                )
                plan.problems.append(RowNote(row.number, self.target.key, message))
                continue
            first_rows[key] = row.number
            try:
                plan.entries.append(self._entry(row, stored.get(key), site, known))
            except InputError as error:
                plan.problems.append(RowNote(row.number, error.field, error.text))
        if self.target.mapped in (Doctor, Department):
            _refuse_prefixes(session, plan, stored, self.target)
        elif self.target.mapped is PriceItem:
            _refuse_overlaps(plan, stored, self.target)
        return plan

    def ready(self, plan: Plan) -> None:
        """Nothing is left to work out."""

    def write(self, work: Work, plan: Plan, progress: Progress) -> None:
        """Insert the new ones, update the changed ones, note both."""
        added, changed = plan.with_outcome(Outcome.ADDED), plan.with_outcome(Outcome.CHANGED)
        total = len(added) + len(changed)
        done, ids = 0, self._ids(work.session)
        for part in parts(added):
            work.session.execute(insert(self.table), [{**entry.values, "version": 1} for entry in part])
            done += len(part)
            progress(done, total)
        for part in parts(changed):
            self._update(work, part, ids)
            done += len(part)
            progress(done, total)
        ids = self._ids(work.session)
        for part in parts(added + changed):
            record_lines(work, [self._line(entry, ids) for entry in part])
            self._replace_duty(work, part, ids)
        work.touch(self.target.topic)

    def _stored(self, session: Session) -> dict[Key, Stored]:
        rows = [dict(row) for row in session.execute(select(self.table)).mappings()]
        return {self.target.key_of(row): row for row in rows}

    def _ids(self, session: Session) -> dict[Key, int]:
        names = filter(None, (self.target.key, self.target.since))
        rows = session.execute(select(self.table.c.id, *(self.table.c[name] for name in names))).mappings()
        return {self.target.key_of(dict(row)): row["id"] for row in rows}

    def _entry(self, row: ReadRow, stored: Stored | None, site: Site, known: DutyOf) -> Entry:
        values = self.target.values(row.values, stored, site)
        if stored is None and self._is_shipped(values):
            return Entry(row.number, Outcome.KNOWN, values)
        duty = _new_duty(row.values, known.get(stored["id"], set()) if stored is not None else set())
        if stored is None:
            return Entry(row.number, Outcome.ADDED, values, extra=duty)
        before = {field: stored[field] for field in values}
        same = before == values and duty is None
        return Entry(row.number, Outcome.KNOWN if same else Outcome.CHANGED, values, before, duty)

    def _is_shipped(self, values: Mapping[str, Any]) -> bool:
        """Say whether a sentence is as the program ships it: then it needs no text of the site's own."""
        shipped = self.shipped.get(values["code"]) if self.target.mapped is PhraseText else None
        return shipped is not None and vars(shipped.words) == {
            name: values[name] for name in vars(shipped.words)
        }

    def _update(self, work: Work, part: Sequence[Entry], ids: Mapping[Key, int]) -> None:
        columns = self.table.c
        fields = [field for field in part[0].values if field != self.target.key]
        changed = (
            update(self.table)
            .where(columns.id == bindparam("seen_id"))
            .values(
                {**{field: bindparam(f"new_{field}") for field in fields}, "version": columns.version + 1}
            )
        )
        if any(self.target.key_of(entry.values) not in ids for entry in part):
            raise ConflictError  # On a server another desk has taken one of them back since it was looked at.
        rows = [
            {"seen_id": ids[self.target.key_of(entry.values)]}
            | {f"new_{field}": entry.values[field] for field in fields}
            for entry in part
        ]
        work.session.connection().execute(changed, rows)

    def _line(self, entry: Entry, ids: Mapping[Key, int]) -> AuditLine:
        action = "add" if entry.before is None else "change"
        record = ids[self.target.key_of(entry.values)]
        topic = self.target.topic
        return AuditLine(f"{topic}.{action}", topic, record, entry.before, entry.values)

    def _replace_duty(self, work: Work, part: Sequence[Entry], ids: Mapping[Key, int]) -> None:
        key_of = self.target.key_of
        timed = {ids[key_of(entry.values)]: entry.extra for entry in part if entry.extra is not None}
        if not timed:
            return
        before = duty_times(work.session, timed)
        work.session.execute(delete(DutyTime).where(DutyTime.doctor_id.in_(timed)))
        rows = [duty_row(doctor, duty) for doctor, times in timed.items() for duty in times]
        if rows:
            work.session.execute(insert(DutyTime), rows)
        lines = [
            AuditLine("doctor.duty", "doctor", doctor, before.get(doctor, []), list(times))
            for doctor, times in timed.items()
        ]
        record_lines(work, lines)


def _alone(stored: Mapping[Key, Stored]) -> dict[Any, Key]:
    """Return the key of each record that has its name alone, by that name."""
    counts = Counter(name for name, _since in stored)
    return {key[0]: key for key in stored if counts[key[0]] == 1}


def _refuse_overlaps(plan: Plan, stored: Mapping[Key, Stored], target: Target) -> None:
    """Refuse the rows that would leave an item with two prices on one day, the later one of two.

    A refused row leaves its record as stored, which may be in the way of others: looked at until all agree.
    """
    while overlapping := _overlapping(plan.entries, stored, target):
        for entry, error in overlapping:
            plan.entries.remove(entry)
            plan.problems.append(RowNote(entry.row, error.field, error.text))


def _overlapping(
    entries: Sequence[Entry], stored: Mapping[Key, Stored], target: Target
) -> list[tuple[Entry, InputError]]:
    """Return the entries on whose days the item has another price: one not in the file, or of an earlier entry."""
    taken: dict[str, list[Days]] = {}
    in_file = {target.key_of(entry.values) for entry in entries}
    for key, row in stored.items():
        if key not in in_file:
            taken.setdefault(key[0], []).append((row["valid_from"], row["valid_to"]))
    found = []
    for entry in entries:
        code, days = entry.values["code"], (entry.values["valid_from"], entry.values["valid_to"])
        others = taken.setdefault(code, [])
        try:
            refuse_second_price(code, days, others)
        except InputError as error:
            found.append((entry, error))
        else:
            others.append(days)
    return found


def _refuse_prefixes(session: Session, plan: Plan, stored: Mapping[Key, Stored], target: Target) -> None:
    """Refuse the rows that would leave two queues with the same letters, the later one of two.

    A refused row leaves its record as stored, which may be in the way of others: looked at until all agree.
    """
    while clashing := _clashing(prefixes(session), plan.entries, stored, target):
        for entry in clashing:
            plan.entries.remove(entry)
            error = prefix_taken(entry.values["prefix"])
            plan.problems.append(RowNote(entry.row, error.field, error.text))


def _clashing(
    queues: dict[str, str], entries: Sequence[Entry], stored: Mapping[Key, Stored], target: Target
) -> list[Entry]:
    """Return the entries whose letters another queue has: those not in the file, and earlier entries."""
    for entry in entries:
        known = stored.get(target.key_of(entry.values))
        queues.pop(f"{target.topic}:{known['id']}" if known else "", None)
    taken = set(queues.values())
    clashing = []
    for entry in entries:
        prefix = entry.values["prefix"]
        if not (entry.values.get("own_queue", True) and entry.values["active"]):
            continue
        if prefix in taken:
            clashing.append(entry)
        taken.add(prefix)
    return clashing


def _duty_of(session: Session) -> DutyOf:
    found: dict[int, set[Duty]] = {}
    for row in session.scalars(select(DutyTime)):
        found.setdefault(row.doctor_id, set()).add(duty_of(row))
    return found


def _new_duty(given: Mapping[str, Any], known: set[Duty]) -> tuple[Duty, ...] | None:
    """Return all duty times after a row, None where it changes none.

    Of the two columns each replaces its own kind: the weekdays' times, or the exceptions of single dates.
    """
    weekly = given.get("duty", [time for time in known if time.weekday is not None])
    dated = given.get("exceptions", [time for time in known if time.day is not None])
    times = tuple(dict.fromkeys((*weekly, *dated)))
    return times if set(times) != known else None


def departments_by_name(session: Session) -> dict[str, int]:
    """Return the departments' ids by code and by name in each language, folded."""
    columns = (Department.id, Department.code, Department.name_zh, Department.name_en, Department.name_mn)
    found: dict[str, int] = {}
    for department, *names in session.execute(select(*columns).order_by(Department.id)):
        for name in filter(None, names):
            found.setdefault(folded(name), department)
    return found
