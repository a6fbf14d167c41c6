"""Searching for likely pairs in a process of its own: comparing is all Python, and a thread would hold up every key.

The database's key goes to the child through the pipe by which it is told what to do, as for a backup. The child
ends when it is told to, and also when whoever started it is gone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from deskapp.db import pair_scan
from deskapp.db.engine import Store
from deskapp.domain.people import ScanState
from deskapp.domain.text import Text
from deskapp.errors import StorageError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

STOP = "stop"
REPORT_EVERY = 0.2


@dataclass(frozen=True)
class Job:
    """Which database to search, which search to go on with, and what time it is."""

    url: str
    key: bytes | None
    scan_id: int
    now: dt.datetime


@dataclass(frozen=True)
class Told:
    """What the child said last: keys done of all; how it ended, or why it could not go on."""

    done: int = 0
    total: int = 0
    state: ScanState = ScanState.RUNNING
    failure: tuple[str, Text] | None = None


class Search(Protocol):
    """A search that was begun, wherever it is carried out."""

    def look(self) -> Told:
        """Return what was said last."""
        ...

    def stop(self) -> None:
        """Tell it to end."""
        ...

    def wait(self, seconds: float = 10.0) -> Told:
        """Wait until it has ended."""
        ...


class Running:
    """A search in a child process. Ask `look` now and then; `stop` ends it after the block under way."""

    def __init__(self, job: Job) -> None:
        # Only now: it takes ten milliseconds that no start of the desk should pay.
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_work, args=(theirs,), daemon=True)
        self._child.start()
        theirs.close()
        self._told = Told()
        self._pipe.send(job)

    def look(self) -> Told:
        """Return what the child said last; a child that is gone without a word has stopped."""
        try:
            while not self._pipe.closed and self._pipe.poll():
                self._told = self._pipe.recv()
        except (EOFError, OSError):
            self._over()
        if self._told.state is not ScanState.RUNNING:
            self._over()
        return self._told

    def stop(self) -> None:
        """Tell the child to end."""
        with contextlib.suppress(OSError):
            if not self._pipe.closed:
                self._pipe.send(STOP)

    def wait(self, seconds: float = 10.0) -> Told:
        """Wait until it has ended; one that does not is ended by force: what it committed stays."""
        until = time.monotonic() + seconds
        while self.look().state is ScanState.RUNNING and time.monotonic() < until:
            self._child.join(0.05)
        if self._told.state is ScanState.RUNNING:
            self._child.terminate()
            self._over()
        return self._told

    def _over(self) -> None:
        if self._told.state is ScanState.RUNNING:
            self._told = Told(self._told.done, self._told.total, ScanState.STOPPED, self._told.failure)
        self._pipe.close()
        self._child.join()


class AtOnce:
    """A search in the caller's own thread, over as soon as it is begun: for a small hospital such as the demo's."""

    def __init__(self, job: Job) -> None:
        self._told = Told(1, 1, carry_out(job, lambda: False, lambda _done, _total: None))

    def look(self) -> Told:
        """Return that it is over."""
        return self._told

    def stop(self) -> None:
        """There is nothing to stop any more."""

    def wait(self, seconds: float = 10.0) -> Told:  # noqa: ARG002
        """Return that it is over."""
        return self._told


def carry_out(job: Job, stop: pair_scan.Stop, report: pair_scan.Report) -> ScanState:
    """Search here and now, until the end or until `stop` says so. Raises `StorageError`."""
    began = time.monotonic()

    def now() -> dt.datetime:
        return job.now + dt.timedelta(seconds=time.monotonic() - began)

    with contextlib.closing(Store.open(job.url, job.key)) as store:
        return pair_scan.run(store, job.scan_id, now, stop, report)


def _work(pipe: Connection) -> None:
    """Live in the child: take the job, tell how far it is, and end when told to. Whoever works at a desk comes first."""
    if hasattr(os, "nice"):
        os.nice(10)
    teller = _Teller(pipe)
    try:
        state = carry_out(pipe.recv(), teller.is_told_to_stop, teller.report)
        teller.send(Told(teller.done, teller.total, state))
    except StorageError as error:
        teller.send(Told(teller.done, teller.total, ScanState.STOPPED, (error.code, error.text)))
    except EOFError:
        return


class _Teller:
    """Speaks with whoever started the search."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._told = 0.0
        self.done = self.total = 0

    def is_told_to_stop(self) -> bool:
        """Say whether to end: a word came, or nobody is there any more."""
        try:
            return self._pipe.poll()
        except OSError:
            return True

    def report(self, done: int, total: int) -> None:
        """Say how far it is, now and then."""
        self.done, self.total = done, total
        if time.monotonic() - self._told >= REPORT_EVERY:
            self._told = time.monotonic()
            self.send(Told(done, total))

    def send(self, told: Told) -> None:
        """Say something; whoever started this may be gone."""
        with contextlib.suppress(OSError):
            self._pipe.send(told)
