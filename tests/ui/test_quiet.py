"""Waiting until nothing is under way."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from deskapp.ui.quiet import Quiet
from deskapp.ui.tasks import TaskRunner


def test_it_waits_for_a_task_that_takes_longer_than_the_calm(qapp: QApplication) -> None:
    parent = QObject()
    runner = TaskRunner(parent=parent)
    done: list[object] = []
    release = threading.Event()
    threading.Timer(0.6, release.set).start()
    runner.run(release.wait, 5, done=done.append)

    Quiet(runner, 10).wait()

    assert done == [True]
    runner.drain()


def test_it_gives_up_when_the_seconds_are_over(qapp: QApplication) -> None:
    parent = QObject()
    runner = TaskRunner(parent=parent)
    release = threading.Event()
    runner.run(release.wait, 20)
    began = time.monotonic()

    Quiet(runner, 0.4).wait()

    assert time.monotonic() - began < 10
    release.set()
    runner.drain()
