"""Backups: making one while people work, seeing that it is good, keeping it in two places, letting old ones go.

A backup is a database file (or a server's dump) and a manifest of the same name beside it, which says
what is in it. Both are written under temporary names; the database gets its name last, so that what has
the name of a backup was read back and found whole. Beside them lies the key file under the key's name:
a backup without its key is worth nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from deskapp.db import backup_file, backup_server
from deskapp.db.backup_file import Facts
from deskapp.db.engine import Store
from deskapp.db.faults import disk_error
from deskapp.db.folder_lock import in_turn
from deskapp.db.keys import KEY_FILE, key_file_name
from deskapp.db.secret_file import sync_folder
from deskapp.db.swap import BACKUP_FOLDER as BACKUP_FOLDER  # noqa: PLC0414
from deskapp.domain.backup import Backup, BackupKind, has_room, kept
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

PART: Final = ".part"
FILES: Final = (".sqlite", ".dump")
TURN_FILE: Final = "backup.lock"
TURN_SECONDS: Final = 900
FORGOTTEN_AFTER: Final = dt.timedelta(days=1)
"""Half a file that is older was left by a program that crashed, also where several computers write."""
_AT_ONCE: Final = 1 << 20
_log = logging.getLogger(__name__)


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, without any personal data.

    `size` in bytes; `sha256` of the whole file; `broken`: lines of the audit trail that were not as written,
    in the database too: then the backup is a true copy of something that has been tampered with.
    """

    made: dt.datetime
    kind: BackupKind
    revision: str
    key: str
    counts: dict[str, int]
    heads: dict[str, tuple[int, str]]
    broken: int
    size: int
    sha256: str


class BackupFile(msgspec.Struct, frozen=True):
    """A backup in a folder. `whole` says whether its size is right; `is_intact` reads all of it."""

    path: Path
    manifest: Manifest
    whole: bool

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def made(self) -> dt.datetime:
        """When it was begun, UTC."""
        return self.manifest.made

    @property
    def good(self) -> bool:
        """Whether nothing speaks against it as far as can be told without reading it."""
        return self.whole and not self.manifest.broken

    def as_rule(self) -> Backup:
        """Return it as the rules see it."""
        return Backup(self.name, self.made, self.manifest.kind, self.good)


# --- What is there ----------------------------------------------------------------------------------------


def backups_in(folder: Path) -> list[BackupFile]:
    """Return the backups of a folder, the newest first; what is half written is none. Raises `StorageError`."""
    try:
        names = [path for path in folder.iterdir() if path.suffix in FILES]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise disk_error(error) from error
    found = [backup for path in names if (backup := backup_at(path)) is not None]
    return sorted(found, key=lambda backup: (backup.made, backup.name), reverse=True)


def backup_at(path: Path) -> BackupFile | None:
    """Return the backup whose file is `path`; None when it has no manifest, or is not there."""
    try:
        manifest = msgspec.json.decode(manifest_of(path).read_bytes(), type=Manifest)
        return BackupFile(path, manifest, path.stat().st_size == manifest.size)
    except (OSError, msgspec.MsgspecError):
        return None


def manifest_of(path: Path) -> Path:
    """Return where the manifest of a backup lies."""
    return path.with_suffix(".json")


def last_good(folder: Path, before: dt.datetime | None = None) -> BackupFile | None:
    """Return the newest backup that is good and intact, made not later than `before`. Raises `StorageError`."""
    for backup in backups_in(folder):
        if backup.good and (before is None or backup.made <= before) and is_intact(backup):
            return backup
    return None


def is_intact(backup: BackupFile) -> bool:
    """Say whether every byte is as it was when the backup was made."""
    try:
        state = backup.path.stat()
        return _hashed(backup.path, state.st_mtime_ns, state.st_size) == backup.manifest.sha256
    except OSError:
        return False


@functools.lru_cache(maxsize=256)
def _hashed(path: Path, _changed_ns: int, _size: int) -> str:
    """Return the digest; a file that did not change since is not read again."""
    return sha256_of(path)


def sha256_of(path: Path) -> str:
    """Return the digest of a file as hex. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- Making one -------------------------------------------------------------------------------------------


def make_backup(store: Store, folder: Path, kind: BackupKind, now: dt.datetime) -> BackupFile:
    """Copy the open database into `folder` while others write, see that the copy is good, let old ones go.

    Raises `StorageError`: "backup.no-room" when there is too little room, "backup.bad" when the copy is not
    what it should be, "backup.program" when a server's programs are missing. Then there is no new backup
    and those that were there stay.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        demand_room(store, folder)
        with in_turn(folder / TURN_FILE, TURN_SECONDS):
            _tidy(folder, dt.timedelta(0), now)
            made = _made(store, folder, kind, now)
            prune(folder, now)
            return made
    except OSError as error:
        raise disk_error(error) from error


def before_migration(store: Store, folder: Path, now: dt.datetime) -> None:
    """Make the backup that comes before changing the tables; `folder` is the data folder.

    Where there is no room for one, or no program that makes one, the tables are changed all the same: that
    happens in one transaction, and everything is compared before it counts. Raises `StorageError` otherwise.
    """
    try:
        make_backup(store, folder / BACKUP_FOLDER, BackupKind.BEFORE_MIGRATION, now)
    except StorageError as error:
        if error.code not in {"backup.no-room", "backup.program"}:
            raise
        _log.warning("no backup before changing the tables: %s", error.code)


