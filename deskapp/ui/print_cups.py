"""Printing through CUPS (Linux, macOS): the PDF itself goes to the spooler, by its own commands.

Not by QPrinter, for three reasons that were measured (docs/decisions/printing.md): Qt drops the answer of
the spooler, so it can't say that a job was taken; while a print server is silent Qt's list of printers
holds Python's lock, so that the whole window stands still; and a form drawn as pictures has eight times the
bytes and no letters any more.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import Final

from deskapp.ui import print_spooler as failure
from deskapp.ui.print_spooler import PrinterChoice, Sent

SECONDS: Final = 15.0
"""How long a print server may think about one question."""

_COMMANDS: Final = ("lp", "lpstat")
_MEDIA: Final = {"A3": (297, 420), "A4": (210, 297), "A5": (148, 210), "A6": (105, 148)}
_TOLERANCE_MM: Final = 1.5
_PRINTER = re.compile(r"printer (\S+) (disabled)?")
_NOT_RUNNING: Final = "scheduler is not running"
_DEFAULT: Final = "system default destination: "
_DESCRIPTION: Final = "\tDescription: "


def available() -> bool:
    """Return whether this system has the commands of CUPS."""
    return sys.platform != "win32" and all(shutil.which(command) for command in _COMMANDS)


class CupsSpooler:
    """See `Spooler`. `seconds` is the patience with a silent server."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    def printers(self) -> list[PrinterChoice]:
        """See `Spooler.printers`."""
        return listed(self._run("lpstat", "-e", "-d", "-l", "-p").stdout.decode(errors="replace"))

    def submit(self, pdf: bytes, printer: str, title: str, copies: int = 1) -> Sent:
        """See `Spooler.submit`."""
        self._demand_ready(printer)
        options = ["-o", f"media={_first_media(pdf)}", "-o", "print-scaling=none"]
        # One argument each: a name that begins with a hyphen is no option then.
        done = self._run("lp", f"-d{printer}", "-t", title, f"-n{copies}", *options, "-", given=pdf)
        said = done.stderr.decode(errors="replace")
        if done.returncode:
            raise failure.gone(printer) if "does not exist" in said else failure.refused(printer)
        job = re.search(r"request id is (\S+)", done.stdout.decode(errors="replace"))
        return Sent(printer, job[1] if job else "")

    def _demand_ready(self, printer: str) -> None:
        done = self._run("lpstat", "-r", f"-p{printer}")
        told = done.stdout.decode(errors="replace")
        if told.startswith(_NOT_RUNNING):
            raise failure.silent()
        if "Invalid destination" in done.stderr.decode(errors="replace"):
            raise failure.gone(printer)
        if any(found[2] for found in map(_PRINTER.match, told.splitlines()) if found):
            raise failure.paused(printer)

    def _run(self, command: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                [command, *arguments],
                input=given,
                capture_output=True,
                check=False,
                timeout=self._seconds,
                env=_environment(),
            )
        except subprocess.TimeoutExpired as error:
            raise failure.silent() from error


def listed(answer: str) -> list[PrinterChoice]:
    """Read what `lpstat -e -d -l -p` says in English: names, default, then each queue with its state."""
    names: list[str] = []
    stopped: set[str] = set()
    labels: dict[str, str] = {}
    default = current = ""
    for line in answer.splitlines():
        if line.startswith(_DESCRIPTION):
            labels[current] = line.removeprefix(_DESCRIPTION).strip()
        elif line.startswith(_DEFAULT):
            default = line.removeprefix(_DEFAULT).split("/")[0]
        elif found := _PRINTER.match(line):
            current = found[1]
            stopped |= {current} if found[2] else set()
        elif line and not re.search(r"\s", line):
            names.append(line)
    return [
        PrinterChoice(name, labels.get(name) or name, name == default, name not in stopped) for name in names
    ]


def media(width: float, height: float) -> str:
    """Return the name that CUPS has for a page of so many millimetres; lying sheets are turned by it."""
    short, long = sorted((width, height))
    for name, (across, along) in _MEDIA.items():
        if abs(short - across) <= _TOLERANCE_MM and abs(long - along) <= _TOLERANCE_MM:
            return name
    return f"Custom.{width:.1f}x{height:.1f}mm"


def _first_media(pdf: bytes) -> str:
    from deskapp.ui.print_pages import PdfPages

    with PdfPages(pdf) as pages:
        size = pages.size(0)
    return media(size.width, size.height)


def _environment() -> dict[str, str]:
    """Return surroundings in which the commands speak English and find their own libraries."""
    wanted = {**os.environ, "LC_ALL": "C"}
    wanted.pop("LANGUAGE", None)
    if getattr(sys, "frozen", False):
        # A bundle puts its own libraries first; those are not the ones that lp was built with.
        own = wanted.pop("LD_LIBRARY_PATH_ORIG", None)
        wanted.pop("LD_LIBRARY_PATH", None)
        if own:
            wanted["LD_LIBRARY_PATH"] = own
    return wanted
