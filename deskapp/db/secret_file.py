"""Small files that hold a secret: written whole or not at all, never written over by chance."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_secret(path: Path, text: str) -> None:
    """Make `path` with `text`, so that a power cut leaves all of it or nothing.

    What lies at `path` already stays: of two programs that begin a folder at the same moment the first
    one's secret counts, and the other has to read it. Readable by owner and group. Raises OSError.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        _write(temporary, text)
        with contextlib.suppress(FileExistsError):
            _place(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def replace_secret(path: Path, text: str) -> None:
    """Make `text` the content of `path`, in one step: a power cut leaves the old secret or the new. Raises OSError."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        _write(temporary, text)
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _place(temporary: Path, path: Path) -> None:
    """Give the file its name; raise FileExistsError when there is one of that name."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # A drive without hard links, such as a memory stick.
        if path.exists():
            raise FileExistsError(path) from None
        temporary.rename(path)


def sync_folder(folder: Path) -> None:
    """Make new and changed names survive a power cut, where the system lets a folder be synchronised."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
