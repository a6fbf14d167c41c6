"""Taking one record into another, and taking that back: inside a transaction that is already open.

The record that goes keeps its own row as it was; what hangs on it is re-pointed, and `visitor_merge.moved` says
what. Both rows are locked in the order of their numbers, so that two desks that merge at once wait for each other.
"""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from deskapp.db import audit, search
from deskapp.db.base import table_of
from deskapp.db.models.directory import Question
from deskapp.db.models.intake import Appointment, Consent, DuplicateKey, Visit, Visitor
from deskapp.db.models.people import LikelyPair, Merge
from deskapp.db.unit_of_work import Work
from deskapp.domain.directory import Seen
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import PairState, taken
from deskapp.domain.retention import erased_error, is_erased
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, RuleError
from deskapp.services.checks import plain_line
from deskapp.services.intake.keys import (
    blocking_keys,
    candidate_of,
    merged_records,
    standing_id,
    united_blocks,
    united_keys,
)

AT_ONCE: Final = 500
MERGE_TOPIC: Final = "merge"
_ADD_BLOCK: Final = insert(table_of(DuplicateKey))
_MOVED: Final[Mapping[str, Table]] = {
    "visits": table_of(Visit),
    "appointments": table_of(Appointment),
    "consents": table_of(Consent),
    "questions": table_of(Question),
}
_TOPICS: Final = {"visits": "visit", "appointments": "appointment", "questions": "question"}


@dataclass(frozen=True)
class MergeRef:
    """What merging returns: the merge, and the record that stands for both now."""

    id: int
    version: int
    kept_id: int
    kept_version: int


# --- Records that went into others ------------------------------------------------------------------------------


def merged_error(session: Session, visitor: Visitor) -> RuleError:
    """Return the refusal to change a record that went into another one."""
    code = session.scalar(select(Visitor.code).where(Visitor.id == standing_id(session, visitor.id)))
    message = N_("This record was merged into {code}. Open that one.")
    return RuleError("visitor.merged", Text(message, {"code": code or ""}))


def standing_visitor(session: Session, visitor_id: int) -> Visitor:
    """Return the record that stands for a visitor, locked: that of somebody who was merged leads to the kept one.

    Raises `RuleError` for one whose data was erased.
    """
    while True:
        visitor = session.get_one(Visitor, standing_id(session, visitor_id), with_for_update=True)
        if visitor.merged_into_id is None:
            break
    if is_erased(visitor.name):
        raise erased_error()
    return visitor


def replace_blocks(session: Session, visitor_id: int, old: Collection[str], new: Collection[str]) -> None:
    """Let a visitor be compared under the blocking keys `new` instead of `old`.

    Key by key: the table has no index by visitor.
    """
    known = sorted({*old, *new})
    for start in range(0, len(known), AT_ONCE):
        here = DuplicateKey.key.in_(known[start : start + AT_ONCE])
        session.execute(delete(DuplicateKey).where(here, DuplicateKey.visitor_id == visitor_id))
    if new:
        session.execute(_ADD_BLOCK, [{"key": key, "visitor_id": visitor_id} for key in sorted(new)])


def own_blocks(visitor: Visitor) -> frozenset[str]:
    """Return the blocking keys of a stored record by itself."""
    return blocking_keys(candidate_of(visitor.id, visitor))


@dataclass(frozen=True)
class _Standing:
    """Under what a visitor is found at one moment."""

    keys: Mapping[str, int]
    blocks: frozenset[str]
    moment: dt.datetime

    @classmethod
    def of(cls, session: Session, visitor: Visitor) -> _Standing:
        records = [visitor, *merged_records(session, visitor.id)]
        moment = visitor.last_visit or visitor.first_seen
        return cls(united_keys(records), united_blocks(records), moment)

    def give_way(self, session: Session, visitor_id: int, new: _Standing) -> None:
        """Let the visitor be found as `new` says from now on."""
        search.replace_keys(session, visitor_id, (self.keys, self.moment), (new.keys, new.moment))
        replace_blocks(session, visitor_id, self.blocks, new.blocks)

    def nowhere(self) -> _Standing:
        return _Standing({}, frozenset(), self.moment)


# --- Merging ----------------------------------------------------------------------------------------------------


