"""Visits worked with keys in the real window while a watchdog looks on: search, complaint, number, paper.

The window works on a copy of the hospital. Between two visits its forms are drawn as the desk draws them,
in a worker; printers are left out, because they would be the machine's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from benchmarks.by_hand import copied
from benchmarks.starts import ROOT, environment
from benchmarks.table import Row

if TYPE_CHECKING:
    from deskapp.bootstrap import Application
    from deskapp.domain.intake import VisitView
    from deskapp.ui.intake.desk_page import DeskPage

BLOCK_MS: Final = 50.0
PATIENCE_SECONDS: Final = 20.0
KEY_SECONDS: Final = 0.06
SETTLING_SECONDS: Final = 2.0
COMPLAINTS: Final = ("头疼两天了", "咳嗽发烧", "толгой өвдөж байна", "腰疼")
FORMS: Final = ("registration-form", "record-page", "number-slip")


@dataclass
class Worked:
    """How long the event loop was kept from turning at most (ms), and by what when it was too long."""

    visits: int = 0
    block: float = 0.0
    blocked_by: list[tuple[float, list[str]]] = field(default_factory=list)


def worked(folder: Path, visits: int) -> Worked:
    """Work visits in a fresh process, on a copy of the hospital in `folder`."""
    with copied(folder, 1) as [copy]:
        code = "import sys; from benchmarks.visiting import work; work(*sys.argv[1:])"
        command = [sys.executable, "-c", code, str(copy), str(visits)]
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=False, cwd=ROOT
        )
    if done.returncode:
        raise RuntimeError(f"visiting ended with {done.returncode}:\n{done.stderr}")
    return Worked(**json.loads(done.stdout.splitlines()[-1]))


def work(folder: str, visits: str) -> None:
    """Open the desk, work the visits, and print what the watchdog saw as one line of JSON."""
    from benchmarks.child import opened_desk
    from benchmarks.watchdog import Watchdog
    from deskapp.ui.intake.desk_page import DeskPage

    with opened_desk(Path(folder)) as (app, _pane):
        tab = app.window.findChild(DeskPage)
        assert tab is not None
        watchdog = Watchdog()
        watchdog.start()
        # The desk makes its other pages in idle moments; nobody is so fast as to come before them.
        _Hands(app).rest(SETTLING_SECONDS)
        with mock.patch("deskapp.ui.intake.papers.DeskPapers.print_number"):
            for number in range(int(visits)):
                _visit(_Hands(app), tab, number)
        found = Worked(int(visits), watchdog.stop())
        found.blocked_by = [(block.milliseconds, list(block.where)) for block in watchdog.blocks]
        print(json.dumps(asdict(found)))


class _Hands:
    """Presses keys where the focus is, and waits as a person does."""

    def __init__(self, app: Application) -> None:
        self.app = app

    def type(self, text: str) -> None:
        """Type a text key by key."""
        from PySide6.QtCore import Qt

        for char in text:
            self.press(Qt.Key.Key_unknown, char)

    def press(self, key: Any, text: str = "") -> None:
        """Press one key where the focus is, and wait for the time between two keys."""
        from PySide6.QtCore import QEvent, Qt
        from PySide6.QtGui import QKeyEvent

        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            focused = self.app.qt.focusWidget()
            if focused is not None:
                self.app.qt.sendEvent(focused, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))
        self.rest(KEY_SECONDS)

    def rest(self, seconds: float) -> None:
        """Let the event loop turn for a while, waiting in Qt as the program does."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop, loop.quit)
        loop.exec()

    def until(self, ready: Callable[[], object], what: str) -> None:
        """Let the event loop turn until `ready()`; TimeoutError says what never came."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(what)
            self.rest(0.02)


def _visit(hands: _Hands, tab: DeskPage, number: int) -> None:
    from PySide6.QtCore import Qt

    before = _shown(tab)
    tab.to_search()
    hands.type("wangfang"[: 3 + number % 6])
    hands.until(lambda: len(tab.search.results.rows()) > number + 1, "results")
    for _ in range(number):
        hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: _shown(tab) not in (None, before), "the visit")
    hands.type(COMPLAINTS[number % len(COMPLAINTS)])
    hands.press(Qt.Key.Key_Return)
    hands.rest(0.3)
    tab.work.issue()
    hands.until(lambda: _visit_of(tab).number is not None, "the number")
    _draw(hands, tab)


def _shown(tab: DeskPage) -> int | None:
    visit = tab.visit_page.visit
    return visit.id if visit is not None else None


def _visit_of(tab: DeskPage) -> VisitView:
    visit = tab.visit_page.visit
    assert visit is not None
    return visit


def _draw(hands: _Hands, tab: DeskPage) -> None:
    """Draw the visit's paper in the workers, as printing and preview do."""
    drawn: list[bytes] = []
    for form in FORMS:
        tab.desk.runner.run(
            tab.work.papers.source(form, _visit_of(tab).id).draw, done=drawn.append, owner=tab
        )
    hands.until(lambda: len(drawn) == len(FORMS), "the paper")


def rows(found: Worked) -> list[Row]:
    """Return the table's row."""
    what = f"longest block of the event loop, {found.visits} visits with paper"
    return [Row(what, f"{found.block:.0f} ms", "", found.block, BLOCK_MS, "ms")]
