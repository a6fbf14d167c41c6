"""Who may sign in on a day, how long wrong tries wait, which passwords and PINs are taken."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain import accounts
from deskapp.domain.access import Role
from deskapp.domain.accounts import Access, Standing
from deskapp.errors import InputError

TODAY = dt.date(2026, 11, 16)
NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
BEFORE, AFTER = TODAY - dt.timedelta(1), TODAY + dt.timedelta(1)
SOON = NOW + dt.timedelta(seconds=30)


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (Access(), Standing.MAY),
        (Access(starts=TODAY, until=TODAY), Standing.MAY),
        (Access(starts=AFTER), Standing.NOT_YET),
        (Access(until=BEFORE), Standing.ENDED),
        (Access(active=False, until=BEFORE), Standing.OFF),
        (Access(blocked_until=SOON), Standing.WAITS),
        (Access(blocked_until=NOW), Standing.MAY),
        (Access(must_change=True), Standing.MUST_CHANGE),
        (Access(must_change=True, blocked_until=SOON), Standing.WAITS),
        (Access(must_change=True, until=BEFORE), Standing.ENDED),
    ],
)
def test_an_account_is_good_for_what_its_days_say(access: Access, expected: Standing) -> None:
    assert accounts.standing(access, NOW, TODAY) is expected
    closed = expected if expected in (Standing.NOT_YET, Standing.ENDED, Standing.OFF) else None
    assert accounts.shut(access, TODAY) is closed


@pytest.mark.parametrize(
    ("days", "last"), [((None, None), None), ((TODAY, None), TODAY), ((AFTER, BEFORE), BEFORE)]
)
def test_the_earlier_of_both_ends_counts(days: tuple[dt.date | None, ...], last: dt.date | None) -> None:
    assert accounts.last_day(*days) == last


@pytest.mark.parametrize(
    ("access", "roles", "keeps"),
    [
        (Access(), {Role.ADMINISTRATOR}, True),
        (Access(), {Role.SUPERVISOR}, False),
        (Access(until=AFTER), {Role.ADMINISTRATOR}, False),
        (Access(starts=AFTER), {Role.ADMINISTRATOR}, False),
        (Access(active=False), {Role.ADMINISTRATOR}, False),
    ],
)
def test_only_an_administrator_for_good_keeps_the_house(
    access: Access, roles: set[Role], keeps: bool
) -> None:
    assert accounts.keeps_the_house(access, frozenset(roles), TODAY) is keeps


def test_five_tries_are_free_then_the_wait_doubles_to_an_hour() -> None:
    waits = [accounts.seconds_to_wait(failures) for failures in range(14)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert accounts.seconds_to_wait(10**9) == 3600


def refused(password: str, sign_in: str = "li") -> str:
    with pytest.raises(InputError) as caught:
        accounts.check_password("new", password, sign_in)
    assert caught.value.field == "new"
    return caught.value.code


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password.short"),
        ("1234567", "password.short"),
        ("administrator", "password.worst"),
        ("PassWord1", "password.worst"),
        ("啊" * 9, "password.worst"),
        ("83749201", "password.pin"),
        ("x" * 201, "text.long"),
        ("abcdefg\0h", "text.nul"),
        ("abcdefg\ud800h", "text.broken"),
    ],
)
def test_passwords_that_are_refused(password: str, code: str) -> None:
    assert refused(password) == code


def test_the_sign_in_name_is_no_password() -> None:
    assert refused(" Wang.Jianguo", "wang.jianguo") == "password.name"


@pytest.mark.parametrize("password", ["correct horse", "desk-demo", "一个很长的密码吧 🙂", "837492015"])
def test_other_passwords_are_taken(password: str) -> None:
    accounts.check_password("new", password, "li")


def test_every_worst_password_is_long_enough_to_be_tried() -> None:
    assert all(len(password) >= accounts.MIN_PASSWORD for password in accounts.WORST)
    assert all(refused(password) == "password.worst" for password in accounts.WORST)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "１２３４", "12 4", "-123", "\ud800"])
def test_what_is_no_pin(pin: str) -> None:
    with pytest.raises(InputError, match=r"pin\.form"):
        accounts.check_pin("pin", pin)


@pytest.mark.parametrize("pin", ["0000", "77777777", "1234", "4321", "23456789", "9876"])
def test_pins_that_everybody_tries_first(pin: str) -> None:
    with pytest.raises(InputError, match=r"pin\.easy"):
        accounts.check_pin("pin", pin)


@pytest.mark.parametrize("pin", ["1357", "2468", "1235", "1123", "9012", "4711", "864209"])
def test_other_pins_are_taken(pin: str) -> None:
    accounts.check_pin("pin", pin)


@given(st.binary(min_size=accounts.PASSWORD_ENTROPY_BYTES, max_size=accounts.PASSWORD_ENTROPY_BYTES))
def test_a_first_password_can_be_read_out_and_is_one(entropy: bytes) -> None:
    password = accounts.readable_password(entropy)
    accounts.check_password("password", password, "li")
    assert password.isascii()
    assert not set(password) & set("lo01IO")


def test_first_passwords_differ() -> None:
    made = {
        accounts.readable_password(number.to_bytes(accounts.PASSWORD_ENTROPY_BYTES)) for number in range(999)
    }
    assert len(made) == 999
