"""The one pass over all keys stores exactly what storing each prefix by itself would."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from deskapp.db import search, search_bulk
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.intake import HotHit, HotPrefix, SearchKey, Visitor
from deskapp.domain import names
from deskapp.names_table import load
from tests.db.rows import FIRST, add_people

HOT = table_of(HotHit)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make lists of 3 out of prefixes that over 5 share, and drop what is too much early."""
    monkeypatch.setattr(search, "HOT_OVER", 5)
    monkeypatch.setattr(search, "HOT_KEPT", 3)
    monkeypatch.setattr(search_bulk, "CROWD", 7)
    monkeypatch.setattr(search_bulk, "AT_ONCE", 4)


def stored(session: Session) -> dict[str, list[tuple[int, int]]]:
    lists: dict[str, list[tuple[int, int]]] = {
        prefix: [] for prefix in session.scalars(select(HotPrefix.prefix))
    }
    for row in session.execute(select(HOT).order_by(HOT.c.prefix, HOT.c.rank, HOT.c.visitor_id)):
        lists[row.prefix].append((row.rank, row.visitor_id))
    return lists


def one_by_one(session: Session) -> dict[str, list[tuple[int, int]]]:
    """Store the lists of all crowded prefixes by the definition, count people under each."""
    found: dict[str, set[int]] = {}
    keys = table_of(SearchKey)
    for key, visitor in session.execute(select(keys.c.key, keys.c.visitor_id)):
        for end in range(1, min(len(key), search.LONGEST_PREFIX) + 1):
            found.setdefault(key[:end], set()).add(visitor)
    session.execute(delete(HOT))
    session.execute(delete(HotPrefix))
    search.keep_best(session, [prefix for prefix, who in found.items() if len(who) > search.HOT_OVER])
    return stored(session)


def fill(store: Store, people: Mapping[int, Mapping[str, int]]) -> None:
    with store.writing() as session:
        session.execute(delete(SearchKey))
        session.execute(delete(Visitor))
        add_people(session, people)
        session.commit()


def assert_rebuilt(store: Store) -> int:
    count = search_bulk.rebuild(store)
    with store.writing() as session:
        found = stored(session)
        assert found == one_by_one(session)
        assert len(found) == count
    return count


KEY = st.text("ab", min_size=1, max_size=5)


@pytest.mark.usefixtures("small")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.dictionaries(KEY, st.sampled_from([0, 1]), min_size=1, max_size=5), min_size=1, max_size=30)
)
def test_any_keys_give_the_lists_of_the_definition(store: Store, people: list[dict[str, int]]) -> None:
    fill(store, dict(enumerate(people, 1)))
    assert_rebuilt(store)


@pytest.mark.usefixtures("small")
def test_keys_longer_than_any_list_and_of_many_scripts(store: Store) -> None:
    longest = "y" * search.LONGEST_PREFIX
    keys = [longest + end for end in ("", "a", "aa", "b", "𠮷")] + [
        "王",
        "王五",
        "өө",
        "мя",
        "𠮷",
        longest[:-1],
    ]
    fill(store, {n: dict.fromkeys(keys, n % 2) for n in range(1, 9)})
    count = assert_rebuilt(store)
    assert count == search.LONGEST_PREFIX + len({"王", "王五", "ө", "өө", "м", "мя", "𠮷"})


@pytest.mark.usefixtures("small")
def test_ids_may_be_sparse_and_some_have_come_again(store: Store) -> None:
    fill(store, {n * 1_000_003: {"li": 0, f"li{n}": 1} for n in range(1, 12)})
    with store.writing() as session:
        session.execute(
            update(Visitor).where(Visitor.id < 4_000_000).values(last_visit=FIRST.replace(year=2100))
        )
        session.commit()
    assert_rebuilt(store)
    with store.reading() as session:
        assert search.look(session, "li", 3) == search.Found([1_000_003, 2_000_006, 3_000_009], kept=True)


@pytest.mark.usefixtures("small")
def test_lists_of_before_are_replaced(store: Store) -> None:
    fill(store, {n: {"li": 0} for n in range(1, 9)})
    assert search_bulk.rebuild(store) == 2
    fill(store, {n: {"wu": 0} for n in range(1, 9)})
    assert_rebuilt(store)


def test_an_empty_hospital_has_nothing_to_store(store: Store) -> None:
    said: list[float] = []
    assert search_bulk.rebuild(store, said.append) == 0
    assert said == [1.0]


@pytest.mark.usefixtures("small")
def test_progress_goes_up_to_the_end(store: Store) -> None:
    fill(store, {n: {"li": 0, "wu": 0} for n in range(1, 9)})
    said: list[float] = []
    search_bulk.rebuild(store, said.append)
    assert said == sorted(said)
    assert (said[0], said[-1]) == (0.0, 1.0)


def test_lists_of_real_names_at_their_real_size(store: Store) -> None:
    """A thousand people with the keys of names and phones: over five hundred share the short prefixes."""
    pick = random.Random(7)
    tables = load()
    people = {}
    for number in range(1, 1001):
        name = pick.choice("王李张刘陈") + pick.choice("伟芳娜敏静") + pick.choice(["", "军", "洋", "勇"])
        keys = {key: 0 if key == name else 1 for key in names.search_keys(name, tables)}
        people[number] = keys | dict.fromkeys(names.phone_keys(f"1380000{number:04}", tables), 1)
    fill(store, people)
    assert assert_rebuilt(store) > 10
