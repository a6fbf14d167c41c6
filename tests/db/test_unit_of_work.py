"""One transaction per use case: all of it or nothing, with its audit lines, under one request id."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from deskapp.db import audit
from deskapp.db.base import Base
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditBody, AuditChain, AuditEntry, Change, Request, Setting
from deskapp.db.unit_of_work import earlier_result, unit_of_work
from deskapp.domain.access import Actor, Role

ACTOR = Actor(7, "刘", frozenset({Role.OPERATOR}), "desk-1")
NOW = dt.datetime(2026, 11, 22, 8, 30, 15, 123456, tzinfo=dt.UTC)


def clock() -> dt.datetime:
    return NOW


def rows(store: Store, table: type[Base]) -> int:
    with store.reading() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def store_one(store: Store, request: str, name: str = "x", *, finish: bool = True) -> None:
    with unit_of_work(store, ACTOR, clock) as work:
        work.session.add(Setting(scope="site", name=name, value="1"))
        work.record("setting.change", "setting", 3, after={"名": name})
        if finish:
            work.finish(request, "Settings.change", b"null")


def test_what_is_finished_is_stored_with_request_audit_and_change(store: Store) -> None:
    store_one(store, "r1")
    assert [rows(store, table) for table in (Setting, Request, AuditEntry, AuditBody, Change)] == [1] * 5
    with store.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.actor_id, entry.chain, entry.at, entry.action) == (7, "desk-1", NOW, "setting.change")
        body = session.scalars(select(AuditBody.body)).one()
    assert body == '{"after":{"名":"x"},"before":null}'.encode()


def test_what_is_not_finished_leaves_no_trace(store: Store) -> None:
    store_one(store, "r1", finish=False)
    tables = (Setting, Request, AuditEntry, AuditBody, AuditChain, Change)
    assert [rows(store, table) for table in tables] == [0] * 6


def test_an_error_after_the_first_statements_leaves_no_trace(store: Store) -> None:
    with suppress(RuntimeError), unit_of_work(store, ACTOR, clock) as work:
        work.session.add(Setting(scope="site", name="x", value="1"))
        work.session.flush()
        raise RuntimeError("a rule was broken")
    assert rows(store, Setting) == 0


def test_one_request_id_can_not_be_carried_out_twice(store: Store) -> None:
    store_one(store, "r1", "x")
    with pytest.raises(IntegrityError):
        store_one(store, "r1", "y")
    assert (rows(store, Setting), rows(store, AuditEntry)) == (1, 1)


def test_the_result_of_a_request_is_kept(store: Store) -> None:
    store_one(store, "r1")
    with store.reading() as session:
        assert earlier_result(session, "r1", "Settings.change") == b"null"
        assert earlier_result(session, "r2", "Settings.change") is None
        with pytest.raises(ValueError, match="r1"):
            earlier_result(session, "r1", "Visits.open")


def test_a_write_that_changed_nothing_is_remembered_without_an_audit_line(store: Store) -> None:
    with unit_of_work(store, ACTOR, clock) as work:
        work.finish("r1", "Settings.change", b"null")
    assert (rows(store, Request), rows(store, AuditEntry), rows(store, Change)) == (1, 0, 0)


def test_every_recorded_id_is_among_the_changes(store: Store) -> None:
    with unit_of_work(store, ACTOR, clock) as work:
        work.record("visit.open", "visit", 5)
        work.record("visit.step", "visit", 6)
        work.record("account.refused", "account", None)
        work.touch("visitor", 9)
        assert work.changes.touched == {"visit": {5, 6}, "visitor": {9}}
        work.finish("r1", "x", b"null")
    with store.reading() as session:
        change = session.scalars(select(Change)).one()
    assert (change.writer, change.sequence) == ("desk-1", 3)
    assert change.touched == '{"visit":[5,6],"visitor":[9]}'


def test_without_a_clock_of_its_own_the_databases_counts(store: Store) -> None:
    with unit_of_work(store, ACTOR, None) as work:
        assert work.now.utcoffset() == dt.timedelta()
        assert abs(work.now - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


@pytest.mark.usefixtures("zone")
def test_the_day_is_the_sites_own(store: Store) -> None:
    """Half an hour before midnight on the wall is another day in UTC, on one side of it or the other."""
    evening = dt.datetime(2026, 11, 22, 23, 30).astimezone()
    morning = dt.datetime(2026, 11, 22, 0, 30).astimezone()
    for moment in (evening, morning):
        with unit_of_work(store, ACTOR, lambda moment=moment: moment.astimezone(dt.UTC)) as work:
            assert work.day == dt.date(2026, 11, 22)


def test_two_desks_write_at_once_into_chains_of_their_own(store: Store) -> None:
    for number in range(4):
        actor = Actor(7, "刘", frozenset(), f"desk-{number % 2}")
        with unit_of_work(store, actor, clock) as work:
            work.record("visit.open", "visit", number)
            work.finish(f"r{number}", "x", b"null")
    with store.reading() as session:
        heads = dict(session.execute(select(AuditChain.name, AuditChain.sequence)).all())
        assert heads == {"desk-0": 2, "desk-1": 2}
        assert list(audit.broken_lines(session)) == []
