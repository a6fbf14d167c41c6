"""Finding visitors by any fragment of name, reading, phone, document or code.

`search_key` holds, for each visitor, every key that a typed query may begin (suffixes included), so
that a search is one range of a B-tree. A prefix that many people share would make that range long:
for each prefix that over `HOT_OVER` people share, the best are kept, sorted, in `hot_hit`.
What is kept of a prefix are always its very best: `HOT_KEPT` when filled, more when newer ones rank
before the last of them, fewer when some are edited away; `tend` brings the length back.

Rank: whole name or number first, then what begins it, then a later part; within that, whoever was
here last. A rank is one integer, smallest first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Integer, Select, and_, bindparam, case, delete, func, insert, select, text
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.intake import HotHit, HotPrefix, SearchKey, Visitor

HOT_OVER: Final = 200
"""People under one prefix from which on its best are stored. Each of them is a page to read and decrypt, some
25 microseconds: with 500 the slowest searches took twice as long (see benchmarks)."""
HOT_KEPT: Final = 200
KEPT_AT_LEAST: Final = 150
KEPT_AT_MOST: Final = 400
PATIENCE_MILLISECONDS: Final = 1000
LONGEST_PREFIX: Final = 24
EXACT, BEGINS, PART = 0, 1, 2
PER_GRADE: Final = 1 << 40
"""Ranks of one grade: more than there are seconds."""
_LAST: Final = "\U0010ffff"

KEYS = table_of(SearchKey)
HOT = table_of(HotHit)
PREFIX = table_of(HotPrefix)
VISITOR = table_of(Visitor)
MOMENT: Final = func.coalesce(VISITOR.c.last_visit, VISITOR.c.first_seen)


def rank(grade: int, moment: dt.datetime) -> int:
    """Return the sort rank of a match of `grade` on somebody last here at `moment`."""
    return grade * PER_GRADE + _absence(moment)


def _absence(moment: dt.datetime) -> int:
    """Return what is the smaller the later somebody was here."""
    return PER_GRADE - 1 - int(moment.timestamp())


def prefixes(keys: Mapping[str, int]) -> dict[str, int]:
    """Return every prefix of the keys with its best grade; `keys` maps key to 0 whole, 1 part."""
    found: dict[str, int] = {}
    for key, part in keys.items():
        grade = BEGINS + part
        for end in range(1, min(len(key), LONGEST_PREFIX) + 1):
            prefix = key[:end]
            best = EXACT if not part and end == len(key) else grade
            if best < found.get(prefix, PART + 1):
                found[prefix] = best
    return found


def store_keys(session: Session, visitor_id: int, keys: Mapping[str, int], moment: dt.datetime) -> None:
    """Index a new visitor under `keys`."""
    rows = [{"key": key, "visitor_id": visitor_id, "grade": grade} for key, grade in keys.items()]
    if rows:
        session.execute(_ADD_KEY, rows)
    _move_hot(session, visitor_id, {}, _ranks(keys, moment))


def replace_keys(
    session: Session,
    visitor_id: int,
    old: tuple[Mapping[str, int], dt.datetime],
    new: tuple[Mapping[str, int], dt.datetime],
) -> None:
    """Index an edited visitor anew; the pairs are (keys, moment of last presence)."""
    if gone := set(old[0]) - set(new[0]):
        session.execute(delete(SearchKey).where(SearchKey.visitor_id == visitor_id, SearchKey.key.in_(gone)))
    changed = {key for key, grade in new[0].items() if key in old[0] and old[0][key] != grade}
    for key in changed:
        session.execute(
            KEYS.update().where(KEYS.c.key == key, KEYS.c.visitor_id == visitor_id).values(grade=new[0][key])
        )
    added = [
        {"key": key, "visitor_id": visitor_id, "grade": grade}
        for key, grade in new[0].items()
        if key not in old[0]
    ]
    if added:
        session.execute(_ADD_KEY, added)
    _move_hot(session, visitor_id, _ranks(*old), _ranks(*new))


def refresh_moment(
    session: Session, visitor_id: int, keys: Mapping[str, int], old: dt.datetime, new: dt.datetime
) -> None:
    """Move a visitor who is here again to the front of the hot lists they are in."""
    if int(old.timestamp()) != int(new.timestamp()):
        _move_hot(session, visitor_id, _ranks(keys, old), _ranks(keys, new))


def _hot_among(session: Session, found: Collection[str]) -> dict[str, int | None]:
    """Return those of the prefixes whose best are kept, each with the last rank that is."""
    return dict(session.execute(_KEPT_TO, {"found": found}).all()) if found else {}


def _ranks(keys: Mapping[str, int], moment: dt.datetime) -> dict[str, int]:
    absence = _absence(moment)
    return {prefix: grade * PER_GRADE + absence for prefix, grade in prefixes(keys).items()}


def _move_hot(session: Session, visitor_id: int, old: Mapping[str, int], new: Mapping[str, int]) -> None:
    """Bring the kept lists from the ranks `old` by prefix to `new`, touching only what differs."""
    changed = {prefix for prefix, _rank in old.items() ^ new.items()}
    hot = _hot_among(session, changed)
    gone = [{"of": prefix, "at": old[prefix], "who": visitor_id} for prefix in hot if prefix in old]
    # Behind the last one kept there may be others who are not kept and come first.
    come = [
        {"prefix": prefix, "rank": new[prefix], "visitor_id": visitor_id}
        for prefix, last in hot.items()
        if last is not None and new.get(prefix, last) < last
    ]
    if gone:
        session.connection().execute(_DROP, gone)
    if come:
        session.execute(_ADD_HOT, come)


# Statements on tables, made once: through the mapped classes each insert takes four times as long.
_ADD_KEY: Final = insert(KEYS)
_ADD_HOT: Final = insert(HOT)
_KEPT_TO: Final = select(
    PREFIX.c.prefix,
    select(HOT.c.rank)
    .where(HOT.c.prefix == PREFIX.c.prefix)
    .order_by(HOT.c.rank.desc())
    .limit(1)
    .scalar_subquery(),
).where(PREFIX.c.prefix.in_(bindparam("found", expanding=True)))
_DROP: Final = delete(HOT).where(
    HOT.c.prefix == bindparam("of"), HOT.c.rank == bindparam("at"), HOT.c.visitor_id == bindparam("who")
)


@dataclass(frozen=True)
class Found:
    """The best ids under a prefix, whether they stood there ready, and whether they had better."""

    ids: Sequence[int]
    kept: bool
    crowded: bool = False


def find(session: Session, prefix: str, limit: int) -> list[int]:
    """Return the ids of the best `limit` visitors with a key that begins with `prefix`."""
    return list(look(session, prefix, limit).ids)


def look(session: Session, prefix: str, limit: int) -> Found:
    """Return the best `limit` visitors with a key that begins with `prefix`."""
    kept = session.scalars(_KEPT, {"prefix": prefix, "count": limit}).all()
    if len(kept) == limit:
        return Found(kept, kept=True)
    # Everybody is put in order anyway: asking for some more says how many there are.
    wanted = {"prefix": prefix, "behind": prefix + _LAST, "count": max(limit, HOT_OVER + 1)}
    ids = session.scalars(_RANKED, wanted).all()
    return Found(ids[:limit], kept=False, crowded=len(ids) > HOT_OVER and len(prefix) <= LONGEST_PREFIX)


def in_range(prefix: str) -> Any:
    """Return the condition that a stored key begins with `prefix`."""
    return and_(KEYS.c.key >= prefix, KEYS.c.key < prefix + _LAST)


def _grade(prefix: Any) -> Any:
    exact = and_(KEYS.c.grade == 0, KEYS.c.key == prefix)
    return case((exact, EXACT), else_=BEGINS + KEYS.c.grade)


def _ranked() -> Select[int]:
    """Return the query for everybody under a prefix, best first."""
    prefix = bindparam("prefix", type_=KEYS.c.key.type)
    behind = bindparam("behind", type_=KEYS.c.key.type)
    hits = (
        select(KEYS.c.visitor_id, func.min(_grade(prefix)).label("grade"))
        .where(KEYS.c.key >= prefix, KEYS.c.key < behind)
        .group_by(KEYS.c.visitor_id)
        .subquery()
    )
    return (
        select(hits.c.visitor_id)
        .join(VISITOR, VISITOR.c.id == hits.c.visitor_id)
        .order_by(hits.c.grade, MOMENT.desc(), hits.c.visitor_id)
        .limit(bindparam("count", type_=Integer))
    )


# Made once: putting a statement together takes longer than most searches.
_RANKED: Final = _ranked()
_KEPT: Final = (
    select(HOT.c.visitor_id)
    .where(HOT.c.prefix == bindparam("prefix"))
    .order_by(HOT.c.rank, HOT.c.visitor_id)
    .limit(bindparam("count", type_=Integer))
)


def keep_best(session: Session, wanted: Iterable[str]) -> None:
    """Store the best of each prefix anew; of one that fewer than `HOT_KEPT` people share, nothing.

    Nobody may be registered or edited meanwhile. Raises `StorageError` when a server's desks are so
    busy that they can't be stopped for the moment this takes.
    """
    crowded = list(wanted)
    if crowded:
        hold_desks(session)
    for prefix in crowded:
        session.execute(delete(HOT).where(HOT.c.prefix == prefix))
        session.execute(delete(PREFIX).where(PREFIX.c.prefix == prefix))
        rows = _best(session, prefix)
        if len(rows) == HOT_KEPT:
            session.execute(insert(PREFIX).values(prefix=prefix))
            session.execute(insert(HOT), rows)


def hold_desks(session: Session) -> None:
    """Keep other desks from storing visitors until this transaction ends; SQLite does so anyway.

    Every registration, edit and arrival writes a visitor's row before it looks for kept prefixes.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_MILLISECONDS}ms'"))
        session.execute(text("LOCK TABLE visitor IN SHARE MODE"))


