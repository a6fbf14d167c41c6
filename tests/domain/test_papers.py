"""What goes onto paper."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.domain.papers import ConsentLine, PriceLine, RegistrationPaper, under_age
from deskapp.domain.registration import ConsentKind

DAY = dt.date(2026, 11, 22)


def test_prices_add_up() -> None:
    paper = RegistrationPaper(prices=(PriceLine("ECG", 3000), PriceLine("Troponin", 8600, 2)))
    assert paper.prices[1].total == 17200
    assert paper.total == 20200
    assert RegistrationPaper().total == 0


@pytest.mark.parametrize(
    ("birth", "child"),
    [
        (dt.date(2012, 11, 23), True),
        (dt.date(2012, 11, 22), False),
        (dt.date(2012, 11, 21), False),
        (dt.date(2026, 11, 22), True),
        (None, False),
    ],
)
def test_a_guardian_signs_up_to_the_fourteenth_birthday(birth: dt.date | None, child: bool) -> None:
    assert RegistrationPaper(birth_date=birth, day=DAY).guardian_signs is child


def test_a_birthday_on_the_leap_day_counts_from_the_first_of_march() -> None:
    assert under_age(dt.date(2012, 2, 29), dt.date(2026, 2, 28), 14)
    assert not under_age(dt.date(2012, 2, 29), dt.date(2026, 3, 1), 14)


def test_without_the_day_nothing_is_said_of_the_age() -> None:
    assert not under_age(dt.date(2020, 1, 1), None, 14)


def test_the_last_answer_of_a_kind_counts() -> None:
    refused = ConsentLine(ConsentKind.COMMUNICATION, False)
    agreed = ConsentLine(ConsentKind.COMMUNICATION, True)
    other = ConsentLine(ConsentKind.MEDICAL_DATA, False)
    paper = RegistrationPaper(consents=(refused, agreed, other))
    assert paper.consent(ConsentKind.COMMUNICATION) is agreed
    assert RegistrationPaper().consent(ConsentKind.COMMUNICATION) is None
