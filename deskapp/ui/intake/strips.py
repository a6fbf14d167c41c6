"""Slim lines above the desk: who is coming from the door, and that the operator is away with a visitor."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from deskapp.ui import style
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Icon, label


class Strip(QFrame):
    """An icon, a sentence, and what can be done about it; takes no room while there is nothing to say."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._usual = icon
        self._icon = Icon(icon, "accent", large=True)
        self.words = label("", "strong", wrap=True)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self.words, 1)
        style.look().changed.connect(self._space)
        self._space()
        self.hide()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setContentsMargins(sizes.field_gap, sizes.px(4), sizes.px(4), sizes.px(4))
        self._row.setSpacing(sizes.gap)

    def add_keys(self, actions: Sequence[KeyAction]) -> None:
        """Show what can be done, each with its key; what can't be done now is not offered."""
        for action in actions:
            self._row.addWidget(OfferButton(action))

    def say(self, words: str, tone: str = "accent", icon: str = "") -> None:
        """Say a sentence, calm ("accent") or pressing ("warning", "danger"); none hides the strip."""
        self.words.setText(words)
        self.setAccessibleName(words)
        self._icon.show_icon(icon or self._usual, tone)
        role = {"accent": "info", "warning": "rule", "danger": "surroundings"}[tone]
        style.set_state(self, "role", role)
        self.setVisible(bool(words))


class OfferButton(ActionButton):
    """A button that is there only while its action can be done."""

    def is_offered(self) -> bool:
        """Return whether the action can be done now."""
        return self._action.isVisible() and self._action.isEnabled()
