"""Urgency is told by numeral, shape and colour together."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deskapp.ui import style
from deskapp.ui.tokens import SCHEMES
from deskapp.ui.widgets.urgency import UrgencyBadge


def drawn(badge: UrgencyBadge, qtbot: QtBot) -> QImage:
    qtbot.addWidget(badge)
    badge.resize(badge.sizeHint())
    return badge.grab().toImage()


def has(image: QImage, colour: str) -> bool:
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return any(image.pixelColor(x, y).name().upper() == colour for x, y in points)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_level_is_drawn_in_its_colour(app: QApplication, qtbot: QtBot, scheme: str, level: int) -> None:
    style.apply(app, scheme)
    urgency = style.tokens().scheme.urgency[level - 1]
    image = drawn(UrgencyBadge(level, edge=48), qtbot)
    assert has(image, urgency.fill)
    assert has(image, urgency.ink)


def test_levels_have_shapes_of_their_own(app: QApplication, qtbot: QtBot) -> None:
    """Compared by what is covered at all, whatever the colour."""
    covered = set()
    for level in (1, 2, 3, 4):
        badge = UrgencyBadge(level, edge=64)
        image = drawn(badge, qtbot)
        ground = image.pixelColor(0, image.height() - 1)
        rows = range(0, image.height(), 4)
        covered.add(tuple(image.pixelColor(x, y) == ground for x in range(0, 64, 4) for y in rows))
    assert len(covered) == 4


def test_words_stand_beside_and_are_spoken(app: QApplication, qtbot: QtBot) -> None:
    badge = UrgencyBadge(2, "within 10 minutes")
    qtbot.addWidget(badge)
    assert badge.accessibleName() == "II within 10 minutes"
    assert badge.sizeHint().width() > UrgencyBadge(2).sizeHint().width()
    badge.show_level(4, "later")
    assert (badge.level, badge.accessibleName()) == (4, "IV later")


def test_no_level_yet_is_no_sign(app: QApplication, qtbot: QtBot) -> None:
    badge = UrgencyBadge(None, "not yet assessed")
    image = drawn(badge, qtbot)
    assert badge.accessibleName() == "not yet assessed"
    assert not any(has(image, urgency.fill) for urgency in style.tokens().scheme.urgency)


def test_it_grows_with_the_scale(app: QApplication, qtbot: QtBot) -> None:
    badge = UrgencyBadge(1)
    qtbot.addWidget(badge)
    low = badge.sizeHint().height()
    style.apply(app, "light", 2.0)
    assert badge.sizeHint().height() == 2 * low


def test_a_site_may_colour_two_levels_alike_and_their_shapes_still_differ(
    app: QApplication, qtbot: QtBot
) -> None:
    style.apply(app, "light")
    red, orange = style.tokens().scheme.urgency[:2]
    style.look().urgency_colours = (0, 0, 2, 3)
    try:
        image = drawn(UrgencyBadge(2, edge=48), qtbot)
    finally:
        style.look().urgency_colours = (0, 1, 2, 3)
    assert has(image, red.fill)
    assert not has(image, orange.fill)
