"""Filling the demo hospital: departments, doctors with duty times, prices, staff, who may sign in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from deskapp import paths, settings
from deskapp.db.unit_of_work import Work, unit_of_work
from deskapp.demo import content
from deskapp.demo.content import DepartmentContent
from deskapp.demo.directory import fill_directory
from deskapp.demo.people import distinct_names
from deskapp.domain.access import Actor, Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.directory import DepartmentDraft, DoctorDraft, PriceView, StaffDraft
from deskapp.domain.duty import Duty
from deskapp.domain.triage import TriageRules
from deskapp.services.access import SiteSetup
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.directory import put_department, put_doctor, put_duty_times, put_staff
from deskapp.services.settings import put
from deskapp.services.transfer.columns import Kind
from deskapp.services.transfer.service import TransferService

PASSWORD: Final = "desk-demo"
OPERATOR: Final = "demo"
WEEK: Final = 7


@dataclass(frozen=True)
class DoctorPlace:
    """A doctor as the made-up visits need one."""

    id: int
    prefix: str
    own_queue: bool
    title: str
    times: tuple[Duty, ...]


@dataclass(frozen=True)
class Place:
    """A department with its content and its doctors in the order of their turns."""

    id: int
    prefix: str
    content: DepartmentContent
    doctors: tuple[DoctorPlace, ...]


@dataclass(frozen=True)
class House:
    """The filled hospital. `operators` are account ids of the desk, `leader` may waive prices, `guide` stands at the door."""

    places: Mapping[str, Place]
    prices: Mapping[str, PriceView]
    administrator: Actor
    operator: Actor
    operators: tuple[int, ...]
    leader: int
    guide: Actor


PEOPLE: Final = (
    ("demo", frozenset({Role.OPERATOR, Role.LEADER})),
    ("qiantai2", frozenset({Role.OPERATOR})),
    ("daozhen", frozenset({Role.GUIDE})),
    ("zuzhang", frozenset({Role.LEADER, Role.OPERATOR})),
    ("zhuguan", frozenset({Role.SUPERVISOR, Role.DUTY_MANAGER})),
)
"""Who may sign in besides the administrator, all with `PASSWORD`."""


def fill_house(
    services: Services, transfer: TransferService, rng: Random, staff: int, language: str
) -> House:
    """Fill an empty database with a hospital and return it; `staff` is the number of its staff."""
    administrator = _first_start(services, language)
    names = distinct_names(rng, staff + len(PEOPLE))
    accounts = _accounts(services, administrator, names)
    prices = paths.resource("demo", "prices.csv")
    transfer.import_file(administrator, new_request(), Kind.PRICES, prices)
    with unit_of_work(transfer.store, administrator, transfer.clock) as work:
        put(work, settings.DEMO, True, "")
        places = _departments(work, services.house.triage, rng)
        fill_directory(work, {code: place.id for code, place in places.items()})
        _staff(work, rng, names[len(PEOPLE) :], [place.id for place in places.values()])
        work.finish(new_request(), "demo.house", b"null")
    operator, *others = accounts
    desk = [actor.account_id for actor in accounts if Role.OPERATOR in actor.roles]
    leader = next(actor.account_id for actor in others if Role.LEADER in actor.roles)
    guide = next(actor for actor in accounts if Role.GUIDE in actor.roles)
    items = services.directory.prices(administrator)
    by_code = {item.code: item for item in items}
    return House(places, by_code, administrator, operator, tuple(desk), leader, guide)


def _first_start(services: Services, language: str) -> Actor:
    setup = SiteSetup(
        hospital=content.people().hospital["name"],
        language=language,
        deductions=settings.Deductions.POINTS.value,
        sign_in="admin",
        name="管理员",
        password=PASSWORD,
        logo=paths.resource("demo", "logo.png").read_bytes(),
    )
    nobody = Actor(0, "demo", frozenset())
    return services.access.first_start(nobody, new_request(), setup).value


def _accounts(services: Services, administrator: Actor, names: Sequence[str]) -> list[Actor]:
    found = []
    for (sign_in, roles), name in zip(PEOPLE, names, strict=False):
        draft = AccountDraft(sign_in, name, roles)
        # Whoever tries the demo is not asked to choose a password first.
        added = services.access.add_account(administrator, new_request(), draft, PASSWORD, must_change=False)
        found.append(Actor(added.value, name, roles, administrator.desk))
    return found


def _departments(work: Work, rules: TriageRules, rng: Random) -> dict[str, Place]:
    wanted = content.departments()
    doctors = iter(distinct_names(rng, sum(department.doctors for department in wanted.values())))
    places: dict[str, Place] = {}
    for rule in rules.departments:
        about = wanted.get(rule.code)
        if about is None:
            continue
        draft = DepartmentDraft(rule.code, rule.name, about.room, about.phone, about.prefix)
        department = put_department(work, draft)
        team = tuple(
            _doctor(work, rng, place, next(doctors), (department.id, about)) for place in range(about.doctors)
        )
        places[rule.code] = Place(department.id, about.prefix, about, team)
    return places


def _doctor(
    work: Work, rng: Random, place: int, name: str, home: tuple[int, DepartmentContent]
) -> DoctorPlace:
    department_id, about = home
    title = content.people().staff.titles[min(place, 3)]
    speciality = about.specialities[place % len(about.specialities)]
    years = {"主任医师": 24, "副主任医师": 15, "主治医师": 8}.get(title, 3) + rng.randrange(6)
    own = not about.around_the_clock and about.weight > 1
    draft = DoctorDraft(
        number=f"D{department_id:02}{place + 1}",
        name=name,
        department_id=department_id,
        title=title,
        speciality=speciality,
        introduction=f"{title}，从事临床工作{years}年，擅长{speciality}。",
        languages=_languages(rng, name),
        room=f"{about.room}-{place + 1}",
        prefix=about.prefix + "ABCD"[place],
        own_queue=own,
    )
    times = tuple(duty_of(place, department_id, around_the_clock=about.around_the_clock))
    row = put_doctor(work, draft)
    put_duty_times(work, row.id, times)
    return DoctorPlace(row.id, row.prefix, own, title, times)


def duty_of(place: int, department_id: int, *, around_the_clock: bool) -> Iterator[Duty]:
    """Return a doctor's weekly duty. Every day somebody of each department is there, and all have rest."""
    if around_the_clock:
        shifts = (("08:00", "16:00"), ("16:00", "00:00"), ("00:00", "08:00"))
        for day in range(WEEK):
            turn = (place + day) % (len(shifts) + 1)
            if turn < len(shifts):
                yield _duty(day, *shifts[turn])
        return
    rests = {(department_id + 2 * place) % WEEK, (department_id + 2 * place + 1) % WEEK}
    for day in range(WEEK):
        if day not in rests:
            yield _duty(day, "08:00", "12:00")
            yield _duty(day, "14:00", "17:30")


