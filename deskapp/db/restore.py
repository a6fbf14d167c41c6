"""Putting a backup in the place of the database, so that at every moment the old one or the new one is there.

The new database is made ready beside the old one: copied, read through, and brought to this program's
revision. Only then does the old one go aside, under a name with
the time, with all that lies beside it, and is never deleted. A program that is stopped in the middle leaves
a file that is ready or one that is not: the next start finishes the first and forgets the second.

The next opening tells the anchors and the audit trail that time was turned back (`finish`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from deskapp.db import anchors, audit, backup, backup_file, cipher, migrate, swap
from deskapp.db.backup_file import Facts, facts_of
from deskapp.db.engine import DATABASE_FILE, Store
from deskapp.db.faults import disk_error
from deskapp.db.folder_lock import alone_in
from deskapp.db.keys import KEY_FILE, key_id, protection, read_key_file
from deskapp.db.secret_file import replace_secret, sync_folder, write_secret
from deskapp.db.workstation import DRAFTS_FILE, SECRET_FILE, Workstation, draft_keys, secret_in
from deskapp.domain.recovery import Kept
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

PREPARING: Final = DATABASE_FILE + ".restoring"
READY: Final = DATABASE_FILE + ".restored"
NOTE_FILE: Final = "restored.json"
NOTE_READY: Final = "restoring.json"
"""The note while the old database may still be in place: nothing of it may be told then."""
CHAIN: Final = "restore"
ROOM: Final = 1.2
"""How many times the backup's size has to be free."""
_log = logging.getLogger(__name__)
_NO_KEY: Final = frozenset({"storage.key-missing", "storage.key-damaged", "storage.key-store"})


class _Note(msgspec.Struct, frozen=True):
    """What is still to be done: put the old database aside under a name, and tell the trail where the new one is from.

    `ends` are the sequences at which the backup's audit chains ended.
    """

    aside: str
    backup: str
    ends: dict[str, int]
    at: dt.datetime
    actor_id: int | None


@dataclass(frozen=True)
class Restored:
    """What was restored: the backup's name, what it held, where the old database lies now ("" when there was none),
    and whether the key lies in the open beside the database because nothing else was left of it."""

    backup: str
    facts: Facts
    aside: str
    key_in_open: bool


# --- Keys -------------------------------------------------------------------------------------------------


def key_for(file: Path, folder: Path, *known: bytes) -> bytes:
    """Return the key that opens a backup.

    Tried in turn: the keys that are `known`, the hospital's own, and the key files beside the backup.
    Raises `StorageError` ("restore.key") when none of them fits.
    """
    if not file.is_file():
        raise disk_error(FileNotFoundError(2, "", str(file)))
    for key in known:
        if cipher.fits(file, key):
            return key
    for path in (folder / KEY_FILE, *sorted(file.parent.glob("deskapp*.key"))):
        with contextlib.suppress(StorageError):
            key = read_key_file(path)
            if cipher.fits(file, key):
                return key
    message = N_(
        "The key of the backup {file} is not here, or its beginning is damaged. Type the recovery code from the"
        " sheet, or put the key file beside the backup. Nothing was changed."
    )
    raise StorageError("restore.key", Text(message, {"file": file.name}))


def _present_key(folder: Path, *known: bytes) -> bytes | None:
    """Return the key the hospital has now; None when it is lost. Raises when its passphrase is needed."""
    try:
        name = protection(folder).key_id
        fitting = [key for key in known if key_id(key) == name]
        return fitting[0] if fitting else read_key_file(folder / KEY_FILE)
    except StorageError as error:
        if error.code in _NO_KEY:
            return None
        raise


# --- Restoring --------------------------------------------------------------------------------------------


