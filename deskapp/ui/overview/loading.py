"""Reading the figures of a period and of the one before: what is there so far is shown, the rest follows.

A `Reading` is about one period, whatever is chosen meanwhile; what comes of another one is dropped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from deskapp.domain import statistics
from deskapp.domain.statistics import Period, Summary
from deskapp.services.statistics import Setting, SoFar
from deskapp.ui.base_tab import BaseView
from deskapp.ui.overview import head
from deskapp.ui.tasks import Progress, Task
from deskapp.ui.widgets.progress import ProgressStrip

REDRAW_MS: Final = 400
"""While parts arrive the charts are drawn anew this often at most."""
AGAIN_MS: Final = 10_000
"""After a change elsewhere the figures of a short period are read anew so much later."""
SHORT_DAYS: Final = 31


@dataclass(frozen=True, eq=False)
class Reading:
    """What was asked: a period, with the names and the target of that moment.

    The reading thread puts into `arrived`, the window takes out of it: a deque is safe for both.
    """

    loading: Loading
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

    def busy(self, under_way: bool) -> None:
        """Show how far it is, or that it is over."""
        self.loading.turn(self, under_way)

    def failed(self, error: Exception) -> None:
        """Show what came before it failed, and say so."""
        self._show()
        self.loading.fail(error, self.period)

    def earlier(self, summary: Summary) -> None:
        """Show the period before."""
        self.loading.take_earlier(self, summary)

    def _show(self) -> None:
        if self.arrived:
            self.loading.take_figures(self, self.arrived.popleft())


class Loading(QObject):
    """The figures of the period that the head shows, as far as they are read; the head says how far that is."""

    ready = Signal()
    """There are figures to draw."""

    turned = Signal()
    """The reading began, or is over."""

    def __init__(self, page: BaseView, shown: head.PeriodHead, strip: ProgressStrip) -> None:
        super().__init__(page)
        self._page, self._head, self._strip = page, shown, strip
        self.reading: Reading | None = None
        self.so_far: SoFar | None = None
        self.earlier: Summary | None = None
        self._task: Task | None = None
        self._stopped = self._failed = False
        self._redraw, self._again = self._timer(REDRAW_MS), self._timer(AGAIN_MS)
        self._redraw.timeout.connect(self.ready)
        self._again.timeout.connect(self.load)

    def _timer(self, after: int) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(after)
        return made

    @Slot()
    def load(self) -> None:
        """Read the figures of the chosen period anew; those that are shown stay until then."""
        self._again.stop()
        self.drop()
        desk, shown = self._page.desk, self._head.shown
        begin, fail = partial(self.begin, shown), partial(self._fail_to_begin, shown)
        self._page.run(
            desk.services.statistics.setting, desk.actor(), done=begin, failed=fail, latest="overview"
        )

    def _fail_to_begin(self, shown: Period, error: Exception) -> None:
        self.fail(error, shown)

    def load_later(self) -> None:
        """Read again a little later: there were changes elsewhere. Only a short period with today in it is read for them."""
        span = self._head.shown.span
        if span.days <= SHORT_DAYS and span.first <= self._page.desk.today() <= span.last:
            self._again.start()

    def begin(self, shown: Period, setting: Setting) -> None:
        """Read a period, if it is still the one that is wanted."""
        if shown != self._head.shown:
            return
        reading = Reading(self, shown, setting)
        if self.reading is None or self.reading.period != shown:
            self.so_far = self.earlier = None
        self.reading, self._stopped, self._failed = reading, False, False
        self._task = self._strip.watch(
            self._page.run(
                self._page.desk.services.statistics.figures,
                self._page.desk.actor(),
                shown.span,
                reading.arrived.append,
                done=reading.done,
                failed=reading.failed,
                progress=reading.progress,
                busy=reading.busy,
                latest="overview",
            )
        )
        self.tell()
        self.turned.emit()

    def turn(self, reading: Reading, under_way: bool) -> None:
        """Show in the strip how far a reading is; one that somebody cancelled there has stopped."""
        if reading is not self.reading:
            return
        self._strip.busy(under_way)
        if not under_way and self._task is not None and self._task.cancelled:
            self._task, self._stopped = None, True
            self.tell()
            self.turned.emit()

    def fail(self, error: Exception, shown: Period) -> None:
        """Say that there is no more to come, at the figures and, with why and another try, in the bar."""
        if shown == self._head.shown:
            self._task, self._failed = None, True
            self.tell()
            self.turned.emit()
        self._page.desk.messages.route(error, self._page, self.load)

    def take_figures(self, reading: Reading, so_far: SoFar) -> None:
        """Show the figures as far as they were read; when all are there, the period before is read."""
        if reading is not self.reading:
            return
        kept = self.so_far
        if kept is not None and kept.whole and not so_far.whole:
            # Read anew: the whole is not replaced by a part of it.
            return
        self.so_far = so_far
        self.tell()
        if so_far.whole:
            self._task = None
            self._compare(reading)
        if so_far.whole or kept is None:
            self._redraw.stop()
            self.ready.emit()
        elif not self._redraw.isActive():
            self._redraw.start()
        self.turned.emit()

    def _compare(self, reading: Reading) -> None:
        desk, before = self._page.desk, statistics.before(reading.period, reading.setting.now)
        self._task = desk.runner.run(
            desk.services.statistics.figures,
            desk.actor(),
            before.span,
            done=reading.earlier,
            failed=self._compare_with_none,
            progress=_no_progress,
            owner=self._page,
            latest="overview.earlier",
        )

    def _compare_with_none(self, error: Exception) -> None:
        self._task = None
        self.turned.emit()
        self._page.desk.messages.route(error, self._page, self.load)

    def take_earlier(self, reading: Reading, summary: Summary) -> None:
        """Compare with the period before."""
        if reading is self.reading:
            self._task, self.earlier = None, summary
            self.ready.emit()
            self.turned.emit()

    def is_whole(self) -> bool:
        """Return whether all figures of the chosen period and of the one before are there."""
        if self.reading is None or self.so_far is None:
            return False
        return self.so_far.whole and self.earlier is not None and self.reading.period == self._head.shown

    @property
    def is_running(self) -> bool:
        """Whether there is something to stop."""
        return self._task is not None and not self._task.finished

    def stop(self) -> None:
        """Read no further, and say so."""
        self._stopped = self._stopped or self.is_running
        self.drop()
        self.tell()

    def drop(self) -> None:
        """Read no further: other days are wanted."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def tell(self) -> None:
        """Say how far the figures are."""
        so_far, tr = self.so_far, self._page.desk.tr
        since = so_far.since if so_far is not None and not so_far.whole else None
        if self._failed:
            self._head.warn(tr(head.failed(since)))
        elif since is None:
            self._head.tell("")
        elif self._stopped:
            self._head.tell(tr(head.stopped(since)))
        else:
            self._head.tell(tr(head.reading(since)))


def _no_progress(_progress: object) -> None:
    """The period before says nothing while it is read; its report only lets it be stopped."""
