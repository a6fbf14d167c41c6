"""First start, signing in by password or PIN, waiting after wrong tries, accounts."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AuditBody, AuditEntry, Request
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.intake import TriageDecision
from deskapp.errors import InputError, PermissionDenied, RuleError
from deskapp.services import access as module
from deskapp.services.access import AccessService, SignIn, SiteSetup
from deskapp.services.all import Services, build_services
from deskapp.services.base import new_request
from deskapp.services.intake.triage import TriageQuestion
from tests.services.conftest import WallClock

NOBODY = Actor(0, "", frozenset(), "desk-1")
PASSWORD = "一个很长的密码 🙂"
SETUP = SiteSetup("和平医院", "zh", "points", "Boss", "院长", PASSWORD)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One pass over little memory: the tests are not about how dear a try is."""
    monkeypatch.setattr(
        module, "_hash", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash, raising=True
    )


@pytest.fixture
def access(services: Services) -> AccessService:
    return services.access


@pytest.fixture
def boss(access: AccessService) -> Actor:
    return access.first_start(NOBODY, new_request(), SETUP).value


def sign_in(access: AccessService, name: str = "boss", password: str = PASSWORD) -> SignIn:
    return access.sign_in(NOBODY, new_request(), name, password).value


def sign_in_pin(access: AccessService, pin: str, name: str = "boss") -> SignIn:
    return access.sign_in_pin(NOBODY, new_request(), name, pin).value


def test_a_hospital_that_begins_can_give_numbers_at_once(services: Services) -> None:
    boss = services.access.first_start(NOBODY, new_request(), replace(SETUP, departments=True)).value
    places = services.directory.departments(boss)
    assert len({place.prefix for place in places}) == len(places) >= 30
    visit = services.visits.open(boss, new_request(), None).value
    proposal = services.triage.suggest(boss, TriageQuestion("眼睛疼")).suggestions[0]
    assert [reason.message for reason in proposal.reasons][-1] == "no doctor is listed here yet"
    decision = TriageDecision("眼睛疼", proposal.department_id, None, None)
    number = services.numbers.decide_and_issue(boss, new_request(), visit.id, decision).value
    assert number.label.endswith("001")


# --- First start ----------------------------------------------------------------------------------------------


def test_the_first_start_names_the_hospital_and_its_first_administrator(
    access: AccessService, services: Services
) -> None:
    assert access.needs_first_start(NOBODY)
    boss = access.first_start(NOBODY, new_request(), replace(SETUP, language="mn", deductions="money")).value
    assert not access.needs_first_start(NOBODY)
    assert boss.roles == {Role.ADMINISTRATOR, Role.SUPERVISOR}
    assert boss.may(Permission.ACCOUNTS)
    values = services.settings.values(NOBODY, "desk-1")
    assert [values[name] for name in ("hospital.name", "language", "conduct.deductions")] == [
        "和平医院",
        "mn",
        "money",
    ]


def test_the_first_start_happens_once(access: AccessService, boss: Actor) -> None:
    with pytest.raises(RuleError) as caught:
        access.first_start(NOBODY, new_request(), replace(SETUP, sign_in="other"))
    assert caught.value.code == "access.started"
    assert [account.sign_in for account in access.names(NOBODY)] == ["boss"]


