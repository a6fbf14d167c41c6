"""The board as it is drawn, on a whole screen or small as a preview: one widget that knows no service."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QRect, Qt, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from deskapp.domain.board import LANGUAGES, TURN_SECONDS, BoardCall, BoardLine, BoardView
from deskapp.domain.text import N_
from deskapp.i18n import Translator, translator
from deskapp.ui import fonts, style
from deskapp.ui import tokens as tokens_of
from deskapp.ui.intake.board import plan as shares
from deskapp.ui.intake.board import ticker
from deskapp.ui.intake.board.plan import Plan, block_height, plan
from deskapp.ui.tokens import Colours

SECOND_MS: Final = 1000
FRAME_MS: Final = 40
FRESH_SECONDS: Final = 15
"""So long the frame around a new call is thick."""
SMALLEST_SHARE: Final = 0.45
"""A text that is too wide is drawn down to this share of its size before it is cut."""
TEXT_PAIRS: Final = (
    ("text", "ground"),
    ("text", "surface"),
    ("secondary", "ground"),
    ("secondary", "surface"),
    ("accent", "surface"),
    ("warning", "ground"),
)
"""What stands on what here; a test asks 7:1 of each."""

Clock = Callable[[], dt.datetime]


def wall_clock() -> dt.datetime:
    """Return the time of this computer, local."""
    return dt.datetime.now().astimezone()


@dataclass(frozen=True)
class Showing:
    """Everything the board needs to be drawn: what is known, in which languages, and whose house it is.

    `late_since` is the time of the last good answer when there is no newer one.
    """

    view: BoardView | None = None
    languages: tuple[str, ...] = LANGUAGES
    hospital: str = ""
    logo: QPixmap | None = None
    late_since: dt.datetime | None = None


def board_colours() -> Colours:
    """Return the board's colours: the dark set, as a bright screen blinds from afar; high contrast where it is on."""
    name = style.tokens().scheme.name
    return tokens_of.scheme(name if name == tokens_of.CONTRAST else tokens_of.DARK).colours


