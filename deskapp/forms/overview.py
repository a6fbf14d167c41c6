"""The printed overview of a period: figures on top, bars drawn as lines of a table, a map, and all tables.

The charts are drawn like everything else on paper, in vectors and in the shipped fonts, and each has its figures
beside it: print is read in grey as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from deskapp.domain.papers import Letterhead
from deskapp.domain.statistics_tables import FigureTable, Heading, OverviewPaper, Said, Tile, Unit, Value
from deskapp.domain.text import N_
from deskapp.forms.blocks import LEADING, Block, Paragraph, Section, Setting, Space, Strip, together
from deskapp.forms.grid import Field, Grid
from deskapp.forms.page import Frame, render_pages
from deskapp.forms.pen import Pen
from deskapp.forms.style import SIZES
from deskapp.forms.table import Column, Table
from deskapp.forms.text import Line
from deskapp.i18n import Translator

OVERVIEW_TITLE: Final = N_("Overview of the intake")
ACROSS: Final = 4
MOST_ROWS: Final = 60
"""Of a table on paper; the file has all."""
_NOTHING: Final = "–"
_CHARTED: Final = frozenset({"days", "hours", "waits"})
_STRIPES: Final = 3.0


def overview(paper: OverviewPaper | None, head: Letterhead, tr: Translator, size: str) -> bytes:
    """Return the overview on A4; blank it has the figures on top to be filled in."""
    known = paper or OverviewPaper()
    setting = Setting(tr, SIZES[size], blank=paper is None)
    days = "" if known.first is None or known.last is None else _days(known, tr)
    frame = Frame(head, tr(OVERVIEW_TITLE), number=((tr(N_("Days")), days),))
    return render_pages(_blocks(known, tr), setting, frame)


def _days(paper: OverviewPaper, tr: Translator) -> str:
    message = N_("{first}") if paper.first == paper.last else N_("{first} – {last}")
    return tr(message, first=paper.first, last=paper.last)


def _blocks(paper: OverviewPaper, tr: Translator) -> list[Block]:
    fields = [
        Field(_said(tile.title, tr), _figure(tile.value, tile.unit, tr), bold=True) for tile in paper.tiles
    ]
    fields = fields or [Field(tr(N_("Visits"))), Field(tr(N_("Median wait"))), Field(tr(N_("Left unseen")))]
    rows = [_row(fields[at : at + ACROSS]) for at in range(0, len(fields), ACROSS)]
    made: list[Block] = [Grid(rows), *_compared(paper.tiles, tr)]
    for table in paper.tables:
        if table.rows:
            made += [Section(tr(table.title)), *_table(table, tr), Space(4)]
    return made


def _row(fields: Sequence[Field]) -> list[Field]:
    """Return a row of figures; the last of a short one takes the room, so that all stand under each other."""
    return [*fields[:-1], replace(fields[-1], weight=ACROSS - len(fields) + 1)]


def _compared(tiles: Sequence[Tile], tr: Translator) -> list[Block]:
    told = [
        tr(
            N_("{figure} {value}"),
            figure=_said(tile.title, tr),
            value=_figure(tile.earlier, tile.unit, tr),
        )
        for tile in tiles
        if tile.earlier is not None
    ]
    if not told:
        return []
    return [Paragraph(tr(N_("The period before: {figures}"), figures=told), "label", colour="secondary")]


def _table(table: FigureTable, tr: Translator) -> list[Block]:
    if table.name == "waits":
        middle, high = (tr(head.title) for head in table.headings[:2])
        return [Paragraph(tr(N_("{first} – {last}"), first=middle, last=high), "label"), _bars(table, tr)]
    if table.name in _CHARTED:
        return [_bars(table, tr)]
    if table.name == "week":
        return [_heat(table, tr)]
    columns = [
        Column(tr(table.first), 2.4),
        *(Column(tr(head.title), right=True) for head in table.headings),
    ]
    rows = [
        [_said(row.label, tr), *_figures(row.values, table.headings, tr)] for row in table.rows[:MOST_ROWS]
    ]
    made: list[Block] = [Table(columns, rows)]
    left = len(table.rows) - MOST_ROWS
    if left > 0:
        made.append(
            Paragraph(tr(N_("and {count} more in the file"), count=left), "label", colour="secondary")
        )
    return made


def _figures(values: Sequence[Value], headings: Sequence[Heading], tr: Translator) -> list[str]:
    return [_figure(value, head.unit, tr) for value, head in zip(values, headings, strict=True)]


def _figure(value: Value, unit: Unit, tr: Translator) -> str:
    if value is None:
        return _NOTHING
    if unit is Unit.MINUTES:
        return tr(N_("{count} min"), count=f"{value:,.0f}")
    return tr(N_("{count} %"), count=f"{value * 100:.1f}") if unit is Unit.SHARE else f"{value:,.0f}"


def _said(said: Said, tr: Translator) -> str:
    return said if isinstance(said, str) else tr(said)


# --- Charts ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lying:
    """A line with a label, a solid bar, a striped one that goes on from it, and a figure."""

    label: str
    solid: float
    striped: float
    figure: str


@dataclass(frozen=True)
class BarsBlock:
    """Lying bars; `most` is the value of a bar as long as there is room."""

    lines: Sequence[Lying]
    most: float
    label_share: float = 0.24
    figure_share: float = 0.2

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return a strip for each bar, as high as its label is."""
        size, room = setting.style.value, width * self.label_share
        labels = [setting.wrap(line.label, room, size) for line in self.lines]
        return [
            Strip(size * (1.5 + LEADING * (len(label) - 1)), self._drawer(line, label, setting, width))
            for line, label in zip(self.lines, labels, strict=True)
        ]

    def _drawer(
        self, line: Lying, label: Sequence[Line], setting: Setting, width: float
    ) -> Callable[[Pen, float, float, float], None]:
        size, palette = setting.style.value, setting.style.palette
        room = width * self.label_share
        figure = setting.line(line.figure)
        scale = width * (1 - self.label_share - self.figure_share) / (self.most or 1)

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            for at, words in enumerate(label):
                pen.text(x, y + size * (1 + LEADING * at), words, size, palette.text)
            left, top, high = x + room + 6, y + size * 0.25, height - size * 0.5
            solid, striped = line.solid * scale, line.striped * scale
            pen.fill_box(left, top, max(solid, 0.4), high, palette.accent)
            if striped > 0:
                _stripe(pen, (left + solid, top), (striped, high), palette.accent)
            pen.text(left + solid + striped + 5, y + size, figure, size, palette.text)

        return draw


