"""The audit trail as an administrator reads it: what was done, by whom, to what; its anchors; its export.

Who looks is in the trail as well, once in ten minutes. Lines come newest first, a part at a time, in the
order of an index: among a million lines 200 are found in 7 ms. A person or kind of which there are hardly any
means reading all of them, which takes a second, in a worker.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db import anchors
from deskapp.db.audit import BODY, ENTRY
from deskapp.db.engine import Store
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor, PriceItem, Staff
from deskapp.db.models.intake import QueueNumber, Visit, Visitor
from deskapp.db.unit_of_work import Clock, Work
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Permission
from deskapp.domain.codes import EXPORT, VISIT, check_code
from deskapp.domain.lanes import WRITES, in_lane
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.trail import ACTION_LABELS, ACTIONS, FieldLine, Kind, field_lines
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.services.base import Done, Service, composed, new_request, reads, writes
from deskapp.services.settings import SettingsService
from deskapp.services.transfer import writers
from deskapp.services.transfer.writers import Heading

AT_ONCE: Final = 200
EXPORTED_AT_ONCE: Final = 500
WHOLE_TRAIL: Final = 0
"""The record that is noted as read when somebody looks at the trail."""


@dataclass(frozen=True)
class TrailFilter:
    """Which lines are wanted; what is left empty does not narrow.

    `record` is the number of a visit or visitor as it is printed; days are the site's, both included.
    """

    account_id: int | None = None
    record: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    kind: Kind | None = None


@dataclass(frozen=True)
class TrailLine:
    """One line. `person` is empty for the program itself, `record` where the line is about no single one."""

    id: int
    at: dt.datetime
    person: str
    action: str
    topic: str
    record: str
    desk: str
    sequence: int


@dataclass(frozen=True)
class TrailDetails:
    """What a line says of its record. `erased`: it was erased lawfully, and only the line is left."""

    fields: tuple[FieldLine, ...]
    erased: bool


@dataclass(frozen=True)
class TrailPart:
    """Some lines, newest first, and whether there are older ones."""

    lines: tuple[TrailLine, ...]
    more: bool


@dataclass(frozen=True)
class Person:
    """Somebody whose lines can be asked for."""

    id: int
    name: str


FIRST_DAY: Final = dt.date(1900, 1, 1)
LAST_DAY: Final = dt.date(9000, 1, 1)


class TrailService(Service):
    """Reading and anchoring the audit trail."""

    def __init__(self, store: Store, clock: Clock | None, workstation: Workstation) -> None:
        super().__init__(store, clock)
        self._workstation = workstation

    @composed(Permission.AUDIT_READ)
    def page(self, actor: Actor, wanted: TrailFilter, before: TrailLine | None = None) -> TrailPart:
        """Return the newest lines that are wanted, or those before a line that was shown; at most `AT_ONCE`.

        Raises `InputError` at field "record" for a number that nothing has.
        """
        part = self._page(actor, wanted, before)
        self.readings.note(actor, "audit", WHOLE_TRAIL, self.now())
        return part

    @reads(Permission.AUDIT_READ)
    def details(self, session: Session, line_id: int) -> TrailDetails:
        """Return what a line says of its record before and after."""
        body = session.scalar(select(BODY.c.body).where(BODY.c.entry_id == line_id))
        if body is None:
            return TrailDetails((), erased=True)
        said = msgspec.json.decode(body)
        return TrailDetails(tuple(field_lines(said["before"], said["after"])), erased=False)

    @reads(Permission.AUDIT_READ)
    def people(self, session: Session) -> list[Person]:
        """Return everybody who ever could sign in, by name."""
        asked = select(Account.id, Account.name).order_by(Account.name, Account.id)
        return [Person(key, name) for key, name in session.execute(asked)]

    @composed(Permission.EXPORT)
    def export(
        self, actor: Actor, request: str, path: Path, tr: Translator, wanted: TrailFilter
    ) -> Done[int]:
        """Write the wanted lines, oldest first, to a CSV, XLSX or JSON file; return how many.

        Needs the right to read the trail as well. The trail has it before the first line leaves. Raises
        `InputError` at "record" or "out", `StorageError` when the file can't be written; then there is none.
        """
        suffix = writers.check_suffix(path)
        ends = self._ends(actor, wanted)
        done = self._note_export(actor, request, suffix, wanted)
        count = 0
        with writers.open_writer(path, HEADINGS, tr, done.value) as writer:
            for rows in self._rows(ends, wanted, tr):
                writer.write(rows)
                count += len(rows)
        return Done(count, done.changes)

    @in_lane(WRITES)
    @composed(Permission.ANYONE)
    def anchor_if_due(self, actor: Actor) -> bool:
        """Anchor the trail when the last anchor is an hour old; say whether. Also while nobody is signed in."""
        return anchors.anchor_if_due(self.store, self._workstation, self.now(), self._copy_in(actor))

    @in_lane(WRITES)
    @composed(Permission.ANYONE)
    def anchor_now(self, actor: Actor) -> bool:
        """Anchor what was written since the last anchor; say whether there was anything. The desk closes."""
        return anchors.anchor_now(self.store, self._workstation, self.now(), self._copy_in(actor))

    @in_lane(WRITES)
    @composed(Permission.BACKUP)
    def accept_restored(self, actor: Actor) -> None:
        """Begin anew where another computer restored the server's database: the anchors of this one that are
        gone count as taken back.

        A person says so: whoever can write into the database could also claim that it was restored.
        """
        anchors.write_epoch(self.store, self._workstation, self.now(), self._copy_in(actor))
        self._note_accepted(actor, new_request())

    # --- Steps of the above -------------------------------------------------------------------------------------

    @reads(Permission.AUDIT_READ)
    def _page(self, session: Session, wanted: TrailFilter, before: TrailLine | None) -> TrailPart:
        asked = _wanted(session, wanted).order_by(ENTRY.c.at.desc(), ENTRY.c.id.desc())
        if before is not None:
            older = (ENTRY.c.at < before.at) | ((ENTRY.c.at == before.at) & (ENTRY.c.id < before.id))
            asked = asked.where(ENTRY.c.at <= before.at, older)
        rows = session.execute(asked.limit(AT_ONCE + 1)).all()
        return TrailPart(tuple(_lines(session, rows[:AT_ONCE])), more=len(rows) > AT_ONCE)

    @reads(Permission.AUDIT_READ)
    def _ends(self, session: Session, wanted: TrailFilter) -> int:
        """Return the number of the last line that an export begun now can have."""
        _wanted(session, wanted)
        return session.scalar(select(ENTRY.c.id).order_by(ENTRY.c.id.desc()).limit(1)) or 0

    @writes(Permission.BACKUP)
    def _note_accepted(self, work: Work) -> None:
        work.record("restore.accepted", "backup", None)

    @writes(Permission.EXPORT)
    def _note_export(self, work: Work, suffix: str, wanted: TrailFilter) -> writers.Mark:
        mark = writers.Mark(work.new_code(EXPORT), work.actor.name, work.now, wanted.first, wanted.last)
        after: dict[str, object] = {"number": mark.number, "format": suffix, "by": mark.by}
        after |= {"from": wanted.first, "to": wanted.last, "kind": wanted.kind}
        after |= {"account": wanted.account_id, "record": wanted.record}
        work.record("export.audit", "audit", None, after=after)
        return mark

    def _rows(self, ends: int, wanted: TrailFilter, tr: Translator) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the lines part by part, each part in a reading of its own: others go on writing."""
        asked_for = ENTRY.c.id <= ends
        while True:
            with self.store.reading() as session:
                asked = _wanted(session, wanted).where(asked_for).order_by(ENTRY.c.at, ENTRY.c.id)
                rows = session.execute(asked.limit(EXPORTED_AT_ONCE)).all()
                if not rows:
                    return
                yield _export_rows(session, rows, tr)
            last = rows[-1]
            newer = (ENTRY.c.at > last.at) | ((ENTRY.c.at == last.at) & (ENTRY.c.id > last.id))
            asked_for = (ENTRY.c.id <= ends) & (ENTRY.c.at >= last.at) & newer

    def _copy_in(self, actor: Actor) -> Path | None:
        values = SettingsService(self.store, self.clock).values(actor, self._workstation.name)
        folder = str(values[settings.BACKUP_SECOND_FOLDER.name])
        return Path(folder) if folder else None


