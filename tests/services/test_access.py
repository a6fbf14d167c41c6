"""First start, signing in by password or PIN, waiting after wrong tries, one's own password and PIN."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountPin, AuditBody, AuditEntry, Request
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.accounts import AccountDraft, Outcome, Standing
from deskapp.domain.intake import TriageDecision
from deskapp.errors import InputError, PermissionDenied, RuleError
from deskapp.services.access import AccessService, Proof, SignIn, SiteSetup, secrets
from deskapp.services.all import Services, build_services
from deskapp.services.base import new_request
from deskapp.services.intake.triage import TriageQuestion
from tests.services.conftest import MONDAY, WallClock
from tests.support.hospital import CHEAP

NOBODY = Actor(0, "", frozenset(), "desk-1")
PASSWORD = "一个很长的密码 🙂"
SETUP = SiteSetup("和平医院", "zh", "points", "Boss", "院长", PASSWORD)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One pass over little memory: the tests are not about how dear a try is."""
    monkeypatch.setattr(secrets, "COST", CHEAP)


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


def add(access: AccessService, boss: Actor, name: str = "li", **values: object) -> int:
    """Add an operator who signs in with `PASSWORD`, and need not change it; return the account's id."""
    draft = AccountDraft(**{"sign_in": name, "name": "李娜", "roles": frozenset({Role.OPERATOR}), **values})  # type: ignore[arg-type]
    return access.add_account(boss, new_request(), draft, PASSWORD, must_change=False).value


@pytest.fixture
def elsewhere(store: Store, clock: WallClock, tmp_path: Path) -> Iterator[AccessService]:
    """Return the service of another workstation on the same database."""
    other = Workstation.in_folder(tmp_path / "other")
    yield build_services(store, other, clock).access
    other.drafts.close()


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
    assert wait == 3600


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


def test_waiting_outlives_a_restart_and_holds_at_every_desk(
    access: AccessService, elsewhere: AccessService, boss: Actor
) -> None:
    for tried in (access, elsewhere, access, elsewhere, access):
        sign_in(tried, password="wrong")
    assert sign_in(elsewhere) == SignIn(None, 30)


