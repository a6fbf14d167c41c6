"""Importing visitors: the same checks and keys as registering them, and nobody twice.

A visitor whose document is stored already, or who has none and agrees in name, birth date and phone
with a stored one, is reported and left as stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db import search
from deskapp.db.audit import AuditLine
from deskapp.db.models.intake import DuplicateKey, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain.codes import VISITOR
from deskapp.domain.identity import read_document
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import DocumentKind, Sex
from deskapp.domain.text import N_, Text
from deskapp.domain.visitor_rules import lacks_number, problems
from deskapp.errors import InputError
from deskapp.services.transfer.bulk import (
    Prepared,
    forget_crowds,
    prefix_counts,
    prepare,
    store_visitors,
)
from deskapp.services.transfer.columns import ReadRow
from deskapp.services.transfer.plan import Entry, Plan, Progress, parts, record_lines
from deskapp.services.transfer.report import Outcome, RowNote

Person = tuple[str, dt.date | None, str]


class VisitorImport:
    """The import of one file of visitors. Making one checks every row; nothing is read or written."""

    def __init__(self, rows: Iterable[ReadRow], today: dt.date, progress: Progress) -> None:
        self.prepared: list[tuple[int, Prepared]] = []
        self.problems: list[RowNote] = []
        self.twice: list[RowNote] = []
        self.crowds: list[str] = []
        rows = list(rows)
        first_rows: dict[object, int] = {}
        for count, row in enumerate(rows, 1):
            self._prepare(row, today, first_rows)
            if count % 1000 == 0:
                progress(count, len(rows))
        counts = prefix_counts(visitor for _row, visitor in self.prepared)
        self.busy = {prefix for prefix, count in counts.items() if count > search.HOT_OVER}

    def plan(self, session: Session) -> Plan:
        """Find out who is stored already."""
        plan = Plan(problems=list(self.problems), notes=list(self.twice))
        plan.entries += [Entry(note.row, Outcome.KNOWN, {}) for note in self.twice]
        for part in parts(self.prepared):
            known = _known(session, [visitor for _row, visitor in part])
            for (row, visitor), code in zip(part, known, strict=True):
                outcome = Outcome.KNOWN if code else Outcome.ADDED
                plan.entries.append(Entry(row, outcome, {}, extra=visitor))
                if code:
                    message = Text(
                        N_("{name} is here already: {code}."), {"name": _person(visitor)[0], "code": code}
                    )
                    plan.notes.append(RowNote(row, "", message))
        return plan

    def ready(self, plan: Plan) -> None:
        """Nothing is left to work out."""

    def write(self, work: Work, plan: Plan, progress: Progress) -> None:
        """Store whoever is new."""
        added: list[Prepared] = [entry.extra for entry in plan.with_outcome(Outcome.ADDED)]
        if not added:
            return
        self.crowds = sorted(self.busy.union(forget_crowds(work.session, added)))
        done = 0
        for group in parts(added, 20_000):
            register(work, group)
            done += len(group)
            progress(done, len(added))

    def _prepare(self, row: ReadRow, today: dt.date, first_rows: dict[object, int]) -> None:
        try:
            draft = completed(VisitorDraft(**row.values), today)
            found = problems(draft, today)
            visitor = None if found else prepare(draft, today)
        except InputError as error:
            found, visitor = [error], None
        if visitor is None:
            self.problems += [RowNote(row.number, error.field, error.text) for error in found]
            return
        first = first_rows.setdefault(_document_key(visitor) or _person(visitor), row.number)
        if first != row.number:
            message = Text(N_("The same visitor stands in row {row} already."), {"row": first})
            self.twice.append(RowNote(row.number, "", message))
        else:
            self.prepared.append((row.number, visitor))


def completed(draft: VisitorDraft, today: dt.date) -> VisitorDraft:
    """Return the draft with what its document says: kind, birth date, sex where they are missing.

    Raises `InputError` when the number can't be one of its kind.
    """
    if not draft.document_number:
        # Lists name a usual kind for everybody: without its number it says nothing.
        return replace(draft, document_kind=DocumentKind.NONE) if lacks_number(draft) else draft
    kind = None if draft.document_kind is DocumentKind.NONE else draft.document_kind
    reading = read_document(kind, draft.document_number, today)
    return replace(
        draft,
        document_kind=reading.kind,
        birth_date=draft.birth_date or reading.birth_date,
        sex=draft.sex if draft.sex is not Sex.UNKNOWN else reading.sex or Sex.UNKNOWN,
    )


def register(work: Work, visitors: Sequence[Prepared]) -> list[int]:
    """Store new visitors inside a transaction that is already open; return their ids in order."""
    ids = store_visitors(work.session, visitors, [_first_seen(work) for _visitor in visitors])
    _record(work, ids, visitors)
    work.touch("visitor")
    return ids


def _first_seen(work: Work) -> dict[str, Any]:
    return {"code": work.new_code(VISITOR), "first_seen": work.now, "last_visit": None, "visits": 0}


def _document_key(visitor: Prepared) -> str | None:
    return next((key for key in visitor.duplicate_keys() if key.startswith("d:")), None)


def _person(visitor: Prepared) -> Person:
    columns = visitor.columns()
    return columns["name"], columns["birth_date"], columns["phone"]


def _known(session: Session, visitors: Sequence[Prepared]) -> list[str]:
    """Return for each visitor the code of the stored one who is the same, or ""."""
    looked_for = {key for visitor in visitors for key in _telling_keys(visitor)}
    columns = (DuplicateKey.key, Visitor.code, Visitor.name, Visitor.birth_date, Visitor.phone)
    documents: dict[str, str] = {}
    people: dict[Person, str] = {}
    for part in parts(sorted(looked_for)):
        asked = select(*columns).join(Visitor, Visitor.id == DuplicateKey.visitor_id)
        for key, code, name, birth, phone in session.execute(asked.where(DuplicateKey.key.in_(part))):
            documents.setdefault(key, code)
            people.setdefault((name, birth, phone), code)
    return [_same(visitor, documents, people) for visitor in visitors]


def _telling_keys(visitor: Prepared) -> list[str]:
    document = _document_key(visitor)
    if document:
        return [document]
    keys = visitor.duplicate_keys()
    return [key for key in keys if key.startswith("p:")] or [key for key in keys if key.startswith("b:")]


def _same(visitor: Prepared, documents: Mapping[str, str], people: Mapping[Person, str]) -> str:
    document = _document_key(visitor)
    if document:
        return documents.get(document, "")
    person = _person(visitor)
    return people.get(person, "") if person[1] or person[2] else ""


def _record(work: Work, ids: Sequence[int], visitors: Sequence[Prepared]) -> None:
    for part in parts(list(zip(ids, visitors, strict=True))):
        lines = [
            AuditLine("visitor.register", "visitor", who, after=visitor.columns()) for who, visitor in part
        ]
        record_lines(work, lines)
