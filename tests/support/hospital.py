"""A small hospital in a folder of its own, ready to be opened by the window, a second desk or the program."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.domain.access import Actor, Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.directory import DepartmentDraft, DoctorDraft, PriceDraft
from deskapp.domain.duty import Duty
from deskapp.domain.identity import check_character
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Allergy, DocumentKind, Sex
from deskapp.domain.text import Words
from deskapp.services.access import SiteSetup, secrets
from deskapp.services.all import Services
from deskapp.services.base import new_request

NAME = "春晖医院"
PASSWORD = "correct horse"
PINS = {"li": "2468", "bat": "1357"}
ROLES = {"li": Role.OPERATOR, "bat": Role.OPERATOR, "zhou": Role.LEADER}
NAMES = {"admin": "管理员", "li": "李娜", "bat": "Бат-Эрдэнэ", "zhou": "周敏"}
CHEAP = secrets.Cost(passes=1, memory_kib=8, lanes=1)
"""What a try to sign in costs in tests that are not about that."""
WEEKS_AGO = dt.timedelta(days=19)
_PREFIXES = {"emergency": "J", "general-medicine": "N", "general-surgery": "B", "ophthalmology": "E"}


def resident_id(born: dt.date, sequence: int, division: str = "110105") -> str:
    """Return a valid resident ID number; an odd `sequence` is a man's."""
    body = f"{division}{born:%Y%m%d}{sequence:03}"
    return body + check_character(body)


WANG_ID = resident_id(dt.date(1958, 3, 4), 223)
NEW_ID = resident_id(dt.date(1990, 3, 7), 887)


def fill(hospital: Hospital) -> None:
    """Put people, departments, doctors on duty day and night, prices and past visits into an empty one."""
    services = hospital.services
    setup = SiteSetup(NAME, "en", "points", "admin", NAMES["admin"], PASSWORD)
    nobody = Actor(0, "", frozenset(), hospital.workstation.name)
    head = services.access.first_start(nobody, new_request(), setup).value
    for sign_in, role in ROLES.items():
        draft = AccountDraft(sign_in, NAMES[sign_in], frozenset({role}))
        services.access.add_account(head, new_request(), draft, PASSWORD, must_change=False)
    for sign_in, pin in PINS.items():
        person = signed_in(services, sign_in)
        services.access.choose_pin(person, new_request(), PASSWORD, pin)
    _fill_house(services, head)
    _fill_prices(services, head)
    for draft, visits in _VISITORS:
        _receive(services, signed_in(services, "li"), draft, visits)


def _fill_house(services: Services, head: Actor) -> None:
    names = {rule.code: rule.name for rule in services.house.triage.departments}
    always = [Duty(dt.time(0), dt.time(0), weekday=weekday) for weekday in range(7)]
    doctors = iter(("李静", "王伟", "赵敏", "钱多", "孙丽", "周平", "吴用", "郑爽"))
    for floor, (code, prefix) in enumerate(_PREFIXES.items(), 1):
        draft = DepartmentDraft(code, names[code], f"{prefix}{floor}01", f"83{floor}1", prefix)
        place = services.directory.save_department(head, new_request(), draft).value.id
        for number in (1, 2):
            mongolian = ("zh", "mn") if number == 2 else ("zh",)
            person = DoctorDraft(
                f"{prefix}{number}", next(doctors), place, "主治医师", languages=mongolian, own_queue=False
            )
            doctor = services.directory.save_doctor(head, new_request(), person).value
            services.directory.save_duty_times(head, new_request(), doctor, always)


def _fill_prices(services: Services, head: Actor) -> None:
    for code, name, fen in (
        ("CT1", Words("头部CT", "CT of the head", "Толгойн КТ"), 26_000),
        ("XR", Words("胸片", "Chest X-ray", "Цээжний зураг"), 8_050),
        ("BL", Words("血常规", "Blood count", "Цусны шинжилгээ"), 2_500),
    ):
        services.directory.save_price_item(head, new_request(), PriceDraft(code, name, fen))


_VISITORS = (
    (
        VisitorDraft(
            name="王建国",
            sex=Sex.MALE,
            birth_date=dt.date(1958, 3, 4),
            phone="13800138000",
            document_kind=DocumentKind.RESIDENT_ID,
            document_number=WANG_ID,
            allergy=Allergy.YES,
            allergy_text="青霉素",
        ),
        2,
    ),
    (VisitorDraft(name="王建国", sex=Sex.MALE, birth_date=dt.date(1991, 11, 20), phone="13912345678"), 1),
    (VisitorDraft(name="单雄信", sex=Sex.MALE, birth_date=dt.date(1970, 1, 2)), 0),
    (VisitorDraft(name="Батбаяр", sex=Sex.MALE, phone="99112233", nationality="496", language="mn"), 1),
)


def _receive(services: Services, operator: Actor, draft: VisitorDraft, visits: int) -> None:
    visitor = services.visitors.register(operator, new_request(), draft).value.id
    for _ in range(visits):
        services.visits.open(operator, new_request(), visitor)


def signed_in(services: Services, sign_in: str = "li") -> Actor:
    """Return whoever signs in under this name, as the sign-in with a password would."""
    nobody = Actor(0, "", frozenset(), "fixture")
    account = next(view for view in services.access.names(nobody) if view.sign_in == sign_in)
    return Actor(account.id, account.name, account.roles, "desk-1")


@dataclass
class _Past:
    """A clock that stands still some weeks ago."""

    moment: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.fixture(scope="session")
def hospital_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a filled hospital, to be copied: filling it takes seconds."""
    folder = tmp_path_factory.mktemp("hospital") / "data"
    hospital = open_hospital(folder, clock=_Past(dt.datetime.now(dt.UTC) - WEEKS_AGO))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "COST", CHEAP)
        fill(hospital)
    hospital.close()
    return folder


@pytest.fixture
def hospital_folder(hospital_template: Path, tmp_path: Path) -> Path:
    """Return the data folder of a small hospital that is the test's own."""
    folder = tmp_path / "data"
    shutil.copytree(hospital_template, folder)
    return folder


@pytest.fixture
def hospital(hospital_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    """Return the small hospital, open."""
    monkeypatch.setattr(secrets, "COST", CHEAP)
    opened = open_hospital(hospital_folder)
    yield opened
    opened.close()


@pytest.fixture
def empty_hospital(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    """Return a hospital that nobody has started yet."""
    monkeypatch.setattr(secrets, "COST", CHEAP)
    opened = open_hospital(tmp_path / "empty")
    yield opened
    opened.close()
