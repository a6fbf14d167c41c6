"""The waiting page with 2,000 people in line while another desk changes 20 places a second.

The page is the real one in the real window, off-screen, over all lines at once, scrolled to the middle with
somebody chosen. The other desk is a process of its own that calls, parks and puts back; it notes when each of
its transactions was committed, by the clock that both processes share. A change counts as shown when the
viewport was painted after the row got it, or, for rows out of sight, when the table has it.

Only the filling is done by bulk: opening 2,000 visits by hand takes minutes and measures nothing here.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.starts import ROOT, environment
from benchmarks.table import Row, percentile

if TYPE_CHECKING:
    from deskapp.bootstrap import Application
    from deskapp.ui.intake.waiting.page import WaitingPage

PLACES: Final = 2_000
A_SECOND: Final = 20
SECONDS: Final = 15.0
SHOWN_MS: Final = 200.0
BLOCK_MS: Final = 50.0
SETTLING_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 60.0
_MINUTES_WAITED: Final = 55


@dataclass
class Watched:
    """What was seen: milliseconds from commit to screen, the longest block, and what must not happen."""

    acts: int = 0
    in_sight: int = 0
    shown: list[float] = field(default_factory=list)
    sight: list[float] = field(default_factory=list)
    block: float = 0.0
    blocked_by: list[tuple[float, list[str]]] = field(default_factory=list)
    blocks: list[float] = field(default_factory=list)
    resets: int = 0
    lost: int = 0
    chosen_kept: bool = False
    scroll_kept: bool = False
    looks: int = 0


def measure(places: int = PLACES, seconds: float = SECONDS) -> Watched:
    """Fill a hospital, open its window and let the other desk work."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "data")
        fill(folder, places)
        code = "import sys; from benchmarks.waiting import watch; watch(*sys.argv[1:])"
        command = [sys.executable, "-c", code, str(folder), str(seconds)]
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=False, cwd=ROOT
        )
    if done.returncode:
        raise RuntimeError(f"the waiting page ended with {done.returncode}:\n{done.stderr}")
    return Watched(**json.loads(done.stdout.splitlines()[-1]))


# --- The hospital ----------------------------------------------------------------------------------------------


def fill(folder: Path, places: int) -> None:
    """Make a hospital in which so many people wait, spread over the lines of all its doctors."""
    from sqlalchemy import insert

    from benchmarks import hospital
    from benchmarks.load import SEED, draft_of
    from benchmarks.people import people
    from deskapp.db.models.intake import QueueNumber, Visit, Visitor
    from deskapp.db.models.waiting import QueueEntry, QueueEvent

    hospital.begin(folder)
    with hospital.opened(folder) as house:
        doctors = [doctor for doctor in house.services.directory.doctors(house.actor) if doctor.own_queue]
        made = [
            _waiting(number, draft_of(person), doctors[number % len(doctors)])
            for number, person in enumerate(people(0, places, SEED), 1)
        ]
        with house.store.write_engine.begin() as connection:
            for model in (Visitor, Visit, QueueNumber, QueueEntry, QueueEvent):
                connection.execute(insert(model), [one[model.__name__] for one in made])


def _waiting(number: int, draft: Any, doctor: Any) -> dict[str, dict[str, Any]]:
    """Return the rows of one who waits."""
    from deskapp.domain.codes import VISIT, VISITOR, make_code
    from deskapp.domain.intake import VisitorDraft
    from deskapp.domain.registration import Identity, Payment, SlipState, VisitKind
    from deskapp.domain.waiting import QueueAct, Standing

    rng = random.Random(number)
    now = dt.datetime.now(dt.UTC)
    joined = now - dt.timedelta(minutes=rng.randrange(1, _MINUTES_WAITED), seconds=rng.randrange(60))
    day = now.astimezone().date()
    person = {name: getattr(draft, name) for name in VisitorDraft.__dataclass_fields__}
    queue = f"doctor:{doctor.id}"
    return {
        "Visitor": person
        | {"id": number, "version": 1, "code": make_code(VISITOR, rng.randbytes(7)), "visits": 1}
        | {"identity": Identity.STATED, "division": "", "first_seen": joined, "last_visit": joined}
        | {"birth_time": None, "responsible_doctor_id": None, "merged_into_id": None},
        "Visit": {
            "id": number,
            "version": 1,
            "code": make_code(VISIT, rng.randbytes(7)),
            "visitor_id": number,
        }
        | {"day": day, "opened_at": joined, "kind": VisitKind.GENERAL, "first_visit": True}
        | {"complaint": "头疼两天", "urgency": rng.choice((3, 4, 4, 4)), "pregnant": False}
        | {"department_id": doctor.department_id, "doctor_id": doctor.id, "payment": Payment.PAID},
        "QueueNumber": {"id": number, "queue": queue, "day": day, "number": number, "visit_id": number}
        | {"label": f"{doctor.prefix}{number:04}", "state": SlipState.SENT, "issued_at": joined},
        "QueueEntry": {"id": number, "version": 1, "visit_id": number, "number_id": number, "queue": queue}
        | {"day": day, "department_id": doctor.department_id, "doctor_id": doctor.id}
        | {"standing": Standing.WAITING, "joined_at": joined, "since": joined},
        "QueueEvent": {
            "id": number,
            "entry_id": number,
            "act": QueueAct.JOINED,
            "at": joined,
            "account_id": 1,
        },
    }


