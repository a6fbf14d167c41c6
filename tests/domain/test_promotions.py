"""Whom a promotion fits, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from deskapp.domain.promotions import Asked, PromotionView, fits, fitting, people, read_words
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words

TODAY = dt.date(2026, 11, 20)
GYN = Words("妇科", "Gynaecology", "Эмэгтэйчүүд")
OFFER = PromotionView(
    *(1, 1, "women", Words("体检", "Check-up", "Үзлэг"), Words("", "", ""), 7, GYN),
    *(Sex.FEMALE, 40, 60, ("乳房", "check-up"), dt.date(2026, 12, 1), None),
)
HER = Asked(7, Sex.FEMALE, 45, "乳房胀痛")


def said(asked: Asked, offer: PromotionView = OFFER) -> list[str] | None:
    fit = fits(offer, asked, TODAY)
    return [str(reason) for reason in fit.reasons] if fit is not None else None


def test_it_says_why_and_from_when_on() -> None:
    fit = fits(OFFER, HER, TODAY)
    assert fit is not None
    assert fit.begins == dt.date(2026, 12, 1)
    reasons = [reason.message for reason in fit.reasons]
    assert reasons == ["women from {low} to {high}", "visitors of {department}", "said: {words}"]


@pytest.mark.parametrize(
    "other",
    [
        replace(HER, sex=Sex.MALE),
        replace(HER, sex=None),
        replace(HER, age=39),
        replace(HER, age=61),
        replace(HER, age=None),
        replace(HER, department_id=8, complaint="头疼"),
        replace(HER, department_id=None, complaint=""),
    ],
)
def test_what_does_not_hold_or_is_not_known_makes_no_offer(other: Asked) -> None:
    assert said(other) is None


@pytest.mark.parametrize("age", [40, 60])
def test_both_ages_belong_to_it(age: int) -> None:
    assert said(replace(HER, age=age))


def test_the_department_or_the_words_will_do() -> None:
    assert said(replace(HER, complaint="头疼"))
    assert said(replace(HER, department_id=None, complaint="I want a CHECK-UP"))


def test_what_is_over_is_offered_to_nobody() -> None:
    assert said(HER, replace(OFFER, valid_from=None, valid_to=dt.date(2026, 11, 19))) is None


def test_an_offer_without_conditions_is_for_everybody_but_comes_last() -> None:
    limits: dict[str, Any] = dict.fromkeys(("department_id", "sex", "age_from", "age_to", "valid_from"))
    free = replace(OFFER, code="a", words=(), **limits)
    assert said(Asked(), free) == ["everybody"]
    running = replace(OFFER, valid_from=None)
    assert [fit.promotion for fit in fitting([free, OFFER, running], HER, TODAY)] == [running, free, OFFER]


def test_people_in_words() -> None:
    assert [str(text) for text in people(replace(OFFER, age_to=None))] == ["women from 40"]
    assert [str(text) for text in people(replace(OFFER, sex=None, age_from=None))] == ["people up to 60"]
    assert people(replace(OFFER, sex=None, age_from=None, age_to=None)) == ()


def test_words_are_read_whatever_stands_between_them() -> None:
    assert read_words("乳房，体检、check up\n乳房;") == ("乳房", "体检", "check up")
