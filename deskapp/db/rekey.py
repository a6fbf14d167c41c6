"""Bringing a whole data folder under a new key: the database, the drafts and every backup in it.

Each file is copied beside itself under the new key and compared (`cipher`). What has to be told about it
is written into the copy of the database, so that it is true exactly when the copy counts. Last comes the
new key file: from then on there is no way back, and `swap` puts everything in place, now or at the next start.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from deskapp.db import audit, backup, cipher, swap, triggers
from deskapp.db.engine import DATABASE_FILE, Store, told_plainly
from deskapp.db.faults import disk_error
from deskapp.db.folder_lock import alone_in, in_turn
from deskapp.db.keys import KEY_FILE, kept_as, key_file_name, key_id, open_keys
from deskapp.db.secret_file import replace_secret, write_secret
from deskapp.db.workstation import DRAFTS_FILE, SECRET_FILE, draft_keys, secret_in
from deskapp.domain.recovery import Kept
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

ROOM: Final = 1.2
"""How many times the size of all files has to be free: copies and originals stand side by side for a while."""
TURN_SECONDS: Final = 60
"""How long a backup that is being made is waited for."""
_log = logging.getLogger(__name__)
Progress = Callable[[int, int], object]
Note = Callable[[Store, "Rekeyed"], object]


@dataclass(frozen=True)
class Change:
    """From which key to which, how the new one is kept, and where else backups lie; None for nowhere."""

    old: bytes
    new: bytes
    kept: Kept
    passphrase: str = ""
    second: Path | None = None


@dataclass(frozen=True)
class Rekeyed:
    """How many backups were brought along, the names of those that no known key opens, and whether the second
    folder was away or can't be written: what lies there still has the old key."""

    backups: int
    unread: tuple[str, ...]
    second_away: bool = False


@dataclass(frozen=True)
class _Copying:
    """One file to be copied, and the keys it may have now."""

    file: Path
    keys: tuple[bytes, ...]
    new: bytes

    def run(self) -> bool:
        """Prepare the copy and, of a backup, its manifest; return False for a file that none of the keys opens."""
        for key in self.keys:
            if cipher.fits(self.file, key):
                fresh = swap.prepared(self.file)
                cipher.copy(self.file, key, fresh, self.new)
                self._write_manifest(fresh)
                return True
        return False

    def _write_manifest(self, fresh: Path) -> None:
        found = backup.backup_at(self.file)
        if found is not None:
            size, digest = fresh.stat().st_size, backup.sha256_of(fresh)
            said = msgspec.structs.replace(found.manifest, key=key_id(self.new), size=size, sha256=digest)
            with swap.prepared(backup.manifest_of(self.file)).open("wb") as stream:
                stream.write(msgspec.json.format(msgspec.json.encode(said)))
                stream.flush()
                os.fsync(stream.fileno())


def rekey(folder: Path, change: Change, note: Note, progress: Progress) -> Rekeyed:
    """Change the key of a closed hospital.

    Args:
        folder: the data folder; nobody else may have it open.
        change: the keys, and how the new one is kept.
        note: called with the copied database, open, to write into its audit trail what is being done.
        progress: called with (files done, files in all).

    Raises `StorageError`: then everything is as it was.
    """
    with alone_in(folder), _no_backup_meanwhile(folder):
        try:
            swap.settle(folder)
            _demand_room(folder)
            done = _all_changed(folder, change, note, progress)
        except OSError as error:
            raise disk_error(error) from error
        finally:
            swap.settle(folder)
        _drop_open_keys(folder / swap.BACKUP_FOLDER)
        return _with_second(done, folder, change)


@contextlib.contextmanager
def _no_backup_meanwhile(folder: Path) -> Iterator[None]:
    place = folder / swap.BACKUP_FOLDER
    if not place.is_dir():
        yield
        return
    with in_turn(place / backup.TURN_FILE, TURN_SECONDS):
        yield


def _all_changed(folder: Path, change: Change, note: Note, progress: Progress) -> Rekeyed:
    database = _Copying(folder / DATABASE_FILE, (change.old,), change.new)
    drafts, backups = _drafts(folder, change), _backups(folder, change)
    total = 1 + len(drafts) + len(backups)
    progress(0, total)
    if not database.run():
        raise StorageError("storage.not-a-database", Text(_NOT_OURS))
    done, unread = 1, []
    for copying in (*drafts, *backups):
        progress(done, total)
        if not copying.run() and copying in backups:
            unread.append(copying.file.name)
        done += 1
    result = Rekeyed(len(backups) - len(unread), tuple(unread))
    _write_into_copy(database, note, result)
    content = kept_as(change.new, change.kept, change.passphrase)
    if backups:
        place = folder / swap.BACKUP_FOLDER / key_file_name(key_id(change.new))
        write_secret(swap.prepared(place), content)
    progress(total, total)
    write_secret(folder / swap.MARK, content)
    return result


