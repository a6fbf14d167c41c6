"""What somebody typed into the search field, taken as the beginning of a new record."""

from __future__ import annotations

from deskapp.domain.identity import ScanKind, recognise_scan
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import DocumentKind

PHONE_LENGTHS = range(7, 16)


def draft_from(typed: str) -> VisitorDraft:
    """Return the draft that `typed` begins: a document number, a phone number, else a name."""
    scan = recognise_scan(typed)
    if scan.kind is ScanKind.DOCUMENT:
        kind = scan.document or DocumentKind.OTHER
        return VisitorDraft(
            name=scan.name, document_kind=kind, document_number=scan.value, address=scan.address
        )
    digits = "".join(character for character in typed if character.isdigit())
    if digits and not any(character.isalpha() for character in typed):
        return VisitorDraft(phone=typed if len(digits) in PHONE_LENGTHS else "")
    return VisitorDraft(name=typed.strip())
