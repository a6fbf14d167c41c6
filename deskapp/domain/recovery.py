"""The recovery code: a database's key as a person can read, print and type it; and what a passphrase must be.

The 32 bytes of the key and 14 bits of their digest are written in Crockford's base 32, three characters
and a check character to a group, eighteen groups. The check character depends on where the group stands,
so a wrong character and two groups that changed places are told group by group; what slips through
is caught by the digest. https://www.crockford.com/base32.html
"""

from __future__ import annotations

import enum
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from deskapp.domain.codes import ALPHABET, VALUES, as_meant, check_character
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError

GROUPS: Final = 18
GROUP: Final = 4
KEY_BYTES: Final = 32
MIN_PASSPHRASE: Final = 12
_DATA: Final = GROUP - 1
_DIGEST_BITS: Final = 5 * _DATA * GROUPS - 8 * KEY_BYTES
_BETWEEN: Final = re.compile(r"[\s\-‐‑–—]+")


class Kept(enum.StrEnum):
    """Where a hospital's key is."""

    BESIDE = "beside"
    """In the open beside the database: not protected."""
    KEY_STORE = "key-store"
    """In the key store of the system, for one account of the system."""
    PASSPHRASE = "passphrase"
    """Behind a passphrase that somebody types at each start."""


@dataclass(frozen=True)
class Protection:
    """How a hospital's key is kept; `key_id` names the key without giving anything of it away."""

    kept: Kept
    key_id: str

    @property
    def is_on(self) -> bool:
        """Whether who has the files alone can read nothing."""
        return self.kept is not Kept.BESIDE


def recovery_code(key: bytes) -> str:
    """Return the code of a 32-byte key: eighteen groups of four, with a space between."""
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    bits = int.from_bytes(key, "big") << _DIGEST_BITS | _digest(key)
    count = _DATA * GROUPS
    data = "".join(ALPHABET[bits >> 5 * (count - 1 - place) & 31] for place in range(count))
    parts = [data[at : at + _DATA] for at in range(0, count, _DATA)]
    return " ".join(part + _check(part, place) for place, part in enumerate(parts))


def key_of_code(text: str) -> bytes:
    """Return the key that a typed code means.

    Small letters, full width, missing or other spaces, dashes, O for 0, and I or L for 1 are forgiven.
    Raises `InputError` ("code") that says which groups are mistyped, or that there are too few or too many.
    """
    groups = typed_groups(text)
    wrong = wrong_groups(text)
    if len(groups) != GROUPS:
        message = N_("The code has {count} groups of four characters. You typed {typed}.")
        raise InputError("code", "recovery.length", Text(message, {"count": GROUPS, "typed": len(groups)}))
    if wrong:
        message = N_("Mistyped: group {groups}. Compare with the sheet.")
        named = ", ".join(str(number) for number in wrong)
        raise InputError("code", "recovery.group", Text(message, {"groups": named}))
    bits = 0
    for group in groups:
        for char in group[:_DATA]:
            bits = bits << 5 | VALUES[char]
    key = (bits >> _DIGEST_BITS).to_bytes(KEY_BYTES, "big")
    if _digest(key) != bits & (1 << _DIGEST_BITS) - 1:
        message = N_("The code is mistyped in more than one place. Compare every group with the sheet.")
        raise InputError("code", "recovery.code", Text(message))
    return key


def typed_groups(text: str) -> list[str]:
    """Return the groups as they were meant: what stands between spaces, in fours where that is longer.

    A group with a character too many stays one group, so that those after it keep their numbers.
    """
    pieces = [meant for piece in _BETWEEN.split(text) if (meant := as_meant(piece))]
    groups: list[str] = []
    for number, piece in enumerate(pieces, start=1):
        if GROUP < len(piece) < 2 * GROUP and number < len(pieces):
            groups.append(piece)
        else:
            groups += [piece[at : at + GROUP] for at in range(0, len(piece), GROUP)]
    return groups


def wrong_groups(text: str) -> tuple[int, ...]:
    """Return the numbers, from 1, of the groups that can't be right; the last one may still be typed."""
    return tuple(
        number
        for number, group in enumerate(typed_groups(text)[:GROUPS], start=1)
        if not _is_right(group, number - 1)
    )


def check_passphrase(text: str) -> str:
    """Return a new passphrase as it is kept; raise `InputError` ("passphrase") when it is too short.

    It stands between a stolen computer and every visitor's record, and can be tried offline: hence longer
    than a password that locks after a few tries.
    """
    passphrase = plain_passphrase(text)
    if len(passphrase) < MIN_PASSPHRASE or len(set(passphrase)) < MIN_PASSPHRASE // 2:
        message = N_("A passphrase has at least {count} characters: take four or five words.")
        raise InputError("passphrase", "passphrase.short", Text(message, {"count": MIN_PASSPHRASE}))
    return passphrase


def plain_passphrase(text: str) -> str:
    """Return a passphrase so that every keyboard and input method gives the same one."""
    return unicodedata.normalize("NFKC", text).strip()


def _is_right(group: str, place: int) -> bool:
    if len(group) != GROUP or any(char not in VALUES for char in group):
        return False
    return _check(group[:_DATA], place) == group[_DATA]


def _check(data: str, place: int) -> str:
    return check_character(data, place + 1)


def _digest(key: bytes) -> int:
    digest = hashlib.sha256(b"deskapp recovery" + key).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _DIGEST_BITS
