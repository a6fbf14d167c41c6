"""Calls that are heard: spoken by the computer's voice, from recorded clips, or as a chime; never two at once.

Qt's speech and sound libraries are read late, and in a process of their own (`speech_process`): where one is
missing on a computer (bare Linux has no libpulse) the next simpler means is taken, and `Caller.means` says so.
"""

from __future__ import annotations

import datetime as dt
import importlib
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from PySide6.QtCore import QLocale, QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtWidgets import QApplication

from deskapp import paths
from deskapp.domain.board import LANGUAGES, Quiet

FOLDER: Final = "voice"
CHIME: Final = "chime.wav"
CHIME_MS: Final = 1500
LONGEST_MS: Final = 20_000
"""An engine that does not say that it is done is given up after so long: the next call must be heard."""
MOST_WAITING: Final = 20
"""Calls that wait to be spoken; of more, the oldest are not spoken any more."""
_LOCALES: Final = {"zh": QLocale.Language.Chinese, "en": QLocale.Language.English}
_SOUND_ERRORS: Final = (ImportError, RuntimeError, OSError)
_log = logging.getLogger(__name__)

Done = Callable[[], object]


@dataclass(frozen=True)
class Saying:
    """One call in one language: the sentence, and the clips that say the same."""

    language: str
    text: str = ""
    clips: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manner:
    """Whether and how calls are heard: volume in percent, languages one after the other, hours of quiet."""

    on: bool = False
    volume: int = 70
    quiet: Quiet | None = None


@dataclass(frozen=True)
class Means:
    """By what means each language is heard here: "voice", "clips" or "chime"."""

    by: Mapping[str, str] = field(default_factory=dict)


class Voice(Protocol):
    """A speech engine. `say` calls `done` exactly once, also when speaking failed."""

    def can(self, language: str) -> bool:
        """Say whether there is a voice for a language."""
        ...

    def say(self, text: str, language: str, volume: int, done: Done) -> None:
        """Speak, and call `done` at the end."""
        ...

    def silence(self) -> None:
        """Stop speaking at once."""
        ...


class Player(Protocol):
    """Plays files one after the other, and calls `done` at the end."""

    def play(self, files: Sequence[Path], volume: int, done: Done) -> None:
        """Play the files; none at all rings the system's bell."""
        ...

    def silence(self) -> None:
        """Stop playing at once."""
        ...


