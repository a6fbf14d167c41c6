"""Lucide icons, tinted by a token and drawn sharp at any scale.

An icon knows the name of its colour, not the colour: after a change of scheme the next paint has the new
tint without anybody setting icons again.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache

from deskapp import paths
from deskapp.ui import style

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer


def icon(name: str, tone: str = "secondary") -> QIcon:
    """Return the icon of that Lucide name in the colour token `tone`; FileNotFoundError if not shipped."""
    _source(name)
    return QIcon(_Engine(name, tone))


def pixmap(name: str, tone: str, edge: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon, `edge` device-independent pixels wide, for a screen of `ratio` pixels each."""
    return _drawn(name, _colour(tone), round(edge * ratio), ratio)


def paint(painter: QPainter, name: str, tone: str, rect: QRect) -> None:
    """Draw the icon into the middle of `rect`, as large as fits."""
    edge = min(rect.width(), rect.height())
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    left = rect.x() + (rect.width() - edge) // 2
    top = rect.y() + (rect.height() - edge) // 2
    painter.drawPixmap(left, top, pixmap(name, tone, edge, ratio))


def names() -> list[str]:
    """Return the names of all shipped icons."""
    return sorted(path.stem for path in paths.resource("icons").glob("*.svg"))


class _Engine(QIconEngine):
    """Draws one icon in the current colours each time Qt asks."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        paint(painter, self._name, self._tone_in(mode), rect)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: ARG002
        edge = min(size.width(), size.height())
        return _drawn(self._name, _colour(self._tone_in(mode)), edge, scale)

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._tone)

    def _tone_in(self, mode: QIcon.Mode) -> str:
        return "disabled" if mode == QIcon.Mode.Disabled else self._tone


def _colour(tone: str) -> str:
    if tone.startswith("#"):
        return tone
    return str(getattr(style.tokens().colours, tone))


def _drawn(name: str, colour: str, pixels: int, ratio: float) -> QPixmap:
    key = f"lucide:{name}:{colour}:{pixels}:{ratio}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    made = QPixmap(max(1, pixels), max(1, pixels))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    _renderer(name, colour).render(painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, made)
    return made


def _renderer(name: str, colour: str) -> QSvgRenderer:
    from PySide6.QtSvg import QSvgRenderer

    return QSvgRenderer(_source(name).replace("currentColor", colour).encode())


@cache
def _source(name: str) -> str:
    return paths.resource("icons", f"{name}.svg").read_text(encoding="utf-8")