def test_an_unknown_name_is_checked_as_long_as_a_known_one(
    access: AccessService, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    really = secrets._is_right

    def count(stored: str, secret: str) -> bool:
        checked.append(stored)
        return really(stored, secret)

    monkeypatch.setattr(secrets, "_is_right", count)
    for name, method in (("boss", sign_in), ("nobody", sign_in)):
        method(access, name, "wrong")
    sign_in_pin(access, "4711")
    access.change_password(NOBODY, new_request(), "nobody", "wrong", "a new password")
    assert len(checked) == 4
    assert checked.count(secrets.NOBODYS) == 3


def test_what_is_checked_for_nobody_costs_as_much_as_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert not secrets.is_outdated(secrets.NOBODYS)


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
        pin = session.scalars(select(AccountPin)).one()
    assert actions[-4:] == ["account.sign-in", "account.wrong", "account.refused", "account.pin"]
    for secret in (PASSWORD, "wrong-secret", "864209"):
        assert secret.encode() not in written
        assert secret not in f"{account.password_hash}{pin.pin_hash}"


def test_a_hash_made_with_less_is_made_anew_at_the_next_right_sign_in(
    access: AccessService, boss: Actor, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    monkeypatch.setattr(secrets, "COST", secrets.Cost(passes=2, memory_kib=16, lanes=1))

    def parameters() -> list[str]:
        with store.reading() as session:
            found = [
                session.scalars(select(one)).one() for one in (Account.password_hash, AccountPin.pin_hash)
            ]
        return [stored.split("$")[3] for stored in found]

    assert sign_in(access, password="wrong").actor is None
    assert parameters() == ["m=8,t=1,p=1", "m=8,t=1,p=1"]
    assert sign_in(access).actor is not None
    assert parameters() == ["m=16,t=2,p=1", "m=8,t=1,p=1"]
    assert sign_in_pin(access, "4711").actor is not None
    assert parameters() == ["m=16,t=2,p=1", "m=16,t=2,p=1"]
    assert sign_in(access).actor is not None


def test_passwords_are_kept_by_argon2id_as_rfc_9106_recommends(
    monkeypatch: pytest.MonkeyPatch, access: AccessService, store: Store
) -> None:
    monkeypatch.undo()
    access.first_start(NOBODY, new_request(), SETUP)
    with store.reading() as session:
        stored = session.scalars(select(Account.password_hash)).one()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


# --- First and last day ---------------------------------------------------------------------------------------


def test_nobody_signs_in_before_the_first_day_or_after_the_last(
    access: AccessService, boss: Actor, clock: WallClock
) -> None:
    friday = MONDAY + dt.timedelta(days=4)
    add(access, boss, starts=MONDAY + dt.timedelta(days=1), ends=friday)
    assert sign_in(access, "li") == SignIn(None, shut=Standing.NOT_YET, day=MONDAY + dt.timedelta(days=1))
    clock.set("00:00:01", MONDAY + dt.timedelta(days=1))
    assert sign_in(access, "li").actor is not None
    clock.set("23:59:59", friday)
    actor = sign_in(access, "li").actor
    assert actor is not None
    assert actor.until == friday
    assert [one.sign_in for one in access.names(NOBODY)] == ["li", "boss"]
    clock.set("00:00:01", friday + dt.timedelta(days=1))
    assert sign_in(access, "li") == SignIn(None, shut=Standing.ENDED, day=friday)
    assert [one.sign_in for one in access.names(NOBODY)] == ["boss"]


def test_only_who_knows_the_password_is_told_why(access: AccessService, boss: Actor) -> None:
    add(access, boss, ends=MONDAY - dt.timedelta(days=1))
    assert sign_in(access, "li", "wrong") == SignIn(None)
    assert [sign_in(access, "li", "wrong").wait_seconds for _ in range(4)] == [0, 0, 0, 30]
    assert sign_in(access, "li") == SignIn(None, 30)


def test_an_open_session_ends_with_its_last_day(
    services: Services, access: AccessService, boss: Actor, clock: WallClock
) -> None:
    add(access, boss, ends=MONDAY)
    actor = sign_in(access, "li").actor
    assert actor is not None
    services.visits.open(actor, new_request(), None)
    clock.set("00:00:01", MONDAY + dt.timedelta(days=1))
    with pytest.raises(PermissionDenied):
        services.visits.open(actor, new_request(), None)
    with pytest.raises(PermissionDenied):
        access.sign_ins(actor, actor.account_id)


def test_who_goes_on_as_whom_is_told_to_an_open_session(access: AccessService, boss: Actor) -> None:
    key = add(access, boss)
    actor = sign_in_of(access, "li")
    assert access.renewed(actor) == SignIn(actor)
    seen = next(one for one in access.accounts(boss) if one.id == key)
    draft = AccountDraft("", "李娜", frozenset({Role.LEADER}), ends=MONDAY + dt.timedelta(days=9))
    access.change_account(boss, new_request(), draft, seen)  # type: ignore[arg-type]
    renewed = access.renewed(actor).actor
    assert renewed is not None
    assert (renewed.roles, renewed.until) == ({Role.LEADER}, MONDAY + dt.timedelta(days=9))
    assert access.renewed(replace(actor, account_id=999)) == SignIn(None)


def sign_in_of(access: AccessService, name: str) -> Actor:
    actor = sign_in(access, name).actor
    assert actor is not None
    return actor


# --- A password that was given --------------------------------------------------------------------------------


@pytest.fixture
def given(access: AccessService, boss: Actor) -> AccessService:
    """Return the service when somebody new has a password that an administrator gave."""
    draft = AccountDraft("new", "新人", frozenset({Role.OPERATOR}))
    access.add_account(boss, new_request(), draft, PASSWORD)
    return access


def change(access: AccessService, new: str, old: str = PASSWORD, name: str = "new") -> SignIn:
    return access.change_password(NOBODY, new_request(), name, old, new).value


def test_a_given_password_lets_in_nowhere_but_to_choosing_another(given: AccessService) -> None:
    assert sign_in(given, "new") == SignIn(None, must_change=True)
    actor = change(given, "my own words", name=" NEW").actor
    assert actor is not None
    assert actor.may(Permission.VISIT_WRITE)
    assert sign_in(given, "new") == SignIn(None)
    assert sign_in(given, "new", "my own words").actor is not None


@pytest.mark.parametrize(
    ("new", "code"),
    [("short", "password.short"), ("password1", "password.worst"), (PASSWORD, "password.same")],
)
def test_a_new_password_that_is_none_is_refused_at_its_field(
    given: AccessService, new: str, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        change(given, new)
    assert (caught.value.field, caught.value.code) == ("new", code)
    assert sign_in(given, "new").must_change


def test_changing_counts_wrong_tries_and_lets_nobody_in_by_the_back_door(
    given: AccessService, boss: Actor
) -> None:
    assert [change(given, "my own words", "wrong").wait_seconds for _ in range(5)] == [0, 0, 0, 0, 30]
    assert change(given, "my own words") == SignIn(None, 30)
    assert change(given, "my own words", name="nobody") == SignIn(None)
    add(given, boss, "gone", ends=MONDAY - dt.timedelta(days=1))
    assert change(given, "my own words", name="gone").shut is Standing.ENDED


def test_one_changes_ones_own_password_with_the_old_one(access: AccessService, boss: Actor) -> None:
    assert access.choose_password(boss, new_request(), "wrong", "my own words").value == Proof(False)
    assert access.choose_password(boss, new_request(), PASSWORD, "my own words").value == Proof(True)
    assert sign_in(access) == SignIn(None)
    assert sign_in(access, password="my own words").actor is not None
    with pytest.raises(InputError, match=r"password\.short"):
        access.choose_password(boss, new_request(), "my own words", "boss")


def test_nobody_guesses_the_password_from_inside(access: AccessService, boss: Actor) -> None:
    guesses = [access.choose_pin(boss, new_request(), "wrong", "4711").value for _ in range(3)]
    guesses += [access.choose_password(boss, new_request(), "wrong", "my own words").value for _ in range(2)]
    assert [guess.wait_seconds for guess in guesses] == [0, 0, 0, 0, 30]
    assert access.choose_pin(boss, new_request(), PASSWORD, "4711").value == Proof(False, 30)


# --- What happened before -------------------------------------------------------------------------------------


def test_the_person_is_told_of_the_last_sign_in_and_of_wrong_tries_since(
    access: AccessService, elsewhere: AccessService, boss: Actor, clock: WallClock
) -> None:
    first = sign_in(access).earlier
    assert first is not None
    assert (first.at, first.wrong) == (None, 0)
    at = clock()
    clock.forward(hours=3)
    for tried in (access, elsewhere):
        sign_in(tried, password="wrong")
    second = sign_in(access).earlier
    assert second is not None
    assert (second.at, second.desk, second.wrong) == (at, "desk-1", 2)
    third = sign_in(access).earlier
    assert third is not None
    assert third.wrong == 0


def test_ones_own_sign_ins_are_listed_newest_first(
    access: AccessService, boss: Actor, clock: WallClock
) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    steps = [lambda: sign_in(access), lambda: sign_in_pin(access, "4711")]
    steps += [lambda: sign_in(access, password="wrong")] * 5 + [lambda: sign_in(access)]
    for step in steps:
        clock.forward(seconds=1)
        step()
    found = access.sign_ins(boss, boss.account_id)
    wrong = [Outcome.WRONG] * 5
    assert [one.outcome for one in found] == [Outcome.WAITED, *wrong, Outcome.PIN, Outcome.PASSWORD]
    assert found[0].at == clock()
    assert {one.desk for one in found} == {"desk-1"}


def test_somebody_elses_sign_ins_are_for_who_keeps_the_accounts(access: AccessService, boss: Actor) -> None:
    key = add(access, boss)
    li = sign_in_of(access, "li")
    assert [one.outcome for one in access.sign_ins(li, key)] == [Outcome.PASSWORD]
    assert access.sign_ins(boss, key) == access.sign_ins(li, key)
    with pytest.raises(PermissionDenied):
        access.sign_ins(li, boss.account_id)
    with pytest.raises(PermissionDenied):
        access.sign_ins(replace(boss, by_pin=True), key)
    assert len(access.sign_ins(replace(boss, by_pin=True), boss.account_id)) == 0


# --- PINs -----------------------------------------------------------------------------------------------------


def test_a_pin_signs_in_but_never_opens_administration(access: AccessService, boss: Actor) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    actor = sign_in_pin(access, "4711").actor
    assert actor is not None
    assert actor.by_pin
    assert actor.may(Permission.VISIT_WRITE)
    with pytest.raises(PermissionDenied):
        access.accounts(actor)


@pytest.mark.parametrize("pin", ["4712", "", "47110", "\ud800"])
def test_another_pin_does_not(access: AccessService, boss: Actor, pin: str) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    assert sign_in_pin(access, pin) == SignIn(None)


def test_without_a_pin_none_signs_in(access: AccessService, boss: Actor) -> None:
    assert sign_in_pin(access, "") == SignIn(None)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "1234", "0000"])
def test_a_pin_is_four_to_eight_digits_that_not_everybody_tries(
    access: AccessService, boss: Actor, pin: str
) -> None:
    with pytest.raises(InputError) as caught:
        access.choose_pin(boss, new_request(), PASSWORD, pin)
    assert caught.value.field == "pin"


def test_a_pin_is_chosen_with_the_password_only(access: AccessService, boss: Actor) -> None:
    assert access.choose_pin(boss, new_request(), "not it", "4711").value == Proof(False)
    assert sign_in_pin(access, "4711") == SignIn(None)


def test_a_pin_works_on_the_workstation_where_it_was_chosen(
    access: AccessService, elsewhere: AccessService, boss: Actor
) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    assert sign_in_pin(elsewhere, "4711") == SignIn(None)
    assert [one.has_pin for one in access.names(NOBODY)] == [True]
    assert [one.has_pin for one in elsewhere.names(NOBODY)] == [False]
    elsewhere.choose_pin(boss, new_request(), PASSWORD, "1357")
    access.choose_pin(boss, new_request(), PASSWORD, "2468")
    assert sign_in_pin(elsewhere, "1357").actor is not None
    assert sign_in_pin(access, "2468").actor is not None
    assert sign_in_pin(access, "4711") == SignIn(None)


def test_a_pin_is_no_use_when_its_row_is_carried_to_another_workstation(
    access: AccessService, elsewhere: AccessService, boss: Actor, store: Store
) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    with store.writing() as session:
        session.execute(update(AccountPin).values(workstation=elsewhere._here))
        session.commit()
    assert sign_in_pin(elsewhere, "4711") == SignIn(None)


def test_a_pin_of_the_first_revision_no_longer_counts(
    access: AccessService, boss: Actor, store: Store
) -> None:
    old = secrets.hashed(secrets.peppered("4711", access._pepper))
    with store.writing() as session:
        session.execute(update(Account).values(pin_hash=old))
        session.commit()
    assert [one.has_pin for one in access.names(NOBODY)] == [False]
    assert sign_in_pin(access, "4711") == SignIn(None)


def test_wrong_pins_make_one_wait_too(access: AccessService, boss: Actor) -> None:
    access.choose_pin(boss, new_request(), PASSWORD, "4711")
    assert [sign_in_pin(access, "0000").wait_seconds for _ in range(5)] == [0, 0, 0, 0, 30]
    assert sign_in_pin(access, "4711") == SignIn(None, 30)
