"""Large print, codes and blocks side by side."""

from __future__ import annotations

import pytest

from deskapp.forms.blocks import Paragraph
from deskapp.forms.poster import DOT, Band, Bars, Beside, Notice, Poster, Qr
from tests.forms.reading import draw, setting, squeezed


def test_a_number_is_as_large_as_asked_or_as_fits() -> None:
    small, _ = draw(Poster("A012", 60), width=200)
    wide, _ = draw(Poster("A0123456789", 60), width=200)
    assert small.sizes == [60]
    assert wide.sizes[0] < 60
    assert setting().line("A0123456789", bold=True).width(wide.sizes[0]) <= 200.01


def test_no_number_is_a_box_to_write_in() -> None:
    pen, _ = draw(Poster("", 60))
    assert (len(pen.boxes), pen.texts) == (1, [])


def test_a_struck_number_is_crossed_out() -> None:
    pen, _ = draw(Poster("A012", 60, struck=True))
    assert len(pen.rules) == 2
    assert draw(Poster("A012", 60))[0].rules == []


def test_a_band_is_white_on_solid() -> None:
    pen, (strip,) = draw(Band("VOID"))
    assert pen.colours == ["#FFFFFF"]
    assert pen.filled[0][3] < strip.height


def test_a_notice_is_framed_as_one() -> None:
    words = "Please wait outside room 305 until your number is called. " * 3
    pen, strips = draw(Notice(words), width=150)
    assert squeezed("".join(pen.words)) == squeezed(words)
    flat = [rule for rule in pen.rules if rule[1] == rule[3]]
    assert [rule[1] for rule in flat] == pytest.approx([0, sum(strip.height for strip in strips)])


@pytest.mark.parametrize("code", ["1", "V2611220017", "V" * 40])
def test_qr_is_made_of_whole_dots_of_a_thermal_head(code: str) -> None:
    from deskapp.forms.codes import qr_rows

    _, (strip,) = draw(Qr(code, 70))
    modules = len(qr_rows(code))
    dots = strip.height / DOT / (modules + 4 * 1.6)
    assert dots == pytest.approx(round(dots))
    assert dots >= 2


def test_codes_carry_the_code_and_nothing_else() -> None:
    assert draw(Qr("V1", 70))[0].codes == [("qr", "V1")]
    pen, _ = draw(Bars("V1"))
    assert pen.codes == [("code128", "V1")]
    assert pen.words == ["V1"]


def test_no_code_prints_no_code() -> None:
    assert draw(Qr("", 70))[1] == []
    assert draw(Bars(""))[1] == []


def test_blocks_stand_beside_each_other_in_one_piece() -> None:
    pen, strips = draw(Beside([Paragraph("left\nleft")], [Paragraph("right")], share=0.5), width=210)
    assert len(strips) == 1
    at = {words: (x, y) for x, y, words in pen.texts}
    assert at["left"][0] == 0
    assert at["right"][0] > 100
    assert strips[0].height == pytest.approx(2 * draw(Paragraph("x"))[1][0].height)