# --- The other desk --------------------------------------------------------------------------------------------


def write(folder: str, seconds: str, preferred: str) -> None:
    """Change `A_SECOND` places a second, half of them of `preferred`; print each commit as a line of JSON."""
    from benchmarks import hospital
    from deskapp.domain.access import Actor
    from deskapp.services.base import new_request

    with hospital.opened(Path(folder)) as house:
        actor = Actor(1, hospital.SIGN_IN, house.actor.roles, "desk-2")
        near = [int(one) for one in preferred.split(",")]
        versions: dict[int, int] = {}
        away: dict[int, str] = {}
        rng, began = random.Random(1), time.perf_counter()
        for turn in range(round(float(seconds) * A_SECOND)):
            time.sleep(max(0.0, began + turn / A_SECOND - time.perf_counter()))
            entry = rng.choice(near) if turn % 2 else rng.randrange(1, PLACES + 1)
            version = versions.get(entry, 1)
            act, *rest = BACK[away.pop(entry)] if entry in away else rng.choice(FORTH)
            if act in BACK:
                away[entry] = act
            use_case = getattr(house.services.waiting, act)
            use_case(actor, new_request(), entry, version, *rest)
            versions[entry] = version + 1
            print(json.dumps([entry, version + 1, time.perf_counter()]), flush=True)


FORTH: Final[tuple[tuple[str, ...], ...]] = (("call",), ("call",), ("park", "CT"), ("start",))
BACK: Final[dict[str, tuple[str, ...]]] = {"call": ("requeue",), "park": ("unpark",), "start": ("undo",)}
"""What the other desk does with who waits, and how each comes back: the line stays as long as it is."""


# --- The page ----------------------------------------------------------------------------------------------------


def watch(folder: str, seconds: str) -> None:
    """Open the page, let the other desk begin, and print what was seen as one line of JSON."""
    with _opened_page(Path(folder)) as (app, page):
        found = _Eyes(app, page, Path(folder), float(seconds)).look()
        print(json.dumps(asdict(found)))


@contextmanager
def _opened_page(folder: Path) -> Iterator[tuple[Application, WaitingPage]]:
    from benchmarks.child import _who
    from deskapp.bootstrap import Application, Start
    from deskapp.ui.intake.waiting.page import WaitingPage

    app = Application(Start(folder=folder, language="zh", actor=_who))
    app.window.resize(1366, 768)
    app.open()
    try:
        _rest_for(0.5)
        app.window.frame_of_tabs.go_to_page("intake", "waiting")
        page = app.window.frame_of_tabs.page("intake", "waiting")
        assert isinstance(page, WaitingPage)
        until = time.monotonic() + PATIENCE_SECONDS
        while page.model.rowCount() < PLACES:
            if time.monotonic() > until:
                raise TimeoutError("the line was never read")
            _rest_for(0.05)
        yield app, page
    finally:
        app.close()


