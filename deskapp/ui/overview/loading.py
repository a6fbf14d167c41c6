"""Reading the figures of a period and of the one before: what is there so far is shown, the rest follows.

A `Reading` is about one period, whatever is chosen meanwhile; the page drops what is of another one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from deskapp.domain.statistics import Period, Summary
from deskapp.services.statistics import Setting, SoFar
from deskapp.ui.tasks import Progress


class Page(Protocol):
    """What shows figures."""

    def take_figures(self, reading: Reading, so_far: SoFar) -> None:
        """Show the figures as far as they were read."""

    def take_earlier(self, reading: Reading, summary: Summary) -> None:
        """Show those of the period before."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What was asked: a period, with the names and the target of that moment.

    The reading thread puts into `arrived`, the window takes out of it: a deque is safe for both.
    """

    page: Page
    period: Period
    setting: Setting
    arrived: deque[SoFar] = field(default_factory=lambda: deque(maxlen=1))

    def progress(self, progress: Progress) -> None:
        """Show the newest of what arrived; called in the window's thread."""
        del progress
        self._show()

    def done(self, summary: Summary) -> None:
        """Show what came last."""
        del summary
        self._show()

    def earlier(self, summary: Summary) -> None:
        """Show the period before."""
        self.page.take_earlier(self, summary)

    def _show(self) -> None:
        if self.arrived:
            self.page.take_figures(self, self.arrived.popleft())
