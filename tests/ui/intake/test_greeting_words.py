"""One line says who comes: address, name, answers, doctor, note."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.door import Address, Coming, GreetingDraft, GreetingView
from deskapp.domain.retention import ERASED_NAME
from deskapp.i18n import translator
from deskapp.ui.intake.greeting_words import answers, facts, since, who

EN = translator("en")
NOW = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
VIEW = GreetingView(1, 1, NOW, "何", GreetingDraft(), None, "", Coming.COMING, "", None, None)


@pytest.mark.parametrize(
    ("address", "name", "words"),
    [
        (Address.SIR, "", "sir"),
        (Address.SIR, "张", "Mr 张"),
        (Address.MADAM, "李", "Ms 李"),
        (Address.YOUNG, "小明", "young 小明"),
        (Address.OTHER, "Bat", "Bat"),
        (Address.OTHER, "", "visitor"),
        (Address.MADAM, ERASED_NAME, "madam"),
    ],
)
def test_the_address_takes_the_name_where_it_is_known(address: Address, name: str, words: str) -> None:
    assert who(address, name, EN) == words


def test_a_name_with_braces_stays_as_it_was_said() -> None:
    assert who(Address.SIR, "{name}", EN) == "Mr {name}"


def test_what_was_not_answered_is_not_said() -> None:
    assert answers(GreetingDraft(), None, EN) == []
    assert answers(GreetingDraft(has_appointment=False, first_visit=False), None, EN) == [
        "was here before",
        "no appointment",
    ]


def test_the_time_of_the_appointment_says_more_than_having_one() -> None:
    noon = dt.datetime(2026, 11, 16, 12).astimezone()
    assert answers(GreetingDraft(has_appointment=True), noon, EN) == ["appointment 12:00"]


def test_the_line_holds_everything_the_desk_needs() -> None:
    draft = GreetingDraft(Address.SIR, "张", has_appointment=True, first_visit=True, note="wheelchair")
    said = facts(replace(VIEW, draft=draft, doctor="李静"), EN)
    assert said == "Mr 张 · first visit · has an appointment · 李静 · wheelchair"


@pytest.mark.parametrize(("seconds", "words"), [(20, "just now"), (60, "1 min"), (700, "11 min")])
def test_since_when_is_said_in_minutes(seconds: int, words: str) -> None:
    assert since(VIEW, NOW + dt.timedelta(seconds=seconds), EN) == words