def _rest_for(seconds: float) -> None:
    """Let the event loop turn for a while, waiting in Qt as the program does."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop, loop.quit)
    loop.exec()


class _Eyes:
    """Watches the page while the other desk works."""

    def __init__(self, app: Application, page: WaitingPage, folder: Path, seconds: float) -> None:
        self.app, self.page, self.folder, self.seconds = app, page, folder, seconds
        self.found = Watched()
        self.had: dict[int, list[tuple[int, float]]] = {}
        """By place: the versions that the table had, and when they could be seen."""
        self.fresh: list[tuple[int, int]] = []

    def look(self) -> Watched:
        """Do it."""
        from benchmarks.watchdog import Watchdog

        page, middle = self.page, self.page.model.record(PLACES // 2)
        assert middle is not None
        page.table.select(middle.id)
        page.model.modelReset.connect(self._reset)
        page.table.viewport().installEventFilter(_Paints(self))
        _rest_for(SETTLING_SECONDS)
        take = page.take_answer
        page.take_answer = _Took(self, take)  # type: ignore[assignment,method-assign]
        before = page.table.verticalScrollBar().value()
        watchdog = Watchdog()
        watchdog.start()
        commits = self._work()
        _rest_for(1.0)
        self.found.block = watchdog.stop()
        self.found.blocks = [block.milliseconds for block in watchdog.blocks]
        self.found.blocked_by = [(block.milliseconds, list(block.where)) for block in watchdog.blocks]
        chosen = page.chosen()
        self.found.chosen_kept = chosen is not None and chosen.id == middle.id
        self.found.scroll_kept = page.table.verticalScrollBar().value() == before
        self._reckon(commits)
        return self.found

    def _work(self) -> list[tuple[int, int, float]]:
        near = ",".join(str(row.id) for row in self._in_sight())
        code = "import sys; from benchmarks.waiting import write; write(*sys.argv[1:])"
        command = [sys.executable, "-c", code, str(self.folder), str(self.seconds), near]
        with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as wrong:
            desk = subprocess.Popen(command, env=environment(), stdout=told, stderr=wrong, cwd=ROOT)
            while desk.poll() is None:
                _rest_for(0.1)
            told.seek(0)
            wrong.seek(0)
            if desk.returncode:
                raise RuntimeError(wrong.read())
            return [tuple(json.loads(line)) for line in told]

    def _in_sight(self) -> list[Any]:
        table = self.page.table
        first, last = table.rowAt(0), table.rowAt(table.viewport().height() - 1)
        return list(self.page.model.records[max(first, 0) : last + 1])

    def _reset(self) -> None:
        self.found.resets += 1

    def took(self, before: dict[int, int]) -> None:
        """Note which rows have other versions than before; those in sight are seen when they are painted."""
        now, sight = time.perf_counter(), {row.id for row in self._in_sight()}
        self.found.looks += 1
        for row in self.page.model.records:
            if before.get(row.id) == row.version:
                continue
            if row.id in sight:
                self.fresh.append((row.id, row.version))
            else:
                self.had.setdefault(row.id, []).append((row.version, now))

    def painted(self) -> None:
        """What was fresh is on the screen now."""
        now = time.perf_counter()
        for entry, version in self.fresh:
            self.found.in_sight += 1
            self.had.setdefault(entry, []).append((version, now))
            self.found.sight.append(now)
        self.fresh.clear()

    def _reckon(self, commits: list[tuple[int, int, float]]) -> None:
        seen = set(self.found.sight)
        self.found.sight = []
        for entry, version, committed in commits:
            self.found.acts += 1
            shown = [at for had, at in self.had.get(entry, ()) if had >= version]
            if not shown:
                self.found.lost += 1
                continue
            self.found.shown.append((min(shown) - committed) * 1000)
            if min(shown) in seen:
                self.found.sight.append((min(shown) - committed) * 1000)


class _Took:
    """Stands before the page's own `take_answer`, and notes what it changed."""

    def __init__(self, eyes: _Eyes, take: Callable[[Any], None]) -> None:
        self.eyes, self.take = eyes, take

    def __call__(self, view: Any) -> None:
        before = {row.id: row.version for row in self.eyes.page.model.records}
        self.take(view)
        self.eyes.took(before)


def _Paints(eyes: _Eyes) -> Any:
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Paints(QObject):
        """Tells when the viewport has been painted."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and eyes.fresh:
                QTimer.singleShot(0, eyes.painted)
            return super().eventFilter(watched, event)

    return Paints(eyes.page)


def rows(found: Watched) -> list[Row]:
    """Return the table's rows."""
    what = f"{PLACES:,} people wait, {A_SECOND} changes a second by another desk"
    shown = found.shown
    told = (
        f"p50 {percentile(shown, 0.5):.0f} ms, p99 {percentile(shown, 0.99):.0f} ms, max {max(shown):.0f} ms"
    )
    kept = "kept" if found.chosen_kept and found.scroll_kept else "LOST"
    wrong = found.resets + found.lost + (not found.chosen_kept) + (not found.scroll_kept)
    return [
        Row(f"{what}: on screen", told, f"{found.acts} changes", percentile(shown, 0.99), SHOWN_MS, "ms"),
        Row("  longest block of the event loop", f"{found.block:.0f} ms", "", found.block, BLOCK_MS, "ms"),
        Row(f"  resets, changes lost; selection and scrolling {kept}", f"{wrong}", "", wrong, 0, ""),
    ]
