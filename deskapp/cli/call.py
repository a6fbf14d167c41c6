"""What every command has in hand: what was typed, the words to answer in, and the hospital to open."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from deskapp import paths
from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError, StorageError
from deskapp.i18n import Translator

if TYPE_CHECKING:
    from deskapp.bootstrap import Hospital
    from deskapp.domain.access import Actor

DONE, FAILED, USAGE = 0, 1, 2
PASSPHRASE: Final = "DESKAPP_PASSPHRASE"
NEW_PASSPHRASE: Final = "DESKAPP_NEW_PASSPHRASE"
_SECRET: Final = re.compile(r"://[^/@]*:[^/@]+@")
_PORT: Final = re.compile(r"://([^/@]*@)?(\[[^]/]*\]|[^:/?]*)(:\d{1,5})?(/|\?|$)")


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


def server_address(call: Call, url: str) -> str:
    """Return a database's address as the driver takes it; leave with exit code 2 where it is none."""
    if not url.startswith(("postgresql://", "postgresql+psycopg://")):
        call.usage(N_("The address begins with postgresql:// ; for a data folder take --data."))
    if _SECRET.search(url):
        call.usage(N_("A password does not belong into the address: put it into the file .pgpass."))
    if not _PORT.search(url):
        call.usage(N_("The port in the address is no number."))
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def is_there(call: Call) -> bool:
    """Say whether there is a hospital in the place that was named."""
    from deskapp.db.engine import DATABASE_FILE
    from deskapp.db.restore import READY

    return bool(call.args.url) or any((call.data_folder / name).exists() for name in (DATABASE_FILE, READY))


def demand_there(call: Call) -> None:
    """Raise `RuleError` where there is no hospital: most commands never begin a new one."""
    if not is_there(call):
        message = N_("There is no hospital in {folder} yet. Open the desk once to set it up.")
        raise RuleError("cli.no-hospital", Text(message, {"folder": str(call.data_folder)}))


def key_of(call: Call) -> bytes | None:
    """Return the key of a protected data folder, asking for the passphrase where one is needed; None on a server.

    `PASSPHRASE` of the environment is taken first, then a terminal is asked; the recovery code does as well.
    """
    if call.args.url or not is_there(call):
        return None
    from deskapp.db.keys import KEY_FILE, read_key_file
    from deskapp.services.protect import LOCKED, how_kept, unlock

    try:
        how_kept(call.data_folder)
        return read_key_file(call.data_folder / KEY_FILE)
    except StorageError as error:
        if error.code not in LOCKED:
            raise
        typed = secret_typed(call, N_("Passphrase, or recovery code:"), PASSPHRASE)
        if typed is None:
            raise _not_asked(error) from error
    return unlock(call.data_folder, typed)


def secret_typed(call: Call, prompt: str, *variables: str) -> str | None:
    """Return a secret: from the first of the environment's variables that is set, else as typed unseen."""
    import getpass

    for variable in variables:
        if os.environ.get(variable):
            return os.environ[variable]
    if not sys.stdin or not sys.stdin.isatty():
        return None
    return getpass.getpass(call.tr(prompt) + " ")


def _not_asked(error: StorageError) -> StorageError:
    if error.code != "storage.locked":
        return error
    message = N_(
        "This hospital is protected by a passphrase. Type it at a terminal, or put it into the variable {name}."
    )
    return StorageError(error.code, Text(message, {"name": PASSPHRASE}))


@contextmanager
def hospital_of(call: Call) -> Iterator[Hospital]:
    """Open the hospital that is there."""
    from deskapp.bootstrap import open_hospital

    demand_there(call)
    hospital = open_hospital(call.folder, call.args.url, key=key_of(call))
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
