"""Putting files that were prepared under another key into the place of the old ones, whatever happens meanwhile.

A file that is prepared has the name of its original and `.rekeyed` behind it. The new key file is the
last to be prepared, and the mark: without it whatever is prepared is removed and the old key holds; as
soon as it is there, every file is renamed into place and the key file comes last. Renaming needs no
key, so the next start finishes it without asking anybody; at each moment there is a key that opens.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from deskapp.db import cipher
from deskapp.db.folder_lock import alone_in
from deskapp.db.keys import KEY_FILE, forget, protection
from deskapp.db.secret_file import sync_folder
from deskapp.domain.recovery import Kept
from deskapp.errors import StorageError

PREPARED: Final = ".rekeyed"
BACKUP_FOLDER: Final = "backups"
MARK: Final = KEY_FILE + PREPARED
_BESIDE: Final = tuple(PREPARED + suffix for suffix in cipher.BESIDE)


def prepared(path: Path) -> Path:
    """Return the name under which the successor of `path` is prepared."""
    return path.with_name(path.name + PREPARED)


def under_way(folder: Path) -> bool:
    """Say whether a change of key was begun in `folder` and neither finished nor undone."""
    return any(_all_prepared(folder))


def settle_alone(folder: Path) -> None:
    """Finish or undo what was broken off, if anything was; `StorageError` while somebody else has the folder open."""
    if under_way(folder):
        with alone_in(folder):
            settle(folder)
    elif _half_written(folder):
        # A key that was never put in place must not lie about; whoever is just beginning the folder goes first.
        with contextlib.suppress(StorageError), alone_in(folder):
            _drop_half_written(folder)


def settle(folder: Path) -> None:
    """Finish or undo a change of key that was broken off. Nobody may have the folder open. Raises OSError."""
    mark = folder / MARK
    for path in list(_all_prepared(folder)):
        if path == mark:
            continue
        if mark.exists() and path.name.endswith(PREPARED):
            put_in_place(path)
        else:
            path.unlink(missing_ok=True)
    if mark.exists():
        _change_key_file(folder)
    _drop_half_written(folder)


def put_in_place(fresh: Path) -> None:
    """Give a prepared file its name. The old one was closed, so its journal holds nothing any more."""
    target = fresh.with_name(fresh.name.removesuffix(PREPARED))
    for suffix in cipher.BESIDE:
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    fresh.replace(target)
    sync_folder(target.parent)


def _all_prepared(folder: Path) -> list[Path]:
    ends = (PREPARED, *_BESIDE)
    found = [path for place in (folder, folder / BACKUP_FOLDER) for path in place.glob(f"*{PREPARED}*")]
    return [path for path in sorted(found) if path.name.endswith(ends)]


def _half_written(folder: Path) -> list[Path]:
    """Return key files under the temporary names that `secret_file` gives them."""
    places = (folder, folder / BACKUP_FOLDER)
    return [path for place in places for path in place.glob("deskapp*.key*.????????.new")]


def _drop_half_written(folder: Path) -> None:
    for path in _half_written(folder):
        path.unlink(missing_ok=True)


def _change_key_file(folder: Path) -> None:
    """Put the new key file in place: nothing under the old key is left, and the old key goes."""
    before = protection(folder)
    if before.kept is Kept.BESIDE:
        # By digits, so that a power cut in the middle still leaves a file that is read like a key.
        overwrite(folder / KEY_FILE)
    (folder / MARK).replace(folder / KEY_FILE)
    sync_folder(folder)
    if before.kept is Kept.KEY_STORE and before.key_id != protection(folder).key_id:
        forget(before.key_id)


def overwrite(path: Path) -> None:
    """Write over a key before its file goes. A drive that spreads its writing may still have it somewhere."""
    with path.open("r+b") as stream:
        stream.write(secrets.token_hex(path.stat().st_size // 2).encode())
        stream.flush()
        os.fsync(stream.fileno())
