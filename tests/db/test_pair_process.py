"""The search for likely pairs in a real child process: told how far it is, stopped, and gone on with."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest

from deskapp.db.engine import Store
from deskapp.db.models.people import PairScan
from deskapp.db.pair_process import Job, Running, Told
from deskapp.domain.people import ScanState
from tests.db.test_pair_scan import NOW, add, begin, found

PATIENCE = 60.0
on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def until(look: Callable[[], Told], ready: Callable[[Told], bool]) -> Told:
    ends = time.monotonic() + PATIENCE
    while not ready(told := look()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return told


def job(store: Store, scan: int) -> Job:
    return Job(store.url, store.key, scan, NOW)


@on_one_database
def test_a_child_searches_and_says_that_it_is_done(store: Store) -> None:
    pair = add(store, "王建国"), add(store, "王建国")
    running = Running(job(store, begin(store)))
    told = until(running.look, lambda told: told.state is not ScanState.RUNNING)
    assert (told.state, told.failure) == (ScanState.FINISHED, None)
    assert told.done == told.total > 0
    assert set(found(store)) == {pair}


@on_one_database
def test_a_child_that_is_told_to_stop_stops_and_what_it_found_stays(store: Store) -> None:
    for year in range(1940, 1960):
        for _ in range(2):
            add(store, "王建国", birth_date=dt.date(year, 3, 4))
    scan = begin(store)
    running = Running(job(store, scan))
    running.stop()
    assert running.wait(PATIENCE).state in (ScanState.STOPPED, ScanState.FINISHED)
    last = Running(job(store, scan))
    until(last.look, lambda told: told.state is not ScanState.RUNNING)
    assert len(found(store)) == 20


@on_one_database
def test_a_child_that_was_killed_has_stopped_and_the_next_goes_on(store: Store) -> None:
    pairs = {
        (add(store, "王建国", birth_date=day), add(store, "王建国", birth_date=day))
        for day in (dt.date(year, 3, 4) for year in range(1940, 1960))
    }
    scan = begin(store)
    running = Running(job(store, scan))
    running._child.kill()
    running._child.join()
    assert running.wait(PATIENCE).state is ScanState.STOPPED
    until(Running(job(store, scan)).look, lambda told: told.state is not ScanState.RUNNING)
    assert set(found(store)) == pairs


@on_one_database
def test_a_database_that_can_not_be_opened_is_told(store: Store) -> None:
    broken = Job(f"{store.url}.gone/nowhere", store.key, 1, NOW)
    told = until(Running(broken).look, lambda told: told.state is not ScanState.RUNNING)
    assert told.failure is not None
    with store.reading() as session:
        assert session.get(PairScan, 1) is None
