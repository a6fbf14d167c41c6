"""Codes as modules."""

from __future__ import annotations

from itertools import pairwise

import pytest

from deskapp.forms.codes import code128_bars, qr_rows


def test_qr_is_a_square_of_a_legal_size_with_three_finders() -> None:
    rows = qr_rows("V2611220017")
    assert (len(rows) - 17) % 4 == 0
    assert rows[0][0] == (0, 7)
    assert rows[0][-1] == (len(rows) - 7, 7)
    assert rows[-1][0] == (0, 7)


def test_qr_stretches_stay_inside_and_apart() -> None:
    rows = qr_rows("0123456789" * 4)
    for row in rows:
        ends = [(first, first + count) for first, count in row]
        assert all(end < start for (_, end), (start, _) in pairwise(ends))
        assert not row or ends[-1][1] <= len(rows)


def test_bars_begin_and_end_dark_and_figures_take_half_the_room() -> None:
    bars, modules = code128_bars("12345678")
    assert bars[0] == (0, 2)
    assert bars[-1][0] + bars[-1][1] == modules
    # start, four pairs, check symbol of eleven modules each and the stop of thirteen
    assert modules == 11 * 6 + 13


def test_letters_take_a_symbol_each() -> None:
    assert code128_bars("ABCD")[1] == 11 * 6 + 13


@pytest.mark.parametrize("value", ["", "王", "a\0b", "a\nb"])
def test_bars_refuse_what_they_would_lose(value: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        code128_bars(value)
