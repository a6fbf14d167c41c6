"""The program's log: a file in the data folder that tells what happened and never to whom.

What a log line may hold is decided here, and not by whoever writes one: of our own lines the message with
numbers and codes, of another library's only that it said something, and of an exception its kind and where
it was raised. Nobody's words come through, for they may be a name, a phone number or a diagnosis.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

from deskapp.errors import DeskError

FOLDER: Final = "logs"
FILE: Final = "deskapp.log"
BYTES: Final = 1_000_000
FILES: Final = 5
OWN: Final = "deskapp"
REPORTS: Final = "deskapp.ui"
"""Where reports of bugs go; they are made without anybody's words, and told as they are."""
FOREIGN: Final = frozenset({"deskapp.qt"})
"""Loggers of ours that pass on what another library says."""
LEFT_OUT: Final = "…"
_CODE: Final = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)+|[A-Z][A-Za-z]*(Error|Exception|Denied)")


class LogFile(RotatingFileHandler):
    """Five files of 1 MB at most. A log that can't be written stops nobody: the desk goes on without."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(folder / FILE, maxBytes=BYTES, backupCount=FILES - 1, encoding="utf-8", delay=True)
        self.setFormatter(CleanFormatter())
        self.addFilter(_worth_a_line)

    def _open(self) -> TextIOWrapper:
        self.folder.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Do nothing: the usual answer would print the record, words and all."""


class CleanFormatter(logging.Formatter):
    """One line an event, exceptions below it as kind and places: no words but our own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole of what the file gets of a record."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        error = record.exc_info[1] if record.exc_info else None
        lines = [f"{at} {record.levelname} {record.name}: {_said(record)}"]
        return "\n".join(lines + (told(error) if error is not None else []))


def told(error: BaseException, tb: TracebackType | None = None) -> list[str]:
    """Return the kinds and places of an exception and its causes, without a word of what they say."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(tb if current is error and tb is not None else current.__traceback__)
        lines += [f"  {_kind(current)}", *(f"    {_place(frame)}" for frame in frames)]
        current = current.__cause__ or current.__context__
    return lines


def start(folder: Path) -> None:
    """Log into `folder` from now on, and nowhere else; the files appear with the first line."""
    stop()
    root = logging.getLogger()
    root.addHandler(LogFile(folder))
    logging.getLogger(OWN).setLevel(logging.INFO)


def stop() -> None:
    """Close the file."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, LogFile)]:
        root.removeHandler(handler)
        handler.close()
    logging.getLogger(OWN).setLevel(logging.NOTSET)


def last_lines(folder: Path, count: int) -> list[str]:
    """Return the newest lines of the log in `folder`, oldest first; none where there is no log."""
    lines: list[str] = []
    for path in (folder / FILE, folder / f"{FILE}.1"):
        if len(lines) < count and path.is_file():
            lines = path.read_text("utf-8", errors="replace").splitlines() + lines
    return lines[-count:]


def _worth_a_line(record: logging.LogRecord) -> bool:
    return record.levelno >= (logging.INFO if _is_own(record) else logging.WARNING)


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == OWN and record.name not in FOREIGN


def _said(record: logging.LogRecord) -> str:
    if not _is_own(record):
        return LEFT_OUT
    if record.name == REPORTS:
        return record.getMessage()
    try:
        return str(record.msg) % _clean(record.args) if record.args else str(record.msg)
    except (TypeError, ValueError, KeyError):
        return LEFT_OUT


def _clean(given: object) -> object:
    """Return the values of a message with everything that is no number and no code left out."""
    if isinstance(given, tuple):
        return tuple(_clean(value) for value in given)
    if isinstance(given, dict):
        return {name: _clean(value) for name, value in given.items() if _CODE.fullmatch(name)}
    if given is None or isinstance(given, bool | int | float):
        return given
    if isinstance(given, BaseException):
        return _kind(given)
    return given if isinstance(given, str) and _CODE.fullmatch(given) else LEFT_OUT


def _kind(error: BaseException) -> str:
    name = type(error).__qualname__
    return f"{name} {error.code}" if isinstance(error, DeskError) else name


def _place(frame: traceback.FrameSummary) -> str:
    parts = frame.filename.replace("\\", "/").split("/")
    return f"{'/'.join(parts[-3:])}:{frame.lineno} {frame.name}"
