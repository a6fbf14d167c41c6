"""What the overview costs its window while figures arrive: invented ones, of the width of a large hospital.

`python -m benchmarks.overview_drawing [charts|tables|nothing]` prints, for each step of the drawing, how often it was
done and what it took of the window's thread, and the longest block of the event loop. No database is needed: the figures
are made beforehand, and a worker hands them over part by part as the service does. With "nothing" none is read: what
blocks then is the machine's own, and on a busy one only the processor's times say something.
"""

from __future__ import annotations

import datetime as dt
import functools
import gc
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

from deskapp.domain.registration import MediaSource
from deskapp.domain.statistics import (
    Became,
    Counts,
    HouseNames,
    Source,
    Span,
    Summary,
    WaitStep,
    Worked,
    chosen,
    merged,
    parts,
)
from deskapp.domain.text import Words

DEPARTMENTS: Final = 30
DOCTORS_EACH: Final = 4
OPERATORS: Final = 60
TODAY: Final = dt.date(2026, 11, 16)
SPAN: Final = Span(TODAY - dt.timedelta(days=3 * 365), TODAY)
PART_SECONDS: Final = 0.1
"""A part of a large hospital takes 0.45 s; shorter ones hold the measuring short, and draw as often."""
IDLE_SECONDS: Final = 15.0

NAMES: Final = HouseNames(
    {at: Words(f"第{at}科", f"Department {at}", f"Тасаг {at}") for at in range(DEPARTMENTS)},
    {at: f"医生{at}" for at in range(DEPARTMENTS * DOCTORS_EACH)},
    {at: f"操作员{at}" for at in range(OPERATORS)},
)


def invented(span: Span, seed: int) -> Summary:
    """Return figures of some days as a hospital of 30 departments and 60 operators has them."""
    dice = random.Random(seed)

    def waits(most: int) -> dict[int, int]:
        return {dice.randrange(most): dice.randrange(1, 9) for _ in range(60)}

    departments = [None, *range(DEPARTMENTS)]
    doctors = DEPARTMENTS * DOCTORS_EACH
    places = [(None, None), *((at % DEPARTMENTS, at) for at in range(doctors))]
    return Summary(
        days={day: dice.randrange(2000, 3500) for day in span.days_in()},
        hours={(day, hour): dice.randrange(5, 400) for day in range(7) for hour in range(7, 20)},
        sources={
            Source(department, media, new): Became(*(dice.randrange(1, 30) for _ in range(5)))
            for department in departments
            for media in (None, *MediaSource)
            for new in (True, False)
        },
        places={place: Counts(*(dice.randrange(1, 90) for _ in range(4))) for place in places},
        waits_at={place: waits(120) for place in places},
        waits={step: waits(120) for step in WaitStep},
        operators={at: Worked(dice.randrange(300), dice.randrange(300)) for at in range(OPERATORS)},
        desk_times={at: waits(40) for at in range(OPERATORS)},
    )


class Invented:
    """Answers like the service, without a database."""

    def __init__(self) -> None:
        pieces = parts(SPAN)
        self.pieces = list(zip(pieces, [invented(piece, at) for at, piece in enumerate(pieces)], strict=True))

    def setting(self, _actor: object) -> Any:
        """Return the names."""
        from deskapp.services.statistics import Setting

        return Setting(NAMES, 30, dt.datetime.combine(TODAY, dt.time(12)).astimezone())

    def figures(
        self, _actor: object, span: Span, take: Callable[[Any], object] | None = None, report: Any = None
    ) -> Summary:
        """Hand the invented figures over part by part, adding them up in this thread as the service does."""
        from deskapp.services.statistics import SoFar

        whole = Summary()
        pieces = self.pieces if span.days > 1 else self.pieces[:1]
        for done, (piece, figures) in enumerate(pieces, 1):
            time.sleep(PART_SECONDS)
            whole = merged(whole, figures)
            if take is not None:
                take(SoFar(whole, piece.first, done, len(pieces)))
            if report is not None:
                report(done, len(pieces))
        return whole


