"""How things of the house look wherever they are found or listed: their icons, and their parts in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deskapp.domain.finding import Fen, Group, Said
from deskapp.i18n import Translator

ICONS: Final[Mapping[str, str]] = {
    Group.VISITOR: "user",
    Group.COMMAND: "keyboard",
    Group.DEPARTMENT: "building-2",
    Group.DOCTOR: "stethoscope",
    Group.PLACE: "map-pin",
    Group.PRICE: "tag",
    Group.PROMOTION: "megaphone",
    Group.NOTICE: "newspaper",
    Group.PHRASE: "message-square-warning",
    Group.STAFF: "id-card",
    Group.QUESTION: "circle-help",
    Group.FORM: "file-text",
}
"""By group of what is found; a kind of the directory is called as its group is."""


def said(part: Said | Fen, tr: Translator) -> str:
    """Return a part of what was found in the reader's language."""
    if isinstance(part, Fen):
        return tr.money(part.fen)
    return part if isinstance(part, str) else tr(part)
