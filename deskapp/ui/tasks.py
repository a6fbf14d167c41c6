"""The one way to do work outside the GUI thread, and its synchronous twin for tests.

A function runs in a pool thread; what it returns or raises comes back on the GUI thread. Whoever asked may
be gone by then, or may have asked again: such a result is dropped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot
from shiboken6 import isValid

from deskapp.domain.changes import Changes
from deskapp.domain.lanes import WATCHES

REPORT_EVERY = 0.05
Then = Callable[[Any], object]
Failed = Callable[[Exception], object]
Busy = Callable[[bool], object]
Publish = Callable[[Changes], object]


class Cancelled(Exception):
    """Raised inside a function that was cancelled; never shown to anybody."""


@dataclass(frozen=True)
class Progress:
    """How far a task is: `done` of `total` (0: unknown), and what it is doing now."""

    done: int
    total: int = 0
    note: str = ""


class Route(Protocol):
    """Where an error goes that nobody else takes (`Messages.route`)."""

    def __call__(
        self, error: Exception, owner: QObject | None, retry: Callable[[], object] | None
    ) -> object: ...


@dataclass(eq=False)
class Task:
    """One piece of work on its way; `cancel()` makes its next report raise and its result be dropped."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    done: Then | None = None
    failed: Failed | None = None
    owner: QObject | None = None
    busy: Busy | None = None
    progress: Callable[[Progress], object] | None = None
    latest: str | None = None
    finished: bool = False
    _cancel: threading.Event = field(default_factory=threading.Event)
    _reported: float = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether somebody cancelled it or a later task of the same name took its place."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ask the function to stop at its next report, and drop what it returns."""
        self._cancel.set()

    @property
    def wanted(self) -> bool:
        """Whether there still is somebody to hear the result."""
        return not self.cancelled and (self.owner is None or isValid(self.owner))


@dataclass(frozen=True)
class Outcome:
    """What a function returned or raised."""

    value: Any = None
    error: Exception | None = None


class Reporter:
    """Handed to a function that asked for progress: `report(done, total, note)`."""

    def __init__(self, task: Task, send: Callable[[Task, Progress], None]) -> None:
        self._task = task
        self._send = send

    def __call__(self, done: int, total: int = 0, note: str = "") -> None:
        """Say how far the work is; raises `Cancelled` when it is no longer wanted."""
        if self._task.cancelled:
            raise Cancelled
        now = time.monotonic()
        if now - self._task._reported >= REPORT_EVERY or done == total:
            self._task._reported = now
            self._send(self._task, Progress(done, total, note))


class Runner(Protocol):
    """What tabs know of a runner."""

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Then | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
        busy: Busy | None = None,
        progress: Callable[[Progress], object] | None = None,
        latest: str | None = None,
    ) -> Task:
        """Run `function(*args)` outside the GUI thread.

        Args:
            function: called in a pool thread; must not touch a widget.
            args: plain values for it.
            done: called on the GUI thread with what it returned.
            failed: called on the GUI thread with what it raised; without it the error goes its usual route
                to the person, with a retry.
            owner: dropped results when it is deleted; errors are shown at the nearest place above it.
            busy: called with True now and with False when the work is over, whatever came of it.
            progress: called on the GUI thread with `Progress`; the function is then called with a
                keyword `report`, see `Reporter`.
            latest: of the tasks of one owner and one such name only the last one counts.
        """
        ...

    def drain(self, seconds: float = 10.0) -> bool:
        """Take no more work and wait for what is running; False when something did not end in time."""
        ...

    def supersede(self, latest: str, owner: QObject | None = None) -> None:
        """Take the retry from a failed task of that name: the same is being stored in another way."""
        ...

    @property
    def superseded(self) -> SignalInstance:
        """Tells of a failed `Task` after which the same was asked anew."""
        ...


class _Base(QObject):
    """What both runners share: which task is the latest, and handing over the outcome."""

    superseded = Signal(object)
    """A failed `Task` after which the same was asked anew: nobody may try the old one again."""

    def __init__(self, route: Route | None, publish: Publish | None, parent: QObject | None) -> None:
        super().__init__(parent)
        self._route = route
        self._publish = publish
        self._newest: dict[tuple[int, str], Task] = {}

    def _accept(self, task: Task) -> Task:
        if task.latest is not None:
            key = (id(task.owner), task.latest)
            before = self._newest.get(key)
            self._newest[key] = task
            if before is not None:
                before.cancel()
                if before.finished:
                    self.superseded.emit(before)
        if task.busy is not None:
            task.busy(True)
        return task

    def supersede(self, latest: str, owner: QObject | None = None) -> None:
        """See `Runner.supersede`."""
        before = self._newest.pop((id(owner), latest), None)
        if before is not None and before.finished:
            before.cancel()
            self.superseded.emit(before)

    def _forget(self, task: Task) -> None:
        if task.latest is not None:
            key = (id(task.owner), task.latest)
            if self._newest.get(key) is task:
                del self._newest[key]

    def _hand_over(self, task: Task, outcome: Outcome) -> None:
        task.finished = True
        if outcome.error is None:
            # One that failed stays the latest of its name: its retry ends when the same is asked anew.
            self._forget(task)
        changes = getattr(outcome.value, "changes", None)
        if self._publish is not None and isinstance(changes, Changes):
            self._publish(changes)
        if task.busy is not None and (task.owner is None or isValid(task.owner)):
            task.busy(False)
        if not task.wanted or isinstance(outcome.error, Cancelled):
            return
        if outcome.error is None:
            if task.done is not None:
                task.done(outcome.value)
        elif task.failed is not None:
            task.failed(outcome.error)
        elif self._route is not None:
            self._route(outcome.error, task.owner, Again(self, task))
        else:
            raise outcome.error

    def again(self, task: Task) -> None:
        """Run a finished task once more."""
        self._submit(
            Task(
                task.function,
                task.args,
                task.done,
                task.failed,
                task.owner,
                task.busy,
                task.progress,
                task.latest,
            )
        )

    def _submit(self, task: Task) -> Task:
        raise NotImplementedError


