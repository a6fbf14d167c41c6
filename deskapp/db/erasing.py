"""Taking one visitor's personal data out of every table, and saying what was taken.

Rows stay, so that visits, numbers and times still count; what a person could be known by goes out of
them. Writing an `erasure` row takes the bodies of the record's audit lines away (see `triggers`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Table, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.engine import Store, told_plainly
from deskapp.db.models.access import AuditBody, AuditEntry, Request
from deskapp.db.models.directory import Question
from deskapp.db.models.intake import (
    Appointment,
    AppointmentEvent,
    Consent,
    DuplicateKey,
    HotHit,
    QueueNumber,
    SearchKey,
    SlipEvent,
    Visit,
    Visitor,
    VisitStep,
    Vitals,
)
from deskapp.db.models.people import LikelyPair, Merge
from deskapp.db.models.waiting import Care, Escort, Greeting, QueueEntry, QueueEvent
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.retention import ERASED_NAME

NOTHING_READ: Final = "{}"
IMPORTED: Final = tuple(f"TransferService.{name}" for name in ("_write", "_store", "_conclude"))
"""The use cases whose stored answers name visitors: which rows were known, which were refused and why."""
BLANK_VISIT: Final[Mapping[str, Any]] = {
    "complaint": "",
    "override_reason": "",
    "media_text": "",
    "payment_reason": "",
    "end_note": "",
    "pregnant": False,
}
ALWAYS_TOLD: Final = frozenset({"visitor", "consent", "visit", "visit_step", "vitals", "slip_event"})
"""What a proof counts also where there was nothing."""
_KEYS: Final = (table_of(SearchKey), table_of(DuplicateKey), table_of(HotHit))


def blank_visitor() -> dict[str, Any]:
    """Return the columns of a visitor of whom nothing is known any more."""
    draft = VisitorDraft(name=ERASED_NAME, nationality="")
    names = [column.name for column in table_of(Visitor).columns]
    known = {name: getattr(draft, name) for name in names if hasattr(draft, name)}
    return known | {"division": "", "responsible_doctor_id": None}


@dataclass(frozen=True)
class Keys:
    """The primary keys of what a visitor is found by, table by table, as they are stored."""

    rows: Mapping[str, Sequence[tuple[Any, ...]]] = field(default_factory=dict)


def stored_keys(session: Session, visitors: Sequence[int]) -> dict[int, Keys]:
    """Return under what each of the visitors stands in the tables for searching.

    Read from the tables themselves, not worked out from the name: the readings of characters may have
    changed since they were stored. These tables have no index by visitor, so this reads them whole; it
    holds up nobody, because it only reads.
    """
    found: dict[int, dict[str, list[tuple[Any, ...]]]] = {who: {} for who in visitors}
    for table in _KEYS:
        place = [column.name for column in table.primary_key].index("visitor_id")
        for row in session.execute(select(*table.primary_key).where(table.c.visitor_id.in_(visitors))):
            found[row[place]].setdefault(table.name, []).append(tuple(row))
    return {who: Keys(rows) for who, rows in found.items()}


def drop_keys(session: Session, keys: Keys) -> dict[str, int]:
    """Delete what a visitor is found by; return how many rows of each table."""
    for table in _KEYS:
        rows = keys.rows.get(table.name, ())
        for start in range(0, len(rows), 200):
            columns = tuple_(*table.primary_key)
            session.execute(delete(table).where(columns.in_(rows[start : start + 200])))
    return {name: len(rows) for name, rows in keys.rows.items() if name != "hot_hit"}


@dataclass(frozen=True)
class Records:
    """The records that are about one visitor; `merged` are those that went into the visitor's."""

    visitor: int
    visits: Sequence[int]
    numbers: Sequence[int]
    merged: Sequence[int] = ()
    others: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """What else hangs on the visitor or the visits, by topic of the audit trail."""

    @property
    def visitors(self) -> list[int]:
        """The visitor's record and those that went into it."""
        return [self.visitor, *self.merged]

    def by_topic(self) -> Iterable[tuple[str, int]]:
        """Yield (topic, id) as the audit trail calls them; a form is printed of a visit."""
        for topic, ids in (
            ("visitor", self.visitors),
            ("visit", self.visits),
            ("print", self.visits),
            ("number", self.numbers),
            *self.others.items(),
        ):
            for record in ids:
                yield topic, record


