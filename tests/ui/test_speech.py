"""Calls that are heard: one after the other, in the board's languages, by the best means there is, never in quiet hours."""

from __future__ import annotations

import datetime as dt
import enum
import importlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QObject, QUrl, Signal
from PySide6.QtWidgets import QApplication

from deskapp.domain.board import Quiet
from deskapp.ui import speech
from deskapp.ui.speech import Caller, Manner, QtVoice, Saying, Sounds, system_voice

NOON = dt.time(12)
ON = Manner(on=True, volume=70)


class FakeVoice:
    """Speaks when the test says so."""

    def __init__(self, *languages: str) -> None:
        self.languages = languages
        self.said: list[tuple[str, str, int]] = []
        self.done: Callable[[], object] | None = None
        self.silenced = 0

    def can(self, language: str) -> bool:
        return language in self.languages

    def say(self, text: str, language: str, volume: int, done: Callable[[], object]) -> None:
        self.said.append((language, text, volume))
        self.done = done

    def finish(self) -> None:
        done, self.done = self.done, None
        assert done is not None
        done()

    def silence(self) -> None:
        self.silenced += 1


class FakePlayer:
    """Plays at once, or when the test says so."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.at_once = at_once
        self.played: list[list[str]] = []
        self.done: Callable[[], object] | None = None

    def play(self, files: Sequence[Path], volume: int, done: Callable[[], object]) -> None:  # noqa: ARG002
        self.played.append([file.name for file in files])
        if self.at_once:
            done()
        else:
            self.done = done

    def silence(self) -> None:
        self.done = None


def sayings(word: str = "A012", *languages: str) -> list[Saying]:
    return [Saying(language, f"{language} {word}", ("number", "A")) for language in languages or ("zh", "en")]


def caller(
    tmp_path: Path, voice: FakeVoice | None, player: FakePlayer | None = None, now: dt.time = NOON
) -> Caller:
    made = Caller(lambda: now, voice, player or FakePlayer(), tmp_path)
    made.manner = ON
    return made


def test_a_call_is_spoken_in_each_language_one_after_the_other(app: QApplication, tmp_path: Path) -> None:
    voice = FakeVoice("zh", "en")
    assert caller(tmp_path, voice).call(sayings())
    assert voice.said == [("zh", "zh A012", 70)]
    voice.finish()
    assert voice.said[1:] == [("en", "en A012", 70)]


def test_calls_never_overlap(app: QApplication, tmp_path: Path) -> None:
    voice = FakeVoice("zh")
    speaker = caller(tmp_path, voice)
    for word in ("A1", "A2", "A3"):
        speaker.call(sayings(word, "zh"))
    assert [text for _language, text, _volume in voice.said] == ["zh A1"]
    voice.finish()
    voice.finish()
    assert [text for _language, text, _volume in voice.said] == ["zh A1", "zh A2", "zh A3"]
    voice.finish()
    speaker.call(sayings("A3", "zh"))
    assert voice.said[-1][1] == "zh A3"


def test_without_a_voice_a_call_rings_once(app: QApplication, tmp_path: Path) -> None:
    player = FakePlayer()
    caller(tmp_path, None, player).call(sayings("A1", "zh", "en", "mn"))
    assert player.played == [["chime.wav"]]


def test_a_language_without_a_voice_rings_beside_one_that_is_spoken(
    app: QApplication, tmp_path: Path
) -> None:
    voice, player = FakeVoice("zh"), FakePlayer()
    caller(tmp_path, voice, player).call(sayings("A1", "zh", "mn"))
    voice.finish()
    assert player.played == [["chime.wav"]]


def test_mongolian_is_put_together_from_clips(app: QApplication, tmp_path: Path) -> None:
    (tmp_path / "mn").mkdir()
    for name in ("number", "A", "0"):
        (tmp_path / "mn" / f"{name}.wav").touch()
    player = FakePlayer()
    speaker = caller(tmp_path, None, player)
    speaker.call(sayings("A", "mn"))
    assert player.played == [["number.wav", "A.wav"]]
    assert speaker.means().by == {"zh": "chime", "en": "chime", "mn": "clips"}


def test_a_missing_clip_rings_instead_of_saying_half(app: QApplication, tmp_path: Path) -> None:
    (tmp_path / "mn").mkdir()
    (tmp_path / "mn" / "number.wav").touch()
    player = FakePlayer()
    caller(tmp_path, None, player).call(sayings("A", "mn"))
    assert player.played == [["chime.wav"]]


def test_off_and_in_quiet_hours_nothing_is_heard_but_a_test(app: QApplication, tmp_path: Path) -> None:
    voice = FakeVoice("zh")
    speaker = caller(tmp_path, voice, now=dt.time(22))
    speaker.manner = Manner()
    assert not speaker.call(sayings())
    speaker.manner = Manner(on=True, quiet=Quiet(dt.time(21), dt.time(7)))
    assert not speaker.call(sayings())
    assert voice.said == []
    speaker.call_anyway(sayings())
    assert len(voice.said) == 1


def test_an_engine_that_never_ends_does_not_keep_the_next_call(
    app: QApplication, tmp_path: Path, log_guard: Any
) -> None:
    log_guard.expect("deskapp.ui.speech", logging.WARNING, "did not come to its end")
    voice = FakeVoice("zh")
    speaker = caller(tmp_path, voice)
    speaker.call(sayings("A1", "zh"))
    late = voice.done
    speaker.call(sayings("A2", "zh"))
    speaker._limit.timeout.emit()
    assert [text for _language, text, _volume in voice.said] == ["zh A1", "zh A2"]
    # What was given up reports after all: nothing is skipped because of it.
    assert late is not None
    late()
    assert voice.done is not None


def test_silence_ends_everything(app: QApplication, tmp_path: Path) -> None:
    voice = FakeVoice("zh")
    speaker = caller(tmp_path, voice)
    speaker.call(sayings("A1", "zh"))
    speaker.call(sayings("A2", "zh"))
    speaker.silence()
    voice.finish()
    assert len(voice.said) == 1
    assert voice.silenced == 1


# --- Qt's speech -------------------------------------------------------------------------------------------------


class State(enum.Enum):
    Ready = 0
    Speaking = 1
    Error = 3


class FakeEngine(QObject):
    """A `QTextToSpeech` with the voices that the test names."""

    State = State
    stateChanged = Signal(object)  # noqa: N815

    def __init__(self, *locales: str) -> None:
        super().__init__()
        self.locales = [QLocale(name) for name in locales]
        self.now = State.Ready
        self.said: list[str] = []

    def availableLocales(self) -> list[QLocale]:
        return self.locales

    def state(self) -> State:
        return self.now

    def become(self, state: State) -> None:
        self.now = state
        self.stateChanged.emit(state)

    def setLocale(self, locale: QLocale) -> None:
        self.said.append(locale.name())

    def setVolume(self, volume: float) -> None:
        self.said.append(f"{volume}")

    def say(self, text: str) -> None:
        self.said.append(text)
        self.become(State.Speaking)

    def stop(self) -> None:
        self.become(State.Ready)


def test_qt_speaks_with_the_chinese_of_china_and_tells_its_end(app: QApplication) -> None:
    engine, ends = FakeEngine("zh_TW", "zh_CN", "en_GB"), list[str]()
    voice = QtVoice(engine, State)
    assert [voice.can(language) for language in ("zh", "en", "mn")] == [True, True, False]
    voice.say("请", "zh", 50, lambda: ends.append("end"))
    assert engine.said == ["zh_CN", "0.5", "请"]
    assert ends == []
    engine.become(State.Ready)
    engine.become(State.Ready)
    assert ends == ["end"]


def test_an_engine_in_error_can_speak_no_more_and_ends_what_it_said(app: QApplication) -> None:
    engine, ends = FakeEngine("zh_CN"), list[str]()
    voice = QtVoice(engine, State)
    voice.say("请", "zh", 50, lambda: ends.append("end"))
    engine.become(State.Error)
    assert ends == ["end"]
    assert not voice.can("zh")


def test_silence_is_no_end(app: QApplication) -> None:
    engine, ends = FakeEngine("zh_CN"), list[str]()
    voice = QtVoice(engine, State)
    voice.say("请", "zh", 50, lambda: ends.append("end"))
    voice.silence()
    assert ends == []


def test_a_computer_without_the_library_has_no_voice(
    app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(f"libpulse.so.0: {name}")

    monkeypatch.setattr(importlib, "import_module", missing)
    assert system_voice() is None


def test_a_computer_with_the_test_engine_only_has_no_voice(
    app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Library:
        class QTextToSpeech:
            @staticmethod
            def availableEngines() -> list[str]:
                return ["mock"]

    monkeypatch.setattr(importlib, "import_module", lambda _name: Library)
    assert system_voice() is None


# --- Files -------------------------------------------------------------------------------------------------------


class Status(enum.Enum):
    Ready = 2
    Error = 3


class FakeEffect(QObject):
    """A `QSoundEffect` that plays until the test ends it."""

    Status = Status
    playingChanged = Signal()  # noqa: N815
    statusChanged = Signal()  # noqa: N815

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.files: list[str] = []
        self.volume = 0.0
        self.playing = False
        self.now = Status.Ready

    def setVolume(self, volume: float) -> None:
        self.volume = volume

    def setSource(self, url: QUrl) -> None:
        self.files.append(Path(url.toLocalFile()).name)

    def play(self) -> None:
        self.playing = True
        self.playingChanged.emit()

    def stop(self) -> None:
        self.playing = False

    def isPlaying(self) -> bool:
        return self.playing

    def status(self) -> Status:
        return self.now

    def end(self) -> None:
        self.playing = False
        self.playingChanged.emit()

    def fail(self) -> None:
        self.now = Status.Error
        self.statusChanged.emit()


@pytest.fixture
def bells(app: QApplication, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the system's bell, which then is over at once."""
    rung: list[str] = []
    monkeypatch.setattr(speech, "CHIME_MS", 0)
    monkeypatch.setattr(QApplication, "beep", lambda: rung.append("bell"))
    return rung


