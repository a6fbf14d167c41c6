"""Each rule of a visitor's record at its field; what reality can break can be overridden."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.identity import check_character
from deskapp.domain.intake import MAX_LINE, MAX_TEXT, VisitorDraft
from deskapp.domain.registration import Allergy, ConsentKind, DocumentKind, Identity, Sex
from deskapp.domain.visitor_rules import (
    GUARDIAN_UNDER,
    LINE_FIELDS,
    LONG_FIELDS,
    OLDEST_YEARS,
    age_in_years,
    document_reading,
    needs_guardian,
    problems,
    stored_form,
    with_identity,
)
from deskapp.errors import InputError

TODAY = dt.date(2026, 11, 22)
ID = "11010519491231002X"
GOOD = VisitorDraft(
    name="欧阳娜",
    sex=Sex.FEMALE,
    birth_date=dt.date(1949, 12, 31),
    document_kind=DocumentKind.RESIDENT_ID,
    document_number=ID,
)


def codes(draft: VisitorDraft) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in problems(draft, TODAY)]


def test_a_good_record_has_no_problems() -> None:
    assert codes(GOOD) == []


def test_every_text_field_has_a_limit() -> None:
    """A field that is added to the record and to neither list would take anything."""
    texts = {field.name for field in fields(VisitorDraft) if field.type == "str"}
    assert texts == {*LINE_FIELDS, *LONG_FIELDS}


@pytest.mark.parametrize("field", [*LINE_FIELDS, *sorted(LONG_FIELDS)])
def test_every_text_field_takes_any_words_up_to_its_limit(field: str) -> None:
    limit = MAX_TEXT if field in LONG_FIELDS else MAX_LINE
    for text in ("𠮷" * limit, "\u202e<b>&amp;</b>\u200d🙂", "مرحبا", "a\r\nb\t"):
        assert codes(replace(GOOD, document_kind=DocumentKind.NONE, **{field: text})) == [], text


@pytest.mark.parametrize("field", [*LINE_FIELDS, *sorted(LONG_FIELDS)])
@pytest.mark.parametrize(
    ("text", "code"), [("x" * 10_001, "text.long"), ("\0", "text.nul"), ("\ud800", "text.broken")]
)
def test_what_no_field_can_take_is_refused_there(field: str, text: str, code: str) -> None:
    assert (field, code) in codes(replace(GOOD, **{field: text}))


@pytest.mark.parametrize("identity", Identity)
def test_only_the_unknown_and_the_newborn_have_no_name(identity: Identity) -> None:
    nameless = identity in (Identity.UNKNOWN, Identity.NEWBORN)
    for name in ("", "  ", "\u3000"):
        found = codes(VisitorDraft(name=name, identity=identity))
        assert (("name", "name.empty") in found) is not nameless
    assert ("name", "name.empty") not in codes(VisitorDraft(name="自称张三", identity=identity))


def test_nobody_is_born_tomorrow() -> None:
    tomorrow = replace(GOOD, document_kind=DocumentKind.NONE, birth_date=TODAY + dt.timedelta(1))
    assert codes(tomorrow) == [("birth_date", "birth.future")]
    assert codes(replace(tomorrow, overrides=("birth.future",))) == [("birth_date", "birth.future")]
    assert codes(replace(tomorrow, birth_date=TODAY)) == []


def test_somebody_may_be_that_old() -> None:
    old = VisitorDraft(name="x", birth_date=dt.date(TODAY.year - OLDEST_YEARS - 1, 12, 31))
    [problem] = problems(old, TODAY)
    assert (problem.field, problem.code, problem.overridable) == ("birth_date", "birth.old", True)
    assert codes(replace(old, overrides=("birth.old",))) == []
    assert codes(replace(old, birth_date=dt.date(TODAY.year - OLDEST_YEARS, 1, 1))) == []


def test_a_document_of_another_birth_date_or_sex_is_said_and_can_be_overridden() -> None:
    other = replace(GOOD, birth_date=dt.date(1950, 1, 1), sex=Sex.MALE)
    found = problems(other, TODAY)
    assert [(p.field, p.code, p.overridable) for p in found] == [
        ("birth_date", "document.birth-differs", True),
        ("sex", "document.sex-differs", True),
    ]
    assert found[0].text.params == {"date": dt.date(1949, 12, 31)}
    assert codes(replace(other, overrides=("document.birth-differs",))) == [("sex", "document.sex-differs")]
    assert codes(replace(other, overrides=tuple(code for _field, code in codes(other)))) == []


@pytest.mark.parametrize("sex", [Sex.UNKNOWN, Sex.UNSTATED])
def test_who_does_not_state_the_sex_does_not_contradict_the_document(sex: Sex) -> None:
    assert codes(replace(GOOD, sex=sex, birth_date=None)) == []


@pytest.mark.parametrize("number", ["", "  "])
@pytest.mark.parametrize("kind", DocumentKind)
def test_a_document_has_a_number(kind: DocumentKind, number: str) -> None:
    without = replace(GOOD, document_kind=kind, document_number=number)
    needs = kind not in (DocumentKind.NONE, DocumentKind.NEWBORN)
    assert codes(without) == [("document_number", "document.missing")] * needs
    seen = replace(without, document_kind=DocumentKind.NONE, identity=Identity.DOCUMENT)
    assert codes(seen) == [("document_number", "document.missing")]


@pytest.mark.parametrize(
    ("kind", "stated", "known"),
    [
        (DocumentKind.PASSPORT, Identity.STATED, Identity.DOCUMENT),
        (DocumentKind.NEWBORN, Identity.STATED, Identity.NEWBORN),
        (DocumentKind.NONE, Identity.STATED, Identity.STATED),
        (DocumentKind.NONE, Identity.DOCUMENT, Identity.STATED),
        (DocumentKind.PASSPORT, Identity.UNKNOWN, Identity.UNKNOWN),
    ],
)
def test_a_document_tells_who_somebody_is(kind: DocumentKind, stated: Identity, known: Identity) -> None:
    assert with_identity(replace(GOOD, document_kind=kind, identity=stated)).identity is known


@pytest.mark.parametrize("kind", [DocumentKind.NONE, DocumentKind.NEWBORN])
def test_without_a_document_its_number_is_not_read(kind: DocumentKind) -> None:
    draft = replace(GOOD, document_kind=kind, document_number="anything")
    assert codes(draft) == []
    assert document_reading(draft, TODAY) is None


def test_a_wrong_check_character_is_overridden_and_then_believed_to_say_nothing() -> None:
    wrong = replace(GOOD, document_number="110105194912310021", birth_date=dt.date(1960, 1, 1))
    [problem] = problems(wrong, TODAY)
    assert (problem.field, problem.overridable) == ("document_number", True)
    insisted = replace(wrong, overrides=(problem.code,))
    assert codes(insisted) == []
    assert document_reading(insisted, TODAY) is None
    with pytest.raises(InputError):
        document_reading(wrong, TODAY)


def test_a_number_that_can_not_be_is_refused_whatever_is_insisted() -> None:
    wrong = replace(GOOD, document_number="12345")
    [(field, code)] = codes(wrong)
    assert field == "document_number"
    assert codes(replace(wrong, overrides=(code,))) == [(field, code)]


def test_an_allergy_says_to_what() -> None:
    assert codes(replace(GOOD, allergy=Allergy.YES)) == [("allergy_text", "allergy.which")]
    assert codes(replace(GOOD, allergy=Allergy.YES, allergy_text="青霉素")) == []
    assert codes(replace(GOOD, allergy=Allergy.NONE)) == []


CHILD = VisitorDraft(name="小王", birth_date=dt.date(2020, 1, 1), consents={ConsentKind.MEDICAL_DATA: True})


def test_a_childs_consent_is_somebodys_and_can_be_overridden() -> None:
    [problem] = problems(CHILD, TODAY)
    assert (problem.field, problem.code, problem.overridable) == ("guardian_name", "consent.guardian", True)
    assert codes(replace(CHILD, guardian_name=" ")) == [("guardian_name", "consent.guardian")]
    assert codes(replace(CHILD, overrides=("consent.guardian",))) == []


@pytest.mark.parametrize(
    "values",
    [
        {"guardian_name": "妈妈"},
        {"birth_date": dt.date(2012, 11, 22)},
        {"birth_date": None},
        {"consents": {ConsentKind.MEDICAL_DATA: False}},
        {"consents": {}},
    ],
)
def test_no_guardian_is_asked_for_where_none_agrees(values: dict[str, object]) -> None:
    assert codes(replace(CHILD, **values)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "number", "stored"),
    [
        (DocumentKind.RESIDENT_ID, "810000199408230021", DocumentKind.RESIDENCE_PERMIT),
        (DocumentKind.RESIDENT_ID, "830000199201300022", DocumentKind.RESIDENCE_PERMIT),
        (DocumentKind.FOREIGN_RESIDENT, "11010519491231002X", DocumentKind.RESIDENT_ID),
        (DocumentKind.RESIDENCE_PERMIT, "11010519491231002X", DocumentKind.RESIDENT_ID),
        (DocumentKind.PASSPORT, "E12345678", DocumentKind.PASSPORT),
        (DocumentKind.OTHER, "11010519491231002X", DocumentKind.OTHER),
    ],
)
def test_a_document_is_stored_as_the_kind_that_its_number_says(
    chosen: DocumentKind, number: str, stored: DocumentKind
) -> None:
    draft, _division = stored_form(VisitorDraft(document_kind=chosen, document_number=number), TODAY)
    assert (draft.document_kind, draft.document_number) == (stored, number)


def test_a_number_that_is_insisted_on_is_stored_without_spaces() -> None:
    typed = replace(GOOD, document_number="110105 19491231 0021", overrides=("document.check",))
    assert stored_form(typed, TODAY) == (replace(typed, document_number="110105194912310021"), "")


def test_all_problems_are_told_at_once() -> None:
    bad = VisitorDraft(name="", birth_date=dt.date(2027, 1, 1), allergy=Allergy.YES, phone="\0")
    assert {field for field, _code in codes(bad)} == {"name", "birth_date", "allergy_text", "phone"}


def test_every_problem_is_at_a_field_of_the_record() -> None:
    bad = VisitorDraft(
        name="", birth_date=dt.date(2027, 1, 1), document_kind=DocumentKind.RESIDENT_ID, document_number="x"
    )
    known = {field.name for field in fields(VisitorDraft)}
    assert {field for field, _code in codes(bad)} <= known


BIRTHS = st.dates(dt.date(1902, 1, 1), TODAY)


@given(BIRTHS, st.integers(0, 999))
def test_an_id_number_agrees_with_its_own_birth_date_and_sex(birth: dt.date, sequence: int) -> None:
    body = f"110105{birth:%Y%m%d}{sequence:03}"
    sex = Sex.MALE if sequence % 2 else Sex.FEMALE
    number = body + check_character(body)
    draft = replace(GOOD, document_number=number, birth_date=birth, sex=sex)
    assert codes(draft) == []
    reading = document_reading(draft, TODAY)
    assert reading is not None
    assert (reading.birth_date, reading.sex) == (birth, sex)


@given(BIRTHS)
def test_age_in_whole_years(birth: dt.date) -> None:
    age = age_in_years(birth, TODAY)
    today, day = (TODAY.year, TODAY.month, TODAY.day), (birth.month, birth.day)
    assert (birth.year + age, *day) <= today < (birth.year + age + 1, *day)
    assert needs_guardian(birth, TODAY) == (age < GUARDIAN_UNDER)


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        (dt.date(2012, 11, 22), 14),
        (dt.date(2012, 11, 23), 13),
        (dt.date(2012, 2, 29), 14),
        (dt.date(2026, 11, 22), 0),
        (dt.date(2025, 11, 23), 0),
    ],
)
def test_a_birthday_counts_from_its_day(birth: dt.date, age: int) -> None:
    assert age_in_years(birth, TODAY) == age
    assert needs_guardian(birth, TODAY) is (age < 14)


def test_nobody_knows_whether_the_unborn_date_needs_a_guardian() -> None:
    assert not needs_guardian(None, TODAY)
