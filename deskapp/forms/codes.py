"""QR and Code 128 as plain modules. They carry the opaque number they are given and nothing else."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Any, Final

QUIET_QR: Final = 4
QUIET_BARS: Final = 10


@lru_cache(maxsize=64)
def qr_rows(value: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the QR symbol of `value`: for each row the dark stretches as (first module, count).

    Error correction M (15 %), without the quiet zone of `QUIET_QR` modules.
    """
    from reportlab.graphics.barcode import qrencoder

    symbol = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    symbol.addData(qrencoder.QR8bitByte(value) if not value.isascii() else value)
    symbol.make()
    return tuple(_stretches(row) for row in symbol.modules)


def _stretches(row: list[bool]) -> tuple[tuple[int, int], ...]:
    found, at = [], 0
    for dark, group in groupby(row, key=bool):
        count = len(list(group))
        if dark:
            found.append((at, count))
        at += count
    return tuple(found)


@lru_cache(maxsize=64)
def code128_bars(value: str) -> tuple[tuple[tuple[int, int], ...], int]:
    """Return the bars of `value` as (first module, count) and the modules in all, quiet zones not counted.

    ValueError when `value` has characters that Code 128 can't carry.
    """
    from reportlab.graphics.barcode.code128 import Code128

    if not value or not value.isascii() or not value.isprintable():
        raise ValueError("Code 128 carries printable ASCII only")
    symbol: Any = Code128(value, quiet=0)
    symbol.validate()
    symbol.encode()
    symbol.decompose()
    return _bars(symbol.decomposed)


def _bars(pattern: str) -> tuple[tuple[tuple[int, int], ...], int]:
    """Read a pattern of letters: A to D is a bar of one to four modules, a to d a space."""
    bars, at = [], 0
    for letter in pattern:
        count = ord(letter.lower()) - ord("a") + 1
        if letter.isupper():
            bars.append((at, count))
        at += count
    return tuple(bars), at
