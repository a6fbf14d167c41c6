"""How long a registration form takes against a bare reportlab page with the same fonts and text.

Both run in one process, in turns, after their fonts are read. The bare page draws every run of text
that the form has, at its place and size, with reportlab's own `TTFont`, and nothing else: no lines,
no boxes, no QR code, no line breaking.
"""

from __future__ import annotations

import datetime as dt
import io
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from unittest import mock

from benchmarks.table import Row
from benchmarks.table import render as table
from deskapp import paths
from deskapp.domain.papers import ConsentLine, Letterhead, PriceLine, RegistrationPaper
from deskapp.domain.registration import (
    Allergy,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    Identity,
    MaritalStatus,
    MediaSource,
    Payment,
    Sex,
    VisitKind,
)
from deskapp.forms import page
from deskapp.forms.catalog import render
from deskapp.forms.pen import Pen
from deskapp.forms.text import Line
from deskapp.i18n import translator

ROUNDS = 25
RATIO = 2.0
MOST_KILOBYTES = 80
MOST_BLOCKED = 50

NOW = dt.datetime(2026, 11, 22, 9, 41, tzinfo=dt.UTC)
HEAD = Letterhead("康宁市中心医院", None, "李娜", NOW)
PAPER = RegistrationPaper(
    code="V2611220017",
    visitor_number="P00123456",
    visit_number="V2611220017",
    day=NOW.date(),
    name="王建国",
    preferred_name="老王",
    identity=Identity.DOCUMENT,
    sex=Sex.MALE,
    birth_date=dt.date(1958, 3, 4),
    ethnicity="汉族",
    nationality="中国",
    marital=MaritalStatus.MARRIED,
    occupation="退休教师",
    employer="康宁市第二中学",
    address="康宁市解放路128号3栋2单元501室",
    phone="13800138000",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number="11010519491231002X",
    contact_name="王小梅",
    contact_relation=ContactRelation.DAUGHTER,
    contact_phone="13900139000",
    allergy=Allergy.YES,
    allergy_text="青霉素、头孢类（皮疹）",
    insurer="城镇职工基本医疗保险",
    language="中文",
    interpreter=False,
    consents=(
        ConsentLine(ConsentKind.MEDICAL_DATA, True, "王建国", NOW),
        ConsentLine(ConsentKind.COMMUNICATION, False, "王建国", NOW),
    ),
    kind=VisitKind.GENERAL,
    first_visit=False,
    media_source=MediaSource.FRIEND,
    media_text="邻居介绍",
    complaint="胸口疼痛三天，夜里加重，走楼梯时气短。",
    urgency=3,
    department="心血管内科",
    doctor="李明远",
    room="305",
    queue_number="A012",
    prices=(PriceLine("普通门诊诊察费", 2500), PriceLine("十二导联心电图", 3000)),
    payment=Payment.PAID,
    number_issued=NOW,
    checked_in=NOW,
)


class Written(NamedTuple):
    """A run of text on a page: its place from the lower left corner, font, size."""

    x: float
    y: float
    text: str
    font: str
    size: float


def measure() -> list[Row]:
    """Return the rows of forms: time for each language, size of the file, longest stretch of the lock."""
    rows = [_time_row(language) for language in ("zh", "en", "mn")]
    pdf = _form("zh")
    blocked = _longest_block(lambda: _form("zh"))
    return [
        *rows,
        Row(
            "registration form, file", f"{len(pdf) / 1000:.1f} kB", "", len(pdf) / 1000, MOST_KILOBYTES, "kB"
        ),
        Row(
            "interpreter lock held by a form",
            f"{blocked * 1000:.1f} ms",
            "",
            blocked * 1000,
            MOST_BLOCKED,
            "ms",
        ),
    ]


def _form(language: str) -> bytes:
    return render("registration-form", PAPER, HEAD, translator(language), "A4")


def _time_row(language: str) -> Row:
    written = _written(language)
    fonts = _bare_fonts(written)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(lambda: _form(language)))
        theirs.append(_seconds(lambda: _bare_page(written, fonts)))
    mine, bare = statistics.median(ours[2:]), statistics.median(theirs[2:])
    what = f"registration form, second and later ({language})"
    return Row(what, f"{mine * 1000:.1f} ms", f"bare page {bare * 1000:.1f} ms", mine / bare, RATIO)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _written(language: str) -> list[Written]:
    """Print the form once and note every run of text."""
    noted: list[Written] = []

    class NotingPen(Pen):
        def text(self, x: float, baseline: float, line: Line, size: float, colour: str) -> None:
            left = x
            for run in line.runs:
                noted.append(Written(left, self.height - baseline, run.text, run.font.fontName, size))
                left += run.advance * size / 1000
            super().text(x, baseline, line, size, colour)

    with mock.patch.object(page, "Pen", NotingPen):
        _form(language)
    return noted


def _bare_fonts(written: list[Written]) -> dict[str, str]:
    """Register reportlab's own fonts for the files that the form uses; return their names."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    names = {}
    for ours in sorted({run.font for run in written}):
        family, weight = ours.split("-")
        file = f"{family}_{'700Bold' if weight == 'Bold' else '400Regular'}.ttf"
        names[ours] = f"bare-{ours}"
        if names[ours] not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(names[ours], str(paths.resource("fonts", file))))
    return names


def _bare_page(written: list[Written], fonts: dict[str, str]) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas: Any = Canvas(buffer, pageCompression=1)
    for run in written:
        canvas.setFont(fonts[run.font], run.size)
        canvas.drawString(run.x, run.y, run.text)
    canvas.save()
    return buffer.getvalue()


def _longest_block(work: Callable[[], object]) -> float:
    """Return the longest time in seconds that this thread could not run while another did `work`."""
    done = threading.Event()

    def run() -> None:
        for _ in range(10):
            work()
        done.set()

    worker = threading.Thread(target=run)
    gaps = [0.0]
    worker.start()
    last = time.perf_counter()
    while not done.is_set():
        time.sleep(0.0005)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now
    worker.join()
    return max(gaps)


if __name__ == "__main__":
    print(table(measure()))
