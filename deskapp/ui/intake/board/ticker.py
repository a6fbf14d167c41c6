"""The running notice: still where it fits, else it moves calmly, or is shown part by part where nothing may move."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from deskapp.domain.board import TURN_SECONDS

SPEED: Final = 0.09
"""Of the screen's short side in a second: a word can be read while it passes."""
GAP: Final = 0.15
"""Room between the end of a notice and its next beginning, of the short side."""


def offset(seconds: float, width: int, base: int) -> int:
    """Return by how many pixels a text of that width has moved to the left after so many seconds."""
    way = width + max(1, round(base * GAP))
    return int(seconds * base * SPEED) % way


def parts(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Return the text in parts that fit beside each other in one line, cut between words where there are any."""
    found: list[str] = []
    rest = text.strip()
    while rest and not fits(rest):
        cut = _longest(rest, fits)
        found.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [part for part in (*found, rest) if part]


def _longest(text: str, fits: Callable[[str], bool]) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = math.ceil((low + high) / 2)
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    space = text.rfind(" ", 0, low + 1)
    return space if space > low // 2 else low


def part_at(seconds: float, count: int) -> int:
    """Return which of so many parts is shown after so many seconds."""
    return int(seconds // TURN_SECONDS) % max(1, count)
