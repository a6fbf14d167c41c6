"""Printing as the window sees it: which printers there are, which one a form goes to, sending, saving.

Everything slow happens in a worker; what comes back is a `Sent` (the spooler has the job) or a
`StorageError` in plain words. `print_cups` and `print_qt` are the two ways to paper.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject

from deskapp.domain.access import Actor
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from deskapp.settings import Option, Scope, printer_option
from deskapp.ui import print_cups
from deskapp.ui import print_spooler as failure
from deskapp.ui.base_tab import Desk
from deskapp.ui.print_spooler import PrinterChoice, Sent, Spooler
from deskapp.ui.tasks import Busy, Failed, Task

__all__ = [
    "Habit",
    "PrinterChoice",
    "Printers",
    "Printing",
    "Sent",
    "Spooler",
    "file_name",
    "print_pdf",
    "printers",
    "save_pdf",
    "system_spooler",
    "warm",
]

Pdf = bytes | Callable[[str], bytes]
"""A document, or what makes it in the worker, given the size of paper remembered here ("" the usual one)."""


def system_spooler() -> Spooler:
    """Return this system's way to paper: the commands of CUPS where there are any, else Qt."""
    if print_cups.available():
        return print_cups.CupsSpooler()
    from deskapp.ui.print_qt import QtSpooler

    return QtSpooler()


def printers() -> list[PrinterChoice]:
    """Return this computer's printers; may take seconds. StorageError when the server is silent."""
    return system_spooler().printers()


def print_pdf(pdf: bytes, printer: str, title: str, copies: int = 1) -> Sent:
    """Send a PDF to a printer from a worker thread, see `Spooler.submit`."""
    return system_spooler().submit(pdf, printer, title, copies)


def size_option(form: str) -> Option[str]:
    """Return the option that remembers on which size of paper this workstation prints a form."""
    return Option(f"paper-size.{form}", "", Scope.WORKSTATION)


@dataclass(frozen=True)
class Habit:
    """How a form is printed at this workstation; "" where nobody ever chose."""

    printer: str = ""
    size: str = ""


@dataclass(frozen=True)
class Printers:
    """What a choice of printers shows: all of them, the one to begin with ("" for none).

    `habit` is what is remembered for the form; its printer may not be there any more.
    """

    choices: tuple[PrinterChoice, ...]
    chosen: str
    habit: Habit

    @property
    def missing(self) -> str:
        """The printer that is remembered and gone, else ""."""
        there = {choice.name for choice in self.choices}
        return "" if self.habit.printer in there else self.habit.printer


def warm() -> None:
    """Load what the first preview and the first print need; meant for a worker while nobody waits."""
    for name in ("PySide6.QtPdfWidgets", "deskapp.ui.print_pages"):
        import_module(name)


@dataclass(frozen=True)
class _Job:
    form: str
    pdf: Pdf
    title: str
    printer: str
    copies: int


