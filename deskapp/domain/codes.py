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
ENTROPY_BYTES: Final = 7

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {char: value for value, char in enumerate(_ALPHABET)}
_BODY: Final = 10
_LENGTH: Final = 1 + _BODY + 1
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None})
_FIELD_POLYNOMIAL: Final = 0b100101


def make_code(prefix: str, entropy: bytes) -> str:
    """Return the code made of `prefix` ("V" visit, "P" visitor) and the first 50 bits of `entropy`.

    Raises ValueError for another prefix or fewer than `ENTROPY_BYTES` bytes.
    """
    if prefix not in (VISIT, VISITOR):
        raise ValueError("prefix")
    if len(entropy) < ENTROPY_BYTES:
        raise ValueError("entropy")
    bits = int.from_bytes(entropy[:ENTROPY_BYTES], "big") >> (8 * ENTROPY_BYTES - 5 * _BODY)
    body = "".join(_ALPHABET[bits >> shift & 31] for shift in range(5 * (_BODY - 1), -1, -5))
    return prefix + body + _check_character(prefix + body)


def check_code(text: str) -> str | None:
    """Return the code meant by `text`, or None when it is no code of ours.

    Lower case, full width, spaces, dashes, and O for 0, I or L for 1 are forgiven; a wrong check
    character is not.
    """
    code = unicodedata.normalize("NFKC", text).strip().upper().translate(_LOOKALIKES)
    if len(code) != _LENGTH or code[0] not in (VISIT, VISITOR):
        return None
    if any(char not in _VALUES for char in code):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def _check_character(text: str) -> str:
    """Return the character that makes the weighted sum over the field of 32 elements nought.

    The weights are distinct powers of a generator, so every single wrong character and every swap of
    two characters changes the sum.
    """
    total = 0
    for char in text:
        total = _double(total ^ _VALUES[char])
    return _ALPHABET[total]


def _double(value: int) -> int:
    value <<= 1
    return value ^ _FIELD_POLYNOMIAL if value & 32 else value
