"""What a form is made of. Each block turns into strips: pieces of a page that are never cut.

A long text becomes many strips and so runs on over pages by itself. Blocks are data: a form lists
them and draws nothing by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Protocol

from deskapp.forms.pen import Pen
from deskapp.forms.style import Style
from deskapp.forms.text import EMPTY, Line, typesetter
from deskapp.i18n import Translator

LEADING: Final = 1.34
_BASELINE: Final = 0.98

Draw = Callable[[Pen, float, float, float], None]
"""Draws at (x, y) with the height that the strip was given."""


@dataclass(frozen=True)
class Strip:
    """A piece of a page across the whole body.

    `keep`: not parted from the next strip. `stretch`: its share of the room left on the page, `most`
    points of it. `repeat`: drawn again on top of a page that would begin with this strip.
    `turn`: begins a page.
    """

    height: float
    draw: Draw
    keep: bool = False
    stretch: float = 0
    most: float = math.inf
    repeat: Strip | None = None
    turn: bool = False


@dataclass(frozen=True)
class Setting:
    """How blocks are set: words, sizes, and whether the form is blank for filling in by hand."""

    tr: Translator
    style: Style
    blank: bool = False

    def line(self, text: str, *, bold: bool = False) -> Line:
        """Return `text` as one line."""
        return typesetter(self.tr.language, bold).line(text)

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False) -> list[Line]:
        """Return the lines of `text`; one empty line for no text."""
        return typesetter(self.tr.language, bold).wrap(text, max(width, size * 2), size) or [EMPTY]

    @cached_property
    def row(self) -> float:
        """The least height of a row of fields."""
        return self.style.write if self.blank else self.style.row


class Block(Protocol):
    """A part of a form."""

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return the block as strips for a body of `width` points."""


@dataclass(frozen=True)
class Space:
    """Room between blocks, in points; `stretch` fills the page."""

    height: float
    stretch: float = 0

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one empty strip."""
        del setting, width
        return [Strip(self.height, _nothing, stretch=self.stretch)]


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a new page."""

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip without height that begins a page."""
        del setting, width
        return [Strip(0, _nothing, turn=True)]


def _nothing(pen: Pen, x: float, y: float, height: float) -> None:
    del pen, x, y, height


@dataclass(frozen=True)
class Paragraph:
    """Running text. `size` names a type size of the style; `align` is "left" or "centre"."""

    text: str
    size: str = "value"
    bold: bool = False
    align: str = "left"
    colour: str = "text"

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return a strip for each line."""
        size: float = getattr(setting.style, self.size)
        colour: str = getattr(setting.style.palette, self.colour)
        lines = setting.wrap(self.text, width, size, bold=self.bold)
        return [Strip(size * LEADING, self._drawer(line, width, size, colour)) for line in lines]

    def _drawer(self, line: Line, width: float, size: float, colour: str) -> Draw:
        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            del height
            if self.align == "centre":
                pen.text_centred(x + width / 2, y + size * _BASELINE, line, size, colour)
            else:
                pen.text(x, y + size * _BASELINE, line, size, colour)

        return draw


@dataclass(frozen=True)
class Section:
    """A heading with a hairline to the right edge, kept with what follows."""

    title: str

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip that stays with the next."""
        style = setting.style
        line = setting.line(self.title, bold=True)
        above = style.gap * 0.8

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            del height
            baseline = y + above + style.heading
            pen.text(x, baseline, line, style.heading, style.palette.accent)
            start = x + line.width(style.heading) + style.heading * 0.8
            middle = baseline - style.heading * 0.34
            if start < x + width:
                pen.rule(start, middle, (x + width, middle), style.hairline, style.palette.accent)

        return [Strip(above + style.heading * 1.5, draw, keep=True)]


@dataclass(frozen=True)
class Ruled:
    """Lines to write on by hand under a heading, `lines` of them at least.

    With `stretch` the block takes its share of the room left and rules all of it.
    """

    title: str
    lines: int = 2
    stretch: float = 0
    pitch: float = 24

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return the heading and one ruled strip, kept together."""
        style = setting.style

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            count = max(1, int(height / self.pitch))
            for number in range(1, count + 1):
                at = y + number * (height - 2) / count
                pen.rule(x, at, (x + width, at), style.hairline, style.palette.line)

        area = Strip(self.lines * self.pitch + 2, draw, stretch=self.stretch)
        return [*Section(self.title).strips(setting, width), area] if self.title else [area]


@dataclass(frozen=True)
class Signatures:
    """Lines to sign on, side by side, each with who signs under it."""

    labels: Sequence[str]
    room: float = 30

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return one strip."""
        style = setting.style
        gap = style.gap * 2
        each = (width - gap * (len(self.labels) - 1)) / len(self.labels)
        wrapped = [setting.wrap(label, each, style.label) for label in self.labels]
        under = max(len(lines) for lines in wrapped) * style.label * LEADING

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            del height
            for number, lines in enumerate(wrapped):
                left = x + number * (each + gap)
                pen.rule(left, y + self.room, (left + each, y + self.room), 0.75, style.palette.text)
                for at, line in enumerate(lines):
                    baseline = y + self.room + style.label * (1.3 + LEADING * at)
                    pen.text(left, baseline, line, style.label, style.palette.secondary)

        return [Strip(self.room + under + style.label * 0.8, draw)]


def together(strips: Sequence[Strip]) -> list[Strip]:
    """Return the strips so that they stay on one page as long as they fit one."""
    return [*(replace(strip, keep=True) for strip in strips[:-1]), *strips[-1:]]
