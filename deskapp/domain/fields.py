"""What every text field refuses: too long, or not storable everywhere. Any other Unicode is stored as typed."""

from __future__ import annotations

from deskapp.domain.text import N_, Text
from deskapp.errors import InputError


def storable(field: str, text: str, limit: int) -> str:
    """Return `text` unchanged when it can be stored exactly as it is, else raise `InputError`."""
    if len(text) > limit:
        message = N_("This is {count} characters long; there is room for {limit}.")
        raise InputError(field, "text.long", Text(message, {"count": len(text), "limit": limit}))
    if "\0" in text:
        raise InputError(
            field, "text.nul", Text(N_("This contains an invisible NUL character. Please delete it."))
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(
            field, "text.broken", Text(N_("This contains half of a character. Please type it again."))
        )
    return text
