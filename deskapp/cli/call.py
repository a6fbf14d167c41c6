"""What every command has in hand: what was typed, the words to answer in, and the hospital to open."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from deskapp import paths
from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError
from deskapp.i18n import Translator

if TYPE_CHECKING:
    from deskapp.bootstrap import Hospital
    from deskapp.domain.access import Actor

DONE, FAILED, USAGE = 0, 1, 2


@dataclass(frozen=True)
class Call:
    """What was typed, and the words to answer in."""

    args: argparse.Namespace
    tr: Translator
    parser: argparse.ArgumentParser

    def say(self, message: str, **params: object) -> None:
        """Print one translated line."""
        print(self.tr(message, **params), flush=True)

    def usage(self, message: str, **params: object) -> NoReturn:
        """Leave with exit code 2 and what is wrong with the options."""
        self.parser.error(self.tr(message, **params))

    @property
    def folder(self) -> Path | None:
        """The data folder that was named."""
        return Path(self.args.data) if self.args.data else None

    @property
    def data_folder(self) -> Path:
        """The data folder that was named, else the usual one."""
        return self.folder or paths.default_data_folder()


def no_options(_parser: argparse.ArgumentParser, _tr: Translator) -> None:
    """Take no options of one's own."""


@dataclass(frozen=True)
class Command:
    """One command: what its help says, which options it takes, what it does."""

    help: str
    run: Callable[[Call], int]
    options: Callable[[argparse.ArgumentParser, Translator], None] = no_options


def is_there(call: Call) -> bool:
    """Say whether there is a hospital in the place that was named."""
    from deskapp.db.engine import DATABASE_FILE

    return bool(call.args.url) or (call.data_folder / DATABASE_FILE).exists()


def demand_there(call: Call) -> None:
    """Raise `RuleError` where there is no hospital: most commands never begin a new one."""
    if not is_there(call):
        message = N_("There is no hospital in {folder} yet. Open the desk once to set it up.")
        raise RuleError("cli.no-hospital", Text(message, {"folder": str(call.data_folder)}))


@contextmanager
def hospital_of(call: Call) -> Iterator[Hospital]:
    """Open the hospital that is there."""
    from deskapp.bootstrap import open_hospital

    demand_there(call)
    hospital = open_hospital(call.folder, call.args.url)
    try:
        yield hospital
    finally:
        hospital.close()


def somebody(hospital: Hospital) -> Actor:
    """Return who acts from the command line: whoever may read the data folder, named as the system does."""
    import getpass

    from deskapp.domain.access import Actor, Role

    roles = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
    return Actor(0, getpass.getuser(), roles, f"{hospital.workstation.name}-cli")


def write_file(path: Path, data: bytes) -> None:
    """Write a file; raises `StorageError` with what to do."""
    from deskapp.db.faults import disk_error

    try:
        path.write_bytes(data)
    except OSError as error:
        raise disk_error(error) from error
