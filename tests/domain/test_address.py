"""Forms of address: rule SP-5 of the house."""

from __future__ import annotations

import pytest

from deskapp.domain.address import doctor_address, visitor_address
from deskapp.domain.registration import Sex
from deskapp.names_table import load


@pytest.mark.parametrize(
    ("name", "sex", "age", "zh"),
    [
        ("王建国", Sex.MALE, 68, "王先生"),
        ("欧阳娜", Sex.FEMALE, 30, "欧阳女士"),
        ("歐陽娜娜", Sex.FEMALE, 30, "歐陽女士"),
        ("单雄信", Sex.UNKNOWN, 40, "单雄信"),
        ("李小明", Sex.MALE, 6, "李小明小朋友"),
        ("Батбаяр", Sex.MALE, 40, "Батбаяр先生"),
        ("  ", Sex.MALE, 40, ""),
        ("王{surname}", Sex.UNKNOWN, None, "王{surname}"),
    ],
)
def test_a_visitor_is_addressed_by_surname(name: str, sex: Sex, age: int | None, zh: str) -> None:
    assert visitor_address(name, sex, age, load()).zh == zh


def test_other_languages_have_their_own_form() -> None:
    words = visitor_address("王建国", Sex.MALE, 68, load())

    assert words.en == "Mr 王建国"
    assert words.mn == "Эрхэм 王建国"


def test_a_doctor_is_called_doctor() -> None:
    assert doctor_address("李明远").zh == "李明远医生"
    assert doctor_address("Б.Болд").mn == "Б.Болд эмч"
    assert doctor_address("").en == ""


@pytest.mark.parametrize(("age", "zh"), [(13, "李小明小朋友"), (14, "李先生")])
def test_somebody_of_fourteen_is_addressed_as_grown_up(age: int, zh: str) -> None:
    assert visitor_address("李小明", Sex.MALE, age, load()).zh == zh
