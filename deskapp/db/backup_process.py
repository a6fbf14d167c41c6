"""Making a backup in a process of its own: reading the copy through would hold up every key that is typed.

The key goes to the child through the pipe by which it is told what to do, never through a file or what the
system shows of running programs.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deskapp.db.backup import BackupFile, copy_to, make_backup
from deskapp.db.engine import Store
from deskapp.domain.backup import BackupKind
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


@dataclass(frozen=True)
class Job:
    """Which database to back up, where to, why, and as of when; `second` is None where no second folder was chosen."""

    url: str
    key: bytes | None
    folder: Path
    second: Path | None
    kind: BackupKind
    now: dt.datetime


@dataclass(frozen=True)
class Made:
    """What came of it: the backup, and why there is no copy in the second folder, if there should be one."""

    backup: BackupFile
    copied: bool
    warning: Text | None = None


@dataclass(frozen=True)
class _Failed:
    code: str
    text: Text


def carry_out(job: Job) -> Made:
    """Make the backup here and now. Raises `StorageError`; a second folder that fails is only a warning."""
    store = Store.open(job.url, job.key)
    with contextlib.closing(store):
        made = make_backup(store, job.folder, job.kind, job.now)
    if job.second is None:
        return Made(made, copied=False)
    try:
        copy_to(made, job.second, job.now)
    except StorageError as error:
        return Made(made, copied=False, warning=error.text)
    return Made(made, copied=True)


def run(job: Job) -> Made:
    """Have a child process carry out `job`, and wait for it. Raises what `carry_out` raises."""
    # Only now: it takes ten milliseconds that no start of the desk should pay.
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_work, args=(theirs,), daemon=True)
    child.start()
    theirs.close()
    try:
        ours.send(job)
        answer = ours.recv()
    except (EOFError, OSError):
        message = N_(
            "The backup was broken off. The database itself was not touched; it is tried again later."
        )
        raise StorageError("backup.broken-off", Text(message)) from None
    finally:
        ours.close()
        child.join()
    if isinstance(answer, _Failed):
        raise StorageError(answer.code, answer.text)
    assert isinstance(answer, Made)
    return answer


def _work(pipe: Connection) -> None:
    """Live in the child: take the job, send back what came of it. Whoever works at the desk comes first."""
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        pipe.send(carry_out(pipe.recv()))
    except StorageError as error:
        pipe.send(_Failed(error.code, error.text))
