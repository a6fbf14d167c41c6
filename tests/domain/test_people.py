"""What one record takes from another when both are merged."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import GROUPS, differences, fills, is_blank, taken
from deskapp.domain.registration import Allergy, DocumentKind, Sex


def record(**values: Any) -> Any:
    """Return anything with a visitor's fields."""
    draft = VisitorDraft(**{name: value for name, value in values.items() if name != "division"})
    known = {name: getattr(draft, name) for name in VisitorDraft.__dataclass_fields__}
    return SimpleNamespace(**known, division=values.get("division", ""), responsible_doctor_id=None)


def test_every_field_of_a_record_is_in_exactly_one_group() -> None:
    names = [name for group in GROUPS.values() for name in group]
    asked = set(VisitorDraft.__dataclass_fields__) - {"consents", "overrides"}
    assert sorted(names) == sorted(asked | {"division", "responsible_doctor_id"})


@pytest.mark.parametrize("group", sorted(set(GROUPS) - {"nationality", "language"}))
def test_a_new_record_says_nothing_of_what_was_not_asked(group: str) -> None:
    assert is_blank(record(), group)


def test_blank_fields_are_filled_and_others_are_not() -> None:
    kept = record(name="王建国", phone="13800138000")
    gone = record(name="王建囯", phone="13900139000", address="东街1号")
    found = {one.id: one.fills for one in differences(kept, gone)}
    assert found == {"name": False, "phone": False, "address": True}
    assert taken(kept, gone, None) == {"address": {"address": ("", "东街1号")}}


def test_a_document_is_taken_with_its_kind() -> None:
    gone = record(document_kind=DocumentKind.PASSPORT, document_number="G1", division="110101")
    assert taken(record(), gone, None)["document_number"] == {
        "document_kind": (DocumentKind.NONE, DocumentKind.PASSPORT),
        "document_number": ("", "G1"),
        "division": ("", "110101"),
    }


@pytest.mark.parametrize(
    ("kept", "gone", "takes"),
    [
        (Allergy.UNKNOWN, Allergy.YES, True),
        (Allergy.UNKNOWN, Allergy.NONE, True),
        (Allergy.NONE, Allergy.YES, True),
        (Allergy.YES, Allergy.NONE, False),
        (Allergy.YES, Allergy.UNKNOWN, False),
    ],
)
def test_a_known_allergy_is_never_lost(kept: Allergy, gone: Allergy, takes: bool) -> None:
    assert fills(record(allergy=kept), record(allergy=gone), "allergy") is takes


def test_only_what_was_chosen_is_taken_and_unknown_names_are_left_out() -> None:
    kept, gone = record(name="甲"), record(name="乙", sex=Sex.MALE, note="听力不好")
    assert list(taken(kept, gone, ["name", "nothing"])) == ["name"]
    assert taken(kept, gone, []) == {}