def _stripe(pen: Pen, corner: tuple[float, float], size: tuple[float, float], colour: str) -> None:
    """Draw a box with slanting lines: told from a solid one in grey as well."""
    (x, y), (width, height) = corner, size
    pen.box(corner, size, 0.5, colour)
    at = _STRIPES
    while at < width + height:
        low, high = max(0.0, at - height), min(at, width)
        pen.rule(x + low, y + (at - low), (x + high, y + (at - high)), 0.4, colour)
        at += _STRIPES


def _bars(table: FigureTable, tr: Translator) -> Block:
    lines = []
    for row in table.rows:
        first = float(row.values[0] or 0)
        second = max(float(row.values[1] or 0) - first, 0.0) if table.name == "waits" else 0.0
        told = _figures(row.values[:2], table.headings[:2], tr)
        if table.name == "waits":  # Where most waited equally long both figures are one.
            told = list(dict.fromkeys(told))
        lines.append(Lying(_said(row.label, tr), first, second, " – ".join(told)))
    return BarsBlock(lines, max(line.solid + line.striped for line in lines))


@dataclass(frozen=True)
class HeatBlock:
    """A map: a line for each weekday, a column for each hour, the figure in each square."""

    rows: Sequence[tuple[str, Sequence[float]]]
    columns: Sequence[str]
    label_share: float = 0.14

    def strips(self, setting: Setting, width: float) -> list[Strip]:
        """Return a strip for each line, the hours above."""
        most = max((value for _label, values in self.rows for value in values), default=0) or 1
        size = setting.style.value
        head = Strip(size * 1.5, self._line("", self.columns, setting, width), keep=True)
        lines = [
            Strip(
                size * 1.7, self._squares(label, [value / most for value in values], values, setting, width)
            )
            for label, values in self.rows
        ]
        return together([head, *lines])

    def _places(self, width: float) -> tuple[float, float]:
        left = width * self.label_share
        return left, (width - left) / max(1, len(self.columns))

    def _line(
        self, label: str, cells: Sequence[str], setting: Setting, width: float
    ) -> Callable[[Pen, float, float, float], None]:
        size, palette = setting.style.label, setting.style.palette
        first, lines = setting.line(label), [setting.line(cell) for cell in cells]
        left, wide = self._places(width)
        # Around the clock in a busy year a square is narrower than its figure.
        small = size * min(1, (wide - 2) / max(1, *(line.width(size) for line in lines)))

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            baseline = y + height / 2 + size * 0.36
            pen.text(x, baseline, first, size, palette.text)
            for at, line in enumerate(lines):
                pen.text_centred(x + left + wide * (at + 0.5), baseline, line, small, palette.text)

        return draw

    def _squares(
        self, label: str, shares: Sequence[float], values: Sequence[float], setting: Setting, width: float
    ) -> Callable[[Pen, float, float, float], None]:
        left, wide = self._places(width)
        words = self._line(label, [f"{value:,.0f}" if value else "" for value in values], setting, width)
        accent = setting.style.palette.accent

        def draw(pen: Pen, x: float, y: float, height: float) -> None:
            for at, share in enumerate(shares):
                if share:
                    corner = (x + left + wide * at + 0.5, y + 0.5)
                    pen.fill_box(*corner, wide - 1, height - 1, _tint(accent, share))
            words(pen, x, y, height)

        return draw


def _tint(colour: str, share: float) -> str:
    """Return a light tint of a colour: black figures stay readable on the darkest."""
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * 0.5 * share):02X}" for channel in channels)


def _heat(table: FigureTable, tr: Translator) -> Block:
    rows = [(_said(row.label, tr), [float(value or 0) for value in row.values]) for row in table.rows]
    return HeatBlock(rows, [head.title[:2] for head in table.headings])