class Printing:
    """Prints for one window; share it. Every method returns at once and answers through the desk's runner."""

    def __init__(self, desk: Desk, spooler: Spooler | None = None) -> None:
        self._desk = desk
        self._spooler = spooler or system_spooler()

    def print_form(
        self,
        form: str,
        pdf: Pdf,
        done: Callable[[Sent], object] | None = None,
        failed: Failed | None = None,
        *,
        printer: str = "",
        title: str = "",
        copies: int = 1,
        owner: QObject | None = None,
        busy: Busy | None = None,
    ) -> Task:
        """Print without asking: to `printer`, else to the form's printer here, else to the default one.

        Args:
            form: name of the form, "number-slip"; decides the printer.
            pdf: the document, or what makes it in the worker, see `Pdf`.
            done: gets the `Sent` once the spooler has accepted the job.
            failed: gets the `StorageError`; without it the error goes its usual way, with a retry.
            printer: a `PrinterChoice.name`, for a choice made by hand.
            title: name of the job in the printer's queue; never a person's name.
            copies: 1 or more.
            owner: see `Runner.run`.
            busy: see `Runner.run`.
        """
        job = _Job(form, pdf, title or form, printer, copies)
        actor = self._desk.actor()
        return self._desk.runner.run(self._send, actor, job, done=done, failed=failed, owner=owner, busy=busy)

    def find_printers(
        self,
        form: str,
        done: Callable[[Printers], object],
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
    ) -> Task:
        """Find the printers and how a form is printed at this workstation."""
        return self._desk.runner.run(
            self._found, self._desk.actor(), form, done=done, failed=failed, owner=owner, latest="printers"
        )

    def remember(self, form: str, habit: Habit) -> None:
        """Print a form like this from now on, at this workstation; "" leaves what is remembered."""
        actor = self._desk.actor()
        change = self._desk.services.settings.change_here
        options = ((printer_option(form), habit.printer), (size_option(form), habit.size))
        for option, value in options:
            if value:
                self._desk.runner.run(change, actor, new_request(), option.name, value, actor.desk)

    # in the worker

    def _send(self, actor: Actor, job: _Job) -> Sent:
        habit = self._habit(actor, job.form)
        printer = job.printer or habit.printer or _only(self._spooler.printers())
        pdf = job.pdf if isinstance(job.pdf, bytes) else job.pdf(habit.size)
        return self._spooler.submit(pdf, printer, job.title, job.copies)

    def _found(self, actor: Actor, form: str) -> Printers:
        habit = self._habit(actor, form)
        choices = tuple(self._spooler.printers())
        if habit.printer in {choice.name for choice in choices}:
            return Printers(choices, habit.printer, habit)
        with contextlib.suppress(StorageError):
            return Printers(choices, _only(choices), habit)
        return Printers(choices, "", habit)

    def _habit(self, actor: Actor, form: str) -> Habit:
        values = self._desk.services.settings.values(actor, actor.desk)
        printer, size = (values.get(option.name, "") for option in (printer_option(form), size_option(form)))
        return Habit(str(printer), str(size))


# One after the other: the slip comes first, and two pages drawn at once would keep Python's lock twice as long.
Printing._send.__lane__ = "printer"  # type: ignore[attr-defined]


def _only(choices: Sequence[PrinterChoice]) -> str:
    """Return the printer that needs no asking: the default one, or the only one."""
    if not choices:
        raise failure.none_there()
    for choice in choices:
        if choice.is_default or len(choices) == 1:
            return choice.name
    raise failure.none_chosen()


def file_name(form: str, code: str = "") -> str:
    """Return a name for a form's file: form and opaque code, nothing about a person."""
    return "-".join(re.sub(r"[^A-Za-z0-9-]+", "-", part) for part in (form, code) if part) + ".pdf"


def save_pdf(path: Path, pdf: bytes) -> Path:
    """Write a PDF whole or not at all, and return where it is; call it in a worker.

    Raises:
        StorageError: disk full, folder not writable or gone, other trouble of the disk.
    """
    import tempfile

    draft = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".deskapp-", delete=False) as stream:
            draft = Path(stream.name)
            stream.write(pdf)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        raise _unsaved(error, path) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
    return path


_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC})
_CLOSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_AWAY: Final = frozenset({errno.ENOENT, errno.ENOTDIR})


def _unsaved(error: OSError, path: Path) -> StorageError:
    folder = {"folder": path.parent.name or str(path.parent)}
    if error.errno in _FULL:
        message = N_("The disk is full; nothing was saved. Free some space, or choose another folder.")
        return StorageError("save.full", Text(message))
    if error.errno in _CLOSED:
        message = N_("Nothing can be saved in the folder {folder}. Choose another folder, or print the form.")
        return StorageError("save.closed", Text(message, folder))
    if error.errno in _AWAY:
        message = N_("The folder {folder} is no longer there; nothing was saved. Choose another folder.")
        return StorageError("save.away", Text(message, folder))
    message = N_("The disk reports an error; nothing was saved. Choose another folder, or print the form.")
    return StorageError("save.io", Text(message))
