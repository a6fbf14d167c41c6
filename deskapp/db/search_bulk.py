"""Storing the best of every crowded prefix in one pass over all keys, after a bulk load.

The keys are read in order, so that all keys that begin with a prefix come one after the other. Open
prefixes form a stack; where keys part, the longer prefix closes, is stored if more than `HOT_OVER`
people share it, and hands its best to the shorter one. Only prefixes at which keys part or end need a
place on the stack: those between have the same people.

A visitor under a prefix is one number, `grade * people + place`, with the place counted from whoever
was here last: these numbers sort as ranks do. Memory: some 150 bytes a visitor.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from deskapp.db import search
from deskapp.db.engine import Store
from deskapp.db.search import BEGINS, EXACT, HOT, KEYS, LONGEST_PREFIX, MOMENT, PER_GRADE, PREFIX, VISITOR

Progress = Callable[[float], None]
AT_ONCE: Final = 10_000
CROWD: Final = 2_000
"""Numbers that gather on an open prefix before all but the best are dropped."""


def rebuild(store: Store, progress: Progress | None = None) -> int:
    """Find all prefixes that over `HOT_OVER` people share and store their best; return how many.

    One transaction: until it ends the lists of before hold, and no desk can store visitors.
    `progress` is told the share done, 0 to 1.
    """
    with store.writing() as session:
        search.hold_desks(session)
        session.execute(delete(HOT))
        session.execute(delete(PREFIX))
        people = _People(session)
        lists = _Lists(session, people)
        walk = _Walk(people.count, lists.add)
        for key, whole, part in _groups(_told(_keys(session), session, progress), people.places()):
            walk.enter(key, whole, part)
        walk.end()
        lists.flush()
        session.commit()
        return lists.count


class _People:
    """Everybody, in the order of who was here last."""

    def __init__(self, session: Session) -> None:
        self.ids = array("q")
        self.ranks = array("q")
        for visitor_id, moment in _streamed(
            session, select(VISITOR.c.id, MOMENT).order_by(MOMENT.desc(), VISITOR.c.id)
        ):
            self.ids.append(visitor_id)
            self.ranks.append(search.rank(EXACT, moment))
        self.count = len(self.ids)

    def places(self) -> dict[int, int]:
        """Return everybody's place by id."""
        return {visitor_id: place for place, visitor_id in enumerate(self.ids)}


def _streamed(session: Session, asked: Select[Any]) -> Iterable[Any]:
    return session.execute(asked, execution_options={"yield_per": AT_ONCE})


def _keys(session: Session) -> Iterable[tuple[str, int, int]]:
    return _streamed(session, select(KEYS.c.key, KEYS.c.visitor_id, KEYS.c.grade).order_by(KEYS.c.key))


def _told(rows: Iterable[Any], session: Session, progress: Progress | None) -> Iterable[Any]:
    if progress is None:
        return rows
    total = session.scalar(select(func.count()).select_from(KEYS)) or 1
    return _counted(rows, total, progress)


def _counted(rows: Iterable[Any], total: int, progress: Progress) -> Iterator[Any]:
    for done, row in enumerate(rows):
        if done % AT_ONCE == 0:
            progress(done / total)
        yield row
    progress(1.0)


def _groups(
    rows: Iterable[tuple[str, int, int]], places: dict[int, int]
) -> Iterator[tuple[str, list[int], list[int]]]:
    """Yield each key, in order, with the places of those whose whole name it is, and of the others.

    A key is cut behind the longest prefix that is ever stored.
    """
    last = key = ""
    whole: list[int] = []
    part: list[int] = []
    for found, visitor_id, grade in rows:
        if found != last:
            last = found
            cut = found[: LONGEST_PREFIX + 1]
            if cut != key:
                if key:
                    yield key, whole, part
                key, whole, part = cut, [], []
        (part if grade else whole).append(places[visitor_id])
    if key:
        yield key, whole, part


