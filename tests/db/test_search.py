"""Who is found under a prefix, and in which order: always what looking through everybody would give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from deskapp.db import search
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.intake import HotHit, HotPrefix, SearchKey, Visitor
from deskapp.errors import StorageError
from tests.db.rows import FIRST, add_people, visitor_row

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.writing() as opened:
        yield opened


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make lists of 6 out of prefixes that over 8 share, kept between 4 and 10."""
    for name, value in {"HOT_OVER": 8, "HOT_KEPT": 6, "KEPT_AT_LEAST": 4, "KEPT_AT_MOST": 10}.items():
        monkeypatch.setattr(search, name, value)


def everybody(session: Session, prefix: str) -> list[tuple[int, int]]:
    """Return (rank, id) of everybody under `prefix` in order, by looking at each key in Python."""
    moments = {row.id: row.last_visit or row.first_seen for row in session.scalars(select(Visitor))}
    best: dict[int, int] = {}
    keys = table_of(SearchKey)
    for key, visitor, grade in session.execute(select(keys.c.key, keys.c.visitor_id, keys.c.grade)):
        if key.startswith(prefix):
            found = 0 if grade == 0 and key == prefix else 1 + grade
            best[visitor] = min(found, best.get(visitor, 9))
    return sorted((search.rank(grade, moments[visitor]), visitor) for visitor, grade in best.items())


def expected(session: Session, prefix: str, limit: int) -> list[int]:
    return [visitor for _rank, visitor in everybody(session, prefix)[:limit]]


def kept(session: Session, prefix: str) -> list[tuple[int, int]]:
    hits = table_of(HotHit)
    asked = select(hits.c.rank, hits.c.visitor_id).where(hits.c.prefix == prefix)
    return [tuple(row) for row in session.execute(asked.order_by(hits.c.rank, hits.c.visitor_id))]


def test_whole_names_come_first_then_beginnings_then_later_parts(session: Session) -> None:
    add_people(
        session,
        {1: {"wangli": 0, "li": 1}, 2: {"li": 0}, 3: {"liwei": 0, "wei": 1}, 4: {"lina": 0}, 5: {"zhang": 0}},
    )
    assert search.find(session, "li", 50) == [2, 4, 3, 1]
    assert search.find(session, "li", 2) == [2, 4]
    assert search.find(session, "wei", 50) == [3]
    assert search.find(session, "x", 50) == []


def test_within_a_grade_whoever_was_here_last_comes_first(session: Session) -> None:
    add_people(session, {number: {"li": 0} for number in range(1, 5)})
    session.execute(update(Visitor).where(Visitor.id == 2).values(last_visit=NOW))
    session.execute(update(Visitor).where(Visitor.id == 4).values(last_visit=NOW - dt.timedelta(1)))
    assert search.find(session, "li", 50) == [2, 4, 3, 1]


def test_a_visitor_with_several_keys_under_a_prefix_is_listed_once_at_the_best(session: Session) -> None:
    add_people(session, {1: {"wang": 1, "w": 0, "wei": 1}, 2: {"wu": 0}})
    assert search.find(session, "w", 50) == [1, 2]


@pytest.mark.parametrize("sign", ["%", "_", "'", "\\", "[", "王", "𠮷", "ө", "\U0010fffe"])
def test_no_sign_has_a_meaning_of_its_own(session: Session, sign: str) -> None:
    add_people(session, {1: {f"a{sign}b": 0}, 2: {"axb": 0}, 3: {sign: 0}})
    assert search.find(session, f"a{sign}", 50) == [1]
    assert search.find(session, sign, 50) == [3]


@pytest.mark.usefixtures("small")
def test_kept_lists_give_what_everybody_would(session: Session) -> None:
    add_people(session, {n: {f"li{'abc'[n % 3]}": 0, "wei": n % 2} for n in range(1, 31)})
    before = {prefix: search.find(session, prefix, 5) for prefix in ("l", "li", "lia", "w", "wei")}
    search.keep_best(session, before)
    assert all(search.look(session, prefix, 5).kept for prefix in before)
    assert {prefix: search.find(session, prefix, 5) for prefix in before} == before
    assert not search.look(session, "l", 7).kept
    assert search.find(session, "l", 30) == expected(session, "l", 30)


@pytest.mark.usefixtures("small")
def test_a_prefix_that_few_share_is_not_kept(session: Session) -> None:
    add_people(session, {n: {"li": 0} for n in range(1, 6)})
    search.keep_best(session, ["li", "none"])
    assert session.scalars(select(func.count()).select_from(HotPrefix)).one() == 0
    assert search.find(session, "li", 50) == [5, 4, 3, 2, 1]


@pytest.mark.usefixtures("small")
def test_crowded_is_what_many_share_and_is_not_kept_yet(session: Session) -> None:
    add_people(session, {n: {"li": 0, f"x{n}": 1} for n in range(1, 10)})
    add_people(session, {n: {"wu": 0, "y" * 25: 1} for n in range(20, 28)})
    assert [search.look(session, prefix, 1).crowded for prefix in ("l", "li", "x", "lin")] == [
        True,
        True,
        True,
        False,
    ]
    assert not search.look(session, "wu", 1).crowded
    search.keep_best(session, ["li"])
    assert not search.look(session, "li", 1).crowded


def test_a_prefix_too_long_to_be_typed_by_many_is_never_crowded(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "HOT_OVER", 1)
    add_people(session, {n: {"y" * 30: 1} for n in range(1, 5)})
    assert search.look(session, "y" * search.LONGEST_PREFIX, 1).crowded
    assert not search.look(session, "y" * (search.LONGEST_PREFIX + 1), 1).crowded


