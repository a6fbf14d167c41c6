"""Under which keys a record is found and compared, and which of them are whole names or numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain import names
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import DocumentKind
from deskapp.names_table import load
from deskapp.services.intake.keys import PART, WHOLE, blocking_keys, candidate_of, draft_keys

ID = "11010519491231002X"


def keys(**values: object) -> dict[str, int]:
    return draft_keys(VisitorDraft(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "whole", "parts"),
    [
        ({"name": "王伟"}, {"王伟", "wangwei", "ww"}, {"伟", "wei"}),
        ({"name": "单雄"}, {"单雄", "shanxiong", "danxiong", "sx", "dx"}, {"雄", "xiong"}),
        ({"name": "Anna Bell"}, {"annabell"}, {"bellanna", "nabell"}),
        ({"name": "x", "phone": "13800138000"}, {"x", "13800138000"}, {"138000", "8000"}),
        ({"name": "x", "document_number": ID}, {"x", ID.lower()}, {"002x", "19491231002x"}),
        ({"name": "王伟", "preferred_name": "Wesley"}, {"王伟", "wesley"}, {"esley"}),
    ],
)
def test_whole_names_and_numbers_are_told_from_their_parts(
    values: dict[str, object], whole: set[str], parts: set[str]
) -> None:
    found = keys(**values)
    assert {key for key in whole if found.get(key) != WHOLE} == set()
    assert {key for key in parts if found.get(key) != PART} == set()


def test_an_empty_record_has_no_keys() -> None:
    assert keys() == {}
    assert blocking_keys(candidate_of(None, VisitorDraft())) == frozenset()


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_any_record_is_found_by_its_name_and_its_keys_fit_their_column(
    name: str, preferred: str, phone: str, document: str
) -> None:
    found = keys(name=name, preferred_name=preferred, phone=phone, document_number=document)
    assert all(0 < len(key) <= names.KEY_MAX for key in found)
    assert set(found.values()) <= {WHOLE, PART}
    tables = load()
    query = names.query_key(name, tables)
    literal = names.name_forms(name, tables).literal
    if literal and len(literal) <= names.KEY_MAX:
        assert any(key.startswith(query) for key in found)


def test_one_person_twice_shares_a_block() -> None:
    born = dt.date(1980, 1, 2)
    one = VisitorDraft(name="王建国", birth_date=born, phone="13800138000")
    again = VisitorDraft(name="王健国", birth_date=born, phone="+86 138 0013 8000")
    other = VisitorDraft(name="李娜", birth_date=dt.date(1999, 9, 9), phone="13900139000")
    blocks = [blocking_keys(candidate_of(None, draft)) for draft in (one, again, other)]
    assert blocks[0] & blocks[1]
    assert not blocks[0] & blocks[2]


def test_a_document_is_compared_with_its_kind() -> None:
    number = {"document_number": "E12345678"}
    passport = VisitorDraft(name="x", document_kind=DocumentKind.PASSPORT, **number)
    other = VisitorDraft(name="x", document_kind=DocumentKind.OTHER, **number)
    none = VisitorDraft(name="x", document_kind=DocumentKind.NONE, **number)
    found = [candidate_of(1, draft).documents for draft in (passport, other, none)]
    assert found[0] != found[1]
    assert found[2] == frozenset()
