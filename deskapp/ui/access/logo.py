"""Choosing the hospital's logo: at the first start, and in its settings."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.services.settings import MAX_LOGO_BYTES, check_logo
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.basics import label


class LogoChoice(QWidget):
    """A button that asks for a picture, and the name of the one chosen; `png` is None while there is none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.png: bytes | None = None
        self._button = QPushButton()
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self._pick)
        self._name = label("", "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._button)
        row.addWidget(self._name, 1)

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        self._button.setText(tr(N_("Choose the logo…")))

    @Slot()
    def _pick(self) -> None:
        tr = self._desk.tr
        name, _chosen = QFileDialog.getOpenFileName(self, tr(N_("Choose the logo…")), "", "PNG (*.png)")
        if name:
            self._desk.runner.run(read_logo, Path(name), done=self.take, owner=self)

    def take(self, found: tuple[str, bytes]) -> None:
        """Show the name of a picture that was read."""
        name, self.png = found
        self._name.setText(name)


def read_logo(path: Path) -> tuple[str, bytes]:
    """Return name and content of a picture, for a worker to ask. Raises `InputError` when it can't be the logo."""
    try:
        with path.open("rb") as stream:
            png = stream.read(MAX_LOGO_BYTES + 1)
    except OSError as error:
        message = Text(N_("This picture can't be read. Choose another one."))
        raise InputError("logo", "logo.unreadable", message) from error
    check_logo(png)
    return path.name, png
