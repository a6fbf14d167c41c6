"""Pages: strips laid on sheets inside a frame that says whose form it is, of which record, and who printed it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from deskapp.domain.papers import Letterhead
from deskapp.forms.blocks import LEADING, Block, Setting, Strip
from deskapp.forms.fonts import HAN, LATIN, font
from deskapp.forms.pen import Pen, load_picture
from deskapp.forms.style import MM
from deskapp.forms.text import Line

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_LANGUAGE_TAGS: Final = {"zh": "zh-CN", "en": "en-GB", "mn": "mn-MN"}
_LEAST_ROLL: Final = 60 * MM
_MOST_OF_SHEET: Final = 0.7
"""Share of the sheet that the hospital's name may take: a longer one would push the form off it."""


@dataclass(frozen=True)
class Frame:
    """What stands around a form. `code` is the opaque number of the record, carried by the QR code.

    `number` are words beside the QR code, such as the record number for people.
    """

    letterhead: Letterhead
    title: str
    code: str = ""
    number: Sequence[tuple[str, str]] = ()


@dataclass
class _Page:
    """The strips of one page with what they take of its height."""

    strips: list[Strip] = field(default_factory=list)
    used: float = 0
    begun: bool = False

    def add(self, strip: Strip, *, begun: bool = True) -> None:
        self.strips.append(strip)
        self.used += strip.height
        self.begun = begun


def render_pages(blocks: Sequence[Block], setting: Setting, frame: Frame) -> bytes:
    """Return the form as a PDF on as many pages as it takes, with head, foot and page numbers."""
    strips = [strip for block in blocks for strip in block.strips(setting, setting.style.body)]
    head = _Head(setting, frame)
    foot = _Foot(setting, frame)
    pages = paginate(
        strips, (head.room(first=True), head.room(first=False)), setting.style.height, foot.height
    )
    buffer = io.BytesIO()
    canvas = _canvas(buffer, setting, frame, setting.style.height)
    pen = Pen(canvas, setting.style.width, setting.style.height)
    for number, page in enumerate(pages, start=1):
        top = head.draw(pen, first=number == 1)
        _draw_strips(pen, page, setting.style.margin, top, setting.style.height - foot.height)
        foot.draw(pen, number, len(pages))
        pen.end_page()
    canvas.save()
    return buffer.getvalue()


def render_roll(blocks: Sequence[Block], setting: Setting, frame: Frame) -> bytes:
    """Return the form as a PDF of one sheet cut to its content, for paper from a roll."""
    style = setting.style
    strips = [strip for block in blocks for strip in block.strips(setting, style.body)]
    pages = paginate(strips, (style.margin, style.margin), style.height, style.margin)
    height = max(_LEAST_ROLL, max(page.used for page in pages) + 2 * style.margin)
    buffer = io.BytesIO()
    canvas = _canvas(buffer, setting, frame, height)
    pen = Pen(canvas, style.width, height)
    for page in pages:
        _draw_strips(pen, page, style.margin, style.margin, 0)
        pen.end_page()
    canvas.save()
    return buffer.getvalue()


def paginate(strips: Sequence[Strip], heads: tuple[float, float], height: float, foot: float) -> list[_Page]:
    """Lay strips on pages. `heads` are the heights taken on the first and on every later page.

    Strips marked to be kept with the next move to the next page together, if they fit one.
    """
    pages = [_Page()]
    at = 0
    while at < len(strips):
        chain = _chain(strips, at)
        page = pages[-1]
        if chain[0].turn:
            pages.append(_Page())
            at += 1
            continue
        room = height - foot - heads[min(len(pages) - 1, 1)]
        needed = sum(strip.height for strip in chain)
        if (
            page.begun
            and page.used + needed > room
            and (needed <= room or page.used + chain[0].height > room)
        ):
            pages.append(_Page())
            if chain[0].repeat is not None:
                pages[-1].add(chain[0].repeat, begun=False)
            continue
        taken = chain if page.used + needed <= room else chain[:1]
        for strip in taken:
            page.add(strip)
        at += len(taken)
    return pages


