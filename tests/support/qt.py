"""After each test nothing of Qt is left: no job in the pool, no deferred deletion, no window."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from tests.support.logs import FAILED, LogGuard

_POOL_SECONDS = 10


@pytest.fixture(autouse=True)
def nothing_left_over(log_guard: LogGuard, request: pytest.FixtureRequest) -> Iterator[None]:
    """Drain Qt after the test and fail on windows that outlive it."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    _drain()
    # What a test copied would be the next one's to paste; at the end Qt would free it after the interpreter is gone.
    widgets.QApplication.clipboard().clear()
    left = [repr(widget) for widget in widgets.QApplication.topLevelWidgets()]
    if left:
        _close_all(widgets.QApplication)
    if left and not request.node.stash.get(FAILED, False):
        pytest.fail(f"windows left over: {', '.join(left)}", pytrace=False)


def _drain() -> None:
    from PySide6.QtCore import QCoreApplication, QThreadPool

    if not QThreadPool.globalInstance().waitForDone(_POOL_SECONDS * 1000):
        pytest.fail(f"a job still runs in the thread pool after {_POOL_SECONDS} s", pytrace=False)
    QCoreApplication.processEvents()
    _delete_deferred()


def _delete_deferred() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    # pytest-qt leaves widgets alive that Python still refers to; deferred deletions wait for an event loop.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()


def _close_all(application: type) -> None:
    for widget in application.topLevelWidgets():  # type: ignore[attr-defined]
        widget.close()
        widget.deleteLater()
    _delete_deferred()
    gc.collect()
