"""Rows of fields: a label above, the value or the room to write it below, a hairline under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from deskapp.forms.blocks import LEADING, Draw, Setting, Strip
from deskapp.forms.pen import Pen
from deskapp.forms.style import Style
from deskapp.forms.text import Line, typesetter

TICK: Final = "✓"
"""Written as a character, so that who reads the file by machine sees what is ticked."""
_HAN_LANGUAGE: Final = "zh"
_LOOSE: Final = 0.4
"""How much higher the rows of a blank form may become where a page has room."""
_SMALLER: Final = 0.85
_WHOLE: Final = 14
"""A row of up to so many lines is not cut by the end of a page."""


class Mark(NamedTuple):
    """A tick box, if any, and the words behind it, at `x` from the cell's left edge."""

    x: float
    line: Line
    ticked: bool | None = None


class Ink(NamedTuple):
    """Type size in points and colour of words."""

    size: float
    colour: str


Content = list[list[Mark]]
"""The lines of a cell, each a row of marks."""


@dataclass(frozen=True)
class Field:
    """A value with its label; an empty value leaves the line free for writing.

    `size` names a type size of the style; `colour` one of the palette.
    """

    label: str
    value: str = ""
    weight: float = 1
    bold: bool = False
    size: str = "value"
    colour: str = "text"

    def type_size(self, setting: Setting, width: float) -> float:
        """Return the type size: the style's, less for a value or a single word that is too long for it."""
        usual = setting.style.value
        largest: float = getattr(setting.style, self.size)
        room = width * 1000 / max(1, setting.line(self.value, bold=self.bold).advance)
        for size in (largest, (largest + usual) / 2, usual):
            if size <= room:
                return size
        words = [setting.line(word, bold=self.bold).advance for word in self.value.split()]
        return usual * _SMALLER if usual * _SMALLER <= width * 1000 / max(words, default=1) < usual else usual

    def content(self, setting: Setting, width: float) -> Content:
        """Return the value's lines."""
        size = self.type_size(setting, width)
        return [[Mark(0, line)] for line in setting.wrap(self.value, width, size, bold=self.bold)]


@dataclass(frozen=True)
class Choice:
    """A coded list with a box before each entry; the chosen ones are ticked.

    A filled form names only the chosen entry of a list longer than `most`; a blank one names all.
    """

    label: str
    options: Sequence[tuple[str, bool]]
    weight: float = 1
    most: int = 6
    colour: str = "text"

    def type_size(self, setting: Setting, width: float) -> float:
        """Return the type size of the words."""
        del width
        return setting.style.value

    def content(self, setting: Setting, width: float) -> Content:
        """Return the boxes in as many lines as the width asks for."""
        style = setting.style
        room = box_room(style)
        lines: Content = [[]]
        x = 0.0
        for words, ticked in self._shown(setting):
            first, *others = setting.wrap(words, width - room, style.value, bold=ticked)
            needed = room + first.width(style.value)
            if lines[-1] and (others or x + needed > width):
                lines.append([])
                x = 0.0
            lines[-1].append(Mark(x, first, ticked))
            lines.extend([Mark(room, line)] for line in others)
            x += width if others else needed + style.value * 0.9
        return lines

    def _shown(self, setting: Setting) -> Sequence[tuple[str, bool]]:
        if setting.blank or len(self.options) <= self.most:
            return self.options
        return [option for option in self.options if option[1]] or ()


Cell = Field | Choice


@dataclass(frozen=True)
class Grid:
    """Rows of cells; within a row the weights share the width."""

    rows: Sequence[Sequence[Cell]]

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return a strip for each row, several for a row longer than a page's worth."""
        return [strip for row in self.rows for strip in _Row(row, setting, width).strips()]


