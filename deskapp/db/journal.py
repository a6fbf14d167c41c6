"""Was the journal of a SQLite file damaged while nobody had it open?

After a crash SQLite takes the journal up to the first frame whose checksum is wrong, and what stands behind
it for never written. That is right for what the power cut off in the middle, and wrong where a bit has
flipped on the disk: then transactions that were confirmed are gone without a word.

The two can be told apart. A transaction is on the disk before the next one begins, and each frame's
checksum goes on from the one before. So a complete transaction with another one begun behind it was
confirmed; if such a pair lies behind the first wrong frame, the disk has changed what it kept. (In the very last
transaction the two look the same.)

The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

HEADER: Final = 32
FRAME_HEADER: Final = 24
BIG_ENDIAN: Final = 0x377F0683
"""Magic number of a journal whose checksums are over big-endian words; one less for little-endian ones."""
_WORD: Final = 0xFFFFFFFF
Sums = tuple[int, int]


class _Frame(NamedTuple):
    """One page in the journal: its checksum as stored, and whether a transaction ends with it."""

    salt: bytes
    ends: bool
    stored: Sums
    summed: bytes
    """What the checksum goes over, besides that of the frame before."""


def lost_transactions(file: Path) -> int:
    """Return how many confirmed transactions a damaged journal has taken along; 0 where there is none or it is sound.

    `file` is the database; to be asked before it is opened, for the opening lets go of them. Raises OSError.
    """
    first = _lost_in(_content(file))
    # Another desk may be writing just now: damage is still there at a second look.
    return min(first, _lost_in(_content(file))) if first else 0


def _content(file: Path) -> bytes:
    try:
        return file.with_name(f"{file.name}-wal").read_bytes()
    except FileNotFoundError:
        return b""


def _lost_in(journal: bytes) -> int:
    if len(journal) <= HEADER:
        return 0
    magic, _version, size = struct.unpack_from(">III", journal)
    swapped = (magic == BIG_ENDIAN) is (sys.byteorder == "little")
    frames = list(_frames(journal, size)) if 512 <= size <= 65_536 else []
    sums = _sum((0, 0), journal[:24], swapped=swapped)
    sound = sums == struct.unpack_from(">II", journal, 24)
    salt = journal[16:24] if sound or not frames else frames[0].salt
    valid = 0
    if sound:
        for frame in frames:
            sums = _sum(sums, frame.summed, swapped=swapped)
            if frame.salt != salt or sums != frame.stored:
                break
            valid += 1
    return sum(
        frame.ends and frame.salt == following.salt == salt and _follows(frame, following, swapped=swapped)
        for frame, following in zip(frames[valid:], frames[valid + 1 :], strict=False)
    )


def _follows(frame: _Frame, following: _Frame, *, swapped: bool) -> bool:
    return _sum(frame.stored, following.summed, swapped=swapped) == following.stored


def _frames(journal: bytes, size: int) -> Iterator[_Frame]:
    for place in range(HEADER, len(journal) - FRAME_HEADER - size + 1, FRAME_HEADER + size):
        _page, ends = struct.unpack_from(">II", journal, place)
        data = place + FRAME_HEADER
        yield _Frame(
            journal[place + 8 : place + 16],
            ends != 0,
            struct.unpack_from(">II", journal, place + 16),
            journal[place : place + 8] + journal[data : data + size],
        )


def _sum(before: Sums, data: bytes, *, swapped: bool) -> Sums:
    """Return the checksum of `data` that goes on from `before`."""
    words = array("I", data)
    if swapped:
        words.byteswap()
    one, two = before
    pairs = iter(words)
    for first, second in zip(pairs, pairs, strict=True):
        one = (one + first + two) & _WORD
        two = (two + second + one) & _WORD
    return one, two