def _chain(strips: Sequence[Strip], start: int) -> Sequence[Strip]:
    end = start
    while end < len(strips) - 1 and strips[end].keep:
        end += 1
    return strips[start : end + 1]


def _draw_strips(pen: Pen, page: _Page, x: float, top: float, bottom: float) -> None:
    extra = stretched(page.strips, max(0.0, bottom - top - page.used))
    y = top
    for strip, more in zip(page.strips, extra, strict=True):
        strip.draw(pen, x, y, strip.height + more)
        y += strip.height + more


def stretched(strips: Sequence[Strip], spare: float) -> list[float]:
    """Share the room left on a page among the strips that stretch, none beyond its most."""
    extra = [0.0] * len(strips)
    open_ = {at for at, strip in enumerate(strips) if strip.stretch}
    while open_ and spare > 0.01:
        share = spare / sum(strips[at].stretch for at in open_)
        full = {at for at in open_ if extra[at] + share * strips[at].stretch >= strips[at].most}
        for at in full or open_:
            more = strips[at].most - extra[at] if at in full else share * strips[at].stretch
            extra[at] += more
            spare -= more
        open_ -= full or open_
    return extra


class _Head:
    """Logo, hospital, title, record number and QR code; slim on later pages."""

    def __init__(self, setting: Setting, frame: Frame) -> None:
        self._setting, self._style, self._frame = setting, setting.style, frame
        logo = frame.letterhead.logo
        self._logo = load_picture(logo) if logo else None
        self._code_side = self._style.code if frame.code else 0.0
        numbers = [(setting.line(label), setting.line(value, bold=True)) for label, value in frame.number]
        self._numbers = numbers
        self._number_width = max((self._number_room(pair) for pair in numbers), default=0.0)
        self._left = self._logo_width()
        room = self._style.body - self._left - self._code_side - self._number_width - self._style.gap * 2
        size = self._style.value * 1.15
        most = int(self._style.height * _MOST_OF_SHEET / (size * LEADING))
        self._hospital = setting.wrap(frame.letterhead.hospital, room, size, bold=True)[:most]
        self._title = setting.wrap(frame.title, room, self._style.title, bold=True)

    def room(self, *, first: bool) -> float:
        """Return the height that the head takes from the upper edge of the paper."""
        style = self._style
        if not first:
            return style.margin + style.heading * 2.6
        words = len(self._hospital) * style.value * 1.15 * LEADING + len(self._title) * style.title * 1.25
        numbers = len(self._numbers) * (style.label + style.value) * 1.3
        logo = 0.0 if self._logo is None else (self._left - style.gap) / self._logo[1]
        return style.margin * 0.9 + max(words, numbers, self._code_side, logo) + style.gap * 1.4

    def draw(self, pen: Pen, *, first: bool) -> float:
        """Draw the head and return where the body begins."""
        if first:
            self._draw_first(pen)
        else:
            self._draw_later(pen)
        return self.room(first=first)

    def _number_room(self, pair: tuple[Line, Line]) -> float:
        written = pair[1].width(self._style.value) if pair[1].runs else self._style.body * 0.2
        return max(pair[0].width(self._style.label), written)

    def _logo_width(self) -> float:
        if self._logo is None:
            return 0.0
        return min(self._style.logo * self._logo[1], self._style.body * 0.2) + self._style.gap

    def _draw_first(self, pen: Pen) -> None:
        style, palette = self._style, self._style.palette
        x, y = style.margin, style.margin * 0.9
        bottom = self.room(first=True) - style.gap * 0.7
        self._draw_logo(pen, x, y)
        size = style.value * 1.15
        for number, line in enumerate(self._hospital):
            pen.text(x + self._left, y + size * (1 + LEADING * number), line, size, palette.secondary)
        y += len(self._hospital) * size * LEADING
        for number, line in enumerate(self._title):
            pen.text(x + self._left, y + style.title * (1.05 + 1.2 * number), line, style.title, palette.text)
        self._draw_code(pen)
        pen.rule(x, bottom, (style.width - x, bottom), 1.4, palette.accent)

    def _draw_logo(self, pen: Pen, x: float, y: float) -> None:
        if self._logo is not None:
            picture, ratio = self._logo
            width = self._left - self._style.gap
            pen.picture(picture, x, y, (width, width / ratio))

    def _draw_code(self, pen: Pen) -> None:
        style, palette = self._style, self._style.palette
        right, y = style.width - style.margin, style.margin * 0.9
        if self._frame.code:
            pen.qr(self._frame.code, right - self._code_side, y, self._code_side, palette.text)
            right -= self._code_side + style.gap * 1.2
        for label, value in self._numbers:
            pen.text_right(right, y + style.label, label, style.label, palette.secondary)
            if value.runs:
                pen.text_right(right, y + style.label + style.value * 1.15, value, style.value, palette.text)
            else:
                line_y = y + style.label + style.value * 1.6
                pen.rule(right - self._number_width, line_y, (right, line_y), style.hairline, palette.rule)
            y += (style.label + style.value) * 1.35

    def _draw_later(self, pen: Pen) -> None:
        style, palette = self._style, self._style.palette
        baseline = style.margin + style.small
        pen.text(style.margin, baseline, self._title[0], style.small * 1.1, palette.text)
        words = " · ".join(
            filter(None, [self._frame.letterhead.hospital, *(value for _, value in self._frame.number)])
        )
        line = self._setting.line(words)
        if line.width(style.small) < style.body * 0.6:
            pen.text_right(style.width - style.margin, baseline, line, style.small, palette.secondary)
        pen.rule(style.margin, baseline + 5, (style.width - style.margin, baseline + 5), 0.9, palette.accent)


