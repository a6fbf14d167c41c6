"""Everything that is read can be read: contrast of every pair in use, sizes at every scale."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from deskapp.ui import tokens
from deskapp.ui.tokens import CONTRAST, EDGE_PAIRS, SCHEMES, TEXT_PAIRS, Sizes, contrast, scheme

ALL = [(name, *pair) for name in SCHEMES for pair in TEXT_PAIRS]
EDGES = [(name, *pair) for name in SCHEMES for pair in EDGE_PAIRS]


def test_contrast_is_computed_as_the_standard_says() -> None:
    """The ends of the scale and a pair from the WCAG's own examples (#767676 on white: 4.54)."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#123456", "#123456") == pytest.approx(1)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert contrast("#FFFFFF", "#767676") == contrast("#767676", "#FFFFFF")


@pytest.mark.parametrize(("name", "ink", "ground"), ALL)
def test_text_can_be_read(name: str, ink: str, ground: str) -> None:
    colours = asdict(scheme(name).colours)
    assert contrast(colours[ink], colours[ground]) >= (7 if name == CONTRAST else 4.5)


@pytest.mark.parametrize(("name", "edge", "ground"), EDGES)
def test_edges_and_the_focus_ring_can_be_seen(name: str, edge: str, ground: str) -> None:
    colours = asdict(scheme(name).colours)
    assert contrast(colours[edge], colours[ground]) >= (7 if name == CONTRAST else 3)


@pytest.mark.parametrize("name", SCHEMES)
def test_urgency_can_be_read_and_stands_out(name: str) -> None:
    drawn = scheme(name)
    for urgency in drawn.urgency:
        assert contrast(urgency.ink, urgency.fill) >= (7 if name == CONTRAST else 4.5)
        assert contrast(urgency.edge, drawn.colours.surface) >= 3


@pytest.mark.parametrize("name", SCHEMES)
def test_urgency_never_differs_by_colour_alone(name: str) -> None:
    levels = scheme(name).urgency
    assert [level.numeral for level in levels] == ["I", "II", "III", "IV"]
    assert len({level.shape for level in levels}) == 4


@pytest.mark.parametrize("name", SCHEMES)
def test_every_colour_is_a_colour(name: str) -> None:
    for colour in asdict(scheme(name).colours).values():
        assert re.fullmatch(r"#[0-9A-F]{6}", colour), colour


def test_the_light_scheme_is_the_drawing_board() -> None:
    light = scheme("light").colours
    assert (light.ground, light.surface, light.line) == ("#F6F7F9", "#FFFFFF", "#D9DEE5")
    assert (light.text, light.secondary, light.accent) == ("#1B2430", "#5A6675", "#0B6E75")
    assert (light.danger, light.warning, light.warning_ground) == ("#B3261E", "#8A5A00", "#FFF3D6")


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(KeyError):
        scheme("sepia")


@pytest.mark.parametrize("scale", tokens.SCALES)
def test_lengths_grow_with_the_scale(scale: float) -> None:
    sizes = Sizes(scale)
    assert (sizes.gap, sizes.margin, sizes.control) == (8 * scale, 16 * scale, 32 * scale)
    assert sizes.hairline >= 1
    assert sizes.ring >= 2
    assert sizes.icon < sizes.icon_large < sizes.control


def test_a_finger_gets_larger_controls() -> None:
    assert Sizes(touch=True).control == 44
    assert Sizes(2.0, touch=True).control == 88


def test_nothing_becomes_too_thin_to_see() -> None:
    assert Sizes(1.0).px(0.2) == 1
