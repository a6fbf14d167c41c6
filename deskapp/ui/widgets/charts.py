"""Charts that are read by eye, by mouse and by key: bars standing or lying, and a map of weekday and hour.

Drawing is pyqtgraph's, without OpenGL; importing this module takes half a second, so a page imports it in a worker
when it is first shown (`warm`). What a chart shows is data (`Bars`, `Heat`); each piece says itself in words. Series
are told apart by their filling as well as by their colour, and figures stand beside bars wherever there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QFont, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from deskapp.ui import fonts, style
from deskapp.ui import tokens as board
from deskapp.ui.widgets.chart_pieces import Bar, BarDrawing, Bars, Cell, Heat, HeatDrawing, Said

# Its own tidying at the end of a program deletes what Qt has deleted already.
pg.setConfigOptions(antialias=True, useOpenGL=False, exitCleanup=False)


class _Item(pg.GraphicsObject):  # type: ignore[misc]
    """Draws the pieces of a chart in the coordinates of its plot."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[tuple[QRectF, QBrush, QPen]] = []
        self.texts: list[Said] = []
        self._bounds = QRectF()

    def show(self, pieces: list[tuple[QRectF, QBrush, QPen]], texts: list[Said], bounds: QRectF) -> None:
        """Draw these from now on."""
        self.prepareGeometryChange()
        self.pieces, self.texts, self._bounds = pieces, texts, bounds
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the room of all pieces."""
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw them; a pattern keeps the size of its lines at any scale."""
        del option, widget
        turned = painter.transform()
        back = turned.inverted()[0]
        for rectangle, brush, pen in self.pieces:
            if brush.style() is not Qt.BrushStyle.SolidPattern:
                brush.setTransform(back)
            painter.setBrush(brush)
            painter.setPen(pen)
            painter.drawRect(rectangle)
        painter.resetTransform()
        painter.setFont(_font())
        for text in self.texts:
            text.draw(painter, turned.map(text.at))
        painter.setTransform(turned)


