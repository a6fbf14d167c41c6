"""Searching all records for likely pairs: each pair once, what is crowded divided, stopped and gone on with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from deskapp.db import pair_scan
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Account
from deskapp.db.models.intake import Visitor
from deskapp.db.models.people import LikelyPair, Merge, PairScan
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import PairState, ScanState
from deskapp.domain.registration import Sex
from deskapp.domain.retention import ERASED_NAME
from deskapp.services.intake.keys import blocking_keys, candidate_of
from deskapp.services.intake.merging import replace_blocks
from deskapp.services.intake.views import DRAFT_COLUMNS

NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
BORN = dt.date(1958, 3, 4)


def add(store: Store, name: str, **values: object) -> int:
    draft = VisitorDraft(**{"name": name, "sex": Sex.MALE, "birth_date": BORN, **values})  # type: ignore[arg-type]
    with store.writing() as session:
        columns = {column: getattr(draft, column) for column in DRAFT_COLUMNS}
        count = len(session.scalars(select(Visitor.id)).all())
        visitor = Visitor(code=f"P{count}", first_seen=NOW, visits=0, **columns)
        session.add(visitor)
        session.flush()
        replace_blocks(session, visitor.id, (), blocking_keys(candidate_of(visitor.id, draft)))
        session.commit()
        return visitor.id


def begin(store: Store, after: str = "") -> int:
    with store.writing() as session:
        scan = PairScan(started_at=NOW, state=ScanState.RUNNING, after=after)
        session.add(scan)
        session.commit()
        return scan.id


def search(store: Store, scan: int | None = None, stop: Callable[[], bool] = lambda: False) -> PairScan:
    scan = scan or begin(store)
    pair_scan.run(store, scan, lambda: NOW, stop, lambda _done, _total: None)
    with store.reading() as session:
        return session.get_one(PairScan, scan)


def found(store: Store) -> dict[tuple[int, int], PairState]:
    with store.reading() as session:
        rows = session.execute(select(LikelyPair.one_id, LikelyPair.other_id, LikelyPair.state))
        return {(one, other): state for one, other, state in rows}


def test_a_pair_that_shares_several_keys_is_compared_once(store: Store) -> None:
    one, other = (add(store, "王建国", phone="13800138000") for _ in range(2))
    add(store, "李娜", birth_date=dt.date(1990, 1, 1))
    scan = search(store)
    assert found(store) == {(one, other): PairState.OPEN}
    assert (scan.state, scan.compared, scan.found) == (ScanState.FINISHED, 1, 1)
    assert scan.blocks >= 3


def test_what_somebody_decided_is_not_asked_again(store: Store) -> None:
    one, other = (add(store, "王建国") for _ in range(2))
    search(store)
    with store.writing() as session:
        session.execute(update(table_of(LikelyPair)).values(state=PairState.DIFFERENT))
        session.commit()
    search(store)
    assert found(store) == {(one, other): PairState.DIFFERENT}


def test_an_undecided_pair_that_is_none_any_more_goes(store: Store) -> None:
    one, other = (add(store, "王建国") for _ in range(2))
    third = add(store, "李娜", birth_date=dt.date(1990, 1, 1))
    with store.writing() as session:
        row = {"one_id": one, "other_id": third, "score": 0.9, "band": "ask", "reasons": "[]"}
        row |= {"state": PairState.OPEN, "found_at": NOW - dt.timedelta(days=1)}
        session.execute(insert(table_of(LikelyPair)), [row])
        session.commit()
    search(store)
    assert set(found(store)) == {(one, other)}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_scan, "ROWS_AT_ONCE", 3)


@pytest.mark.usefixtures("small_parts")
def test_a_search_that_was_stopped_goes_on_where_it_was(store: Store) -> None:
    days = [dt.date(year, 3, 4) for year in range(1950, 1956)]
    pairs = [(add(store, "王建国", birth_date=day), add(store, "王建国", birth_date=day)) for day in days]
    scan = begin(store)
    stops = iter([False, True])
    first = search(store, scan, lambda: next(stops, True))
    assert first.state is ScanState.STOPPED
    assert 0 < len(found(store)) < len(pairs)
    before = first.compared
    last = search(store, scan)
    assert last.state is ScanState.FINISHED
    assert set(found(store)) == set(pairs)
    assert last.compared == len(pairs) > before


@pytest.mark.usefixtures("small_parts")
def test_blocks_larger_than_a_part_are_read_whole(store: Store) -> None:
    people = [add(store, "王建国", phone="13800138000") for _ in range(5)]
    search(store)
    assert len(found(store)) == len(people) * (len(people) - 1) // 2


def test_a_crowded_block_is_divided_by_initials(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_scan, "WHOLE_AT_MOST", 3)
    days = [dt.date(1958, 3, day) for day in (4, 5, 6)]
    same = [add(store, "王建国", birth_date=day) for day in days]
    for name in ("王伟", "王芳", "王静"):
        add(store, name, birth_date=dt.date(1958, 7, 20))
    scan = search(store)
    assert set(found(store)) == {(same[0], same[1]), (same[0], same[2]), (same[1], same[2])}
    assert scan.compared == 3


def test_who_was_merged_is_left_out(store: Store) -> None:
    one, other = (add(store, "王建国") for _ in range(2))
    with store.writing() as session:
        session.execute(update(table_of(Visitor)).where(Visitor.id == other).values(merged_into_id=one))
        session.commit()
    search(store)
    assert found(store) == {}


@pytest.mark.usefixtures("small_parts")
def test_who_was_erased_while_the_search_went_on_is_in_no_pair(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _one, other = (add(store, "王建国", phone="13800138000") for _ in range(2))
    write = pair_scan._write

    def erase_first(*arguments: Any) -> None:
        with store.writing() as session:
            session.execute(update(table_of(Visitor)).where(Visitor.id == other).values(name=ERASED_NAME))
            session.commit()
        write(*arguments)

    monkeypatch.setattr(pair_scan, "_write", erase_first)
    search(store)
    assert found(store) == {}


def test_a_pair_that_was_merged_while_its_block_was_searched_is_not_forgotten_when_parted(
    store: Store,
) -> None:
    one, other = (add(store, "王建国") for _ in range(2))
    search(store)
    with store.writing() as session:
        account = insert(Account).values(sign_in="x", name="某人", password_hash="-", active=True)
        who = session.execute(account.values(failures=0, version=1).returning(Account.id)).scalar_one()
        merge = {"kept_id": one, "gone_id": other, "at": NOW, "account_id": who, "moved": "{}", "version": 2}
        session.execute(insert(Merge).values(**merge, undone_at=NOW + dt.timedelta(hours=1)))
        session.execute(update(table_of(LikelyPair)).values(found_at=NOW - dt.timedelta(days=1)))
        session.commit()
    # The blocks of the two were done while one of them was away.
    scan = begin(store, after="z")
    search(store, scan)
    assert found(store) == {(one, other): PairState.OPEN}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_search_waits_for_a_desk_that_writes(store: Store) -> None:
    pair = add(store, "王建国"), add(store, "王建国")
    scan = begin(store)
    with ThreadPoolExecutor(1) as pool, closing(Store.open(store.url, store.key)) as desk:
        with desk.writing() as session:
            session.execute(update(table_of(Visitor)).values(note="忙"))
            searching = pool.submit(search, store, scan)
            with pytest.raises(TimeoutError):
                searching.result(timeout=1.0)
            session.commit()
        assert searching.result().state is ScanState.FINISHED
    assert set(found(store)) == {pair}
