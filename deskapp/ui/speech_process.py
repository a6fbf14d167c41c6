"""Speaking and playing in a process of its own: a speech engine that hangs must not hold up the desk.

Measured: where Linux' speech service does not answer, making Qt's engine never returns, and it holds Python's
lock meanwhile, so that no thread helps. The process is started with the first call and ends with the desk; while
it is not ready, or is gone, calls ring by the system's bell.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from deskapp.ui.speech import CHIME_MS, Done, Player, Sounds, Voice, system_voice

LOOK_MS: Final = 60
READY, DONE, BELL, SAY, PLAY, SILENCE = "ready", "done", "bell", "say", "play", "silence"
_GONE: Final = (EOFError, OSError, BrokenPipeError)
_log = logging.getLogger(__name__)


class SpeakingChild(QObject):
    """The desk's side: a `Voice` and a `Player` that pass everything on."""

    changed = Signal()
    """The child is ready to speak, or has gone."""

    def __init__(
        self, parent: QObject | None = None, start: Callable[[Connection], Any] | None = None
    ) -> None:
        super().__init__(parent)
        self._languages: frozenset[str] = frozenset()
        self._ready = False
        self._done: Done | None = None
        self._order = 0
        self._pipe, theirs = multiprocessing.get_context("spawn").Pipe()
        self._child: Any = None
        try:
            self._child = (start or _start)(theirs)
        except (OSError, RuntimeError) as error:
            _log.info("no speaking process: %s", error)
        theirs.close()
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._read)
        self._look.start()
        self._bell = QTimer(self)
        self._bell.setSingleShot(True)
        self._bell.setInterval(CHIME_MS)
        self._bell.timeout.connect(self._finish)

    def can(self, language: str) -> bool:
        """See `Voice.can`; nothing until the child is ready."""
        return language in self._languages

    def say(self, text: str, language: str, volume: int, done: Done) -> None:
        """See `Voice.say`."""
        self._order += 1
        self._done = done
        if not self._send(SAY, self._order, text, language, volume):
            self._ring(volume)

    def play(self, files: Sequence[Path], volume: int, done: Done) -> None:
        """See `Player.play`; without a child the system's bell rings."""
        self._order += 1
        self._done = done
        if not self._ready or not self._send(PLAY, self._order, [str(file) for file in files], volume):
            self._ring(volume)

    def silence(self) -> None:
        """See `Voice.silence`."""
        self._done = None
        self._bell.stop()
        self._send(SILENCE)

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._done = None
        self._bell.stop()
        self._lose()
        if self._child is not None:
            self._child.kill()
            self._child.join(1)
            self._child = None

    def _send(self, *message: object) -> bool:
        if self._pipe.closed:
            return False
        try:
            self._pipe.send(message)
        except _GONE:
            self._lose()
            return False
        return True

    def _ring(self, volume: int) -> None:
        if volume > 0:
            QApplication.beep()
        self._bell.start()

    @Slot()
    def _read(self) -> None:
        try:
            while not self._pipe.closed and self._pipe.poll():
                self._take(*self._pipe.recv())
        except _GONE:
            _log.info("the speaking process has gone")
            self._lose()
            self._finish()
            self.changed.emit()

    def _take(self, kind: str, *values: Any) -> None:
        if kind == READY:
            self._languages, self._ready = frozenset(values[0]), True
            self.changed.emit()
        elif kind == BELL:
            QApplication.beep()
        elif kind == DONE and values[0] == self._order:
            self._finish()

    def _lose(self) -> None:
        self._look.stop()
        self._languages, self._ready = frozenset(), False
        self._pipe.close()

    @Slot()
    def _finish(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            done()


def _start(pipe: Connection) -> Any:
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=live, args=(pipe,), daemon=True)
    child.start()
    return child


# --- The child ---------------------------------------------------------------------------------------------------


def live(pipe: Connection) -> None:
    """Live in the child until the desk is gone."""
    application = QCoreApplication([])
    mouth = Mouth(pipe, system_voice(), None)
    mouth.ended.connect(application.quit)
    mouth.begin()
    application.exec()


class Mouth(QObject):
    """The child's side: takes orders from the pipe, and tells when each is carried out."""

    ended = Signal()

    def __init__(self, pipe: Connection, voice: Voice | None, player: Player | None) -> None:
        super().__init__()
        self._pipe = pipe
        self._voice = voice
        self._player = player or Sounds(self, bell=self._ring)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self.look)

    def begin(self) -> None:
        """Tell which languages can be spoken, and listen."""
        spoken = [
            language for language in ("zh", "en") if self._voice is not None and self._voice.can(language)
        ]
        self._pipe.send((READY, spoken))
        self._look.start()

    @Slot()
    def look(self) -> None:
        """Carry out what was ordered."""
        try:
            while self._pipe.poll():
                self._obey(*self._pipe.recv())
        except _GONE:
            self._look.stop()
            self.ended.emit()

    def _obey(self, kind: str, *values: Any) -> None:
        if kind == SILENCE:
            self._player.silence()
            if self._voice is not None:
                self._voice.silence()
        elif kind == SAY and self._voice is not None:
            order, text, language, volume = values
            self._voice.say(text, language, volume, _Order(self, order).done)
        elif kind == PLAY:
            order, files, volume = values
            self._player.play([Path(file) for file in files], volume, _Order(self, order).done)

    def _ring(self) -> None:
        self._pipe.send((BELL,))

    def carried_out(self, order: int) -> None:
        """Tell that an order is over."""
        self._pipe.send((DONE, order))


class _Order:
    """An order that is being carried out."""

    def __init__(self, mouth: Mouth, order: int) -> None:
        self._mouth = mouth
        self._order = order

    def done(self) -> None:
        self._mouth.carried_out(self._order)
