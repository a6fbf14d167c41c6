"""Says how long the GUI's event loop was kept from turning, and by what.

A timer ticks on the GUI thread every few milliseconds: the time by which a tick is late is a time in
which no key would have been taken and nothing drawn. A second thread looks on, and writes down where the
GUI thread is when a tick has been missing too long; without that a long block has no name.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Slot

TICK_MS: Final = 4
LIMIT_MS: Final = 50.0
_LOOK_SECONDS: Final = 0.01
_FRAMES_TOLD: Final = 6
_THREADS: Final = Path("/proc/self/task")


@dataclass(frozen=True)
class Block:
    """One stretch in which the event loop did not turn: how long (ms), and the calls seen meanwhile."""

    milliseconds: float
    where: tuple[str, ...] = ()


@dataclass
class _Beat:
    """What the two threads share: when the last tick was, and what was seen since."""

    last: float = 0.0
    worked: float = 0.0
    waited: dict[str, float] = field(default_factory=dict)
    seen: tuple[str, ...] = ()
    over: threading.Event = field(default_factory=threading.Event)


class Watchdog(QObject):
    """Measures the event loop of the thread in which it is made, from `start` to `stop`.

    One that is `fair` leaves out the time in which threads of this program were ready and other programs had
    all processors (also another thread than this one: it may hold what this one waits for), but never time
    in which this thread worked. So the program is judged, on a machine that does other things besides.
    """

    def __init__(
        self, limit_ms: float = LIMIT_MS, parent: QObject | None = None, *, fair: bool = False
    ) -> None:
        super().__init__(parent)
        self.limit_ms = limit_ms
        self._fair = fair
        self.longest_ms = 0.0
        self.blocks: list[Block] = []
        self._beat = _Beat()
        self._watched = threading.get_ident()
        self._onlooker: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to measure; what was measured before is forgotten."""
        self.longest_ms, self.blocks = 0.0, []
        self._beat = _Beat(time.perf_counter(), time.thread_time(), self._waited())
        self._onlooker = threading.Thread(target=self._look, args=(self._beat,), daemon=True)
        self._onlooker.start()
        self._timer.start()

    def stop(self) -> float:
        """Stop; return the longest block in milliseconds. Those over the limit are in `blocks`."""
        self._timer.stop()
        self._beat.over.set()
        if self._onlooker is not None:
            self._onlooker.join()
            self._onlooker = None
        return self.longest_ms

    @Slot()
    def _tick(self) -> None:
        now, worked, waited = time.perf_counter(), time.thread_time(), self._waited()
        late = (now - self._beat.last) * 1000 - TICK_MS
        in_vain = sum(one - self._beat.waited.get(thread, 0.0) for thread, one in waited.items())
        late = max(late - in_vain, min(late, (worked - self._beat.worked) * 1000))
        self._beat.last, self._beat.worked, self._beat.waited = now, worked, waited
        seen, self._beat.seen = self._beat.seen, ()
        self.longest_ms = max(self.longest_ms, late)
        if late > self.limit_ms:
            self.blocks.append(Block(late, seen))

    def _waited(self) -> dict[str, float]:
        return without_processor() if self._fair else {}

    def _look(self, beat: _Beat) -> None:
        while not beat.over.wait(_LOOK_SECONDS):
            late = (time.perf_counter() - beat.last) * 1000
            if late > self.limit_ms / 2 and not beat.seen:
                beat.seen = _where(self._watched)


def without_processor() -> dict[str, float]:
    """Return for how many milliseconds each thread was ready to run and did not; none where the system can't tell."""
    found: dict[str, float] = {}
    if not _THREADS.exists():
        return found
    for thread in os.scandir(_THREADS):
        try:
            # Not by `Path`, which takes twice as long: this is done 250 times a second on the event loop.
            with open(f"{thread.path}/schedstat", "rb") as told:  # noqa: PTH123
                # Linux: nanoseconds on a processor, nanoseconds waiting for one, turns.
                found[thread.name] = int(told.read().split()[1]) / 1e6
        except (FileNotFoundError, ProcessLookupError):
            # It ended meanwhile.
            continue
    return found


def _where(thread: int) -> tuple[str, ...]:
    """Return the innermost calls of a thread, outermost first.

    The frames are let go at once: one that is held keeps its painter alive after the painting is over,
    and Qt crashes.
    """
    frame = sys._current_frames().get(thread)
    found: list[str] = []
    while frame is not None and len(found) < _FRAMES_TOLD:
        found.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return tuple(reversed(found))