def _best(session: Session, prefix: str) -> list[dict[str, object]]:
    best = (
        select(KEYS.c.visitor_id, func.min(_grade(prefix)).label("grade"), func.max(MOMENT).label("moment"))
        .join(VISITOR, VISITOR.c.id == KEYS.c.visitor_id)
        .where(in_range(prefix))
        .group_by(KEYS.c.visitor_id)
        .order_by("grade", func.max(MOMENT).desc(), KEYS.c.visitor_id)
        .limit(HOT_KEPT)
    )
    return [
        {"prefix": prefix, "rank": rank(row.grade, row.moment), "visitor_id": row.visitor_id}
        for row in session.execute(best)
    ]


def tend(session: Session, after: str, count: int) -> str:
    """Trim or refill what is kept of the next `count` prefixes behind `after`.

    Return the last one looked at, to go on from there; "" at the end.
    """
    following = select(PREFIX.c.prefix).where(PREFIX.c.prefix > after).order_by(PREFIX.c.prefix)
    names = session.scalars(following.limit(count)).all()
    lengths = select(HOT.c.prefix, func.count()).where(HOT.c.prefix.in_(names)).group_by(HOT.c.prefix)
    kept: dict[str, int] = dict(session.execute(lengths).all())
    for name in names:
        if kept.get(name, 0) > KEPT_AT_MOST:
            last = select(HOT.c.rank).where(HOT.c.prefix == name).order_by(HOT.c.rank).offset(HOT_KEPT - 1)
            behind = HOT.c.rank > session.scalars(last.limit(1)).one()
            session.execute(delete(HOT).where(HOT.c.prefix == name, behind))
    if poor := [name for name in names if kept.get(name, 0) < KEPT_AT_LEAST]:
        keep_best(session, poor)
    return names[-1] if len(names) == count else ""
