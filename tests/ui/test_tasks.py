"""The one runner: results and errors come home to the right thread, the outdated and the orphaned do not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deskapp.domain.changes import Changes
from deskapp.domain.lanes import WATCHES, in_lane
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.tasks import Cancelled, Progress, Reporter, SyncRunner, TaskRunner

GONE = StorageError("server.gone", Text("The server is away."))


class Page(QObject):
    """Whoever asks: keeps what it was told and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[Any] = []
        self.errors: list[Exception] = []
        self.states: list[bool] = []
        self.steps: list[Progress] = []
        self.threads: set[int] = set()

    def done(self, result: Any) -> None:
        self.results.append(result)
        self.threads.add(threading.get_ident())

    def failed(self, error: Exception) -> None:
        self.errors.append(error)
        self.threads.add(threading.get_ident())

    def busy(self, under_way: bool) -> None:
        self.states.append(under_way)

    def progress(self, step: Progress) -> None:
        self.steps.append(step)


class Route:
    """Where errors go that nobody takes."""

    def __init__(self) -> None:
        self.taken: list[tuple[Exception, QObject | None]] = []
        self.retry: Callable[[], object] | None = None

    def __call__(self, error: Exception, owner: QObject | None, retry: Callable[[], object] | None) -> None:
        self.taken.append((error, owner))
        self.retry = retry


@dataclass(frozen=True)
class Written:
    """What a service returns from a write."""

    value: int
    changes: Changes


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def route() -> Route:
    return Route()


@pytest.fixture
def runner(qtbot: QtBot, route: Route) -> Iterator[TaskRunner]:
    made = TaskRunner(route)
    yield made
    assert made.drain()


