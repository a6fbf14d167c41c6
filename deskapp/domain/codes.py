"""Opaque numbers of records, for paper, scanners and the telephone.

A code is one letter for the kind of record, ten Crockford base-32 characters drawn at random and one
check character, upper-case letters and digits only: Code 128 and scanners that type can carry it,
and nothing about the person can be read from it.
"""

from __future__ import annotations

import unicodedata
from typing import Final

VISIT: Final = "V"
VISITOR: Final = "P"
EXPORT: Final = "X"
ERASURE: Final = "E"
QUESTION: Final = "Q"
ENTROPY_BYTES: Final = 7

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES: Final = {char: value for value, char in enumerate(ALPHABET)}
_BODY: Final = 10
_LENGTH: Final = 1 + _BODY + 1
LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None})
_FIELD_POLYNOMIAL: Final = 0b100101


def make_code(prefix: str, entropy: bytes) -> str:
    """Return the code made of `prefix` (such as `VISIT`) and the first 50 bits of `entropy`.

    Raises ValueError for another prefix or fewer than `ENTROPY_BYTES` bytes.
    """
    if prefix not in (VISIT, VISITOR, EXPORT, ERASURE, QUESTION):
        raise ValueError("prefix")
    if len(entropy) < ENTROPY_BYTES:
        raise ValueError("entropy")
    bits = int.from_bytes(entropy[:ENTROPY_BYTES], "big") >> (8 * ENTROPY_BYTES - 5 * _BODY)
    body = "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * (_BODY - 1), -1, -5))
    return prefix + body + check_character(prefix + body)


def check_code(text: str) -> str | None:
    """Return the code of a visit or visitor meant by `text`, or None when it is none.

    Lower case, full width, spaces, dashes, and O for 0, I or L for 1 are forgiven; a wrong check
    character is not.
    """
    code = as_meant(text)
    if len(code) != _LENGTH or code[0] not in (VISIT, VISITOR):
        return None
    if any(char not in VALUES for char in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def as_meant(text: str) -> str:
    """Return what was typed in the code's own characters: capitals, no spaces or dashes, 0 for O, 1 for I and L."""
    return unicodedata.normalize("NFKC", text).strip().upper().translate(LOOKALIKES)


def check_character(text: str, begin: int = 0) -> str:
    """Return the character that makes the weighted sum over the field of 32 elements nought.

    The weights are distinct powers of a generator, so every single wrong character and every swap of
    two characters changes the sum. With another `begin` (0 to 31) the same text gets another character.
    """
    total = begin
    for char in text:
        total = _double(total ^ VALUES[char])
    return ALPHABET[total]


def _double(value: int) -> int:
    value <<= 1
    return value ^ _FIELD_POLYNOMIAL if value & 32 else value
