"""Large print and codes for slips, and blocks side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.forms.blocks import LEADING, Block, Draw, Setting, Strip
from deskapp.forms.codes import QUIET_QR, qr_rows
from deskapp.forms.pen import Pen
from deskapp.forms.style import MM, Style
from deskapp.forms.text import Line

DOT: Final = 72 / 203
"""A dot of a common thermal head, in points: codes are made of whole dots."""
_BAR: Final = 2 * DOT
_CAP: Final = 0.73
_PAD: Final = 0.6
_WHOLE: Final = 8


@dataclass(frozen=True)
class Poster:
    """One line as large as fits, up to `size` points; nothing to show leaves a box to write in.

    `struck` crosses it out, to be seen from afar.
    """

    text: str
    size: float
    centred: bool = True
    struck: bool = False

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip."""
        style = setting.style
        line = setting.line(self.text, bold=True)
        size = min(self.size, width * 1000 / line.advance) if line.advance else self.size

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            if not line.runs:
                pen.box((x + 1, y + 2), (width - 2, height - 6), 1.2, style.palette.text)
                return
            baseline = y + self.size * _CAP + (height - self.size * _CAP) * 0.4
            if self.centred:
                pen.text_centred(x + width / 2, baseline, line, size, style.palette.text)
            else:
                pen.text(x, baseline, line, size, style.palette.text)
            if self.struck:
                pen.rule(x, y + 4, (x + width, y + height - 4), 3, style.palette.text)
                pen.rule(x, y + height - 4, (x + width, y + 4), 3, style.palette.text)

        return [Strip(self.size * 0.98, draw)]


@dataclass(frozen=True)
class Band:
    """White words on a solid band: reprinted, void."""

    text: str

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip."""
        style = setting.style
        lines = setting.wrap(self.text, width - style.gap, style.strong * 0.8, bold=True)
        size = style.strong * 0.8

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            pen.fill_box(x, y, width, height - 4, style.palette.text)
            for number, line in enumerate(lines):
                baseline = y + size * (1.22 + LEADING * number)
                pen.text_centred(x + width / 2, baseline, line, size, "#FFFFFF")

        return [Strip(size * (LEADING * len(lines) + 0.4) + 4, draw)]


@dataclass(frozen=True)
class Notice:
    """A sentence in a frame, to be read by the visitor."""

    text: str
    bold: bool = True

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return a strip for each line, the frame drawn around all of them."""
        style = setting.style
        size = style.value * 1.12
        lines = setting.wrap(self.text, width - style.gap * 2, size, bold=self.bold)
        last = len(lines) - 1
        strips = []
        for number, line in enumerate(lines):
            ends = (number == 0, number == last)
            draw = _framed_line(line, width, size, style, ends)
            strips.append(Strip(size * (LEADING + _PAD * sum(ends)), draw, keep=number < last < _WHOLE))
        return strips


def _framed_line(line: Line, width: float, size: float, style: Style, ends: tuple[bool, bool]) -> Draw:
    first, last = ends

    def draw(pen: Pen, x: float, y: float, height: float) -> None:
        right, bottom, colour = x + width, y + height, style.palette.text
        pen.rule(x, y, (x, bottom), 1, colour)
        pen.rule(right, y, (right, bottom), 1, colour)
        if first:
            pen.rule(x, y, (right, y), 1, colour)
        if last:
            pen.rule(x, bottom, (right, bottom), 1, colour)
        pen.text(x + style.gap, y + size * (0.98 + _PAD * first), line, size, colour)

    return draw


@dataclass(frozen=True)
class Qr:
    """The QR symbol of a code in whole dots, `side` points at most."""

    code: str
    side: float
    centred: bool = True

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip with its quiet zone; none for no code."""
        if not self.code:
            return []
        modules = len(qr_rows(self.code))
        dots = max(2, int(self.side / (modules * DOT)))
        side = modules * dots * DOT
        quiet = QUIET_QR * dots * DOT
        colour = setting.style.palette.text

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            del height
            left = x + (width - side) / 2 if self.centred else x + width - side
            pen.qr(self.code, left, y + quiet, side, colour)

        return [Strip(side + quiet * 1.6, draw)]


@dataclass(frozen=True)
class Bars:
    """Code 128 of a code with the code in figures beneath; figures alone when the bars don't fit."""

    code: str
    height: float = 10 * MM

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip; none for no code."""
        if not self.code:
            return []
        style = setting.style
        line = setting.line(self.code)
        size = min(style.value, width * 1000 / line.advance)

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            del height
            drawn = pen.code128(self.code, (x, y), (width, self.height), _BAR, style.palette.text)
            baseline = y + (self.height if drawn else 0) + size * 1.15
            pen.text_centred(x + width / 2, baseline, line, size, style.palette.text)

        return [Strip(self.height + size * 1.5, draw)]


@dataclass(frozen=True)
class Beside:
    """Blocks side by side in one piece; `share` is the left column's part of the width."""

    left: Sequence[Block]
    right: Sequence[Block]
    share: float = 0.6

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip as high as the higher column."""
        gap = setting.style.gap
        rooms = ((width - gap) * self.share, (width - gap) * (1 - self.share))
        columns = [
            [strip for block in blocks for strip in block.strips(setting, room)]
            for blocks, room in zip((self.left, self.right), rooms, strict=True)
        ]

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            del height
            for left, column in zip((x, x + rooms[0] + gap), columns, strict=True):
                top = y
                for strip in column:
                    strip.draw(pen, left, top, strip.height)
                    top += strip.height

        return [Strip(max(sum(strip.height for strip in column) for column in columns), draw)]