class Caller(QObject):
    """Speaks calls one after the other, each in all languages of its board.

    Args:
        now: the time on the wall, for the quiet hours.
        voice: the engine; None where there is none.
        player: for clips and chime.
        folder: where clips are looked for.
    """

    changed = Signal()
    """What can be spoken here may be something else now."""

    def __init__(
        self,
        now: Callable[[], dt.time],
        voice: Voice | None,
        player: Player,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.manner = Manner()
        self._now = now
        self._voice = voice
        self._player = player
        self._folder = folder
        self._waiting: deque[tuple[Saying, ...]] = deque(maxlen=MOST_WAITING)
        self._left: deque[Saying] = deque()
        self._turn = 0
        self._speaking = False
        self._rung = False
        self.on_close: Done | None = None
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(LONGEST_MS)
        self._limit.timeout.connect(self._give_up)

    def means(self) -> Means:
        """Return by what each language is heard on this computer."""
        return Means({language: self._means_of(language) for language in LANGUAGES})

    def _means_of(self, language: str) -> str:
        if (self._folder / language / "0.wav").is_file():
            return "clips"
        return "voice" if self._voice is not None and self._voice.can(language) else "chime"

    def call(self, sayings: Sequence[Saying]) -> bool:
        """Let a call be heard after those before it; return whether it will be: not while off or in quiet hours."""
        quiet = self.manner.quiet
        if not self.manner.on or not sayings or (quiet is not None and quiet.holds(self._now())):
            return False
        self.call_anyway(sayings)
        return True

    def call_anyway(self, sayings: Sequence[Saying]) -> None:
        """Let a call be heard whatever the hour: somebody tries how it sounds."""
        self._waiting.append(tuple(sayings))
        if not self._speaking:
            self._next_call()

    def silence(self) -> None:
        """Stop at once and forget what waits."""
        self._waiting.clear()
        self._left.clear()
        self._turn += 1
        self._speaking = False
        self._limit.stop()
        self._player.silence()
        if self._voice is not None:
            self._voice.silence()

    def close(self) -> None:
        """Be silent for good: the desk closes."""
        self.silence()
        if self.on_close is not None:
            self.on_close()

    def _next_call(self) -> None:
        if not self._waiting:
            self._speaking = False
            return
        self._left = deque(self._waiting.popleft())
        self._speaking, self._rung = True, False
        self._next_saying()

    def _next_saying(self) -> None:
        self._limit.stop()
        if not self._left:
            self._next_call()
            return
        saying = self._left.popleft()
        self._turn += 1
        done = _Turn(self, self._turn).done
        self._limit.start()
        files = self._files(saying)
        if files:
            self._player.play(files, self.manner.volume, done)
        elif self._voice is not None and saying.text and self._voice.can(saying.language):
            self._voice.say(saying.text, saying.language, self.manner.volume, done)
        elif self._rung:
            done()
        else:
            # One chime a call: three languages without a voice are not three calls.
            self._rung = True
            self._player.play(_chime(), self.manner.volume, done)

    def _files(self, saying: Saying) -> list[Path]:
        """Return the clips of a saying, none where one is missing."""
        files = [self._folder / saying.language / f"{name}.wav" for name in saying.clips]
        return files if all(file.is_file() for file in files) else []

    def take_done(self, turn: int) -> None:
        """Go on after a saying; one that was given up may still report."""
        if self._speaking and turn == self._turn:
            self._next_saying()

    @Slot()
    def _give_up(self) -> None:
        _log.warning("a call did not come to its end; going on with the next")
        if self._voice is not None:
            self._voice.silence()
        self._player.silence()
        self.take_done(self._turn)


@dataclass(frozen=True)
class _Turn:
    """Which saying is reported as done."""

    caller: Caller
    turn: int

    def done(self) -> None:
        self.caller.take_done(self.turn)


def _chime() -> list[Path]:
    file = paths.resource(FOLDER, CHIME)
    return [file] if file.is_file() else []


def system_caller(now: Callable[[], dt.time], parent: QObject | None = None) -> Caller:
    """Return a caller with what this computer has; close it."""
    from deskapp.ui.speech_process import SpeakingChild

    child = SpeakingChild(parent)
    made = Caller(now, child, child, paths.resource(FOLDER), parent)
    made.on_close = child.close
    child.changed.connect(made.changed)
    return made


# --- Qt's speech ---------------------------------------------------------------------------------------------------


def system_voice(parent: QObject | None = None) -> Voice | None:
    """Return the computer's speech engine, None where there is none that speaks."""
    try:
        library: Any = importlib.import_module("PySide6.QtTextToSpeech")
        engines = [name for name in library.QTextToSpeech.availableEngines() if name != "mock"]
        made = [library.QTextToSpeech(name, parent) for name in engines[:1]]
    except _SOUND_ERRORS as error:
        _log.info("no speech: %s", error)
        return None
    return QtVoice(made[0], library.QTextToSpeech.State, parent) if made else None


class QtVoice(QObject):
    """Speaks through one `QTextToSpeech`; what is not ready or in error can't speak."""

    def __init__(self, engine: Any, states: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._states = states
        self._done: Done | None = None
        self._locales = _locales_of(engine)
        engine.stateChanged.connect(self._on_state)

    def can(self, language: str) -> bool:
        """See `Voice.can`."""
        return language in self._locales and self._engine.state() != self._states.Error

    def say(self, text: str, language: str, volume: int, done: Done) -> None:
        """See `Voice.say`."""
        self._done = done
        self._engine.setLocale(self._locales[language])
        self._engine.setVolume(volume / 100)
        self._engine.say(text)

    def silence(self) -> None:
        """See `Voice.silence`."""
        self._done = None
        self._engine.stop()

    @Slot(object)
    def _on_state(self, state: object) -> None:
        if state in (self._states.Ready, self._states.Error) and self._done is not None:
            done, self._done = self._done, None
            done()


def _locales_of(engine: Any) -> dict[str, QLocale]:
    """Return the engine's locale for each language that it speaks; for Chinese that of China before others."""
    found: dict[str, QLocale] = {}
    for locale in engine.availableLocales():
        for language, wanted in _LOCALES.items():
            at_home = locale.name().endswith("_CN")
            if locale.language() == wanted and (language not in found or at_home):
                found[language] = locale
    return found


# --- Files -------------------------------------------------------------------------------------------------------


class Sounds(QObject):
    """Plays WAV files through `QSoundEffect`; where that is missing, or a file fails, the system's bell rings."""

    def __init__(
        self,
        parent: QObject | None = None,
        make: Callable[[QObject], Any] | None = None,
        bell: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = make or _sound_effect
        self._ring_bell = bell or QApplication.beep
        self._effect: Any = None
        self._missing = False
        self._files: deque[Path] = deque()
        self._volume = 0
        self._done: Done | None = None
        self._bell = QTimer(self)
        self._bell.setSingleShot(True)
        self._bell.setInterval(CHIME_MS)
        self._bell.timeout.connect(self._finish)

    def play(self, files: Sequence[Path], volume: int, done: Done) -> None:
        """See `Player.play`."""
        self._files, self._volume, self._done = deque(files), volume, done
        if self._effect is None and not self._missing:
            self._effect = self._made()
        self._next()

    def silence(self) -> None:
        """See `Player.silence`."""
        self._done = None
        self._files.clear()
        self._bell.stop()
        if self._effect is not None:
            self._effect.stop()

    def _made(self) -> Any:
        try:
            effect = self._make(self)
        except _SOUND_ERRORS as error:
            _log.info("no sound: %s", error)
            self._missing = True
            return None
        effect.playingChanged.connect(self._on_playing)
        effect.statusChanged.connect(self._on_status)
        return effect

    def _next(self) -> None:
        if self._effect is None or not self._files:
            self._ring()
            return
        self._effect.setVolume(self._volume / 100)
        self._effect.setSource(QUrl.fromLocalFile(str(self._files.popleft())))
        self._effect.play()

    def _ring(self) -> None:
        if self._volume > 0:
            self._ring_bell()
        self._bell.start()

    @Slot()
    def _on_playing(self) -> None:
        if self._done is None or self._effect.isPlaying():
            return
        if self._files:
            self._next()
        else:
            self._finish()

    @Slot()
    def _on_status(self) -> None:
        if self._done is not None and self._effect.status() == type(self._effect).Status.Error:
            # A damaged file, or no loudspeaker: the bell, so that the call is not lost.
            self._files.clear()
            self._ring()

    @Slot()
    def _finish(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            done()


def _sound_effect(parent: QObject) -> Any:
    library: Any = importlib.import_module("PySide6.QtMultimedia")
    return library.QSoundEffect(parent)
