"""What a chart shows, as data, and where each of its pieces lies; without what draws it on the screen.

Series are told apart by their filling as well as by their colour, and figures stand beside bars wherever there is room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from deskapp.ui import style

BAR: Final = 0.72
"""Share of its place that a bar takes."""
_FILLINGS: Final = (
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense6Pattern,
)
_STEPS: Final = 5
"""Shades of the map; its figures stand in it as well."""


@dataclass(frozen=True)
class Bar:
    """One bar: its label, a value of each series, what it says in words, and what it is of."""

    label: str
    values: tuple[float, ...]
    said: str
    key: object = None
    figure: str = ""
    """Beside the bar."""


@dataclass(frozen=True)
class Bars:
    """Bars of one or more series. `stacked`: values stand on each other, else beside each other."""

    bars: tuple[Bar, ...]
    series: tuple[str, ...] = ()
    lying: bool = False
    stacked: bool = True


@dataclass(frozen=True)
class Cell:
    """One square of a map."""

    row: int
    column: int
    value: float
    said: str
    key: object = None


@dataclass(frozen=True)
class Heat:
    """A map: squares in lines and columns, the darker the more."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Said:
    """A figure in a chart: where, in the plot's coordinates, and at which side of that point it stands."""

    at: QPointF
    words: str
    ink: str
    side: str = "middle"

    def draw(self, painter: QPainter, place: QPointF) -> None:
        """Write it beside a point of the widget."""
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(self.words) + 2, metrics.height()
        left = place.x() + style.tokens().sizes.px(4) if self.side == "right" else place.x() - width / 2
        top = place.y() - height if self.side == "above" else place.y() - height / 2
        painter.setPen(QColor(self.ink))
        painter.drawText(QRectF(left, top, width, height), Qt.AlignmentFlag.AlignCenter, self.words)


# --- How the pieces lie ---------------------------------------------------------------------------------------


def _pen(colour: str, width: int = 1) -> QPen:
    made = QPen(QColor(colour), width)
    made.setCosmetic(True)
    return made


class BarDrawing:
    """Where each bar lies; standing ones have their labels below, lying ones at the left."""

    def __init__(self, data: Bars, headroom: float) -> None:
        self._data = data
        self.downwards = data.lying
        self._headroom = headroom
        tops = [sum(bar.values) if data.stacked else max(bar.values, default=0) for bar in data.bars]
        self._most = max([*tops, 0]) or 1

    def bounds(self) -> QRectF:
        """Return the room of all bars."""
        return self._turned(QRectF(-0.5, 0, max(1, len(self._data.bars)), self._most * self._headroom))

    def rooms(self) -> list[QRectF]:
        """Return the places in which the mouse means each bar."""
        return [
            self._turned(QRectF(at - 0.5, 0, 1, self._most * self._headroom))
            for at in range(len(self._data.bars))
        ]

    def pieces(self, marked: int | None) -> list[tuple[QRectF, QBrush, QPen]]:
        """Return what is drawn, the marked bar on a ground of its own."""
        colours = style.tokens().colours
        inks = (colours.accent, colours.secondary, colours.good)
        made = []
        if marked is not None and marked < len(self._data.bars):
            made.append((self.rooms()[marked], QBrush(QColor(colours.pressed)), _pen(colours.outline)))
        for at, bar in enumerate(self._data.bars):
            for number, rectangle in enumerate(self._parts(at, bar)):
                if not bar.values[number]:
                    continue
                ink = inks[number % len(inks)]
                filling = QBrush(QColor(ink), _FILLINGS[number % len(_FILLINGS)])
                made.append((rectangle, filling, _pen(ink)))
        return made

    def _parts(self, at: int, bar: Bar) -> list[QRectF]:
        if not self._data.stacked:
            width = BAR / max(1, len(bar.values))
            lefts = [at - BAR / 2 + number * width for number in range(len(bar.values))]
            pairs = zip(lefts, bar.values, strict=True)
            return [self._turned(QRectF(left, 0, width, value)) for left, value in pairs]
        made, base = [], 0.0
        for value in bar.values:
            made.append(self._turned(QRectF(at - BAR / 2, base, BAR, value)))
            base += value
        return made

    def _turned(self, upright: QRectF) -> QRectF:
        if not self._data.lying:
            return upright
        return QRectF(upright.y(), upright.x(), upright.height(), upright.width())

    def across(self) -> list[tuple[float, str]]:
        """Return the labels below."""
        if self._data.lying:
            return []
        return [(float(at), bar.label) for at, bar in enumerate(self._data.bars)]

    def upwards(self) -> list[tuple[float, str]]:
        """Return the labels at the left."""
        if not self._data.lying:
            return []
        return [(float(at), bar.label) for at, bar in enumerate(self._data.bars)]

    def texts(self) -> list[Said]:
        """Return the figures beside the bars, where the bars are wide enough for them."""
        if not self._data.lying and len(self._data.bars) > 24:
            return []
        ink, made = style.tokens().colours.text, []
        for at, bar in enumerate(self._data.bars):
            top = sum(bar.values) if self._data.stacked else max(bar.values, default=0)
            place = QPointF(top, at) if self._data.lying else QPointF(at, top)
            made.append(Said(place, bar.figure, ink, "right" if self._data.lying else "above"))
        return [text for text in made if text.words]


