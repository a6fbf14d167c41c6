"""Every form with values that nobody meant: it prints, all of it can be read, and nothing leaves the paper."""

from __future__ import annotations

import dataclasses
import io
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from deskapp.domain.intake import MAX_LINE, MAX_TEXT
from deskapp.domain.papers import Letterhead
from deskapp.domain.people import PersonList
from deskapp.domain.statistics_tables import FigureTable
from deskapp.forms.catalog import FORMS, render
from deskapp.i18n import LANGUAGES, translator
from tests.forms import reading
from tests.forms.reading import NOW
from tests.forms.samples import CODE, PAPERS
from tests.support.counts import Counts
from tests.support.fuzzing import Maker
from tests.support.naughty import NAUGHTY

ALL: Final = [(name, size) for name, spec in FORMS.items() for size in spec.sizes]
MADE_BY_US: Final = {
    **dict.fromkeys(("code", "visitor_number", "visit_number"), CODE),
    "number": "A012",
    "key_id": "1a2b3c4d",
}
"""What no person types: the program makes it, and it has a line of its own."""
AROUND: Final = 80
"""Points around the page that are looked at for what was drawn off it."""
DPI: Final = 36
SHORT: Final = tuple(text for text in NAUGHTY if len(text) <= MAX_LINE)
LONG: Final = ("长" * 100_000, "W" * 3000, "a\n" * 3000, "👨‍👩‍👧" * 500, "\u202eא" * 2000)


def paper(form: str, text: str, seed: int) -> Any:
    """Return a paper of a form with `text` in every field that people fill in."""
    maker = Maker(seed, {}, Path())
    kind = FORMS[form].paper
    made = maker.value("paper", kind, text)
    given: dict[str, Any] = {}
    if hasattr(made, "tables"):
        given["tables"] = tuple(map(_filled, made.tables))
    if hasattr(made, "records"):
        given["records"] = tuple(map(_numbered, made.records))
        given["lists"] = tuple(map(_headed, made.lists))
    return _numbered(dataclasses.replace(made, **given))


def _numbered(made: Any) -> Any:
    """Return a paper, or a part of one, with the numbers that the program gives."""
    given = {name: value for name, value in MADE_BY_US.items() if hasattr(made, name)}
    return dataclasses.replace(made, **given)


def _headed(listed: PersonList) -> PersonList:
    """Return a list as the program makes it: title and headings of its own; what stands under them is typed."""
    return dataclasses.replace(listed, title="Visits", headings=("Date", "Complaint", "Department"))


def _filled(table: FigureTable) -> FigureTable:
    """Return a table as the program makes it: titles of its own, a value under each heading; labels are typed."""
    count = len(table.headings)
    rows = [dataclasses.replace(row, values=(*row.values, *[1] * count)[:count]) for row in table.rows]
    return dataclasses.replace(table, title="Departments", first="Department", rows=tuple(rows))


def head(text: str) -> Letterhead:
    return Letterhead(text, None, text, NOW)


def off_the_page(pdf: bytes, folder: Path) -> int:
    """Return how many dots were drawn outside the first and the last page."""
    reading.needs("pdftoppm")
    pages = PdfReader(io.BytesIO(pdf)).pages
    writer, sizes = PdfWriter(), []
    for page in (pages[0], pages[-1]):
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        larger = RectangleObject((-AROUND, -AROUND, width + AROUND, height + AROUND))
        added = writer.add_page(page)
        added.mediabox = added.cropbox = larger
        sizes.append((width, height))
    source = folder / "around.pdf"
    with source.open("wb") as stream:
        writer.write(stream)
    raster = ["pdftoppm", "-r", str(DPI), "-gray", "-png", str(source), str(folder / "around")]
    subprocess.run(raster, check=True, capture_output=True)
    pictures = sorted(folder.glob("around*.png"))
    outside = sum(_outside(picture, *size) for picture, size in zip(pictures, sizes, strict=True))
    for file in (source, *pictures):
        file.unlink()
    return outside


