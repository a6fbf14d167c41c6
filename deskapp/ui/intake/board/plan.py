"""Where things stand on the board, and how large: shares of the screen's short side, readable at 8 metres.

Letters that a person must read from the back of the room (numbers, names, rooms) are a twentieth of the short
side high, which is 3.4 cm on a screen of 55 inches. Headings and remarks are as high with their whole body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect

from deskapp.ui import tokens as board

MARGIN: Final = 0.016
BAR: Final = 0.088
"""Height of the bars above and below."""
LEFT: Final = 0.60
"""Share of the width that calls have where the screen is wider than high."""
BIG: Final = 0.235
PERSON: Final = 0.085
ROW: Final = 0.074
HEADING: Final = 0.05
LINE: Final = 0.05
NOTICE: Final = 0.052
HOUSE: Final = 0.046
CLOCK: Final = 0.062
HEADING_ROOM: Final = 0.064
BIG_ROOM: Final = 0.225
PERSON_ROOM: Final = 0.11
ROW_ROOM: Final = 0.09
LINE_ROOM: Final = 0.06
BESIDE: Final = 0.3
"""The least width for the department's name beside a number just called."""
BLOCK_GAP: Final = 0.008
LETTER: Final = 0.714
"""Height of a capital letter or figure of Noto Sans, as a share of the font's size."""


@dataclass(frozen=True)
class Plan:
    """Rectangles of the areas, and font sizes in pixels; `rows` are last calls, `blocks` waiting lines a page."""

    base: int
    head: QRect
    called: QRect
    last: QRect
    waiting: QRect
    foot: QRect
    rows: int
    blocks: int

    def px(self, share: float) -> int:
        """Return a share of the short side in pixels, one at least."""
        return max(1, round(self.base * share))

    @property
    def big(self) -> int:
        """Size of the number just called: never under the drawing board's, on a screen of its own."""
        return max(self.px(BIG), board.BOARD if self.base >= SMALLEST_SCREEN else 1)


SMALLEST_SCREEN: Final = 600
"""Below this height it is a preview, not a screen."""


def plan(width: int, height: int) -> Plan:
    """Return the plan of a board of that size: calls beside those who wait, or above them on an upright screen."""
    base = max(1, min(width, height))
    gap, bar = max(1, round(base * MARGIN)), max(1, round(base * BAR))
    inner = QRect(gap, gap + bar, width - 2 * gap, max(1, height - 2 * (gap + bar)))
    head = QRect(gap, gap // 2, width - 2 * gap, bar)
    foot = QRect(0, height - bar, width, bar)
    body = inner.adjusted(0, 0, 0, 0)
    called_height = round(base * (HEADING_ROOM + BIG_ROOM + PERSON_ROOM)) + gap
    if width > height:
        calls = QRect(body.left(), body.top(), round(body.width() * LEFT) - gap // 2, body.height())
        waiting = QRect(
            calls.right() + 1 + gap, body.top(), body.right() - calls.right() - gap, body.height()
        )
    else:
        share = called_height + gap + round(base * (HEADING_ROOM + 3 * ROW_ROOM)) + gap
        calls = QRect(body.left(), body.top(), body.width(), min(share, body.height() * 3 // 5))
        waiting = QRect(
            body.left(), calls.bottom() + 1 + gap, body.width(), body.bottom() - calls.bottom() - gap
        )
    called = QRect(calls.left(), calls.top(), calls.width(), called_height)
    last_top = called.bottom() + 1 + gap
    last = QRect(calls.left(), last_top, calls.width(), max(0, calls.bottom() + 1 - last_top))
    return Plan(base, head, called, last, waiting, foot, _rows(last, base), _blocks(waiting, base))


def _rows(area: QRect, base: int) -> int:
    room = area.height() - round(base * (HEADING_ROOM + MARGIN))
    return max(1, room // max(1, round(base * ROW_ROOM)))


def block_height(base: int) -> int:
    """Return the height of one waiting line: its name, its numbers, how many wait."""
    return max(1, round(base * (2 * LINE_ROOM + ROW_ROOM + BLOCK_GAP)))


def _blocks(area: QRect, base: int) -> int:
    room = area.height() - round(base * (HEADING_ROOM + MARGIN))
    return max(1, room // block_height(base))
