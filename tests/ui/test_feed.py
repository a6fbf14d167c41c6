"""What other desks wrote comes to the hub, also after the database was away."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from deskapp.domain.changes import Changes
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.feed import FeedWatcher
from deskapp.ui.hub import ChangeHub
from deskapp.ui.tasks import SyncRunner


class _Feed:
    """Answers from a list; an error in it is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.started = 0
        self.failing = 0

    def start(self) -> None:
        self.started += 1
        if self.started <= self.failing:
            raise StorageError("storage.server-away", Text("away"))

    def poll(self) -> Changes:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _watch(feed: _Feed, parent: QObject) -> tuple[FeedWatcher, list[Changes]]:
    hub = ChangeHub(parent, gather_ms=0)
    told: list[Changes] = []
    hub.changed.connect(told.append)
    watcher = FeedWatcher(feed, SyncRunner(parent=parent), hub, parent)
    watcher.start()
    return watcher, told


def test_changes_of_others_are_told(qapp: QApplication) -> None:
    parent = QObject()
    watcher, told = _watch(_Feed(Changes.of("visit", 3)), parent)

    watcher._look()
    qapp.processEvents()
    qapp.processEvents()

    assert told == [Changes.of("visit", 3)]
    watcher.stop()


def test_a_database_that_is_away_is_asked_again(qapp: QApplication) -> None:
    parent = QObject()
    feed = _Feed(StorageError("storage.server-away", Text("away")), Changes.of("visitor", 1))
    watcher, told = _watch(feed, parent)

    watcher._look()
    assert watcher._timer.isActive()
    watcher._look()
    qapp.processEvents()
    qapp.processEvents()

    assert told == [Changes.of("visitor", 1)]
    watcher.stop()
    assert not watcher._timer.isActive()


def test_without_its_beginning_nothing_is_told(qapp: QApplication) -> None:
    """Else everything that was ever written would come at once."""
    parent = QObject()
    feed = _Feed(Changes.of("visit", 1))
    feed.failing = 2
    watcher, told = _watch(feed, parent)
    watcher._look()
    assert (feed.started, told) == (2, [])
    watcher._look()
    assert feed.started == 3
    watcher._look()
    qapp.processEvents()
    qapp.processEvents()
    assert told == [Changes.of("visit", 1)]
    watcher.stop()


def test_a_look_under_way_does_not_begin_another_after_the_end(qapp: QApplication) -> None:
    parent = QObject()
    watcher, _told = _watch(_Feed(Changes.of("visit", 1)), parent)
    watcher.stop()
    watcher._look()
    assert not watcher._timer.isActive()
