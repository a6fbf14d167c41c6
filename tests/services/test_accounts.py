"""Accounts as administrators keep them: roles, days, staff, first passwords, and one administrator always."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountPin, AccountRole
from deskapp.db.models.directory import Staff
from deskapp.db.unit_of_work import unit_of_work
from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.accounts import AccountDraft, Standing
from deskapp.domain.directory import Seen, StaffDraft
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.access import AccessService, AccountDetails, SignIn
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.directory import put_staff
from tests.services.conftest import MONDAY, WallClock, audit_bodies
from tests.services.test_access import (
    NOBODY,
    PASSWORD,
    add,
    boss,
    cheap_hashes,
    sign_in,
    sign_in_of,
    sign_in_pin,
)

__all__ = ["boss", "cheap_hashes"]
DAY = dt.timedelta(days=1)
ADMINISTRATOR, OPERATOR = frozenset({Role.ADMINISTRATOR}), frozenset({Role.OPERATOR})
RESET = "kafuni-ruteba-472"


@pytest.fixture
def access(services: Services) -> AccessService:
    return services.access


@pytest.fixture
def li(access: AccessService, boss: Actor) -> int:
    """Return the account of an operator."""
    return add(access, boss)


def account(access: AccessService, boss: Actor, key: int) -> AccountDetails:
    return next(one for one in access.accounts(boss) if one.id == key)


def seen(access: AccessService, boss: Actor, key: int) -> Seen:
    return Seen(key, account(access, boss, key).version)


def change(access: AccessService, boss: Actor, key: int, **values: object) -> None:
    """Change an account as it is now."""
    now = account(access, boss, key)
    draft = AccountDraft(now.sign_in, now.name, now.roles, now.starts, now.ends, now.staff)
    made = replace(draft, **values)  # type: ignore[arg-type]
    access.change_account(boss, new_request(), made, Seen(now.id, now.version))


def staff(
    access: AccessService, boss: Actor, number: str = "S7", name: str = "李娜", **values: object
) -> None:
    """Put somebody into the staff list."""
    with unit_of_work(access.store, boss, access.clock) as work:
        put_staff(work, StaffDraft(number, name, **values))  # type: ignore[arg-type]
        work.finish(new_request(), "test", b"null")


def code(error: pytest.ExceptionInfo[RuleError]) -> str:
    return error.value.code


# --- Adding and changing ----------------------------------------------------------------------------------------


def test_an_administrator_adds_people_who_then_sign_in(access: AccessService, boss: Actor) -> None:
    roles = frozenset({Role.OPERATOR, Role.TRAINER})
    draft = AccountDraft(" Oyuna ", "Оюунаа", roles)
    key = access.add_account(boss, new_request(), draft, PASSWORD).value
    added = account(access, boss, key)
    assert (added.sign_in, added.name, added.roles) == ("oyuna", "Оюунаа", roles)
    assert added.standing is Standing.MUST_CHANGE
    actor = access.change_password(NOBODY, new_request(), "OYUNA", PASSWORD, "my own words").value.actor
    assert actor is not None
    assert actor.may(Permission.NUMBER_ISSUE)
    assert not actor.may(Permission.ACCOUNTS)
    assert account(access, boss, key).standing is Standing.MAY


@pytest.mark.parametrize("name", ["boss", "BOSS", " boss"])
def test_two_people_do_not_share_a_sign_in(access: AccessService, boss: Actor, name: str) -> None:
    with pytest.raises(InputError) as caught:
        access.add_account(boss, new_request(), AccountDraft(name, "x", OPERATOR), PASSWORD)
    assert caught.value.code == "sign-in.taken"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"sign_in": " "}, "sign_in"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x\0"}, "name"),
        ({"starts": MONDAY, "ends": MONDAY - DAY}, "ends"),
        ({"staff": "S9"}, "staff"),
    ],
)
def test_what_an_account_can_not_be_is_told_at_its_field_and_nothing_is_stored(
    access: AccessService, boss: Actor, values: dict[str, object], field: str
) -> None:
    draft = replace(AccountDraft("new", "新人", OPERATOR), **values)  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        access.add_account(boss, new_request(), draft, PASSWORD)
    assert caught.value.field == field
    assert len(access.accounts(boss)) == 1


def test_a_first_password_is_one_too(access: AccessService, boss: Actor) -> None:
    with pytest.raises(InputError, match=r"password\.worst"):
        access.add_account(boss, new_request(), AccountDraft("new", "x", OPERATOR), "password1")


def test_somebody_without_a_role_may_nothing(access: AccessService, boss: Actor) -> None:
    add(access, boss, "new", roles=frozenset())
    with pytest.raises(PermissionDenied):
        access.choose_pin(sign_in_of(access, "new"), new_request(), PASSWORD, "4711")


def test_a_change_is_in_the_trail_with_before_and_after(
    access: AccessService, boss: Actor, li: int, store: Store
) -> None:
    change(access, boss, li, name="李丽", roles=frozenset({Role.LEADER, Role.TRAINER}), ends=MONDAY + DAY)
    changed = account(access, boss, li)
    assert (changed.sign_in, changed.name) == ("li", "李丽")
    assert (changed.roles, changed.ends) == ({Role.LEADER, Role.TRAINER}, MONDAY + DAY)
    line = audit_bodies(store, "account", li)[-1]
    for words in ('"operator"', '"leader","trainer"', "李娜", "李丽", str(MONDAY + DAY)):
        assert words in line


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(
    access: AccessService, boss: Actor, li: int
) -> None:
    before = seen(access, boss, li)
    change(access, boss, li, name="李丽")
    draft = AccountDraft("", "李莉", OPERATOR)
    for stale in (
        lambda: access.change_account(boss, new_request(), draft, before),
        lambda: access.set_active(boss, new_request(), False, before),
        lambda: access.reset_password(boss, new_request(), RESET, before),
    ):
        with pytest.raises(ConflictError):
            stale()
    now = account(access, boss, li)
    assert (now.name, now.active, now.standing) == ("李丽", True, Standing.MAY)


def test_a_lost_answer_adds_and_changes_once(access: AccessService, boss: Actor) -> None:
    request, draft = new_request(), AccountDraft("new", "新人", OPERATOR)
    keys = {access.add_account(boss, request, draft, PASSWORD).value for _ in range(2)}
    assert len(keys) == 1
    before, request = seen(access, boss, keys.pop()), new_request()
    for _ in range(2):
        access.change_account(boss, request, draft, before)
    assert account(access, boss, before.id).version == before.version + 1


# --- Staff who leave --------------------------------------------------------------------------------------------


def test_who_leaves_loses_access_after_the_last_day_by_itself(
    access: AccessService, boss: Actor, li: int, clock: WallClock
) -> None:
    staff(access, boss, left=MONDAY)
    change(access, boss, li, staff="S7", ends=MONDAY + 9 * DAY)
    linked = account(access, boss, li)
    assert (linked.staff, linked.staff_name, linked.until) == ("S7", "李娜", MONDAY)
    assert sign_in_of(access, "li").until == MONDAY
    clock.set("00:00:01", MONDAY + DAY)
    assert sign_in(access, "li") == SignIn(None, shut=Standing.ENDED, day=MONDAY)
    assert account(access, boss, li).standing is Standing.ENDED


def test_the_end_of_the_account_counts_when_it_is_the_earlier_one(
    access: AccessService, boss: Actor, li: int
) -> None:
    staff(access, boss, left=MONDAY + 9 * DAY)
    change(access, boss, li, staff="S7", ends=MONDAY + DAY)
    assert account(access, boss, li).until == MONDAY + DAY


def test_staff_is_found_by_number_or_by_a_name_that_is_there_once(
    access: AccessService, boss: Actor, li: int, store: Store
) -> None:
    staff(access, boss)
    staff(access, boss, "S8", "周敏")
    staff(access, boss, "S9", "周敏")
    change(access, boss, li, staff=" 李娜 ")
    assert account(access, boss, li).staff == "S7"
    with pytest.raises(InputError, match=r"staff\.unknown") as caught:
        change(access, boss, li, staff="周敏")
    assert "number" in str(caught.value.text)
    change(access, boss, li, staff="S9")
    assert account(access, boss, li).staff_name == "周敏"
    change(access, boss, li, staff="")
    with store.reading() as session:
        assert session.get_one(Account, li).staff_id is None
        assert session.scalar(select(func.count()).select_from(Staff)) == 3


# --- Passwords, PINs, locks -------------------------------------------------------------------------------------


def test_a_reset_gives_a_password_to_be_changed_and_takes_the_pins(
    access: AccessService, boss: Actor, li: int, store: Store
) -> None:
    access.choose_pin(sign_in_of(access, "li"), new_request(), PASSWORD, "4711")
    with store.writing() as session:
        session.execute(update(Account).values(pin_hash="of revision 0001"))
        session.commit()
    assert account(access, boss, li).pins == 1
    access.reset_password(boss, new_request(), RESET, seen(access, boss, li))
    assert sign_in_pin(access, "4711", "li") == SignIn(None)
    assert sign_in(access, "li") == SignIn(None)
    assert sign_in(access, "li", RESET) == SignIn(None, must_change=True)
    with store.reading() as session:
        assert session.get_one(Account, li).pin_hash is None
        assert session.scalar(select(func.count()).select_from(AccountPin)) == 0
    assert RESET not in "".join(audit_bodies(store, "account", li))


def test_a_reset_ends_what_is_open_and_what_waits(access: AccessService, boss: Actor, li: int) -> None:
    actor = sign_in_of(access, "li")
    for _ in range(5):
        sign_in(access, "li", "wrong")
    access.reset_password(boss, new_request(), RESET, seen(access, boss, li))
    assert access.renewed(actor) == SignIn(None, must_change=True)
    assert sign_in(access, "li", RESET).must_change


def test_ones_own_password_is_not_reset(access: AccessService, boss: Actor) -> None:
    with pytest.raises(RuleError) as caught:
        access.reset_password(boss, new_request(), RESET, seen(access, boss, boss.account_id))
    assert code(caught) == "account.own-password"


def test_unlocking_lets_one_try_at_once(access: AccessService, boss: Actor, li: int) -> None:
    for _ in range(6):
        sign_in(access, "li", "wrong")
    assert account(access, boss, li).standing is Standing.WAITS
    access.unlock(boss, new_request(), li)
    assert account(access, boss, li).standing is Standing.MAY
    assert [sign_in(access, "li", "wrong").wait_seconds for _ in range(5)] == [0, 0, 0, 0, 30]


def test_pins_are_forgotten_at_every_workstation(access: AccessService, boss: Actor, li: int) -> None:
    access.choose_pin(sign_in_of(access, "li"), new_request(), PASSWORD, "4711")
    access.forget_pins(boss, new_request(), li)
    assert account(access, boss, li).pins == 0
    assert sign_in_pin(access, "4711", "li") == SignIn(None)
    assert sign_in(access, "li").actor is not None


def test_off_and_on_again(access: AccessService, boss: Actor, li: int) -> None:
    actor = sign_in_of(access, "li")
    access.set_active(boss, new_request(), False, seen(access, boss, li))
    assert sign_in(access, "li") == SignIn(None, shut=Standing.OFF)
    assert sign_in(access, "li", "wrong") == SignIn(None)
    assert access.renewed(actor) == SignIn(None, shut=Standing.OFF)
    assert [one.sign_in for one in access.names(NOBODY)] == ["boss"]
    assert [one.sign_in for one in access.accounts(boss)][-1] == "li"
    access.set_active(boss, new_request(), True, seen(access, boss, li))
    assert sign_in(access, "li").actor is not None


# --- One administrator always -----------------------------------------------------------------------------------


def test_the_last_administrator_stays(access: AccessService, boss: Actor) -> None:
    """Who changes it is another administrator whose own access ends."""
    key = add(access, boss, "deputy", roles=ADMINISTRATOR, ends=MONDAY + 9 * DAY)
    deputy = sign_in_of(access, "deputy")
    for breach in (
        lambda: change(access, deputy, boss.account_id, roles=frozenset({Role.SUPERVISOR})),
        lambda: change(access, deputy, boss.account_id, ends=MONDAY + 99 * DAY),
        lambda: change(access, deputy, boss.account_id, starts=MONDAY + DAY),
        lambda: access.set_active(deputy, new_request(), False, seen(access, deputy, boss.account_id)),
    ):
        with pytest.raises(RuleError) as caught:
            breach()
        assert code(caught) == "account.last-administrator"
    assert account(access, boss, boss.account_id).standing is Standing.MAY
    change(access, boss, key, ends=None)
    change(access, deputy, boss.account_id, roles=frozenset({Role.SUPERVISOR}))
    with pytest.raises(PermissionDenied):
        access.accounts(sign_in_of(access, "boss"))


def test_nobody_takes_the_administration_away_from_oneself(access: AccessService, boss: Actor) -> None:
    add(access, boss, "deputy", roles=ADMINISTRATOR)
    for breach in (
        lambda: change(access, boss, boss.account_id, roles=frozenset({Role.SUPERVISOR})),
        lambda: change(access, boss, boss.account_id, ends=MONDAY - DAY),
        lambda: access.set_active(boss, new_request(), False, seen(access, boss, boss.account_id)),
    ):
        with pytest.raises(RuleError) as caught:
            breach()
        assert code(caught) == "account.own"
    change(access, boss, boss.account_id, ends=MONDAY + DAY)
    assert account(access, boss, boss.account_id).until == MONDAY + DAY


def test_other_accounts_are_free(access: AccessService, boss: Actor, li: int) -> None:
    change(access, boss, li, roles=frozenset(), ends=MONDAY - DAY)
    assert account(access, boss, li).standing is Standing.ENDED


def test_two_administrators_do_not_take_the_role_from_each_other(
    access: AccessService, boss: Actor, store: Store
) -> None:
    key = add(access, boss, "deputy", roles=ADMINISTRATOR)
    deputy = sign_in_of(access, "deputy")
    meet, refused = threading.Barrier(2), []

    def take(actor: Actor, other: int) -> None:
        draft, version = AccountDraft("", "x", OPERATOR), seen(access, actor, other)
        meet.wait(30)
        try:
            access.change_account(actor, new_request(), draft, version)
        except RuleError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=take, args=pair) for pair in ((boss, key), (deputy, boss.account_id))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == ["account.last-administrator"]
    with store.reading() as session:
        left = session.scalars(select(AccountRole.role).where(AccountRole.role == Role.ADMINISTRATOR))
        assert len(left.all()) == 1
