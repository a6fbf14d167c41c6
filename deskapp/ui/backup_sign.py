"""How old the last good backup is, always in sight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.services.backups import TOPIC, BackupState
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.sign import Sign
from deskapp.ui.widgets.basics import Icon, label


class BackupSign(Sign):
    """Icon and words in the bar at the bottom; a warning when the last good backup is older than a day."""

    subjects = frozenset({TOPIC})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._state: BackupState | None = None
        self.icon = Icon("database-backup")
        self.words = label("", "secondary")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.icon)
        self._row.addWidget(self.words)
        style.look().changed.connect(self._space)
        self._space()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setContentsMargins(sizes.gap, 0, 0, 0)
        self._row.setSpacing(sizes.px(6))

    def question(self) -> Callable[..., BackupState]:
        """Return what asks how it is."""
        state: Callable[..., BackupState] = self._desk.services.backups.state
        return state

    def take(self, state: BackupState) -> None:
        """Show how it is."""
        self._state = state
        self.retranslate(self._desk.tr)
        self.show()

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        state = self._state
        if state is None:
            return
        bad = state.is_old or state.warning is not None
        self.icon.show_icon("triangle-alert" if bad else "database-backup", "warning" if bad else "secondary")
        self.words.setProperty("role", "warning" if bad else "secondary")
        self.words.style().unpolish(self.words)
        self.words.style().polish(self.words)
        now = self._desk.services.backups.now()
        self.words.setText(age_of(state.last, now, tr))
        told = tr(state.warning) if state.warning is not None else self._hint(tr)
        self.setToolTip(told)
        self.setAccessibleName(self.words.text())
        self.setAccessibleDescription(told)

    def _hint(self, tr: Translator) -> str:
        state = self._state
        if state is None or state.last is None:
            return tr(
                N_("There is no good backup yet. Whoever looks after the program makes one under Backups.")
            )
        if state.is_old:
            return tr(
                N_(
                    "The last good backup is of {when}: older than a day. Tell whoever looks after the program."
                ),
                when=state.last,
            )
        return tr(N_("The last good backup is of {when}."), when=state.last)


def age_of(last: dt.datetime | None, now: dt.datetime, tr: Translator) -> str:
    """Return how old a backup is, in words that fit into the bar."""
    if last is None:
        return tr(N_("No backup yet"))
    minutes = max(0, int((now - last).total_seconds()) // 60)
    if minutes < 60:
        return tr(N_("Backup {count} min ago"), count=minutes)
    if minutes < 48 * 60:
        return tr(N_("Backup {count} h ago"), count=minutes // 60)
    return tr(N_("Backup {count} days ago"), count=minutes // 1440)
