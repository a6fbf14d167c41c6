"""The coded lists: the standards' numbers, a name for every code, nothing that moves."""

from __future__ import annotations

import enum

import pytest

from deskapp.domain.registration import (
    DOCUMENT_CODES,
    LABELS,
    STEPS,
    Allergy,
    ContactRelation,
    DocumentKind,
    MaritalStatus,
    MediaSource,
    Sex,
    Step,
    VisitKind,
    label,
)


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (Sex, {"UNKNOWN": 0, "MALE": 1, "FEMALE": 2, "UNSTATED": 9}),
        (
            VisitKind,
            {"EMERGENCY": 1, "GENERAL": 2, "SPECIAL": 3, "INTERNET": 4, "MULTI_DISCIPLINARY": 5, "OTHER": 9},
        ),
        (MaritalStatus, {"SINGLE": 1, "MARRIED": 2, "WIDOWED": 3, "DIVORCED": 4, "UNSTATED": 9}),
        (
            ContactRelation,
            {
                "SELF": 0,
                "SPOUSE": 1,
                "SON": 2,
                "DAUGHTER": 3,
                "GRANDCHILD": 4,
                "PARENT": 5,
                "GRANDPARENT": 6,
                "SIBLING": 7,
                "COLLEAGUE": 8,
                "OTHER": 9,
            },
        ),
    ],
)
def test_numbers_are_those_of_the_standard(kind: type[enum.IntEnum], numbers: dict[str, int]) -> None:
    assert {member.name: int(member) for member in kind} == numbers


def test_an_allergy_not_asked_for_is_not_none() -> None:
    assert (int(Allergy.NONE), int(Allergy.YES)) == (1, 2)
    assert Allergy.UNKNOWN not in (Allergy.NONE, Allergy.YES)


def test_every_document_has_a_code_of_the_standard() -> None:
    assert set(DOCUMENT_CODES) == set(DocumentKind)
    assert set(DOCUMENT_CODES.values()) <= {1, 2, 3, 4, 5, 6, 7, 9}
    assert DOCUMENT_CODES[DocumentKind.RESIDENT_ID] == 1
    assert DOCUMENT_CODES[DocumentKind.PASSPORT] == 6
    assert DOCUMENT_CODES[DocumentKind.MONGOLIAN] == 9


@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: kind.__name__)
def test_every_code_has_a_name_of_its_own(kind: type[enum.Enum]) -> None:
    names = [label(member) for member in kind]
    assert all(name.strip() for name in names)
    assert len(set(names)) == len(names)


def test_every_media_source_of_the_house_is_there() -> None:
    assert {source.value for source in MediaSource} == {
        *("passer-by", "friend", "returning", "referral", "television", "radio", "newspaper", "outdoor"),
        *("web-search", "social-media", "map-app", "insurer", "other"),
    }


def test_the_eight_steps_are_in_the_order_of_the_way() -> None:
    assert (
        *(Step.ARRIVE, Step.GREET, Step.TRIAGE, Step.REGISTER),
        *(Step.NUMBER, Step.PAY, Step.ESCORT, Step.RETURN),
    ) == STEPS
