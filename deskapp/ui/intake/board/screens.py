"""The screens of this computer: which there are, which one the board takes, and when that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QRect, Signal, SignalInstance, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class ScreenFacts:
    """A screen: `key` finds it again (its serial number, else its name), `title` is what a person reads.

    `size` is in pixels of the screen itself, `geometry` in those that windows are placed in.
    """

    key: str
    title: str
    geometry: QRect
    size: tuple[int, int]
    screen: QScreen | None = None


class Screens(Protocol):
    """What the board knows of the screens."""

    @property
    def changed(self) -> SignalInstance:
        """Tells that a screen came, went, or has another size."""
        ...

    def all(self) -> Sequence[ScreenFacts]:
        """Return the screens, the first of the system first."""
        ...

    def desk_key(self) -> str:
        """Return the key of the screen that the desk is on."""
        ...


class SystemScreens(QObject):
    """The screens that Qt knows; those are told of as they come and go."""

    changed = Signal()

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        self._application = application
        application.screenAdded.connect(self._on_added)
        application.screenRemoved.connect(self._on_removed)
        for screen in application.screens():
            self._follow(screen)

    def all(self) -> list[ScreenFacts]:
        """See `Screens.all`."""
        return [facts(screen) for screen in self._application.screens()]

    def desk_key(self) -> str:
        """See `Screens.desk_key`."""
        return facts(self._window.screen()).key

    def stop(self) -> None:
        """Listen no more."""
        self._application.screenAdded.disconnect(self._on_added)
        self._application.screenRemoved.disconnect(self._on_removed)

    def _follow(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._on_changed)
        screen.logicalDotsPerInchChanged.connect(self._on_changed)

    @Slot(QScreen)
    def _on_added(self, screen: QScreen) -> None:
        self._follow(screen)
        self.changed.emit()

    @Slot(QScreen)
    def _on_removed(self, _screen: QScreen) -> None:
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def facts(screen: QScreen) -> ScreenFacts:
    """Return what there is to know of a screen."""
    ratio, area = screen.devicePixelRatio(), screen.geometry()
    title = " ".join(part for part in (screen.manufacturer(), screen.model()) if part) or screen.name()
    size = (round(area.width() * ratio), round(area.height() * ratio))
    return ScreenFacts(screen.serialNumber() or screen.name(), title, area, size, screen)


def choose(screens: Sequence[ScreenFacts], wanted: str, desk: str) -> ScreenFacts | None:
    """Return the screen for the board, None where it has to wait for one.

    The one wanted, else the first that the desk is not on. The desk's own is never taken: the board would
    cover it.
    """
    others = [screen for screen in screens if screen.key != desk]
    if not wanted:
        return others[0] if others else None
    return next((screen for screen in others if screen.key == wanted), None)