def merge(
    work: Work, kept_seen: Seen, gone_seen: Seen, groups: Collection[str] | None, reason: str
) -> MergeRef:
    """Take the record `gone_seen` into `kept_seen`.

    `groups` names what the kept record takes from the other one (see `domain.people.GROUPS`), None for what is
    filled by itself. Raises `ConflictError` for a version that was not seen, `RuleError` for records that can't
    be merged.
    """
    reason = plain_line("reason", reason)
    kept, gone = _locked(work, kept_seen, gone_seen)
    session = work.session
    before = _Standing.of(session, kept), _Standing.of(session, gone)
    latest = _latest_visit(session, kept.id)
    moved = _move(work, gone.id, kept.id)
    moved["latest"] = latest.id if latest is not None else None
    moved["filled"] = _fill(kept, taken(kept, gone, groups))
    moved["presence"] = _unite_presence(kept, gone)
    moved["first_visit"] = _one_first_visit(session, kept.id)
    moved["pair"] = _settle_pair(work, kept.id, gone.id)
    gone.merged_into_id = kept.id
    for visitor in (kept, gone):
        visitor.version += 1
    row = Merge(
        kept_id=kept.id, gone_id=gone.id, at=work.now, account_id=work.actor.account_id, reason=reason
    )
    row.moved = audit.canonical(moved).decode()
    session.add(row)
    session.flush()
    before[1].give_way(session, gone.id, before[1].nowhere())
    before[0].give_way(session, kept.id, _Standing.of(session, kept))
    _tell(work, "visitor.merge", row.id, (kept, gone), _flat(moved["filled"]))
    _touch(work, moved)
    return MergeRef(row.id, row.version, kept.id, kept.version)


def _locked(work: Work, kept_seen: Seen, gone_seen: Seen) -> tuple[Visitor, Visitor]:
    if kept_seen.id == gone_seen.id:
        raise RuleError("merge.same", Text(N_("These are not two records but one.")))
    found = _lock(work.session, kept_seen.id, gone_seen.id)
    for seen in (kept_seen, gone_seen):
        visitor = found[seen.id]
        if is_erased(visitor.name):
            raise erased_error()
        if visitor.merged_into_id is not None:
            raise merged_error(work.session, visitor)
        if visitor.version != seen.version:
            raise ConflictError
    return found[kept_seen.id], found[gone_seen.id]


def _lock(session: Session, *ids: int) -> dict[int, Visitor]:
    return {who: session.get_one(Visitor, who, with_for_update=True) for who in sorted(ids)}


def _move(work: Work, gone_id: int, kept_id: int) -> dict[str, Any]:
    """Re-point everything that hangs on a record; return what, by kind."""
    moved: dict[str, Any] = {}
    for kind, table in _MOVED.items():
        asked = select(table.c.id).where(table.c.visitor_id == gone_id).order_by(table.c.id)
        moved[kind] = list(work.session.scalars(asked))
        _point(work.session, table, moved[kind], kept_id)
    return moved


def _point(session: Session, table: Table, ids: Sequence[int], visitor_id: int) -> None:
    newer = {"version": table.c.version + 1} if "version" in table.c else {}
    for start in range(0, len(ids), AT_ONCE):
        part = table.c.id.in_(ids[start : start + AT_ONCE])
        session.execute(update(table).where(part).values(visitor_id=visitor_id, **newer))


def _fill(kept: Visitor, values: Mapping[str, Mapping[str, tuple[Any, Any]]]) -> dict[str, Any]:
    """Put the values that were taken into the kept record; return them as they go into JSON."""
    for group in values.values():
        for name, (_, after) in group.items():
            setattr(kept, name, after)
    plain: dict[str, Any] = msgspec.to_builtins(values)
    return plain


def _unite_presence(kept: Visitor, gone: Visitor) -> dict[str, Any]:
    """Let the kept record say when its person was first and last here, and how often."""
    before = (kept.first_seen, kept.last_visit)
    kept.visits += gone.visits
    kept.first_seen = min(kept.first_seen, gone.first_seen)
    kept.last_visit = max(filter(None, (kept.last_visit, gone.last_visit)), default=None)
    return {
        "first_seen": _moments(before[0], kept.first_seen),
        "last_visit": _moments(before[1], kept.last_visit),
    }


def _moments(*moments: dt.datetime | None) -> list[str | None]:
    return [moment.astimezone(dt.UTC).isoformat() if moment else None for moment in moments]