KEY = st.text("ab", min_size=1, max_size=3)
PERSON = st.dictionaries(KEY, st.sampled_from([0, 1]), min_size=1, max_size=4)
EVENT = st.one_of(
    st.tuples(st.just("register"), PERSON),
    st.tuples(st.just("edit"), st.integers(0, 40), PERSON),
    st.tuples(st.just("arrive"), st.integers(0, 40)),
    st.tuples(st.just("tend"), st.just(0)),
)


@pytest.mark.usefixtures("small")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=10, max_size=25), events=st.lists(EVENT, max_size=12))
def test_whatever_happens_a_search_gives_what_everybody_would(
    store: Store, people: list[Mapping[str, int]], events: list[tuple[object, ...]]
) -> None:
    """People are registered, renamed and come again while lists are kept, trimmed and refilled."""
    desk = Desk(store, people)
    with store.writing() as desk.session:
        add_people(desk.session, desk.people)
        prefixes = sorted({key[:end] for found in people for key in found for end in (1, 2, 3)})
        search.keep_best(desk.session, prefixes)
        for event in events:
            getattr(desk, str(event[0]))(*event[1:])
        for prefix in prefixes:
            for limit in (3, 50):
                assert search.find(desk.session, prefix, limit) == expected(desk.session, prefix, limit)
            assert (
                kept(desk.session, prefix)
                == everybody(desk.session, prefix)[: len(kept(desk.session, prefix))]
            )


class Desk:
    """Does to the index what registering, editing and arriving do."""

    session: Session

    def __init__(self, store: Store, people: list[Mapping[str, int]]) -> None:
        self.store = store
        self.people = dict(enumerate(people, 1))
        self.moments = {number: FIRST + dt.timedelta(minutes=number) for number in self.people}
        self.now = NOW

    def register(self, keys: Mapping[str, int]) -> None:
        number = len(self.people) + 1
        self._tick()
        self.session.execute(table_of(Visitor).insert().values(**visitor_row(number, first_seen=self.now)))
        search.store_keys(self.session, number, keys, self.now)
        self.people[number], self.moments[number] = keys, self.now

    def edit(self, which: int, keys: Mapping[str, int]) -> None:
        number = which % len(self.people) + 1
        moment = self.moments[number]
        search.replace_keys(self.session, number, (self.people[number], moment), (keys, moment))
        self.people[number] = keys

    def arrive(self, which: int) -> None:
        number = which % len(self.people) + 1
        self._tick()
        self.session.execute(update(Visitor).where(Visitor.id == number).values(last_visit=self.now))
        search.refresh_moment(self.session, number, self.people[number], self.moments[number], self.now)
        self.moments[number] = self.now

    def tend(self, _nothing: int) -> None:
        search.tend(self.session, "", 100)

    def _tick(self) -> None:
        self.now += dt.timedelta(seconds=1)


@pytest.mark.usefixtures("small")
def test_lists_that_grew_are_trimmed_and_poor_ones_filled_again(session: Session) -> None:
    add_people(session, {n: {"li": 0, "wu": 0} for n in range(1, 31)})
    search.keep_best(session, ["li", "wu"])
    for number in range(31, 41):
        session.execute(table_of(Visitor).insert().values(**visitor_row(number)))
        search.store_keys(session, number, {"li": 0}, FIRST + dt.timedelta(minutes=number))
    for number in range(25, 31):
        moment = FIRST + dt.timedelta(minutes=number)
        search.replace_keys(session, number, ({"li": 0, "wu": 0}, moment), ({"li": 0}, moment))
    assert [len(kept(session, prefix)) for prefix in ("li", "wu")] == [16, 0]
    assert search.find(session, "wu", 5) == [24, 23, 22, 21, 20]
    assert search.tend(session, "", 50) == ""
    assert [len(kept(session, prefix)) for prefix in ("li", "wu")] == [6, 6]
    assert search.find(session, "li", 5) == [40, 39, 38, 37, 36]


@pytest.mark.usefixtures("small")
def test_tending_goes_on_where_it_stopped(session: Session) -> None:
    add_people(session, {n: {"ab": 0, "cd": 0} for n in range(1, 31)})
    search.keep_best(session, ["a", "ab", "c", "cd"])
    seen = [""]
    while (last := search.tend(session, seen[-1], 2)) != "":
        seen.append(last)
    assert seen == ["", "ab", "cd"]


def test_desks_that_register_are_waited_for_and_nobody_is_left_out(
    postgres_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor stored in a transaction that is still open would miss the list that is made meanwhile."""
    monkeypatch.setattr(search, "PATIENCE_MILLISECONDS", 50)
    store = Store.open(postgres_database.url)  # type: ignore[attr-defined]
    try:
        with store.writing() as desk, store.writing() as keeper:
            desk.execute(table_of(Visitor).insert().values(**visitor_row(1)))
            search.store_keys(desk, 1, {"li": 0}, FIRST)
            with pytest.raises(StorageError) as caught, store.writing() as other:
                search.keep_best(other, ["li"])
            assert caught.value.code == "storage.busy"
            desk.commit()
            search.keep_best(keeper, ["li"])
            with pytest.raises(StorageError), store.writing() as late:
                _store_at_once(late, 2)
    finally:
        store.close()
        postgres_database.clean()  # type: ignore[attr-defined]


def _store_at_once(session: Session, number: int) -> None:
    session.execute(text("SET LOCAL lock_timeout = '50ms'"))
    session.execute(table_of(Visitor).insert().values(**visitor_row(number)))
