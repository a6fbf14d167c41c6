"""Blocks turn into strips that hold their words and stay in their width."""

from __future__ import annotations

import pytest

from deskapp.forms.blocks import NewPage, Paragraph, Ruled, Section, Signatures, Space, Strip, together
from tests.forms.reading import draw, setting


def test_a_paragraph_is_a_strip_for_each_line() -> None:
    pen, strips = draw(Paragraph("pain " * 60), width=200)
    assert len(strips) == len(pen.texts) > 3
    baselines = [y for _, y, _ in pen.texts]
    assert baselines == sorted(baselines)


def test_a_centred_paragraph_stands_in_the_middle() -> None:
    pen, _ = draw(Paragraph("x", align="centre"), width=200)
    assert 95 < pen.texts[0][0] < 100


def test_an_empty_paragraph_keeps_its_line() -> None:
    pen, strips = draw(Paragraph(""))
    assert (len(strips), pen.texts) == (1, [])


def test_a_section_stays_with_what_follows_and_draws_to_the_edge() -> None:
    pen, strips = draw(Section("Visitor"), width=300)
    assert strips[0].keep
    assert pen.words == ["Visitor"]
    assert pen.rules[0][2] == 300


def test_a_title_wider_than_the_page_has_no_line_behind_it() -> None:
    pen, _ = draw(Section("W" * 80), width=300)
    assert pen.rules == []


def test_ruled_lines_fill_the_height_given() -> None:
    how = setting(blank=True)
    *_, area = Ruled("History", lines=2, stretch=1).strips(how, 300)
    from tests.forms.reading import SpyPen

    pen = SpyPen()
    area.draw(pen, 0, 0, 242)  # type: ignore[arg-type]
    assert len(pen.rules) == 10
    assert max(rule[1] for rule in pen.rules) == pytest.approx(240)


def test_signatures_stand_side_by_side() -> None:
    pen, strips = draw(Signatures(["Visitor", "Guardian", "Desk operator"]), width=300)
    assert len(strips) == 1
    assert len({rule[1] for rule in pen.rules}) == 1
    assert [rule[0] for rule in pen.rules] == sorted(rule[0] for rule in pen.rules)
    assert pen.rules[-1][2] == pytest.approx(300)


def test_long_names_of_signatures_wrap_in_their_column() -> None:
    _, short = draw(Signatures(["a", "b"]), width=200)
    _, long = draw(Signatures(["asran khamgaalagch " * 6, "b"]), width=200)
    assert long[0].height > short[0].height


def test_together_keeps_all_but_the_last_with_the_next() -> None:
    strips = [Strip(1, lambda *_: None) for _ in range(3)]
    assert [strip.keep for strip in together(strips)] == [True, True, False]


def test_space_and_new_page_draw_nothing() -> None:
    pen, strips = draw(Space(7))
    assert (pen.texts, pen.rules, strips[0].height) == ([], [], 7)
    _, (turn,) = draw(NewPage())
    assert turn.turn
    assert turn.height == 0
