"""The overview of all visits: first figures, the whole, the same SQL by hand, how soon it stops, what it blocks.

The hospital of the other measurements has no waiting line and no steps of its past visits, and was loaded visitor by
visitor: a copy of it gets them, its visits in the order in which they were opened, as they are in a hospital.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks import by_hand, hospital
from benchmarks.load import READY, YEARS_BACK, _unsafe_connection
from benchmarks.starts import ROOT, environment
from benchmarks.table import Row, middle
from benchmarks.watchdog import Watchdog
from deskapp.domain.statistics import Span, Summary, parts
from deskapp.services.statistics import SoFar

if TYPE_CHECKING:
    from deskapp.ui.overview.intake import IntakeFigures

ROUNDS: Final = 3
FIRST_MS: Final = 1000.0
BLOCK_MS: Final = 50.0
PATIENCE_SECONDS: Final = 600.0
STOP_MS: Final = 1000.0
_COPIED: Final = "-line"


@dataclass(frozen=True)
class Measured:
    """Milliseconds: until the first figures (once per round), the whole in parts, the same statements by hand,
    from cancelling to the end of the reading, until the page shows its first figures, the longest block of its event
    loop while it reads and draws; and how many visits."""

    first: list[float]
    whole: list[float]
    by_hand: list[float]
    stopped: list[float]
    shown: float
    blocked: float
    visits: int
    parts: int


def with_line(house: Path, say: Callable[[str], None]) -> Path:
    """Return a copy of a loaded hospital in which every past visit has its steps, number and place in the line."""
    copy = house.with_name(house.name + _COPIED)
    if (copy / READY).exists():
        return copy
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(house, copy, ignore=shutil.ignore_patterns(READY))
    began = time.monotonic()
    with _unsafe_connection(copy) as connection:
        _fill(connection)
    (copy / READY).write_text(json.dumps({"seconds": time.monotonic() - began}), "utf-8")
    say(f"  steps, numbers and places of all visits: {time.monotonic() - began:.0f} s")
    return copy


def _fill(connection: Any) -> None:
    connection.execute("BEGIN")
    kept = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (?, ?, ?, ?)"
    indexes = connection.execute(kept, ("visit", "visit_step", "queue_number", "queue_entry")).fetchall()
    for name, _sql in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    _put_in_order(connection)
    for statement in (_STEPS, _NUMBERS, _PLACES):
        connection.execute(statement)
    for _name, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")


def _put_in_order(connection: Any) -> None:
    """Number the past visits by time; nothing refers to them yet."""
    names = [row[1] for row in connection.execute("PRAGMA table_info(visit)").fetchall() if row[1] != "id"]
    columns = ", ".join(names)
    past = "checked_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue_number WHERE visit_id = visit.id)"
    connection.execute(
        f"CREATE TEMP TABLE past AS SELECT id, {columns} FROM visit WHERE {past} ORDER BY opened_at"
    )
    connection.execute("DELETE FROM visit WHERE id IN (SELECT id FROM past)")
    connection.execute(f"INSERT INTO visit (id, {columns}) SELECT rowid, {columns} FROM past ORDER BY rowid")
    connection.execute("DROP TABLE past")


# Minutes after the visit began, different for each visit and the same at every load.
_STEPS: Final = """
INSERT INTO visit_step (visit_id, step, done, at, account_id, note)
SELECT visit.id, step.name, 1, visit.opened_at + (step.least + visit.id * step.prime % step.most) * 60000000, 1, ''
FROM visit CROSS JOIN (
    SELECT 'arrive' AS name, 0 AS least, 1 AS most, 1 AS prime
    UNION ALL SELECT 'greet', 0, 1, 1
    UNION ALL SELECT 'register', 0, 1, 1
    UNION ALL SELECT 'triage', 1, 13, 7919
    UNION ALL SELECT 'number', 14, 5, 104729
    UNION ALL SELECT 'pay', 19, 6, 1299709
    UNION ALL SELECT 'escort', 26, 90, 15485863
    UNION ALL SELECT 'return', 117, 5, 7919
) AS step
WHERE visit.checked_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue_number WHERE visit_id = visit.id)
"""
_NUMBERS: Final = """
INSERT INTO queue_number (queue, day, number, label, visit_id, state, issued_at, waiting_before)
SELECT 'department:' || department_id, day, 1000 + row_number() OVER (PARTITION BY day, department_id),
    'X' || id, id, 'sent', opened_at + 15 * 60000000, 3
FROM visit
WHERE checked_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue_number WHERE visit_id = visit.id)
"""
_PLACES: Final = """
INSERT INTO queue_entry (visit_id, number_id, queue, day, department_id, doctor_id, standing, joined_at, since,
    called_at, called_by, calls, absences, room, began_at, finished_at, reason, version)
SELECT visit.id, number.id, number.queue, number.day, visit.department_id, visit.doctor_id,
    CASE WHEN visit.id % 40 = 0 THEN 'left' ELSE 'finished' END, number.issued_at, number.issued_at,
    number.issued_at + (1 + visit.id * 7919 % 70) * 60000000, 1, 1, 0, '',
    number.issued_at + (72 + visit.id * 104729 % 5) * 60000000,
    number.issued_at + (80 + visit.id * 1299709 % 20) * 60000000, '', 1
