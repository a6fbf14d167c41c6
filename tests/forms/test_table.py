"""Tables and the banner."""

from __future__ import annotations

import pytest

from deskapp.forms.grid import TICK
from deskapp.forms.table import Banner, Column, Table
from tests.forms.reading import draw, setting, squeezed

COLUMNS = (Column("Item", 4), Column("Amount", 2, right=True))


def test_figures_stand_right_under_their_heading() -> None:
    how = setting()
    pen, _ = draw(Table(COLUMNS, [("ECG", "¥30.00"), ("Troponin", "¥8.00")]), how, width=300)
    ends = {
        words: x + how.line(words).width(size)
        for (x, _, words), size in zip(pen.texts, pen.sizes, strict=True)
        if words.startswith(("¥", "Amount"))
    }
    assert set(ends) == {"Amount", "¥30.00", "¥8.00"}
    assert all(end == pytest.approx(300) for end in ends.values())


def test_every_row_is_underlined_and_headings_come_again_on_a_new_page() -> None:
    pen, strips = draw(Table(COLUMNS, [("a", "1"), ("b", "2")], total=("Sum", "3")))
    assert len(pen.rules) == 4
    assert pen.words[-2:] == ["Sum", "3"]
    assert strips[0].keep
    assert all(strip.repeat == strips[0] for strip in strips[1:])


def test_a_short_table_stays_whole_and_a_long_one_may_be_parted() -> None:
    _, short = draw(Table(COLUMNS, [("a", "1")] * 5))
    _, long = draw(Table(COLUMNS, [("a", "1")] * 50))
    assert all(strip.keep for strip in short[:-1])
    assert not any(strip.keep for strip in long[1:])


def test_a_long_cell_takes_lines_and_loses_nothing() -> None:
    words = "十二导联心电图检查" * 12
    pen, strips = draw(Table(COLUMNS, [(words, "1")]), setting("zh"), width=200)
    assert len(strips) > 2
    assert squeezed("".join(pen.words)).replace("1", "") == "ItemAmount" + words


def test_blank_rows_are_high_enough_to_write_in() -> None:
    _, strips = draw(Table(COLUMNS, [("", "")]), setting(blank=True))
    assert strips[1].height >= 20


def test_the_banner_carries_tag_and_text_in_one_frame() -> None:
    pen, strips = draw(Banner("Drug allergy", "penicillin", "danger"))
    assert pen.words == ["Drug allergy", "penicillin"]
    assert pen.filled[0][:2] == (0, 0)
    assert pen.colours == ["#FFFFFF", setting().style.palette.danger]
    assert sum(strip.height for strip in strips) == pytest.approx(pen.filled[0][3])


def test_an_allergy_is_written_larger_than_its_absence() -> None:
    loud, _ = draw(Banner("Drug allergy", "penicillin", "danger"))
    calm, _ = draw(Banner("Drug allergy", "none known"))
    assert loud.sizes[-1] > calm.sizes[-1]


def test_a_long_allergy_is_framed_over_all_its_lines() -> None:
    words = "пенициллин, цефалоспорин, йод " * 30
    pen, strips = draw(Banner("Эмийн харшил", words, "danger"), setting("mn"))
    assert squeezed("".join(pen.words)) == squeezed("Эмийн харшил" + words)
    assert len(pen.filled) == len(strips) > 8


def test_the_blank_banner_has_boxes_and_a_line_to_write_on() -> None:
    options = [("none known", False), ("yes", False)]
    pen, _ = draw(Banner("Drug allergy", "to what:", "open", options), setting(blank=True))
    assert len(pen.boxes) == 2
    assert TICK not in pen.words
    to_what = next(x for x, _, words in pen.texts if words == "to what:")
    assert any(rule[0] > to_what and rule[1] == rule[3] and rule[2] < 400 for rule in pen.rules)
