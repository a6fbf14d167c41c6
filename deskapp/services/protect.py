"""Protecting the hospital's data with a key that does not lie beside it.

A new key is made and shown once, on the recovery sheet; it takes effect only when the code was typed back
from the sheet and the hospital is closed. Until then it is nowhere but in the hands of who asked for it.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db import cipher, keys, swap
from deskapp.db.engine import DATABASE_FILE, Store
from deskapp.db.rekey import Change, Progress, Rekeyed, rekey
from deskapp.db.unit_of_work import Clock, Work, unit_of_work
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Permission
from deskapp.domain.papers import Letterhead, RecoveryPaper
from deskapp.domain.recovery import (
    KEY_BYTES,
    Kept,
    Protection,
    check_passphrase,
    key_of_code,
    recovery_code,
)
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError, RuleError, StorageError
from deskapp.services.base import Service, composed, new_request, reads, writes
from deskapp.services.intake.papers import letterhead
from deskapp.services.settings import workstation_value

TOPIC: Final = "protection"
SHEET: Final = "recovery-sheet"


@dataclass(frozen=True)
class NewKey:
    """A key that was just made: what the sheet shows, and under whose letterhead."""

    paper: RecoveryPaper
    letterhead: Letterhead


@dataclass(frozen=True)
class KeyOrder:
    """A change of key that was checked and is to be carried out as soon as the hospital is closed."""

    actor: Actor
    folder: Path
    change: Change
    action: str
    clock: Clock | None = None


@dataclass(frozen=True)
class KeyChanged:
    """What became of it: the new key's id, how many backups came along, which could not be opened, and whether
    the second folder was away and still has the old key."""

    key_id: str
    backups: int
    unread: tuple[str, ...]
    second_away: bool


class ProtectService(Service):
    """How the key of this computer's hospital is kept, and changing that."""

    def __init__(self, store: Store, clock: Clock | None, workstation: Workstation) -> None:
        super().__init__(store, clock)
        self.folder = workstation.folder
        self.on_file = store.is_sqlite
        """Whether the data is in a file of this computer: a server's is protected where the server runs."""
        self._here = workstation.name

    @reads(Permission.PROTECT)
    def state(self, session: Session) -> Protection | None:  # noqa: ARG002
        """Say how the key is kept; None for a hospital on a server, which is protected there."""
        return keys.protection(self.folder) if self.on_file else None

    @reads(Permission.PROTECT)
    def in_the_open(self, session: Session) -> tuple[str, ...]:
        """Return the folders in which backups lie with their key in the open beside them, though this hospital's
        key does not: a stick that was away when protection was turned on."""
        if not self.on_file or not self._is_on():
            return ()
        return tuple(str(place) for place in self._backup_places(session) if keys.open_keys(place))

    @reads(Permission.PROTECT)
    def new_key(self, session: Session, printed_by: str) -> NewKey:
        """Make a key for a sheet. It is kept nowhere: what is typed back from the sheet is the key."""
        self._demand_file()
        key = secrets.token_bytes(KEY_BYTES)
        paper = RecoveryPaper(recovery_code(key), keys.key_id(key), self.today())
        return NewKey(paper, letterhead(session, printed_by, self.now()))

    @writes(Permission.PROTECT)
    def sheet_printed(self, work: Work, key_id: str, printer: str) -> None:
        """Record that a recovery sheet went to a printer or into a file; the code is not in the record."""
        work.record("protect.sheet", TOPIC, None, after={"key": key_id, "printer": printer})

    @composed(Permission.PROTECT)
    def order(self, actor: Actor, key_id: str, code: str, kept: Kept, passphrase: str = "") -> KeyOrder:
        """Check everything that can be checked while the hospital is open; nothing is changed yet.

        Args:
            actor: who wants it.
            key_id: names the key of the sheet that was just printed.
            code: the whole code as typed back from the sheet.
            kept: behind a passphrase, or in the system's key store.
            passphrase: the new one, for a passphrase.

        Raises `InputError` ("code", "passphrase"), `StorageError` when the key store does not answer.
        """
        new = sheet_key(key_id, code)
        if kept is Kept.PASSPHRASE:
            passphrase = check_passphrase(passphrase)
        elif not keys.key_store_works():
            raise keys.store_away()
        old = self._demand_file()
        with self.store.reading() as session:
            second = self._second(session)
        action = "protect.key-change" if self._is_on() else "protect.on"
        change = Change(old, new, kept, passphrase, second)
        return KeyOrder(actor, self.folder, change, action, self.clock)

    @writes(Permission.PROTECT)
    def keep(self, work: Work, kept: Kept, passphrase: str = "") -> None:
        """Keep the same key in another way, or behind another passphrase; the recovery sheet stays good.

        For who forgot the passphrase and came in by the recovery code, too. Raises `InputError`
        ("passphrase"), `StorageError` when the system's key store does not keep it.
        """
        key = self._demand_file()
        if kept is Kept.PASSPHRASE:
            passphrase = check_passphrase(passphrase)
        if kept is not Kept.BESIDE and not self._is_on():
            # Somebody may have copied a key that lay in the open.
            message = N_("The hospital is not protected yet. Turn protection on: that makes a new key.")
            raise RuleError("protect.off", Text(message))
        action = "protect.off" if kept is Kept.BESIDE else "protect.kept"
        work.record(action, TOPIC, None, after={"key": keys.key_id(key), "kept": kept.value})
        work.touch(TOPIC)
        keys.keep(self.folder, key, kept, passphrase, self._backup_places(work.session))

    def _is_on(self) -> bool:
        try:
            return keys.protection(self.folder).is_on
        except StorageError:
            # Missing or damaged, and the hospital was opened by the recovery code: it is to be mended.
            return True

    def _backup_places(self, session: Session) -> tuple[Path, ...]:
        second = self._second(session)
        return (self.folder / swap.BACKUP_FOLDER, *([second] if second else []))

    def _second(self, session: Session) -> Path | None:
        chosen = workstation_value(session, settings.BACKUP_SECOND_FOLDER, self._here)
        return Path(chosen) if chosen else None

    def _demand_file(self) -> bytes:
        """Return the key of the open database; a hospital on a server has none of ours."""
        if self.store.key is None:
            message = N_("This hospital's data is on a database server: it is encrypted there, not here.")
            raise RuleError("protect.server", Text(message))
        return self.store.key