@dataclass(frozen=True)
class Again:
    """The retry that an error message offers."""

    runner: _Base
    task: Task

    def __call__(self) -> None:
        if self.task.wanted and isValid(self.runner):
            self.runner.again(self.task)


def _outcome(task: Task, send: Callable[[Task, Progress], None]) -> Outcome:
    if not task.wanted:
        return Outcome(error=Cancelled())
    try:
        if task.progress is None:
            return Outcome(task.function(*task.args))
        return Outcome(task.function(*task.args, report=Reporter(task, send)))
    except Exception as error:
        return Outcome(error=error)


class TaskRunner(_Base):
    """Runs functions in a small pool of threads; create it on the GUI thread and `drain` it on close.

    Functions of one lane (`__lane__`, see `deskapp.domain.lanes`) share one thread of their own: what writes is
    done in the order in which it was given, and while the database is locked nobody waits to read.

    `route` gets the errors that nobody takes (`Messages.route`), `publish` the `changes` that a result
    carries, even when nobody waits for the result any more (`ChangeHub.post`).
    """

    running = Signal(object)
    """Number of tasks under way, whenever it changes."""

    _arrived = Signal(object, object)
    _reported = Signal(object, object)

    def __init__(
        self,
        route: Route | None = None,
        publish: Publish | None = None,
        parent: QObject | None = None,
        threads: int = 4,
    ) -> None:
        super().__init__(route, publish, parent)
        self._pools = {"": ThreadPoolExecutor(threads, thread_name_prefix="desk")}
        self._under_way: dict[Task, Any] = {}
        self._closed = False
        self._arrived.connect(self._deliver)
        self._reported.connect(self._tell_progress)

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Then | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
        busy: Busy | None = None,
        progress: Callable[[Progress], object] | None = None,
        latest: str | None = None,
    ) -> Task:
        """See `Runner.run`."""
        return self._submit(Task(function, args, done, failed, owner, busy, progress, latest))

    @property
    def under_way(self) -> int:
        """How many tasks are under way now that anybody waits for."""
        return sum(_lane(task.function) != WATCHES for task in self._under_way)

    @property
    def is_busy(self) -> bool:
        """Whether a task is under way."""
        return bool(self.under_way)

    def _submit(self, task: Task) -> Task:
        if self._closed:
            task.cancel()
            return task
        self._accept(task)
        self._under_way[task] = self._pool_of(task.function).submit(self._work, task)
        self._tell_running(task)
        return task

    def _tell_running(self, task: Task) -> None:
        if _lane(task.function) != WATCHES:
            self.running.emit(self.under_way)

    def _pool_of(self, function: Callable[..., Any]) -> ThreadPoolExecutor:
        lane = _lane(function)
        if lane not in self._pools:
            self._pools[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"desk-{lane}")
        return self._pools[lane]

    def _work(self, task: Task) -> None:
        outcome = _outcome(task, self._reported.emit)
        self._arrived.emit(task, outcome)

    @Slot(object, object)
    def _deliver(self, task: Task, outcome: Outcome) -> None:
        self._under_way.pop(task, None)
        self._tell_running(task)
        if not self._closed:
            self._hand_over(task, outcome)

    @Slot(object, object)
    def _tell_progress(self, task: Task, progress: Progress) -> None:
        if task.progress is not None and task.wanted and not task.finished:
            task.progress(progress)

    def drain(self, seconds: float = 10.0) -> bool:
        """See `Runner.drain`; results that arrive from now on are dropped."""
        self._closed = True
        for task in self._under_way:
            task.cancel()
        futures = list(self._under_way.values())
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        return not wait(futures, timeout=seconds).not_done


class SyncRunner(_Base):
    """Runs functions at once in the caller's thread: the runner of most tests."""

    def __init__(
        self, route: Route | None = None, publish: Publish | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(route, publish, parent)

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Then | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
        busy: Busy | None = None,
        progress: Callable[[Progress], object] | None = None,
        latest: str | None = None,
    ) -> Task:
        """See `Runner.run`; everything is over when it returns."""
        return self._submit(Task(function, args, done, failed, owner, busy, progress, latest))

    def _submit(self, task: Task) -> Task:
        self._accept(task)
        outcome = _outcome(task, self._tell)
        self._hand_over(task, outcome)
        return task

    def _tell(self, task: Task, progress: Progress) -> None:
        if task.progress is not None:
            task.progress(progress)

    def drain(self, seconds: float = 10.0) -> bool:  # noqa: ARG002
        """Nothing is ever under way."""
        return True


def _lane(function: Callable[..., Any]) -> str:
    return getattr(function, "__lane__", "")
