"""Sizes and colours of paper, in one place. Lengths are points; `MM` is a millimetre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MM: Final = 72 / 25.4


@dataclass(frozen=True)
class Palette:
    """Colours of print as #RRGGBB. None carries a meaning alone: there are always words."""

    text: str
    secondary: str
    accent: str
    line: str
    rule: str
    danger: str
    ground: str
    warning: str
    warning_ground: str


COLOUR: Final = Palette(
    text="#1B2430",
    secondary="#5A6675",
    accent="#0B6E75",
    line="#B4BDC8",
    rule="#8D98A5",
    danger="#B3261E",
    ground="#EEF5F5",
    warning="#8A5A00",
    warning_ground="#FFF3D6",
)
BLACK: Final = Palette(
    text="#000000",
    secondary="#000000",
    accent="#000000",
    line="#000000",
    rule="#000000",
    danger="#000000",
    ground="#FFFFFF",
    warning="#000000",
    warning_ground="#FFFFFF",
)
"""For thermal heads, which know no grey."""


@dataclass(frozen=True)
class Style:
    """One size of paper with its type sizes and distances.

    `row` and `write` are the least heights of a row that is printed and of one to write in by hand.
    """

    width: float
    height: float
    margin: float
    label: float
    value: float
    strong: float
    small: float
    heading: float
    title: float
    row: float
    write: float
    gap: float
    code: float
    logo: float
    palette: Palette = COLOUR
    hairline: float = 0.5

    @property
    def body(self) -> float:
        """Width between the margins."""
        return self.width - 2 * self.margin


A4: Final = Style(
    width=210 * MM,
    height=297 * MM,
    margin=12.5 * MM,
    label=6.8,
    value=9.6,
    strong=14,
    small=7.4,
    heading=9,
    title=17,
    row=24,
    write=31,
    gap=10,
    code=19 * MM,
    logo=14 * MM,
)
A5: Final = Style(
    width=148 * MM,
    height=210 * MM,
    margin=9 * MM,
    label=6,
    value=8,
    strong=11.5,
    small=6.2,
    heading=7.6,
    title=13,
    row=18.5,
    write=24.5,
    gap=7,
    code=15 * MM,
    logo=11 * MM,
)
A6: Final = Style(
    width=105 * MM,
    height=148 * MM,
    margin=7 * MM,
    label=6.2,
    value=9,
    strong=15,
    small=6.4,
    heading=8,
    title=10,
    row=25,
    write=36,
    gap=8,
    code=25 * MM,
    logo=9 * MM,
)
ROLL80: Final = Style(
    width=80 * MM,
    height=2000 * MM,
    margin=4.5 * MM,
    label=7,
    value=10.5,
    strong=16,
    small=7,
    heading=9,
    title=10.5,
    row=27,
    write=32,
    gap=8,
    code=24 * MM,
    logo=9 * MM,
    palette=BLACK,
    hairline=0.75,
)
"""The height of a roll is cut to the content; this is the most."""

SIZES: Final = {"A4": A4, "A5": A5, "A6": A6, "roll80": ROLL80}