def _one_first_visit(session: Session, visitor_id: int) -> list[int]:
    """Leave only the very first visit marked as the first one; return those that no longer are."""
    asked = select(Visit.id, Visit.first_visit).where(Visit.visitor_id == visitor_id)
    rows = session.execute(asked.order_by(Visit.opened_at, Visit.id)).all()
    later = [row.id for row in rows[1:] if row.first_visit]
    _mark_first(session, later, first=False)
    return later


def _mark_first(session: Session, ids: Sequence[int], *, first: bool) -> None:
    for start in range(0, len(ids), AT_ONCE):
        part = Visit.id.in_(ids[start : start + AT_ONCE])
        session.execute(update(table_of(Visit)).where(part).values(first_visit=first))


def _settle_pair(work: Work, one: int, other: int) -> dict[str, Any] | None:
    """Mark the likely pair as merged, where it was one; return what it was before."""
    pair = work.session.get(LikelyPair, (min(one, other), max(one, other)))
    if pair is None:
        return None
    before = {"state": pair.state, "by": pair.decided_by, "at": _moments(pair.decided_at)[0]}
    pair.state, pair.decided_by, pair.decided_at = PairState.MERGED, work.actor.account_id, work.now
    return before


# --- Taking it back ---------------------------------------------------------------------------------------------


def unmerge(work: Work, merge_id: int, version: int) -> MergeRef:
    """Take a merge back: what was moved goes back, what came after stays with the kept record.

    Raises `RuleError` unless it is the latest one that its record took part in.
    """
    session = work.session
    row = session.get_one(Merge, merge_id, with_for_update=True)
    if row.undone_at is not None:
        raise RuleError("merge.undone", Text(N_("This merge was taken back already.")))
    if row.version != version:
        raise ConflictError
    found = _lock(session, row.kept_id, row.gone_id)
    kept, gone = found[row.kept_id], found[row.gone_id]
    _demand_latest(session, row, kept)
    moved = msgspec.json.decode(row.moved)
    before = _Standing.of(session, kept)
    lost = _move_back(session, moved, kept, gone)
    blanked = _take_out(kept, moved["filled"])
    _part_presence(session, kept, gone, moved, lost)
    _mark_first(session, _firsts(session, row, moved["first_visit"]), first=True)
    _reopen_pair(session, kept.id, gone.id, moved["pair"])
    gone.merged_into_id = None
    row.undone_at, row.undone_by = work.now, work.actor.account_id
    for record in (kept, gone, row):
        record.version += 1
    session.flush()
    before.give_way(session, kept.id, _Standing.of(session, kept))
    back = _Standing.of(session, gone)
    back.nowhere().give_way(session, gone.id, back)
    put_back = {name: (after, before) for name, (before, after) in _flat(blanked).items()}
    _tell(work, "visitor.unmerge", row.id, (kept, gone), put_back)
    _touch(work, moved)
    return MergeRef(row.id, row.version, kept.id, kept.version)


def _demand_latest(session: Session, row: Merge, kept: Visitor) -> None:
    if is_erased(kept.name):
        raise erased_error()
    if kept.merged_into_id is not None:
        into = session.get_one(Visitor, kept.merged_into_id).code
        message = N_("{code} was itself merged into {into} later. Take that back first.")
        raise RuleError("merge.chained", Text(message, {"code": kept.code, "into": into}))
    later = select(Merge.gone_id).where(
        Merge.kept_id == kept.id, Merge.id > row.id, Merge.undone_at.is_(None)
    )
    newest = session.scalar(later.order_by(Merge.id.desc()).limit(1))
    if newest is not None:
        code = session.get_one(Visitor, newest).code
        message = N_("{code} was merged into this record later. Take that back first.")
        raise RuleError("merge.not-latest", Text(message, {"code": code}))


def _move_back(session: Session, moved: Mapping[str, Any], kept: Visitor, gone: Visitor) -> int:
    """Re-point what was moved and still is with the kept record; return how many visits are not."""
    lost = 0
    for kind, table in _MOVED.items():
        still: list[int] = []
        for start in range(0, len(moved[kind]), AT_ONCE):
            part = table.c.id.in_(moved[kind][start : start + AT_ONCE])
            still += session.scalars(select(table.c.id).where(part, table.c.visitor_id == kept.id)).all()
        _point(session, table, still, gone.id)
        lost += len(moved[kind]) - len(still) if kind == "visits" else 0
    return lost


