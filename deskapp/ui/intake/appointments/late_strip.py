"""Who was expected and has not come: a strip above the calendar, gone when there is nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from deskapp.domain.appointments import AppointmentLine
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.intake.appointments.words import late_words
from deskapp.ui.keys import KeyAction
from deskapp.ui.messages import RULE
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Icon, label

NAMED: Final = 2


class LateStrip(QFrame):
    """The first ones by name and time, how many more, and the keys for them."""

    def __init__(self, actions: Sequence[KeyAction]) -> None:
        super().__init__()
        self.lines: Sequence[AppointmentLine] = ()
        self._now = dt.datetime.fromtimestamp(0, dt.UTC)
        self._words = label("", "", wrap=True)
        self._row = QHBoxLayout(self)
        self._row.addWidget(Icon("clock-alert", "warning", large=True))
        self._row.addWidget(self._words, 1)
        for action in actions:
            self._row.addWidget(ActionButton(action))
        style.set_state(self, "role", RULE)
        style.look().changed.connect(self._space)
        self._space()
        self.hide()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setContentsMargins(sizes.field_gap, sizes.px(4), sizes.px(4), sizes.px(4))

    def show_lines(self, lines: Sequence[AppointmentLine], now: dt.datetime, tr: Translator) -> None:
        """Show who is late at a moment (UTC)."""
        self.lines, self._now = lines, now
        self.retranslate(tr)
        self.setVisible(bool(lines))

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        said = [late_words(line, self._now, tr) for line in self.lines[:NAMED]]
        rest = len(self.lines) - NAMED
        if rest > 0:
            said.append(tr.n("and {count} more", "and {count} more", rest))
        self._words.setText("   ".join(said))
