"""What was copied from our window does not stay behind at a public counter.

It is cleared after a while, when the screen is locked, when another person signs in and when the window
closes; but only while the clipboard still holds what came from us. What has no personal data, such as a
report, is copied with `copy_freely` and stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QTimer, Slot
from PySide6.QtGui import QClipboard, QGuiApplication

from deskapp import settings

FREE: Final = "application/x-deskapp-free"
SHORTEST_SECONDS: Final = 5
LONGEST_SECONDS: Final = 3600
_OWNED: Final = {
    QClipboard.Mode.Clipboard: QClipboard.ownsClipboard,
    # What is marked with the mouse can be pasted with its middle button where the system has that.
    QClipboard.Mode.Selection: QClipboard.ownsSelection,
}
Owns = Callable[[QClipboard, QClipboard.Mode], bool]


def _owns(clipboard: QClipboard, mode: QClipboard.Mode) -> bool:
    return _OWNED[mode](clipboard)


def copy_freely(text: str) -> None:
    """Copy a text without personal data: it stays until something else is copied."""
    data = QMimeData()
    data.setText(text)
    data.setData(FREE, b"")
    QGuiApplication.clipboard().setMimeData(data)


class ClipboardKeeper(QObject):
    """Clears what was copied from our window. `owns` says whether the clipboard holds what came from us."""

    def __init__(self, parent: QObject | None = None, owns: Owns = _owns) -> None:
        super().__init__(parent)
        self._owns = owns
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.clear)
        self.set_seconds(settings.CLIPBOARD_SECONDS.default)
        QGuiApplication.clipboard().dataChanged.connect(self._on_copied)

    def set_seconds(self, seconds: int) -> None:
        """Clear so long after copying."""
        self._later.setInterval(min(max(SHORTEST_SECONDS, seconds), LONGEST_SECONDS) * 1000)

    @property
    def waits(self) -> bool:
        """Whether something of ours is going to be cleared."""
        return self._later.isActive()

    @Slot()
    def clear(self) -> None:
        """Clear what came from us, now."""
        self._later.stop()
        clipboard = QGuiApplication.clipboard()
        for mode in _OWNED:
            if self._is_ours(clipboard, mode):
                clipboard.clear(mode)

    def stop(self) -> None:
        """Clear, and listen no more: the window closes."""
        self.clear()
        QGuiApplication.clipboard().dataChanged.disconnect(self._on_copied)

    def _is_ours(self, clipboard: QClipboard, mode: QClipboard.Mode) -> bool:
        if not self._owns(clipboard, mode):
            return False
        held = clipboard.mimeData(mode)
        return held is not None and bool(held.formats()) and not held.hasFormat(FREE)

    @Slot()
    def _on_copied(self) -> None:
        if self._is_ours(QGuiApplication.clipboard(), QClipboard.Mode.Clipboard):
            self._later.start()
        else:
            # Another program's, or nothing: not ours to clear.
            self._later.stop()
