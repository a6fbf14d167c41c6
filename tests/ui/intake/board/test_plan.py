"""How large the board's letters are, and that its areas lie beside each other."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from deskapp.i18n import LANGUAGES
from deskapp.ui import fonts
from deskapp.ui.intake.board import plan as shares
from deskapp.ui.intake.board.plan import block_height, plan

SIZES = [(1920, 1080), (3840, 2160), (1366, 768), (1280, 1024), (1080, 1920), (2160, 3840), (1024, 768)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("share", [shares.BIG, shares.PERSON, shares.ROW])
def test_numbers_names_and_rooms_can_be_read_at_eight_metres(
    app: QApplication, width: int, height: int, language: str, share: float
) -> None:
    """A letter of a two-hundredth of the distance is read with ease: 4 cm, a twentieth of a large screen."""
    where = plan(width, height)
    metrics = QFontMetrics(fonts.font(language, where.px(share)))
    assert metrics.tightBoundingRect("A012").height() >= min(width, height) / 20


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_called_number_is_never_small(width: int, height: int) -> None:
    assert plan(width, height).big >= 96


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("share", [shares.HEADING, shares.LINE, shares.NOTICE])
def test_headings_and_remarks_are_a_twentieth_too(width: int, height: int, share: float) -> None:
    assert plan(width, height).px(share) >= min(width, height) / 20 - 1


@pytest.mark.parametrize(("width", "height"), [*SIZES, (460, 258), (300, 168)])
def test_areas_do_not_overlap_and_lie_on_the_screen(width: int, height: int) -> None:
    where = plan(width, height)
    areas = [where.head, where.called, where.last, where.waiting, where.foot]
    for one, other in combinations(areas, 2):
        assert not one.intersects(other)
    for area in areas:
        assert QRect(0, 0, width, height).contains(area)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_has_a_row_has_room_for_it(width: int, height: int) -> None:
    where = plan(width, height)
    heading = where.px(shares.HEADING_ROOM)
    assert where.rows >= 2
    assert where.blocks >= 3
    assert heading + where.rows * where.px(shares.ROW_ROOM) <= where.last.height()
    assert heading + where.blocks * block_height(where.base) <= where.waiting.height()
