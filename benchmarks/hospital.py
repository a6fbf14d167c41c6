"""What of the benchmark's hospital is made through the program's own services."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deskapp import paths
from deskapp.db import migrate
from deskapp.db.engine import Store
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft, DoctorDraft, PriceDraft
from deskapp.domain.duty import Duty
from deskapp.domain.intake import TriageDecision
from deskapp.domain.registration import Payment, Step
from deskapp.domain.text import Words
from deskapp.services.access import SiteSetup
from deskapp.services.all import Services, build_services
from deskapp.services.base import new_request

PASSWORD: Final = "benchmark-1"
SIGN_IN: Final = "bench"
TODAY: Final = 200
"""Visits of today."""

DOCTORS_EACH: Final = 2
_ROLES: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})


@dataclass
class Clock:
    """A clock that is put forward by hand."""

    moment: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.moment


@dataclass(frozen=True)
class Open:
    """A hospital that is open: its store, services, and who works there."""

    store: Store
    services: Services
    actor: Actor


@contextmanager
def opened(folder: Path, clock: Clock | None = None) -> Iterator[Open]:
    """Open the hospital in `folder`, signed in as its one account."""
    store, workstation = Store.in_folder(folder), Workstation.in_folder(folder)
    try:
        migrate.upgrade(store)
        services = build_services(store, workstation, clock)
        yield Open(store, services, Actor(1, SIGN_IN, _ROLES, workstation.name))
    finally:
        workstation.drafts.close()
        store.close()


def begin(folder: Path) -> list[int]:
    """Make the empty hospital: an account, departments with doctors, prices; return the departments' ids."""
    with opened(folder) as house:
        setup = SiteSetup("人民医院", "zh", "points", SIGN_IN, SIGN_IN, PASSWORD)
        house.services.access.first_start(house.actor, new_request(), setup)
        departments = []
        for draft in _departments():
            department = house.services.directory.save_department(house.actor, new_request(), draft).value.id
            _add_doctors(house, department, draft.prefix)
            departments.append(department)
        for number in range(60):
            item = PriceDraft(
                f"X{number:03}", Words(f"检查{number}", f"Test {number}", f"Шинжилгээ {number}"), 5000
            )
            house.services.directory.save_price_item(house.actor, new_request(), item)
        return departments


def _departments() -> Iterator[DepartmentDraft]:
    rules = tomllib.loads(paths.resource("triage", "departments.toml").read_text("utf-8"))["department"]
    for place, rule in enumerate(rules):
        name = Words(rule["name"]["zh"], rule["name"]["en"], rule["name"]["mn"])
        yield DepartmentDraft(rule["code"], name, f"{100 + place}", prefix=_letters(place))


def _letters(place: int) -> str:
    """Return two letters for a place in a list: AA, AB and so on."""
    first, second = divmod(place, 26)
    return chr(ord("A") + first) + chr(ord("A") + second)


def _add_doctors(house: Open, department: int, letters: str) -> None:
    always = [Duty(dt.time(0), dt.time(0), weekday=weekday) for weekday in range(7)]
    for number in range(DOCTORS_EACH):
        prefix = letters + chr(ord("A") + number)
        draft = DoctorDraft(
            f"D{department:03}{number}", f"王医生{department}{number}", department, prefix=prefix
        )
        doctor = house.services.directory.save_doctor(house.actor, new_request(), draft).value
        house.services.directory.save_duty_times(house.actor, new_request(), doctor, always)


def receive_today(folder: Path) -> None:
    """Let today's visitors come, unless they are there already."""
    clock = Clock(dt.datetime.now(dt.UTC))
    midnight = clock.moment.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    pause = (clock.moment - midnight) / (TODAY + 1)
    with opened(folder, clock) as house:
        missing = TODAY - len(house.services.visits.day_list(house.actor, limit=TODAY))
        for number in range(TODAY - missing, TODAY):
            clock.moment = midnight + pause * (number + 1)
            _receive(house, number)


def _receive(house: Open, number: int) -> None:
    """Work one visitor through the desk; some are still waiting for what comes after the number."""
    services, actor = house.services, house.actor
    visit = services.visits.open(actor, new_request(), number * 37 + 1).value
    departments = services.directory.departments(actor)
    department = departments[number % len(departments)]
    decision = TriageDecision("头疼两天", department.id, urgency=4)
    services.numbers.decide_and_issue(actor, new_request(), visit.id, decision)
    if number % 3:
        services.visits.pay(actor, new_request(), visit.id, Payment.PAID)
        for step in (Step.ESCORT, Step.RETURN):
            services.visits.do_step(actor, new_request(), visit.id, step)
