"""Finding anything from one field: people, staff, doctors, prices, places, news, phrases."""

from __future__ import annotations

import datetime as dt
import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from deskapp import names_table
from deskapp.db.base import Editable
from deskapp.db.engine import Store
from deskapp.db.models.directory import (
    Department,
    Doctor,
    Notice,
    PhraseText,
    Place,
    PriceItem,
    Promotion,
    Question,
    Staff,
)
from deskapp.db.models.intake import Visit, Visitor
from deskapp.db.unit_of_work import Clock
from deskapp.domain.access import Actor, Permission
from deskapp.domain.directory import Kind, Standing, standing
from deskapp.domain.finding import MOST, Entry, Found, Group, Listed, Said, as_keys, best, grade
from deskapp.domain.intake import VisitorHit
from deskapp.domain.names import query_key, search_keys
from deskapp.domain.questions import QUESTION_LABELS, QuestionState
from deskapp.domain.text import N_, Text, Words
from deskapp.services.base import Service, composed, reads
from deskapp.services.house import HouseRules
from deskapp.services.intake.visitors import VisitorService
from deskapp.services.looking_up import entries_of, folded

TABLES: Final[Sequence[type[Editable]]] = (
    *(Department, Doctor, PriceItem, Place, Promotion, Notice, PhraseText, Staff),
)
MOST_VISITORS: Final = 8
SPELLED: Final = 40
"""So many characters of a question are found by how they are spelled."""
_PLACES: Final = {kind: place for place, kind in enumerate(Kind)}


class FindingService(Service):
    """Finding anything from one field.

    What the directory holds is kept ready, and read again when a version in it says that something changed,
    here or at another desk: a key typed costs one small query and a walk through memory.
    """

    def __init__(self, store: Store, clock: Clock | None = None, house: HouseRules | None = None) -> None:
        super().__init__(store, clock)
        self.house = house or HouseRules()
        self._visitors = VisitorService(store, clock)
        self._lock = threading.Lock()
        self._known: tuple[object, tuple[Entry, ...]] = (None, ())

    @reads(Permission.DIRECTORY_READ)
    def listed(
        self, session: Session, query: str = "", kind: Kind | None = None, *, over: bool = True
    ) -> list[Listed]:
        """Return what the directory holds that answers `query`, of one kind or all, best first.

        What is over stands behind the rest, or is left out. Questions are not in it.
        """
        today = self.today()
        wanted = [entry for entry in self._entries(session) if kind is None or entry.kind is kind]
        found = [Listed(entry, _standing(entry, today), how) for entry, how in _graded(wanted, query)]
        if not over:
            found = [one for one in found if one.standing is not Standing.OVER]
        return sorted(found, key=_rank)

    @composed(Permission.DIRECTORY_READ)
    def find(self, actor: Actor, query: str) -> list[Found]:
        """Return what one field finds: visitors and questions for who may see them, all of the directory, by groups."""
        typed = query.strip()
        if not typed:
            return []
        found = [_found(one) for one in _first_of_each(self.listed(actor, typed))]
        if actor.may(Permission.VISITOR_READ):
            found += [_visitor(hit, typed) for hit in self._visitors.find(actor, typed, MOST_VISITORS)]
        if actor.may(Permission.VISIT_WRITE):
            found += self.questions(actor, typed)
        return best(found)

    @reads(Permission.VISIT_WRITE)
    def questions(self, session: Session, query: str) -> list[Found]:
        """Return the questions that wait and answer `query`: by their words, their answer, or who asked."""
        entries = [_question(*row) for row in session.execute(_WAITING)]
        return [_found(Listed(entry, Standing.VALID, how)) for entry, how in _graded(entries, query)]

    def _entries(self, session: Session) -> tuple[Entry, ...]:
        mark = _mark(session)
        with self._lock:
            if self._known[0] != mark:
                self._known = mark, tuple(entries_of(session, self.house))
            return self._known[1]


_WAITING: Final = (
    select(Question.id, Question.text, Question.answer, Question.state, Visitor.name)
    .outerjoin(Visit, Visit.id == Question.visit_id)
    # Who had no record when asking may have got one at the visit since.
    .outerjoin(Visitor, Visitor.id == func.coalesce(Question.visitor_id, Visit.visitor_id))
    .where(Question.state != QuestionState.TOLD)
    .order_by(Question.state != QuestionState.ANSWERED, Question.due_at, Question.id)
)


@functools.lru_cache(maxsize=5000)
def _question(record: int, text: str, answer: str, state: QuestionState, who: str | None) -> Entry:
    told = Text(QUESTION_LABELS[state]) if state is QuestionState.ANSWERED else ""
    tables, asker = names_table.load(), who or ""
    return Entry(
        Kind.QUESTION,
        record,
        "",
        Words(text, text, text),
        second=tuple(part for part in (asker, told) if part),
        copied=answer or text,
        # Its number is not searched: a digit of what is looked for stands in many.
        texts=(folded(text),),
        more=tuple(folded(part) for part in (asker, answer) if part),
        keys=as_keys(search_keys(text[:SPELLED], tables) | search_keys(asker, tables)),
    )


def _mark(session: Session) -> object:
    """Return what differs as soon as anything in the directory was added or changed."""
    asked = [
        select(
            func.count(kind.id), func.coalesce(func.max(kind.id), 0), func.coalesce(func.sum(kind.version), 0)
        )
        for kind in TABLES
    ]
    return tuple(tuple(int(figure) for figure in row) for row in session.execute(union_all(*asked)))


def _graded(entries: Sequence[Entry], query: str) -> list[tuple[Entry, int]]:
    words = tuple(folded(query).split())
    spelled = _spelled_by(query)
    graded = [(entry, grade(words, entry, spelled)) for entry in entries]
    return [(entry, how) for entry, how in graded if how is not None]


def _spelled_by(query: str) -> Callable[[str], bool]:
    """Return what says whether one of an entry's spellings begins as the query is spelled."""
    # Letters alone: of anything else a key keeps only part.
    key = _key(query) if query.replace(" ", "").isalnum() else ""
    begins = f"\n{key}"
    return lambda keys: bool(key) and begins in keys


@functools.lru_cache(maxsize=1000)
def _key(query: str) -> str:
    return query_key(query, names_table.load())


def _rank(one: Listed) -> tuple[bool, int, int]:
    return one.standing is Standing.OVER, one.grade, _PLACES[one.entry.kind]


def _first_of_each(listed: Iterable[Listed]) -> Iterator[Listed]:
    """Yield so many of each kind, which come best first, as can be shown of one."""
    counts: Counter[Kind] = Counter()
    for one in listed:
        counts[one.entry.kind] += 1
        if counts[one.entry.kind] <= MOST:
            yield one


def _standing(entry: Entry, today: dt.date) -> Standing:
    return standing(entry.valid_from, entry.valid_to, today) if entry.active else Standing.OVER


def _found(one: Listed) -> Found:
    entry = one.entry
    return Found(
        Group(entry.kind.value),
        entry.record,
        entry.title,
        entry.second,
        entry.aside,
        entry.copied,
        one.grade,
        one.standing,
        entry.valid_from if one.standing is Standing.COMING else None,
    )


def _visitor(hit: VisitorHit, typed: str) -> Found:
    born: Said = Text(N_("{day}"), {"day": hit.birth_date}) if hit.birth_date else ""
    second = tuple(part for part in (born, hit.document_masked) if part)
    sure = typed.casefold() in (hit.name.casefold(), hit.code.casefold())
    return Found(Group.VISITOR, hit.id, hit.name, second, hit.phone_masked, "", 0 if sure else 1, data=hit)
