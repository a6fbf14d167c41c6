"""Erasing personal data that need not be kept any more, with a proof that stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Select, and_, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from deskapp import names_table, settings
from deskapp.db import audit, erasing, search
from deskapp.db.models.access import Account, Erasure, Request
from deskapp.db.models.intake import Appointment, Visit, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain import retention
from deskapp.domain.access import Actor, Permission
from deskapp.domain.changes import Changes
from deskapp.domain.codes import ERASURE, check_code
from deskapp.domain.identity import mask_document, mask_phone
from deskapp.domain.names import query_key
from deskapp.domain.registration import AppointmentState
from deskapp.domain.retention import ERASED_NAME, Keeping, Span
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.services.base import Done, Service, composed, new_request, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.intake.keys import merged_records, standing_id, united_blocks, united_keys
from deskapp.services.intake.merging import replace_blocks
from deskapp.services.settings import site_value

AT_ONCE: Final = 20
"""Visitors erased in one transaction, so that nobody at a desk waits long."""
KEYS_AT_ONCE: Final = 500
"""Visitors whose keys are looked for in one reading of the tables for searching."""
FOUND: Final = 20
ALWAYS_PROVED: Final = frozenset({"visitor", "visit", "number"})
"""Of what a proof counts the records, also those of which no line of the trail was left."""


@dataclass(frozen=True)
class KeptVisitor:
    """A visitor with until when the record is kept; phone and document masked."""

    id: int
    code: str
    name: str
    birth_date: dt.date | None
    phone: str
    document: str
    visits: int
    last_visit: dt.date | None
    keeping: Keeping
    erasable: bool
    """Whether the record may be erased today."""

    erased: bool = False


@dataclass(frozen=True)
class Overview:
    """How many records are due, and what is kept how long."""

    years: int
    due: int
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class ErasedRef:
    """What erasing one visitor returns: the number of its proof."""

    code: str
    visitor_id: int


@dataclass(frozen=True)
class ProofRow:
    """A proof as it is listed."""

    id: int
    code: str
    visitor: str
    at: dt.datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Proof:
    """The proof that one visitor's data was erased.

    `rows` says how many rows of each table were blanked or deleted, `lines` gives the digests of the audit
    lines whose words went; the lines themselves stay in their chain. `backups_until` is the day from which
    no backup holds the data any more.
    """

    row: ProofRow
    records: dict[str, int]
    rows: dict[str, int]
    lines: tuple[str, ...]
    backups_until: dt.date


Report = Callable[[int, int], object]
"""Told how many visitors of how many are erased."""


def _silent(_done: int, _total: int) -> None:
    pass


class RetentionService(Service):
    """What may be erased when, and erasing it."""

    @reads(Permission.ERASE)
    def overview(self, session: Session) -> Overview:
        """Return how many records are due today, and what is kept how long."""
        years = _years(session)
        count = session.scalar(select(func.count()).select_from(_due(self.now(), years).subquery()))
        return Overview(years, count or 0, retention.spans(years))

    @reads(Permission.ERASE)
    def due(self, session: Session, offset: int = 0, limit: int = 100) -> list[KeptVisitor]:
        """Return those whose records may be erased today, who was here longest ago first."""
        years = _years(session)
        moment = func.coalesce(Visitor.last_visit, Visitor.first_seen)
        asked = _due(self.now(), years).order_by(moment, Visitor.id).offset(max(0, offset)).limit(limit)
        return self._kept(session, session.scalars(asked).all(), years)

    @reads(Permission.ERASE)
    def find(self, session: Session, typed: str) -> list[KeptVisitor]:
        """Return whom `typed` may mean (name, phone, document, a visitor's or visit's number), best first."""
        typed = typed.encode(errors="ignore").decode()  # without halves of characters
        code = check_code(typed)
        key = query_key(typed, names_table.load())
        if code is not None:
            visits = select(Visit.visitor_id).where(Visit.code == code)
            asked = select(Visitor.id).where((Visitor.code == code) | Visitor.id.in_(visits))
            ids = [standing_id(session, who) for who in session.scalars(asked)]
        else:
            ids = search.find(session, key, FOUND) if key else []
        return self._kept(session, ids, _years(session))

    @composed(Permission.ERASE)
    def erase(self, actor: Actor, request: str, visitor_id: int, reason: str) -> Done[ErasedRef]:
        """Erase one visitor's personal data, for good; return the number of the proof.

        Raises `RuleError` with the day when the record has to be kept longer, `InputError` at "reason" for
        one that names the person: the reason stays.
        """
        keys = self._stored_keys(actor, [visitor_id])
        done = self._erase(actor, request, [visitor_id], reason, keys)
        erasing.forget_pages(self.store)
        return Done(done.value[0], done.changes)

    @composed(Permission.ERASE)
    def erase_due(self, actor: Actor, request: str, reason: str, *, report: Report = _silent) -> Done[int]:
        """Erase everybody who is due, part by part; return how many were.

        What is erased stays so when it is stopped or fails on the way; asked again it goes on from there.
        """
        del request  # each part is a request of its own: who is erased is not due any more
        total, count, changes = self.overview(actor).due, 0, Changes()
        while ids := [visitor.id for visitor in self.due(actor, 0, KEYS_AT_ONCE)]:
            keys = self._stored_keys(actor, ids)
            for start in range(0, len(ids), AT_ONCE):
                report(count, max(total, count + 1))
                part = ids[start : start + AT_ONCE]
                done = self._erase(actor, new_request(), part, reason, keys)
                count, changes = count + len(part), changes.merged(done.changes)
        erasing.forget_pages(self.store)
        report(count, count)
        return Done(count, changes)

    @reads(Permission.ERASE)
    def proofs(self, session: Session, offset: int = 0, limit: int = 100) -> list[ProofRow]:
        """Return the proofs, latest first."""
        asked = _proof_rows().order_by(Erasure.id.desc()).offset(max(0, offset)).limit(limit)
        return [_proof_row(row) for row in session.execute(asked)]

    @reads(Permission.ERASE)
    def proof(self, session: Session, code: str) -> Proof | None:
        """Return one proof, whole; None where there is none of this number."""
        code = code.encode(errors="ignore").decode().replace("\0", "")
        found = session.execute(_proof_rows().where(Erasure.code == code)).first()
        if found is None:
            return None
        row = _proof_row(found)
        parts = session.scalars(select(Erasure).where(Erasure.code == code).order_by(Erasure.id)).all()
        records: dict[str, int] = {}
        rows: dict[str, int] = {}
        lines: list[str] = []
        for part in parts:
            records[part.topic] = records.get(part.topic, 0) + 1
            report = msgspec.json.decode(part.report)
            rows |= report.get("rows", {})
            lines += report["lines"]
        until = retention.backups_until(row.at.astimezone().date())
        return Proof(row, records, rows, tuple(lines), until)

    @writes(Permission.ANYONE)
    def tidy(self, work: Work) -> int:
        """Delete the answers kept for retries that nobody will ask for any more; return how many.

        A background job: nobody needs to be signed in.
        """
        old = Request.at < work.now - dt.timedelta(days=retention.REQUEST_DAYS)
        count = work.session.scalar(select(func.count()).where(old)) or 0
        work.session.execute(delete(Request).where(old))
        if count:
            work.record("request.tidy", "request", None, after={"count": count})
        return count

    def _kept(self, session: Session, ids: Sequence[int], years: int) -> list[KeptVisitor]:
        rows = {row.id: row for row in session.scalars(select(Visitor).where(Visitor.id.in_(ids)))}
        booked = _booked(session, ids, self.now())
        return [_kept_visitor(rows[who], booked.get(who), years, self.today()) for who in ids]

    @reads(Permission.ERASE)
    def _stored_keys(self, session: Session, visitors: Sequence[int]) -> dict[int, erasing.Keys]:
        return erasing.stored_keys(session, visitors)

    @writes(Permission.ERASE)
    def _erase(
        self, work: Work, visitors: Sequence[int], reason: str, keys: dict[int, erasing.Keys]
    ) -> list[ErasedRef]:
        one = _Erasing(work, reason, _years(work.session), erasing.drop_answers(work.session))
        return [one.erase(who, keys.get(who, erasing.Keys())) for who in visitors]


@dataclass(frozen=True)
class _Erasing:
    """Erases visitors in one transaction, for one reason. `answers` is how many stored answers went with them."""

    work: Work
    reason: str
    years: int
    answers: int

    def erase(self, visitor_id: int, keys: erasing.Keys) -> ErasedRef:
        work, session = self.work, self.work.session
        visitor = session.get_one(Visitor, visitor_id, with_for_update=True)
        reason = self._allowed(visitor)
        moment = visitor.last_visit or visitor.first_seen
        # The records merged into this one are the same person's: they go with it.
        merged = merged_records(session, visitor_id)
        # Both: what is stored now, also where somebody edited the record since the keys were read.
        known = united_keys([visitor, *merged]), united_blocks([visitor, *merged])
        search.replace_keys(session, visitor_id, (known[0], moment), ({}, moment))
        replace_blocks(session, visitor_id, known[1], ())
        rows = erasing.drop_keys(session, keys)
        records = erasing.records_of(session, visitor_id, [record.id for record in merged])
        pairs = erasing.drop_pairs(session, records.visitors)
        rows |= erasing.blank(session, records) | {"request": self.answers}
        rows |= {"likely_pair": pairs} if pairs else {}
        ref = ErasedRef(work.new_code(ERASURE), visitor_id)
        _prove(work, ref, records, rows, reason)
        for record in (visitor, *merged):
            session.expire(record)
        work.record("visitor.erase", "visitor", visitor_id, after={"proof": ref.code})
        for visit in records.visits:
            work.touch("visit", visit)
        return ref

    def _allowed(self, visitor: Visitor) -> str:
        """Return the reason under which this one may be erased now; raises where that may not be."""
        if retention.is_erased(visitor.name):
            raise retention.erased_error()
        if visitor.merged_into_id is not None:
            kept_id = standing_id(self.work.session, visitor.id)
            raise retention.merged_away_error(self.work.session.get_one(Visitor, kept_id).code)
        booked = _booked(self.work.session, [visitor.id], self.work.now).get(visitor.id)
        kept = _kept_visitor(visitor, booked, self.years, self.work.day)
        retention.refuse_kept(kept.keeping, self.work.day)
        return _reason(self.reason, visitor)


def _prove(work: Work, ref: ErasedRef, records: erasing.Records, rows: dict[str, int], reason: str) -> None:
    lines = {record: erasing.digests(work.session, *record) for record in records.by_topic()}
    # Most visits were never printed, and so with much else: of those there is nothing to prove.
    lines = {record: gone for record, gone in lines.items() if gone or record[0] in ALWAYS_PROVED}
    rows["audit_body"] = sum(map(len, lines.values()))
    proofs: list[dict[str, Any]] = []
    for (topic, record), gone in lines.items():
        report: dict[str, object] = {"lines": gone} | (
            {"rows": rows} if (topic, record) == ("visitor", records.visitor) else {}
        )
        proofs.append(
            {
                "code": ref.code,
                "topic": topic,
                "record_id": record,
                "at": work.now,
                "account_id": work.actor.account_id or None,
                "reason": reason,
                "report": audit.canonical(report).decode(),
            }
        )
    work.session.execute(insert(Erasure), proofs)


def _reason(reason: str, visitor: Visitor) -> str:
    """Return the reason; it stays for good, so it may not name whom it is about."""
    reason = plain_line("reason", reason, required=True)
    personal = (visitor.name, visitor.phone, visitor.document_number)
    if any(len(known.strip()) > 1 and known.strip() in reason for known in personal):
        message = N_("The reason stays for good: please don't name the person in it.")
        raise InputError("reason", "retention.named", Text(message))
    return reason


def _years(session: Session) -> int:
    return retention.years_kept(site_value(session, settings.RETENTION_YEARS))


def _due(now: dt.datetime, years: int) -> Select[int]:
    """Return the question for the ids of those whose records may be erased and who are not erased yet."""
    last = retention.last_day_due(now.astimezone().date(), years)
    before = dt.datetime.combine(last + dt.timedelta(days=1), dt.time()).astimezone()
    expected = and_(_stands(now), Appointment.visitor_id == Visitor.id)
    return select(Visitor.id).where(
        func.coalesce(Visitor.last_visit, Visitor.first_seen) < before,
        Visitor.name != ERASED_NAME,
        Visitor.merged_into_id.is_(None),
        ~exists(select(Appointment.id).where(expected)),
    )


def _stands(now: dt.datetime) -> Any:
    return and_(Appointment.state == AppointmentState.BOOKED, Appointment.starts_at >= now)


def _booked(session: Session, ids: Sequence[int], now: dt.datetime) -> dict[int, dt.date]:
    """Return the day of the last appointment that still stands, for those who have one."""
    asked = select(Appointment.visitor_id, func.max(Appointment.starts_at))
    asked = asked.where(_stands(now), Appointment.visitor_id.in_(ids)).group_by(Appointment.visitor_id)
    return {who: at.astimezone().date() for who, at in session.execute(asked)}


def _kept_visitor(row: Visitor, booked: dt.date | None, years: int, today: dt.date) -> KeptVisitor:
    last = row.last_visit.astimezone().date() if row.last_visit else None
    keeping = retention.keeping(last, booked, years)
    erased = retention.is_erased(row.name)
    return KeptVisitor(
        id=row.id,
        code=row.code,
        name=row.name,
        birth_date=row.birth_date,
        phone=mask_phone(row.phone),
        document=mask_document(row.document_number),
        visits=row.visits,
        last_visit=last,
        keeping=keeping,
        erasable=keeping.is_over(today) and not erased,
        erased=erased,
    )


def _proof_rows() -> Select[Any]:
    columns: tuple[Any, ...] = (Erasure.id, Erasure.code, Visitor.code, Erasure.at)
    return (
        select(*columns, Account.name, Erasure.reason)
        .join(Visitor, Visitor.id == Erasure.record_id)
        .outerjoin(Account, Account.id == Erasure.account_id)
        .where(Erasure.topic == "visitor", Visitor.merged_into_id.is_(None))
    )


def _proof_row(row: Any) -> ProofRow:
    number, code, visitor, at, by, reason = row
    return ProofRow(number, code, visitor, at, by or "", reason)
