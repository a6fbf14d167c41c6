"""What is kept of the door comes back as it was, or not at all."""

from __future__ import annotations

import json

import pytest

from deskapp.domain.door import Address, GreetingDraft
from deskapp.ui.intake.door.kept import Kept, from_json, to_json

DRAFT = GreetingDraft(Address.MADAM, "李", True, None, 7, "note")


def test_it_comes_back_as_it_was() -> None:
    kept = Kept(DRAFT, {"request": GreetingDraft(Address.SIR, first_visit=False)})
    assert from_json(json.loads(json.dumps(to_json(kept)))) == kept


@pytest.mark.parametrize(
    "found", [None, {}, {"form": {}}, {"form": {"address": "king"}, "unsent": {}}, {"form": 1, "unsent": 2}]
)
def test_what_can_not_be_read_is_no_draft(found: dict[str, object] | None) -> None:
    assert from_json(found) is None


def test_a_field_of_a_later_version_is_passed_over() -> None:
    values = to_json(Kept(DRAFT, {}))
    form = values["form"]
    assert isinstance(form, dict)
    assert from_json({"form": form | {"later": 1}, "unsent": {}}) == Kept(DRAFT, {})
