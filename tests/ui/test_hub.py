"""Live refresh: at once after a quiet time, gathered while it is busy, from whichever thread."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from deskapp.domain.changes import NOTHING, Changes
from deskapp.ui.hub import ChangeHub


@pytest.fixture
def hub(qtbot: QtBot) -> ChangeHub:
    return ChangeHub(gather_ms=40)


class Listener:
    """Keeps what it hears."""

    def __init__(self, hub: ChangeHub) -> None:
        self.heard: list[Changes] = []
        hub.changed.connect(self.hear)

    def hear(self, changes: Changes) -> None:
        self.heard.append(changes)


def test_a_change_is_told(hub: ChangeHub, qtbot: QtBot) -> None:
    with qtbot.waitSignal(hub.changed) as told:
        hub.post(Changes.of("visit", 1))
    assert told.args == [Changes.of("visit", 1)]


def test_a_burst_is_told_as_one(hub: ChangeHub, qtbot: QtBot) -> None:
    listener = Listener(hub)
    for visit in range(100):
        hub.post(Changes.of("visit", visit))
    qtbot.waitUntil(lambda: bool(listener.heard))
    with qtbot.assertNotEmitted(hub.changed, wait=60):
        pass
    assert listener.heard == [Changes.of("visit", *range(100))]


def test_what_follows_at_once_waits_and_is_not_lost(hub: ChangeHub, qtbot: QtBot) -> None:
    listener = Listener(hub)
    with qtbot.waitSignal(hub.changed):
        hub.post(Changes.of("visit", 1))
    hub.post(Changes.of("visit", 2))
    hub.post(Changes.of("leave", 3))
    assert len(listener.heard) == 1
    qtbot.waitUntil(lambda: len(listener.heard) == 2)
    assert listener.heard[1] == Changes.of("visit", 2) | Changes.of("leave", 3)


def test_nothing_is_not_told(hub: ChangeHub, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(hub.changed, wait=60):
        hub.post(NOTHING)


def test_another_thread_may_post_and_views_hear_it_in_theirs(hub: ChangeHub, qtbot: QtBot) -> None:
    threads: list[int] = []
    hub.changed.connect(lambda _: threads.append(threading.get_ident()))
    worker = threading.Thread(target=hub.post, args=(Changes.of("visit", 9),))
    with qtbot.waitSignal(hub.changed):
        worker.start()
        worker.join()
    assert threads == [threading.get_ident()]
