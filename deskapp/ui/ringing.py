"""A sound at the desk: for who has to be looked at again, and for the first who waits too long.

The system's own sound is played: it needs no library, and where a computer has no loudspeaker nothing fails.
It is never the only sign; whoever rings shows it too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from deskapp import settings
from deskapp.ui.base_tab import Desk

TIMES: Final[Mapping[str, int]] = {"reassess": 3, "wait": 1}
"""How many sounds each kind is, so that one who does not look up knows what it is about."""
ALWAYS: Final = frozenset({"reassess"})
"""Rung in quiet hours too: these spare the waiting room a voice, not the patient a look."""
PAUSE_MS: Final = 350


class Ringer(QObject):
    """Rings where this workstation wants it (`ring.on`), in its quiet hours (`voice.quiet`) only for a patient's safety."""

    def __init__(
        self, desk: Desk, parent: QObject | None = None, sound: Callable[[], object] | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._sound = sound or QApplication.beep
        self._left = 0
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._once)

    def ring(self, kind: str) -> None:
        """Ring once for a kind of TIMES; KeyError for another. The settings are asked each time."""
        asked = _Asked(self, TIMES[kind], always=kind in ALWAYS)
        actor = self._desk.actor()
        values = self._desk.services.settings.values
        self._desk.runner.run(values, actor, actor.desk, done=asked.take, failed=_unheard, owner=self)

    def begin(self, times: int) -> None:
        """Play the sound so many times, unless it is playing already."""
        if self._left:
            return
        self._left = times
        self._once()

    def now(self) -> dt.time:
        """Return the time on the wall."""
        moment: dt.datetime = self._desk.services.settings.now()
        return moment.astimezone().time()

    @Slot()
    def _once(self) -> None:
        self._sound()
        self._left -= 1
        if self._left > 0:
            self._timer.start()
        else:
            self._timer.stop()


class _Asked:
    """A ring for which the settings are being asked."""

    def __init__(self, ringer: Ringer, times: int, *, always: bool) -> None:
        self._ringer = ringer
        self._times = times
        self._always = always

    def take(self, values: Mapping[str, Any]) -> None:
        wanted = bool(values.get(settings.RING_ON.name, settings.RING_ON.default))
        quiet = str(values.get(settings.VOICE_QUIET.name, settings.VOICE_QUIET.default))
        if wanted and (self._always or not is_quiet(quiet, self._ringer.now())):
            self._ringer.begin(self._times)


def _unheard(_error: Exception) -> None:
    """Without the settings nothing rings; what it is about is on the screen."""


def is_quiet(hours: str, now: dt.time) -> bool:
    """Say whether `now` lies in quiet hours such as "21:00-07:00"; unreadable hours and "" are none."""
    first, _, last = hours.partition("-")
    try:
        begins, ends = dt.time.fromisoformat(first.strip()), dt.time.fromisoformat(last.strip())
    except ValueError:
        return False
    if begins <= ends:
        return begins <= now < ends
    return now >= begins or now < ends
