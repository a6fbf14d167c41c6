"""What the fields show, as what the services take, and back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from deskapp.domain.directory import (
    DepartmentView,
    DoctorView,
    Kind,
    NoticeView,
    PhraseView,
    PlaceView,
    PriceView,
)
from deskapp.domain.duty import Duty
from deskapp.domain.promotions import PromotionView
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.errors import InputError
from deskapp.ui.intake.directory.drafts import draft_of, new_values, times_of, values_of
from deskapp.ui.intake.directory.fields import FIELDS

NAME, TEXT = Words("甲", "A", "А"), Words("说明", "", "Тайлбар")
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
VIEWS = {
    Kind.DEPARTMENT: DepartmentView(1, 1, "a", NAME, "A1", "8", "X", True, 2, 1, FIRST, LAST),
    Kind.DOCTOR: DoctorView(
        *(1, 1, "D1", "李静", "主任医师", 7, NAME, "心脏", "二十年", ("zh", "mn"), "A1", "L", True, True),
        *(None, None, None, "A2", 20, FIRST, None),
    ),
    Kind.PRICE: PriceView(1, 1, "CT", NAME, "检查", 12_345, FIRST, LAST),
    Kind.PLACE: PlaceView(1, 1, "cashier", NAME, 7, NAME, "101", "1", "8001", "note", FIRST, None),
    Kind.PROMOTION: PromotionView(
        1, 1, "offer", NAME, TEXT, 7, NAME, Sex.FEMALE, 40, None, ("体检", "check"), None, LAST
    ),
    Kind.NOTICE: NoticeView(1, 1, "lift", NAME, TEXT, True, FIRST, LAST),
    Kind.PHRASE: PhraseView(1, 1, "see-off", "see-off", NAME, own=True),
}


@pytest.mark.parametrize("kind", VIEWS)
def test_a_record_that_nobody_touched_comes_back_as_it_is_stored(kind: Kind) -> None:
    view: Any = VIEWS[kind]
    shown = values_of(kind, view)
    draft = draft_of(kind, {field.name: shown.get(field.name) for field in FIELDS[kind]})
    for name, value in vars(draft).items():
        stored = view.own_room if (kind, name) == (Kind.DOCTOR, "room") else getattr(view, name)
        assert value == stored, name


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_duty_times_come_back_as_they_are_stored(language: str) -> None:
    times = (
        Duty(dt.time(8), dt.time(12), weekday=0),
        Duty(dt.time(20), dt.time(0), weekday=6),
        Duty(dt.time(9), dt.time(10), day=FIRST),
        Duty(dt.time(0), dt.time(0), day=LAST, absent=True),
    )
    shown = values_of(Kind.DOCTOR, VIEWS[Kind.DOCTOR], times, language)
    assert set(times_of(shown)) == set(times)


@pytest.mark.parametrize(("field", "typed"), [("day3", "morning"), ("exceptions", "tomorrow off")])
def test_times_that_can_not_be_read_are_told_at_their_field(field: str, typed: str) -> None:
    with pytest.raises(InputError) as caught:
        times_of({field: typed})
    assert caught.value.field == field


def test_what_has_to_be_chosen_is_asked_for() -> None:
    with pytest.raises(InputError) as caught:
        draft_of(Kind.DOCTOR, {"number": "D1", "name": "李"})
    assert caught.value.field == "department"
    with pytest.raises(InputError) as caught:
        draft_of(Kind.PHRASE, {"code": "a", "zh": "您好"})
    assert caught.value.field == "situation"


def test_a_new_doctor_sees_visitors() -> None:
    assert new_values(Kind.DOCTOR)["active"] is True
    assert new_values(Kind.PRICE) == {}
