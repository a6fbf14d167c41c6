"""The frame of a page, and how strips find their page."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from deskapp.domain.papers import Letterhead
from deskapp.forms.blocks import NewPage, Paragraph, Strip
from deskapp.forms.page import Frame, paginate, render_pages, render_roll, stretched
from deskapp.forms.style import MM
from tests.forms import reading
from tests.forms.reading import HEAD, setting


def strip(height: float, *, keep: bool = False, stretch: float = 0, most: float = 1e9) -> Strip:
    return Strip(height, lambda *_: None, keep, stretch, most)


def heights(strips: list[Strip], height: float = 100) -> list[list[float]]:
    return [[each.height for each in page.strips] for page in paginate(strips, (0, 0), height, 0)]


def test_strips_fill_a_page_and_go_on() -> None:
    assert heights([strip(40)] * 5) == [[40, 40], [40, 40], [40]]


def test_kept_strips_move_together() -> None:
    assert heights([strip(70), strip(20, keep=True), strip(20)]) == [[70], [20, 20]]


def test_a_chain_longer_than_a_page_is_parted_and_nothing_is_lost() -> None:
    laid = heights([strip(30, keep=True)] * 9 + [strip(30)])
    assert sum(map(len, laid)) == 10
    assert all(sum(page) <= 100 for page in laid)


def test_later_pages_have_their_own_head() -> None:
    pages = paginate([strip(30)] * 4, (50, 10), 100, 10)
    assert [len(page.strips) for page in pages] == [1, 2, 1]


def test_headings_of_a_table_are_repeated_on_the_new_page() -> None:
    head = strip(10, keep=True)
    rows = [replace(strip(40), repeat=head) for _ in range(4)]
    assert heights([head, *rows]) == [[10, 40, 40], [10, 40, 40]]


def test_a_strip_that_no_page_holds_does_not_hang() -> None:
    assert heights([strip(10), replace(strip(500), repeat=strip(10)), strip(10)]) == [[10], [10, 500], [10]]


def test_a_new_page_begins_where_it_is_asked_for() -> None:
    assert heights([strip(10), *NewPage().strips(setting(), 100), strip(10)]) == [[10], [10]]


@given(st.lists(st.tuples(st.floats(0, 150), st.booleans()), max_size=30))
def test_every_strip_is_laid_once_in_order(asked: list[tuple[float, bool]]) -> None:
    strips = [strip(height, keep=keep) for height, keep in asked]
    laid = [each for page in paginate(strips, (5, 5), 100, 5) for each in page.strips]
    assert laid == strips


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2, 2.5]), st.floats(0, 50)), max_size=8), st.floats(0, 300))
def test_room_is_shared_and_nobody_takes_more_than_their_most(
    asked: list[tuple[float, float]], spare: float
) -> None:
    strips = [strip(1, stretch=weight, most=most) for weight, most in asked]
    extra = stretched(strips, spare)
    assert sum(extra) <= spare + 0.1
    assert all(more <= each.most + 1e-6 for more, each in zip(extra, strips, strict=True))
    wanting = [e for e, each in zip(extra, strips, strict=True) if each.stretch and e < each.most - 1e-6]
    assert not wanting or sum(extra) == pytest.approx(spare, abs=0.1)


def frame(**changes: object) -> Frame:
    return replace(Frame(HEAD, "Registration form", "V2611220017", [("Visit no.", "17")]), **changes)  # type: ignore[arg-type]


def test_the_frame_says_whose_form_which_record_and_who_printed() -> None:
    (words,) = reading.pages(render_pages([Paragraph("body")], setting(), frame()))
    for expected in (
        "Kangning Central Hospital",
        "Registration form",
        "Visit no.",
        "17",
        "Page 1 of 1",
        "body",
    ):
        assert expected in words
    assert "Printed by Li Na" in words


def test_pages_are_counted_and_named_on_each() -> None:
    pages = reading.pages(render_pages([Paragraph("line\n" * 200)], setting(), frame()))
    assert len(pages) == 4
    for number, words in enumerate(pages, start=1):
        assert f"Page {number} of 4" in words
        assert "Registration form" in words
        assert "17" in words


def test_ten_thousand_characters_run_over_pages_and_none_is_lost() -> None:
    pdf = render_pages([Paragraph("疼痛难忍，" * 2000)], setting("zh", "A5"), frame())
    words = reading.text(pdf)
    assert {char: words.count(char) for char in "疼痛难忍"} == dict.fromkeys("疼痛难忍", 2000)


def test_the_files_properties_name_no_visitor_and_its_language_is_the_forms() -> None:
    reader = PdfReader(io.BytesIO(render_pages([Paragraph("x")], setting("mn"), frame())))
    assert reader.metadata is not None
    assert reader.metadata.title == "Registration form"
    assert reader.metadata.author == "Kangning Central Hospital"
    assert reader.metadata.creation_date == HEAD.printed_at
    assert reader.root_object["/Lang"] == "mn-MN"


def test_equal_papers_make_equal_files() -> None:
    first, second = (render_pages([Paragraph("x")], setting(), frame()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("hospital", ["", "医院" * 100, "<b>&amp;</b>\0😀\ud800\n()\\"])
def test_any_name_of_a_hospital_prints_whole(hospital: str) -> None:
    head = Letterhead(hospital, b"broken logo", hospital, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    pdf = render_pages([Paragraph("x")], setting("zh", "A6"), frame(letterhead=head))
    assert reading.visible(hospital) in reading.text(pdf)


def test_a_roll_is_as_long_as_its_content() -> None:
    short, long = (
        PdfReader(io.BytesIO(render_roll([Paragraph("x\n" * count)], setting("en", "roll80"), frame())))
        for count in (20, 60)
    )
    assert float(short.pages[0].mediabox.width) == pytest.approx(80 * MM, abs=0.1)
    assert len(long.pages) == 1
    assert 60 * MM < short.pages[0].mediabox.height < long.pages[0].mediabox.height


def test_a_logo_is_printed_beside_the_name() -> None:
    from tests.forms.test_pen import png

    head = replace(HEAD, logo=png((300, 100)))
    page = PdfReader(io.BytesIO(render_pages([Paragraph("x")], setting(), frame(letterhead=head)))).pages[0]
    assert len(page.images) == 1
