"""Boards for tests: somebody called, lines, screens that can be unplugged, a hospital that answers what the test says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QRect, Signal

from deskapp.domain.access import Actor
from deskapp.domain.board import BoardCall, BoardLine, BoardNotice, BoardView
from deskapp.domain.changes import Changes
from deskapp.domain.text import Words
from deskapp.domain.waiting import Estimate
from deskapp.services.base import Done
from deskapp.settings import OPTIONS
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.board.screens import ScreenFacts
from deskapp.ui.speech import Means, Saying

NOW = dt.datetime(2026, 11, 20, 6, 32, tzinfo=dt.UTC)
SURGERY = Words("普通外科", "General surgery", "Мэс засал")
NOTICE = BoardNotice(
    1, Words("停电", "Power", "Цахилгаан"), Words("三楼停电", "No power on floor 3", "3 давхарт")
)
DESK = ScreenFacts("desk", "Desk", QRect(0, 0, 800, 800), (800, 800))
HALL = ScreenFacts("hall", "Hall", QRect(0, 0, 640, 360), (640, 360))


def call(key: int = 1, label: str = "A012", minutes: int = 0, **values: object) -> BoardCall:
    """Return a call of some minutes ago."""
    made: dict[str, Any] = {
        "id": key,
        "label": label,
        "name_masked": "王*国",
        "line": SURGERY,
        "doctor": "李静",
        "room": "302",
        "called_at": NOW - dt.timedelta(minutes=minutes),
        "calls": 1,
    }
    return BoardCall(**made | values)


def line(at: int = 1, waiting: int = 6) -> BoardLine:
    """Return a line of a doctor."""
    numbers = tuple(f"B{at}{number:02}" for number in range(1, waiting + 1))
    return BoardLine(f"doctor:{at}", SURGERY, "李静", f"30{at}", waiting, numbers, Estimate(10, 20))


def view(
    *calls: BoardCall, lines: Sequence[BoardLine] = (), notices: Sequence[BoardNotice] = ()
) -> BoardView:
    """Return what a board shows now."""
    return BoardView(NOW, calls, (), tuple(lines), tuple(notices))


class FakeScreens(QObject):
    """Screens that can be plugged in and out."""

    changed = Signal()

    def __init__(self, *there: ScreenFacts) -> None:
        super().__init__()
        self.there = list(there)

    def all(self) -> list[ScreenFacts]:
        return self.there

    def desk_key(self) -> str:
        return DESK.key

    def plug(self, *there: ScreenFacts) -> None:
        """Let these be the screens from now on."""
        self.there = list(there)
        self.changed.emit()


class FakeCaller(QObject):
    """Notes what is to be heard."""

    changed = Signal()

    def __init__(self, _now: Any = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.manner: Any = None
        self.called: list[str] = []
        self.tested: list[list[Saying]] = []
        self.silenced = 0

    def call(self, sayings: Sequence[Saying]) -> bool:
        self.called.append(sayings[0].text)
        return True

    def call_anyway(self, sayings: Sequence[Saying]) -> None:
        self.tested.append(list(sayings))

    def means(self) -> Means:
        return Means({"zh": "voice", "en": "chime", "mn": "clips"})

    def silence(self) -> None:
        self.silenced += 1

    def close(self) -> None:
        self.silence()


class FakeHospital:
    """The services that a board asks, with what the test puts in."""

    def __init__(self, desk: Desk, **values: object) -> None:
        self.values: dict[str, object] = {name: option.default for name, option in OPTIONS.items()}
        self.values |= {name.replace("_", "."): value for name, value in values.items()}
        self.view = view()
        self.error: Exception | None = None
        self.asked: list[tuple[str, ...]] = []
        self.now = NOW
        self.png: bytes | None = None
        self._hub = desk.hub
        desk.services.board = SimpleNamespace(state=self.state)
        desk.services.settings = SimpleNamespace(
            values=self._values,
            logo=lambda _actor: self.png,
            now=lambda: self.now,
            change_here=self.change_here,
        )
        object.__setattr__(desk, "actor", lambda: Actor(0, "", frozenset(), "desk-1"))

    def state(self, _actor: Actor, departments: tuple[str, ...]) -> BoardView:
        self.asked.append(departments)
        if self.error is not None:
            raise self.error
        return replace(self.view, at=self.now)

    def _values(self, _actor: Actor, workstation: str) -> dict[str, object]:
        assert workstation == "desk-1"
        return dict(self.values)

    def change_here(self, _actor: Actor, _request: str, name: str, value: object, _desk: str) -> Done[None]:
        self.values[name] = value
        return Done(None, Changes.of("setting"))

    def set(self, **values: object) -> None:
        """Store options, as another page does."""
        self.values |= {name.replace("_", "."): value for name, value in values.items()}
        self._hub.post(Changes.of("setting"))
        for _ in range(4):
            QCoreApplication.processEvents()
