"""The rows of the table and the statistics behind them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width


class Row(NamedTuple):
    """One line: what, measured, against what, the figure that is judged, the most it may be, its unit.

    With `at_least` the target is the least that the figure has to be.
    """

    what: str
    measured: str
    against: str
    figure: float
    target: float
    unit: str = "x"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure is within its target."""
        return self.figure >= self.target if self.at_least else self.figure <= self.target


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def middle(values: Sequence[float]) -> str:
    """Return median and spread as "412 ms (398 to 455)"; the values are in milliseconds."""
    return f"{statistics.median(values):.0f} ms ({min(values):.0f} to {max(values):.0f})"


def render(rows: Sequence[Row]) -> str:
    """Return the table as text."""
    lines = [("what", "measured", "against", "figure", "target", "")]
    for row in rows:
        figure, target = (_amount(value, row.unit) for value in (row.figure, row.target))
        lines.append(
            (
                row.what,
                row.measured,
                row.against,
                figure,
                f"{'>=' if row.at_least else '<='} {target}",
                "" if row.met else "MISSED",
            )
        )
    widths = [max(_width(line[place]) for line in lines) for place in range(5)]
    return "\n".join(_line(line, widths) for line in lines)


def _amount(value: float, unit: str) -> str:
    return f"{value:.2f} x" if unit == "x" else f"{value:,.{0 if value >= 100 else 1}f} {unit}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=False)]
    return "  ".join((*padded, *cells[len(widths) :])).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
