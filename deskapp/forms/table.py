"""Tables with columns, and the banner that nobody can overlook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.forms.blocks import LEADING, Draw, Setting, Strip, together
from deskapp.forms.grid import Choice, Ink, Mark, draw_mark
from deskapp.forms.pen import Pen
from deskapp.forms.text import Line

_WHOLE: Final = 8
"""A row of up to so many lines is not cut by the end of a page."""


_SHORT: Final = 8
"""A table of up to so many rows is not cut either."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its share of the width, and whether figures stand right."""

    title: str
    weight: float = 1
    right: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings that come again on each page; `total` is set bold under the last row."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return the headings and a strip for each line of each row."""
        share = width / sum(column.weight for column in self.columns)
        widths = [share * column.weight for column in self.columns]
        head = _Cells([column.title for column in self.columns], self.columns, widths, setting).head()
        strips = [head]
        for row in (*self.rows, *([self.total] if self.total else [])):
            cells = _Cells(row, self.columns, widths, setting, bold=row is self.total)
            strips += cells.row(head)
        return together(strips) if len(self.rows) <= _SHORT else strips


class _Cells:
    """The cells of one row being set."""

    def __init__(
        self,
        texts: Sequence[str],
        columns: Sequence[Column],
        widths: Sequence[float],
        setting: Setting,
        *,
        bold: bool = False,
    ) -> None:
        self._texts, self._columns, self._widths, self._setting = texts, columns, widths, setting
        self._bold = bold

    def head(self) -> Strip:
        """Return the row as headings, over a strong line."""
        size = self._setting.style.label
        cells = self._wrapped(size)
        count = max(map(len, cells))

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            for number in range(count):
                at = (x, y + size * (1.35 + 1.25 * number))
                self._draw(pen, at, [lines[number : number + 1] for lines in cells], size)
            self._rule(pen, (x, y + height), 0.9, self._setting.style.palette.text)

        return Strip(size * (1.25 * count + 0.9), draw, keep=True)

    def row(self, head: Strip) -> list[Strip]:
        """Return a strip for each line of the row, with `head` to be repeated on a new page."""
        style = self._setting.style
        cells = self._wrapped(style.value)
        count = max(map(len, cells))
        least = self._setting.row * 0.8 if self._setting.blank else 0.0
        pad = max(style.value * 0.26, (least - style.value * LEADING * count) / 2)
        strips = []
        for number in range(count):
            ends = (number == 0) + (number == count - 1)
            draw = self._drawer(
                [lines[number : number + 1] for lines in cells], pad * (number == 0), number == count - 1
            )
            keep = number < count - 1 and count <= _WHOLE
            strips.append(Strip(style.value * LEADING + pad * ends, draw, keep, repeat=head))
        return strips

    def _drawer(self, lines: Sequence[Sequence[Line]], top: float, last: bool) -> Draw:
        style = self._setting.style

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            self._draw(pen, (x, y + top + style.value), lines, style.value)
            if last:
                self._rule(pen, (x, y + height), style.hairline, style.palette.line)

        return draw

    def _wrapped(self, size: float) -> list[list[Line]]:
        gap = self._setting.style.gap
        pairs = zip(self._texts, self._widths, strict=True)
        return [self._setting.wrap(text, room - gap, size, bold=self._bold) for text, room in pairs]

    def _draw(self, pen: Pen, at: tuple[float, float], lines: Sequence[Sequence[Line]], size: float) -> None:
        palette = self._setting.style.palette
        colour = palette.secondary if size == self._setting.style.label else palette.text
        left = at[0]
        for column, cell, room in zip(self._columns, lines, self._widths, strict=True):
            for line in cell:
                if column.right:
                    pen.text_right(left + room, at[1], line, size, colour)
                else:
                    pen.text(left, at[1], line, size, colour)
            left += room

    def _rule(self, pen: Pen, at: tuple[float, float], width: float, colour: str) -> None:
        pen.rule(at[0], at[1], (at[0] + sum(self._widths), at[1]), width, colour)


