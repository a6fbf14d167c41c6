"""Printing through Qt (Windows, and wherever CUPS has no commands): pages as pictures onto a QPrinter.

Qt documents that a QPainter may paint on a QPrinter outside the GUI thread ("Thread-Support in Qt Modules").
"""

from __future__ import annotations

import threading

from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from deskapp.ui import print_spooler as failure
from deskapp.ui.print_pages import PageSize, PdfPages
from deskapp.ui.print_spooler import PrinterChoice, Sent

_NO_MARGINS = QMarginsF(0, 0, 0, 0)
_BROKEN = (QPrinter.PrinterState.Error, QPrinter.PrinterState.Aborted)


class QtSpooler:
    """See `Spooler`. That a job was accepted is as sure as Qt knows it: on Windows it does."""

    def __init__(self) -> None:
        # Qt loads its printing plugin at the first question, without a lock of its own.
        self._lock = threading.Lock()

    def printers(self) -> list[PrinterChoice]:
        """See `Spooler.printers`."""
        with self._lock:
            return [_choice(info) for info in QPrinterInfo.availablePrinters()]

    def submit(self, pdf: bytes, printer: str, title: str, copies: int = 1) -> Sent:
        """See `Spooler.submit`."""
        with self._lock, PdfPages(pdf) as pages:
            info = QPrinterInfo.printerInfo(printer)
            if info.isNull():
                raise failure.gone(printer)
            if info.state() == QPrinter.PrinterState.Error:
                raise failure.paused(printer)
            device = _device(info, title, copies)
            device.setResolution(pages.size(0).dpi)
            _set_page(device, pages.size(0))
            if not _paint(device, pages):
                raise failure.refused(printer)
        return Sent(printer)


def _choice(info: QPrinterInfo) -> PrinterChoice:
    ready = info.state() != QPrinter.PrinterState.Error
    return PrinterChoice(
        info.printerName(), info.description() or info.printerName(), info.isDefault(), ready
    )


def _device(info: QPrinterInfo, title: str, copies: int) -> QPrinter:
    device = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    device.setDocName(title)
    device.setCopyCount(copies)
    device.setFullPage(True)
    return device


def _set_page(device: QPrinter, size: PageSize) -> None:
    lying = size.width > size.height and not size.is_roll
    edges = QSizeF(size.height, size.width) if lying else QSizeF(size.width, size.height)
    turned = QPageLayout.Orientation.Landscape if lying else QPageLayout.Orientation.Portrait
    device.setPageLayout(QPageLayout(QPageSize(edges, QPageSize.Unit.Millimeter), turned, _NO_MARGINS))


def _paint(device: QPrinter, pages: PdfPages) -> bool:
    """Paint all pages and hand the job over; return whether every step was accepted."""
    painter = QPainter()
    if not painter.begin(device):
        return False
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    accepted = True
    for number in range(len(pages)):
        size = pages.size(number)
        if number:
            if size != pages.size(number - 1):
                _set_page(device, size)
            accepted = device.newPage() and accepted
        _paint_page(painter, device.logicalDpiX() / size.dpi, pages, number)
    return painter.end() and accepted and device.printerState() not in _BROKEN


def _paint_page(painter: QPainter, scale: float, pages: PdfPages, number: int) -> None:
    """Paint strip by strip; `scale` is 1 unless the device has a resolution of its own."""
    size = pages.size(number)
    for top, strip in pages.strips(number, size.dpi, crisp=size.is_roll):
        target = QRectF(0, top * scale, strip.width() * scale, strip.height() * scale)
        painter.drawImage(target, strip)
