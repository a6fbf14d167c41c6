"""Visitors: found, registered, edited, and who may be the same person."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, insert, or_, select
from sqlalchemy.orm import Session

from deskapp.db import search
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, Consent, DuplicateKey, Visit, Visitor
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain import identity, names
from deskapp.domain.access import Permission
from deskapp.domain.codes import VISITOR as VISITOR_CODE
from deskapp.domain.codes import check_code
from deskapp.domain.duplicates import STRONG_BLOCKS, WEAK_BLOCK, Band, Candidate, compare
from deskapp.domain.intake import (
    AppointmentView,
    LikelyDuplicate,
    Ref,
    VisitorDraft,
    VisitorHit,
    VisitorView,
)
from deskapp.domain.registration import AppointmentState, ConsentKind, DocumentKind
from deskapp.domain.retention import erased_error, is_erased
from deskapp.domain.visitor_rules import needs_guardian, problems, stored_form
from deskapp.errors import ConflictError, InputError
from deskapp.names_table import load
from deskapp.services.base import Service, reads, writes
from deskapp.services.intake import views
from deskapp.services.intake.keys import (
    also_known,
    blocking_keys,
    candidate_of,
    draft_keys,
    found_by,
    merged_by_root,
    merged_records,
    standing_id,
    united,
    united_blocks,
    united_keys,
)
from deskapp.services.intake.merging import merged_error, replace_blocks

VISITOR = table_of(Visitor)
HIT_COLUMNS = (
    VISITOR.c.id,
    VISITOR.c.code,
    VISITOR.c.name,
    VISITOR.c.sex,
    VISITOR.c.birth_date,
    VISITOR.c.phone,
    VISITOR.c.document_number,
    VISITOR.c.last_visit,
    VISITOR.c.visits,
    VISITOR.c.allergy,
)
SHOWN = 30
"""Twice what the list shows at once; each costs 20 microseconds at every key."""
DUPLICATES_SHOWN = 5
DUPLICATES_LOOKED_AT = 200
"""Of each kind of blocking key, so that one that many share leaves room for the others."""
DOUBTFUL_LOOKED_AT = 100
CROWDED_NOTED = 200
CROWDED_AT_ONCE = 20
TENDED_AT_ONCE = 50


class VisitorService(Service):
    """What a person does with visitors' records."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        super().__init__(store, clock)
        self._crowded: set[str] = set()
        self._tended = ""

    @property
    def crowded(self) -> frozenset[str]:
        """What was searched for and so many share that `keep_search_fast` should be called."""
        return frozenset(self._crowded)

    @reads(Permission.VISITOR_READ)
    def find(self, session: Session, typed: str, limit: int = SHOWN) -> list[VisitorHit]:
        """Return whom `typed` may mean, best first: any fragment of a name or its reading, a phone
        or document number, a visitor's or visit's code."""
        typed = typed.encode(errors="ignore").decode()  # without halves of characters
        code = check_code(typed)
        if code is not None:
            return _hits(session, _ids_of_code(session, code), typed)
        ids = self._looked_up(session, names.query_key(typed, load()), limit)
        words = typed.split()
        if not ids and len(words) > 1:
            ids = _all_words(session, words, limit)
        other = None if ids else identity.other_writing(typed)
        if other is not None:
            ids, typed = self._looked_up(session, names.query_key(other, load()), limit), other
        return _hits(session, ids, typed)

    @reads(Permission.VISITOR_READ)
    def by_document(self, session: Session, kind: DocumentKind | None, number: str) -> VisitorHit | None:
        """Return the visitor who has shown this document before, the latest if there are several."""
        reading = identity.read_document(kind, number, self.today())
        found = search.find(session, names.query_key(reading.number, load()), SHOWN)
        shown = _with_document(session, found, reading.number)
        asked = select(Visitor.id).where(Visitor.id.in_(shown))
        latest = asked.order_by(search.MOMENT.desc(), Visitor.id.desc())
        hits = _hits(session, session.scalars(latest.limit(1)).all(), reading.number)
        return hits[0] if hits else None

    @reads(Permission.VISITOR_READ, sensitive="visitor")
    def visitor(self, session: Session, visitor_id: int) -> VisitorView:
        """Return one visitor, whole; a record that was merged leads to the one that was kept."""
        return views.visitor_view(session, session.get_one(Visitor, standing_id(session, visitor_id)))

    @reads(Permission.VISITOR_READ)
    def appointments(self, session: Session, visitor_id: int) -> list[AppointmentView]:
        """Return the visitor's booked appointments of today."""
        return _appointments(session, visitor_id, self.now())

    @reads(Permission.VISITOR_READ)
    def likely_duplicates(
        self, session: Session, draft: VisitorDraft, except_id: int | None = None
    ) -> list[LikelyDuplicate]:
        """Return stored visitors who may be the one being typed, likeliest first, with why."""
        if any(problem.code.startswith("text.") for problem in problems(draft, self.today())):
            return []  # what can't be stored is like nobody's who is
        with contextlib.suppress(InputError):
            draft = stored_form(draft, self.today())[0]
        candidate = candidate_of(None, draft)
        ids = _sharing_a_block(session, candidate, except_id)
        return _compared(session, candidate, ids) if ids else []

    @writes(Permission.VISITOR_WRITE)
    def register(self, work: Work, draft: VisitorDraft) -> Ref:
        """Store a new visitor."""
        return add_visitor(work, draft)

    @writes(Permission.VISITOR_WRITE)
    def edit(self, work: Work, visitor_id: int, version: int, draft: VisitorDraft) -> Ref:
        """Change a visitor's record; `version` is the one the person saw."""
        draft, division = _checked(draft, work.day)
        visitor = work.session.get_one(Visitor, visitor_id, with_for_update=True)
        if is_erased(visitor.name):
            raise erased_error()
        if visitor.merged_into_id is not None:
            raise merged_error(work.session, visitor)
        if visitor.version != version:
            raise ConflictError
        before = views.visitor_view(work.session, visitor).draft
        moment = visitor.last_visit or visitor.first_seen
        # What the records merged into this one said still leads here.
        records = [visitor, *merged_records(work.session, visitor.id)]
        keys, blocks = united_keys(records), united_blocks(records)
        _fill(visitor, draft, division)
        visitor.version += 1
        search.replace_keys(work.session, visitor.id, (keys, moment), (united_keys(records), moment))
        replace_blocks(work.session, visitor.id, blocks, united_blocks(records))
        _answer_consents(work, visitor.id, draft, before)
        work.record(
            "visitor.edit",
            "visitor",
            visitor.id,
            before=msgspec.to_builtins(before),
            after=msgspec.to_builtins(draft),
        )
        return Ref(visitor.id, visitor.code, visitor.version)

    @writes(Permission.VISITOR_READ)
    def keep_search_fast(self, work: Work) -> int:
        """Store the best of what proved crowded, tidy some of what is stored; return how many were stored.

        For the window to call while nobody types. Raises `StorageError` when other desks are too busy.
        """
        wanted = sorted(self._crowded)[:CROWDED_AT_ONCE]
        search.keep_best(work.session, wanted)
        self._tended = search.tend(work.session, self._tended, TENDED_AT_ONCE)
        self._crowded.difference_update(wanted)
        return len(wanted)

    def _looked_up(self, session: Session, key: str, limit: int) -> Sequence[int]:
        if not key:
            return []
        found = search.look(session, key, limit)
        if found.crowded and len(self._crowded) < CROWDED_NOTED:
            self._crowded.add(key)
        return found.ids