class Chart(pg.GraphicsView):  # type: ignore[misc]
    """A chart of `Bars` or a `Heat`. Up and Down go from piece to piece, Enter opens what one was made of."""

    said = Signal(object)
    """Words of the piece under the mouse or the cursor, "" for none."""

    opened = Signal(object)
    """The key of a piece that was opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: Bars | Heat = Bars(())
        self._at: int | None = None
        self._hover: int | None = None
        self._mouse: QPointF | None = None
        self._rooms: list[QRectF] = []
        self._dressed: dict[str, object] = {}
        self._drawing: BarDrawing | HeatDrawing = BarDrawing(Bars(()), 1)
        self._item = _Item()
        self._prepare()
        style.look().changed.connect(self.redraw)

    def _prepare(self) -> None:
        # Of its own parts: a whole plot of pyqtgraph brings seven menus that nobody deletes.
        layout = pg.GraphicsLayout()
        # The first and the last label stand out over their bars.
        layout.setContentsMargins(style.tokens().sizes.gap, 0, style.tokens().sizes.gap, 0)
        layout.setSpacing(0)
        self.setCentralItem(layout)
        self._view = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self._axes = {side: pg.AxisItem(side, linkView=self._view) for side in ("left", "bottom")}
        layout.addItem(self._axes["left"], 0, 0)
        layout.addItem(self._view, 0, 1)
        layout.addItem(self._axes["bottom"], 1, 1)
        self._view.addItem(self._item)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    # --- Showing ----------------------------------------------------------------------------------------------

    def show_data(self, data: Bars | Heat) -> None:
        """Show other figures; the cursor stays on its piece, and what is under the mouse is said anew."""
        before = self.pieces[self._at] if self._at is not None else None
        self._data, self._hover = data, None
        if before is not None:
            self._at = self._same_piece(before, self._at)
        self.redraw()
        if self._mouse is not None:
            self._hover = self._piece_at(self._mouse)
            self._mark()
        self._say()

    def _same_piece(self, before: Bar | Cell, place: int | None) -> int | None:
        """Return where a piece stands now, for parts that still arrive move it; else the one in its place."""
        there = (at for at, piece in enumerate(self.pieces) if piece.key == before.key is not None)
        return next(there, place if place is not None and place < len(self.pieces) else None)

    @property
    def pieces(self) -> Sequence[Bar | Cell]:
        """What can be pointed at, in reading order."""
        return self._data.bars if isinstance(self._data, Bars) else self._data.cells

    def current(self) -> Bar | Cell | None:
        """Return the piece under the mouse, else the one the cursor is on."""
        at = self._hover if self._hover is not None else self._at
        return self.pieces[at] if at is not None and at < len(self.pieces) else None

    def picture(self) -> QPixmap:
        """Return the chart as it is shown, at twice the size."""
        made = QPixmap(self.size() * 2)
        made.setDevicePixelRatio(2)
        QWidget.render(self, made, QPoint(0, 0))
        return made

    @Slot()
    def redraw(self) -> None:
        """Draw everything anew in the look in force."""
        colours = style.tokens().colours
        if self._dressed.get("ground") != colours.surface:
            self._dressed["ground"] = colours.surface
            self.setBackground(QColor(colours.surface))
        drawing = (
            BarDrawing(self._data, self._headroom())
            if isinstance(self._data, Bars)
            else HeatDrawing(self._data)
        )
        self._drawing, self._rooms = drawing, drawing.rooms()
        self._mark()
        self._dress_axes(drawing)
        self._view.setRange(drawing.bounds(), padding=0)
        self._view.invertY(drawing.downwards)

    def _mark(self) -> None:
        """Draw the pieces, the one that is pointed at marked."""
        marked = self._hover if self._hover is not None else (self._at if self.hasFocus() else None)
        self._item.show(self._drawing.pieces(marked), self._drawing.texts(), self._drawing.bounds())

    def _headroom(self) -> float:
        """Return how much higher, or wider, than the largest bar the plot has to be for the figures beside."""
        assert isinstance(self._data, Bars)
        line: int = self.fontMetrics().height()
        if not self._data.lying:
            room = max(1, self.height() - 2 * line)
            return float(1 / max(0.4, 1 - 1.5 * line / room))
        widest: int = max(
            (self.fontMetrics().horizontalAdvance(bar.figure) for bar in self._data.bars), default=0
        )
        labels: int = max(
            (self.fontMetrics().horizontalAdvance(bar.label) for bar in self._data.bars), default=0
        )
        room = max(1, self.width() - labels - line)
        return float(1 / max(0.4, 1 - (widest + line) / room))

    def _dress_axes(self, drawing: BarDrawing | HeatDrawing) -> None:
        colours = style.tokens().colours
        for side, marks in (("bottom", drawing.across()), ("left", drawing.upwards())):
            shown = self._thinned(marks) if side == "bottom" else marks
            if self._dressed.get(side) == (shown, style.tokens(), style.look().language):
                # Setting an axis anew takes longer than all the rest of the drawing.
                continue
            self._dressed[side] = (shown, style.tokens(), style.look().language)
            axis = self._axes[side]
            axis.setVisible(bool(marks))
            axis.setStyle(showValues=bool(marks))
            axis.setTickFont(_font())
            axis.setPen(QColor(colours.line))
            axis.setTickPen(QColor(colours.surface))
            axis.setTextPen(QColor(colours.secondary))
            axis.setStyle(tickLength=0, autoExpandTextSpace=True, hideOverlappingLabels=False)
            axis.setTicks([shown])

    def _thinned(self, marks: list[tuple[float, str]]) -> list[tuple[float, str]]:
        """Leave out labels where all together have no room."""
        if not marks:
            return marks
        widest = max(self.fontMetrics().horizontalAdvance(words) for _at, words in marks)
        room = max(1, self.width() - style.tokens().sizes.px(48)) / len(marks)
        every = max(1, -int(-(widest + style.tokens().sizes.gap) // room))
        return marks[::every]

    def resizeEvent(self, event: Any) -> None:
        """Fit labels to the width."""
        super().resizeEvent(event)
        if hasattr(self, "_axes") and self.pieces:
            self.redraw()

    # --- Pointing ---------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: Any) -> None:
        """Say the piece under the mouse."""
        super().mouseMoveEvent(event)
        self._mouse = event.position()
        self._point(self._piece_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing any more."""
        super().leaveEvent(event)
        self._mouse = None
        self._point(None)

    def mousePressEvent(self, event: Any) -> None:
        """Open the piece under the mouse."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        at = self._piece_at(event.position())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self._at = at
            self.opened.emit(self.pieces[at].key)

    def mouseReleaseEvent(self, event: Any) -> None:
        """Nothing is dragged here."""

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """The first click has opened it."""

    def wheelEvent(self, event: Any) -> None:
        """Let the page scroll."""
        event.ignore()

    def _piece_at(self, position: QPointF) -> int | None:
        there = self._view.mapSceneToView(self.mapToScene(position.toPoint()))
        return next((at for at, room in enumerate(self._rooms) if room.contains(there)), None)

    def _point(self, at: int | None) -> None:
        if at != self._hover:
            self._hover = at
            self._tell()

    def _tell(self) -> None:
        self._mark()
        self._say()

    def _say(self) -> None:
        piece = self.current()
        words = piece.said if piece is not None else ""
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.said.emit(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from piece to piece, open one."""
        across = len(self._data.columns) if isinstance(self._data, Heat) else 5
        moves = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: across,
            Qt.Key.Key_PageUp: -across,
            Qt.Key.Key_Home: -len(self.pieces),
            Qt.Key.Key_End: len(self.pieces),
        }
        piece = self.current()
        if event.key() in moves and self.pieces:
            self._step(moves[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and piece is not None:
            self.opened.emit(piece.key)
        else:
            event.ignore()

    def _step(self, by: int) -> None:
        self._hover = None
        last = len(self.pieces) - 1
        self._at = (0 if by > 0 else last) if self._at is None else min(max(self._at + by, 0), last)
        self._tell()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the cursor."""
        super().focusInEvent(event)
        self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the cursor."""
        super().focusOutEvent(event)
        self._mark()

    def paintEvent(self, event: Any) -> None:
        """Draw the ring of the focus over the chart."""
        super().paintEvent(event)
        if self.hasFocus():
            tokens = style.tokens()
            painter = QPainter(self.viewport())
            ring = tokens.sizes.ring
            painter.setPen(QPen(QColor(tokens.colours.focus), ring))
            painter.drawRect(self.viewport().rect().adjusted(ring // 2, ring // 2, -ring, -ring))
            painter.end()


def _font() -> QFont:
    return _made_font(style.look().language, style.tokens().sizes.px(board.SECONDARY))


@cache
def _made_font(language: str, pixels: int) -> QFont:
    return fonts.tabular(fonts.font(language, pixels))


def warm() -> None:
    """Do nothing: whoever calls it in a worker has imported pyqtgraph there."""
