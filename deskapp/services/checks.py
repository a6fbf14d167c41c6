"""What any text field refuses before it is stored: too long, or not storable everywhere.

Any other Unicode is stored exactly as typed.
"""

from __future__ import annotations

from deskapp.domain.fields import storable
from deskapp.domain.intake import MAX_LINE, MAX_TEXT
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError


def plain_text(field: str, text: str, *, limit: int = MAX_TEXT, required: bool = False) -> str:
    """Return `text` unchanged, or raise `InputError` at `field`."""
    if required and not text.strip():
        raise InputError(field, "text.empty", Text(N_("Please fill this in.")))
    return storable(field, text, limit)


def plain_line(field: str, text: str, *, limit: int = MAX_LINE, required: bool = False) -> str:
    """Return one line of text unchanged, or raise `InputError` at `field`."""
    return plain_text(field, text, limit=limit, required=required)


def storable_name(name: str) -> str:
    """Return the name of a file or printer as it can be stored: nobody typed it, so nobody is asked to mend it.

    On some systems such a name holds bytes that are no characters.
    """
    return name.encode(errors="replace").decode().replace("\0", "?")[:MAX_LINE]