def add_visitor(work: Work, draft: VisitorDraft) -> Ref:
    """Store a new visitor inside a transaction that is already open. Raises `InputError`."""
    draft, division = _checked(draft, work.day)
    visitor = Visitor(code=work.new_code(VISITOR_CODE), first_seen=work.now, visits=0, merged_into_id=None)
    _fill(visitor, draft, division)
    work.session.add(visitor)
    work.session.flush()
    search.store_keys(work.session, visitor.id, draft_keys(draft), work.now)
    replace_blocks(work.session, visitor.id, (), blocking_keys(candidate_of(visitor.id, draft)))
    _answer_consents(work, visitor.id, draft, None)
    work.record("visitor.register", "visitor", visitor.id, after=msgspec.to_builtins(draft))
    return Ref(visitor.id, visitor.code)


def _checked(draft: VisitorDraft, today: dt.date) -> tuple[VisitorDraft, str]:
    for problem in problems(draft, today):
        raise problem
    return stored_form(draft, today)


def _fill(visitor: Visitor, draft: VisitorDraft, division: str) -> None:
    for name in views.DRAFT_COLUMNS:
        setattr(visitor, name, getattr(draft, name))
    visitor.division = division


def _answer_consents(work: Work, visitor_id: int, draft: VisitorDraft, before: VisitorDraft | None) -> None:
    known = views.consent_answers(work.session, visitor_id) if before else {}
    child = needs_guardian(draft.birth_date, work.day)
    guardian = draft.guardian_name if child else ""
    rows = [
        {
            "visitor_id": visitor_id,
            "kind": ConsentKind(kind),
            "given": given,
            "given_by": guardian if child else draft.name,
            "at": work.now,
            "account_id": work.actor.account_id,
        }
        for kind, given in draft.consents.items()
        if not _stands(known.get(kind), given, guardian)
    ]
    if rows:
        work.session.execute(_ADD_CONSENT, rows)


