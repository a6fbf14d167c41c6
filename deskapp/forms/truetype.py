"""TrueType files read where they lie: which characters, how wide, and a small program of chosen glyphs.

reportlab's own reader turns a whole font into dictionaries (60 ms and 25 MB for each Chinese face)
and copies the 10 MB glyph table for every subset. Here the file is mapped and only what is asked for
is looked at. Tables and fields are those of the OpenType specification, glyf outlines only.
"""

from __future__ import annotations

import mmap
import sys
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from struct import calcsize, pack, unpack_from
from typing import Final

_COPIED: Final = ("cvt ", "fpgm", "prep")
_WORDS, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080


class Face:
    """One face, such as Noto Sans Bold. Lengths are thousandths of the type size."""

    def __init__(self, path: Path) -> None:
        """Map the font file at `path`; OSError when it can't be read."""
        with path.open("rb") as stream:
            self._data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        if sys.platform == "linux":
            self._data.madvise(mmap.MADV_WILLNEED)
        self._tables = self._directory()
        self.name = path.stem.replace("_", "-")
        self.units_per_em = self._field("head", 18, ">H")
        self.bbox = tuple(self._thousandths(value) for value in self._fields("head", 36, ">4h"))
        self.ascent, self.descent = (self._thousandths(v) for v in self._fields("hhea", 4, ">2h"))
        self.cap_height = self._thousandths(self._field("OS/2", 88, ">h"))
        self.weight = self._field("OS/2", 4, ">H")
        self._glyphs: dict[int, int] = {}

    def glyph(self, code: int) -> int:
        """Return the glyph number of a code point, 0 when the face has none."""
        found = self._glyphs.get(code)
        if found is None:
            found = self._glyphs[code] = self._look_up(code)
        return found

    def advance(self, glyph: int) -> float:
        """Return how far a glyph moves the pen."""
        metrics = self._metrics
        at = min(glyph, len(metrics) // 2 - 1) * 2
        return self._thousandths(metrics[at])

    def program(self, glyphs: Sequence[int]) -> bytes:
        """Return a font program holding `glyphs` in that order (the first must be 0), for embedding.

        A glyph may occur twice. Parts of composite glyphs are appended behind.
        """
        outlines, sources = self._outlines(glyphs)
        offsets, position = array("I"), 0
        for outline in outlines:
            offsets.append(position)
            position += len(outline)
        offsets.append(position)
        tables: dict[str, bytes] = {tag: self._table(tag) for tag in _COPIED if tag in self._tables}
        tables |= {
            "head": self._patched("head", 50, 1),
            "hhea": self._patched("hhea", 34, len(sources)),
            "maxp": self._patched("maxp", 4, len(sources)),
            "hmtx": b"".join(self._metric(glyph) for glyph in sources),
            "loca": _big_endian(offsets),
            "glyf": b"".join(outlines),
        }
        return _assemble(tables)

    def _directory(self) -> dict[str, tuple[int, int]]:
        count = unpack_from(">H", self._data, 4)[0]
        rows = (unpack_from(">4sLLL", self._data, 12 + 16 * row) for row in range(count))
        return {tag.decode("latin-1"): (offset, length) for tag, _, offset, length in rows}

    def _fields(self, tag: str, offset: int, shape: str) -> tuple[int, ...]:
        return unpack_from(shape, self._data, self._tables[tag][0] + offset)

    def _field(self, tag: str, offset: int, shape: str) -> int:
        return self._fields(tag, offset, shape)[0]

    def _table(self, tag: str) -> bytes:
        offset, length = self._tables[tag]
        return self._data[offset : offset + length]

    def _patched(self, tag: str, offset: int, value: int) -> bytes:
        table = self._table(tag)
        return table[:offset] + pack(">H", value) + table[offset + 2 :]

    def _thousandths(self, units: int) -> float:
        return units * 1000 / self.units_per_em if self.units_per_em != 1000 else units

    @cached_property
    def _metrics(self) -> array[int]:
        count = self._field("hhea", 34, ">H")
        return _numbers("H", self._table("hmtx")[: count * 4])

    @cached_property
    def _locations(self) -> array[int]:
        if self._field("head", 50, ">h"):
            return _numbers("I", self._table("loca"))
        return array("I", (half * 2 for half in _numbers("H", self._table("loca"))))

    @cached_property
    def _groups(self) -> tuple[array[int], array[int], array[int]]:
        """The character map as starts, ends and first glyphs of its groups (format 12)."""
        start = self._tables["cmap"][0]
        for row in range(self._field("cmap", 2, ">H")):
            offset = start + self._field("cmap", 8 + 8 * row, ">L")
            kind, _, length = unpack_from(">HHL", self._data, offset)
            if kind == 12:
                flat = _numbers("I", self._data[offset + 16 : offset + length])
                return flat[0::3], flat[1::3], flat[2::3]
        raise ValueError(f"{self.name}: no full character map")

    def _look_up(self, code: int) -> int:
        starts, ends, glyphs = self._groups
        at = bisect_right(starts, code) - 1
        return glyphs[at] + code - starts[at] if at >= 0 and code <= ends[at] else 0

    def _metric(self, glyph: int) -> bytes:
        metrics = self._metrics
        full = len(metrics) // 2
        if glyph < full:
            return pack(">HH", metrics[glyph * 2], metrics[glyph * 2 + 1])
        bearing = self._field("hmtx", full * 4 + (glyph - full) * 2, ">H")
        return pack(">HH", metrics[-2], bearing)

    def _outline(self, glyph: int) -> bytes:
        start = self._tables["glyf"][0]
        first, after = self._locations[glyph : glyph + 2]
        outline = self._data[start + first : start + after]
        return outline + bytes(-len(outline) % 4)

    def _outlines(self, glyphs: Sequence[int]) -> tuple[list[bytes], list[int]]:
        """Return the outlines of `glyphs` and of their parts, and which glyph each came from."""
        sources = list(glyphs)
        placed = {glyph: at for at, glyph in reversed(list(enumerate(sources)))}
        outlines: list[bytes] = []
        for glyph in sources:  # grows while parts are met
            outline = self._outline(glyph)
            for at in _part_positions(outline):
                part = unpack_from(">H", outline, at)[0]
                if part not in placed:
                    placed[part] = len(sources)
                    sources.append(part)
                outline = outline[:at] + pack(">H", placed[part]) + outline[at + 2 :]
            outlines.append(outline)
        return outlines, sources


def _part_positions(outline: bytes) -> list[int]:
    """Return where a composite outline names its parts; none for a simple one."""
    if len(outline) < 10 or unpack_from(">h", outline)[0] >= 0:
        return []
    found, at, flags = [], 10, _MORE
    while flags & _MORE:
        flags = unpack_from(">H", outline, at)[0]
        found.append(at + 2)
        at += 8 if flags & _WORDS else 6
        at += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
    return found


def _numbers(kind: str, data: bytes) -> array[int]:
    numbers = array(kind)
    numbers.frombytes(data[: len(data) // numbers.itemsize * numbers.itemsize])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _big_endian(numbers: array[int]) -> bytes:
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def _checksum(table: bytes) -> int:
    return sum(_numbers("I", table + bytes(-len(table) % 4))) & 0xFFFFFFFF


def _assemble(tables: dict[str, bytes]) -> bytes:
    """Put tables into one file, each on a four-byte boundary."""
    power = 1 << (len(tables).bit_length() - 1)
    header = pack(
        ">LHHHH", 0x00010000, len(tables), power * 16, power.bit_length() - 1, (len(tables) - power) * 16
    )
    position = len(header) + calcsize(">4sLLL") * len(tables)
    directory, bodies = [], []
    for tag in sorted(tables):
        table = tables[tag]
        directory.append(pack(">4sLLL", tag.encode("latin-1"), _checksum(table), position, len(table)))
        bodies.append(table + bytes(-len(table) % 4))
        position += len(bodies[-1])
    return b"".join((header, *directory, *bodies))
