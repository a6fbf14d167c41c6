"""Opaque numbers: readable by people and scanners, and wrong ones are noticed."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deskapp.domain.codes import ENTROPY_BYTES, VISIT, VISITOR, check_code, make_code

CODES = st.builds(make_code, st.sampled_from([VISIT, VISITOR]), st.binary(min_size=7, max_size=16))


@given(CODES)
def test_a_made_code_checks_and_fits_a_barcode(code: str) -> None:
    assert re.fullmatch(r"[VP][0-9A-HJKMNP-TV-Z]{11}", code)
    assert check_code(code) == code


def test_the_first_fifty_bits_make_the_number() -> None:
    assert make_code(VISIT, bytes(7))[:11] == "V0000000000"
    assert make_code(VISIT, b"\xff" * 7)[:11] == "VZZZZZZZZZZ"
    assert make_code(VISIT, b"\x08" + bytes(6))[:11] == "V1000000000"


@given(CODES)
def test_what_people_do_to_a_code_is_forgiven(code: str) -> None:
    spoken = f" {code[0]} {code[1:6]}-{code[6:11]}-{code[11]} ".lower()
    spoken = spoken.replace("0", "o").replace("1", "l")
    assert check_code(spoken) == code
    assert check_code(code.replace("1", "I").replace("0", "O")) == code


@given(CODES, st.integers(0, 11), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_noticed(code: str, place: int, wrong: str) -> None:
    assume(code[place] != wrong)
    assert check_code(code[:place] + wrong + code[place + 1 :]) is None


@given(CODES, st.integers(0, 11), st.integers(0, 11))
def test_two_swapped_characters_are_noticed(code: str, first: int, second: int) -> None:
    assume(code[first] != code[second])
    chars = list(code)
    chars[first], chars[second] = chars[second], chars[first]
    assert check_code("".join(chars)) is None


def test_a_scanner_in_full_width_mode_still_works() -> None:
    code = make_code(VISITOR, b"deskapp")
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    assert check_code(wide) == code


@given(st.text(max_size=20))
def test_other_text_is_no_code_and_never_an_error(text: str) -> None:
    found = check_code(text)
    assert found is None or check_code(found) == found


@pytest.mark.parametrize(
    "text", ["", "V", "13800138000", "110105194912310", "王建国", "V" * 12, "X" * 10_000]
)
def test_what_a_visitor_brings_is_not_taken_for_a_code(text: str) -> None:
    assert check_code(text) is None


def test_a_wrong_prefix_or_too_little_randomness_is_a_bug() -> None:
    with pytest.raises(ValueError, match="prefix"):
        make_code("Z", bytes(ENTROPY_BYTES))
    with pytest.raises(ValueError, match="entropy"):
        make_code(VISIT, bytes(ENTROPY_BYTES - 1))