def _stands(answer: Consent | None, given: bool, guardian: str) -> bool:
    """Return whether a question was answered so; what one guardian agreed to, another one has not yet."""
    if answer is None or answer.given is not given:
        return False
    return not (given and guardian.strip()) or answer.given_by == guardian


def _ids_of_code(session: Session, code: str) -> list[int]:
    asked = (
        select(Visit.visitor_id).where(Visit.code == code, Visit.visitor_id.is_not(None))
        if code.startswith("V")
        else select(Visitor.id).where(Visitor.code == code)
    )
    return [standing_id(session, found) for found in session.scalars(asked) if found is not None]


def _with_document(session: Session, ids: Sequence[int], number: str) -> set[int]:
    """Return those whose record, or one merged into it, has exactly this document number."""
    asked = select(Visitor.id).where(Visitor.id.in_(ids), Visitor.document_number == number)
    earlier = also_known(session, ids)
    ends = {who for who, others in earlier.items() for other in others if _shows(other, number)}
    return set(session.scalars(asked)) | ends


def _shows(other: Candidate, number: str) -> bool:
    return any(document.partition(":")[2] == number for document in other.documents)


def _all_words(session: Session, words: Sequence[str], limit: int) -> list[int]:
    """Return those whom every word finds; the word that fewest share leads."""
    tables = load()
    keys = [key for key in (names.query_key(word, tables) for word in words) if key]
    found = {key: search.find(session, key, search.HOT_KEPT) for key in keys}
    if not found:
        return []
    leading = min(found.values(), key=len)
    sure = set(leading).intersection(*found.values())
    # A list as long as that is not all: whoever is missing in it is looked at.
    partial = [key for key, ids in found.items() if len(ids) == search.HOT_KEPT]
    certain = [set(ids) for key, ids in found.items() if key not in partial]
    doubtful = [who for who in leading if who not in sure and all(who in ids for ids in certain)]
    sure |= _found_by(session, partial, doubtful[:DOUBTFUL_LOOKED_AT])
    return [visitor_id for visitor_id in leading if visitor_id in sure][:limit]


def _found_by(session: Session, keys: Sequence[str], ids: Collection[int]) -> set[int]:
    """Return those of the visitors with a key that begins with each of `keys`."""
    if not ids:
        return set()
    rows = session.scalars(select(Visitor).where(Visitor.id.in_(ids)))
    found = {visitor.id: set(found_by(visitor)[0]) for visitor in rows}
    for root, records in merged_by_root(session, ids).items():
        found[root].update(*(found_by(record)[0] for record in records))
    return {who for who, own in found.items() if all(any(map(_begins(key), own)) for key in keys)}


def _begins(key: str) -> Callable[[str], bool]:
    return lambda own: own.startswith(key)


