"""Who waits too long, in the bar at the top, wherever the operator works; with a sound for whom it is urgent.

The page of those who wait shows the same while it is in front. But nobody looks at it with a visitor at the desk,
and whoever has to be looked at again can't wait until somebody does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_
from deskapp.domain.waiting import CareKind, DueNow
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.base_tab import Desk
from deskapp.ui.ringing import Ringer
from deskapp.ui.sign import Sign

TICK_MS: Final = 20_000
SOON_MS: Final = 5_000
"""A change in the lines seldom makes anything due: only time does. Care makes it due no more, and is seen at once."""
AT_ONCE_MS: Final = 300
NARROW_BELOW: Final = 1200
"""Width of the window, in pixels of the drawing board, below which only the number of the first is told."""
LISTED: Final = 12
KEY: Final = "Ctrl+Shift+W"


class WaitsSign(Sign):
    """“Look again: A012 王*国 and 2 more”; a click, or its key, shows the first where they stand in the line."""

    subjects = frozenset({"queue", "visit", "care"})
    permission = Permission.VISIT_WRITE
    every_ms = TICK_MS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._due: Sequence[DueNow] = ()
        self._told_narrow = False
        self.ringer = Ringer(desk, self)
        self.button = QPushButton()
        self.button.setProperty("flat", True)
        self.button.clicked.connect(self.go)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.ask)
        style.look().changed.connect(self._paint)

    def question(self) -> Callable[..., Sequence[DueNow]]:
        """Return what asks who waits too long."""
        due: Callable[..., Sequence[DueNow]] = self._desk.services.waiting.due
        return due

    def forget(self) -> None:
        """Say nothing while nobody is signed in."""
        super().forget()
        self._soon.stop()
        self._due = ()

    def take(self, due: Sequence[DueNow]) -> None:
        """Show who waits too long, and ring for whoever came to it just now."""
        before, self._due = {one.occasion for one in self._due}, due
        fresh = {one.kind for one in due if one.occasion not in before}
        if CareKind.REASSESSED in fresh:
            self.ringer.ring("reassess")
        elif due and not before:
            self.ringer.ring("wait")
        self.retranslate(self._desk.tr)

    @Slot()
    def go(self) -> None:
        """Show the first of them in the line."""
        if self._due:
            self._desk.ways.go("intake", "waiting", "visit", self._due[0].visit_id)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the window's width from now on: beside it stand the tabs, which are not to be pushed out."""
        super().showEvent(event)
        self.window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say it at once in as many words as there is room for."""
        if event.type() == QEvent.Type.Resize and self._is_narrow() != self._told_narrow:
            self.retranslate(self._desk.tr)
        return super().eventFilter(watched, event)

    def _is_narrow(self) -> bool:
        return self.window().width() < style.tokens().sizes.px(NARROW_BELOW)

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        self.setVisible(bool(self._due))
        if not self._due:
            return
        first, more = self._due[0], len({one.visit_id for one in self._due}) - 1
        narrow = self._told_narrow = self._is_narrow()
        words = first.label if narrow else one_line(first, tr)
        if more:
            words = f"{words} +{more}" if narrow else tr(N_("{who} and {count} more"), who=words, count=more)
        self.button.setText(words)
        lines = [one_line(one, tr) for one in self._due[:LISTED]]
        if len(self._due) > LISTED:
            lines.append(f"+{len(self._due) - LISTED}")
        self.button.setToolTip("\n".join([*lines, tr(N_("Show them in the line ({key})"), key=KEY)]))
        self.button.setAccessibleName("; ".join(lines))
        self._paint()

    @Slot()
    def _paint(self) -> None:
        urgent = bool(self._due) and self._due[0].kind is CareKind.REASSESSED
        tone = "danger" if urgent else "warning"
        self.button.setIcon(icons.icon("heart-pulse" if urgent else "message-square-warning", tone))
        style.set_state(self.button, "danger", urgent)

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if changes.concerns(*self.subjects) and self._desk.actor().account_id:
            wait = AT_ONCE_MS if changes.concerns("care") else SOON_MS
            if not self._soon.isActive() or self._soon.remainingTime() > wait:
                self._soon.start(wait)


def one_line(due: DueNow, tr: Translator) -> str:
    """Return what is due for one person."""
    words = {
        CareKind.REASSESSED: N_("Look again: {number} {name}, {count} min"),
        CareKind.APOLOGY: N_("{number} {name} waits {count} min"),
    }[due.kind]
    return tr(words, number=due.label, name=due.name_masked, count=due.waited)
