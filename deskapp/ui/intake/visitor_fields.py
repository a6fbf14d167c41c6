"""The visitor's form as data, and how it becomes a draft and back."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final

from deskapp.domain.intake import MAX_TEXT, VisitorDraft
from deskapp.domain.registration import (
    LABELS,
    Allergy,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    Identity,
    MaritalStatus,
    Sex,
    label,
)
from deskapp.domain.text import N_
from deskapp.ui.widgets.editors import CHECK, CHOICE, DATE, MULTILINE, PHONE, TIME, Choice, Field

LANGUAGES: Final = (
    Choice("zh", N_("Chinese"), "1"),
    Choice("en", N_("English"), "2"),
    Choice("mn", N_("Mongolian"), "3"),
    Choice("", N_("another language"), "9"),
)
NATIONALITIES: Final = (
    Choice("156", N_("China"), "1"),
    Choice("496", N_("Mongolia"), "2"),
    Choice("643", N_("Russia"), "3"),
    Choice("410", N_("South Korea"), "4"),
    Choice("392", N_("Japan"), "5"),
    Choice("840", N_("United States"), "6"),
    Choice("826", N_("United Kingdom"), "7"),
    Choice("", N_("another country"), "9"),
)
ANSWERS: Final = (
    Choice(None, N_("not asked yet"), "0"),
    Choice(True, N_("agreed"), "1"),
    Choice(False, N_("declined"), "2"),
)
IDENTITY_FOLD: Final = N_("Identity and origin")
PERSON_FOLD: Final = N_("About the person")
CONTACT_FOLD: Final = N_("Contact and guardian")
CONSENT_FOLD: Final = N_("Consent")
CONSENT_PREFIX: Final = "consent_"


def _choices(kind: type[enum.Enum]) -> tuple[Choice, ...]:
    numbered = issubclass(kind, int)
    members = enumerate(LABELS[kind], start=1)
    return tuple(
        Choice(member, label(member), str(member.value if numbered else place)) for place, member in members
    )


VISITOR_FIELDS: Final = (
    Field("name", N_("Name"), large=True),
    Field("sex", N_("Sex"), CHOICE, _choices(Sex)),
    Field("birth_date", N_("Born"), DATE, past=True, large=True),
    Field("phone", N_("Phone"), PHONE, large=True),
    Field("document_kind", N_("Document"), CHOICE, _choices(DocumentKind)),
    Field("document_number", N_("Document number"), large=True),
    Field("allergy", N_("Drug allergy"), CHOICE, _choices(Allergy)),
    Field("allergy_text", N_("Allergic to"), max_length=MAX_TEXT),
    Field("address", N_("Address"), width=2, max_length=MAX_TEXT),
    Field("identity", N_("Identity"), CHOICE, _choices(Identity), fold=IDENTITY_FOLD),
    Field("nationality", N_("Nationality"), CHOICE, NATIONALITIES, fold=IDENTITY_FOLD),
    Field("ethnicity", N_("Ethnicity"), fold=IDENTITY_FOLD),
    Field("birth_time", N_("Time of birth"), TIME, fold=IDENTITY_FOLD),
    Field("mother_code", N_("Mother's record"), fold=IDENTITY_FOLD),
    Field("preferred_name", N_("Called"), fold=PERSON_FOLD),
    Field("marital", N_("Marital status"), CHOICE, _choices(MaritalStatus), fold=PERSON_FOLD),
    Field("occupation", N_("Occupation"), fold=PERSON_FOLD),
    Field("employer", N_("Employer"), fold=PERSON_FOLD),
    Field("insurer", N_("Insurer"), fold=PERSON_FOLD),
    Field("language", N_("Language"), CHOICE, LANGUAGES, fold=PERSON_FOLD),
    Field("interpreter", N_("Needs an interpreter"), CHECK, fold=PERSON_FOLD),
    Field("contact_name", N_("Contact person"), fold=CONTACT_FOLD),
    Field("contact_relation", N_("Who that is"), CHOICE, _choices(ContactRelation), fold=CONTACT_FOLD),
    Field("contact_phone", N_("Contact's phone"), PHONE, fold=CONTACT_FOLD),
    Field("guardian_name", N_("Guardian"), fold=CONTACT_FOLD),
    Field("guardian_phone", N_("Guardian's phone"), PHONE, fold=CONTACT_FOLD),
    *(
        Field(f"{CONSENT_PREFIX}{kind.value}", label(kind), CHOICE, ANSWERS, width=2, fold=CONSENT_FOLD)
        for kind in ConsentKind
    ),
    Field("note", N_("Note"), MULTILINE, width=2, lines=2, max_length=MAX_TEXT, fold=CONSENT_FOLD),
)

_EMPTY: Final = VisitorDraft()


def values_of(draft: VisitorDraft) -> dict[str, object]:
    """Return what the form shows for a draft."""
    values: dict[str, object] = {}
    for field in VISITOR_FIELDS:
        if field.name.startswith(CONSENT_PREFIX):
            kind = ConsentKind(field.name.removeprefix(CONSENT_PREFIX))
            values[field.name] = draft.consents.get(kind)
        else:
            values[field.name] = getattr(draft, field.name)
    return values


def draft_of(values: Mapping[str, object], overrides: frozenset[str] = frozenset()) -> VisitorDraft:
    """Return the draft that a form's values make."""
    known: dict[str, Any] = {
        # The empty entry of a choice, or a field that can't be read: as if nobody had touched it.
        name: (getattr(_EMPTY, name) if value is None else value)
        for name, value in values.items()
        if not name.startswith(CONSENT_PREFIX)
    }
    consents = {
        ConsentKind(name.removeprefix(CONSENT_PREFIX)): bool(value)
        for name, value in values.items()
        if name.startswith(CONSENT_PREFIX) and value is not None
    }
    return VisitorDraft(**known, consents=consents, overrides=tuple(sorted(overrides)))
