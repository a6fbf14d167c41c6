"""What leaves the overview for a file: its tables as rows, and a picture of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QScrollArea, QWidget

from deskapp.domain.statistics_tables import UNIT_LABELS, FigureTable, Tile, Unit, Value
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.overview import said

FILES: Final = "XLSX (*.xlsx);;CSV (*.csv);;PNG (*.png)"
Row = tuple[str, str, str, object, str]


def named(path: str, kind: str) -> Path:
    """Return the path as it was typed; without an ending it gets the one of the chosen kind of file."""
    typed = Path(path)
    return typed if typed.suffix else typed.with_suffix(kind.partition("*")[2].rstrip(")") or ".xlsx")


def rows_of(tiles: Sequence[Tile], tables: Sequence[FigureTable], tr: Translator) -> list[Row]:
    """Return every figure as a row: table, line, figure, value, unit."""
    top = tr(N_("Altogether"))
    rows = [
        (
            top,
            said.words(tile.title, tr),
            tr(N_("Value")),
            _plain(tile.value, tile.unit),
            tr(UNIT_LABELS[tile.unit]),
        )
        for tile in tiles
    ]
    return [*rows, *(row for table in tables for row in _rows(table, tr))]


def _rows(table: FigureTable, tr: Translator) -> Iterator[Row]:
    for line in table.rows:
        for head, value in zip(table.headings, line.values, strict=True):
            what = (tr(table.title), said.words(line.label, tr), said.heading(head, tr))
            yield (*what, _plain(value, head.unit), tr(UNIT_LABELS[head.unit]))


def _plain(value: Value, unit: Unit) -> object:
    """Return a whole number as one, a share as percent with one decimal."""
    if value is None:
        return None
    return f"{value * 100:.1f}" if unit is Unit.SHARE else round(value)


def picture_of(above: QWidget, shown: QWidget) -> bytes:
    """Return figures and charts as PNG at twice the size, those below the edge of the window as well."""
    area = shown.findChild(QScrollArea)
    inside = (area.widget() if area is not None else None) or shown
    gap = style.tokens().sizes.margin
    width = max(above.width(), inside.width()) + 2 * gap
    made = QPixmap(width * 2, (above.height() + inside.height() + 3 * gap) * 2)
    made.setDevicePixelRatio(2)
    made.fill(style.tokens().colours.ground)
    above.render(made, QPoint(gap, gap))
    inside.render(made, QPoint(gap, above.height() + 2 * gap))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made.save(buffer, "PNG")
    return bytes(data.data())