FROM queue_number AS number JOIN visit ON visit.id = number.visit_id
WHERE visit.checked_in IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM queue_entry WHERE queue_entry.visit_id = visit.id)
"""


def measure(house: Path, say: Callable[[str], None], rounds: int = ROUNDS) -> Measured:
    """Read the figures of all years several times, as the page does and by hand."""
    with hospital.opened(with_line(house, say)) as opened:
        today = opened.services.settings.today()
        span = Span(today - dt.timedelta(days=365 * YEARS_BACK), today)
        first, whole, hand, stopped = [], [], [], []
        summary = Summary()
        with by_hand.writing_down(opened.store.read_engine) as notebook:
            opened.services.statistics.figures(opened.actor, span)
            statements = notebook.take()
        with by_hand.bare_connection(_folder(opened)) as bare:
            for _ in range(rounds):
                took, all_took, summary = _read(opened, span)
                first.append(took)
                whole.append(all_took)
                hand.append(_by_hand(bare, statements))
                stopped.append(_stop(opened, span))
        counted, pieces = summary.counts.visits, len(parts(span))
    shown, blocked, where = _shown(with_line(house, say))
    for step in where:
        say(f"  event loop blocked for {step}")
    return Measured(first, whole, hand, stopped, shown, blocked, counted, pieces)


def _folder(opened: hospital.Open) -> Path:
    file = opened.store.file
    assert file is not None
    return file.parent


def _read(opened: hospital.Open, span: Span) -> tuple[float, float, Summary]:
    began = time.perf_counter()
    told: list[float] = []

    def take(_so_far: SoFar) -> None:
        if not told:
            told.append(time.perf_counter() - began)

    summary = opened.services.statistics.figures(opened.actor, span, take)
    return told[0] * 1000, (time.perf_counter() - began) * 1000, summary


def _by_hand(bare: Any, statements: list[by_hand.Statement]) -> float:
    began = time.perf_counter()
    for statement in statements:
        by_hand.read_by_hand(bare, [statement])
    return (time.perf_counter() - began) * 1000


class _Stopped(Exception):
    """Raised by the reading's report after somebody cancelled."""


def _stop(opened: hospital.Open, span: Span) -> float:
    """Return the milliseconds from a cancel, in the middle of a part, to the end of the reading."""
    cancelled = threading.Event()
    asked: list[float] = []

    def cancel() -> None:
        asked.append(time.perf_counter())
        cancelled.set()

    def report(_done: int, _total: int) -> None:
        if cancelled.is_set():
            raise _Stopped

    timer = threading.Timer(0.5, cancel)
    timer.start()
    try:
        opened.services.statistics.figures(opened.actor, span, None, report)
    except _Stopped:
        return (time.perf_counter() - asked[0]) * 1000
    finally:
        timer.cancel()
    return 0.0


def _shown(folder: Path) -> tuple[float, float, list[str]]:
    """Return, of the real page in a fresh process, the milliseconds until its first figures stand there, the longest
    block of the event loop until all do, and where that was."""
    code = "import sys; from benchmarks.overview import show; show(sys.argv[1])"
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"the overview ended with {done.returncode}:\n{done.stderr}")
    first, block, where = json.loads(done.stdout.splitlines()[-1])
    return first, block, where


def show(folder: str) -> None:
    """Open the page, ask for all years, and print what came of it as one line of JSON."""
    from benchmarks.child import opened_desk
    from deskapp.domain.statistics import chosen
    from deskapp.ui.overview.intake import IntakeFigures

    with opened_desk(Path(folder)) as (app, _pane):
        app.window.frame_of_tabs.go_to_name("overview")
        page = app.window.findChild(IntakeFigures)
        assert page is not None
        _until(lambda: page.is_whole() and page.charts)
        today, drawn, dog = page.desk.today(), _Drawn(page), Watchdog()
        dog.start()
        began = time.perf_counter()
        page.show_period(chosen(today - dt.timedelta(days=365 * YEARS_BACK), today))
        _until(lambda: drawn.times)
        first = (drawn.times[0] - began) * 1000
        _until(page.is_whole)
        longest = dog.stop()
        where = [
            f"{block.milliseconds:.0f} ms: {' < '.join(reversed(block.where[-3:]))}" for block in dog.blocks
        ]
        print(json.dumps([first, longest, where]))


class _Drawn:
    """Notes when the page has drawn figures."""

    def __init__(self, page: IntakeFigures) -> None:
        self.times: list[float] = []
        page.making.made.connect(self._note)

    def _note(self, _board: object) -> None:
        self.times.append(time.perf_counter())


def _until(ready: Callable[[], object]) -> None:
    """Let the event loop turn until `ready()`; TimeoutError when it never is."""
    from PySide6.QtCore import QEventLoop, QTimer

    end = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError("the overview never came")
        loop = QEventLoop()
        QTimer.singleShot(2, loop, loop.quit)
        loop.exec()


def rows(found: Measured) -> list[Row]:
    """Return the lines of the table."""
    of = f"{found.visits:,} visits"
    whole, hand = statistics.median(found.whole), statistics.median(found.by_hand)
    return [
        Row(f"Overview of {of}: first figures", middle(found.first), "", max(found.first), FIRST_MS, "ms"),
        Row(f"Overview of {of}: first shown", f"{found.shown:.0f} ms", "", found.shown, FIRST_MS, "ms"),
        Row(
            f"Overview of {of}, {found.parts} parts",
            middle(found.whole),
            f"same SQL by hand {middle(found.by_hand)}",
            whole / hand,
            1.5,
        ),
        Row(
            "Overview cancelled: until it stopped",
            middle(found.stopped),
            "",
            max(found.stopped),
            STOP_MS,
            "ms",
        ),
        Row("Overview: event loop blocked", f"{found.blocked:.0f} ms", "", found.blocked, BLOCK_MS, "ms"),
    ]