class BoardCanvas(QWidget):
    """Draws what is shown; languages and pages change by its own clock while it can be seen."""

    def __init__(self, clock: Clock = wall_clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.showing = Showing()
        self._clock = clock
        self._seconds = 0.0
        self._second = QTimer(self)
        self._second.setInterval(SECOND_MS)
        self._second.timeout.connect(self._on_second)
        self._frame = QTimer(self)
        self._frame.setInterval(FRAME_MS)
        self._frame.timeout.connect(self._on_frame)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        style.look().changed.connect(self.update)

    def show_board(self, showing: Showing) -> None:
        """Show something else; whose turn it is among languages and pages stays."""
        self.showing = showing
        self._name()
        self.update()

    def forward(self, seconds: float) -> None:
        """Let time pass: the next language or page may be due."""
        before = self.language
        self._seconds += seconds
        if self.language != before:
            self._name()
        self.update()

    @property
    def language(self) -> str:
        """The language whose turn it is."""
        return self.showing.languages[self._turn % len(self.showing.languages)]

    @property
    def _turn(self) -> int:
        return int(self._seconds // TURN_SECONDS)

    def page_of(self, count: int) -> int:
        """Return which of so many pages is due: each page comes in each language."""
        # Languages and pages turn together; after a round of both the pages are one ahead.
        round_of_both = math.lcm(len(self.showing.languages), max(1, count))
        return (self._turn + self._turn // round_of_both) % max(1, count)

    def showEvent(self, event: QShowEvent) -> None:
        """Let the clock run."""
        super().showEvent(event)
        self._second.start()
        self._name()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the clock."""
        super().hideEvent(event)
        self._second.stop()
        self._frame.stop()

    @Slot()
    def _on_second(self) -> None:
        self.forward(0 if self._frame.isActive() else SECOND_MS / 1000)

    @Slot()
    def _on_frame(self) -> None:
        before = self._turn
        self._seconds += FRAME_MS / 1000
        if self._turn != before:
            self._name()
            self.update()
        else:
            self.update(plan(self.width(), self.height()).foot)

    def _name(self) -> None:
        """Say to a screen reader what is drawn."""
        tr = translator(self.language)
        view = self.showing.view
        self.setAccessibleName(tr(N_("Board of the waiting room")))
        newest = view.calls[0] if view is not None and view.calls else None
        words = call_words(newest, tr) if newest is not None else tr(WAIT)
        self.setAccessibleDescription(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the areas."""
        painter = QPainter(self)
        where, tr = plan(self.width(), self.height()), translator(self.language)
        pen = _Pen(painter, where, tr, board_colours())
        painter.setClipRect(event.rect())
        painter.fillRect(self.rect(), QColor(pen.colours.ground))
        self._head(pen)
        view = self.showing.view
        if view is not None:
            self._called(pen, view)
            self._last(pen, view)
            self._waiting(pen, view)
        self._foot(pen, view)

    # the areas

    def _head(self, pen: _Pen) -> None:
        area, where = pen.plan.head, pen.plan
        now = self._clock()
        clock = pen.text(area, pen.tr.time(now), shares.CLOCK, "text", bold=True, right=True, figures=True)
        rest = area.adjusted(0, 0, -clock - where.px(shares.MARGIN * 2), 0)
        day = pen.text(rest, pen.tr.date(now.date()), shares.HOUSE, "secondary", right=True, figures=True)
        rest.setRight(rest.right() - day - where.px(shares.MARGIN * 2))
        if self.showing.late_since is not None:
            words = pen.tr(N_("as of {time}"), time=self.showing.late_since.astimezone().time())
            late = pen.text(rest, words, shares.HOUSE, "warning", bold=True, right=True)
            rest.setRight(rest.right() - late - where.px(shares.MARGIN * 2))
        logo = self.showing.logo
        if logo is not None and not logo.isNull():
            rest.setLeft(rest.left() + pen.picture(logo, rest) + where.px(shares.MARGIN))
        pen.text(rest, self.showing.hospital, shares.HOUSE, "text", bold=True)

    def _called(self, pen: _Pen, view: BoardView) -> None:
        title = pen.tr(N_("Please come in")) if view.calls else ""
        area = pen.panel(pen.plan.called, title, strong=_is_fresh(view))
        if not view.calls:
            pen.wrapped(area, pen.tr(WAIT), shares.PERSON)
            return
        call, where = view.calls[0], pen.plan
        number = QRect(area.left(), area.top(), area.width(), where.px(shares.BIG_ROOM))
        wide = pen.number(number, call.label)
        beside = number.adjusted(wide + where.px(shares.MARGIN), 0, 0, 0)
        if beside.width() >= where.px(shares.BESIDE):
            pen.wrapped(beside, whose_line(call, pen.tr), shares.LINE)
        person = QRect(area.left(), number.bottom(), area.width(), where.px(shares.PERSON_ROOM))
        used = pen.text(person, place_words(call, pen.tr), shares.PERSON, "accent", bold=True, right=True)
        person.setRight(person.right() - used - where.px(shares.MARGIN * 2))
        pen.text(person, call.name_masked, shares.PERSON, "text", bold=True)

    def _last(self, pen: _Pen, view: BoardView) -> None:
        area = pen.panel(pen.plan.last, pen.tr(N_("Called before")))
        before = _before(view)
        rows = pen.plan.rows
        at = self.page_of(-(-len(before) // rows)) * rows
        height, seen = pen.plan.px(shares.ROW_ROOM), before[at : at + rows]
        metrics = pen.metrics(pen.plan.px(shares.ROW), bold=True, figures=True)
        column = max((metrics.horizontalAdvance(call.label) for call in seen), default=0)
        for place, call in enumerate(seen):
            row = QRect(area.left(), area.top() + place * height, area.width(), height)
            self._row(pen, row, call, column)

    def _row(self, pen: _Pen, row: QRect, call: BoardCall, column: int) -> None:
        gap = pen.plan.px(shares.MARGIN * 2)
        pen.text(row, call.label, shares.ROW, "text", bold=True, figures=True)
        rest, place = row.adjusted(column + gap, 0, 0, 0), place_words(call, pen.tr)
        # Both become smaller where they do not fit side by side: neither is cut for the other.
        metrics = pen.metrics(pen.plan.px(shares.ROW))
        needed = sum(metrics.horizontalAdvance(words) for words in (call.name_masked, place)) + gap
        share = shares.ROW * max(SMALLEST_SHARE, min(1.0, rest.width() / max(1, needed)))
        used = pen.text(rest, place, share, "accent", right=True)
        pen.text(rest.adjusted(0, 0, -used - gap, 0), call.name_masked, share, "secondary")

    def _waiting(self, pen: _Pen, view: BoardView) -> None:
        title = pen.tr(N_("Waiting: {count}"), count=view.waiting)
        area = pen.panel(pen.plan.waiting, title)
        if not view.lines:
            pen.wrapped(area, pen.tr(N_("Nobody is waiting.")), shares.LINE)
            return
        blocks = pen.plan.blocks
        at = self.page_of(-(-len(view.lines) // blocks)) * blocks
        height = block_height(pen.plan.base)
        for place, line in enumerate(view.lines[at : at + blocks]):
            block = QRect(area.left(), area.top() + place * height, area.width(), height)
            self._line(pen, block, line)

    def _line(self, pen: _Pen, block: QRect, line: BoardLine) -> None:
        name, row = pen.plan.px(shares.LINE_ROOM), pen.plan.px(shares.ROW_ROOM)
        top = QRect(block.left(), block.top(), block.width(), name)
        pen.text(top, line_words(line, pen.tr), shares.LINE, "secondary")
        numbers = QRect(block.left(), top.bottom() + 1, block.width(), row)
        pen.spread(numbers, line.next, shares.ROW)
        below = QRect(block.left(), numbers.bottom() + 1, block.width(), name)
        pen.text(below, wait_words(line, pen.tr), shares.LINE, "secondary")

    def _foot(self, pen: _Pen, view: BoardView | None) -> None:
        area, where = pen.plan.foot, pen.plan
        pen.painter.fillRect(area, QColor(pen.colours.surface))
        words = notice_words(view, pen.tr)
        room = area.adjusted(where.px(shares.MARGIN), 0, -where.px(shares.MARGIN), 0)
        metrics = pen.metrics(where.px(shares.NOTICE))
        width = metrics.horizontalAdvance(words)
        moving = width > room.width() and style.moves() and self.isVisible()
        if moving != self._frame.isActive():
            self._frame.start() if moving else self._frame.stop()
        if moving:
            pen.moving(room, words, ticker.offset(self._seconds, width, where.base), width)
            return
        found = ticker.parts(words, lambda part: metrics.horizontalAdvance(part) <= room.width())
        if found:
            pen.text(room, found[ticker.part_at(self._seconds, len(found))], shares.NOTICE, "text")


WAIT: Final = N_("Please wait until your number is called.")


def _is_fresh(view: BoardView) -> bool:
    return bool(view.calls) and (view.at - view.calls[0].called_at).total_seconds() < FRESH_SECONDS


def _before(view: BoardView) -> list[BoardCall]:
    """Return the calls before the newest one, those that went in among them, newest first."""
    return sorted((*view.calls[1:], *view.inside), key=lambda call: call.called_at, reverse=True)


def place_words(call: BoardCall, tr: Translator) -> str:
    """Return where somebody is called to; the department's name where no room is known."""
    if not call.room:
        return tr(call.line)
    return tr(N_("Room {room}"), room=call.room) if call.room.isascii() else call.room


def whose_line(call: BoardCall, tr: Translator) -> str:
    """Return department and doctor, which is also what the number's letter means."""
    return "\n".join(part for part in (tr(call.line), call.doctor) if part)


def call_words(call: BoardCall, tr: Translator) -> str:
    """Return a call as one sentence, for a screen reader."""
    params = {"number": call.label, "name": call.name_masked, "place": place_words(call, tr)}
    return tr(N_("{number}, {name}: {place}"), **params)


def line_words(line: BoardLine, tr: Translator) -> str:
    """Return the name of a line: department and doctor. The room is said with the call."""
    return " · ".join(part for part in (tr(line.line), line.doctor) if part)


def wait_words(line: BoardLine, tr: Translator) -> str:
    """Return how many wait in a line, and how long probably."""
    count = tr.n("{count} waiting", "{count} waiting", line.waiting)
    low, high = line.estimate.low, line.estimate.high
    if low is None or high is None:
        return count
    span = f"{low}" if low == high else f"{low}–{high}"
    return " · ".join((count, tr(N_("about {span} min"), span=span)))


def notice_words(view: BoardView | None, tr: Translator) -> str:
    """Return the running notices, one after the other."""
    if view is None:
        return ""
    said = (tr(notice.text) or tr(notice.name) for notice in view.notices)
    return "     ".join(" ".join(words.split()) for words in said)


@dataclass(frozen=True)
class _Pen:
    """Draws texts of one board: every size is a share of its short side."""

    painter: QPainter
    plan: Plan
    tr: Translator
    colours: Colours

    def font(self, pixels: int, *, bold: bool = False, figures: bool = False) -> QFont:
        """Return the font of the language; `figures`: numbers look the same in every language."""
        return fonts.tabular(fonts.font("en" if figures else self.tr.language, pixels, bold=bold))

    def metrics(self, pixels: int, *, bold: bool = False, figures: bool = False) -> QFontMetrics:
        return QFontMetrics(self.font(pixels, bold=bold, figures=figures))

    def panel(self, area: QRect, title: str, *, strong: bool = False) -> QRect:
        """Draw a surface with a heading; return the room below the heading."""
        gap = self.plan.px(shares.MARGIN)
        colours = self.colours
        width = max(1, gap // 3) if strong else max(1, gap // 8)
        self.painter.setPen(QPen(QColor(colours.accent if strong else colours.line), width))
        self.painter.setBrush(QColor(colours.surface))
        half = width // 2
        self.painter.drawRoundedRect(area.adjusted(half, half, -half - 1, -half - 1), gap // 2, gap // 2)
        inside = area.adjusted(gap, gap // 2, -gap, -gap // 2)
        head = QRect(inside.left(), inside.top(), inside.width(), self.plan.px(shares.HEADING_ROOM))
        self.text(head, title, shares.HEADING, "accent", bold=True)
        return inside.adjusted(0, head.height(), 0, 0)

    def text(
        self,
        area: QRect,
        words: str,
        share: float,
        tone: str,
        *,
        bold: bool = False,
        right: bool = False,
        figures: bool = False,
    ) -> int:
        """Draw one line; return its width."""
        return self.sized(area, words, self.plan.px(share), tone, bold=bold, right=right, figures=figures)

    def sized(
        self,
        area: QRect,
        words: str,
        pixels: int,
        tone: str,
        *,
        bold: bool = False,
        right: bool = False,
        figures: bool = False,
    ) -> int:
        """Draw one line of so many pixels, smaller where it is too wide, cut where it still is; return its width."""
        if not words or area.width() <= 0:
            return 0
        least = max(1, int(pixels * SMALLEST_SHARE))
        metrics = self.metrics(pixels, bold=bold, figures=figures)
        while (advance := metrics.horizontalAdvance(words)) > area.width() and pixels > least:
            pixels = max(least, min(pixels - 1, pixels * area.width() // advance))
            metrics = self.metrics(pixels, bold=bold, figures=figures)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        if not right:
            # A J reaches to the left of where it stands, out of the column.
            area = area.adjusted(max(0, -metrics.tightBoundingRect(shown[:1]).left()), 0, 0, 0)
        self.painter.setFont(self.font(pixels, bold=bold, figures=figures))
        self.painter.setPen(QColor(getattr(self.colours, tone)))
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        self.painter.drawText(area, flags, shown)
        return metrics.horizontalAdvance(shown)

    def number(self, area: QRect, words: str) -> int:
        """Draw the number just called, by its ink: a J or Q that reaches below the line stays off the name there.

        Smaller where it is too wide; return its width.
        """
        pixels = self.plan.big
        ink = self.metrics(pixels, bold=True, figures=True).tightBoundingRect(words)
        share = min(1.0, area.width() / max(1, ink.width()), area.height() / max(1, ink.height()))
        font = self.font(max(1, int(pixels * share)), bold=True, figures=True)
        ink = QFontMetrics(font).tightBoundingRect(words)
        self.painter.setFont(font)
        self.painter.setPen(QColor(self.colours.text))
        top = area.top() + (area.height() - ink.height()) // 2
        self.painter.drawText(area.left() - ink.left(), top - ink.top(), words)
        return ink.width()

    def wrapped(self, area: QRect, words: str, share: float) -> None:
        """Draw a sentence over several lines in the middle."""
        self.painter.setFont(fonts.font(self.tr.language, self.plan.px(share)))
        self.painter.setPen(QColor(self.colours.secondary))
        self.painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)

    def spread(self, area: QRect, numbers: Sequence[str], share: float) -> None:
        """Draw as many numbers side by side as have room; the first one bold."""
        left, gap = area.left(), self.plan.px(shares.MARGIN * 2)
        for place, number in enumerate(numbers):
            metrics = self.metrics(self.plan.px(share), bold=place == 0, figures=True)
            width = metrics.horizontalAdvance(number)
            if place and left + width > area.right() + 1:
                return
            room = QRect(left, area.top(), area.right() + 1 - left, area.height())
            self.text(room, number, share, "text", bold=place == 0, figures=True)
            left += width + gap

    def picture(self, logo: QPixmap, area: QRect) -> int:
        """Draw the logo at the left, as high as there is room; return its width."""
        high = area.height() * 3 // 4
        wide = min(area.width() // 3, round(logo.width() * high / max(1, logo.height())))
        self.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.painter.drawPixmap(QRect(area.left(), area.center().y() - high // 2, wide, high), logo)
        return wide

    def moving(self, area: QRect, words: str, offset: int, width: int) -> None:
        """Draw a text that moves to the left and comes again from the right."""
        self.painter.save()
        self.painter.setClipRect(area)
        self.painter.setFont(self.font(self.plan.px(shares.NOTICE)))
        self.painter.setPen(QColor(self.colours.text))
        way = width + self.plan.px(ticker.GAP)
        for left in (area.left() - offset, area.left() - offset + way):
            line = QRect(left, area.top(), width + 1, area.height())
            self.painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        self.painter.restore()


def with_view(showing: Showing, view: BoardView) -> Showing:
    """Return what is shown once a new answer is there."""
    return replace(showing, view=view, late_since=None)
