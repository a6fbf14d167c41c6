"""What a text field takes: any Unicode that can be stored exactly as it is, up to its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.fields import storable
from deskapp.errors import InputError

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)


@given(ANY)
def test_whatever_can_be_stored_is_unchanged(text: str) -> None:
    assert storable("name", text, 50) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [("x" * 51, "text.long"), ("a\0b", "text.nul"), ("a\ud83d", "text.broken"), ("\udfff", "text.broken")],
)
def test_what_can_not_is_refused_at_its_field(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        storable("name", text, 50)
    assert (caught.value.field, caught.value.code) == ("name", code)


def test_too_long_says_how_long_and_how_much_room_there_is() -> None:
    with pytest.raises(InputError) as caught:
        storable("name", "𠮷" * 60, 50)
    assert caught.value.text.params == {"count": 60, "limit": 50}
