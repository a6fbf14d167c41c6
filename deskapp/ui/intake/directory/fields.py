"""The fields of each kind of record, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from deskapp.domain.directory import SITUATIONS, Kind
from deskapp.domain.duty import WEEKDAYS
from deskapp.domain.registration import LABELS, Sex
from deskapp.domain.text import N_
from deskapp.ui.widgets.editors import CHECK, CHOICE, DATE, INT, MONEY, MULTILINE, Choice, Field

DUTY: Final = N_("Duty times")
OTHERS: Final = N_("In other languages")
LONG: Final = 4000

_CODE: Final = Field("code", N_("Code"), required=True)
_NAME: Final = Field("name", N_("Name in Chinese"), width=2)
_OTHER_NAMES: Final = (
    Field("name_en", N_("Name in English"), width=2),
    Field("name_mn", N_("Name in Mongolian"), width=2),
)
_TEXTS: Final = tuple(
    Field(name, label, MULTILINE, width=2, lines=2, max_length=LONG)
    for name, label in (
        ("text_zh", N_("Text in Chinese")),
        ("text_en", N_("Text in English")),
        ("text_mn", N_("Text in Mongolian")),
    )
)
_DAYS: Final = (Field("valid_from", N_("First day"), DATE), Field("valid_to", N_("Last day"), DATE))
_DEPARTMENT: Final = Field("department", N_("Department"), CHOICE)
_ROOM: Final = Field("room", N_("Room"), large=True)
_PHONE: Final = Field("phone", N_("Phone"), large=True)

_DEPARTMENTS: Final = (
    _CODE,
    Field("prefix", N_("Letters before numbers"), required=True),
    _NAME,
    *_OTHER_NAMES,
    _ROOM,
    _PHONE,
    *_DAYS,
    Field("active", N_("Takes visitors"), CHECK),
)
_DOCTORS: Final = (
    Field("number", N_("Staff number"), required=True),
    Field("name", N_("Name"), required=True),
    Field("title", N_("Title")),
    Field("department", N_("Department"), CHOICE, required=True),
    _ROOM,
    Field("languages", N_("Languages"), help=N_("codes with spaces between, such as zh en mn")),
    Field("prefix", N_("Letters before numbers")),
    Field("slot_minutes", N_("Minutes a visit"), INT, help=N_("the site's")),
    Field("own_queue", N_("Has a queue of their own"), CHECK),
    Field("active", N_("Sees visitors"), CHECK),
    Field("speciality", N_("Speciality"), MULTILINE, width=2, lines=2, max_length=LONG),
    Field("introduction", N_("Introduction"), MULTILINE, width=2, lines=3, max_length=LONG),
    *_DAYS,
    *(
        Field(f"day{place}", name, fold=DUTY, help=N_("08:00-12:00, 14:00-17:30"), max_length=LONG)
        for place, name in enumerate(WEEKDAYS)
    ),
    Field(
        "exceptions",
        N_("Exceptions, a line each"),
        MULTILINE,
        width=2,
        lines=3,
        fold=DUTY,
        help=N_("2026-12-01 08:00-12:00, or 2026-12-02 off"),
        max_length=LONG * 4,
    ),
)
_PRICES: Final = (
    _CODE,
    Field("price", N_("Price in yuan"), MONEY, required=True, large=True),
    _NAME,
    *_OTHER_NAMES,
    Field("category", N_("Category"), width=2),
    *_DAYS,
)
_PLACES: Final = (
    _CODE,
    _DEPARTMENT,
    _NAME,
    *_OTHER_NAMES,
    _ROOM,
    Field("floor", N_("Floor"), large=True),
    _PHONE,
    Field("note", N_("Note"), MULTILINE, width=2, lines=2, max_length=LONG),
    *_DAYS,
)
_SEXES: Final = (
    Choice(None, N_("everybody")),
    *(Choice(sex, LABELS[Sex][sex], str(sex.value)) for sex in (Sex.MALE, Sex.FEMALE)),
)
_PROMOTIONS: Final = (
    _CODE,
    _DEPARTMENT,
    _NAME,
    *_TEXTS[:1],
    Field("sex", N_("Sex"), CHOICE, choices=_SEXES),
    Field("words", N_("Words of the complaint"), help=N_("words, with commas between"), max_length=LONG),
    Field("age_from", N_("Age from"), INT),
    Field("age_to", N_("Age to"), INT),
    *_DAYS,
)
_NOTICES: Final = (
    _CODE,
    Field("on_board", N_("In the waiting room too"), CHECK),
    _NAME,
    *_TEXTS[:1],
    *_DAYS,
)
_PHRASES: Final = (
    _CODE,
    Field(
        "situation",
        N_("Situation"),
        CHOICE,
        choices=tuple(Choice(code, words) for code, words in SITUATIONS.items()),
        required=True,
    ),
    Field("zh", N_("In Chinese"), MULTILINE, width=2, max_length=LONG),
    Field("en", N_("In English"), MULTILINE, width=2, max_length=LONG),
    Field("mn", N_("In Mongolian"), MULTILINE, width=2, max_length=LONG),
)
_ASK: Final = (
    Field("text", N_("What nobody knows"), MULTILINE, width=2, required=True, max_length=LONG),
    _DEPARTMENT,
)
ANSWER: Final = (
    Field("answer", N_("Answer"), MULTILINE, width=2, required=True, max_length=LONG, large=True),
)


def _also(*fields: Field) -> tuple[Field, ...]:
    return tuple(
        Field(
            field.name,
            field.label,
            field.kind,
            width=2,
            lines=field.lines,
            max_length=field.max_length,
            fold=OTHERS,
        )
        for field in fields
    )


FIELDS: Final[Mapping[Kind, Sequence[Field]]] = {
    Kind.DEPARTMENT: _DEPARTMENTS,
    Kind.DOCTOR: _DOCTORS,
    Kind.PRICE: _PRICES,
    Kind.PLACE: _PLACES,
    Kind.PROMOTION: (*_PROMOTIONS, *_also(*_OTHER_NAMES, *_TEXTS[1:])),
    Kind.NOTICE: (*_NOTICES, *_also(*_OTHER_NAMES, *_TEXTS[1:])),
    Kind.PHRASE: _PHRASES,
    Kind.QUESTION: _ASK,
}
NO_DEPARTMENT: Final = frozenset({Kind.PLACE, Kind.PROMOTION, Kind.QUESTION})
"""Kinds whose records need not belong to a department."""
