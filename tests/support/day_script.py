"""A whole day of a front desk as a script: who comes when, and what every hand at the desk then does.

The script moves the hospital's clock from one act to the next and calls the services as the window's pages do.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from deskapp.domain.access import Actor
from deskapp.domain.changes import NOTHING, Changes
from deskapp.domain.door import GreetingDraft
from deskapp.domain.intake import TriageDecision, VisitorDraft
from deskapp.domain.registration import EndReason, MediaSource, Payment, Sex
from deskapp.domain.waiting import CareKind, Standing
from deskapp.services.all import Services
from deskapp.services.base import new_request

OPENS, CLOSES = 8 * 60, 17 * 60
"""Minutes of the day between which people come."""
GOES_ON_UNTIL = 23 * 60


@dataclass
class HandClock:
    """The hospital's clock, moved by hand."""

    moment: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.moment


@dataclass
class Told:
    """What the script did, counted while doing it."""

    visits: int = 0
    new: int = 0
    left: int = 0
    finished: int = 0
    numbers: int = 0


@dataclass
class Day:
    """One day at the desk; `run` lets it happen, `after` is called with the changes of each minute."""

    services: Services
    clock: HandClock
    operator: Actor
    guide: Actor
    rng: Random
    after: Callable[[Changes], object]
    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self._midnight = self.clock.moment.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        self._acts: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self._known: list[int] = []
        self._departments = self.services.directory.departments(self.operator)

    def run(self, visitors: int) -> Told:
        """Let so many visitors come, and everybody be seen or leave."""
        self._yesterday(visitors // 3)
        for _ in range(visitors):
            self._later(self.rng.uniform(OPENS, CLOSES) - OPENS, self._come)
        for minute in range(0, GOES_ON_UNTIL - OPENS, 5):
            self._later(minute, self._doctors)
        gathered, shown = NOTHING, -1
        while self._acts:
            at, _number, act = heapq.heappop(self._acts)
            self.clock.moment = self._midnight + dt.timedelta(minutes=OPENS + at)
            self._gathered = NOTHING
            act()
            gathered |= self._gathered
            if int(at) != shown and gathered:
                self.after(gathered)
                gathered, shown = NOTHING, int(at)
        self.after(gathered)
        return self.told

    def _yesterday(self, people: int) -> None:
        """Let those who will come again have been here the day before."""
        today = self.clock.moment
        self.clock.moment -= dt.timedelta(days=1)
        self._gathered = NOTHING
        for number in range(people):
            draft = VisitorDraft(name=f"李{number:03}", sex=Sex.FEMALE)
            self._known.append(self._do(self.services.visitors.register, self.operator, draft).id)
            self._do(self.services.visits.open, self.operator, self._known[-1])
        self.clock.moment = today

    def _now(self) -> float:
        return (self.clock.moment - self._midnight).total_seconds() / 60 - OPENS

    def _later(self, at: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._acts, (at, next(self._number), act))

    def _soon(self, minutes: float, act: Callable[..., None], *values: Any) -> None:
        self._later(self._now() + minutes, lambda: act(*values))

    def _do(self, method: Callable[..., Any], actor: Actor, *values: Any) -> Any:
        done = method(actor, new_request(), *values)
        self._gathered |= done.changes
        return done.value

    # --- One visitor --------------------------------------------------------------------------------------------

    def _come(self) -> None:
        greeting = None
        if self.rng.random() < 0.7:
            draft = GreetingDraft(first_visit=self.rng.random() < 0.6)
            greeting = self._do(self.services.door.greet, self.guide, draft)
        self._soon(self.rng.uniform(0.5, 4), self._receive, greeting)

    def _receive(self, greeting: int | None) -> None:
        if self._known and self.rng.random() < 0.3:
            visitor = self._known.pop()
        else:
            draft = VisitorDraft(name=f"张{self.told.new:03}", sex=Sex.MALE)
            visitor = self._do(self.services.visitors.register, self.operator, draft).id
            self.told.new += 1
        visit = self._do(
            self.services.visits.open_or_join, self.operator, visitor, *([greeting] if greeting else [])
        ).id
        self.told.visits += 1
        if self.rng.random() < 0.03:
            self._soon(3, self._end, visit, EndReason.CANCELLED)
            return
        self._soon(self.rng.uniform(1, 6), self._triage, visit)

    def _end(self, visit: int, reason: EndReason) -> None:
        self._do(self.services.visits.end, self.operator, visit, reason)

    def _triage(self, visit: int) -> None:
        place = self.rng.choice(self._departments)
        urgency = self.rng.choices((None, 2, 3, 4), (50, 2, 20, 28))[0]
        decision = TriageDecision("头疼", place.id, urgency=urgency, reason="script", urgency_reason="script")
        self._do(self.services.numbers.decide_and_issue, self.operator, visit, decision)
        self.told.numbers += 1
        if self.rng.random() < 0.6:
            source = self.rng.choice((MediaSource.FRIEND, MediaSource.WEB_SEARCH, MediaSource.PASSER_BY))
            self._do(self.services.visits.set_source, self.operator, visit, source)
        if self.rng.random() < 0.8:
            self._soon(self.rng.uniform(1, 5), self._pay, visit)

    def _pay(self, visit: int) -> None:
        if self.services.visits.visit(self.operator, visit).ended is None:
            self._do(self.services.visits.pay, self.operator, visit, Payment.PAID)

    # --- The line -----------------------------------------------------------------------------------------------

    def _doctors(self) -> None:
        """Every five minutes: no-shows go back, who waits long is cared for, free doctors call the next."""
        waiting = self.services.waiting
        self._do(waiting.return_no_shows, self.operator)
        rows = waiting.view(self.operator).rows
        for row in rows:
            if row.apology_due:
                self._do(waiting.give_care, self.operator, row.visit_id, CareKind.APOLOGY)
        open_rows = [row for row in rows if row.standing is Standing.WAITING]
        if open_rows and self.rng.random() < 0.05:
            self._leave(self.rng.choice(open_rows).id)
        parked = [row for row in rows if row.standing is Standing.PARKED]
        for row in parked:
            self._do(waiting.unpark, self.operator, row.id, row.version)
        for queue in sorted({row.queue for row in open_rows + parked}):
            with_doctor = sum(row.queue == queue and row.standing is Standing.WITH_DOCTOR for row in rows)
            for _doctor in range(2 - with_doctor):
                called = self._do(waiting.call_next, self.operator, queue)
                if called is not None and self.rng.random() > 0.08:
                    self._soon(self.rng.uniform(0.3, 2), self._start, called)

    def _version(self, entry: int, *standings: Standing) -> int | None:
        rows = self.services.waiting.view(self.operator).rows
        return next((row.version for row in rows if row.id == entry and row.standing in standings), None)

    def _leave(self, entry: int) -> None:
        version = self._version(entry, Standing.WAITING)
        assert version is not None
        self._do(self.services.waiting.left_unseen, self.operator, entry, version)
        self.told.left += 1

    def _start(self, entry: int) -> None:
        version = self._version(entry, Standing.CALLED)
        if version is None:
            return
        self._do(self.services.waiting.start, self.operator, entry, version)
        if self.rng.random() < 0.05:
            self._do(self.services.waiting.undo, self.operator, entry, version + 1)
            self._do(self.services.waiting.start, self.operator, entry, version + 2)
        self._soon(self.rng.uniform(2, 9), self._finish, entry)

    def _finish(self, entry: int) -> None:
        version = self._version(entry, Standing.WITH_DOCTOR)
        if version is not None:
            self._do(self.services.waiting.finish, self.operator, entry, version)
            self.told.finished += 1