class Steps:
    """Notes how long each call of some functions took, in the thread that is watched."""

    def __init__(self) -> None:
        self.took: dict[str, list[tuple[float, float]]] = {}

    def watch(self, owner: Any, name: str, called: str = "") -> None:
        """Note the calls of a method or a function from now on."""
        plain = getattr(owner, name)

        @functools.wraps(plain)
        def noted(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                return plain(*args, **kwargs)
            began, used = time.perf_counter(), time.thread_time()
            try:
                return plain(*args, **kwargs)
            finally:
                took = (time.perf_counter() - began) * 1000, (time.thread_time() - used) * 1000
                self.took.setdefault(called or f"{getattr(owner, '__name__', owner)}.{name}", []).append(took)

        setattr(owner, name, noted)

    def told(self) -> str:
        """Return a line for each step: wall and processor milliseconds, the middle and the most."""
        lines = [
            f"{'step':44}{'calls':>6}{'wall: median':>14}{'most':>8}{'cpu: median':>14}{'most':>8}{'sum':>9}"
        ]
        for name, took in sorted(self.took.items(), key=lambda item: -sum(cpu for _wall, cpu in item[1])):
            wall, cpu = [one for one, _ in took], [one for _, one in took]
            lines.append(
                f"{name:44}{len(took):6}{statistics.median(wall):14.2f}{max(wall):8.2f}"
                f"{statistics.median(cpu):14.2f}{max(cpu):8.2f}{sum(cpu):9.0f}"
            )
        return "\n".join(lines)


def measure(shown: str) -> None:
    """Read the invented years with charts or with tables shown, and print what that took."""
    from PySide6.QtWidgets import QApplication

    from benchmarks.watchdog import Watchdog
    from deskapp.bootstrap import COLLECTIONS, HAND_OVER_SECONDS
    from deskapp.ui import style

    sys.setswitchinterval(HAND_OVER_SECONDS)
    app = QApplication(sys.argv[:1])
    style.apply(app, "light", language="zh")
    page = _page(Invented())
    _turn(lambda: page.is_whole() and page.charts)
    if shown == "tables":
        page.switch()
        page.tables.choose("department-sources")
    # As the program does at its start: the invented figures would else be walked again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)
    steps, dog = _watched(page), Watchdog()
    used = time.thread_time()
    dog.start()
    if shown == "nothing":
        until = time.monotonic() + IDLE_SECONDS
        _turn(lambda: time.monotonic() > until)
    else:
        page.show_period(chosen(SPAN.first, SPAN.last))
        _turn(page.is_whole)
    longest = dog.stop()
    print(
        f"{shown}: longest block {longest:.0f} ms, {(time.thread_time() - used) * 1000:.0f} ms of the window's thread"
    )
    for block in dog.blocks:
        print(f"  {block.milliseconds:.0f} ms: {' < '.join(reversed(block.where[-3:]))}")
    print(steps.told())
    page.desk.runner.drain()
    page.window().close()


def _page(answers: Invented) -> Any:
    """Return the page in a window of a small screen, with a real pool behind it."""
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

    from deskapp.domain.access import Actor
    from deskapp.ui.base_tab import Desk, LanguageState
    from deskapp.ui.hub import ChangeHub
    from deskapp.ui.keys import Keys
    from deskapp.ui.messages import Messages
    from deskapp.ui.overview.intake import IntakeFigures
    from deskapp.ui.tasks import TaskRunner

    root = QObject(QApplication.instance())
    messages, language = Messages(root), LanguageState("zh", root)
    hub, actor = ChangeHub(root), Actor(1, "x", frozenset(), "bench")
    services = SimpleNamespace(statistics=answers, settings=SimpleNamespace(today=lambda: TODAY))
    runner, keys = TaskRunner(messages.route, hub.post, root), Keys(language.tr, root)
    page = IntakeFigures(Desk(language, runner, hub, messages, keys, services, lambda: actor))
    page.resize(1180, 660)
    page.show()
    return page


def _watched(page: Any) -> Steps:
    from deskapp.ui.overview import boards, intake
    from deskapp.ui.overview.tiles import Tiles
    from deskapp.ui.widgets import charts
    from deskapp.ui.widgets.record_model import RecordTableModel
    from deskapp.ui.widgets.record_table import RecordTable

    steps = Steps()
    for owner, name in (
        (intake.IntakeFigures, "_put"),
        (Tiles, "show_tiles"),
        (Tiles, "_level"),
        (boards.Tables, "show_tables"),
        (boards.Charts, "_draw_some"),
        (boards.Charts, "_make"),
        (boards.Charts, "_arrange"),
        (boards.ChartPanel, "show_table"),
        (charts.Chart, "show_data"),
        (charts.Chart, "_dress_axes"),
        (charts.Chart, "_mark"),
        (charts.Chart, "paintEvent"),
        (RecordTableModel, "apply"),
        (RecordTableModel, "retranslate"),
        (RecordTable, "_on_heighten"),
    ):
        steps.watch(owner, name)
    page.loading.ready.disconnect(page.draw)
    steps.watch(intake.IntakeFigures, "draw")
    page.loading.ready.connect(page.draw)
    return steps


def _turn(ready: Callable[[], object]) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    while not ready():
        loop = QEventLoop()
        QTimer.singleShot(2, loop, loop.quit)
        loop.exec()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    measure(sys.argv[1] if len(sys.argv) > 1 else "charts")
