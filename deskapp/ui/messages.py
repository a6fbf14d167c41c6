"""The one bridge from errors to the person, and the last net under the program.

1. What the person can fix goes to the field, else to the bar at the top of the page.
2. What the surroundings did goes to the bar, with what to do and a retry.
3. A bug is logged, told in a dialog with a report to copy, and the window stays usable.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, runtime_checkable

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
    qVersion,
)
from shiboken6 import isValid

from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError, InputError, StorageError

Retry = Callable[[], object]
_log = logging.getLogger("deskapp.ui")
_qt_log = logging.getLogger("deskapp.qt")

INFO, GOOD, RULE, SURROUNDINGS = "info", "good", "rule", "surroundings"


@dataclass(frozen=True)
class Notice:
    """One message for a bar: its kind decides colour and icon, `retry` whether it offers another try."""

    kind: str
    text: Text | str
    code: str = ""
    retry: Retry | None = None


@dataclass(frozen=True)
class LastAction:
    """What was done last, for the status bar; `undo` where the step can be undone."""

    text: Text | str
    undo: Retry | None = None


@dataclass(frozen=True)
class BugReport:
    """A bug as it is told and copied: no value that a person typed is in it."""

    name: str
    report: str


@runtime_checkable
class ErrorPlace(Protocol):
    """A form, page or dialog that can show an error itself."""

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show the error and return True, or return False to leave it to the place above."""
        ...


class Messages(QObject):
    """Takes every error and every piece of news; may be called from any thread."""

    noticed = Signal(object)
    """A `Notice` that no place nearer to its cause took: for the window's own bar."""

    acted = Signal(object)
    """A `LastAction` for the status bar."""

    broke = Signal(object)
    """A `BugReport`."""

    _came = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._came.connect(self._take)

    def did(self, text: Text | str, undo: Retry | None = None) -> None:
        """Say what was done last and how to undo it."""
        self.acted.emit(LastAction(text, undo))

    def info(self, text: Text | str) -> None:
        """Say something in the window's bar."""
        self.noticed.emit(Notice(INFO, text))

    def route(self, error: BaseException, owner: QObject | None = None, retry: Retry | None = None) -> None:
        """Tell the person about `error` at the nearest place above `owner`; a bug is reported."""
        if not isinstance(error, DeskError):
            self.bug(error)
            return
        place = owner if owner is None or isValid(owner) else None
        while place is not None:
            if isinstance(place, ErrorPlace) and place.take_error(error, retry):
                return
            place = place.parent()
        self.noticed.emit(notice(error, retry))

    def bug(self, error: BaseException, tb: TracebackType | None = None) -> None:
        """Log and report an error that should not have happened."""
        made = report(error, tb)
        _log.error("%s", made.report)
        self._came.emit(made)

    @Slot(object)
    def _take(self, made: BugReport) -> None:
        self.broke.emit(made)


def notice(error: DeskError, retry: Retry | None = None) -> Notice:
    """Return the bar's message for an error; only what the surroundings did can be tried again."""
    if isinstance(error, StorageError):
        return Notice(SURROUNDINGS, error.text, error.code, retry)
    return Notice(RULE, error.text, "" if isinstance(error, InputError) else error.code)


def report(error: BaseException, tb: TracebackType | None = None) -> BugReport:
    """Return the report of a bug: versions, kind of error and where it happened.

    The error's own words are left out: they may hold what somebody typed.
    """
    chain: list[str] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 5:
        frames = traceback.extract_tb(tb if current is error and tb is not None else current.__traceback__)
        chain.append("\n".join([type(current).__qualname__, *map(_frame, frames)]))
        current = current.__cause__ or current.__context__
    import platform

    versions = (
        f"deskapp {_version()}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.system()} {platform.release()}"
    )
    return BugReport(type(error).__qualname__, "\n\n".join([versions, *chain]))


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("deskapp")
    except metadata.PackageNotFoundError:
        return "?"


def _frame(frame: traceback.FrameSummary) -> str:
    parts = frame.filename.replace("\\", "/").split("/")
    return f"  {'/'.join(parts[-3:])}:{frame.lineno} {frame.name}"


UNEXPECTED = Text(
    N_("Something went wrong inside the program. What you typed is still there; you can go on.")
)


class Net:
    """Catches what nobody caught: install it once at start, `remove()` it at the end."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error
        self._qt_before = qInstallMessageHandler(_to_log)

    def remove(self) -> None:
        """Put the hooks back that were there before."""
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(self._qt_before)

    def _on_error(self, kind: type[BaseException], error: BaseException, tb: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error, tb)
        elif isValid(self._messages):
            self._tell(error, tb)

    def _on_thread_error(self, args: threading.ExceptHookArgs) -> None:
        if (
            args.exc_value is not None
            and not issubclass(args.exc_type, SystemExit)
            and isValid(self._messages)
        ):
            self._tell(args.exc_value, args.exc_traceback)

    def _tell(self, error: BaseException, tb: TracebackType | None) -> None:
        if isinstance(error, DeskError):
            self._messages.route(error)
        else:
            self._messages.bug(error, tb)


_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


_OFF_SCREEN = "This plugin does not support"
"""Said by the platform without a screen of every window that is shown or moved."""


def _to_log(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    if message is not None and message.startswith(_OFF_SCREEN):
        return
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category or "qt", message)
