"""Under which keys a visitor is found and compared."""

from __future__ import annotations

from deskapp.db.models.intake import Visitor
from deskapp.domain import duplicates, names
from deskapp.domain.duplicates import Candidate
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.retention import is_erased
from deskapp.names_table import load

WHOLE, PART = 0, 1


def draft_keys(draft: VisitorDraft) -> dict[str, int]:
    """Return the search keys of a record as typed, each 0 (begins a name or number) or 1 (part)."""
    return _keys(draft.name, draft.preferred_name, draft.phone, draft.document_number)


def visitor_keys(visitor: Visitor) -> dict[str, int]:
    """Return the search keys of a stored visitor."""
    return _keys(visitor.name, visitor.preferred_name, visitor.phone, visitor.document_number)


def _keys(name: str, preferred: str, phone: str, document: str) -> dict[str, int]:
    tables = load()
    whole: set[str] = set()
    found: set[str] = set()
    for called in filter(None, (name, preferred)):
        forms = names.name_forms(called, tables)
        whole.add(forms.literal[: names.KEY_MAX])
        for spelled in forms.spelled:
            whole.add("".join(spelled)[: names.KEY_MAX])
            whole.add("".join(syllable[0] for syllable in spelled))
        found |= names.search_keys(called, tables)
    numbers = names.digit_keys(phone, document, tables)
    whole |= {max(names.phone_keys(phone, tables), key=len, default="")}
    whole |= {max(names.document_keys(document, tables), key=len, default="")}
    return {key: WHOLE if key in whole else PART for key in found | numbers if key}


def found_by(visitor: Visitor) -> tuple[dict[str, int], frozenset[str]]:
    """Return all search keys and blocking keys of a stored visitor: none of one who was erased."""
    if is_erased(visitor.name):
        return {}, frozenset()
    return visitor_keys(visitor), blocking_keys(candidate_of(visitor.id, visitor))


def candidate_of(visitor_id: int | None, draft: VisitorDraft | Visitor) -> Candidate:
    """Return what the comparison of visitors looks at."""
    document = duplicates.document_key(draft.document_kind, draft.document_number)
    return Candidate(
        visitor_id=visitor_id,
        name=draft.name,
        birth_date=draft.birth_date,
        sex=draft.sex,
        phones=frozenset(filter(None, (draft.phone,))),
        documents=frozenset(filter(None, (document,))),
        address=draft.address,
    )


def blocking_keys(candidate: Candidate) -> frozenset[str]:
    """Return the keys under which likely duplicates are looked for."""
    return duplicates.blocks(candidate, load())
