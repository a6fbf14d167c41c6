"""The slip with a queue number, for the 80 mm roll and for A6. It is read in public: only a masked name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deskapp.domain.papers import Letterhead, SlipPaper
from deskapp.domain.text import N_
from deskapp.forms.blocks import Block, Paragraph, Setting, Space
from deskapp.forms.page import Frame, printed_line, render_pages, render_roll
from deskapp.forms.poster import Band, Bars, Notice, Poster, Qr
from deskapp.forms.style import SIZES
from deskapp.forms.values import Entry, Row, grid, shown
from deskapp.i18n import Translator

SLIP_TITLE: Final = N_("Queue number")


def _waiting(paper: Any, tr: Translator) -> str:
    if paper.waiting_before is None:
        return ""
    return tr.n("{count} person", "{count} people", paper.waiting_before)


_ENTRIES: Final[Mapping[str, Entry]] = {
    "department": Entry(N_("Department"), "department", bold=True, size="strong"),
    "doctor": Entry(N_("Doctor"), "doctor", bold=True),
    "room": Entry(N_("Room"), "room", bold=True),
    "name": Entry(N_("Name"), "masked_name"),
    "waiting": Entry(N_("Waiting before you"), _waiting, bold=True),
    "day": Entry(N_("Date"), "day"),
    "issued": Entry(N_("Number issued"), "issued_at"),
}
_ROWS: Final[Sequence[Row]] = (
    (("department", 1),),
    (("doctor", 3), ("room", 2)),
    (("name", 3), ("waiting", 2)),
    (("day", 3), ("issued", 2)),
)


def number_slip(paper: SlipPaper | None, head: Letterhead, tr: Translator, size: str) -> bytes:
    """Return the number slip on an 80 mm roll ("roll80", as long as its content) or A6."""
    setting = Setting(tr, SIZES[size], blank=paper is None)
    known = paper or SlipPaper()
    frame = Frame(head, tr(SLIP_TITLE), "" if size == "roll80" else known.code)
    if size == "roll80":
        return render_roll(_roll(known, setting, frame), setting, frame)
    return render_pages(_sheet(known, setting), setting, frame)


def _bands(paper: SlipPaper, tr: Translator) -> list[Block]:
    words = []
    if paper.void:
        words.append(tr(N_("VOID: this number is not called")))
    if paper.reprint:
        words.append(tr(N_("Reprint {count}"), count=paper.reprint))
    return [Band(line) for line in words]


def _roll(paper: SlipPaper, setting: Setting, frame: Frame) -> list[Block]:
    tr = setting.tr
    return [
        Paragraph(frame.letterhead.hospital, "value", bold=True, align="centre"),
        Paragraph(frame.title, "small", align="centre"),
        Space(4),
        *_bands(paper, tr),
        Poster(paper.number, 62, struck=paper.void),
        grid(_ENTRIES, _ROWS, paper, tr),
        Space(8),
        *_next(paper, tr),
        Qr(paper.code, setting.style.code),
        Bars(paper.code),
        Space(3),
        Paragraph(printed_line(setting, frame.letterhead).text, "small", align="centre"),
    ]


def _sheet(paper: SlipPaper, setting: Setting) -> list[Block]:
    tr = setting.tr
    return [
        *_bands(paper, tr),
        Poster(paper.number, 64, centred=False, struck=paper.void),
        grid(_ENTRIES, _ROWS, paper, tr),
        Space(8),
        *_next(paper, tr),
        Space(0, stretch=1),
        Bars(paper.code),
    ]


def _next(paper: SlipPaper, tr: Translator) -> list[Block]:
    words = "" if paper.void else shown(tr, paper.next_step)
    return [Notice(words), Space(6)] if words else []
