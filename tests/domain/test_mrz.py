"""Machine-readable zones: the specimens of ICAO 9303, and misreadings."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deskapp.domain import mrz
from deskapp.domain.registration import Sex

TODAY = date(2026, 11, 22)
PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
SECOND = PASSPORT[45:]
CARD_2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
CARD_1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        (PASSPORT, "L898902C3", "ERIKSSON ANNA MARIA"),
        (PASSPORT.replace("\n", ""), "L898902C3", "ERIKSSON ANNA MARIA"),
        (SECOND.lower() + "\r\n", "L898902C3", ""),
        (CARD_2, "D23145890", "ERIKSSON ANNA MARIA"),
        (CARD_1, "D23145890", "ERIKSSON ANNA MARIA"),
    ],
)
def test_the_specimens_are_read(text: str, number: str, name: str) -> None:
    lines = mrz.zone_lines(text)
    zone = mrz.read_zone(lines, TODAY)
    assert zone is not None
    assert (zone.number, zone.nationality, zone.birth_date) == (number, "UTO", date(1974, 8, 12))
    assert (zone.sex, zone.expires) == (Sex.FEMALE, date(2012, 4, 15))
    assert zone.passport == (number == "L898902C3")
    assert mrz.zone_name(lines) == name


@given(st.sampled_from([SECOND, CARD_2, CARD_1]), st.data())
def test_a_misread_digit_is_noticed(text: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([at for at, char in enumerate(text) if char.isdigit()]))
    wrong = data.draw(st.sampled_from("0123456789"))
    assume(wrong != text[place])
    lines = mrz.zone_lines(text[:place] + wrong + text[place + 1 :])
    assert not lines or mrz.read_zone(lines, TODAY) is None


def _second_line(birth: str) -> str:
    """Return a passport's second line with another birth date and the check digits that belong to it."""

    def digit(part: str) -> str:
        values = (0 if char == "<" else int(char, 36) for char in part)
        return str(sum((7, 3, 1)[at % 3] * value for at, value in enumerate(values)) % 10)

    line = SECOND[:13] + birth + digit(birth) + SECOND[20:43]
    return line + digit(line[:10] + line[13:20] + line[21:43])


@pytest.mark.parametrize(
    ("birth", "born"),
    [
        ("261122", date(2026, 11, 22)),
        ("261123", date(1926, 11, 23)),
        ("270101", date(1927, 1, 1)),
        ("74<<<<", None),
    ],
)
def test_two_digit_years_are_the_latest_that_can_be(birth: str, born: date | None) -> None:
    zone = mrz.read_zone(mrz.zone_lines(_second_line(birth)), TODAY)
    assert zone is not None
    assert zone.birth_date == born


def test_an_impossible_date_is_a_misreading() -> None:
    assert mrz.read_zone(mrz.zone_lines(_second_line("740230")), TODAY) is None


@pytest.mark.parametrize(
    "text", ["", "王建国", "P" * 44, "<" * 44, PASSPORT[:44], "11010519491231002X", "A<B"]
)
def test_other_text_is_no_zone(text: str) -> None:
    assert mrz.zone_lines(text) == ()
