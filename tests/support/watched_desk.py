"""The program with an onlooker: what has the cursor, and how long its event loop was kept from turning.

    python watched_desk.py FILE [OPTIONS OF deskapp]

`FILE` gets the longest block in milliseconds since the desk was usable, and where the longer ones were, without the
time in which other programs had all processors;
`FILE.focus` the accessible name of the widget that has the cursor, as a person sees it on the screen.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from benchmarks.watchdog import Watchdog
from deskapp import cli
from deskapp.bootstrap import Application

EVERY_MS = 50


class Onlooker(QObject):
    """Begins to look once the desk and its pages are there; a thread of its own writes down what it sees."""

    def __init__(self, app: Application, out: Path) -> None:
        super().__init__(app.window)
        self._app = app
        self._out = out
        self._watchdog = Watchdog(fair=True)
        self._focus = ""
        self._begun = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(EVERY_MS)
        threading.Thread(target=self._write_on, daemon=True).start()

    @Slot()
    def _look(self) -> None:
        focus = self._app.qt.focusWidget()
        self._focus = focus.accessibleName() if focus else ""
        if not self._begun and self._usable():
            self._begun = True
            self._watchdog.start()

    def _usable(self) -> bool:
        if self._app.desk is None or not self._app.window.frame_of_tabs.tabs_built():
            return False
        tab = self._app.window.frame_of_tabs.tabs_built()[0]
        desk = tab._views.get("desk") if tab._built else None  # type: ignore[attr-defined]
        return desk is not None and desk._built and desk._work.is_prepared

    def _write_on(self) -> None:
        while True:
            time.sleep(EVERY_MS / 1000)
            _write(self._out.with_suffix(".focus"), self._focus)
            if self._begun:
                blocks = self._watchdog.blocks
                where = [f"{block.milliseconds:.0f} {' < '.join(reversed(block.where))}" for block in blocks]
                _write(self._out, "\n".join([f"{self._watchdog.longest_ms:.1f}", *where]))


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, "utf-8")
    draft.replace(path)


class WatchedApplication(Application):
    """The running desk with somebody who looks on."""

    out: Path

    def open(self) -> None:
        """Show the window, looked at from the beginning."""
        Onlooker(self, self.out)
        super().open()


def main() -> int:
    """Run deskapp's command line as it is, but for the onlooker."""
    from deskapp import bootstrap

    WatchedApplication.out = Path(sys.argv[1])
    bootstrap.Application = WatchedApplication  # type: ignore[misc]
    return cli.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
