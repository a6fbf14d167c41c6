"""What somebody typed into the search field, taken as the beginning of a new record."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from deskapp.domain.identity import ScanKind, recognise_scan
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import DocumentKind

PHONE_MOST: Final = 15
"""Digits of the longest telephone number (ITU-T E.164)."""
_BIRTH: Final = re.compile(r"((?:19|20)\d\d)[-./年]?(\d\d?)[-./月]?(\d\d?)日?")


def draft_from(typed: str) -> VisitorDraft:
    """Return the draft that `typed` begins: a document, a birth date, a phone, half a document, else a name."""
    scan = recognise_scan(typed)
    if scan.kind is ScanKind.DOCUMENT:
        kind = scan.document or DocumentKind.OTHER
        return VisitorDraft(
            name=scan.name, document_kind=kind, document_number=scan.value, address=scan.address
        )
    typed = typed.strip()
    if born := _birth(typed):
        return VisitorDraft(birth_date=born)
    digits = sum(character.isdigit() for character in typed)
    if digits and not any(character.isalpha() for character in typed):
        return VisitorDraft(phone=typed) if digits <= PHONE_MOST else VisitorDraft(document_number=typed)
    return VisitorDraft(name=typed)


def _birth(typed: str) -> dt.date | None:
    parts = _BIRTH.fullmatch(typed)
    if parts is None:
        return None
    try:
        return dt.date(*map(int, parts.groups()))
    except ValueError:
        return None
