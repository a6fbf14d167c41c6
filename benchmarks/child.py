"""What is measured in a process of its own, started fresh: `python -m benchmarks.child KIND BEGAN [...]`.

BEGAN is the parent's `time.perf_counter_ns` just before it started this process: the clock is the
system's and is the same in both. The result is one line of JSON. Nothing is imported here but what the
kind needs, or the measurement would be of this module.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from deskapp.bootstrap import Application
    from deskapp.ui.intake.search_pane import SearchPane

PATIENCE_SECONDS = 60.0


def main(kind: str, began: int, *rest: str) -> None:
    """Measure `kind` ("bare", "orm" or "desk" with its data folder) and print the figures."""
    found = _desk(began, Path(rest[0])) if kind == "desk" else _bare(began, with_orm=kind == "orm")
    print(json.dumps(found))


def _milliseconds(began: int) -> float:
    return (time.perf_counter_ns() - began) / 1e6


def _used() -> dict[str, float]:
    """Return this process's resident memory in MB and its time on processors in milliseconds."""
    used = time.process_time() * 1000
    import psutil  # type: ignore[import-untyped]

    return {"memory": float(psutil.Process().memory_info().rss) / 1e6, "cpu": used}


def _first_paint(window: QWidget, began: int) -> dict[str, float]:
    """Return where the time of the first painting of `window` will stand."""
    from PySide6.QtCore import QEvent, QObject

    class Seen(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and "window" not in found:
                found["window"] = _milliseconds(began)
            return super().eventFilter(watched, event)

    found: dict[str, float] = {}
    window.installEventFilter(Seen(window))
    return found


def _bare(began: int, *, with_orm: bool) -> dict[str, float]:
    """Show an empty window; the yardstick."""
    if with_orm:
        import sqlalchemy.orm  # noqa: F401
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1366, 768)
    found = _first_paint(window, began)
    window.show()
    _turn(app, lambda: "window" in found)
    return {**found, **_used()}


def _turn(app: QApplication, ready: Any) -> None:
    """Let the event loop turn until `ready()`."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        app.processEvents()
        if time.monotonic() > until:
            raise TimeoutError("the window never came so far")
        time.sleep(0.0005)


def _desk(began: int, folder: Path) -> dict[str, float]:
    """Start the program on a stored hospital, signed in, until a search has given its rows."""
    from deskapp.bootstrap import Application, Start

    app = Application(Start(folder=folder, language="zh", actor=_who))
    found = _first_paint(app.window, began)
    app.open()
    pane = _listed(app)
    found["listed"] = _milliseconds(began)
    pane.field.setText("w")
    _turn(app.qt, lambda: len(pane.results.rows()) > 1)
    found["usable"] = _milliseconds(began)
    found |= _used()
    app.close()
    return found


def _listed(app: Application) -> SearchPane:
    """Wait until the open window lists today's visits; return its search."""
    panes: list[SearchPane] = []

    def listed() -> bool:
        from deskapp.ui.intake.search_pane import SearchPane

        panes[:] = app.window.findChildren(SearchPane)
        return bool(panes) and panes[0].today.rowCount() > 0

    _turn(app.qt, listed)
    return panes[0]


@contextmanager
def opened_desk(folder: Path) -> Iterator[tuple[Application, SearchPane]]:
    """Open the program's window on a stored hospital, signed in, with today's visits listed."""
    from deskapp.bootstrap import Application, Start

    app = Application(Start(folder=folder, language="zh", actor=_who))
    app.open()
    try:
        yield app, _listed(app)
    finally:
        app.close()


def _who(services: Any) -> Any:
    """Return the account that the prepared hospital has."""
    from deskapp.domain.access import Actor

    account = services.access.names(Actor(0, "", frozenset(), "bench"))[0]
    return Actor(account.id, account.name, account.roles, "bench")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
