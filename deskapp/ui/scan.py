"""Codes from a reader that types: told from a person by their speed, wherever the focus is.

Keys are watched where they enter the window, so each is seen once; an application-wide filter would see it
at every parent and would cost Python a call for each event of every widget. What an input method swallows
never arrives as a key: its composing text is watched at the widget that has the focus.
"""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QTextCursor, QWindow
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid


@dataclass(frozen=True)
class ScanRule:
    """What counts as a scan.

    The fastest typists sustain 60 ms a key and reach 25 ms only within two or three keys that their fingers
    roll over; readers need 1 to 25 ms, always.

    Attributes:
        shortest: characters that a code has at least.
        longest_gap: milliseconds between two keys, the last one and Enter included.
        mean_gap: milliseconds on average.
        longest_pause: milliseconds that a reader may hesitate (radio, a remote session, a busy computer) behind so
            many characters at its pace that no person typed them.
        tab_ends: whether Tab ends a code too.
    """

    shortest: int = 6
    longest_gap: float = 50.0
    mean_gap: float = 30.0
    longest_pause: float = 500.0
    tab_ends: bool = False


class ScanBuffer:
    """Characters that came fast enough one after the other. Pure: times are handed in, in milliseconds."""

    def __init__(self, rule: ScanRule) -> None:
        self.rule = rule
        self.text = ""
        self._first = self._last = 0.0

    def feed(self, text: str, at: float) -> bool:
        """Take characters; return whether a new row began with them."""
        pause = at - self._last
        paused = pause > self.rule.longest_gap
        begins = not self.text or (paused and not self._goes_on(pause))
        if begins:
            self.text = ""
            self._first = at
        elif paused:
            # The pace is judged without it.
            self._first += pause
        self.text += text
        self._last = at
        return begins

    def _goes_on(self, pause: float) -> bool:
        """Return whether what came so far came from a reader: half a code would be somebody else's, or nobody's."""
        spent, count = self._last - self._first, len(self.text)
        return (
            count >= self.rule.shortest
            and spent <= self.rule.mean_gap * count
            and pause <= self.rule.longest_pause
        )

    def end(self, at: float) -> str | None:
        """Return the code that Enter ended, None when a person typed it; begin anew."""
        text, gap = self.text, at - self._last
        self.text = ""
        if len(text) < self.rule.shortest or gap > self.rule.longest_gap:
            return None
        return text if (at - self._first) / len(text) <= self.rule.mean_gap else None

    def reset(self) -> None:
        """Forget what came: a person did something else."""
        self.text = ""


