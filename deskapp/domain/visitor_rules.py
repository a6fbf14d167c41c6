"""What a visitor's record must hold, each rule with its code. Pure: today is passed in.

Rules that reality can break are overridable: the operator says "it is so" and the code is kept in
the draft's `overrides`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from deskapp.domain.fields import storable
from deskapp.domain.identity import DocumentReading, compact, read_document
from deskapp.domain.intake import MAX_LINE, MAX_TEXT, VisitorDraft
from deskapp.domain.registration import Allergy, DocumentKind, Identity, Sex
from deskapp.domain.retention import is_erased
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError

OLDEST_YEARS: Final = 125
GUARDIAN_UNDER: Final = 14
LONG_FIELDS: Final = frozenset({"address", "allergy_text", "note"})
LINE_FIELDS: Final = (
    "name",
    "preferred_name",
    "phone",
    "document_number",
    "nationality",
    "ethnicity",
    "occupation",
    "employer",
    "contact_name",
    "contact_phone",
    "guardian_name",
    "guardian_phone",
    "mother_code",
    "insurer",
    "language",
)
NO_NUMBER: Final = frozenset({DocumentKind.NONE, DocumentKind.NEWBORN})


def problems(draft: VisitorDraft, today: dt.date) -> list[InputError]:
    """Return everything that keeps the draft from being stored, field by field."""
    found = [
        *_text_problems(draft),
        *_name_problems(draft),
        *_birth_problems(draft, today),
        *_document_problems(draft, today),
        *_allergy_problems(draft),
        *_consent_problems(draft, today),
    ]
    return [problem for problem in found if not (problem.overridable and problem.code in draft.overrides)]


def document_reading(draft: VisitorDraft, today: dt.date) -> DocumentReading | None:
    """Return what the document number says, None when there is none or the operator overrides it.

    Raises `InputError` for a number that can't be.
    """
    if draft.document_kind in NO_NUMBER or not draft.document_number.strip():
        return None
    try:
        return read_document(draft.document_kind, draft.document_number, today)
    except InputError as error:
        if error.overridable and error.code in draft.overrides:
            return None
        raise


def stored_form(draft: VisitorDraft, today: dt.date) -> tuple[VisitorDraft, str]:
    """Return the draft with its document as it is stored, and the division that the number names.

    The number says which kind it is of, whatever was chosen. Raises `InputError` like `document_reading`.
    """
    reading = document_reading(draft, today)
    if reading is not None:
        kind = draft.document_kind if reading.kind is DocumentKind.OTHER else reading.kind
        return replace(draft, document_kind=kind, document_number=reading.number), reading.division or ""
    if draft.document_kind in NO_NUMBER:
        return draft, ""
    return replace(draft, document_number=compact(draft.document_number)), ""


def lacks_number(draft: VisitorDraft) -> bool:
    """Say whether a document is named, or said to have been seen, whose number is not there."""
    seen = draft.document_kind is DocumentKind.NONE and draft.identity is Identity.DOCUMENT
    return (seen or draft.document_kind not in NO_NUMBER) and not draft.document_number.strip()


def with_identity(draft: VisitorDraft) -> VisitorDraft:
    """Return the draft with the identity that its document gives, where nobody chose another one."""
    if draft.document_kind is DocumentKind.NONE and draft.identity is Identity.DOCUMENT:
        return replace(draft, identity=Identity.STATED)
    if draft.document_kind is not DocumentKind.NONE and draft.identity is Identity.STATED:
        newborn = draft.document_kind is DocumentKind.NEWBORN
        return replace(draft, identity=Identity.NEWBORN if newborn else Identity.DOCUMENT)
    return draft


def needs_guardian(birth: dt.date | None, today: dt.date) -> bool:
    """Say whether consent is the guardian's to give: under 14 years."""
    return birth is not None and age_in_years(birth, today) < GUARDIAN_UNDER


def age_in_years(birth: dt.date, today: dt.date) -> int:
    """Return the age in whole years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _text_problems(draft: VisitorDraft) -> Iterator[InputError]:
    for field in (*LINE_FIELDS, *sorted(LONG_FIELDS)):
        limit = MAX_TEXT if field in LONG_FIELDS else MAX_LINE
        try:
            storable(field, getattr(draft, field), limit)
        except InputError as error:
            yield error


def _name_problems(draft: VisitorDraft) -> Iterator[InputError]:
    nameless = draft.identity in (Identity.UNKNOWN, Identity.NEWBORN)
    if is_erased(draft.name.strip()) or (not draft.name.strip() and not nameless):
        yield InputError(
            "name", "name.empty", Text(N_("Please enter the name, or choose “identity unknown”."))
        )


def _birth_problems(draft: VisitorDraft, today: dt.date) -> Iterator[InputError]:
    birth = draft.birth_date
    if birth is None:
        return
    if birth > today:
        yield InputError("birth_date", "birth.future", Text(N_("The birth date lies in the future.")))
    elif today.year - birth.year > OLDEST_YEARS:
        message = Text(N_("That would be over {years} years old. Please check."), {"years": OLDEST_YEARS})
        yield InputError("birth_date", "birth.old", message, overridable=True)


def _document_problems(draft: VisitorDraft, today: dt.date) -> Iterator[InputError]:
    if lacks_number(draft):
        # Else the record and the paper would say that a document was seen of which nobody can tell any more.
        message = Text(N_("The number of the document is missing."))
        yield InputError("document_number", "document.missing", message)
        return
    try:
        reading = document_reading(draft, today)
    except InputError as error:
        yield error
        return
    if reading is None:
        return
    if reading.birth_date and draft.birth_date and reading.birth_date != draft.birth_date:
        message = Text(N_("The document says born {date}."), {"date": reading.birth_date})
        yield InputError("birth_date", "document.birth-differs", message, overridable=True)
    stated = draft.sex in (Sex.MALE, Sex.FEMALE)
    if reading.sex in (Sex.MALE, Sex.FEMALE) and stated and reading.sex != draft.sex:
        message = Text(N_("The document number belongs to the other sex."))
        yield InputError("sex", "document.sex-differs", message, overridable=True)


def _allergy_problems(draft: VisitorDraft) -> Iterator[InputError]:
    if draft.allergy is Allergy.YES and not draft.allergy_text.strip():
        yield InputError("allergy_text", "allergy.which", Text(N_("Please say to which drug.")))


def _consent_problems(draft: VisitorDraft, today: dt.date) -> Iterator[InputError]:
    lacks = needs_guardian(draft.birth_date, today) and not draft.guardian_name.strip()
    if lacks and any(draft.consents.values()):
        message = Text(N_("For a child the guardian agrees: please enter who that is."))
        yield InputError("guardian_name", "consent.guardian", message, overridable=True)