def test_the_first_starts_reply_lost_is_given_again(access: AccessService) -> None:
    request = new_request()
    actors = [access.first_start(NOBODY, request, SETUP).value for _ in range(2)]
    assert actors[0] == actors[1]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hospital": " "}, "hospital"),
        ({"sign_in": ""}, "sign_in"),
        ({"name": ""}, "name"),
        ({"password": "1234567"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"password": "abcdefg\ud800h"}, "password"),
        ({"hospital": "x\0"}, "hospital"),
        ({"logo": b"GIF89a"}, "logo"),
    ],
)
def test_a_first_start_that_can_not_be_is_refused_and_nothing_is_stored(
    access: AccessService, services: Services, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        access.first_start(NOBODY, new_request(), replace(SETUP, **change))  # type: ignore[arg-type]
    assert caught.value.field == field
    assert access.needs_first_start(NOBODY)
    assert services.settings.values(NOBODY, "desk-1")["hospital.name"] == ""


# --- Signing in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["boss", "Boss", " BOSS "])
def test_the_right_password_signs_in_whatever_the_case_of_the_name(
    access: AccessService, boss: Actor, name: str
) -> None:
    actor = sign_in(access, name).actor
    assert actor is not None
    assert (actor.account_id, actor.roles, actor.desk, actor.by_pin) == (
        boss.account_id,
        boss.roles,
        "desk-1",
        False,
    )


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("boss", "wrong password"),
        ("boss", PASSWORD + " "),
        ("boss", ""),
        ("boss", "\ud800"),
        ("boss", "\0"),
        ("nobody", PASSWORD),
        ("bo\0ss", PASSWORD),
        ("\ud800", PASSWORD),
        ("", ""),
        ("x" * 10_000, PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ],
)
def test_anything_else_does_not(access: AccessService, boss: Actor, name: str, password: str) -> None:
    assert sign_in(access, name, password) == SignIn(None)


def test_after_five_wrong_tries_one_has_to_wait_longer_each_time(
    access: AccessService, boss: Actor, clock: WallClock
) -> None:
    waits = [sign_in(access, password="wrong").wait_seconds for _ in range(5)]
    assert waits == [0, 0, 0, 0, 30]
    assert sign_in(access) == SignIn(None, 30)
    clock.forward(seconds=29)
    assert sign_in(access) == SignIn(None, 1)
    clock.forward(seconds=1)
    assert sign_in(access, password="wrong") == SignIn(None, 60)
    clock.forward(seconds=60)
    assert sign_in(access).actor is not None
    assert [sign_in(access, password="wrong").wait_seconds for _ in range(5)] == [0, 0, 0, 0, 30]


def test_nobody_waits_longer_than_an_hour(access: AccessService, boss: Actor, clock: WallClock) -> None:
    for _ in range(30):
        wait = sign_in(access, password="wrong").wait_seconds
        clock.forward(seconds=wait)
    assert wait == module.LONGEST_BLOCK_SECONDS


def test_a_try_while_waiting_does_not_count(access: AccessService, boss: Actor) -> None:
    for _ in range(5):
        sign_in(access, password="wrong")
    assert [sign_in(access, password="wrong").wait_seconds for _ in range(3)] == [30, 30, 30]


def test_wrong_tries_at_the_same_moment_are_all_counted(
    access: AccessService, boss: Actor, store: Store
) -> None:
    meet = threading.Barrier(4)

    def guess() -> None:
        meet.wait(30)
        sign_in(access, password="wrong")

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.reading() as session:
        assert session.scalars(select(Account.failures)).one() == 4


def test_an_account_that_is_closed_lets_nobody_in(access: AccessService, boss: Actor, store: Store) -> None:
    with store.writing() as session:
        session.scalars(select(Account)).one().active = False
        session.commit()
    assert sign_in(access) == SignIn(None)
    assert access.names(NOBODY) == []


def test_every_try_is_in_the_trail_and_no_secret_is_anywhere(
    access: AccessService, boss: Actor, store: Store
) -> None:
    sign_in(access)
    sign_in(access, password="wrong-secret")
    sign_in(access, "nobody")
    access.choose_pin(boss, new_request(), PASSWORD, "864209")
    with store.reading() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        written = b"".join(
            [*session.scalars(select(AuditBody.body)), *session.scalars(select(Request.result))]
        )
        account = session.scalars(select(Account)).one()
    assert actions[-4:] == ["account.sign-in", "account.wrong", "account.refused", "account.pin"]
    for secret in (PASSWORD, "wrong-secret", "864209"):
        assert secret.encode() not in written
        assert secret not in f"{account.password_hash}{account.pin_hash}"