def _duty(day: int, begins: str, ends: str) -> Duty:
    return Duty(dt.time.fromisoformat(begins), dt.time.fromisoformat(ends), weekday=day)


def _languages(rng: Random, name: str) -> tuple[str, ...]:
    mongolian = content.people().mongolian
    speaks = name in mongolian.chinese_script_men + mongolian.chinese_script_women
    spoken = [
        "zh",
        *(["mn"] if speaks or rng.random() < 0.1 else []),
        *(["en"] if rng.random() < 0.25 else []),
    ]
    return tuple(spoken)


def _staff(work: Work, rng: Random, names: Sequence[str], departments: Sequence[int]) -> None:
    about = content.people().staff
    for count, name in enumerate(names, 1):
        draft = StaffDraft(
            number=f"S{count:04}",
            name=name,
            department_id=departments[count % len(departments)],
            post=rng.choice(about.posts),
            group_name=about.groups[count % len(about.groups)],
            phone=f"138{rng.randrange(10**8):08}",
            hired=work.day - dt.timedelta(rng.randrange(60, 3000)),
            languages=_languages(rng, name),
            qualifications=rng.choice(about.qualifications),
            input_method=rng.choice(about.input_methods),
            typing_speed=rng.randrange(60, 121, 5),
        )
        put_staff(work, draft)
