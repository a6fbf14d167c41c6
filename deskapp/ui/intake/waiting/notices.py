"""What the waiting page says by itself; the strips are drawn by `strip`, the sound is with the window's sign of waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import CareKind, WaitingRow, WaitingView
from deskapp.ui.intake.waiting import shown
from deskapp.ui.intake.waiting.panel import apology, obstacle_words
from deskapp.ui.intake.waiting.strip import Strips, Told

if TYPE_CHECKING:
    from deskapp.ui.intake.waiting.page import WaitingPage

REASSESS, STUCK, APOLOGY, LEFT_OVER, CLOCK = "reassess", "stuck", "apology", "left-over", "clock"
NAMES: Final = (CLOCK, REASSESS, STUCK, APOLOGY, LEFT_OVER)
DANGER, WARNING = "surroundings", "rule"


class Notices(QObject):
    """Finds what is due in each answer, and tells it."""

    def __init__(self, page: WaitingPage) -> None:
        super().__init__(page)
        self._page = page
        self._due = shown.Due()
        self._stuck_now: Sequence[WaitingRow] = ()
        self.strips = Strips(NAMES)

    def first_apology(self) -> WaitingRow | None:
        """Return who has waited longest without an apology, among those to whom one is due."""
        return self._due.apologies[0] if self._due.apologies else None

    def take(self, due: shown.Due) -> None:
        """Tell what is due in an answer."""
        self._due = due
        self.tell()

    def tell(self) -> None:
        """Say it in the language in force."""
        view = self._page.view
        if view is None:
            return
        told = (self._clock(view), self._reassess(), self._stuck(), self._apology(), self._left_over(view))
        self.strips.tell([one for one in told if one is not None])
        self._page.does.enable()

    def _clock(self, view: WaitingView) -> Told | None:
        if view.clock_behind is None:
            return None
        words = N_(
            "This computer's clock is behind: the newest entry is of {when}. Waits are counted wrongly."
        )
        return Told(CLOCK, "clock-alert", DANGER, self._page.desk.tr(words, when=view.clock_behind))

    def _reassess(self) -> Told | None:
        tr, rows = self._page.desk.tr, self._due.reassessments
        if not rows:
            return None
        first = rows[0]
        words = tr(
            N_("Look again how urgent it is: {number} {name}, waited {time}."),
            number=first.label,
            name=first.name_masked,
            time=tr(N_("{minutes} min"), minutes=first.waited),
        )
        acts = ((tr(N_("Show")), self._show_reassess), (tr(N_("Looked again")), self._reassessed))
        return Told(REASSESS, "heart-pulse", DANGER, self._more(words, len(rows)), acts)

    def _more(self, words: str, count: int) -> str:
        tr = self._page.desk.tr
        if count < 2:
            return words
        return tr(N_("{words} And {count} more."), words=words, count=count - 1)

    def _show_reassess(self) -> None:
        if self._due.reassessments:
            self._page.show_place(self._due.reassessments[0])

    def _reassessed(self) -> None:
        if self._due.reassessments:
            self._page.acts.care(self._due.reassessments[0], CareKind.REASSESSED)

    def _stuck(self) -> Told | None:
        tr = self._page.desk.tr
        if not self._due.stuck:
            return None
        # What happened comes before what nobody has entered yet.
        listed = (one for one in self._due.stuck if not self._is_unlisted(one[0]))
        rows = self._stuck_now = next(listed, self._due.stuck[0])
        acts = ((tr(N_("Show")), self._show_stuck), (tr(N_("Move all")), self._move_stuck))
        words = self._more_lines(self._why_stuck(rows), len(self._due.stuck))
        # A new hospital whose doctors nobody has entered yet works; nothing happened there.
        unlisted = all(self._is_unlisted(one[0]) for one in self._due.stuck)
        return Told(STUCK, "triangle-alert", WARNING if unlisted else DANGER, words, acts)

    def _is_unlisted(self, row: WaitingRow) -> bool:
        return shown.is_unlisted(row, self._page.unlisted)

    def _why_stuck(self, rows: Sequence[WaitingRow]) -> str:
        """Return why nobody can see these; what the reason names itself isn't said before it."""
        desk, first = self._page.desk, rows[0]
        assert first.obstacle is not None
        line, count = first.doctor or first.line, len(rows)
        if self._is_unlisted(first):
            words = N_("{line}: no doctor is listed here yet. {count} waiting.")
            return desk.tr(words, line=line, count=count)
        why = obstacle_words(first.obstacle, desk)
        if line in first.obstacle.params.values():
            return desk.tr(N_("{why} {count} waiting."), why=why, count=count)
        return desk.tr(N_("{line}: {why} {count} waiting."), line=line, why=why, count=count)

    def _more_lines(self, words: str, count: int) -> str:
        tr = self._page.desk.tr
        if count < 2:
            return words
        return tr.n(
            "{words} And {count} line more.", "{words} And {count} lines more.", count - 1, words=words
        )

    def _show_stuck(self) -> None:
        if self._due.stuck:
            self._page.show_place(self._stuck_now[0])

    def _move_stuck(self) -> None:
        if self._due.stuck:
            rows = self._stuck_now
            line = rows[0].doctor or rows[0].line
            words = Text(N_("Where do all {count} of {line} move to?"), {"count": len(rows), "line": line})
            self._page.does.ask_move(rows, words)

    def _apology(self) -> Told | None:
        tr, rows = self._page.desk.tr, self._due.apologies
        if not rows:
            return None
        first = rows[0]
        words = tr(
            N_("{number} {name} has waited {time}. Say: “{sentence}”"),
            number=first.label,
            name=first.name_masked,
            time=tr(N_("{minutes} min"), minutes=first.waited),
            sentence=apology(first, self._page.desk),
        )
        acts = (
            (tr(N_("Show")), self._show_apology),
            (tr(N_("Apologised (F11)")), self._page.does.apologise_first),
        )
        return Told(APOLOGY, "message-square-warning", WARNING, self._more(words, len(rows)), acts)

    def _show_apology(self) -> None:
        if self._due.apologies:
            self._page.show_place(self._due.apologies[0])

    def _left_over(self, view: WaitingView) -> Told | None:
        tr, rows = self._page.desk.tr, view.left_over
        if not rows:
            return None
        words = tr.n(
            "{count} number of an earlier day is still open.",
            "{count} numbers of earlier days are still open.",
            len(rows),
        )
        acts = ((tr(N_("Carry all over")), self._carry_all), (tr(N_("End them: left unseen")), self._end_all))
        return Told(LEFT_OVER, "calendar-clock", WARNING, words, acts)

    def _carry_all(self) -> None:
        if self._page.view is not None:
            rows, said = self._page.view.left_over, N_("Numbers carried over to today: {number}")
            self._page.acts.for_all("carry_over", rows, said=said)

    def _end_all(self) -> None:
        if self._page.view is not None:
            rows, said = self._page.view.left_over, N_("Numbers ended as left unseen: {number}")
            self._page.acts.for_all("left_unseen", rows, said=said)
