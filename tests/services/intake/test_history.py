"""The lines of a visit's history, written in order, by whom and when."""

from __future__ import annotations

from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.intake import Visit, VisitStep
from deskapp.db.unit_of_work import unit_of_work
from deskapp.domain.registration import Step
from deskapp.services.base import new_request
from deskapp.services.intake.history import changed, enter_step, is_done
from tests.services.conftest import Desk, WallClock, audit_bodies


def test_steps_entered_together_and_one_taken_back(desk: Desk, store: Store, clock: WallClock) -> None:
    visit = desk.open().id
    with unit_of_work(store, desk.actor, clock) as work:
        enter_step(work, visit, Step.ESCORT, Step.RETURN, note="三楼")
        enter_step(work, visit, Step.RETURN, done=False)
        assert [is_done(work.session, visit, step) for step in (Step.ESCORT, Step.RETURN, Step.PAY)] == [
            True,
            False,
            False,
        ]
        work.finish(new_request(), "test", b"null")
    columns = (VisitStep.step, VisitStep.done, VisitStep.note, VisitStep.at, VisitStep.account_id)
    with store.reading() as session:
        lines = session.execute(select(*columns).order_by(VisitStep.id)).all()[2:]
    common = (clock(), desk.actor.account_id)
    assert lines == [
        (Step.ESCORT, True, "三楼", *common),
        (Step.RETURN, True, "三楼", *common),
        (Step.RETURN, False, "", *common),
    ]


def test_a_change_makes_a_new_version_and_is_in_the_trail(desk: Desk, store: Store, clock: WallClock) -> None:
    ref = desk.open()
    with unit_of_work(store, desk.actor, clock) as work:
        changed(work, work.session.get_one(Visit, ref.id), "visit.test", {"a": 1}, {"a": 2})
        work.finish(new_request(), "test", b"null")
    assert desk.services.visits.visit(desk.actor, ref.id).version == ref.version + 1
    assert audit_bodies(store, "visit", ref.id)[-1] == '{"after":{"a":2},"before":{"a":1}}'
