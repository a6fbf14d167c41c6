"""What papers know, as words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.papers import RegistrationPaper
from deskapp.domain.registration import Allergy, Sex
from deskapp.domain.text import Text, Words
from deskapp.forms.grid import Choice, Field
from deskapp.forms.values import (
    Entry,
    age,
    allergy_banner,
    grid,
    options,
    record_numbers,
    shown,
    urgency,
    yes_no,
)
from deskapp.i18n import translator
from tests.forms.samples import DAY, REGISTRATION

EN = translator("en")
MOMENT = dt.datetime(2026, 11, 22, 9, 41)  # noqa: DTZ001 - a naive moment is the site's own


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("male", "male"),
        (Sex.MALE, "male"),
        (Words("中国", "China", "Хятад"), "China"),
        (Text("Room {room}", {"room": "305"}), "Room 305"),
        (True, "yes"),
        (False, "no"),
        (dt.date(2026, 11, 3), "3 Nov 2026"),
        (dt.time(6, 5), "06:05"),
        (MOMENT, "22 Nov 2026 09:41"),
        (18, "18"),
        (36.8, "36.8"),
    ],
)
def test_every_kind_of_value_has_its_words(value: object, expected: str) -> None:
    assert shown(EN, value) == expected


def test_a_moment_of_the_day_itself_is_its_time() -> None:
    assert shown(EN, MOMENT, DAY) == "09:41"
    assert shown(EN, MOMENT, DAY - dt.timedelta(days=1)) == "22 Nov 2026 09:41"


def test_an_aware_moment_is_shown_in_the_sites_date_and_time() -> None:
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    local = late.astimezone()
    assert shown(EN, late) == f"{EN.date(local.date())} {local:%H:%M}"


def test_data_is_not_translated_even_when_it_is_a_word_of_ours() -> None:
    assert shown(translator("zh"), "male") == "male"


def test_a_coded_list_ticks_the_chosen_entry() -> None:
    assert [words for words, chosen in options(EN, Sex, Sex.FEMALE) if chosen] == ["female"]
    assert not any(chosen for _, chosen in options(EN, Sex, None))
    assert len(options(EN, Allergy, None, without=[Allergy.UNKNOWN])) == 2


def test_a_question_not_asked_has_neither_box_ticked() -> None:
    assert [chosen for _, chosen in yes_no(EN, None)] == [False, False]
    assert [chosen for _, chosen in yes_no(EN, False)] == [False, True]


@pytest.mark.parametrize(
    ("birth", "guess", "expected"),
    [
        (dt.date(1958, 3, 4), "", "68 years"),
        (dt.date(2026, 11, 20), "", "2 days"),
        (None, "about 40", "about 40"),
        (dt.date(1958, 3, 4), Text("about {years}", {"years": 70}), "about 70"),
        (None, "", ""),
    ],
)
def test_age_is_on_the_day_of_the_visit_or_what_was_guessed(
    birth: dt.date | None, guess: str | Text, expected: str
) -> None:
    assert age(RegistrationPaper(day=DAY, birth_date=birth, age_text=guess), EN) == expected


@pytest.mark.parametrize(("level", "numeral"), [(1, "I "), (2, "II "), (3, "III "), (4, "IV ")])
def test_urgency_has_numeral_and_words(level: int, numeral: str) -> None:
    assert urgency(level, EN).startswith(numeral)


@pytest.mark.parametrize("level", [None, 0, 9])
def test_no_urgency_is_no_words(level: int | None) -> None:
    assert urgency(level, EN) == ""


def test_an_entry_becomes_a_field_boxes_or_a_question() -> None:
    name = Entry("Name", "name").cell(REGISTRATION, EN, 2)
    assert isinstance(name, Field)
    assert (name.label, name.value, name.weight) == ("Name", REGISTRATION.name, 2)
    sex = Entry("Sex", "sex", coded=Sex).cell(REGISTRATION, EN, 1)
    assert isinstance(sex, Choice)
    assert ("male", True) in sex.options
    asked = Entry("Interpreter", "interpreter", question=True).cell(REGISTRATION, EN, 1)
    assert isinstance(asked, Choice)
    assert list(asked.options) == [("yes", False), ("no", True)]


def test_rows_of_names_become_rows_of_cells() -> None:
    made = grid(
        {"n": Entry("Name", "name"), "r": Entry("Room", "room")},
        [[("n", 2), ("r", 1)], [("r", 1)]],
        REGISTRATION,
        EN,
    )
    assert [[cell.label for cell in row] for row in made.rows] == [["Name", "Room"], ["Room"]]


def test_the_allergy_banner_tells_yes_none_and_not_asked_apart() -> None:
    yes = allergy_banner(REGISTRATION, EN, blank=False)
    assert (yes.tone, yes.text) == ("danger", "青霉素")
    none = allergy_banner(replace(REGISTRATION, allergy=Allergy.NONE), EN, blank=False)
    unknown = allergy_banner(replace(REGISTRATION, allergy=Allergy.UNKNOWN), EN, blank=False)
    never = allergy_banner(replace(REGISTRATION, allergy=None), EN, blank=False)
    assert (none.tone, unknown.tone, never) == ("calm", "open", unknown)
    assert none.text != unknown.text


def test_an_allergy_without_its_name_still_warns() -> None:
    banner = allergy_banner(replace(REGISTRATION, allergy_text=""), EN, blank=False)
    assert banner.tone == "danger"
    assert banner.text


def test_only_numbers_that_there_are_stand_in_the_head() -> None:
    assert record_numbers(REGISTRATION, EN) == [("Visitor no.", "P00123456"), ("Visit no.", "2026-0017")]
    assert record_numbers(RegistrationPaper(), EN) == []
