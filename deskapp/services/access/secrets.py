"""Passwords and PINs as Argon2id hashes: each hash carries the parameters that it was made with."""

from __future__ import annotations

import functools
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


@dataclass(frozen=True)
class Cost:
    """How dear one try is: passes over the memory, its size, and lanes that are filled side by side."""

    passes: int
    memory_kib: int
    lanes: int


COST = Cost(passes=3, memory_kib=65_536, lanes=4)
"""RFC 9106, 4, the second recommended choice. A hash made with less is made anew at the next sign-in."""

NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$9uyVeAvSzsxx9SSYdjvs7g$z9RLys7M7cn6EDIxcfh9pzgqXUFVNE5iplEJ2GjDSDs"
"""What is checked where there is no account: an unknown name must answer as late as a known one."""


def hashed(secret: str) -> str:
    """Return the hash of a password, or of a PIN that is peppered already."""
    return _hasher(COST).hash(secret)


def is_outdated(stored: str) -> bool:
    """Say whether a hash was made with other parameters than the present ones."""
    return _hasher(COST).check_needs_rehash(stored)


def peppered(pin: str, pepper: bytes) -> str:
    """Return a PIN mixed with a workstation's secret: it is right at that workstation only."""
    return hmac.new(pepper, pin.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


class Tried:
    """A secret that somebody typed, and what it was held against already.

    Holding it against a hash takes a third of a second. It is done before the transaction, in which all other
    desks would have to wait for it; what did not change meanwhile is not checked again.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._known: dict[str, bool] = {}

    def opens(self, stored: str | None) -> bool:
        """Say whether this is the secret of the hash; without a hash that takes as long, and it never is."""
        wanted = stored or NOBODYS
        if wanted not in self._known:
            self._known[wanted] = _is_right(wanted, self._secret)
        return self._known[wanted] and stored is not None

    def hashed_anew(self) -> str:
        """Return a hash of the secret with the present parameters."""
        return hashed(self._secret)


def _is_right(stored: str, secret: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher(COST).verify(stored, secret)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@functools.cache
def _hasher(cost: Cost) -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
