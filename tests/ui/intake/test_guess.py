"""What was typed into the search begins the new record: nothing of it is dropped."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import DocumentKind
from deskapp.ui.intake.guess import draft_from

CARD = "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "draft"),
    [
        ("王建国", VisitorDraft(name="王建国")),
        (" 13800138000 ", VisitorDraft(phone="13800138000")),
        ("0839-12", VisitorDraft(phone="0839-12")),
        ("138", VisitorDraft(phone="138")),
        ("19580304", VisitorDraft(birth_date=dt.date(1958, 3, 4))),
        ("1958-3-4", VisitorDraft(birth_date=dt.date(1958, 3, 4))),
        ("1958年3月4日", VisitorDraft(birth_date=dt.date(1958, 3, 4))),
        ("19581304", VisitorDraft(phone="19581304")),
        (CARD, VisitorDraft(document_kind=DocumentKind.RESIDENT_ID, document_number=CARD)),
        (CARD[:17], VisitorDraft(document_number=CARD[:17])),
    ],
)
def test_what_was_typed_begins_the_record(typed: str, draft: VisitorDraft) -> None:
    assert draft_from(typed) == draft
