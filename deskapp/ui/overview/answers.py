"""What was asked for, and whom the answer is for: an answer about other days or another figure is dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deskapp.domain.papers import Letterhead
from deskapp.domain.statistics import Behind, BehindPart, BehindRow, Period
from deskapp.domain.statistics_tables import OverviewPaper
from deskapp.i18n import translator

if TYPE_CHECKING:
    from deskapp.ui.overview.intake import IntakeFigures
    from deskapp.ui.overview.output import Output

FORM: Final = "intake-overview"


@dataclass(frozen=True)
class OfFigure:
    """Which visits were asked for."""

    page: IntakeFigures
    period: Period
    wanted: Behind
    after: BehindRow | None

    def take(self, part: BehindPart) -> None:
        """Show the visits."""
        self.page.take_behind(self, part)


@dataclass(frozen=True)
class OfPaper:
    """What was to be printed when the letterhead was asked for."""

    output: Output
    paper: OverviewPaper

    def take(self, letterhead: Letterhead) -> None:
        """Show the paper."""
        self.output.open_preview(self.paper, letterhead)


@dataclass(frozen=True)
class Sheet:
    """Draws the paper in a worker."""

    paper: OverviewPaper
    letterhead: Letterhead

    def draw(self, size: str, language: str) -> bytes:
        """Return the PDF."""
        from deskapp.forms import catalog

        return catalog.render(FORM, self.paper, self.letterhead, translator(language), size)