def restore(
    folder: Path,
    source: Path,
    key: bytes,
    now: dt.datetime,
    *,
    present: bytes | None = None,
    actor_id: int | None = None,
) -> Restored:
    """Make `source` the database of the closed hospital in `folder`.

    Args:
        folder: the data folder; nobody may have it open.
        source: a backup, or another SQLite database of ours.
        key: its key, see `key_for`.
        now: the moment, for the trail and for the name of what is put aside.
        present: the key the hospital has now, where it is not in the open and somebody has opened it.
        actor_id: who wants it, if that is known.

    Raises `StorageError`; then the database that was there is still there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone_in(folder):
            swap.settle(folder)
            _settle(folder)
            goes_on_with = _present_key(folder, key, *([present] if present else []))
            return _restored(folder, source, key, _Turn(now, actor_id, goes_on_with))
    except OSError as error:
        raise disk_error(error) from error


@dataclass(frozen=True)
class _Turn:
    """When, by whom, and under which key the hospital goes on; None when its own is lost."""

    now: dt.datetime
    actor_id: int | None
    present: bytes | None


def _restored(folder: Path, source: Path, key: bytes, turn: _Turn) -> Restored:
    fresh = folder / PREPARING
    _demand_room(folder, source)
    cipher.remove(fresh)
    try:
        facts = _copied(source, key, fresh)
        goes_on_with = turn.present or key
        _rekey(fresh, key, goes_on_with)
        aside = _aside_name(folder, turn.now)
        _make_ready(fresh, goes_on_with)
        if turn.present is None:
            _keep_key(folder, key, aside)
        note = _Note(aside, source.name, _ends(facts), turn.now, turn.actor_id)
        replace_secret(folder / NOTE_READY, msgspec.json.encode(note).decode())
        fresh.rename(folder / READY)
        sync_folder(folder)
    finally:
        cipher.remove(fresh)
    had_one = (folder / DATABASE_FILE).exists()
    _settle(folder)
    in_open = turn.present is None and protection(folder).kept is Kept.BESIDE
    return Restored(source.name, facts, aside if had_one else "", in_open)


def _demand_room(folder: Path, source: Path) -> None:
    needed = round(ROOM * backup_file.size_of(source))
    if shutil.disk_usage(folder).free < needed:
        message = N_("The disk needs {count} MB free for this. Nothing was changed; free some space first.")
        raise StorageError("storage.full", Text(message, {"count": needed // 1_000_000 + 1}))


def _copied(source: Path, key: bytes, fresh: Path) -> Facts:
    """Copy a backup, with a journal that may lie beside it, and read the copy through."""
    shutil.copyfile(source, fresh)
    journal = source.with_name(source.name + "-wal")
    if journal.exists():
        shutil.copyfile(journal, fresh.with_name(fresh.name + "-wal"))
    facts = facts_of(fresh, key)
    demand_as_said(facts, source)
    return facts


def facts_in(file: Path, key: bytes) -> Facts:
    """Return what a backup holds and compare it with its manifest; nothing is changed.

    Raises `StorageError`: "backup.bad" when it is not what it should be, else as `backup_file.facts_of`.
    """
    facts = facts_of(file, key)
    demand_as_said(facts, file)
    return facts


def demand_as_said(facts: Facts, file: Path) -> None:
    """Raise `StorageError` ("backup.bad") unless `facts` are what the manifest of the backup `file` says."""
    said = backup.backup_at(file)
    if not facts.revision or (said is not None and not _as_said(facts, said.manifest)):
        raise backup_file.bad(file, "manifest")


def _as_said(facts: Facts, manifest: backup.Manifest) -> bool:
    heads = {chain: (sequence, head.hex()) for chain, (sequence, head) in facts.heads.items()}
    return heads == manifest.heads and facts.counts == manifest.counts and facts.broken == manifest.broken


def _rekey(fresh: Path, key: bytes, to: bytes) -> None:
    if key != to:
        with cipher.opened(fresh, key) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute(f"PRAGMA rekey = \"x'{to.hex()}'\"")


def _make_ready(fresh: Path, key: bytes) -> None:
    """Bring the copy to this program's revision, and see it safe on the disk."""
    store = Store.open(f"sqlite:///{fresh}", key)
    with contextlib.closing(store):
        migrate.upgrade(store)
    with cipher.opened(fresh, key) as connection:
        # Whatever was written has to be in the file itself: its journal does not come along.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    descriptor = os.open(fresh, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ends(facts: Facts) -> dict[str, int]:
    return {chain: sequence for chain, (sequence, _head) in facts.heads.items()}


def _aside_name(folder: Path, now: dt.datetime) -> str:
    stem = f"deskapp-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-before-restore"
    count, name = 1, f"{stem}.sqlite"
    while (folder / name).exists():
        count += 1
        name = f"{stem}-{count}.sqlite"
    return name


