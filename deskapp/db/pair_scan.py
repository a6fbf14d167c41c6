"""Searching all records for likely pairs: blocks in the order of their keys, part by part, to be stopped and gone on with.

Only people who share a blocking key are compared (`domain.duplicates.blocks`), each pair under the smallest key
that brings the two together. A block that more than `WHOLE_AT_MOST` people share is divided by the initials of
their names: a phone of a company, or everybody called Wang who was born in one year.
What was found is written in small transactions, so that no desk waits for it; what a person decided is never
written over.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.intake import DuplicateKey, Visitor
from deskapp.db.models.people import LikelyPair, Merge, PairScan
from deskapp.domain.duplicates import Band, Candidate, Known, Likeness, document_key, likeness
from deskapp.domain.names import NameTables
from deskapp.domain.people import PairState, ScanState
from deskapp.domain.retention import ERASED_NAME
from deskapp.names_table import load

WHOLE_AT_MOST: Final = 60
"""People of one block who are all compared with each other. Of a million visitors that leaves 6.8 million pairs instead
of 208 million; with 100 it would be 10.8, with 200 21.4 million (counted with the people of `benchmarks`)."""
NEIGHBOURS: Final = 200
"""With how many of a divided block, in the order of birth dates, each is compared at most."""
ROWS_AT_ONCE: Final = 20_000
IDS_AT_ONCE: Final = 900
STOPPED_WITHIN: Final = 2_000
"""Pairs compared between two looks whether to stop."""

KEYS: Final = table_of(DuplicateKey)
PAIRS: Final = table_of(LikelyPair)
VISITOR: Final = table_of(Visitor)
_COLUMNS: Final = (
    *(VISITOR.c.id, VISITOR.c.name, VISITOR.c.birth_date, VISITOR.c.sex, VISITOR.c.phone),
    *(VISITOR.c.document_kind, VISITOR.c.document_number, VISITOR.c.address),
)

Report = Callable[[int, int], object]
Stop = Callable[[], bool]
Pair = tuple[int, int]


@dataclass
class Counts:
    """What a search did: blocks of two and more, pairs compared, likely pairs among them, seconds."""

    blocks: int = 0
    compared: int = 0
    found: int = 0
    seconds: float = 0.0


@dataclass
class _Part:
    """What came of some blocks, and the last key of them."""

    counts: Counts = field(default_factory=Counts)
    likely: dict[Pair, Likeness] = field(default_factory=dict)
    after: str = ""


def run(store: Store, scan_id: int, now: Callable[[], dt.datetime], stop: Stop, report: Report) -> ScanState:
    """Go on with a search from where it is; return how it ended.

    Args:
        store: the hospital, as this process has opened it.
        scan_id: the row of `pair_scan`.
        now: the time by which what is found is dated.
        stop: asked now and then; True ends the search where it is.
        report: told how many keys of how many are done.
    """
    search = _Search(store, load(), stop)
    with store.reading() as session:
        after = session.get_one(PairScan, scan_id).after
    total, done = search.begin(after)
    report(done, total)
    while rows := search.rows(after):
        began = time.monotonic()
        part = search.part(rows, after)
        part.counts.seconds = time.monotonic() - began
        done += sum(key <= part.after for key, _ in rows)
        after = part.after
        _write(store, scan_id, part, now())
        report(done, total)
        if stop():
            return _end(store, scan_id, ScanState.STOPPED, now())
    return _end(store, scan_id, ScanState.FINISHED, now())


class _Search:
    """Reads blocks and compares whoever is in them."""

    def __init__(self, store: Store, tables: NameTables, stop: Stop) -> None:
        self._store = store
        self._tables = tables
        self._stop = stop
        self._crowded: frozenset[str] = frozenset()

    def begin(self, after: str) -> tuple[int, int]:
        """Learn which blocks are crowded; return how many keys there are, and how many are done."""
        crowd = select(KEYS.c.key).group_by(KEYS.c.key).having(func.count() > WHOLE_AT_MOST)
        with self._store.reading() as session:
            self._crowded = frozenset(session.scalars(crowd))
            total = session.scalar(select(func.count()).select_from(KEYS)) or 0
            asked = select(func.count()).select_from(KEYS).where(KEYS.c.key <= after)
            done = (session.scalar(asked) or 0) if after else 0
        return total, done

    def rows(self, after: str) -> list[tuple[str, int]]:
        """Return the next rows, whole blocks only; none at the end."""
        ordered = select(KEYS.c.key, KEYS.c.visitor_id).order_by(KEYS.c.key, KEYS.c.visitor_id)
        with self._store.reading() as session:
            found = session.execute(ordered.where(KEYS.c.key > after).limit(ROWS_AT_ONCE)).all()
            if len(found) < ROWS_AT_ONCE:
                return [(row[0], row[1]) for row in found]
            last = found[-1][0]
            if found[0][0] == last:
                found = session.execute(ordered.where(KEYS.c.key == last)).all()
                return [(row[0], row[1]) for row in found]
        return [(row[0], row[1]) for row in found if row[0] != last]

    def part(self, rows: Sequence[tuple[str, int]], after: str) -> _Part:
        """Compare whoever shares a key of `rows`; a stop leaves out the blocks behind the one it came in."""
        part = _Part(after=after)
        groups = [(key, [row[1] for row in group]) for key, group in itertools.groupby(rows, _key)]
        wanted = {who for _, ids in groups if len(ids) > 1 for who in ids}
        known = self._known(sorted(wanted))
        looked = 0
        for key, ids in groups:
            people = [known[who] for who in ids if who in known] if len(ids) > 1 else []
            if len(people) > 1:
                part.counts.blocks += 1
                self._compare(key, people, part)
            part.after = key
            if part.counts.compared - looked > STOPPED_WITHIN:
                looked = part.counts.compared
                if self._stop():
                    break
        part.counts.found = len(part.likely)
        return part

    def _compare(self, key: str, people: Sequence[Known], part: _Part) -> None:
        for one, other in self._together(key, people):
            shared = one.blocks & other.blocks
            # A key that neither says any more was that of a record merged into one of them.
            if key in shared and any(less < key and self._is_together(less, one, other) for less in shared):
                continue
            part.counts.compared += 1
            found = likeness(one, other)
            if found.band is not Band.NEW:
                part.likely[_pair(one, other)] = found

    def _together(self, key: str, people: Sequence[Known]) -> Iterator[tuple[Known, Known]]:
        """Yield the pairs of a block that are to be compared, each once."""
        if key not in self._crowded:
            yield from itertools.combinations(people, 2)
            return
        by_initials: dict[str, list[Known]] = {}
        for person in people:
            for initials in person.initials:
                by_initials.setdefault(initials, []).append(person)
        for initials, alike in by_initials.items():
            alike.sort(key=_by_birth)
            for place, one in enumerate(alike):
                for other in alike[place + 1 : place + 1 + NEIGHBOURS]:
                    if min(one.initials & other.initials) == initials:
                        yield one, other

    def _is_together(self, key: str, one: Known, other: Known) -> bool:
        return key not in self._crowded or not one.initials.isdisjoint(other.initials)

    def _known(self, ids: Sequence[int]) -> dict[int, Known]:
        """Return what is compared of those who stand for themselves."""
        found: dict[int, Known] = {}
        with self._store.reading() as session:
            alone, merged = VISITOR.c.merged_into_id.is_(None), _merged(session)
            for row in _read(session, ids, alone):
                candidate = _candidate(row)
                if gone := merged.get(row.id):
                    candidate = _with_merged(candidate, _read(session, gone, None))
                found[row.id] = Known(candidate, self._tables)
        return found


def _read(session: Session, ids: Sequence[int], condition: Any) -> Iterator[Any]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        asked = select(*_COLUMNS).where(VISITOR.c.id.in_(ids[start : start + IDS_AT_ONCE]))
        yield from session.execute(asked if condition is None else asked.where(condition))


def _candidate(row: Any) -> Candidate:
    document = document_key(row.document_kind, row.document_number)
    return Candidate(
        row.id,
        row.name,
        row.birth_date,
        row.sex,
        frozenset((row.phone,)) if row.phone else frozenset(),
        frozenset((document,)) if document else frozenset(),
        row.address,
    )


def _with_merged(candidate: Candidate, rows: Iterable[Any]) -> Candidate:
    phones, documents = set(candidate.phones), set(candidate.documents)
    for other in map(_candidate, rows):
        phones |= other.phones
        documents |= other.documents
    who, name, born, sex = candidate.visitor_id, candidate.name, candidate.birth_date, candidate.sex
    return Candidate(who, name, born, sex, frozenset(phones), frozenset(documents), candidate.address)


def _merged(session: Session) -> dict[int, list[int]]:
    """Return the records that went into each record that stands, over any number of merges."""
    asked = select(Merge.gone_id, Merge.kept_id).where(Merge.undone_at.is_(None))
    into: dict[int, int] = dict(session.execute(asked).all())
    found: dict[int, list[int]] = {}
    for gone in into:
        root = gone
        while root in into:
            root = into[root]
        found.setdefault(root, []).append(gone)
    return found


def _key(row: tuple[str, int]) -> str:
    return row[0]


def _by_birth(known: Known) -> tuple[str, int]:
    return known.eight, known.candidate.visitor_id or 0


def _pair(one: Known, other: Known) -> Pair:
    first, second = sorted((one.candidate.visitor_id or 0, other.candidate.visitor_id or 0))
    return first, second


# --- Writing ----------------------------------------------------------------------------------------------------


def _write(store: Store, scan_id: int, part: _Part, now: dt.datetime) -> None:
    """Write what a part found, and how far the search is."""
    likely = sorted(part.likely.items())
    for start in range(0, max(1, len(likely)), IDS_AT_ONCE):
        with store.writing() as session:
            _store_pairs(session, likely[start : start + IDS_AT_ONCE], now)
            if start + IDS_AT_ONCE >= len(likely):
                _note(session, scan_id, part, now)
            session.commit()


def _store_pairs(session: Session, likely: Sequence[tuple[Pair, Likeness]], now: dt.datetime) -> None:
    nobody = _erased(session, {who for pair, _ in likely for who in pair})
    likely = [(pair, found) for pair, found in likely if nobody.isdisjoint(pair)]
    there = _stored(session, [pair for pair, _ in likely])
    new = [_row(pair, found, now) for pair, found in likely if pair not in there]
    if new:
        session.execute(insert(PAIRS), new)
    for pair, found in likely:
        if there.get(pair) is PairState.OPEN:
            same = and_(PAIRS.c.one_id == pair[0], PAIRS.c.other_id == pair[1])
            values = {name: value for name, value in _row(pair, found, now).items() if name not in _DECIDED}
            session.execute(update(PAIRS).where(same).values(**values))


def _erased(session: Session, ids: Collection[int]) -> set[int]:
    """Return whose data was erased since it was read: of them nothing is written down again."""
    known, found = sorted(ids), set[int]()
    for start in range(0, len(known), IDS_AT_ONCE):
        part = VISITOR.c.id.in_(known[start : start + IDS_AT_ONCE])
        found.update(session.scalars(select(VISITOR.c.id).where(part, VISITOR.c.name == ERASED_NAME)))
    return found


_DECIDED: Final = frozenset({"one_id", "other_id", "state"})


def _stored(session: Session, pairs: Collection[Pair]) -> dict[Pair, PairState]:
    firsts = sorted({one for one, _ in pairs})
    asked = select(PAIRS.c.one_id, PAIRS.c.other_id, PAIRS.c.state).where(PAIRS.c.one_id.in_(firsts))
    return {(one, other): state for one, other, state in session.execute(asked)}


def _row(pair: Pair, found: Likeness, now: dt.datetime) -> dict[str, Any]:
    return {
        "one_id": pair[0],
        "other_id": pair[1],
        "score": found.score,
        "band": found.band,
        "reasons": msgspec.json.encode([reason.message for reason in found.reasons]).decode(),
        "found_at": now,
        "state": PairState.OPEN,
    }


def _note(session: Session, scan_id: int, part: _Part, now: dt.datetime) -> None:
    scan = session.get_one(PairScan, scan_id, with_for_update=True)
    scan.after = part.after
    scan.seconds += part.counts.seconds
    scan.blocks += part.counts.blocks
    scan.compared += part.counts.compared
    scan.found += part.counts.found
    # Until it ends this is the last sign of life: a search whose computer was switched off shows by it.
    scan.ended_at = now


def _end(store: Store, scan_id: int, state: ScanState, now: dt.datetime) -> ScanState:
    with store.writing() as session:
        scan = session.get_one(PairScan, scan_id, with_for_update=True)
        scan.state, scan.ended_at = state, now
        if state is ScanState.FINISHED:
            _forget_old(session, scan.started_at)
        session.commit()
    return state


def _forget_old(session: Session, began: dt.datetime) -> None:
    """Drop the undecided pairs that this search did not find again: somebody corrected a record since.

    Those of records that were out of the way, merged into another for some of the time, wait for the next search.
    """
    gone = select(Visitor.id).where(Visitor.merged_into_id.is_not(None), _is_in(Visitor.id))
    parted = select(Merge.gone_id).where(Merge.undone_at >= began)
    aside = {*session.scalars(gone), *session.scalars(parted)}
    old = and_(PAIRS.c.state == PairState.OPEN, PAIRS.c.found_at < began)
    asked = select(PAIRS.c.one_id, PAIRS.c.other_id).where(old)
    for one, other in session.execute(asked).all():
        if one not in aside and other not in aside:
            session.execute(delete(PAIRS).where(PAIRS.c.one_id == one, PAIRS.c.other_id == other))


def _is_in(visitor_id: Any) -> Any:
    return or_(
        visitor_id.in_(select(PAIRS.c.one_id).where(PAIRS.c.state == PairState.OPEN)),
        visitor_id.in_(select(PAIRS.c.other_id).where(PAIRS.c.state == PairState.OPEN)),
    )