_NOT_OURS: Final = N_(
    "This file is no database of ours, or its key does not fit. Nothing was changed; restore a backup."
)


def _drafts(folder: Path, change: Change) -> list[_Copying]:
    file = folder / DRAFTS_FILE
    if not file.exists() or not (folder / SECRET_FILE).exists():
        return []
    secret = secret_in(folder / SECRET_FILE)
    return [_Copying(file, draft_keys(secret, change.old), draft_keys(secret, change.new)[0])]


def _backups(folder: Path, change: Change) -> list[_Copying]:
    """Return every other database in the folder: backups, and what a restore has put aside."""
    known = {folder / DATABASE_FILE, folder / DRAFTS_FILE}
    place = folder / swap.BACKUP_FOLDER
    found = sorted({*folder.glob("*.sqlite"), *place.glob("*.sqlite")} - known)
    return [_Copying(file, _keys_for(place, change), change.new) for file in found]


def _keys_for(place: Path, change: Change) -> tuple[bytes, ...]:
    """Return the keys that backups may have: the one there was, those in the open beside them, and the new one."""
    return change.old, *open_keys(place).values(), change.new


def _drop_open_keys(place: Path) -> None:
    """Remove keys in the open that no backup has any more."""
    needed = {found.manifest.key for found in backup.backups_in(place)}
    for path, key in open_keys(place).items():
        if key_id(key) not in needed:
            swap.overwrite(path)
            path.unlink()


# --- A second folder ----------------------------------------------------------------------------------------


def _with_second(done: Rekeyed, folder: Path, change: Change) -> Rekeyed:
    """Bring the backups on a stick or share along, one by one: a drive that fails does not undo what is done."""
    if change.second is None:
        return done
    try:
        count, unread = _bring_second(change.second, folder, change)
    except (OSError, StorageError) as error:
        _log.error("the second backup folder keeps the old key: %s", type(error).__name__)
        return replace(done, second_away=True)
    return replace(done, backups=done.backups + count, unread=(*done.unread, *unread))


def _bring_second(second: Path, folder: Path, change: Change) -> tuple[int, list[str]]:
    count, unread = 0, []
    files = sorted(path for path in second.iterdir() if path.suffix == ".sqlite")
    if files:
        content = (folder / KEY_FILE).read_text("ascii")
        replace_secret(second / key_file_name(key_id(change.new)), content)
    for file in files:
        if _Copying(file, _keys_for(second, change), change.new).run():
            for fresh in (swap.prepared(backup.manifest_of(file)), swap.prepared(file)):
                if fresh.exists():
                    swap.put_in_place(fresh)
            count += 1
        else:
            unread.append(file.name)
    _drop_open_keys(second)
    return count, unread


# --- Checking -----------------------------------------------------------------------------------------------


def _demand_room(folder: Path) -> None:
    files = [*folder.glob("*.sqlite*"), *(folder / swap.BACKUP_FOLDER).glob("*.sqlite*")]
    needed = round(ROOM * sum(file.stat().st_size for file in files))
    if shutil.disk_usage(folder).free < needed:
        message = N_("The disk needs {count} MB free for this. Nothing was changed; free some space first.")
        raise StorageError("storage.full", Text(message, {"count": needed // 1_000_000 + 1}))


def _write_into_copy(database: _Copying, note: Note, result: Rekeyed) -> None:
    """Check the copied database as the program sees it, and let `note` write into it."""
    store = Store.open(f"sqlite:///{swap.prepared(database.file)}", database.new)
    try:
        note(store, result)
        with told_plainly(), store.read_engine.connect() as connection:
            lost = triggers.names(connection) != triggers.expected(connection)
        broken = _broken(store)
        if lost or (broken and broken != _broken_before(database)):
            raise StorageError("storage.copy", Text(_NOT_THE_SAME))
    finally:
        store.close()


_NOT_THE_SAME: Final = N_(
    "The copied database is not the same as the original. The original stays as it was."
)


def _broken(store: Store) -> list[tuple[str, int, object]]:
    with store.reading() as session:
        return list(audit.broken_lines(session))


def _broken_before(database: _Copying) -> list[tuple[str, int, object]]:
    """Say what was broken in the original already: that is no reason to leave it unprotected."""
    store = Store.open(f"sqlite:///{database.file}", database.keys[0])
    try:
        return _broken(store)
    finally:
        store.close()