class _Foot:
    """Printed by and at, and the page's number of how many."""

    def __init__(self, setting: Setting, frame: Frame) -> None:
        self._setting, self._style = setting, setting.style
        self.height = self._style.margin * 0.75 + self._style.small * 2.5
        self._printed = printed_line(setting, frame.letterhead)

    def draw(self, pen: Pen, page: int, pages: int) -> None:
        """Draw the foot of one page."""
        style, palette = self._style, self._style.palette
        top = style.height - self.height + style.small * 1.2
        baseline = top + style.small * 1.25
        right = style.width - style.margin
        pen.rule(style.margin, top, (right, top), style.hairline, palette.line)
        pen.text(style.margin, baseline, self._printed, style.small * 0.92, palette.secondary)
        counted = self._setting.line(self._setting.tr("Page {page} of {pages}", page=page, pages=pages))
        pen.text_right(right, baseline, counted, style.small * 0.92, palette.secondary)


def printed_line(setting: Setting, letterhead: Letterhead) -> Line:
    """Return who printed and when, shortened to fit the foot beside the page number."""
    tr = setting.tr
    words = tr("Printed by {name}, {moment}", name=letterhead.printed_by, moment=letterhead.printed_at)
    return setting.wrap(words, setting.style.body * 0.75, setting.style.small * 0.92)[0]


def _canvas(buffer: io.BytesIO, setting: Setting, frame: Frame, height: float) -> Canvas:
    from reportlab import rl_config
    from reportlab.pdfgen.canvas import Canvas

    # binary streams: the text encoding that is reportlab's default costs a fifth more bytes and its time
    rl_config.useA85 = 0
    language = setting.tr.language
    made: Any = Canvas(
        buffer,
        pagesize=(setting.style.width, height),
        pageCompression=1,
        invariant=1,
        initialFontName=font(HAN if language == "zh" else LATIN, False).fontName,  # type: ignore[arg-type]
        lang=_LANGUAGE_TAGS.get(language, language),
    )
    made.setTitle(_plain(frame.title))
    made.setAuthor(_plain(frame.letterhead.hospital))
    made.setSubject(_plain(frame.code))
    made.setCreator("deskapp")
    stamp = frame.letterhead.printed_at.astimezone(dt.UTC).strftime("D:%Y%m%d%H%M%SZ")
    made.setDateFormatter(lambda *_: stamp)
    return made  # type: ignore[no-any-return]


def _plain(words: str) -> str:
    """Return words as the file's properties can hold them."""
    return "".join(char for char in words[:200] if char.isprintable())