class Gate:
    """A function that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, value: object = None, **_: object) -> object:
        self.entered.set()
        assert self.opened.wait(10)
        return value


def fail(error: Exception) -> None:
    raise error


def idle(runner: TaskRunner, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not runner._under_way)


def test_the_work_is_done_elsewhere_and_told_here(runner: TaskRunner, page: Page, qtbot: QtBot) -> None:
    runner.run(threading.get_ident, done=page.done, owner=page)
    qtbot.waitUntil(lambda: bool(page.results))
    assert page.results[0] != threading.get_ident()
    assert page.threads == {threading.get_ident()}


def test_arguments_reach_the_function(runner: TaskRunner, page: Page, qtbot: QtBot) -> None:
    runner.run(divmod, 17, 5, done=page.done)
    qtbot.waitUntil(lambda: page.results == [(3, 2)])


def test_an_error_goes_to_whoever_asked(runner: TaskRunner, page: Page, route: Route, qtbot: QtBot) -> None:
    runner.run(fail, GONE, done=page.done, failed=page.failed, owner=page)
    qtbot.waitUntil(lambda: page.errors == [GONE])
    assert page.results == []
    assert route.taken == []
    assert page.threads == {threading.get_ident()}


def test_an_error_that_nobody_takes_goes_its_route(
    runner: TaskRunner, page: Page, route: Route, qtbot: QtBot
) -> None:
    runner.run(fail, GONE, done=page.done, owner=page)
    qtbot.waitUntil(lambda: route.taken == [(GONE, page)])


def test_the_route_is_offered_another_try(runner: TaskRunner, page: Page, route: Route, qtbot: QtBot) -> None:
    outcomes = iter([GONE, None])

    def sometimes() -> str:
        error = next(outcomes)
        if error is not None:
            raise error
        return "printed"

    runner.run(sometimes, done=page.done, owner=page)
    qtbot.waitUntil(lambda: route.retry is not None)
    assert route.retry is not None
    route.retry()
    qtbot.waitUntil(lambda: page.results == ["printed"])


def test_only_the_last_of_a_name_counts(runner: TaskRunner, page: Page, qtbot: QtBot) -> None:
    """The first search is still under way when the second is asked; its answer comes last and is dropped."""
    slow = Gate()
    runner.run(slow, "old", done=page.done, owner=page, latest="search")
    assert slow.entered.wait(10)
    runner.run(str, "new", done=page.done, owner=page, latest="search")
    qtbot.waitUntil(lambda: page.results == ["new"])
    slow.opened.set()
    idle(runner, qtbot)
    assert page.results == ["new"]


def test_a_search_that_was_overtaken_in_the_queue_never_starts(qtbot: QtBot, page: Page) -> None:
    runner = TaskRunner(threads=1)
    gate, started = Gate(), []
    runner.run(gate)
    for letter in "abc":
        runner.run(started.append, letter, owner=page, latest="search")
    gate.opened.set()
    idle(runner, qtbot)
    assert started == ["c"]
    assert runner.drain()


def test_names_of_different_owners_do_not_meet(runner: TaskRunner, qtbot: QtBot) -> None:
    one, other = Page(), Page()
    runner.run(str, "1", done=one.done, owner=one, latest="search")
    runner.run(str, "2", done=other.done, owner=other, latest="search")
    qtbot.waitUntil(lambda: one.results == ["1"] and other.results == ["2"])


def test_a_deleted_owner_hears_nothing(runner: TaskRunner, route: Route, qtbot: QtBot) -> None:
    owner, listener, gate = QObject(), Page(), Gate()
    runner.run(gate, done=listener.done, owner=owner)
    assert gate.entered.wait(10)
    delete(owner)
    gate.opened.set()
    idle(runner, qtbot)
    assert listener.results == []
    assert route.taken == []


def test_what_was_written_is_told_even_when_nobody_waits_for_it(qtbot: QtBot, page: Page) -> None:
    published: list[Changes] = []
    runner, gate = TaskRunner(publish=published.append), Gate()
    task = runner.run(gate, Written(7, Changes.of("visit", 7)), done=page.done, owner=page)
    assert gate.entered.wait(10)
    task.cancel()
    gate.opened.set()
    idle(runner, qtbot)
    assert page.results == []
    assert published == [Changes.of("visit", 7)]
    assert runner.drain()


@pytest.mark.parametrize("function", [str, fail])
def test_busy_ends_whatever_comes_of_it(
    runner: TaskRunner, page: Page, qtbot: QtBot, function: Callable[..., object]
) -> None:
    runner.run(function, GONE, failed=page.failed, owner=page, busy=page.busy)
    assert page.states == [True]
    qtbot.waitUntil(lambda: page.states == [True, False])


def count_to(most: int, *, report: Reporter) -> int:
    """A long task that tells how far it is."""
    for number in range(most):
        report(number, most, "counting")
    report(most, most)
    return most


def test_progress_is_told_sparingly_and_to_the_end(runner: TaskRunner, page: Page, qtbot: QtBot) -> None:
    runner.run(count_to, 20_000, done=page.done, owner=page, progress=page.progress)
    qtbot.waitUntil(lambda: page.results == [20_000])
    assert page.steps[-1] == Progress(20_000, 20_000)
    assert len(page.steps) < 200


def test_a_cancelled_task_stops_at_its_next_report(runner: TaskRunner, page: Page, qtbot: QtBot) -> None:
    gate, reached = Gate(), []

    def export(*, report: Reporter) -> None:
        gate()
        report(1, 2)
        reached.append(True)

    task = runner.run(
        export, done=page.done, failed=page.failed, owner=page, progress=page.progress, busy=page.busy
    )
    assert gate.entered.wait(10)
    task.cancel()
    gate.opened.set()
    qtbot.waitUntil(lambda: page.states == [True, False])
    assert (reached, page.results, page.errors) == ([], [], [])


def test_closing_waits_for_what_runs_and_takes_no_more(qtbot: QtBot, page: Page) -> None:
    runner, gate = TaskRunner(), Gate()
    runner.run(gate, "late", done=page.done, owner=page)
    assert gate.entered.wait(10)
    assert runner.drain(0.01) is False
    gate.opened.set()
    assert runner.drain()
    runner.run(str, "later", done=page.done, owner=page)
    qtbot.wait(1)
    assert page.results == []


def test_the_number_under_way_is_told(runner: TaskRunner, qtbot: QtBot) -> None:
    numbers: list[int] = []
    runner.running.connect(numbers.append)
    runner.run(str)
    qtbot.waitUntil(lambda: numbers == [1, 0])


def test_many_tasks_from_many_threads_all_come_home(runner: TaskRunner, page: Page, qtbot: QtBot) -> None:
    for number in range(500):
        runner.run(int, number, done=page.done, owner=page)
    qtbot.waitUntil(lambda: len(page.results) == 500)
    assert sorted(page.results) == list(range(500))


# the synchronous twin


@pytest.fixture
def at_once(route: Route) -> SyncRunner:
    return SyncRunner(route)


def test_the_twin_is_done_when_it_returns(at_once: SyncRunner, page: Page) -> None:
    task = at_once.run(divmod, 17, 5, done=page.done, owner=page, busy=page.busy)
    assert page.results == [(3, 2)]
    assert page.states == [True, False]
    assert task.finished


def test_the_twin_routes_errors_and_retries(at_once: SyncRunner, page: Page, route: Route) -> None:
    at_once.run(fail, GONE, done=page.done, owner=page)
    assert route.taken == [(GONE, page)]
    assert route.retry is not None
    route.retry()
    assert route.taken == [(GONE, page)] * 2


def test_the_twin_tells_progress_and_cancels(at_once: SyncRunner, page: Page) -> None:
    at_once.run(count_to, 3, done=page.done, progress=page.progress)
    assert page.steps[-1] == Progress(3, 3)

    def cancelling(*, report: Reporter) -> None:
        report._task.cancel()
        report(1, 2)

    at_once.run(cancelling, done=page.done, failed=page.failed, progress=page.progress)
    assert (page.results, page.errors) == ([3], [])


def test_the_twin_publishes_what_was_written(page: Page) -> None:
    published: list[Changes] = []
    runner = SyncRunner(publish=published.append)
    runner.run(Written, 1, Changes.of("visit", 1), done=page.done)
    assert published == [Changes.of("visit", 1)]
    assert runner.drain()


def test_without_a_route_an_error_is_not_swallowed() -> None:
    with pytest.raises(StorageError):
        SyncRunner().run(fail, GONE)


def test_a_cancelled_report_can_be_told_from_a_failure() -> None:
    assert not issubclass(Cancelled, StorageError)


def test_work_of_one_lane_is_done_in_order_and_holds_up_nobody_else(runner: TaskRunner, qtbot: QtBot) -> None:
    gate, order = threading.Event(), []

    def first() -> None:
        gate.wait(10)
        order.append("first")

    def second() -> None:
        order.append("second")

    first.__lane__ = second.__lane__ = "writes"  # type: ignore[attr-defined]
    runner.run(first)
    runner.run(second, done=lambda _done: order.append("told"))
    runner.run(order.append, "read")
    qtbot.waitUntil(lambda: order == ["read"])
    assert runner.is_busy
    gate.set()
    qtbot.waitUntil(lambda: order == ["read", "first", "second", "told"])
    qtbot.waitUntil(lambda: not runner.is_busy)


def test_looking_for_news_over_and_over_is_nothing_that_anybody_waits_for(
    runner: TaskRunner, qtbot: QtBot
) -> None:
    told: list[object] = []
    runner.running.connect(told.append)
    looks: list[object] = []
    runner.run(in_lane(WATCHES)(lambda: "news"), done=looks.append)
    assert not runner.is_busy
    qtbot.waitUntil(lambda: looks == ["news"])
    assert told == []