class _Row:
    """One row being set."""

    def __init__(self, cells: Sequence[Cell], setting: Setting, width: float) -> None:
        self._style = style = setting.style
        self._least = setting.row
        self._blank = setting.blank
        self._cells = cells
        # the gap belongs to the cell, so that equal weights stand in line from row to row
        share = (width + style.gap) / sum(cell.weight for cell in cells)
        self._widths = [share * cell.weight - style.gap for cell in cells]
        self._labels = [
            setting.wrap(cell.label, room, style.label)
            for cell, room in zip(cells, self._widths, strict=True)
        ]
        self._contents = [cell.content(setting, room) for cell, room in zip(cells, self._widths, strict=True)]
        self._sizes = [cell.type_size(setting, room) for cell, room in zip(cells, self._widths, strict=True)]
        self._head = max(map(len, self._labels)) * style.label * 1.2 + style.label * 0.34
        # a pen needs more room between boxes than the eye
        self._leading = max(self._sizes) * (LEADING * 1.2 if setting.blank else LEADING)

    def strips(self) -> list[Strip]:
        count = max(map(len, self._contents))
        tail = self._style.value * 0.26
        pad = max(0.0, self._least - self._head - count * self._leading - tail)
        strips = []
        for number in range(count):
            top = self._head if number == 0 else 0.0
            bottom = tail + pad if number == count - 1 else 0.0
            draw = self._drawer(number, top, last=number == count - 1)
            stretch = 1.0 if self._blank and number == count - 1 else 0.0
            keep = number < count - 1 and (count <= _WHOLE or number in {0, count - 2})
            strips.append(Strip(top + self._leading + bottom, draw, keep, stretch, self._least * _LOOSE))
        return strips

    def _drawer(self, number: int, top: float, *, last: bool) -> Draw:
        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            left = x
            for at, room in enumerate(self._widths):
                if number == 0:
                    self._draw_label(pen, left, y, at)
                # what is written by hand stands on the line, so what is printed does too
                baseline = y + top + self._leading * 0.76
                self._draw_line(pen, left, baseline, (at, number))
                if last:
                    colour = self._style.palette.line
                    pen.rule(left, y + height, (left + room, y + height), self._style.hairline, colour)
                left += room + self._style.gap

        return draw

    def _draw_label(self, pen: Pen, x: float, y: float, at: int) -> None:
        style = self._style
        for number, line in enumerate(self._labels[at]):
            baseline = y + style.label * (1.35 + 1.2 * number)
            pen.text(x, baseline, line, style.label, style.palette.secondary)

    def _draw_line(self, pen: Pen, x: float, baseline: float, place: tuple[int, int]) -> None:
        at, number = place
        content = self._contents[at]
        if number >= len(content):
            return
        colour: str = getattr(self._style.palette, self._cells[at].colour)
        for mark in content[number]:
            draw_mark(pen, (x, baseline), mark, self._style, Ink(self._sizes[at], colour))


def box_room(style: Style) -> float:
    """Return the width that a tick box takes before its words."""
    return style.value * 1.22


def draw_mark(pen: Pen, at: tuple[float, float], mark: Mark, style: Style, ink: Ink) -> None:
    """Draw a mark of a cell whose left edge and baseline are `at`."""
    x, baseline = at[0] + mark.x, at[1]
    if mark.ticked is None:
        pen.text(x, baseline, mark.line, ink.size, ink.colour)
        return
    side = style.value * 0.86
    draw_box(pen, (x, baseline + style.value * 0.1), side, style, ticked=mark.ticked)
    pen.text(x + box_room(style), baseline, mark.line, ink.size, ink.colour)


def draw_box(pen: Pen, at: tuple[float, float], side: float, style: Style, *, ticked: bool) -> None:
    """Draw a tick box of `side` points whose lower left corner is `at`."""
    x, bottom = at
    pen.box((x, bottom - side), (side, side), 0.8 if ticked else 0.6, style.palette.text)
    if ticked:
        line = typesetter(_HAN_LANGUAGE, bold=True).line(TICK)
        pen.text(x + side * 0.1, bottom - side * 0.12, line, side * 1.35, style.palette.text)
