"""Search: from the key to the rows in the model of the real window, and the service call alone.

`typed` runs in a process of its own with the program's window open: a key every 60 ms, the worker, the
model and the list that draws it are the program's own. `served` compares the service call with the very
statements that it sends, sent by hand.
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest import mock

from benchmarks import hospital
from benchmarks.by_hand import bare_connection, read_by_hand, writing_down
from benchmarks.queries import typings
from benchmarks.starts import ROOT, environment
from benchmarks.table import Row, percentile
from deskapp.db.engine import DATABASE_FILE

KEY_MS: Final = 60
LIMIT_MS: Final = 16.0
GROWS: Final = 2.0
SERVICE_RATIO: Final = 3.0
BLOCK_MS: Final = 50.0
WORST_TOLD: Final = 5
WARMING: Final = "warming"


@dataclass
class Typed:
    """What was measured with the window open: milliseconds of each key by kind of query, and the GUI's blocks."""

    keys: dict[str, list[float]] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    block: float = 0.0
    blocked_by: list[tuple[float, list[str]]] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        """Every key's milliseconds."""
        return [value for values in self.keys.values() for value in values]


def queries(visitors: int, count: int) -> list[tuple[str, str]]:
    """Return `count` texts of the search field as keys come in, each with its kind."""
    keys = ((kind, text) for kind, typing in typings(visitors) for text in typing)
    return list(itertools.islice(keys, count))


def typed(folder: Path, visitors: int, keys: int) -> Typed:
    """Run `type_keys` in a fresh process."""
    _read_through(folder)
    code = "import sys; from benchmarks.searching import type_keys; type_keys(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(folder), str(visitors), str(keys)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"searching ended with {done.returncode}:\n{done.stderr}")
    return Typed(**json.loads(done.stdout.splitlines()[-1]))


def _read_through(folder: Path) -> None:
    """Read the file once, so that the system has it at hand as on any morning but the first minute's."""
    with (folder / DATABASE_FILE).open("rb") as stream:
        while stream.read(1 << 22):
            pass


def type_keys(folder: str, visitors: str, keys: str) -> None:
    """Open the desk, type, and print what was measured as one line of JSON."""
    from benchmarks.child import opened_desk
    from benchmarks.watchdog import Watchdog

    with opened_desk(Path(folder)) as (app, pane):
        watchdog = Watchdog()
        typist = _Typist(pane.field.setText)
        texts = [(WARMING, text) for text in ("王", "w", "1", "", "бо")] + queries(int(visitors), int(keys))
        with typist.told_of_results():
            watchdog.start()
            typist.type(app, texts)
            found = typist.found
            found.block = watchdog.stop()
        found.blocked_by = [(block.milliseconds, list(block.where)) for block in watchdog.blocks]
        found.keys.pop(WARMING)
        found.slowest = sorted(found.slowest)[-WORST_TOLD:]
        print(json.dumps(asdict(found)))


class _Typist:
    """Types a key every 60 ms and notes when its rows stand in the model.

    The rows are there when the runner has handed the search's result over; an answer that comes for a
    later key than the one it was asked for counts from the first key that waits for it.
    """

    def __init__(self, put: Callable[[str], object]) -> None:
        self._put = put
        self._waiting: list[tuple[float, str, str]] = []
        self.found = Typed()

    def type(self, app: Any, keys: list[tuple[str, str]]) -> None:
        """Put one text after the other into the field; the event loop turns meanwhile."""
        from PySide6.QtCore import Qt, QTimer

        rest = iter(keys)
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(KEY_MS)

        def press() -> None:
            kind, text = next(rest, (None, ""))
            if kind is None:
                timer.stop()
                app.qt.exit()
                return
            self._waiting.append((time.perf_counter(), kind, text))
            self._put(text)

        timer.timeout.connect(press)
        timer.start()
        app.qt.exec()

    @contextmanager
    def told_of_results(self) -> Iterator[None]:
        """Note when the real runner has handed a search's rows to the model."""
        from deskapp.ui.tasks import TaskRunner

        hand_over = TaskRunner._hand_over

        def timed(runner: Any, task: Any, outcome: Any) -> None:
            wanted = task.latest == "visitors.find" and task.wanted
            hand_over(runner, task, outcome)
            if wanted:
                self._answered()

        with mock.patch.object(TaskRunner, "_hand_over", timed):
            yield

    def _answered(self) -> None:
        now = time.perf_counter()
        for began, kind, text in self._waiting:
            milliseconds = (now - began) * 1000
            self.found.keys.setdefault(kind, []).append(milliseconds)
            if kind != WARMING:
                self.found.slowest.append((milliseconds, text))
        self._waiting.clear()


@dataclass(frozen=True)
class Served:
    """Milliseconds of the service call and of the same SQL by hand, query by query."""

    service: list[float]
    by_hand: list[float]


def served(folder: Path, visitors: int, count: int) -> Served:
    """Measure the service call against its own statements sent by hand, in turns."""
    asked = [text for _kind, text in queries(visitors, count)]
    with hospital.opened(folder) as house, bare_connection(folder) as connection:
        find = house.services.visitors.find
        with writing_down(house.store.read_engine) as notebook:
            plans = [(find(house.actor, text), notebook.take())[1] for text in asked]
        service, by_hand = [], []
        for place, (text, plan) in enumerate(zip(asked, plans, strict=True)):
            # In turns, and the other one first each time: the second finds the pages warm.
            for ours in (place % 2 == 0, place % 2 == 1):
                if ours:
                    service.append(_milliseconds(partial(find, house.actor, text)))
                else:
                    by_hand.append(_milliseconds(partial(read_by_hand, connection, plan)))
        return Served(service, by_hand)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def rows(large: Typed, small: Typed | None, service: Served, visitors: int) -> list[Row]:
    """Return the table's rows; `small` is the same with 10,000 visitors."""
    slowest, median = percentile(large.all, 0.99), statistics.median(large.all)
    told = f"p99 {slowest:.1f} ms, median {median:.1f} ms"
    found = [
        Row(f"search, key to rows in the model, {visitors:,} visitors", told, "", slowest, LIMIT_MS, "ms")
    ]
    if small is not None:
        before = percentile(small.all, 0.99)
        grows = Row(
            "the same, 10,000 to 1,000,000 visitors", told, f"p99 {before:.1f} ms", slowest / before, GROWS
        )
        found.append(grows)
    what = f"longest block of the event loop, {len(large.all):,} searches"
    found.append(Row(what, f"{large.block:.0f} ms", "", large.block, BLOCK_MS, "ms"))
    return [*found, _service_row(service)]


def _service_row(found: Served) -> Row:
    """Compare the 99th percentiles, as the row above; the means are told beside them."""
    ends = [percentile(times, 0.99) for times in (found.service, found.by_hand)]
    means = [statistics.mean(times) for times in (found.service, found.by_hand)]
    return Row(
        "search, the service call alone",
        f"p99 {ends[0]:.2f} ms, mean {means[0]:.2f} ms",
        f"same SQL by hand p99 {ends[1]:.2f} ms, mean {means[1]:.2f} ms",
        ends[0] / ends[1],
        SERVICE_RATIO,
    )