# --- What is asked ------------------------------------------------------------------------------------------

_COLUMNS: Final = (
    *(ENTRY.c.id, ENTRY.c.chain, ENTRY.c.sequence, ENTRY.c.at),
    *(ENTRY.c.actor_id, ENTRY.c.action, ENTRY.c.topic, ENTRY.c.record_id),
)


def _wanted(session: Session, wanted: TrailFilter) -> Any:
    asked = select(*_COLUMNS)
    if wanted.record.strip():
        topics, record_id = _record(session, wanted.record)
        asked = asked.where(ENTRY.c.topic.in_(topics), ENTRY.c.record_id == record_id)
    if wanted.account_id is not None:
        asked = asked.where(ENTRY.c.actor_id == wanted.account_id)
    if wanted.kind is not None:
        asked = asked.where(ENTRY.c.action.in_(list(ACTIONS[wanted.kind])))
    if wanted.first is not None:
        asked = asked.where(ENTRY.c.at >= _midnight(wanted.first))
    if wanted.last is not None:
        asked = asked.where(ENTRY.c.at < _midnight(wanted.last, days_later=1))
    return asked


def _record(session: Session, typed: str) -> tuple[tuple[str, ...], int]:
    """Return the topics and the id that a printed number means."""
    code = check_code(typed)
    if code is not None:
        is_visit = code.startswith(VISIT)
        kind = Visit if is_visit else Visitor
        found = session.scalar(select(kind.id).where(kind.code == code))
        if found is not None:
            # A form is printed of a visit and counted under its number.
            return (("visit", "print") if is_visit else ("visitor", "numbers")), found
    message = N_("Nothing here has this number. Type the number of a visit or a person as it is printed.")
    raise InputError("record", "trail.unknown", Text(message))


