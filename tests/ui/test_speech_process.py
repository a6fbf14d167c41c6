"""The process that speaks: what is ordered is heard there, and the desk goes on whatever becomes of it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from deskapp.ui import speech_process
from deskapp.ui.speech_process import Mouth, SpeakingChild
from tests.ui.test_speech import FakePlayer, FakeVoice


class Both:
    """Both sides of the pipe in one process: the child's is looked after by the test."""

    def __init__(self) -> None:
        self.voice, self.player = FakeVoice("zh"), FakePlayer(at_once=False)
        self.killed = 0
        self.desk = SpeakingChild(start=self._start)
        self.ends: list[str] = []

    def _start(self, pipe: Connection) -> Any:
        # The desk closes its copy of this end; the child has one of its own.
        self.pipe = Connection(_copy(pipe))
        self.mouth = Mouth(self.pipe, self.voice, self.player)
        return self

    def kill(self) -> None:
        self.killed += 1

    def join(self, _seconds: float) -> None:
        """Nothing to wait for."""

    def begin(self) -> None:
        self.mouth.begin()
        self.desk._read()

    def end(self) -> None:
        self.ends.append("end")

    def pass_on(self) -> None:
        self.mouth.look()
        self.desk._read()

    def close(self) -> None:
        self.mouth._look.stop()
        if not self.pipe.closed:
            self.pipe.close()
        self.desk.close()


def _copy(pipe: Connection) -> int:
    import os

    return os.dup(pipe.fileno())


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr(speech_process, "CHIME_MS", 0)
    monkeypatch.setattr(QApplication, "beep", lambda: rung.append("bell"))
    return rung


@pytest.fixture
def both(app: QApplication, bells: list[str]) -> Iterator[Both]:
    made = Both()
    yield made
    made.close()


def test_nothing_can_be_spoken_before_the_child_is_ready(both: Both) -> None:
    told: list[str] = []
    both.desk.changed.connect(lambda: told.append("changed"))
    assert not both.desk.can("zh")
    both.begin()
    assert [both.desk.can(language) for language in ("zh", "en", "mn")] == [True, False, False]
    assert told == ["changed"]


def test_what_is_said_is_said_there_and_its_end_told_here(both: Both) -> None:
    both.begin()
    both.desk.say("请", "zh", 40, both.end)
    both.pass_on()
    assert both.voice.said == [("zh", "请", 40)]
    assert both.ends == []
    both.voice.finish()
    both.pass_on()
    assert both.ends == ["end"]


def test_files_are_played_there(both: Both) -> None:
    both.begin()
    both.desk.play([Path("/v/A.wav")], 40, both.end)
    both.pass_on()
    assert both.player.played == [["A.wav"]]
    assert both.player.done is not None
    both.player.done()
    both.pass_on()
    assert both.ends == ["end"]


def test_the_end_of_something_silenced_is_not_taken_for_the_next(both: Both) -> None:
    both.begin()
    both.desk.say("一", "zh", 40, both.end)
    both.pass_on()
    late = both.voice.done
    both.desk.silence()
    both.desk.say("二", "zh", 40, both.end)
    assert late is not None
    late()
    both.pass_on()
    assert both.ends == []
    assert both.voice.silenced == 1


def test_a_child_that_hangs_before_it_is_ready_leaves_the_bell(
    both: Both, bells: list[str], qtbot: Any
) -> None:
    both.desk.play([Path("/v/chime.wav")], 40, both.end)
    qtbot.waitUntil(lambda: both.ends == ["end"])
    assert bells == ["bell"]
    assert both.player.played == []


def test_a_child_that_died_ends_what_it_said_and_can_speak_no_more(
    both: Both, bells: list[str], qtbot: Any
) -> None:
    both.begin()
    both.desk.say("请", "zh", 40, both.end)
    both.pipe.close()
    both.desk._read()
    assert both.ends == ["end"]
    assert not both.desk.can("zh")
    both.desk.play([], 40, both.end)
    qtbot.waitUntil(lambda: len(both.ends) == 2)
    assert bells == ["bell"]


def test_the_child_ends_when_the_desk_is_gone(both: Both) -> None:
    both.begin()
    ended: list[str] = []
    both.mouth.ended.connect(lambda: ended.append("ended"))
    both.desk.close()
    both.mouth.look()
    assert ended == ["ended"]
    assert both.killed == 1


def test_a_computer_that_starts_no_process_rings(app: QApplication, bells: list[str], qtbot: Any) -> None:
    def full(_pipe: Connection) -> Any:
        raise OSError("out of memory")

    ends: list[str] = []
    desk = SpeakingChild(start=full)
    desk._read()
    assert not desk.can("zh")
    desk.play([Path("/v/chime.wav")], 40, lambda: ends.append("end"))
    qtbot.waitUntil(lambda: ends == ["end"])
    assert bells == ["bell"]
    desk.close()


def test_a_real_child_is_started_and_ended(app: QApplication) -> None:
    desk = SpeakingChild(start=_start_idle)
    child = desk._child
    assert child.is_alive()
    desk.close()
    assert not child.is_alive()


def _start_idle(pipe: Connection) -> Any:
    child = multiprocessing.get_context("spawn").Process(target=_idle, args=(pipe,), daemon=True)
    child.start()
    return child


def _idle(pipe: Connection) -> None:
    pipe.poll(60)