def test_files_are_played_one_after_the_other(app: QApplication) -> None:
    sounds, ends = Sounds(make=FakeEffect), list[str]()
    sounds.play([Path("/v/number.wav"), Path("/v/A.wav")], 40, lambda: ends.append("end"))
    effect = sounds._effect
    assert (effect.files, effect.volume) == (["number.wav"], 0.4)
    effect.end()
    assert effect.files == ["number.wav", "A.wav"]
    effect.end()
    assert ends == ["end"]


def test_without_the_library_the_bell_rings(bells: list[str], qtbot: Any) -> None:
    def missing(_parent: QObject) -> Any:
        raise ImportError("libpulse")

    ends: list[str] = []
    sounds = Sounds(make=missing)
    sounds.play([Path("/v/chime.wav")], 40, lambda: ends.append("end"))
    qtbot.waitUntil(lambda: ends == ["end"])
    assert bells == ["bell"]


def test_a_file_that_can_not_be_played_rings_the_bell(bells: list[str], qtbot: Any) -> None:
    ends: list[str] = []
    sounds = Sounds(make=FakeEffect)
    sounds.play([Path("/v/broken.wav"), Path("/v/A.wav")], 40, lambda: ends.append("end"))
    sounds._effect.fail()
    qtbot.waitUntil(lambda: ends == ["end"])
    assert (bells, sounds._effect.files) == (["bell"], ["broken.wav"])


def test_at_volume_nought_even_the_bell_is_silent(bells: list[str], qtbot: Any) -> None:
    ends: list[str] = []
    sounds = Sounds(make=FakeEffect)
    sounds.play([], 0, lambda: ends.append("end"))
    qtbot.waitUntil(lambda: ends == ["end"])
    assert bells == []