class _Open:
    """A prefix whose keys are still coming: its length, and the numbers found so far.

    `exact` are the places of those whose whole name the prefix is.
    """

    __slots__ = ("crowded", "exact", "length", "numbers")

    def __init__(self, length: int, exact: Sequence[int], numbers: list[int]) -> None:
        self.length = length
        self.exact = exact
        self.numbers = numbers
        self.crowded = False


class _Walk:
    """Goes through the keys in order and tells `store` each crowded prefix with its best numbers."""

    def __init__(self, people: int, store: Callable[[str, Sequence[int]], None]) -> None:
        self._people = people
        self._store = store
        self._key = ""
        self._open = [_Open(0, (), [])]

    def enter(self, key: str, whole: list[int], part: list[int]) -> None:
        """Take the next key with the places of its people."""
        self._close(_shared(self._key, key))
        self._key = key
        later = (BEGINS + 1) * self._people
        self._open.append(_Open(len(key), whole, [later + place for place in part]))

    def end(self) -> None:
        """Close all prefixes."""
        self._close(0)

    def _close(self, length: int) -> None:
        stack = self._open
        while stack[-1].length > length:
            closed = stack.pop()
            if stack[-1].length < length:
                stack.append(_Open(length, (), []))
            self._hand_down(closed, stack[-1])

    def _hand_down(self, closed: _Open, below: _Open) -> None:
        begins = BEGINS * self._people
        numbers = closed.numbers
        if closed.exact:
            numbers += [begins + place for place in closed.exact]
        if closed.crowded or len(numbers) > search.HOT_OVER:
            numbers, closed.crowded = self._best(numbers, crowded=closed.crowded)
            if closed.crowded:
                self._keep(closed, below.length, numbers)
        below.numbers += numbers
        below.crowded = below.crowded or closed.crowded
        if len(below.numbers) > CROWD:
            below.numbers, below.crowded = self._best(below.numbers, crowded=below.crowded)

    def _best(self, numbers: list[int], *, crowded: bool) -> tuple[list[int], bool]:
        """Return everybody's best number in order; of a crowd only the first."""
        numbers.sort(reverse=True)
        people = self._people
        best = list({number % people: number for number in numbers}.values())
        best.sort()
        crowded = crowded or len(best) > search.HOT_OVER
        return (best[: search.HOT_KEPT] if crowded else best), crowded

    def _keep(self, closed: _Open, shorter: int, numbers: list[int]) -> None:
        whole = closed.length
        for length in range(shorter + 1, min(whole, LONGEST_PREFIX + 1)):
            self._store(self._key[:length], numbers)
        if whole <= LONGEST_PREFIX:
            exact = [*closed.exact, *numbers] if closed.exact else numbers
            self._store(self._key[:whole], self._best(exact, crowded=True)[0])


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts have in common from their beginning."""
    if other.startswith(one):
        return len(one)
    for count, char in enumerate(one):
        if other[count] != char:
            break
    return count


class _Lists:
    """Writes the lists of crowded prefixes, many rows at a time."""

    def __init__(self, session: Session, people: _People) -> None:
        self._session = session
        self._people = people
        self._rows: list[dict[str, object]] = []
        self._prefixes: list[dict[str, object]] = []
        self.count = 0

    def add(self, prefix: str, numbers: Sequence[int]) -> None:
        """Store the best of one prefix."""
        people = self._people
        self._prefixes.append({"prefix": prefix})
        self.count += 1
        for number in numbers:
            grade, place = divmod(number, people.count)
            rank = grade * PER_GRADE + people.ranks[place]
            self._rows.append({"prefix": prefix, "rank": rank, "visitor_id": people.ids[place]})
        if len(self._rows) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        if self._rows:
            self._session.execute(insert(PREFIX), self._prefixes)
            self._session.execute(insert(HOT), self._rows)
        self._rows, self._prefixes = [], []
