"""A few visits put straight into the tables, for tests that read them."""

from __future__ import annotations

import datetime as dt

from deskapp.db.engine import Store
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Charge, QueueNumber, Visit, Visitor, VisitStep
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import SlipState, Step, VisitKind
from deskapp.services.intake.views import DRAFT_COLUMNS

DRAFT = VisitorDraft(name="+张伟", phone="13800138000", birth_date=dt.date(1990, 3, 7))


def add_visits(store: Store, now: dt.datetime) -> None:
    """Store a numbered visit at `now`, one whose complaint is a formula later, one of nobody a day later."""
    day, minute = now.astimezone().date(), dt.timedelta(minutes=1)
    with store.writing() as session:
        session.add(Account(id=1, sign_in="li", name="李", password_hash="-"))
        session.add(Department(id=1, code="surgery", name_zh="外科", name_en="Surgery", name_mn="Мэс засал"))
        session.flush()
        session.add(Doctor(id=1, number="D1", name="李静", department_id=1))
        columns = {name: getattr(DRAFT, name) for name in DRAFT_COLUMNS}
        session.add(Visitor(id=1, code="P1", first_seen=now, visits=2, **columns))
        session.flush()
        common = {"kind": VisitKind.GENERAL}
        session.add(
            Visit(
                id=1,
                code="V1",
                visitor_id=1,
                day=day,
                opened_at=now,
                complaint="头痛",
                department_id=1,
                doctor_id=1,
                **common,
            )
        )
        session.add(
            Visit(
                id=2,
                code="V2",
                visitor_id=1,
                day=day,
                opened_at=now + minute,
                complaint='=HYPERLINK("http://x")',
                **common,
            )
        )
        session.add(
            Visit(id=3, code="V3", day=day + dt.timedelta(1), opened_at=now + dt.timedelta(1), **common)
        )
        session.flush()
        for step, done, at in (
            (Step.ARRIVE, True, 0),
            (Step.ESCORT, True, 5),
            (Step.ESCORT, False, 6),
            (Step.NUMBER, True, 9),
        ):
            session.add(VisitStep(visit_id=1, step=step, done=done, at=now + at * minute, account_id=1))
            session.flush()
        for number, state in ((1, SlipState.ISSUED), (2, SlipState.VOID)):
            session.add(
                QueueNumber(
                    queue="department:1",
                    day=day,
                    number=number,
                    label=f"B{number:03}",
                    visit_id=1,
                    state=state,
                    issued_at=now,
                )
            )
        for fen, quantity, removed in ((18000, 1, False), (1250, 2, False), (99, 1, True)):
            names = {"name_zh": "项", "name_en": "item", "name_mn": "зүйл"}
            session.add(Charge(visit_id=1, fen=fen, quantity=quantity, removed=removed, **names))
        session.commit()
