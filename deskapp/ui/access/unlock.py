"""Opening a protected hospital: asked before anything else, because without the key there is nothing to show."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.protect import unlock, unlock_by_code
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.widgets.basics import Panel, label
from deskapp.ui.widgets.editors import PASSWORD, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.recovery_field import CODE, CODE_FIELD, tell_groups

PANEL_WIDTH: Final = 560
PASSPHRASE: Final = Field("passphrase", N_("Passphrase"), PASSWORD, required=True, width=2, max_length=1000)


class UnlockPage(BaseView):
    """Type the passphrase, or the code of the recovery sheet."""

    unlocked = Signal(object)
    """The key of the hospital."""

    def __init__(self, desk: Desk, folder: Path, why: Text, *, by_code: bool = False) -> None:
        """Ask for the key of `folder`; `why` says what keeps it closed, `by_code` that only the code helps."""
        super().__init__(desk)
        self._folder = folder
        self._text = why
        self._only_code = self._by_code = by_code

    def build(self) -> None:
        """Make both forms; one of them is shown."""
        self._title = label("", "title", wrap=True)
        self._why = label("", "secondary", wrap=True)
        self.passphrase = Form((PASSPHRASE,), self.desk.tr)
        self.passphrase.submitted.connect(self.open)
        self.code = Form((CODE_FIELD,), self.desk.tr)
        self.code.submitted.connect(self.open)
        self.code.changed.connect(self._on_code)
        self.other = QPushButton()
        self.other.setVisible(not self._only_code)
        self.other.clicked.connect(self._take_other_way)
        self.go = QPushButton()
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self.open)
        self._lay_out()
        self._show_way()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the field: the next key is a letter of the passphrase."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._begin)

    @Slot()
    def _begin(self) -> None:
        self._form.focus_first()

    def _lay_out(self) -> None:
        self._panel = panel = Panel()
        buttons = QHBoxLayout()
        buttons.addWidget(self.other)
        buttons.addStretch(1)
        buttons.addWidget(self.go)
        for widget in (self._title, self._why, self.passphrase, self.code, self.bar):
            panel.body.addWidget(widget)
        panel.body.addLayout(buttons)
        middle = QVBoxLayout()
        middle.addStretch(1)
        middle.addWidget(panel, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self.body.addLayout(middle)
        self._space()

    def _space(self) -> None:
        super()._space()
        if hasattr(self, "_panel"):
            self._panel.setFixedWidth(style.tokens().sizes.px(PANEL_WIDTH))

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._title.setText(tr(N_("This hospital's data is protected")))
        self._why.setText(tr(self._text))
        self.go.setText(tr(N_("Open the hospital")))
        self.passphrase.retranslate(tr)
        self.code.retranslate(tr)
        self._name_other_way()

    def _name_other_way(self) -> None:
        words = N_("Use the passphrase") if self._by_code else N_("Use the recovery code instead")
        self.other.setText(self.desk.tr(words))

    @Slot()
    def _take_other_way(self) -> None:
        self._by_code = not self._by_code
        self._name_other_way()
        self._show_way()

    def _show_way(self) -> None:
        self.bar.clear()
        self.passphrase.setVisible(not self._by_code)
        self.code.setVisible(self._by_code)
        self._form.focus_first()

    @property
    def _form(self) -> Form:
        return self.code if self._by_code else self.passphrase

    @Slot(object)
    def _on_code(self, _name: str) -> None:
        tell_groups(self.code)

    @Slot()
    def open(self) -> None:
        """Try what was typed."""
        if not self.go.isEnabled() or not self._form.check():
            return
        way = unlock_by_code if self._by_code else unlock
        field = CODE if self._by_code else PASSPHRASE.name
        typed = str(self._form.value(field))
        self.run(way, self._folder, typed, done=self._opened, busy=self._set_busy, latest="unlock")

    def _set_busy(self, busy: bool) -> None:
        self.go.setEnabled(not busy)

    def _opened(self, key: bytes) -> None:
        # What was typed is in no widget any more while the desk is open.
        self.passphrase.clear()
        self.code.clear()
        self.unlocked.emit(key)
