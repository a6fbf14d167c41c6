"""Letters typed into a choice mean the entry whose code, words or pinyin they begin."""

from __future__ import annotations

import pytest

from deskapp.domain.choosing import Entry, meant
from deskapp.names_table import load


def entry(zh: str, en: str, mn: str, code: str = "") -> Entry:
    return Entry(code, zh, (zh, en, mn))


PLACES = [
    Entry("", ""),
    entry("内科", "Internal medicine", "Дотор", "NK1"),
    entry("儿科", "Paediatrics", "Хүүхэд"),
    entry("皮肤科", "Dermatology", "Арьс", "DER"),
    entry("神经内科", "Neurology", "Мэдрэл"),
    entry("疼痛科", "Pain clinic", "Өвдөлт"),
    entry("骨科", "Orthopaedics", "Гэмтэл", "GK"),
]


def found(typed: str, now: int = 0) -> str | None:
    place = meant(typed, PLACES, now, load)
    return None if place is None else PLACES[place].shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("der", "皮肤科"),
        ("de", "皮肤科"),
        ("Derma", "皮肤科"),
        ("pf", "皮肤科"),
        ("pifu", "皮肤科"),
        ("皮", "皮肤科"),
        ("арь", "皮肤科"),
        ("p", "皮肤科"),
        ("pa", "儿科"),
        ("pai", "疼痛科"),
        ("er", "儿科"),
        ("n", "内科"),
        ("ne", "内科"),
        ("neu", "神经内科"),
        ("gk", "骨科"),
        ("zzz", None),
    ],
)
def test_each_further_letter_narrows(typed: str, shown: str | None) -> None:
    assert found(typed) == shown


def test_a_whole_code_goes_before_one_that_it_begins() -> None:
    codes = [Entry("10", "ten"), Entry("1", "one")]
    assert meant("1", codes, 0, load) == 1
    assert meant("10", codes, 0, load) == 0


def test_the_same_letter_again_goes_on_to_the_next_and_round() -> None:
    letters = [Entry("", "alpha"), Entry("", "beta"), Entry("", "acre"), Entry("", "area")]
    assert [meant("aa", letters, now, load) for now in (0, 2, 3)] == [2, 3, 0]