def test_passwords_are_kept_by_argon2(
    monkeypatch: pytest.MonkeyPatch, access: AccessService, store: Store
) -> None:
    monkeypatch.undo()
    access.first_start(NOBODY, new_request(), SETUP)
    with store.reading() as session:
        assert session.scalars(select(Account.password_hash)).one().startswith("$argon2id$")
    assert sign_in(access).actor is not None


# --- PINs -----------------------------------------------------------------------------------------------------


def test_a_pin_signs_in_but_never_opens_administration(access: AccessService, boss: Actor) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    actor = sign_in_pin(access, "4711").actor
    assert actor is not None
    assert actor.by_pin
    assert actor.may(Permission.VISIT_WRITE)
    with pytest.raises(PermissionDenied):
        access.accounts(actor)
    assert [account.has_pin for account in access.names(NOBODY)] == [True]


@pytest.mark.parametrize("pin", ["4712", "", "47110", "\ud800"])
def test_another_pin_does_not(access: AccessService, boss: Actor, pin: str) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    assert sign_in_pin(access, pin) == SignIn(None)


def test_without_a_pin_none_signs_in(access: AccessService, boss: Actor) -> None:
    assert sign_in_pin(access, "") == SignIn(None)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "１２３４", "12 4", "-123"])
def test_a_pin_is_four_to_eight_digits(access: AccessService, boss: Actor, pin: str) -> None:
    with pytest.raises(InputError) as caught:
        access.choose_pin(boss, new_request(), PASSWORD, pin)
    assert caught.value.field == "pin"


def test_a_pin_is_chosen_with_the_password_only(access: AccessService, boss: Actor) -> None:
    with pytest.raises(InputError) as caught:
        access.choose_pin(boss, new_request(), "not it", "4711")
    assert caught.value.field == "password"


def test_a_pin_works_on_the_workstation_where_it_was_chosen(
    access: AccessService, boss: Actor, store: Store, clock: WallClock, tmp_path: Path
) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    elsewhere = build_services(store, Workstation.in_folder(tmp_path / "other"), clock).access
    assert sign_in_pin(elsewhere, "4711") == SignIn(None)
    assert sign_in_pin(access, "4711").actor is not None


def test_wrong_pins_make_one_wait_too(access: AccessService, boss: Actor) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    assert [sign_in_pin(access, "0000").wait_seconds for _ in range(5)] == [0, 0, 0, 0, 30]
    assert sign_in_pin(access, "4711") == SignIn(None, 30)


# --- Accounts -------------------------------------------------------------------------------------------------


def test_an_administrator_adds_people_who_then_sign_in(access: AccessService, boss: Actor) -> None:
    added = access.add_account(
        boss, new_request(), " Oyuna ", "Оюунаа", PASSWORD, {Role.OPERATOR, Role.TRAINER}
    ).value
    assert (added.sign_in, added.name, added.roles) == ("oyuna", "Оюунаа", {Role.OPERATOR, Role.TRAINER})
    actor = sign_in(access, "OYUNA").actor
    assert actor is not None
    assert actor.may(Permission.NUMBER_ISSUE)
    assert not actor.may(Permission.ACCOUNTS)
    assert {account.name for account in access.accounts(boss)} == {"Оюунаа", "院长"}


@pytest.mark.parametrize("name", ["boss", "BOSS", " boss", "ＢＯＳＳ".lower()])
def test_two_people_do_not_share_a_sign_in(access: AccessService, boss: Actor, name: str) -> None:
    if name.isascii():
        with pytest.raises(InputError) as caught:
            access.add_account(boss, new_request(), name, "x", PASSWORD, [])
        assert caught.value.code == "sign-in.taken"
    else:
        assert access.add_account(boss, new_request(), name, "x", PASSWORD, []).value.sign_in == name


def test_somebody_without_a_role_may_nothing(access: AccessService, boss: Actor) -> None:
    access.add_account(boss, new_request(), "new", "新人", PASSWORD, [])
    actor = sign_in(access, "new").actor
    assert actor is not None
    with pytest.raises(PermissionDenied):
        access.choose_pin(actor, new_request(), PASSWORD, "4711")