def records_of(session: Session, visitor: int, merged: Sequence[int] = ()) -> Records:
    """Return what is the visitor's, and what is of the records `merged` into the visitor's."""
    who = [visitor, *merged]
    visits = _ids(session, Visit, Visit.visitor_id.in_(who))
    booked = _ids(session, Appointment, Appointment.visitor_id.in_(who))
    met = or_(Greeting.visit_id.in_(visits), Greeting.appointment_id.in_(booked))
    others = {
        "appointment": booked,
        "question": _ids(session, Question, or_(Question.visitor_id.in_(who), Question.visit_id.in_(visits))),
        "greeting": _ids(session, Greeting, met),
        "escort": _ids(session, Escort, Escort.visit_id.in_(visits)),
        "care": _ids(session, Care, Care.visit_id.in_(visits)),
        "queue": _ids(session, QueueEntry, QueueEntry.visit_id.in_(visits)),
        # Also those that were taken back: what was filled in then is told there.
        "merge": _ids(session, Merge, or_(Merge.kept_id.in_(who), Merge.gone_id.in_(who))),
    }
    return Records(
        visitor, visits, _ids(session, QueueNumber, QueueNumber.visit_id.in_(visits)), merged, others
    )


def _ids(session: Session, mapped: type[Any], condition: Any) -> Sequence[int]:
    return session.scalars(select(mapped.id).where(condition).order_by(mapped.id)).all()


def blank(session: Session, records: Records) -> dict[str, int]:
    """Take everything personal out of the rows of one visitor; return how many rows of each table."""
    who, visits, others = records.visitors, records.visits, records.others
    counts: dict[str, int] = {}
    for table, column, ids, values in (
        (Visitor, "id", who, blank_visitor()),
        (Consent, "visitor_id", who, {"given_by": ""}),
        (Visit, "id", visits, BLANK_VISIT),
        (VisitStep, "visit_id", visits, {"note": ""}),
        (Vitals, "visit_id", visits, {"readings": NOTHING_READ}),
        (SlipEvent, "queue_number_id", records.numbers, {"reason": ""}),
        (QueueEntry, "visit_id", visits, {"reason": ""}),
        (QueueEvent, "entry_id", others.get("queue", ()), {"reason": "", "before": ""}),
        (Care, "visit_id", visits, {"note": ""}),
        (Greeting, "id", others.get("greeting", ()), {"name": "", "note": ""}),
        (Escort, "visit_id", visits, {"handed_to": "", "note": ""}),
        (Appointment, "id", others.get("appointment", ()), {"note": "", "uid": ""}),
        (AppointmentEvent, "appointment_id", others.get("appointment", ()), {"reason": ""}),
        (Question, "id", others.get("question", ()), {"text": "", "answer": ""}),
        (Merge, "id", others.get("merge", ()), {"moved": NOTHING_READ, "reason": ""}),
    ):
        counts[table.__tablename__] = _blank(session, table_of(table), column, ids, values)
    return {table: count for table, count in counts.items() if count or table in ALWAYS_TOLD}


def drop_pairs(session: Session, visitors: Sequence[int]) -> int:
    """Delete the likely pairs of visitors: who is erased is like nobody; return how many."""
    theirs = or_(LikelyPair.one_id.in_(visitors), LikelyPair.other_id.in_(visitors))
    return int(session.execute(delete(LikelyPair).where(theirs)).rowcount)  # type: ignore[attr-defined]


def _blank(session: Session, table: Table, column: str, ids: Sequence[int], values: Mapping[str, Any]) -> int:
    if not ids:
        return 0
    # Whoever has the record open sees an older version, and can't store over this one.
    newer = {"version": table.c.version + 1} if "version" in table.c else {}
    changed = session.execute(update(table).where(table.c[column].in_(ids)).values(**values, **newer))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def digests(session: Session, topic: str, record: int) -> list[str]:
    """Return the digests of the record's audit lines whose bodies still stand, oldest first, as hex."""
    asked = (
        select(AuditEntry.digest)
        .join(AuditBody, AuditBody.entry_id == AuditEntry.id)
        .where(AuditEntry.topic == topic, AuditEntry.record_id == record)
        .order_by(AuditEntry.id)
    )
    return [digest.hex() for digest in session.scalars(asked)]


def drop_answers(session: Session) -> int:
    """Delete the stored answers of imports, which name visitors; return how many.

    Whoever tries such an import again reads the file again: who is known is not stored twice.
    """
    count = session.scalar(select(func.count()).where(Request.use_case.in_(IMPORTED))) or 0
    session.execute(delete(Request).where(Request.use_case.in_(IMPORTED)))
    return count


def forget_pages(store: Store) -> None:
    """Write what was erased out of the log that the database file has beside it.

    Freed pages are overwritten (`secure_delete`), but the write-ahead log still has the old ones. A server
    cleans up by itself.
    """
    if not store.is_sqlite:
        return
    with told_plainly(), store.write_engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        # Sent to the driver: inside a transaction the log can't be emptied.
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