class ScanDetector(QObject):
    """Finds codes among the keys, takes them back out of the field that they ran into, and tells of them.

    Args:
        app: whose windows are watched from now on, until the detector is deleted or `stop`ped.
        rule: how fast a code comes.
    """

    scanned = Signal(str)
    """The code, in half-width characters; emitted after the key that ended it."""

    _found = Signal(str)

    def __init__(self, app: QApplication, rule: ScanRule | None = None) -> None:
        super().__init__(app)
        self._buffer = ScanBuffer(rule or ScanRule())
        self._clock = _Clock()
        self._window: QWindow | None = None
        self._focus: QObject | None = None
        self._composed = ""
        self._before: _Snapshot | None = None
        self._found.connect(self.scanned, Qt.ConnectionType.QueuedConnection)
        app.focusWindowChanged.connect(self._watch_window)
        app.focusObjectChanged.connect(self._watch_focus)
        self._watch_window(QGuiApplication.focusWindow())
        self._watch_focus(QGuiApplication.focusObject())

    def set_rule(self, rule: ScanRule) -> None:
        """Change what counts as a scan."""
        self._buffer = ScanBuffer(rule)

    def stop(self) -> None:
        """Watch nothing any more."""
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.focusWindowChanged.disconnect(self._watch_window)
        app.focusObjectChanged.disconnect(self._watch_focus)
        self._watch_window(None)
        self._watch_focus(None)

    @Slot(QWindow)
    def _watch_window(self, window: QWindow | None) -> None:
        self._window = self._move_filter(self._window, window)  # type: ignore[assignment]

    @Slot(QObject)
    def _watch_focus(self, focus: QObject | None) -> None:
        self._composed = ""
        self._focus = self._move_filter(self._focus, focus)

    def _move_filter(self, old: QObject | None, new: QObject | None) -> QObject | None:
        if old is not None and isValid(old):
            old.removeEventFilter(self)
        if new is not None:
            new.installEventFilter(self)
        return new

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow keys at the window and composing at the focus; swallow what ends a code."""
        kind = event.type()
        if watched is self._window and isinstance(event, QKeyEvent):
            return kind == QEvent.Type.KeyPress and self._on_key(event)
        if watched is self._focus and isinstance(event, QInputMethodEvent):
            return self._on_composing(event)
        return False

    # keys

    def _on_key(self, event: QKeyEvent) -> bool:
        at = self._clock.read(event.timestamp())
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (
            key == Qt.Key.Key_Tab and self._buffer.rule.tab_ends
        ):
            return self._end(at)
        if key in _MODIFIERS:
            return False
        text = event.text()
        if event.isAutoRepeat() or event.modifiers() & _COMMANDS or not text.isprintable() or not text:
            self._buffer.reset()
        elif self._buffer.feed(text, at):
            self._before = _snapshot(_focus_widget())
        return False

    def _end(self, at: float) -> bool:
        code = self._buffer.end(at)
        if code is None:
            return False
        if self._before is not None:
            self._before.put_back(code)
        self._tell(code)
        return True

    def _tell(self, code: str) -> None:
        self._before = None
        self._found.emit(unicodedata.normalize("NFKC", code).strip())

    # composing

    def _on_composing(self, event: QInputMethodEvent) -> bool:
        at = self._clock.read(0)
        letters = _letters(event.preeditString())
        before, self._composed = self._composed, letters
        if event.commitString():
            return self._on_commit(event.commitString(), before, at)
        if len(letters) > len(before) and letters.startswith(before):
            if self._buffer.feed(letters[len(before) :], at):
                self._before = _snapshot(_focus_widget())
        elif letters != before:
            self._buffer.reset()
        return False

    def _on_commit(self, committed: str, composed: str, at: float) -> bool:
        """Enter ends composing by committing the letters as they are, and no key follows."""
        code = self._buffer.text
        if _letters(committed) != composed or self._buffer.end(at) is None:
            self._buffer.reset()
            return False
        if isinstance(self._focus, QWidget):
            QApplication.sendEvent(self._focus, QInputMethodEvent())
        if self._before is not None:
            self._before.put_back(code.removesuffix(composed))
        self._tell(code)
        return True


_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
_MODIFIERS = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_AltGr, Qt.Key.Key_Mode_switch}
)


def _letters(composed: str) -> str:
    """Return composing text without the marks that input methods put between syllables."""
    return composed.replace("'", "").replace(" ", "")


class _Clock:
    """One running time from the system's key stamps, or this computer's clock where there is none.

    Stamps count because keys that waited for a busy window arrive all at once: a person would seem a reader.
    """

    def __init__(self) -> None:
        self._stamp = 0
        self._wall = 0.0
        self._now = 0.0

    def read(self, stamp: int) -> float:
        """Return the time of an event in milliseconds; `stamp` is 0 when the event has none."""
        wall = time.monotonic() * 1000
        stamped = stamp and self._stamp and stamp >= self._stamp
        self._now += stamp - self._stamp if stamped else wall - self._wall
        self._stamp, self._wall = stamp, wall
        return self._now


# taking characters back


class _Snapshot:
    """How a widget was before a code ran into it."""

    def put_back(self, typed: str) -> None:
        """Make the widget what it was; `typed` is what came meanwhile."""


def _focus_widget() -> QWidget | None:
    popup = QApplication.activePopupWidget()
    if popup is not None:
        return popup.focusWidget() or popup
    return QApplication.focusWidget()


def _snapshot(widget: QWidget | None) -> _Snapshot | None:
    if isinstance(widget, QAbstractSpinBox):
        widget = widget.lineEdit()
    if isinstance(widget, QComboBox):
        line = widget.lineEdit()
        return _OfChoice(widget) if line is None else _OfLine(line)
    if isinstance(widget, QLineEdit):
        return _OfLine(widget)
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return _OfText(widget)
    if isinstance(widget, QAbstractItemView):
        return _OfView(widget)
    return None


class _OfLine(_Snapshot):
    def __init__(self, line: QLineEdit) -> None:
        self._line = line
        self._text = line.text()
        self._cursor = line.cursorPosition()
        self._start = line.selectionStart() if line.hasSelectedText() else self._cursor
        self._selected = line.selectedText()

    def put_back(self, typed: str) -> None:
        if not isValid(self._line) or self._line.text() == self._text:
            return
        end = self._start + len(self._selected)
        if self._line.text() == self._text[: self._start] + typed + self._text[end:]:
            self._line.setSelection(self._start, len(typed))
            self._line.insert(self._selected)
        else:
            self._line.setText(self._text)
        self._line.setCursorPosition(self._cursor)
        if self._selected:
            self._line.setSelection(self._start, len(self._selected))


class _OfText(_Snapshot):
    def __init__(self, box: QPlainTextEdit | QTextEdit) -> None:
        self._box = box
        self._text = box.document().toRawText()
        cursor = box.textCursor()
        self._start = cursor.selectionStart()
        self._selected = cursor.selectedText()

    def put_back(self, typed: str) -> None:
        if not isValid(self._box) or self._box.document().toRawText() == self._text:
            return
        cursor = self._box.textCursor()
        cursor.setPosition(self._start)
        cursor.setPosition(self._start + len(typed), QTextCursor.MoveMode.KeepAnchor)
        if cursor.selectedText() == typed:
            cursor.insertText(self._selected)
        else:
            self._box.setPlainText(self._text)


class _OfChoice(_Snapshot):
    def __init__(self, box: QComboBox) -> None:
        self._box = box
        self._index = box.currentIndex()

    def put_back(self, typed: str) -> None:  # noqa: ARG002
        if isValid(self._box):
            self._box.setCurrentIndex(self._index)


class _OfView(_Snapshot):
    def __init__(self, view: QAbstractItemView) -> None:
        self._view = view
        self._index = QPersistentModelIndex(view.currentIndex())

    def put_back(self, typed: str) -> None:  # noqa: ARG002
        if isValid(self._view) and self._index.isValid():
            self._view.setCurrentIndex(self._index)
