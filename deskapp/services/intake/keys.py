"""Under which keys a visitor is found and compared. Whoever was merged is found by what the other records said too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.intake import Visitor
from deskapp.db.models.people import Merge
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
    """Return the search keys of a stored record by itself."""
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
    """Return all search keys and blocking keys of a stored record by itself: none of one who was erased."""
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


# --- Records that were merged ---------------------------------------------------------------------------------


def merged_ids(session: Session, ids: Collection[int]) -> dict[int, list[int]]:
    """Return which records went into each of `ids`, over any number of merges; those without are left out."""
    found: dict[int, list[int]] = {}
    roots = {who: who for who in ids}
    while roots:
        standing = Merge.undone_at.is_(None)
        asked = select(Merge.kept_id, Merge.gone_id).where(Merge.kept_id.in_(list(roots)), standing)
        roots = {gone: roots[kept] for kept, gone in session.execute(asked.order_by(Merge.id))}
        for gone, root in roots.items():
            found.setdefault(root, []).append(gone)
    return found


def merged_by_root(session: Session, ids: Collection[int]) -> dict[int, list[Visitor]]:
    """Return the records that went into each of `ids`, the first merged first; those without are left out."""
    gone = merged_ids(session, ids)
    wanted = [who for each in gone.values() for who in each]
    if not wanted:
        return {}
    rows = {row.id: row for row in session.scalars(select(Visitor).where(Visitor.id.in_(wanted)))}
    return {root: [rows[who] for who in each] for root, each in gone.items()}


def merged_records(session: Session, visitor_id: int) -> Sequence[Visitor]:
    """Return the records that went into a visitor's, the first merged first."""
    return merged_by_root(session, [visitor_id]).get(visitor_id, ())


def united_keys(records: Iterable[Visitor]) -> dict[str, int]:
    """Return the search keys of several records of one person; a whole name or number of any counts as whole."""
    found: dict[str, int] = {}
    for record in records:
        for key, grade in found_by(record)[0].items():
            found[key] = min(grade, found.get(key, PART))
    return found


def united_blocks(records: Iterable[Visitor]) -> frozenset[str]:
    """Return the blocking keys of several records of one person."""
    return frozenset().union(*(found_by(record)[1] for record in records))


def stored_keys(session: Session, visitor: Visitor) -> dict[str, int]:
    """Return the search keys under which a visitor stands, with those of the records merged into it."""
    return united_keys([visitor, *merged_records(session, visitor.id)])


def united(candidate: Candidate, others: Iterable[Candidate]) -> Candidate:
    """Return a candidate that also has the phones and documents of records merged into it."""
    phones, documents = set(candidate.phones), set(candidate.documents)
    for other in others:
        phones |= other.phones
        documents |= other.documents
    return Candidate(
        candidate.visitor_id,
        candidate.name,
        candidate.birth_date,
        candidate.sex,
        frozenset(phones),
        frozenset(documents),
        candidate.address,
    )


def also_known(session: Session, ids: Collection[int]) -> Mapping[int, list[Candidate]]:
    """Return what the records merged into each of `ids` said, for comparing; those without are left out."""
    return {
        root: [candidate_of(root, record) for record in records]
        for root, records in merged_by_root(session, ids).items()
    }


def standing_id(session: Session, visitor_id: int) -> int:
    """Return the record that stands for a visitor's: itself, or the one it was merged into in the end."""
    while True:
        into = session.scalar(select(Visitor.merged_into_id).where(Visitor.id == visitor_id))
        if into is None:
            return visitor_id
        visitor_id = into