def _keep_key(folder: Path, key: bytes, aside: str) -> None:
    """Begin a new key file where the old one is of no use any more; what is left of it stays under another name."""
    path = folder / KEY_FILE
    if path.exists():
        shutil.copyfile(path, folder / f"{aside}.key")
    replace_secret(path, key.hex())
    _put_drafts_aside(folder, key, aside)


def _put_drafts_aside(folder: Path, key: bytes, aside: str) -> None:
    """Let drafts go aside that were written under a key which is lost: nobody could write new ones."""
    drafts, secret = folder / DRAFTS_FILE, folder / SECRET_FILE
    if drafts.exists() and secret.exists():
        keys = draft_keys(secret_in(secret), key)
        if not any(cipher.fits(drafts, each) for each in keys):
            drafts.rename(folder / f"{aside}.drafts")


# --- What a stopped program left --------------------------------------------------------------------------


def is_unfinished(folder: Path) -> bool:
    """Say whether a restored database is ready and not yet in place."""
    return (folder / READY).exists()


def settle_alone(folder: Path) -> None:
    """Put a database in place that was ready when the program stopped. Raises `StorageError`."""
    if is_unfinished(folder):
        with alone_in(folder):
            try:
                _settle(folder)
            except OSError as error:
                raise disk_error(error) from error


def _settle(folder: Path) -> None:
    if not is_unfinished(folder):
        return
    with contextlib.suppress(FileNotFoundError):
        (folder / NOTE_READY).replace(folder / NOTE_FILE)
    aside = msgspec.json.decode((folder / NOTE_FILE).read_bytes(), type=_Note).aside
    # The journal first: a new database must never meet the journal of the old one.
    for suffix in (*cipher.BESIDE, ""):
        with contextlib.suppress(FileNotFoundError):
            (folder / (DATABASE_FILE + suffix)).rename(folder / (aside + suffix))
    sync_folder(folder)
    (folder / READY).rename(folder / DATABASE_FILE)
    sync_folder(folder)


def finish(store: Store, workstation: Workstation) -> None:
    """Tell anchors and trail, once, that this database was restored. Raises `StorageError`."""
    path = workstation.folder / NOTE_FILE
    if store.is_sqlite and path.exists():
        note = msgspec.json.decode(path.read_bytes(), type=_Note)
        _tell(store, workstation, note)
        path.unlink()


def tell(store: Store, workstation: Workstation, name: str, facts: Facts, now: dt.datetime) -> None:
    """Tell anchors and trail of a server's database that the backup `name` was restored into it."""
    _tell(store, workstation, _Note("", name, _ends(facts), now, None))


def _tell(store: Store, workstation: Workstation, note: _Note) -> None:
    # The epoch comes first: it signs exactly what the backup held, and what follows is new.
    anchors.write_epoch(store, workstation, note.at)
    line = audit.AuditLine("restore.epoch", "backup", None, after={"backup": note.backup, "ends": note.ends})
    with store.writing() as session:
        audit.append(session, CHAIN, note.actor_id, note.at, [line])
        session.commit()


def mend_key_file(folder: Path) -> None:
    """Put a lost key file back from the backups, when the key there is the database's. Raises `StorageError`."""
    path, database = folder / KEY_FILE, folder / DATABASE_FILE
    if path.exists() or not database.exists():
        return
    for copied in sorted((folder / backup.BACKUP_FOLDER).glob("deskapp-*.key")):
        with contextlib.suppress(StorageError):
            if cipher.fits(database, read_key_file(copied)):
                write_secret(path, copied.read_text("ascii"))
                _log.warning("the key file was missing and was put back from the backups")
                return


def demand_database(folder: Path) -> None:
    """Raise `StorageError` ("storage.gone") where there are backups of a database that is not there.

    Otherwise a hospital whose file was lost would begin anew, empty, and nobody would look for the backup.
    """
    if not (folder / DATABASE_FILE).exists() and backup.backups_in(folder / backup.BACKUP_FOLDER):
        message = N_(
            "The hospital's database is not in its folder any more, but its backups are. Restore one."
        )
        raise StorageError("storage.gone", Text(message))
