"""The gallery draws every widget in every language and scheme, each picture different."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from deskapp.i18n import LANGUAGES
from deskapp.ui.tokens import SCHEMES
from deskapp.ui.widgets import gallery


def test_one_command_draws_all_pictures(app: QApplication, tmp_path: Path, capsys: object) -> None:
    assert gallery.main(["--out", str(tmp_path)]) == 0
    names = {f"{language}-{scheme}-100.png" for language, scheme in product(LANGUAGES, SCHEMES)}
    assert {path.name for path in tmp_path.iterdir()} == names | {"bug.png"}
    pictures = [QImage(str(tmp_path / name)) for name in sorted(names)]
    assert all((picture.width(), picture.height()) == (1366, 768) for picture in pictures)
    assert len({picture.cacheKey() for picture in pictures}) == len(names)
    assert len({bytes(picture.constBits()) for picture in pictures}) == len(names)