class HeatDrawing:
    """Where each square lies, and how dark it is."""

    downwards = True

    def __init__(self, data: Heat) -> None:
        self._data = data
        self._most = max([cell.value for cell in data.cells] or [0]) or 1

    def bounds(self) -> QRectF:
        """Return the room of all squares."""
        return QRectF(-0.5, -0.5, max(1, len(self._data.columns)), max(1, len(self._data.rows)))

    def rooms(self) -> list[QRectF]:
        """Return the places of the squares."""
        return [QRectF(cell.column - 0.5, cell.row - 0.5, 1, 1) for cell in self._data.cells]

    def pieces(self, marked: int | None) -> list[tuple[QRectF, QBrush, QPen]]:
        """Return the squares, the marked one in a strong frame on top."""
        colours = style.tokens().colours
        made = [
            (room, QBrush(shade(self._step(cell))), _pen(colours.surface))
            for room, cell in zip(self.rooms(), self._data.cells, strict=True)
        ]
        if marked is not None and marked < len(made):
            room, brush, _edge = made[marked]
            made.append((room, brush, _pen(colours.text, style.tokens().sizes.ring)))
        return made

    def _step(self, cell: Cell) -> int:
        return -int(-cell.value * _STEPS // self._most) if cell.value else 0

    def across(self) -> list[tuple[float, str]]:
        """Return the labels of the columns."""
        return [(float(at), words) for at, words in enumerate(self._data.columns)]

    def upwards(self) -> list[tuple[float, str]]:
        """Return the labels of the lines."""
        return [(float(at), words) for at, words in enumerate(self._data.rows)]

    def texts(self) -> list[Said]:
        """Return the figure of each square."""
        if len(self._data.columns) > 16 or self._most >= 10_000:
            return []
        colours = style.tokens().colours
        return [
            Said(
                QPointF(cell.column, cell.row),
                f"{cell.value:.0f}",
                colours.on_accent if self._step(cell) > _STEPS // 2 else colours.text,
            )
            for cell in self._data.cells
            if cell.value
        ]


def shade(step: int) -> QColor:
    """Return the colour of a step: from the ground of the accent to the accent itself."""
    colours = style.tokens().colours
    if step == 0:
        return QColor(colours.ground)
    if step > _STEPS // 2:
        # Text on it is the accent's own: only the accent has the contrast for it.
        return QColor(colours.accent_hover if step == _STEPS - 2 else colours.accent)
    light, dark = QColor(colours.accent_ground), QColor(colours.accent)
    part = (step - 1) * 0.12
    pairs = (
        (light.red(), dark.red()),
        (light.green(), dark.green()),
        (light.blue(), dark.blue()),
    )
    return QColor(*(round(one + (other - one) * part) for one, other in pairs))