def _midnight(day: dt.date, days_later: int = 0) -> dt.datetime:
    # A typed year 1 or 9999 has no midnight in every time zone, and no line is as old or as new.
    near = min(max(day, FIRST_DAY), LAST_DAY) + dt.timedelta(days=days_later)
    return dt.datetime.combine(near, dt.time()).astimezone(dt.UTC)


# --- What is shown ------------------------------------------------------------------------------------------


def _lines(session: Session, rows: Sequence[Any]) -> Iterator[TrailLine]:
    people, records = _people(session, rows), _records(session, rows)
    for row in rows:
        name = people.get(row.actor_id, "")
        record = records.get((row.topic, row.record_id), "")
        yield TrailLine(row.id, row.at, name, row.action, row.topic, record, row.chain, row.sequence)


def _people(session: Session, rows: Iterable[Any]) -> dict[int, str]:
    ids = {row.actor_id for row in rows if row.actor_id is not None}
    asked = select(Account.id, Account.name).where(Account.id.in_(ids))
    return {row.id: row.name for row in session.execute(asked)}


# What stands for a record: never the name of a visitor, which the line may be there to protect.
_SHOWN_AS: Final[dict[str, Callable[[], Any]]] = {
    "visitor": lambda: select(Visitor.id, Visitor.code),
    "numbers": lambda: select(Visitor.id, Visitor.code),
    "visit": lambda: select(Visit.id, Visit.code),
    "print": lambda: select(Visit.id, Visit.code),
    "number": lambda: select(QueueNumber.id, QueueNumber.label),
    "account": lambda: select(Account.id, Account.name),
    "department": lambda: select(Department.id, Department.code),
    "doctor": lambda: select(Doctor.id, Doctor.name),
    "price": lambda: select(PriceItem.id, PriceItem.code),
    "staff": lambda: select(Staff.id, Staff.name),
}


def _records(session: Session, rows: Iterable[Any]) -> dict[tuple[str, int], str]:
    asked_for: dict[str, set[int]] = {}
    for row in rows:
        if row.topic in _SHOWN_AS and row.record_id:
            asked_for.setdefault(row.topic, set()).add(row.record_id)
    found: dict[tuple[str, int], str] = {}
    for topic, ids in asked_for.items():
        asked = _SHOWN_AS[topic]()
        key = asked.selected_columns[0]
        found |= {(topic, row[0]): row[1] for row in session.execute(asked.where(key.in_(ids)))}
    return found


# --- What is exported ----------------------------------------------------------------------------------------

HEADINGS: Final = (
    Heading("at", Words("时间", "Time", "Хугацаа")),
    Heading("person", Words("人员", "Person", "Хүн")),
    Heading("what", Words("操作", "What was done", "Хийсэн үйлдэл")),
    Heading("action", Words("操作代码", "Code", "Үйлдлийн код")),
    Heading("topic", Words("对象类型", "Kind of record", "Бүртгэлийн төрөл")),
    Heading("record", Words("对象", "Record", "Бүртгэл")),
    Heading("desk", Words("工作站", "Desk", "Ажлын байр")),
    Heading("sequence", Words("序号", "Line", "Мөр")),
    Heading("digest", Words("摘要", "Digest", "Хураангуй")),
    Heading("before", Words("修改前", "Before", "Өмнө")),
    Heading("after", Words("修改后", "After", "Дараа")),
)


def _export_rows(session: Session, rows: Sequence[Any], tr: Translator) -> list[tuple[Any, ...]]:
    ids = [row.id for row in rows]
    asked = select(ENTRY.c.id, ENTRY.c.digest, BODY.c.body)
    asked = asked.outerjoin(BODY, BODY.c.entry_id == ENTRY.c.id).where(ENTRY.c.id.in_(ids))
    said = {key: (digest.hex(), body) for key, digest, body in session.execute(asked)}
    return [
        (
            *(line.at, line.person, tr(ACTION_LABELS.get(line.action, line.action)), line.action),
            *(line.topic, line.record, line.desk, line.sequence),
            said[line.id][0],
            *_before_and_after(said[line.id][1]),
        )
        for line in _lines(session, rows)
    ]


def _before_and_after(body: bytes | None) -> tuple[str | None, str | None]:
    """Return both as JSON; nothing where they were erased, or where there was nothing to say."""
    said = msgspec.json.decode(body) if body is not None else {"before": None, "after": None}
    before, after = (
        msgspec.json.encode(said[name]).decode() if said[name] is not None else None
        for name in ("before", "after")
    )
    return before, after
