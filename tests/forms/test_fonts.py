"""Every character goes into the file once, in a font that carries its shape, width and meaning."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from deskapp.forms.fonts import HAN, LATIN, RARE, PaperFont, font, font_for_cyrillic, fonts_for, is_invisible
from tests.forms import reading


def page_with(words: str, used: PaperFont, *, drawn_by_reportlab: bool = False) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas: Any = Canvas(buffer, initialFontName=used.fontName)
    canvas.setFont(used.fontName, 12)
    if drawn_by_reportlab:
        canvas.drawCentredString(200, 600, words)
    else:
        canvas.drawString(50, 700, words)
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("family", "words"),
    [(HAN, "王建国㛃𬭎"), (LATIN, "Өнөдөр Ü (a\\b)"), (RARE, "𠮷"), (HAN, "⽟玉⼀一")],
)
def test_text_comes_out_as_it_went_in(family: str, words: str) -> None:
    assert reading.pages(page_with(words, font(family, False))) == [words]


def test_reportlabs_own_drawing_may_name_the_font() -> None:
    assert reading.pages(page_with("Харшил", font(LATIN, True), drawn_by_reportlab=True)) == ["Харшил"]


def test_font_is_one_embedded_subset() -> None:
    found = reading.fonts(
        page_with("王建国" + "".join(map(chr, range(0x4E00, 0x4E00 + 300))), font(HAN, False))
    )
    assert len(found) == 1
    name, entry = found.popitem()
    assert name[6] == "+"
    assert name[:6].isupper()
    descendant = entry["/DescendantFonts"][0].get_object()
    assert descendant["/FontDescriptor"]["/FontFile2"].get_object().get_data()[:4] == b"\0\1\0\0"
    assert "/ToUnicode" in entry


def test_same_characters_get_the_same_name_and_others_another() -> None:
    names = [set(reading.fonts(page_with(words, font(LATIN, False)))) for words in ("abc", "abc", "abd")]
    assert names[0] == names[1] != names[2]


def test_map_of_characters_is_cut_into_blocks_of_a_hundred() -> None:
    words = "".join(map(chr, range(0x4E00, 0x4E00 + 250)))
    (entry,) = reading.fonts(page_with(words, font(HAN, False))).values()
    listing = entry["/ToUnicode"].get_object().get_data().decode()
    assert [line for line in listing.splitlines() if line.endswith("beginbfchar")] == [
        "100 beginbfchar",
        "100 beginbfchar",
        "50 beginbfchar",
    ]


def test_two_documents_at_once_do_not_share_codes() -> None:
    from reportlab.pdfbase.pdfdoc import PDFDocument

    first, second = PDFDocument(), PDFDocument()
    used = font(LATIN, False)
    assert used.codes("ab", first) == [1, 2]
    assert used.codes("ba", second) == [1, 2]
    assert used.codes("ba", first) == [2, 1]


def test_width_is_what_the_face_says() -> None:
    assert font(HAN, False).stringWidth("王国", 10) == pytest.approx(20)
    assert font(LATIN, False).stringWidth("i", 10) < font(LATIN, False).stringWidth("W", 10)


def test_invisible_characters_keep_their_meaning_and_take_no_room() -> None:
    pdf = page_with("a\u200bb\ufe0fc", font(LATIN, False))
    assert reading.pages(pdf) == ["a\u200bb\ufe0fc"]
    (entry,) = reading.fonts(pdf).values()
    widths = entry["/DescendantFonts"][0].get_object()["/W"][1]
    assert [width == 0 for width in widths[1:]] == [False, True, False, True, False]


@pytest.mark.parametrize("char", ["\u200d", "\ufeff", "\ufe0f", "\U000e0100", "\u00ad"])
def test_joiners_and_selectors_are_invisible(char: str) -> None:
    assert is_invisible(char)


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "a", " ", "\0", "\u0301"])
def test_overrides_letters_and_marks_are_not(char: str) -> None:
    assert not is_invisible(char)


def test_chinese_looks_in_the_chinese_face_first_and_others_in_the_latin() -> None:
    assert [used.fontName for used in fonts_for("zh", False)][:2] == [
        "NotoSansSC-Regular",
        "NotoSans-Regular",
    ]
    for language in ("en", "mn"):
        assert fonts_for(language, True)[0].fontName == "NotoSans-Bold"
    assert font_for_cyrillic(False).has(ord("Ө"))


def test_no_other_font_is_in_the_file() -> None:
    page = PdfReader(io.BytesIO(page_with("x", font(LATIN, False)))).pages[0]
    kept = page["/Resources"].get_object()["/Font"]
    assert [entry.get_object()["/Subtype"] for entry in kept.values()] == ["/Type0"]
