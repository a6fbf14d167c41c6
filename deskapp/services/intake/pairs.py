"""Likely pairs: listed with why, decided by a person, searched for in a process of its own."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Account
from deskapp.db.models.intake import Visitor
from deskapp.db.models.people import LikelyPair, PairScan
from deskapp.db.pair_process import Job, Running, Search, Told
from deskapp.db.unit_of_work import Work
from deskapp.domain.directory import Seen
from deskapp.domain.duplicates import Band, compare
from deskapp.domain.identity import mask_document, mask_phone
from deskapp.domain.people import GROUPS, Difference, PairState, ScanState, differences
from deskapp.domain.registration import Sex
from deskapp.domain.retention import erased_error, is_erased
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, RuleError
from deskapp.names_table import load
from deskapp.services.intake.keys import also_known, candidate_of, united
from deskapp.services.intake.merging import merged_error

SILENT_AFTER: Final = dt.timedelta(minutes=2)
"""A search that says it runs and has written nothing for so long was broken off with its computer."""
PairId = tuple[int, int]


@dataclass(frozen=True)
class Place:
    """Where a pair stands in its list: by its score while it waits, by when it was decided afterwards."""

    id: PairId
    score: float
    decided_at: dt.datetime | None


@dataclass(frozen=True)
class PairSide:
    """One of two records, as a list shows it: phone and document masked."""

    id: int
    code: str
    name: str
    sex: Sex
    birth_date: dt.date | None
    phone: str
    document: str
    visits: int
    last_visit: dt.datetime | None


@dataclass(frozen=True)
class PairRow:
    """A likely pair: how surely it is one person, 0 to 1, and why, strongest first."""

    id: PairId
    one: PairSide
    other: PairSide
    score: float
    certain: bool
    reasons: tuple[Text, ...]
    state: PairState
    decided_at: dt.datetime | None = None
    decided_by: str = ""
    """Who decided; "" while nobody has."""

    @property
    def place(self) -> Place:
        """Where it stands in its list."""
        return Place(self.id, self.score, self.decided_at)


@dataclass(frozen=True)
class PairPart:
    """Some pairs: the surest, of those decided the latest first; how many wait in all; whether there are more."""

    pairs: tuple[PairRow, ...]
    open: int
    more: bool


@dataclass(frozen=True)
class WholeRecord:
    """One of two records, whole: whoever decides has to see in what they differ. `seen` is for merging."""

    seen: Seen
    code: str
    values: tuple[tuple[str, object], ...]
    """What each group of fields (`domain.people.GROUPS`) says, in their order; None where there is nothing."""

    first_seen: dt.datetime
    last_visit: dt.datetime | None
    visits: int


@dataclass(frozen=True)
class Comparison:
    """Two records side by side.

    `differing` are the groups in which they differ. `fills` says, for either one kept (by its number), what it
    would take from the other: (group, kept, gone, by itself).
    """

    one: WholeRecord
    other: WholeRecord
    differing: frozenset[str]
    fills: tuple[tuple[int, tuple[Difference, ...]], ...]
    score: float
    certain: bool
    reasons: tuple[Text, ...]
    state: PairState | None
    decided_at: dt.datetime | None = None
    decided_by: str = ""

    def filled(self, kept_id: int) -> tuple[Difference, ...]:
        """Return what the record kept would take from the other one."""
        return dict(self.fills)[kept_id]


@dataclass(frozen=True)
class ScanView:
    """The last search: how far it is, 0 to 1 where known here, and what it did so far."""

    id: int
    state: ScanState
    started_at: dt.datetime
    seconds: float
    blocks: int
    compared: int
    found: int
    share: float | None
    here: bool
    """Whether this computer is searching."""

    failure: Text | None = None


# --- Listing ----------------------------------------------------------------------------------------------------

_ONE, _OTHER = aliased(Visitor), aliased(Visitor)


def _stand() -> Any:
    """Return the condition that both records still stand for themselves."""
    return and_(_ONE.merged_into_id.is_(None), _OTHER.merged_into_id.is_(None))


def _listed(state: PairState) -> Any:
    return (
        select(LikelyPair, _ONE, _OTHER, Account.name)
        .outerjoin(Account, Account.id == LikelyPair.decided_by)
        .join(_ONE, _ONE.id == LikelyPair.one_id)
        .join(_OTHER, _OTHER.id == LikelyPair.other_id)
        .where(LikelyPair.state == state, _stand())
    )


def listed(session: Session, state: PairState, limit: int, after: Place | None) -> PairPart:
    """Return the pairs of a state behind a place: the surest first, of those that are decided the latest."""
    by: Any = LikelyPair.score if state is PairState.OPEN else LikelyPair.decided_at
    asked = _listed(state).order_by(by.desc(), LikelyPair.one_id, LikelyPair.other_id)
    value = None if after is None else after.score if state is PairState.OPEN else after.decided_at
    if after is not None and value is not None:
        one, other = after.id
        behind = or_(LikelyPair.one_id > one, and_(LikelyPair.one_id == one, LikelyPair.other_id > other))
        asked = asked.where(or_(by < value, and_(by == value, behind)))
    rows = session.execute(asked.limit(limit + 1)).all()
    waiting = _listed(PairState.OPEN).with_only_columns(func.count())
    count = session.scalar(waiting)
    return PairPart(tuple(_pair_row(*row) for row in rows[:limit]), count or 0, len(rows) > limit)


def _pair_row(pair: LikelyPair, one: Visitor, other: Visitor, by: str | None) -> PairRow:
    reasons = tuple(Text(words) for words in msgspec.json.decode(pair.reasons, type=list[str]))
    certain = pair.band is Band.SAME
    both = (pair.one_id, pair.other_id)
    decided = (pair.state, pair.decided_at, by or "")
    return PairRow(both, _side(one), _side(other), pair.score, certain, reasons, *decided)


def _side(visitor: Visitor) -> PairSide:
    return PairSide(
        visitor.id,
        visitor.code,
        visitor.name,
        visitor.sex,
        visitor.birth_date,
        mask_phone(visitor.phone),
        mask_document(visitor.document_number),
        visitor.visits,
        visitor.last_visit,
    )


def comparison(session: Session, one_id: int, other_id: int) -> Comparison:
    """Return two records side by side. Raises `RuleError` for one that does not stand for itself any more."""
    one, other = _standing(session, one_id), _standing(session, other_id)
    if one_id == other_id:
        raise RuleError("merge.same", Text(N_("These are not two records but one.")))
    earlier = also_known(session, [one.id, other.id])
    sides = [united(candidate_of(side.id, side), earlier.get(side.id, ())) for side in (one, other)]
    found = compare(sides[0], sides[1], load())
    pair = session.get(LikelyPair, (min(one.id, other.id), max(one.id, other.id)))
    differing = {
        group
        for group, names in GROUPS.items()
        if any(getattr(one, name) != getattr(other, name) for name in names)
    }
    return Comparison(
        _whole(one),
        _whole(other),
        frozenset(differing),
        ((one.id, tuple(differences(one, other))), (other.id, tuple(differences(other, one)))),
        found.score,
        found.band is Band.SAME,
        found.reasons,
        *_decided(session, pair),
    )


def _decided(session: Session, pair: LikelyPair | None) -> tuple[PairState | None, dt.datetime | None, str]:
    """Return how a pair was decided, when and by whom."""
    if pair is None:
        return None, None, ""
    by = session.scalar(select(Account.name).where(Account.id == pair.decided_by))
    return pair.state, pair.decided_at, by or ""


def _standing(session: Session, visitor_id: int) -> Visitor:
    visitor = session.get_one(Visitor, visitor_id)
    if is_erased(visitor.name):
        raise erased_error()
    if visitor.merged_into_id is not None:
        raise merged_error(session, visitor)
    return visitor


def _whole(visitor: Visitor) -> WholeRecord:
    shown = ((name, group) for name, group in GROUPS.items() if name != "responsible_doctor_id")
    values = tuple((name, _said(visitor, name, group)) for name, group in shown)
    seen = Seen(visitor.id, visitor.version)
    return WholeRecord(seen, visitor.code, values, visitor.first_seen, visitor.last_visit, visitor.visits)


def _said(visitor: Visitor, name: str, group: Sequence[str]) -> object:
    value = getattr(visitor, name)
    beside = [getattr(visitor, other) for other in group if other != name and other in _SHOWN_BESIDE]
    return (value, *beside) if any(beside) else value


_SHOWN_BESIDE: Final = frozenset({"document_kind", "allergy_text", "contact_phone", "guardian_phone"})


# --- Deciding ---------------------------------------------------------------------------------------------------


def decide(work: Work, one_id: int, other_id: int, before: PairState, after: PairState) -> None:
    """Remember what somebody decided of a pair. Raises `ConflictError` where another desk was faster."""
    first, second = sorted((one_id, other_id))
    pair = work.session.get(LikelyPair, (first, second), with_for_update=True)
    if pair is None or pair.state is not before:
        raise ConflictError
    pair.state = after
    is_open = after is PairState.OPEN
    pair.decided_by = None if is_open else work.actor.account_id
    pair.decided_at = None if is_open else work.now
    if is_open:
        # A search under way has passed by what was decided: it must not take the pair for one that is likely no more.
        pair.found_at = work.now
    codes = work.session.scalars(select(Visitor.code).where(Visitor.id.in_([first, second]))).all()
    action = "pair.reopened" if is_open else "pair.different"
    work.record(
        action, "pair", None, before={"state": before}, after={"state": after, "records": sorted(codes)}
    )
    work.touch("pair", first, second)


def add_different(work: Work, one_id: int, other_id: int) -> None:
    """Remember of two records that no search has paired yet that they are two people."""
    first, second = sorted((one_id, other_id))
    found = comparison(work.session, first, second)
    if found.state is not None:
        decide(work, first, second, PairState.OPEN, PairState.DIFFERENT)
        return
    reasons = msgspec.json.encode([reason.message for reason in found.reasons]).decode()
    band = Band.SAME if found.certain else Band.ASK
    pair = {"one_id": first, "other_id": second, "score": found.score, "band": band, "reasons": reasons}
    _add(work.session, {**pair, "found_at": work.now, "state": PairState.OPEN})
    decide(work, first, second, PairState.OPEN, PairState.DIFFERENT)


def _add(session: Session, pair: dict[str, Any]) -> None:
    """Store a pair, unless another desk or a search stored it a moment ago."""
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table_of(LikelyPair)).values(pair).on_conflict_do_nothing())


# --- Searching --------------------------------------------------------------------------------------------------


def latest_scan(session: Session) -> PairScan | None:
    """Return the search begun last."""
    return session.scalar(select(PairScan).order_by(PairScan.id.desc()).limit(1))


def begin_scan(work: Work) -> int:
    """Go on with the search that was stopped, else begin a new one; return its number.

    Raises `RuleError` while one is under way.
    """
    scan = latest_scan(work.session)
    if scan is not None and scan.state is ScanState.RUNNING and not _is_silent(scan, work.now):
        raise RuleError("pairs.running", Text(N_("Likely pairs are being searched already.")))
    if scan is None or scan.state is ScanState.FINISHED:
        scan = PairScan(started_at=work.now, state=ScanState.RUNNING)
        work.session.add(scan)
    scan.state, scan.ended_at = ScanState.RUNNING, work.now
    work.session.flush()
    work.record("pairs.search", "pair", None, after={"after": bool(scan.after)})
    return scan.id


def _is_silent(scan: PairScan, now: dt.datetime) -> bool:
    return now - (scan.ended_at or scan.started_at) > SILENT_AFTER


class Searcher:
    """The search that this computer carries out, if it does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._running: Search | None = None
        self.begin: Callable[[Job], Search] = Running
        """How a search is begun; tests do it without a process."""

    def start(self, scan_id: int, now: dt.datetime) -> None:
        """Search in a child process."""
        with self._lock:
            self._running = self.begin(Job(self._store.url, self._store.key, scan_id, now))

    def look(self) -> Told | None:
        """Return how far the search of this computer is; None where it does not search."""
        with self._lock:
            return self._running.look() if self._running is not None else None

    def stop(self) -> Told | None:
        """End the search of this computer, and wait until it has ended."""
        with self._lock:
            if self._running is None:
                return None
            self._running.stop()
            return self._running.wait()


def scan_view(scan: PairScan, told: Told | None, now: dt.datetime) -> ScanView:
    """Return a search as it is shown; `told` is what the process of this computer says."""
    here = told is not None and told.state is ScanState.RUNNING
    # What ended here may go on at another desk meanwhile: only silence tells.
    broken_off = scan.state is ScanState.RUNNING and not here and _is_silent(scan, now)
    failure = told.failure[1] if told is not None and told.failure is not None else None
    share = told.done / told.total if told is not None and here and told.total else None
    return ScanView(
        scan.id,
        ScanState.STOPPED if broken_off else scan.state,
        scan.started_at,
        scan.seconds,
        scan.blocks,
        scan.compared,
        scan.found,
        share,
        here,
        failure,
    )
