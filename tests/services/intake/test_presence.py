"""Two desks that do something about one visitor, or one department, at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import select

from deskapp.db import search
from deskapp.db.engine import Store
from deskapp.db.models.intake import HotHit, Turn
from deskapp.services.base import new_request
from tests.services.conftest import Desk


def together(*acts: Callable[[], object]) -> None:
    """Do everything at the same moment; raise what went wrong."""
    meet, wrong = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        meet.wait(30)
        try:
            act()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def test_every_arrival_is_counted_and_only_one_is_the_first(desk: Desk) -> None:
    visitor = desk.register("王建国").id
    refs: list[int] = []
    together(*[lambda: refs.append(desk.open(visitor).id)] * 4)
    assert desk.services.visitors.visitor(desk.actor, visitor).visits == 4
    firsts = [desk.services.visits.visit(desk.actor, ref).first_visit for ref in refs]
    assert sorted(firsts) == [False, False, False, True]


def test_who_arrives_at_two_desks_stands_once_in_the_kept_lists(desk: Desk, store: Store) -> None:
    for number in range(search.HOT_KEPT // 40):
        desk.register(f"王{number}")
    visitor = desk.register("王建国").id
    with store.writing() as session:
        session.execute(HotHit.__table__.delete())  # type: ignore[attr-defined]
        _keep_whatever_there_is(session, "wang")
        session.commit()
    together(*[lambda: desk.open(visitor)] * 3)
    with store.reading() as session:
        kept = session.scalars(select(HotHit.visitor_id).where(HotHit.prefix == "wang")).all()
    assert kept.count(visitor) == 1
    assert len(kept) == len(set(kept))


def _keep_whatever_there_is(session: object, prefix: str) -> None:
    """Keep a list of fewer than `HOT_KEPT`, as one is after many edits."""
    import pytest

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "HOT_KEPT", 6)
        search.keep_best(session, [prefix])  # type: ignore[arg-type]


def test_two_desks_never_use_up_the_same_turn(desk: Desk, store: Store) -> None:
    visits = [desk.arrive(f"王{number}") for number in range(6)]
    together(*[lambda visit=visit: desk.triage(visit, doctor_id=desk.house.li) for visit in visits])
    with store.reading() as session:
        rounds = session.scalars(select(Turn.round).order_by(Turn.id)).all()
    assert sorted(rounds) == [1, 2, 3, 4, 5, 6]


def test_a_visitor_edited_while_arriving_keeps_both(desk: Desk) -> None:
    ref = desk.register("王建国")
    draft = desk.services.visitors.visitor(desk.actor, ref.id).draft

    def edit() -> None:
        desk.services.visitors.edit(desk.actor, new_request(), ref.id, 1, draft)

    together(edit, lambda: desk.open(ref.id))
    seen = desk.services.visitors.visitor(desk.actor, ref.id)
    assert (seen.version, seen.visits) == (2, 1)
    assert desk.found("王建国") == ["王建国"]
