"""What the cells of the waiting list say."""

from __future__ import annotations

import pytest

from deskapp.domain.text import Text
from deskapp.domain.waiting import Estimate, Standing, WaitingRow
from deskapp.i18n import translator
from deskapp.ui.intake.waiting.columns import estimate_words, minutes_words, sign_of, standing_words
from tests.ui.intake.waiting.line import place

EN = translator("en")


@pytest.mark.parametrize(
    ("estimate", "words"),
    [(Estimate(20, 35), "20–35 min"), (Estimate(20, 20), "20 min"), (Estimate(), "not known")],
)
def test_an_estimate_is_a_range_or_not_known(estimate: Estimate, words: str) -> None:
    assert estimate_words(estimate, EN) == words


def test_from_an_hour_on_hours_are_told() -> None:
    assert [minutes_words(minutes, EN) for minutes in (59, 60, 125)] == ["59 min", "1 h 00 min", "2 h 05 min"]


@pytest.mark.parametrize(
    ("row", "sign"),
    [
        (place(1), ""),
        (place(1, apology_due=True), "apology"),
        (place(1, apology_due=True, reassess_due=True), "look again"),
        (place(1, apology_due=True, reassess_due=True, obstacle=Text("off duty")), "stuck"),
    ],
)
def test_what_presses_most_is_the_sign(row: WaitingRow, sign: str) -> None:
    assert sign_of(row)[0] == sign


def test_why_somebody_is_parked_is_told() -> None:
    assert standing_words(place(1, standing=Standing.PARKED, reason="CT"), EN) == "parked: CT"
    assert standing_words(place(1, standing=Standing.PARKED), EN) == "parked"
