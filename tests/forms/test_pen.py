"""The pen's own operators, and pictures that may be broken."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from deskapp.forms.fonts import LATIN, font
from deskapp.forms.pen import Pen, load_picture
from deskapp.forms.text import typesetter


class Sheet:
    """A page to draw on that can be read back."""

    def __init__(self) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.buffer = io.BytesIO()
        self.canvas: Any = Canvas(self.buffer, (200, 100), initialFontName=font(LATIN, False).fontName)
        self.pen = Pen(self.canvas, 200, 100)

    def operators(self) -> list[str]:
        self.pen.end_page()
        self.canvas.save()
        content: Any = PdfReader(self.buffer).pages[0]["/Contents"]
        return str(content.get_object().get_data().decode()).splitlines()


def test_y_grows_downwards() -> None:
    sheet = Sheet()
    sheet.pen.rule(10, 20, (30, 40), 1, "#000000")
    assert "10.00 80.00 m 30.00 60.00 l S" in sheet.operators()


def test_a_box_hangs_from_its_upper_left_corner() -> None:
    sheet = Sheet()
    sheet.pen.box((10, 20), (30, 40), 1, "#FF0000")
    sheet.pen.fill_box(0, 0, 200, 10, "#0000FF")
    drawn = sheet.operators()
    assert "10.00 40.00 30.00 40.00 re S" in drawn
    assert "1 0 0 RG" in drawn
    assert "0.00 90.00 200.00 10.00 re f" in drawn


def test_colours_are_set_only_when_they_change() -> None:
    sheet = Sheet()
    for x in (0, 10, 20):
        sheet.pen.rule(x, 0, (x, 10), 0.5, "#000000")
    assert sheet.operators().count("0 0 0 RG") == 1


def test_a_polygon_is_closed_by_its_filling() -> None:
    sheet = Sheet()
    sheet.pen.fill_path([(0, 0), (10, 0), (5, 10)], "#000000")
    sheet.pen.path([(0, 0), (10, 10)], 1, "#000000")
    drawn = "\n".join(sheet.operators())
    assert "0.00 100.00 m 10.00 100.00 l 5.00 90.00 l f" in drawn
    assert "0.00 100.00 m 10.00 90.00 l S" in drawn


def test_text_ends_and_centres_where_it_is_told() -> None:
    line = typesetter("en").line("iii")
    width = line.width(10)
    sheet = Sheet()
    sheet.pen.text_right(100, 50, line, 10, "#000000")
    sheet.pen.text_centred(100, 50, line, 10, "#000000")
    starts = [float(words.split()[1]) for words in sheet.operators() if words.startswith("BT")]
    assert starts == pytest.approx([100 - width, 100 - width / 2], abs=0.01)


def test_bars_too_wide_for_their_room_are_not_squeezed() -> None:
    sheet = Sheet()
    assert not sheet.pen.code128("A" * 60, (0, 0), (150, 20), 0.7, "#000000")
    assert not sheet.pen.code128("王", (0, 0), (150, 20), 0.7, "#000000")
    assert sheet.pen.code128("A1", (0, 0), (150, 20), 0.7, "#000000")


def png(size: tuple[int, int], *, noise: bool = False) -> bytes:
    image = (
        Image.effect_noise(size, 90).convert("RGB") if noise else Image.new("RGBA", size, (200, 0, 0, 128))
    )
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("data", [b"", b"not a picture", png((9, 9))[:40]])
def test_a_broken_picture_is_left_out(data: bytes) -> None:
    assert load_picture(data) is None


def test_a_picture_that_would_fill_the_memory_is_left_out() -> None:
    header = png((1, 1))
    giant = header[:16] + (30_000).to_bytes(4, "big") * 2 + header[24:]
    assert load_picture(giant) is None


def test_a_large_picture_is_shrunk_and_keeps_its_shape() -> None:
    loaded = load_picture(png((3000, 1000)))
    assert loaded is not None
    picture, ratio = loaded
    assert ratio == pytest.approx(3, rel=0.02)
    assert max(picture.getSize()) <= 480


def test_a_photo_weighs_little() -> None:
    loaded = load_picture(png((900, 900), noise=True))
    assert loaded is not None
    sheet = Sheet()
    sheet.pen.picture(loaded[0], 0, 0, (50, 50))
    sheet.operators()
    assert len(sheet.buffer.getvalue()) < 40_000
