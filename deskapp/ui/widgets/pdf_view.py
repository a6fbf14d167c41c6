"""Pages of a PDF on screen, as wide as there is room or whole, driven by keys.

`QPdfView` draws in a thread of its own; the longest that it kept the event loop was 10 ms (measured with
three A4 pages at 1800 x 1500), so the document may be opened on the GUI thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QEvent,
    QIODevice,
    QMargins,
    QObject,
    QPointF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractSlider, QFrame, QVBoxLayout, QWidget

from deskapp.ui import style

if TYPE_CHECKING:
    from PySide6.QtPdf import QPdfDocument

LARGEST: Final = 1.6
"""A slip as wide as the window would show four words: larger than this nothing is drawn."""


class PdfView(QWidget):
    """Shows one PDF at a time; `show_pdf(b"")` shows none."""

    page_changed = Signal(object, object)
    """Number of the page in view, from 1, and how many there are; 0 and 0 when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        # Late: QtPdf is not needed before somebody looks at paper.
        from PySide6.QtPdfWidgets import QPdfView

        super().__init__(parent)
        self._whole = False
        self._document: QPdfDocument | None = None
        self._buffer: QBuffer | None = None
        self._view = QPdfView(self)
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.Custom)
        self._view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.installEventFilter(self)
        self._view.pageNavigator().currentPageChanged.connect(self._tell)
        self.setFocusProxy(self._view)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._view)
        style.look().changed.connect(self._space)
        self._space()

    def show_pdf(self, pdf: bytes) -> None:
        """Show a document from its first page; ValueError when the bytes are no PDF."""
        from PySide6.QtPdf import QPdfDocument

        old, before = self._document, self._buffer
        document, buffer = QPdfDocument(self), QBuffer(self)
        buffer.setData(QByteArray(pdf))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        if pdf:
            document.load(buffer)
        self._document, self._buffer = document, buffer
        self._view.setDocument(document)
        for gone in (old, before):
            if gone is not None:
                gone.deleteLater()
        if pdf and document.status() != QPdfDocument.Status.Ready:
            raise ValueError("not a PDF")
        self._view.pageNavigator().jump(0, QPointF())
        self._fit()
        self._tell()

    def show_whole(self, whole: bool) -> None:
        """Show whole pages instead of pages as wide as the room."""
        self._whole = whole
        self._fit()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return self._document.pageCount() if self._document is not None else 0

    @property
    def page(self) -> int:
        """The page in view, from 1; 0 when there is none."""
        return self._view.pageNavigator().currentPage() + 1 if self.pages else 0

    @property
    def zoom(self) -> float:
        """How large the pages are drawn; 1.0 is as on paper."""
        return self._view.zoomFactor()

    def say(self, name: str) -> None:
        """Set what a screen reader calls the pages."""
        self._view.setAccessibleName(name)

    def turn(self, screens: int) -> None:
        """Scroll by so many screens, back when negative."""
        action = QAbstractSlider.SliderAction
        forward = screens > 0
        for _ in range(abs(screens)):
            self._view.verticalScrollBar().triggerAction(
                action.SliderPageStepAdd if forward else action.SliderPageStepSub
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draw the ring when the pages get or lose the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw a hairline around the pages, the focus ring while they have the focus."""
        colours, sizes = style.tokens().colours, style.tokens().sizes
        focused = self._view.hasFocus()
        width = sizes.ring if focused else sizes.hairline
        painter = QPainter(self)
        pen = QPen(QColor(colours.focus if focused else colours.line), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        inset = width // 2
        painter.drawRect(self.rect().adjusted(inset, inset, inset - width, inset - width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pages into the new room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._document is None or not self.pages:
            return
        sizes = [self._document.pagePointSize(page) for page in range(self.pages)]
        margins = self._view.documentMargins()
        # Room for the scroll bar whether it is needed or not: it must not come and go while fitting.
        bar = self._view.verticalScrollBar().sizeHint().width() + 1
        width = self._view.width() - margins.left() - margins.right() - bar
        height = self._view.height() - margins.top() - margins.bottom() - self._view.pageSpacing() - 1
        factor = width / max(size.width() for size in sizes)
        if self._whole:
            factor = min(factor, height / max(size.height() for size in sizes))
        pixels_per_point = self.logicalDpiY() / 72
        largest = LARGEST * style.tokens().sizes.scale
        self._view.setZoomFactor(max(0.1, min(factor / pixels_per_point, largest)))

    @Slot()
    def _tell(self) -> None:
        self.page_changed.emit(self.page, self.pages)

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._column.setContentsMargins(sizes.ring, sizes.ring, sizes.ring, sizes.ring)
        margin = sizes.margin
        self._view.setDocumentMargins(QMargins(margin, margin, margin, margin))
        self._view.setPageSpacing(sizes.gap)
        palette = self._view.palette()
        # QPdfView fills what is not paper with this role.
        palette.setColor(QPalette.ColorRole.Dark, style.tokens().colours.pressed)
        self._view.setPalette(palette)
        self._fit()