def sheet_key(key_id: str, code: str) -> bytes:
    """Return the key of a code typed back from the sheet; `InputError` ("code") when it is not that sheet's."""
    key = key_of_code(code)
    if keys.key_id(key) != key_id:
        message = N_("This is the code of another sheet. Take the sheet with the key id {key}.")
        raise InputError("code", "recovery.other", Text(message, {"key": key_id}))
    return key


def carry_out(order: KeyOrder, report: Progress | None = None) -> KeyChanged:
    """Change the key of the closed hospital, all of it or nothing; `report` is told (files done, in all).

    Raises `StorageError`; then everything is as it was.
    """

    change, new = order.change, keys.key_id(order.change.new)

    def note(copied: Store, result: Rekeyed) -> None:
        told = {"key": new, "kept": change.kept.value, "backups": result.backups}
        with unit_of_work(copied, order.actor, order.clock) as work:
            work.record(order.action, TOPIC, None, before={"key": keys.key_id(change.old)}, after=told)
            work.finish(new_request(), order.action, b"null")

    result = rekey(order.folder, change, note, report or _silent)
    return KeyChanged(new, result.backups, result.unread, result.second_away)


def _silent(_done: int, _total: int) -> None:
    pass


# --- Opening a protected hospital -------------------------------------------------------------------------


def how_kept(folder: Path) -> Protection | None:
    """Say how the key of a closed hospital is kept, after finishing what a crash broke off; None for no hospital.

    Raises `StorageError`: the key file is missing or damaged, or somebody is changing the key just now.
    """
    if not any((folder / name).exists() for name in (keys.KEY_FILE, DATABASE_FILE)):
        return None
    swap.settle_alone(folder)
    return keys.protection(folder)


LOCKED: Final = frozenset(
    {"storage.locked", "storage.key-missing", "storage.key-store", "storage.key-damaged"}
)
"""Why a hospital may not open by itself although passphrase or recovery code would open it."""


def unlock(folder: Path, typed: str) -> bytes:
    """Return the key that a passphrase opens; the recovery code does as well.

    Raises `InputError` ("passphrase") for a wrong one.
    """
    with contextlib.suppress(InputError):
        return unlock_by_code(folder, typed)
    try:
        return keys.read_key_file(folder / keys.KEY_FILE, passphrase=lambda: typed)
    except StorageError as error:
        if error.code != "storage.locked":
            raise
        raise InputError("passphrase", error.code, error.text) from None


def unlock_by_code(folder: Path, code: str) -> bytes:
    """Return the key of a recovery code; `InputError` ("code") when it is mistyped or another hospital's."""
    key = key_of_code(code)
    if not cipher.fits(folder / DATABASE_FILE, key):
        message = N_("This code is right, but it is the key {key}, and not the one this hospital has now.")
        raise InputError("code", "recovery.other", Text(message, {"key": keys.key_id(key)}))
    return key
