"""What a text field refuses, and names that nobody typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.errors import InputError
from deskapp.services.checks import plain_line, plain_text, storable_name


@pytest.mark.parametrize("text", ["王\0", "\ud800", "长" * 201])
def test_what_can_not_be_stored_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(InputError) as refused:
        plain_line("room", text)
    assert refused.value.field == "room"


def test_a_required_field_needs_more_than_spaces() -> None:
    assert plain_text("note", " \u3000") == " \u3000"
    with pytest.raises(InputError):
        plain_text("note", " \u3000", required=True)


@given(st.text(max_size=300) | st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_any_name_of_a_file_or_printer_can_be_stored(name: str) -> None:
    stored = storable_name(name)
    assert plain_line("printer", stored) == stored
    if stored == name:
        return
    assert len(name) > 200 or "\0" in name or any("\ud800" <= char <= "\udfff" for char in name)
