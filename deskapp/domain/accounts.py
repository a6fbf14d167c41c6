"""Who may sign in and when, how long wrong tries wait, which passwords and PINs are taken."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from deskapp.domain.access import Role
from deskapp.domain.fields import storable
from deskapp.domain.intake import MAX_LINE
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError

MIN_PASSWORD: Final = 8
PIN_LENGTHS: Final = range(4, 9)
FREE_TRIES: Final = 5
FIRST_WAIT_SECONDS: Final = 30
LONGEST_WAIT_SECONDS: Final = 3600


class Standing(enum.StrEnum):
    """What an account is good for at one moment."""

    MAY = "may"
    MUST_CHANGE = "must-change"
    WAITS = "waits"
    NOT_YET = "not-yet"
    ENDED = "ended"
    OFF = "off"


class Outcome(enum.StrEnum):
    """How a try to sign in ended."""

    PASSWORD = "password"
    PIN = "pin"
    WRONG = "wrong"
    WAITED = "waited"
    SHUT = "shut"


OUTCOME_LABELS: Final[Mapping[Outcome, str]] = {
    Outcome.PASSWORD: N_("signed in"),
    Outcome.PIN: N_("signed in by PIN"),
    Outcome.WRONG: N_("wrong password or PIN"),
    Outcome.WAITED: N_("had to wait"),
    Outcome.SHUT: N_("right, but may not sign in"),
}


@dataclass(frozen=True)
class AccountDraft:
    """An account as an administrator writes it down.

    `ends` is the last day, inclusive. `staff` is a number of the staff list, or a name that is there once.
    `sign_in` is chosen once: changing an account leaves it as it is.
    """

    sign_in: str
    name: str
    roles: frozenset[Role]
    starts: dt.date | None = None
    ends: dt.date | None = None
    staff: str = ""


@dataclass(frozen=True)
class Access:
    """What decides whether an account lets somebody in; `until` is the last day, inclusive."""

    active: bool = True
    starts: dt.date | None = None
    until: dt.date | None = None
    blocked_until: dt.datetime | None = None
    must_change: bool = False


def last_day(*days: dt.date | None) -> dt.date | None:
    """Return the earliest of the days that are set: the account's own end, and the person's leaving."""
    return min((day for day in days if day is not None), default=None)


def shut(access: Access, today: dt.date) -> Standing | None:
    """Return why nobody comes in with this account today, whatever they know; None where it is open."""
    if not access.active:
        return Standing.OFF
    if access.until is not None and today > access.until:
        return Standing.ENDED
    if access.starts is not None and today < access.starts:
        return Standing.NOT_YET
    return None


def standing(access: Access, now: dt.datetime, today: dt.date) -> Standing:
    """Return what an account is good for at `now`, on the site's calendar day `today`."""
    closed = shut(access, today)
    if closed is not None:
        return closed
    if seconds_left(access.blocked_until, now):
        return Standing.WAITS
    return Standing.MUST_CHANGE if access.must_change else Standing.MAY


def keeps_the_house(access: Access, roles: frozenset[Role], today: dt.date) -> bool:
    """Say whether this is an administrator today and for good: one such account has to remain."""
    return Role.ADMINISTRATOR in roles and shut(access, today) is None and access.until is None


def seconds_to_wait(failures: int) -> int:
    """Return how long the next try has to wait after so many wrong ones in a row: 30 s, doubling to an hour."""
    over = failures - FREE_TRIES
    if over < 0:
        return 0
    # Ten doublings are more than an hour already.
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS << min(over, 10))


def seconds_left(until: dt.datetime | None, now: dt.datetime) -> int:
    """Return the seconds until a waiting time is over, 0 where there is none."""
    return max(0, round((until - now).total_seconds())) if until else 0


def folded(sign_in: str) -> str:
    """Return a sign-in name as it is stored and compared: case and blanks around it make no difference."""
    return sign_in.strip().casefold()


def check_password(field: str, password: str, sign_in: str) -> None:
    """Raise `InputError` at `field` for a password that is too short or that anybody would guess."""
    storable(field, password, MAX_LINE)
    if len(password) < MIN_PASSWORD:
        message = Text(N_("A password has at least {count} characters."), {"count": MIN_PASSWORD})
        raise InputError(field, "password.short", message)
    if folded(password) == folded(sign_in):
        raise InputError(field, "password.name", Text(N_("The sign-in name is no password.")))
    if folded(password) in WORST or len(set(password)) == 1:
        message = Text(N_("This password is among the first that anybody tries. Choose another."))
        raise InputError(field, "password.worst", message)
    if looks_like_pin(password):
        raise InputError(
            field, "password.pin", Text(N_("Only digits would be taken for a PIN. Add a letter."))
        )


def looks_like_pin(secret: str) -> bool:
    """Say whether what was typed can be a PIN: no password can be one."""
    return len(secret) in PIN_LENGTHS and secret.isascii() and secret.isdigit()


def check_pin(field: str, pin: str) -> None:
    """Raise `InputError` at `field` for what is no PIN, or one that anybody would try first."""
    if not looks_like_pin(pin):
        raise InputError(field, "pin.form", Text(N_("A PIN has 4 to 8 digits.")))
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        message = Text(N_("This PIN is among the first that anybody tries. Choose another."))
        raise InputError(field, "pin.easy", message)


_WORST: Final = """
    password password1 password12 password123 passw0rd p@ssw0rd p@ssword 123456789 1234567890 0123456789
    123123123 987654321 9876543210 147258369 qwertyui qwertyuiop qwerty12 qwerty123 1qaz2wsx 1q2w3e4r
    1q2w3e4r5t asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345 abcdefgh a1234567 a12345678 a123456789 aa123456
    qq123456 iloveyou woaini520 woaini123 woaini1314 5201314520 admin123 admin1234 administrator welcome1
    welcome123 changeme letmein1 sunshine princess football baseball superman hospital hospital1 hospital123
"""
WORST: Final = frozenset(_WORST.split())
"""The passwords that lists of stolen ones begin with, as far as they are long enough to be taken."""

_CONSONANTS: Final = "bdfghkmnprstvz"
_VOWELS: Final = "aeiu"
_DIGITS: Final = "23456789"
PASSWORD_ENTROPY_BYTES: Final = 12


def readable_password(entropy: bytes) -> str:
    """Return a first password that can be read out and typed, like "kafuni-ruteba-472": 44 bits.

    No letter or digit in it can be taken for another. `entropy` is `PASSWORD_ENTROPY_BYTES` random bytes.
    """
    number = int.from_bytes(entropy)
    letters = ""
    for place in range(12):
        number, at = divmod(number, len((_CONSONANTS, _VOWELS)[place % 2]))
        letters += (_CONSONANTS, _VOWELS)[place % 2][at]
    digits = ""
    for _ in range(3):
        number, at = divmod(number, len(_DIGITS))
        digits += _DIGITS[at]
    return f"{letters[:6]}-{letters[6:]}-{digits}"
