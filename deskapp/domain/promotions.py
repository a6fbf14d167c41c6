"""Promotions: whom each fits, and why, in words. Known before they start, so that the desk can speak of them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from deskapp.domain.directory import Standing, standing
from deskapp.domain.registration import Sex
from deskapp.domain.text import N_, Text, Words

MAX_AGE = 150


@dataclass(frozen=True)
class PromotionDraft:
    """A promotion as typed. `words` are words of a complaint that it fits; ages are years, both included."""

    code: str
    name: Words
    text: Words
    department_id: int | None = None
    sex: Sex | None = None
    age_from: int | None = None
    age_to: int | None = None
    words: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class PromotionView:
    """A promotion; `department` is None where it is not for one department's visitors."""

    id: int
    version: int
    code: str
    name: Words
    text: Words
    department_id: int | None
    department: Words | None
    sex: Sex | None
    age_from: int | None
    age_to: int | None
    words: tuple[str, ...]
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class Asked:
    """What is known of the visitor in front: None or "" where nobody knows yet."""

    department_id: int | None = None
    sex: Sex | None = None
    age: int | None = None
    complaint: str = ""


@dataclass(frozen=True)
class Fit:
    """A promotion that fits a visitor, with why. `begins` is set while it is yet to come."""

    promotion: PromotionView
    reasons: tuple[Text, ...]
    begins: dt.date | None = None


def fits(promotion: PromotionView, asked: Asked, today: dt.date) -> Fit | None:
    """Return why a promotion fits the visitor, None where it does not, or where that is not known.

    Each condition that the promotion has must hold; one that can't be judged yet does not hold: nobody
    is told of an offer that may not be theirs. Department and words stand for each other: a visitor with
    a fitting complaint need not have been sent to the department yet. A promotion without conditions fits everybody.
    """
    when = standing(promotion.valid_from, promotion.valid_to, today)
    if when is Standing.OVER:
        return None
    who = _who(promotion, asked)
    what = _what(promotion, asked)
    if who is None or what is None:
        return None
    reasons = (*who, *what) or (Text(N_("everybody")),)
    begins = promotion.valid_from if when is Standing.COMING else None
    return Fit(promotion, reasons, begins)


def fitting(promotions: Iterable[PromotionView], asked: Asked, today: dt.date) -> list[Fit]:
    """Return the promotions that fit: those for this visitor before those for everybody, running ones first."""
    found = [fit for fit in (fits(one, asked, today) for one in promotions) if fit is not None]
    return sorted(
        found, key=lambda fit: (fit.begins is not None, not _is_for_some(fit.promotion), fit.promotion.code)
    )


def _is_for_some(promotion: PromotionView) -> bool:
    limits = (promotion.department_id, promotion.sex, promotion.age_from, promotion.age_to)
    return bool(promotion.words) or any(limit is not None for limit in limits)


def _who(promotion: PromotionView, asked: Asked) -> tuple[Text, ...] | None:
    if promotion.sex is not None and promotion.sex is not asked.sex:
        return None
    low, high = promotion.age_from, promotion.age_to
    limited = low is not None or high is not None
    if limited and (asked.age is None or not (low or 0) <= asked.age <= (MAX_AGE if high is None else high)):
        return None
    return people(promotion)


def _what(promotion: PromotionView, asked: Asked) -> tuple[Text, ...] | None:
    if promotion.department_id is None and not promotion.words:
        return ()
    reasons = []
    if promotion.department_id is not None and promotion.department_id == asked.department_id:
        reasons.append(Text(N_("visitors of {department}"), {"department": promotion.department}))
    said = _said(promotion.words, asked.complaint)
    if said:
        reasons.append(Text(N_("said: {words}"), {"words": said}))
    return tuple(reasons) or None


def _said(words: Iterable[str], complaint: str) -> list[str]:
    heard = _plain(complaint)
    return [word for word in words if _plain(word) and _plain(word) in heard]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def people(promotion: PromotionView) -> tuple[Text, ...]:
    """Return for whom a promotion is, by sex and age, in words: "women from 40"."""
    low, high = promotion.age_from, promotion.age_to
    words = {
        Sex.MALE: (N_("men"), N_("men from {low}"), N_("men up to {high}"), N_("men from {low} to {high}")),
        Sex.FEMALE: (
            *(N_("women"), N_("women from {low}"), N_("women up to {high}")),
            N_("women from {low} to {high}"),
        ),
        None: ("", N_("people from {low}"), N_("people up to {high}"), N_("people from {low} to {high}")),
    }
    chosen = words.get(promotion.sex, words[None])[(low is not None) + 2 * (high is not None)]
    return (Text(chosen, {"low": low, "high": high}),) if chosen else ()


def read_words(text: str) -> tuple[str, ...]:
    """Return the words of a complaint as typed with commas or lines between."""
    for mark in "，、;；\n":
        text = text.replace(mark, ",")
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
