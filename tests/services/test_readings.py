"""Whoever opens a sensitive record is in the audit trail; nobody waits for that, and it is not said twice."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.domain.access import Actor, Role
from deskapp.errors import StorageError
from deskapp.services import readings
from deskapp.services.all import Services
from deskapp.services.readings import AGAIN_AFTER
from tests.services.conftest import Desk, WallClock
from tests.support.logs import LogGuard

READS = ("visitor.read", "visit.read")


@pytest.fixture
def other(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.LEADER]


def noted(store: Store) -> list[tuple[int | None, str, int | None]]:
    asked = select(AuditEntry.actor_id, AuditEntry.action, AuditEntry.record_id).order_by(AuditEntry.id)
    with store.reading() as session:
        return [tuple(row) for row in session.execute(asked.where(AuditEntry.action.in_(READS)))]


def test_reading_a_record_is_written_down(desk: Desk, store: Store, other: Actor) -> None:
    visit = desk.arrive()
    visitor = desk.services.visits.visit(other, visit).visitor
    assert visitor is not None
    desk.services.visitors.visitor(other, visitor.id)
    assert noted(store) == [
        (other.account_id, "visit.read", visit),
        (other.account_id, "visitor.read", visitor.id),
    ]


def test_a_page_that_refreshes_is_one_reading(
    desk: Desk, store: Store, other: Actor, clock: WallClock
) -> None:
    visit = desk.arrive()
    for _ in range(3):
        desk.services.visits.visit(other, visit)
    assert len(noted(store)) == 1
    clock.forward(seconds=AGAIN_AFTER.total_seconds() + 1)
    desk.services.visits.visit(other, visit)
    assert len(noted(store)) == 2


def test_whoever_wrote_a_record_is_known_to_have_seen_it(desk: Desk, store: Store) -> None:
    visitor = desk.register().id
    visit = desk.open(visitor).id
    desk.services.visitors.visitor(desk.actor, visitor)
    desk.services.visits.visit(desk.actor, visit)
    assert noted(store) == []


def test_searching_names_is_not_reading_a_record(desk: Desk, store: Store, other: Actor) -> None:
    desk.register()
    assert desk.services.visitors.find(other, "wang")
    assert noted(store) == []


def test_a_record_that_is_not_there_was_not_read(desk: Desk, store: Store, other: Actor) -> None:
    with pytest.raises(NoResultFound):
        desk.services.visitors.visitor(other, 4711)
    assert noted(store) == []


def test_where_nothing_can_be_written_the_record_is_shown_and_the_line_follows(
    desk: Desk, store: Store, other: Actor, monkeypatch: pytest.MonkeyPatch, log_guard: LogGuard
) -> None:
    first, second = desk.arrive(), desk.arrive("李四")

    def full(*_args: object) -> int:
        raise StorageError("storage.full", None)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(readings.audit, "append", full)
        log_guard.expect("deskapp.services.readings", logging.ERROR, "storage.full")
        assert desk.services.visits.visit(other, first).complaint == ""
    assert noted(store) == []
    desk.services.visits.visit(other, second)
    assert [record for _actor, _action, record in noted(store)] == [first, second]


def test_the_trail_stays_whole(desk: Desk, other: Actor, chain_is_whole: object, services: Services) -> None:
    visit = desk.arrive()
    services.visits.visit(other, visit)
    desk.arrive("李四")
