"""The running notice: it comes round, and in parts nothing of it is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskapp.ui.intake.board.ticker import offset, part_at, parts


def test_a_notice_moves_calmly_and_comes_round() -> None:
    assert offset(0, 3000, 1080) == 0
    assert 80 < offset(1, 3000, 1080) < 110
    way = 3000 + 162
    assert offset(way / (1080 * 0.09), 3000, 1080) in (0, way - 1)


@given(st.text(alphabet="ab 字。", max_size=80), st.integers(1, 30))
def test_parts_fit_and_hold_every_word(text: str, room: int) -> None:
    found = parts(text, lambda part: len(part) <= room)
    assert all(len(part) <= room for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_parts_are_cut_between_words_where_there_are_any() -> None:
    assert parts("the third floor has no power", lambda part: len(part) <= 12) == [
        "the third",
        "floor has no",
        "power",
    ]


def test_parts_take_turns() -> None:
    assert [part_at(seconds, 3) for seconds in (0, 7.9, 8, 16, 24)] == [0, 0, 1, 2, 0]
    assert part_at(100, 0) == 0
