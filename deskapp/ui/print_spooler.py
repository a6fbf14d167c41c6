"""What printing is made of, whichever spooler does it: printers, jobs that were taken, and plain refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError


@dataclass(frozen=True)
class PrinterChoice:
    """A printer of this computer: the spooler's name for it, the words for people, whether it takes paper now."""

    name: str
    label: str
    is_default: bool = False
    ready: bool = True


@dataclass(frozen=True)
class Sent:
    """A job that the spooler has accepted; `job` is its number there, "" where the spooler tells none."""

    printer: str
    job: str = ""


class Spooler(Protocol):
    """The system's way to paper. Both methods may take seconds: call them in a worker thread."""

    def printers(self) -> list[PrinterChoice]:
        """Return the printers there are now; StorageError when the print server does not answer."""
        ...

    def submit(self, pdf: bytes, printer: str, title: str, copies: int = 1) -> Sent:
        """Hand a PDF over, each page on paper of its own size.

        Args:
            pdf: the document.
            printer: a `PrinterChoice.name`.
            title: shown in the printer's queue to whoever passes: a form and a code, never a person.
            copies: 1 or more.

        Raises:
            StorageError: the printer is gone, paused or takes no jobs, or the server is silent.
        """
        ...


def none_there() -> StorageError:
    """There is no printer at all."""
    return StorageError(
        "printer.none",
        Text(
            N_("No printer is installed here. What you typed is kept; save as PDF or ask the administrator.")
        ),
    )


def none_chosen() -> StorageError:
    """There are several printers and nobody said which one."""
    return StorageError(
        "printer.choose",
        Text(N_("No printer is chosen for this form. What you typed is kept; choose one in the preview.")),
    )


def gone(printer: str) -> StorageError:
    """The printer that was chosen is not there any more."""
    message = N_(
        "The printer {printer} is no longer there. What you typed is kept; choose another printer or save as PDF."
    )
    return StorageError("printer.gone", Text(message, {"printer": printer}))


def paused(printer: str) -> StorageError:
    """The printer stands still: a job sent now would come out later, unasked."""
    message = N_(
        "The printer {printer} is paused. Nothing was sent and what you typed is kept; "
        "see to the printer, choose another one or save as PDF."
    )
    return StorageError("printer.paused", Text(message, {"printer": printer}))


def refused(printer: str) -> StorageError:
    """The printer takes no jobs, or the spooler did not take this one."""
    message = N_(
        "The printer {printer} did not take the job. What you typed is kept; "
        "try again, choose another printer or save as PDF."
    )
    return StorageError("printer.refused", Text(message, {"printer": printer}))


def silent() -> StorageError:
    """The print server does not answer."""
    message = N_(
        "The print server does not answer. What you typed is kept; "
        "see whether paper came out, then try again or save as PDF."
    )
    return StorageError("printer.silent", Text(message))
