"""Who is where: operators away from the desk with a visitor, in the bar at the top; gone while nobody is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.domain.escorts import LONG_AWAY, EscortView, minutes_away
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.base_tab import Desk

TOPIC: Final = "escort"
ASK_EVERY_MS: Final = 60_000
ROOMY: Final = 1600
SHOWN: Final = 2
"""In a window of that width, in pixels of the drawing board, so many are named in the bar; the others are counted, and told on a click."""


class WhereaboutsSign(QWidget):
    """“李娜 → 302, 4 min”; red, with a word, from a quarter of an hour on. A click lists everybody who is away."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._views: Sequence[EscortView] = ()
        self.button = QPushButton()
        self.button.setProperty("flat", True)
        self.button.setProperty("menu", True)
        self._menu = QMenu(self.button)
        self.button.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_EVERY_MS)
        self._timer.timeout.connect(self.ask)
        desk.hub.changed.connect(self._on_changes)
        style.look().changed.connect(self._paint)
        self.hide()

    @Slot()
    def ask(self) -> None:
        """Ask who is away, as long as somebody is signed in who may see visits."""
        actor = self._desk.actor()
        if not actor.account_id or not actor.may(Permission.VISIT_READ):
            self.forget()
            return
        self._timer.start()
        away = self._desk.services.escorts.away
        self._desk.runner.run(
            away, actor, done=self.show_views, failed=self._later, owner=self, latest="away"
        )

    def _later(self, _error: Exception) -> None:
        """Go on showing what was known: the next look comes by itself, and a fault shows where somebody works."""

    def forget(self) -> None:
        """Say nothing while nobody is signed in."""
        self._timer.stop()
        self._views = ()
        self.hide()

    def show_views(self, views: Sequence[EscortView]) -> None:
        """Show who is away, longest first."""
        self._views = views
        self.retranslate(self._desk.tr)

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        self.setVisible(bool(self._views))
        if not self._views:
            return
        lines = [one_line(view, self._minutes(view), tr) for view in self._views]
        shown = SHOWN if self.window().width() >= style.tokens().sizes.px(ROOMY) else 1
        more = len(lines) - shown
        words = " · ".join(lines[:shown])
        if more > 0:
            words = tr(N_("{who} and {count} more"), who=words, count=more)
        self.button.setText(words)
        told = "\n".join(whole_line(view, self._minutes(view), tr) for view in self._views)
        self.button.setToolTip(told)
        self.button.setAccessibleName(tr(N_("Away with visitors: {who}"), who=words))
        self._fill_menu(tr)
        self._paint()

    def _minutes(self, view: EscortView) -> int:
        return minutes_away(view.left_at, self._desk.services.escorts.now())

    def _is_long(self) -> bool:
        return any(self._minutes(view) > LONG_AWAY for view in self._views)

    def _fill_menu(self, tr: Translator) -> None:
        self._menu.clear()
        for view in self._views:
            words = whole_line(view, self._minutes(view), tr)
            self._menu.addAction(_Line(words, self._desk, view.visit_id, self._menu))

    @Slot()
    def _paint(self) -> None:
        long = self._is_long()
        tone = "danger" if long else "secondary"
        self.button.setIcon(icons.icon("clock-alert" if long else "footprints", tone))
        style.set_state(self.button, "danger", long)

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if changes.concerns(TOPIC):
            self.ask()


def one_line(view: EscortView, minutes: int, tr: Translator) -> str:
    """Return who is where for how long, as short as the bar needs it."""
    where = view.room or (tr(view.department) if view.department else tr(N_("the consulting room")))
    if minutes > LONG_AWAY:
        return tr(N_("{who} → {where}, {count} min: long away"), who=view.who, where=where, count=minutes)
    return tr(N_("{who} → {where}, {count} min"), who=view.who, where=where, count=minutes)


def whole_line(view: EscortView, minutes: int, tr: Translator) -> str:
    """Return the same with the number of the visitor, and whether the doctor has taken over."""
    parts = [one_line(view, minutes, tr)]
    if view.label:
        parts.append(tr(N_("with number {number}"), number=view.label))
    if view.handed_at is not None:
        parts.append(tr(N_("handed over at {time}, on the way back"), time=tr.time(view.handed_at)))
    return " · ".join(parts)


class _Line(QAction):
    """A line of the list that opens its visit at the desk."""

    def __init__(self, words: str, desk: Desk, visit_id: int, parent: QMenu) -> None:
        super().__init__(words, parent)
        self._desk = desk
        self._visit_id = visit_id
        self.setEnabled(desk.actor().may(Permission.VISIT_WRITE))
        self.triggered.connect(self.go)

    @Slot()
    def go(self) -> None:
        """Show the visit."""
        self._desk.ways.go("intake", "desk", "visit", self._visit_id)
