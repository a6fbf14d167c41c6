"""What is going on when the demo opens: people at the door, called, parked, with care given, and one being escorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from deskapp.db.pair_process import AtOnce
from deskapp.demo.house import House
from deskapp.demo.tour import TourClock
from deskapp.domain.access import Actor
from deskapp.domain.door import Address, GreetingDraft
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.waiting import CareKind, Standing, WaitingRow
from deskapp.services.all import Services
from deskapp.services.base import new_request

QUESTION: Final = "住院部探视时间是几点到几点？"
CALLS: Final = (6, 4, 2)
"""How many minutes ago somebody was called."""


def liven(services: Services, house: House, clock: TourClock) -> None:
    """Let the last minutes happen; the clock ends where it stands."""
    now = clock.moment
    Live(services, house, clock, now).all()
    clock.moment = now


def _other_day(draft: VisitorDraft) -> VisitorDraft:
    assert draft.birth_date is not None
    return _said(replace(draft, birth_date=draft.birth_date + dt.timedelta(days=1)))


def _other_phone(draft: VisitorDraft) -> VisitorDraft:
    return _said(replace(draft, phone=f"{draft.phone[:-1]}{(int(draft.phone[-1]) + 1) % 10}"))


def _said(draft: VisitorDraft) -> VisitorDraft:
    """Return what somebody in a hurry types of a person who shows no document."""
    return VisitorDraft(name=draft.name, sex=draft.sex, birth_date=draft.birth_date, phone=draft.phone)


SLIPS: Final = (_other_day, _other_phone, _said)


class Live:
    """The last minutes before the demo opens, told in minutes before its end."""

    def __init__(self, services: Services, house: House, clock: TourClock, end: dt.datetime) -> None:
        self.services = services
        self.house = house
        self.clock = clock
        self.end = end

    def all(self) -> None:
        """Do everything, in the order of time."""
        rows = self._waiting()
        self._care(rows)
        self._call(rows)
        self._ask()
        self._greet()
        self._alike(rows)

    def _at(self, minutes: float, method: Callable[..., Any], actor: Actor, *values: object) -> Any:
        self.clock.moment = self.end - dt.timedelta(minutes=minutes)
        return method(actor, new_request(), *values).value

    def _waiting(self) -> list[WaitingRow]:
        self.clock.moment = self.end
        found = self.services.waiting.view(self.house.operator).rows
        return [row for row in found if row.standing is Standing.WAITING]

    def _care(self, rows: list[WaitingRow]) -> None:
        for row, kind in zip(
            rows[1:], (CareKind.WATER, CareKind.APOLOGY, CareKind.READING, CareKind.APOLOGY), strict=False
        ):
            self._at(8, self.services.waiting.give_care, self.house.operator, row.visit_id, kind)

    def _call(self, rows: list[WaitingRow]) -> None:
        waiting, operator = self.services.waiting, self.house.operator
        first = [row for row in rows if row.place == 1]
        for minutes, row in zip(CALLS, first, strict=False):
            self._at(minutes, waiting.call, operator, row.id, row.version)
        for row in first[len(CALLS) : len(CALLS) + 1]:
            self._at(5, waiting.park, operator, row.id, row.version, "去做心电图")

    def _ask(self) -> None:
        self._at(20, self.services.questions.ask, self.house.operator, QUESTION)

    def _greet(self) -> None:
        door, guide = self.services.door, self.house.guide
        expected = [row for row in door.expected(guide) if not row.arrived]
        if expected:
            draft = GreetingDraft(name=expected[0].name, has_appointment=True, appointment_id=expected[0].id)
            self._at(2, door.greet, guide, draft)
        lady = GreetingDraft(Address.MADAM, "赵", has_appointment=False, first_visit=True)
        self._at(1, door.greet, guide, lady)
        self._at(0.5, door.greet, guide, GreetingDraft(Address.SIR, first_visit=False))

    def _alike(self, rows: list[WaitingRow]) -> None:
        """Let some be registered a second time with a slip, and be found as likely pairs."""
        visitors, operator = self.services.visitors, self.house.operator
        known = [
            visitors.visitor(operator, row.visitor_id).draft for row in rows if row.visitor_id is not None
        ]
        for draft, slip in zip([one for one in known if one.birth_date and one.phone], SLIPS, strict=False):
            self._at(15, visitors.register, operator, slip(draft))
        self.services.people.searcher.begin = AtOnce
        self._at(0, self.services.people.start_scan, operator)
        self.services.people.scan_state(operator)