def _take_out(kept: Visitor, filled: Mapping[str, Any]) -> dict[str, Any]:
    """Put back what the kept record said before, except where somebody changed it since; return what was put back."""
    back: dict[str, Any] = {}
    for group, values in filled.items():
        now = msgspec.to_builtins({name: getattr(kept, name) for name in values})
        if now != {name: after for name, (_, after) in values.items()}:
            continue
        back[group] = values
        for name, (before, _) in values.items():
            setattr(kept, name, msgspec.convert(before, _types()[name]))
    return back


@cache
def _types() -> dict[str, Any]:
    return typing.get_type_hints(VisitorDraft) | {"division": str, "responsible_doctor_id": int | None}


def _part_presence(
    session: Session, kept: Visitor, gone: Visitor, moved: Mapping[str, Any], lost: int
) -> None:
    """Let both records say again when their persons were here; `lost` visits went elsewhere meanwhile."""
    kept.visits -= gone.visits - lost
    first, last = moved["presence"]["first_seen"], moved["presence"]["last_visit"]
    if _moments(kept.first_seen)[0] == first[1]:
        kept.first_seen = dt.datetime.fromisoformat(first[0])
    latest = _latest_visit(session, kept.id)
    if latest is None:
        kept.last_visit = None
    elif latest.id == moved.get("latest") and last[0]:
        kept.last_visit = dt.datetime.fromisoformat(last[0])
    else:
        kept.last_visit = latest.opened_at
    if lost:
        gone.visits -= lost
        latest = _latest_visit(session, gone.id)
        gone.last_visit = latest.opened_at if latest is not None else None


def _latest_visit(session: Session, visitor_id: int) -> Any:
    asked = select(Visit.id, Visit.opened_at).where(Visit.visitor_id == visitor_id)
    return session.execute(asked.order_by(Visit.opened_at.desc(), Visit.id.desc()).limit(1)).first()


def _firsts(session: Session, row: Merge, marked: Sequence[int]) -> list[int]:
    """Return the visits that are first ones again: those of before, and the kept record's own where it had none.

    A visit that was given to somebody else meanwhile says itself whether it was the first.
    """
    theirs: list[int] = []
    for start in range(0, len(marked), AT_ONCE):
        part = Visit.id.in_(marked[start : start + AT_ONCE])
        theirs += session.scalars(
            select(Visit.id).where(part, Visit.visitor_id.in_((row.kept_id, row.gone_id)))
        )
    asked = select(Visit.id, Visit.opened_at).where(Visit.visitor_id == row.kept_id)
    own = session.execute(asked.order_by(Visit.opened_at, Visit.id).limit(1)).first()
    return [*theirs, own.id] if own is not None and own.opened_at >= row.at else theirs


def _reopen_pair(session: Session, one: int, other: int, before: Mapping[str, Any] | None) -> None:
    pair = session.get(LikelyPair, (min(one, other), max(one, other)))
    if pair is None or before is None or pair.state is not PairState.MERGED:
        return
    pair.state, pair.decided_by = PairState(before["state"]), before["by"]
    pair.decided_at = dt.datetime.fromisoformat(before["at"]) if before["at"] else None


# --- What is told ------------------------------------------------------------------------------------------------


def _flat(filled: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values for group in filled.values() for name, values in group.items()}


def _tell(
    work: Work, action: str, merge_id: int, both: tuple[Visitor, Visitor], changes: Mapping[str, Any]
) -> None:
    """Write into both records' trails what happened; `changes` are fields of the kept one, before and after.

    What was filled in is told in a line of the merge's own: it is the other person's when the merge was a mistake, and
    has to go when either of the two is erased.
    """
    kept, gone = both
    before = {name: values[0] for name, values in changes.items()}
    after = {name: values[1] for name, values in changes.items()}
    work.record(action, MERGE_TOPIC, merge_id, before=before, after={**after, "other": gone.code})
    work.record(action, "visitor", kept.id, after={"other": gone.code})
    work.record(action, "visitor", gone.id, after={"other": kept.code})
    work.touch("pair", min(kept.id, gone.id), max(kept.id, gone.id))


def _touch(work: Work, moved: Mapping[str, Any]) -> None:
    for kind, topic in _TOPICS.items():
        if moved[kind]:
            work.touch(topic, *moved[kind])