def _hits(session: Session, ids: Sequence[int], typed: str) -> list[VisitorHit]:
    if not ids:
        return []
    found = {row[0]: row for row in session.execute(_HITS, {"ids": ids}).all()}
    # Papers of an erased visitor may still be scanned: nobody is behind their number any more.
    there = (found[visitor_id] for visitor_id in ids if visitor_id in found)
    return [_hit(row, typed) for row in there if not is_erased(row.name)]


# Made once: putting a statement together takes longer than sending it.
_ADD_CONSENT: Final = insert(table_of(Consent))
_HITS: Final = select(*HIT_COLUMNS).where(
    VISITOR.c.id.in_(bindparam("ids", expanding=True)), VISITOR.c.merged_into_id.is_(None)
)


def _hit(row: Sequence[Any], typed: str) -> VisitorHit:
    """Return a hit made of a row that begins with `HIT_COLUMNS`."""
    # Fifty rows are made at every key: by place they take a fraction of the time that names take.
    number, code, name, sex, birth_date, phone, document, last_visit, visits, allergy = row[
        : len(HIT_COLUMNS)
    ]
    tables = load()
    shown_phone, shown_document = identity.mask_phone(phone), identity.mask_document(document)
    return VisitorHit(
        number,
        code,
        name,
        sex,
        birth_date,
        shown_phone,
        shown_document,
        last_visit,
        visits,
        allergy,
        names.matched_part(name, typed, tables),
        names.matched_digits(shown_phone, phone, typed),
        names.matched_digits(shown_document, document, typed),
    )


def _appointments(session: Session, visitor_id: int, now: dt.datetime) -> list[AppointmentView]:
    day = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    asked = (
        select(Appointment, Department, Doctor.name)
        .join(Department, Department.id == Appointment.department_id)
        .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
        .where(
            Appointment.visitor_id == visitor_id,
            Appointment.state == AppointmentState.BOOKED,
            Appointment.starts_at >= day,
            Appointment.starts_at < day + dt.timedelta(days=1),
        )
        .order_by(Appointment.starts_at)
    )
    return [
        AppointmentView(
            booked.id,
            booked.starts_at,
            department.id,
            views.department_name(department),
            booked.doctor_id,
            doctor or "",
        )
        for booked, department, doctor in session.execute(asked)
    ]


def _sharing_a_block(session: Session, candidate: Candidate, except_id: int | None) -> set[int]:
    """Return who may be the candidate: under each kind of blocking key the latest of those who share one."""
    keys = blocking_keys(candidate)
    found: set[int] = set()
    for kind in (*STRONG_BLOCKS, WEAK_BLOCK):
        own = [key for key in keys if key.startswith(kind)]
        asked = select(DuplicateKey.visitor_id).where(DuplicateKey.key.in_(own)).distinct()
        asked = asked.where(DuplicateKey.visitor_id != (except_id or 0))
        if kind == WEAK_BLOCK:
            alike = or_(Visitor.name == candidate.name, Visitor.birth_date == candidate.birth_date)
            asked = asked.join(Visitor, Visitor.id == DuplicateKey.visitor_id).where(alike)
        if own:
            latest = asked.order_by(DuplicateKey.visitor_id.desc())
            found.update(session.scalars(latest.limit(DUPLICATES_LOOKED_AT)))
    return found


def _compared(session: Session, candidate: Candidate, ids: Collection[int]) -> list[LikelyDuplicate]:
    tables = load()
    found = []
    columns = (*HIT_COLUMNS, VISITOR.c.document_kind, VISITOR.c.address)
    asked = select(*columns).where(VISITOR.c.id.in_(ids), VISITOR.c.merged_into_id.is_(None))
    earlier = also_known(session, ids)
    for row in session.execute(asked):
        same_names = ("name", "birth_date", "sex", "phone", "document_kind", "document_number", "address")
        stored = VisitorDraft(**{name: getattr(row, name) for name in same_names})
        other = united(candidate_of(row.id, stored), earlier.get(row.id, ()))
        likeness = compare(candidate, other, tables)
        if likeness.band is not Band.NEW:
            hit = _hit(row, candidate.name)
            same = likeness.band is Band.SAME
            found.append(LikelyDuplicate(hit, same, likeness.score, likeness.reasons))
    return sorted(found, key=lambda likely: -likely.score)[:DUPLICATES_SHOWN]