def demand_room(store: Store, folder: Path) -> None:
    """Raise `StorageError` ("backup.no-room") unless three times the database's size is free."""
    size = backup_server.size_of(store) if store.file is None else backup_file.size_of(store.file)
    free = shutil.disk_usage(folder).free
    if not has_room(free, size):
        message = N_(
            "No backup was made: the disk with {folder} has only {free} MB free, three times the database's size"
            " ({size} MB) is needed. Free some space."
        )
        values = {"folder": str(folder), "free": free // 1_000_000, "size": size // 1_000_000 + 1}
        raise StorageError("backup.no-room", Text(message, values))


def _made(store: Store, folder: Path, kind: BackupKind, now: dt.datetime) -> BackupFile:
    path = _free_name(folder, kind, now, ".sqlite" if store.is_sqlite else ".dump")
    with _part(path) as part:
        facts = backup_file.copy(store, part) if store.is_sqlite else backup_server.dump(store, part)
        _sync(part)
        manifest = Manifest(
            now.astimezone(dt.UTC), kind, *_said(facts), facts.broken, part.stat().st_size, sha256_of(part)
        )
        if store.file is not None:
            _copy_file(store.file.parent / KEY_FILE, folder / key_file_name(facts.key))
        _write(manifest_of(path), msgspec.json.format(msgspec.json.encode(manifest)))
        part.rename(path)
        sync_folder(folder)
    return BackupFile(path, manifest, whole=True)


def _said(facts: Facts) -> tuple[str, str, dict[str, int], dict[str, tuple[int, str]]]:
    heads = {chain: (sequence, head.hex()) for chain, (sequence, head) in facts.heads.items()}
    return facts.revision, facts.key, facts.counts, heads


def _free_name(folder: Path, kind: BackupKind, now: dt.datetime, suffix: str) -> Path:
    """Return a name that is not taken: two backups can be made in the same second."""
    stem = f"deskapp-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{kind.value}"
    count, path = 1, folder / f"{stem}{suffix}"
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}{suffix}"
    return path


@contextlib.contextmanager
def _part(path: Path) -> Iterator[Path]:
    """Give the temporary name of a file; nothing of that name is left, whatever happens."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        yield part
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    with _part(path) as part:
        part.write_bytes(data)
        _sync(part)
        part.replace(path)


def _copy_file(source: Path, target: Path) -> str:
    """Copy a file under a temporary name, then give it its own; return the digest of what came to lie there."""
    with _part(target) as part:
        with source.open("rb") as reading, part.open("xb") as writing:
            shutil.copyfileobj(reading, writing, _AT_ONCE)
        _sync(part)
        digest = sha256_of(part)
        part.replace(target)
        return digest


# --- The second place -------------------------------------------------------------------------------------


def copy_to(backup: BackupFile, folder: Path, now: dt.datetime) -> BackupFile:
    """Copy a backup, with manifest and key file, into a second folder (a stick, a share); let old ones go there.

    Raises `StorageError` when that folder is missing or full, or does not keep what is written: the first
    backup stays as it is.
    """
    try:
        if not folder.is_dir():
            message = N_(
                "The second backup folder {folder} is not there. Plug the drive in, or choose another."
            )
            raise StorageError("backup.second-away", Text(message, {"folder": str(folder)}))
        _tidy(folder, FORGOTTEN_AFTER, now)
        if shutil.disk_usage(folder).free < backup.manifest.size:
            message = N_("The second backup folder {folder} is full. Free some space there.")
            raise StorageError("backup.second-full", Text(message, {"folder": str(folder)}))
        copied = _copied(backup, folder)
        prune(folder, now)
        sync_folder(folder)
    except OSError as error:
        raise disk_error(error) from error
    return copied


def _copied(backup: BackupFile, folder: Path) -> BackupFile:
    path = folder / backup.name
    key_file = backup.path.with_name(key_file_name(backup.manifest.key))
    if backup.manifest.key:
        _copy_file(key_file, folder / key_file.name)
    _copy_file(manifest_of(backup.path), manifest_of(path))
    if _copy_file(backup.path, path) != backup.manifest.sha256:
        path.unlink()
        message = N_(
            "The second backup folder {folder} does not keep what is written there. Take another drive."
        )
        raise StorageError("backup.second-bad", Text(message, {"folder": str(folder)}))
    return BackupFile(path, backup.manifest, whole=True)


# --- Letting go -------------------------------------------------------------------------------------------


def prune(folder: Path, now: dt.datetime) -> list[str]:
    """Remove what the rule does not keep, and key files that no backup needs any more; return names of backups.

    Days are the site's. A file that can't be removed is left for the next time.
    """
    backups = backups_in(folder)
    staying = kept((backup.as_rule() for backup in backups), now.astimezone())
    gone = [backup for backup in backups if backup.name not in staying]
    for backup in gone:
        # The manifest goes last: without its file it is no backup, and the next tidying takes it.
        _remove(backup.path)
        _remove(manifest_of(backup.path))
    needed = {key_file_name(backup.manifest.key) for backup in backups if backup.name in staying}
    for path in folder.glob("deskapp-????????.key"):
        if path.name not in needed:
            _remove(path)
    return [backup.name for backup in gone]


def _tidy(folder: Path, least_age: dt.timedelta, now: dt.datetime) -> None:
    """Remove what a program left that was stopped in the middle."""
    for path in [*folder.glob(f"deskapp-*{PART}*"), *_without_file(folder)]:
        with contextlib.suppress(OSError):
            age = now.timestamp() - path.stat().st_mtime
            if not least_age or age > least_age.total_seconds():
                path.unlink()


def _without_file(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.glob("deskapp-*.json")
        if not any(path.with_suffix(suffix).exists() for suffix in FILES)
    ]


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.info("an old backup could not be removed: %s", type(error).__name__)