def _outside(picture: Path, width: float, height: float) -> int:
    with Image.open(picture) as image:
        grey = image.convert("L")
        left = top = round(AROUND * DPI / 72)
        right, bottom = round((AROUND + width) * DPI / 72), round((AROUND + height) * DPI / 72)
        grey.paste(255, (left, top, right, bottom))
        return sum(grey.histogram()[:200])


def print_one(form: str, size: str, text: str, language: str, seed: int, folder: Path) -> str:
    """Print a form full of one text, look around its pages; return what can be read on it."""
    pdf = render(form, paper(form, text, seed), head(text[:200]), translator(language), size)
    assert pdf.startswith(b"%PDF")
    assert off_the_page(pdf, folder) == 0, (form, size, text[:20])
    return reading.text(pdf)


def print_longest(form: str, size: str, text: str, language: str, folder: Path) -> None:
    """Print a form with as much in every field as can be stored, then with far more in all of them."""
    made = paper(form, text[:MAX_LINE], 3)
    if hasattr(made, "complaint"):
        made = dataclasses.replace(made, complaint=text[:MAX_TEXT])
    pdf = render(form, made, head(text[:MAX_LINE]), translator(language), size)
    assert off_the_page(pdf, folder) == 0, (form, size, text[:20])
    more = render(form, paper(form, text, 3), head("康宁医院"), translator(language), size)
    assert more.startswith(b"%PDF")


@pytest.mark.parametrize(("form", "size"), ALL)
def test_a_form_full_of_markup_and_emoji_prints_it_as_it_is(form: str, size: str, tmp_path: Path) -> None:
    for text in ("<b>bold</b> & </para>", "👨‍👩‍👧‍👦 \u202eabc", "王𠮷㛃 Өлзий", "{0} %s ${x}"):
        words = print_one(form, size, text, "mn", 1, tmp_path)
        assert reading.visible(text) in words


@pytest.mark.safety
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("form", "size"), ALL)
def test_every_naughty_text_prints_and_can_be_read(
    form: str, size: str, tmp_path: Path, counts: Counts
) -> None:
    unread = []
    for place, text in enumerate(SHORT):
        words = print_one(form, size, text, LANGUAGES[place % len(LANGUAGES)], place, tmp_path)
        if reading.visible(text) not in words:
            unread.append(text[:40])
    assert unread == []
    for place, text in enumerate(LONG):
        print_longest(form, size, text, LANGUAGES[place % len(LANGUAGES)], tmp_path)
    counts.add("hostile prints", f"{form} {size}", len(SHORT) + len(LONG))
    counts.add("prints unreadable or off the page", f"{form} {size}", 0)


@pytest.mark.parametrize(("form", "size"), ALL)
@settings(max_examples=12)
@given(text=st.text(max_size=120), seed=st.integers(0, 999), language=st.sampled_from(LANGUAGES))
def test_any_text_prints(form: str, size: str, text: str, seed: int, language: str) -> None:
    pdf = render(form, paper(form, text, seed), head(text), translator(language), size)
    assert reading.visible(text) in reading.text(pdf)


@pytest.mark.parametrize("logo", [b"", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + bytes(200), b"GIF89a"])
@pytest.mark.parametrize(("form", "size"), ALL)
def test_a_logo_that_is_no_picture_keeps_no_form_from_printing(form: str, size: str, logo: bytes) -> None:
    letterhead = Letterhead("康宁医院", logo, "李娜", NOW)
    made = render(form, PAPERS.get(form), letterhead, translator("zh"), size)
    assert "康宁医院" in reading.text(made)


def test_what_is_drawn_off_the_page_is_found(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(200, 200))
    canvas.rect(50, 50, 20, 20, fill=1)
    canvas.rect(190, 50, 60, 20, fill=1)
    canvas.save()
    assert off_the_page(buffer.getvalue(), tmp_path) > 100
