"""A desk that registers visitors, and what must be true of what it leaves behind, whatever happens to it.

Nothing here needs pytest: it runs in processes that are killed, starved of disk or cut off as well.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from deskapp.db import audit, integrity
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AuditEntry
from deskapp.db.models.intake import (
    DuplicateKey,
    QueueCounter,
    QueueNumber,
    SearchKey,
    SlipEvent,
    Visit,
    Visitor,
    VisitStep,
)
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft
from deskapp.domain.intake import TriageDecision, VisitorDraft
from deskapp.domain.registration import Step
from deskapp.domain.text import Words
from deskapp.services.base import new_request
from deskapp.services.directory import DirectoryService
from deskapp.services.house import HouseRules
from deskapp.services.intake.keys import visitor_keys
from deskapp.services.intake.numbers import NumberService
from deskapp.services.intake.visitors import VisitorService
from deskapp.services.intake.visits import VisitService

KEY = bytes(range(32))
NAMES = ("王建国", "欧阳娜", "Бат-Эрдэнэ", "𠮷田", "Anna O’Brien")
GONE = "confirmed and gone"
Said = list[Any]
"""What a desk was told is stored: visitor id and code, visit id and code, the number's label."""


def opened(file: Path) -> Store:
    """Open a SQLite file of the tests."""
    return Store.open(f"sqlite:///{file}", KEY)


@dataclass(frozen=True)
class Place:
    """Who works and for which department."""

    account: int
    department: int

    @classmethod
    def prepare(cls, store: Store) -> Place:
        """Store somebody who works and a department."""
        with store.writing() as session:
            row = insert(Account).values(
                sign_in="x", name="刘", password_hash="-", active=True, failures=0, version=1
            )
            account = session.execute(row.returning(Account.id)).scalar_one()
            session.commit()
        draft = DepartmentDraft("surgery", Words("外科", "Surgery", "Мэс засал"), prefix="B")
        head = Actor(account, "刘", frozenset({Role.SUPERVISOR}))
        department = DirectoryService(store).save_department(head, new_request(), draft).value.id
        return cls(account, department)


class DeskAtWork:
    """Registers one visitor after the other, with visit and number."""

    def __init__(self, store: Store, place: Place, seed: int, desk: str = "desk-1") -> None:
        self.actor = Actor(place.account, "刘", frozenset({Role.OPERATOR}), desk)
        self.visitors, self.visits = VisitorService(store), VisitService(store, None, HouseRules())
        self.numbers = NumberService(store)
        self.decision = TriageDecision("腿疼", place.department)
        self._pick = random.Random(seed)

    def draft(self) -> VisitorDraft:
        """Return somebody new."""
        digits = self._pick.randrange(10**8)
        return VisitorDraft(
            name=self._pick.choice(NAMES), phone=f"138{digits:08}", birth_date=dt.date(1980, 1, 2)
        )

    def one(self, draft: VisitorDraft | None = None, requests: Sequence[str] = ()) -> Said:
        """Register somebody, open a visit and give a number: three transactions, each confirmed.

        With the same draft and the same requests nothing is done twice.
        """
        first, second, third = requests or three_requests()
        visitor = self.visitors.register(self.actor, first, draft or self.draft()).value
        visit = self.visits.open(self.actor, second, visitor.id).value
        number = self.numbers.decide_and_issue(self.actor, third, visit.id, self.decision).value
        return [visitor.id, visitor.code, visit.id, visit.code, number.label]


def three_requests() -> list[str]:
    """Return the requests under which one visitor is registered, with visit and number."""
    return [new_request() for _ in range(3)]


def fill(file: Path, visits: int, seed: int = 1) -> list[Said]:
    """Let a desk work for a while in a migrated file, and close it; return what was stored."""
    store = opened(file)
    desk = DeskAtWork(store, Place.prepare(store), seed)
    said = [desk.one() for _ in range(visits)]
    store.close()
    return said


# --- What must be true ------------------------------------------------------------------------------------


def unwell(store: Store, confirmed: Sequence[Said]) -> list[str]:
    """Return everything that is not whole, in words: the file, its trail, each record, what was confirmed."""
    found = integrity.full(store)
    with store.reading() as session:
        found += [f"audit: {line}" for line in audit.broken_lines(session)]
        found += lost(session, confirmed)
        found += _unfinished_visitors(session)
        found += _unfinished_visits(session)
        found += _unfinished_numbers(session)
    return found


