"""Icons are shipped, tinted by the scheme in force, sharp on every screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

import deskapp.ui
from deskapp import paths
from deskapp.ui import icons, style


def inks(image: QImage) -> set[str]:
    """Return the colours of the pixels that are fully covered."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name().upper() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("name", icons.names())
def test_every_icon_draws_something(app: QApplication, name: str) -> None:
    assert inks(icons.pixmap(name, "text", 48).toImage())


def test_a_picture_has_the_colour_of_its_token(app: QApplication) -> None:
    drawn = inks(icons.pixmap("square", "danger", 64).toImage())
    assert drawn == {style.tokens().colours.danger}


def test_an_icon_follows_the_scheme_without_being_set_again(app: QApplication) -> None:
    icon = icons.icon("square", "accent")
    light = inks(icon.pixmap(64, 64).toImage())
    style.apply(app, "dark")
    assert inks(icon.pixmap(64, 64).toImage()) == {style.tokens().colours.accent} != light


def test_a_disabled_icon_is_drawn_in_the_colour_for_that(app: QApplication) -> None:
    drawn = icons.icon("square", "accent").pixmap(QSize(64, 64), QIcon.Mode.Disabled)
    assert inks(drawn.toImage()) == {style.tokens().colours.disabled}


def test_a_dense_screen_gets_more_pixels_not_a_larger_icon(app: QApplication) -> None:
    dense = icons.pixmap("search", "text", 16, 2.0)
    assert dense.size() == QSize(32, 32)
    assert dense.deviceIndependentSize().toSize() == QSize(16, 16)


def test_an_icon_is_drawn_once_and_kept(app: QApplication) -> None:
    first = icons.pixmap("search", "text", 16)
    assert icons.pixmap("search", "text", 16).cacheKey() == first.cacheKey()


def test_an_icon_is_drawn_into_the_middle(app: QApplication) -> None:
    sheet = QPixmap(60, 20)
    sheet.fill(Qt.GlobalColor.white)
    painter = QPainter(sheet)
    icons.paint(painter, "square", "danger", QRect(0, 0, 60, 20))
    painter.end()
    image = sheet.toImage()
    white = QColor(Qt.GlobalColor.white)
    touched = [x for x in range(60) for y in range(20) if image.pixelColor(x, y) != white]
    assert 20 <= min(touched) < max(touched) < 40


def test_an_icon_that_is_not_shipped_is_refused_at_once(app: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("unicorn")


def test_every_icon_named_in_the_window_is_shipped() -> None:
    source = Path(deskapp.ui.__path__[0])
    shipped = set(icons.names())
    named = set()
    for file in source.rglob("*.py"):
        named |= set(
            re.findall(r'icons\.(?:icon|pixmap)\(\s*"([a-z0-9-]+)"', file.read_text(encoding="utf-8"))
        )
    assert named
    assert named <= shipped


def test_the_licence_lies_beside_the_icons() -> None:
    assert "ISC" in paths.resource("icons", "LUCIDE-LICENSE.txt").read_text(encoding="utf-8")
