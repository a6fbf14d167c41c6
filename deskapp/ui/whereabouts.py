"""Who is where: operators away from the desk with a visitor, in the bar at the top; gone while nobody is away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton

from deskapp.domain.access import Permission
from deskapp.domain.escorts import LONG_AWAY, EscortView, minutes_away
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.base_tab import Desk
from deskapp.ui.sign import Sign

ROOMY: Final = 1600
SHOWN: Final = 2
"""In a window of that width, in pixels of the drawing board, so many are named in the bar; the others are counted, and told on a click."""


class WhereaboutsSign(Sign):
    """“李娜 → 302, 4 min”; red, with a word, from a quarter of an hour on. A click lists everybody who is away."""

    subjects = frozenset({"escort"})
    permission = Permission.VISIT_READ

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._views: Sequence[EscortView] = ()
        self.button = QPushButton()
        self.button.setProperty("flat", True)
        self.button.setProperty("menu", True)
        self._menu = QMenu(self.button)
        self.button.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        style.look().changed.connect(self._paint)

    def question(self) -> Callable[..., Sequence[EscortView]]:
        """Return what asks who is away."""
        away: Callable[..., Sequence[EscortView]] = self._desk.services.escorts.away
        return away

    def forget(self) -> None:
        """Say nothing while nobody is signed in."""
        super().forget()
        self._views = ()

    def take(self, views: Sequence[EscortView]) -> None:
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