def unwell_file(file: Path, confirmed: Sequence[Said]) -> list[str]:
    """Open a file as the next start would and return what is not whole."""
    store = opened(file)
    try:
        return unwell(store, confirmed)
    finally:
        store.close()


def stored(session: Any) -> set[tuple[Any, ...]]:
    """Return all that is stored, as it was said."""
    asked = (
        select(Visitor.id, Visitor.code, Visit.id, Visit.code, QueueNumber.label)
        .join(Visit, Visit.visitor_id == Visitor.id)
        .join(QueueNumber, QueueNumber.visit_id == Visit.id)
    )
    return {tuple(row) for row in session.execute(asked)}


def lost(session: Any, confirmed: Iterable[Said]) -> list[str]:
    """Return what was confirmed and is not there."""
    there = stored(session)
    return [f"{GONE}: {one}" for one in confirmed if tuple(one) not in there]


def gone(found: Iterable[str]) -> int:
    """Return how many of the things found wrong are visits that were confirmed and are not there."""
    return sum(GONE in line for line in found)


def _unfinished_visitors(session: Any) -> Iterator[str]:
    """Yield visitors who can't be found by every key, compared under blocks, or are not in the trail."""
    table = table_of(SearchKey)
    keys: dict[int, dict[str, int]] = {}
    for key, visitor, grade in session.execute(select(table.c.key, table.c.visitor_id, table.c.grade)):
        keys.setdefault(visitor, {})[key] = grade
    compared = set(session.scalars(select(DuplicateKey.visitor_id)))
    written = _written(session, "visitor.register")
    came = set(session.scalars(select(Visit.visitor_id)))
    for visitor in session.scalars(select(Visitor)):
        if keys.pop(visitor.id, {}) != visitor_keys(visitor):
            yield f"keys of {visitor.id}"
        if visitor.id not in compared or visitor.id not in written:
            yield f"blocks or trail of {visitor.id}"
        if (visitor.visits, visitor.last_visit is not None) != (int(visitor.id in came), visitor.id in came):
            yield f"presence of {visitor.id}"
    yield from (f"keys of nobody: {visitor}" for visitor in keys)


def _written(session: Any, action: str) -> set[int | None]:
    return set(session.scalars(select(AuditEntry.record_id).where(AuditEntry.action == action)))


def _unfinished_visits(session: Any) -> Iterator[str]:
    """Yield visits without the steps that opening enters, or with a decision and no number."""
    steps: dict[int, set[Step]] = {}
    for visit, step in session.execute(select(VisitStep.visit_id, VisitStep.step)):
        steps.setdefault(visit, set()).add(step)
    numbered = set(session.scalars(select(QueueNumber.visit_id)))
    written = _written(session, "visit.open")
    entered = {Step.ARRIVE, Step.GREET, Step.REGISTER}
    for visit in session.scalars(select(Visit)):
        decided = {Step.TRIAGE, Step.NUMBER} if visit.department_id is not None else set()
        if steps.get(visit.id) != entered | decided or visit.id not in written:
            yield f"steps of {visit.id}: {steps.get(visit.id)}"
        if (visit.id in numbered) is not bool(decided):
            yield f"number of {visit.id}"


def _unfinished_numbers(session: Any) -> Iterator[str]:
    """Yield queues whose numbers do not run from 1 to the counter, and numbers without a slip."""
    last = {(row.queue, row.day): row.last for row in session.scalars(select(QueueCounter))}
    given: dict[tuple[str, Any], list[int]] = {key: [] for key in last}
    for row in session.scalars(select(QueueNumber)):
        given.setdefault((row.queue, row.day), []).append(row.number)
    printed = set(session.scalars(select(SlipEvent.queue_number_id)))
    yield from (f"slip of {row}" for row in session.scalars(select(QueueNumber.id)) if row not in printed)
    for key, numbers in given.items():
        if sorted(numbers) != list(range(1, last.get(key, 0) + 1)):
            yield f"numbers of {key}: {sorted(numbers)} up to {last.get(key)}"
