"""Pages of a PDF as sizes and as pictures, for whichever thread opens it.

pdfium is guarded by one lock and PySide6 holds Python's own while a page is drawn, so a page drawn at once
would stop the window for as long as it takes: pages are drawn in strips.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize
from PySide6.QtGui import QImage
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions

POINTS_PER_MM: Final = 72 / 25.4
STRIP_LINES: Final = 64
"""A strip of an A4 page at 300 dpi is drawn in 1 to 3 ms and painted in 4; the whole page in 50 and 90 (measured)."""

SHEET_DPI: Final = 300
ROLL_DPI: Final = 203
"""Resolution of the usual thermal heads, 8 dots a millimetre."""

_ROLL_WIDTH: Final = 90
_FLAG = QPdfDocumentRenderOptions.RenderFlag


@dataclass(frozen=True)
class PageSize:
    """Width and height of a page in millimetres, as it is read."""

    width: float
    height: float

    @property
    def is_roll(self) -> bool:
        """Whether the page is a slip for a thermal head."""
        return self.width < _ROLL_WIDTH

    @property
    def dpi(self) -> int:
        """Dots per inch at which the page is drawn for a printer."""
        return ROLL_DPI if self.is_roll else SHEET_DPI


class PdfPages:
    """An open PDF; use it in one thread only. ValueError when the bytes are no PDF."""

    def __init__(self, pdf: bytes) -> None:
        self._buffer = QBuffer()
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document = QPdfDocument()
        self._document.load(self._buffer)
        if self._document.status() != QPdfDocument.Status.Ready:
            raise ValueError("not a PDF")

    def __enter__(self) -> PdfPages:
        return self

    def __exit__(self, *error: object) -> None:
        self._document.close()
        self._buffer.close()

    def __len__(self) -> int:
        return self._document.pageCount()

    def size(self, page: int) -> PageSize:
        """Return the size of a page, counted from 0."""
        points = self._document.pagePointSize(page)
        return PageSize(points.width() / POINTS_PER_MM, points.height() / POINTS_PER_MM)

    def strips(self, page: int, dpi: int, *, crisp: bool = False) -> Iterator[tuple[int, QImage]]:
        """Yield a page from top to bottom as (first line, opaque picture as wide as the page).

        `crisp` draws without grey at the edges: a thermal head would dither it and blur every bar.
        """
        whole = self._pixels(page, dpi)
        options = QPdfDocumentRenderOptions()
        options.setScaledSize(whole)
        if crisp:
            options.setRenderFlags(_FLAG.TextAliased | _FLAG.ImageAliased | _FLAG.PathAliased)
        for top in range(0, whole.height(), STRIP_LINES):
            lines = min(STRIP_LINES, whole.height() - top)
            # Qt takes right() - left() for the width, which is one less: without the extra dot every strip
            # is drawn a line too short.
            options.setScaledClipRect(QRect(0, top, whole.width() + 1, lines + 1))
            yield top, _on_white(self._document.render(page, QSize(whole.width(), lines), options))

    def _pixels(self, page: int, dpi: int) -> QSize:
        points = self._document.pagePointSize(page)
        return QSize(round(points.width() * dpi / 72), round(points.height() * dpi / 72))


def _on_white(drawn: QImage) -> QImage:
    """Put the transparent page on paper: a printer would take what is not drawn for black."""
    from PySide6.QtGui import QPainter

    paper = QImage(drawn.size(), QImage.Format.Format_RGB32)
    paper.fill(0xFFFFFFFF)
    painter = QPainter(paper)
    painter.drawImage(0, 0, drawn)
    painter.end()
    return paper