@dataclass(frozen=True)
class Banner:
    """A framed box with a solid tag. `tone` is "danger", "calm" or "open" (something is to be asked).

    `options` are boxes to tick, before the text or the line to write on.
    """

    tag: str
    text: str = ""
    tone: str = "calm"
    options: Sequence[tuple[str, bool]] = ()

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return a strip for each line, the frame drawn around all of them."""
        return _BannerSetting(self, setting, width).strips()


class _BannerSetting:
    """A banner being set."""

    def __init__(self, banner: Banner, setting: Setting, width: float) -> None:
        self._style = style = setting.style
        self._width = width
        self._colour = style.palette.danger if banner.tone == "danger" else style.palette.secondary
        if banner.tone == "open":
            self._colour = style.palette.warning if not setting.blank else style.palette.danger
        self._loud = banner.tone == "danger"
        self._size = style.value * (1.3 if self._loud else 1.05)
        self._tag = setting.wrap(banner.tag, width * 0.3, style.value, bold=True)
        self._tag_width = max(line.width(style.value) for line in self._tag) + style.value * 1.6
        self._room = width - self._tag_width - style.value * 2
        self._lines = self._content(banner, setting)
        self._blank = setting.blank

    def _content(self, banner: Banner, setting: Setting) -> list[list[Mark]]:
        if banner.options:
            marks = Choice("", banner.options).content(setting, self._room)
            end = marks[-1][-1].x + marks[-1][-1].line.width(self._style.value) + self._style.value * 2.4
            rest = setting.line(banner.text, bold=self._loud)
            if not banner.text or end + rest.width(self._style.value) <= self._room:
                return [*marks[:-1], [*marks[-1], Mark(end, rest)]]
            return [
                *marks,
                *([Mark(0, line)] for line in setting.wrap(banner.text, self._room, self._style.value)),
            ]
        lines = setting.wrap(banner.text, self._room, self._size, bold=self._loud)
        return [[Mark(0, line)] for line in lines]

    def strips(self) -> list[Strip]:
        count = max(len(self._lines), len(self._tag))
        pad = self._style.value * (0.62 if self._loud or self._blank else 0.4)
        leading = self._size * LEADING
        strips = []
        for number in range(count):
            first, last = number == 0, number == count - 1
            height = leading + pad * (first + last)
            strips.append(Strip(height, self._drawer(number, pad, first=first, last=last)))
        return together(strips) if count <= 8 else strips

    def _drawer(self, number: int, pad: float, *, first: bool, last: bool) -> Draw:
        style, right = self._style, self._width
        text_x = self._tag_width + style.value

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            self._frame(pen, (x, y), height, first=first, last=last)
            baseline = y + (pad if first else 0) + self._size
            if number < len(self._tag):
                pen.text(x + style.value * 0.8, baseline, self._tag[number], style.value, "#FFFFFF")
            if number < len(self._lines):
                colour = self._colour if self._loud else style.palette.text
                for mark in self._lines[number]:
                    size = self._size if mark.ticked is None else style.value
                    draw_mark(pen, (x + text_x, baseline), mark, style, Ink(size, colour))
                if self._blank and last:
                    self._write_line(pen, x + text_x, baseline, x + right - style.value)

        return draw

    def _frame(self, pen: Pen, at: tuple[float, float], height: float, *, first: bool, last: bool) -> None:
        (x, y), right, colour = at, at[0] + self._width, self._colour
        line = 1.6 if self._loud or self._blank else 0.8
        pen.fill_box(x, y, self._tag_width, height, colour)
        pen.rule(right, y, (right, y + height), line, colour)
        if first:
            pen.rule(x, y, (right, y), line, colour)
        if last:
            pen.rule(x, y + height, (right, y + height), line, colour)

    def _write_line(self, pen: Pen, x: float, baseline: float, right: float) -> None:
        mark = self._lines[-1][-1]
        start = x + mark.x + mark.line.width(self._style.value) + self._style.value * 0.6
        pen.rule(start, baseline + 2, (right, baseline + 2), self._style.hairline, self._style.palette.rule)
