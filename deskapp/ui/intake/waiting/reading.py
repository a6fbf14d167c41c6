"""Reading the waiting line: one question at a time, whole or only the departments that changed, and again as time goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Slot

from deskapp.domain.changes import NOTHING, Changes
from deskapp.ui.intake.waiting import shown

if TYPE_CHECKING:
    from deskapp.ui.intake.waiting.page import WaitingPage

TICK_MS: Final = 20_000
"""Within this time everything that only time changes is asked for again."""
LEAST_TICK_MS: Final = 250


class Reading(QObject):
    """Asks the service for the page; each answer goes to `WaitingPage.take_answer`."""

    def __init__(self, page: WaitingPage) -> None:
        super().__init__(page)
        self._page = page
        self._asking = False
        self._to_ask: Changes | None = None
        self._turn = 0
        self.clock = QTimer(self)
        self.clock.setInterval(TICK_MS)
        self.clock.timeout.connect(self.tick)

    @property
    def under_way(self) -> bool:
        """Whether an answer is on its way."""
        return self._asking

    @Slot()
    def tick(self) -> None:
        """Let minutes and signs go on: of many departments one at a time, each within TICK_MS.

        Reading two thousand places at once keeps Python busy for a tenth of a second, and painting waits for it.
        """
        answer = self._page.answer
        departments = answer.departments if answer is not None else ()
        if len(departments) <= shown.MOST_DEPARTMENTS:
            self.ask(NOTHING)
            return
        self._turn += 1
        self.ask(Changes.of(shown.TURN, departments[self._turn % len(departments)]))

    def set_pace(self, departments: int) -> None:
        """Tick so often that each of so many departments has its turn within TICK_MS."""
        pace = (
            TICK_MS if departments <= shown.MOST_DEPARTMENTS else max(LEAST_TICK_MS, TICK_MS // departments)
        )
        if self.clock.interval() != pace:
            self.clock.setInterval(pace)

    def ask(self, changes: Changes) -> None:
        """Ask once at a time: what changes while an answer is on its way is asked for after it.

        Were each question to take the place of the one before, a busy line would never be shown.
        """
        if not self._page.isVisible():
            self._page.miss(changes or Changes.of("queue"))
        elif not self._asking:
            self._asking = True
            self._send(changes)
        elif self._to_ask is None:
            self._to_ask = changes
        else:
            self._to_ask = self._to_ask | changes if self._to_ask and changes else NOTHING

    def _send(self, changes: Changes) -> None:
        page = self._page
        service, actor, before = page.desk.services.waiting, page.desk.actor(), page.answer
        some = shown.touched_departments(changes, before) if before is not None else None
        run, done = page.desk.runner.run, page.take_answer
        if some is None or len(some) > shown.MOST_DEPARTMENTS:
            run(shown.ask, service, actor, before, done=done, busy=self._set_asking, owner=page)
        else:
            part = shown.Part(some, changes.touched.get("queue", frozenset()))
            run(shown.ask_some, service, actor, before, part, done=done, busy=self._set_asking, owner=page)

    def _set_asking(self, busy: bool) -> None:
        self._asking = busy
        if not busy and self._to_ask is not None:
            # Not before the answer that has come is shown.
            QTimer.singleShot(0, self, self._ask_on)

    @Slot()
    def _ask_on(self) -> None:
        changes, self._to_ask = self._to_ask, None
        if changes is not None:
            self.ask(changes)
