"""Fields and tick boxes."""

from __future__ import annotations

import pytest

from deskapp.forms.grid import TICK, Choice, Field, Grid
from tests.forms.reading import SpyPen, draw, setting, squeezed

SEX = [("unknown", False), ("male", True), ("female", False)]


def ticked(pen: SpyPen) -> list[str]:
    """Return the words that stand behind a ticked box."""
    return [after for before, after in zip(pen.words, pen.words[1:], strict=False) if before == TICK]


def test_label_stands_above_its_value_and_both_above_the_line() -> None:
    pen, (strip,) = draw(Grid([[Field("Name", "王建国")]]))
    (_, label_y, label), (_, value_y, value) = pen.texts
    assert (label, value) == ("Name", "王建国")
    assert label_y < value_y < pen.rules[0][1] <= strip.height


def test_equal_weights_stand_in_line_from_row_to_row() -> None:
    pen, _ = draw(
        Grid(
            [
                [Field("a", "1", 5), Field("b", "2", 7)],
                [Field("c", "3", 5), Field("d", "4", 3), Field("e", "5", 4)],
            ]
        )
    )
    at = {words: x for x, _, words in pen.texts}
    assert at["b"] == pytest.approx(at["d"])
    assert max(rule[2] for rule in pen.rules) == pytest.approx(400)


def test_the_chosen_entry_is_ticked_and_no_other() -> None:
    pen, _ = draw(Grid([[Choice("Sex", SEX)]]))
    assert len(pen.boxes) == 3
    assert ticked(pen) == ["male"]


def test_the_tick_stands_in_the_box_before_its_words() -> None:
    pen, _ = draw(Grid([[Choice("Sex", SEX)]]))
    tick_x = next(x for x, _, words in pen.texts if words == TICK)
    word_x = next(x for x, _, words in pen.texts if words == "male")
    left, _, side, _ = pen.boxes[1]
    assert left <= tick_x < left + side < word_x


def test_a_long_list_shows_only_what_was_chosen_unless_blank() -> None:
    many = [(f"option {number}", number == 7) for number in range(12)]
    pen, _ = draw(Grid([[Choice("Document", many)]]))
    assert (len(pen.boxes), ticked(pen)) == (1, ["option 7"])
    pen, _ = draw(Grid([[Choice("Document", [(words, False) for words, _ in many])]]), setting(blank=True))
    assert len(pen.boxes) == 12
    assert TICK not in pen.words


def test_boxes_wrap_within_their_cell() -> None:
    pen, _ = draw(Grid([[Choice("Sex", SEX * 2, most=9), Field("b")]]), width=260)
    assert max(x for x, *_ in pen.boxes) < 130
    assert len({y for _, y, *_ in pen.boxes}) > 1


def test_an_entry_wider_than_its_cell_wraps_behind_its_box() -> None:
    pen, _ = draw(
        Grid([[Choice("Document", [("foreign permanent resident card", True)]), Field("b")]]), width=200
    )
    parts = [(x, words) for x, _, words in pen.texts if words not in {"Document", "b", TICK}]
    assert squeezed("".join(words for _, words in parts)) == "foreignpermanentresidentcard"
    assert len({x for x, _ in parts}) == 1


def test_blank_rows_leave_room_to_write() -> None:
    _, (filled,) = draw(Grid([[Field("Name")]]))
    _, (blank,) = draw(Grid([[Field("Name")]]), setting(blank=True))
    assert blank.height > filled.height
    assert blank.height >= 25  # 9 mm
    assert blank.stretch
    assert not filled.stretch


def test_a_name_too_long_to_stand_out_is_smaller_not_cut() -> None:
    short, _ = draw(Grid([[Field("Name", "王建国", bold=True, size="strong")]]), width=150)
    name = "Гүррагчаасэржмядагийн Өлзийсайханбаатар"
    long, _ = draw(Grid([[Field("Name", name, bold=True, size="strong")]]), width=150)
    assert long.sizes[-1] < short.sizes[-1]
    assert squeezed("".join(long.words[1:])) == squeezed(name)


def test_a_single_long_word_shrinks_rather_than_breaks() -> None:
    style = setting().style
    word = "Өлзийсайханбаатар"
    width = setting().line(word).width(style.value) * 0.93
    pen, _ = draw(Grid([[Field("Name", f"{word} {word}")]]), width=width)
    assert pen.words[1:] == [word, word]


def test_a_very_long_value_may_be_parted_by_a_page_but_not_its_label() -> None:
    _, strips = draw(Grid([[Field("Complaint", "pain at night. " * 200)]]))
    assert len(strips) > 14
    assert strips[0].keep
    assert strips[-2].keep
    assert not strips[5].keep


def test_a_row_of_a_few_lines_stays_whole() -> None:
    _, strips = draw(Grid([[Field("Address", "Ulaanbaatar " * 12), Field("b", "1")]]))
    assert [strip.keep for strip in strips] == [True] * (len(strips) - 1) + [False]
