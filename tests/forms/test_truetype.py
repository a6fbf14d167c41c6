"""Font files read in place agree with reportlab's own reader, and cut fonts open again."""

from __future__ import annotations

import struct
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp import paths
from deskapp.forms.truetype import Face

FILES = ("NotoSans_400Regular", "NotoSans_700Bold", "NotoSansSC_400Regular", "NotoSansJP_400Regular")


@cache
def face(name: str) -> Face:
    return Face(paths.resource("fonts", f"{name}.ttf"))


def tables(program: bytes) -> dict[str, bytes]:
    count = struct.unpack_from(">H", program, 4)[0]
    rows = [struct.unpack_from(">4sLLL", program, 12 + 16 * row) for row in range(count)]
    return {tag.decode(): program[offset : offset + length] for tag, _, offset, length in rows}


def outlines(program: bytes) -> list[bytes]:
    parts = tables(program)
    places = struct.unpack(f">{len(parts['loca']) // 4}L", parts["loca"])
    return [parts["glyf"][start:end] for start, end in pairwise(places)]


def test_agrees_with_reportlab_on_a_whole_face() -> None:
    from reportlab.pdfbase.ttfonts import TTFontFace

    theirs = TTFontFace(str(paths.resource("fonts", "NotoSans_400Regular.ttf")))
    ours = face("NotoSans_400Regular")
    codes = [code for code in theirs.charToGlyph if code != 0xA0]
    assert [ours.glyph(code) for code in codes] == [theirs.charToGlyph[code] for code in codes]
    assert [ours.advance(ours.glyph(code)) for code in codes] == [theirs.charWidths[code] for code in codes]


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("NotoSansSC_400Regular", "王㛃𬭎，"),
        ("NotoSans_400Regular", "AЖӨҮөүё"),
        ("NotoSansJP_400Regular", "𠮷"),
    ],
)
def test_has_the_rare_characters_of_its_script(name: str, characters: str) -> None:
    assert all(face(name).glyph(ord(character)) for character in characters)


@pytest.mark.parametrize("code", [0x0645, 0x1F600, 0xD800, 0x10FFFF])
@pytest.mark.parametrize("name", FILES)
def test_knows_what_it_lacks(name: str, code: int) -> None:
    assert face(name).glyph(code) == 0


def test_measures_for_the_descriptor() -> None:
    sans = face("NotoSans_700Bold")
    assert sans.weight == 700
    assert sans.descent < 0 < sans.cap_height < sans.ascent
    assert len(sans.bbox) == 4


def test_cut_font_keeps_order_outlines_and_widths() -> None:
    sans = face("NotoSans_400Regular")
    glyphs = [0, sans.glyph(ord("W")), sans.glyph(ord("i")), sans.glyph(ord("W"))]
    program = sans.program(glyphs)
    shapes = outlines(program)
    assert shapes[1] == shapes[3] != shapes[2]
    widths = struct.unpack_from(">8H", tables(program)["hmtx"])[::2]
    assert list(widths) == [sans.advance(glyph) for glyph in glyphs]


def test_parts_of_composite_glyphs_come_along() -> None:
    sans = face("NotoSans_400Regular")
    shapes = outlines(sans.program([0, sans.glyph(ord("é"))]))
    assert struct.unpack_from(">h", shapes[1])[0] < 0
    part = struct.unpack_from(">H", shapes[1], 12)[0]
    assert 2 <= part < len(shapes)
    assert shapes[part]


@given(st.lists(st.integers(1, 4000), max_size=12))
def test_any_choice_of_glyphs_makes_tables_that_agree(chosen: list[int]) -> None:
    parts = tables(face("NotoSans_400Regular").program([0, *chosen]))
    count = struct.unpack_from(">H", parts["maxp"], 4)[0]
    assert count >= len(chosen) + 1
    assert len(parts["loca"]) == (count + 1) * 4
    assert len(parts["hmtx"]) == count * 4
    assert struct.unpack_from(">H", parts["hhea"], 34)[0] == count
    assert struct.unpack_from(">h", parts["head"], 50)[0] == 1


def test_checksums_are_those_of_the_tables() -> None:
    program = face("NotoSans_400Regular").program([0, 40, 41])
    for row in range(struct.unpack_from(">H", program, 4)[0]):
        _, checksum, offset, length = struct.unpack_from(">4sLLL", program, 12 + 16 * row)
        padded = program[offset : offset + (length + 3 & ~3)]
        assert checksum == sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Face(tmp_path / "none.ttf")
