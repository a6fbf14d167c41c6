"""The figures on top: large, with what they were in the period before and whether that is better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from deskapp.domain.statistics import PeriodKind
from deskapp.domain.statistics_tables import Tile
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.overview import said
from deskapp.ui.widgets.basics import Icon, label

_ICONS: Final = {"better": "circle-check", "worse": "triangle-alert"}
_TONES: Final = {"better": "good", "worse": "warning"}


class TileBox(QFrame):
    """One figure. Enter or a click opens the visits behind it."""

    opened = Signal(object)
    """The `Tile`."""

    def __init__(self) -> None:
        super().__init__()
        self.tile: Tile | None = None
        self.setProperty("role", "panel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.title, self.value = label("", "secondary", wrap=True), label("", "title")
        self.change, self.against = label("", "strong"), label("", "secondary", wrap=True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._icon = Icon("circle-check", "good")
        row = QHBoxLayout()
        row.addWidget(self.value, 1)
        row.addWidget(self._icon)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addLayout(row)
        self._column.addWidget(self.change)
        self._column.addWidget(self.against)
        self._column.addStretch(1)
        style.look().changed.connect(self._space)
        self._space()

    def show_tile(self, tile: Tile, kind: PeriodKind, tr: Translator) -> None:
        """Show a figure in words."""
        self.tile = tile
        word = said.verdict(tile)
        value = said.figure(tile.value, tile.unit, tr)
        changed = said.change(tile, tr)
        if word:
            changed = tr(N_("{change} {word}"), change=changed, word=tr(word)) if changed else tr(word)
        earlier = tr(said.AGAINST[kind], value=said.figure(tile.earlier, tile.unit, tr))
        self.title.setText(said.words(tile.title, tr))
        self.value.setText(value)
        self.change.setText(changed)
        self.against.setText(earlier if tile.earlier is not None else "")
        self._icon.setVisible(word in _ICONS)
        if word in _ICONS:
            self._icon.show_icon(_ICONS[word], _TONES[word])
        self.setAccessibleName(said.words(tile.title, tr))
        told = [part for part in (value, changed, self.against.text()) if part]
        self.setAccessibleDescription(str(tr.value(told)))

    def title_height(self) -> int:
        """Return the height that the title needs, in pixels, whatever it has now."""
        room, metrics = self._column.contentsRect().width(), self.title.fontMetrics()
        wrapped = Qt.TextFlag.TextWordWrap
        return metrics.boundingRect(0, 0, room, 1 << 20, wrapped, self.title.text()).height()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the visits behind it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.tile is not None:
            self.opened.emit(self.tile)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens the visits behind it."""
        super().mouseReleaseEvent(event)
        if self.tile is not None:
            self.opened.emit(self.tile)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring of the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            tokens = style.tokens()
            ring = tokens.sizes.ring
            painter = QPainter(self)
            painter.setPen(QPen(QColor(tokens.colours.focus), ring))
            painter.drawRect(self.rect().adjusted(ring // 2, ring // 2, -ring, -ring))

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._column.setContentsMargins(sizes.field_gap, sizes.gap, sizes.field_gap, sizes.gap)
        self._column.setSpacing(sizes.px(2))


class Tiles(QFrame):
    """The row of figures."""

    opened = Signal(object)
    """The `Tile` that was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[TileBox] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        style.look().changed.connect(self._space)
        self._space()

    def show_tiles(self, tiles: Sequence[Tile], kind: PeriodKind, tr: Translator) -> None:
        """Show these figures."""
        while len(self.boxes) < len(tiles):
            box = TileBox()
            box.opened.connect(self.opened)
            self.boxes.append(box)
            self._row.addWidget(box, 1)
        for box, tile in zip(self.boxes, tiles, strict=True):
            box.show_tile(tile, kind, tr)
        self._level()

    def _level(self) -> None:
        """Make all as high as the highest needs to be, and their titles: the figures stand in one line."""
        highest = max((box.title_height() for box in self.boxes), default=0)
        for box in self.boxes:
            box.title.setMinimumHeight(highest)
        heights = [box.layout().heightForWidth(box.width()) for box in self.boxes if box.layout()]  # type: ignore[union-attr]
        least = [box.sizeHint().height() for box in self.boxes]
        for box in self.boxes:
            box.setFixedHeight(max([*heights, *([] if any(h > 0 for h in heights) else least)]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap anew."""
        super().resizeEvent(event)
        if self.boxes:
            self._level()

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, super().minimumSizeHint().height())

    @Slot()
    def _space(self) -> None:
        self._row.setSpacing(style.tokens().sizes.gap)
