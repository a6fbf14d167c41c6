"""Protection: how the key of the hospital's data is kept, what that is good for, and how to change it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.changes import Changes
from deskapp.domain.recovery import Kept, Protection
from deskapp.domain.text import N_
from deskapp.errors import DeskError
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.admin.protection_steps import Keeping, NewKey, StepPanel, TurnOff
from deskapp.ui.base_tab import BaseView
from deskapp.ui.widgets.basics import Icon, Panel, label, scrolled

NOW: Final = {
    Kept.BESIDE: N_(
        "Not protected: the key lies beside the database. Whoever takes this computer, its disk or a copy "
        "of the data folder can read everything."
    ),
    Kept.PASSPHRASE: N_(
        "Protected by a passphrase that is asked at every start. Key id: {key}. Without the passphrase or "
        "the recovery sheet the files show nothing."
    ),
    Kept.KEY_STORE: N_(
        "Protected: the key is in the key store of this account of the computer. Key id: {key}. From "
        "another account the hospital opens with the recovery code only."
    ),
}
ON_SERVER: Final = N_(
    "This hospital's data is on a database server. Protect it there: encrypt the server's disks and backups."
)
GOOD_FOR: Final = N_(
    "Protects against: a stolen computer or disk, a copied data folder, a lost stick with backups, a "
    "computer that is thrown away. Drafts and backups in the data folder are protected with it."
)
NOT_GOOD_FOR: Final = N_(
    "Does not protect against: somebody at an open desk, a bad program that runs while the desk is open, a "
    "passphrase on a note at the screen, printed forms and exported files. If passphrase and sheet are "
    "both lost, the data is lost."
)

IN_THE_OPEN: Final = N_(
    "Backups in {places} still lie there with an old key beside them that anybody can read. Make a new key while"
    " the drive is plugged in, or destroy them."
)
ACTS: Final = (
    N_("Turn protection on"),
    N_("Make a new key"),
    N_("Change how the key is kept"),
    N_("Turn protection off"),
)


class ProtectionPage(BaseView):
    """One plain sentence of how it is now, what that means, and what can be done about it, step by step."""

    subjects = frozenset({"protection"})

    def build(self) -> None:
        """Make what is said, the buttons, and the place where the steps appear."""
        self._state: Protection | None = None
        self._icon = Icon("shield-alert", "warning", large=True)
        self._now = label("", "value", wrap=True)
        self._open = label("", "warning", wrap=True)
        self._places: tuple[str, ...] = ()
        self._good, self._bad = label("", "secondary", wrap=True), label("", "secondary", wrap=True)
        self.turn_on, self.new_key, self.change, self.turn_off = self.buttons = tuple(
            QPushButton() for _ in ACTS
        )
        self.turn_on.setProperty("primary", True)
        acts = (self.show_steps, self.show_steps, self.show_keeping, self.show_off)
        for button, act in zip(self.buttons, acts, strict=True):
            button.clicked.connect(act)
        self.steps, self.keeping, self.off = self._panels = (NewKey(self), Keeping(self), TurnOff(self))
        self._lay_out()
        self._show(None)

    def _lay_out(self) -> None:
        self._panel = Panel()
        head = QHBoxLayout()
        head.addWidget(self._icon)
        head.addWidget(self._now, 1)
        self._panel.body.addLayout(head)
        self._panel.body.addWidget(self._open)
        self._meaning = QGridLayout()
        for place, (icon, words) in enumerate((("shield", self._good), ("shield-alert", self._bad))):
            self._meaning.addWidget(Icon(icon), 0, 2 * place)
            self._meaning.addWidget(words, 0, 2 * place + 1)
            self._meaning.setColumnStretch(2 * place + 1, 1)
        self._panel.body.addLayout(self._meaning)
        row = QHBoxLayout()
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        self._panel.body.addLayout(row)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._panel, *self._panels):
            column.addWidget(widget)
        column.addStretch(1)
        self.body.addWidget(scrolled(inside))
        self._space()

    def _space(self) -> None:
        super()._space()
        if hasattr(self, "_meaning"):
            self._meaning.setSpacing(style.tokens().sizes.gap)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        for button, said in zip(self.buttons, ACTS, strict=True):
            button.setText(tr(said))
        self._good.setText(tr(GOOD_FOR))
        self._bad.setText(tr(NOT_GOOD_FOR))
        for panel in self._panels:
            panel.retranslate(tr)
        self._tell(tr)

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Ask how the key is kept now."""
        protect, actor = self.desk.services.protect, self.desk.actor()
        self.run(protect.state, actor, done=self._show, failed=self._unknown)
        self.run(protect.in_the_open, actor, done=self._show_places, failed=self._unknown)

    def _show(self, state: Protection | None) -> None:
        self._state = state
        on = state is not None and state.is_on
        here = state is not None
        shown = (here and not on, on, on, on)
        for button, visible in zip(self.buttons, shown, strict=True):
            button.setVisible(visible)
        self._icon.show_icon("lock-keyhole" if on else "shield-alert", "good" if on else "warning")
        self._tell(self.desk.tr)

    def _unknown(self, error: Exception) -> None:
        """The key file is missing or damaged, and the hospital was opened by the recovery code: it can be mended."""
        if not isinstance(error, DeskError):
            raise error
        self._show(None)
        self._now.setText(self.desk.tr(error.text))
        self.change.setVisible(True)

    def _show_places(self, places: tuple[str, ...]) -> None:
        self._places = places
        self._tell(self.desk.tr)

    def _tell(self, tr: Translator) -> None:
        self._open.setText(tr(IN_THE_OPEN, places=", ".join(self._places)))
        self._open.setVisible(bool(self._places))
        if self._state is None:
            self._now.setText(tr(ON_SERVER))
        else:
            self._now.setText(tr(NOW[self._state.kept], key=self._state.key_id))

    @Slot()
    def show_steps(self) -> None:
        """Begin with a new key, in place."""
        self._show_only(self.steps)

    @Slot()
    def show_keeping(self) -> None:
        """Ask in what other way the key is to be kept, in place."""
        self._show_only(self.keeping)

    @Slot()
    def show_off(self) -> None:
        """Say what turning off means, and ask once more."""
        self._show_only(self.off)

    def _show_only(self, panel: StepPanel) -> None:
        for other in self._panels:
            if other is not panel:
                other.end()
        panel.begin()
