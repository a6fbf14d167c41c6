"""Where a visitor stands in the tables, and that nothing of the visitor is left there afterwards."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, text

from deskapp.db import erasing
from deskapp.db.engine import Store
from deskapp.db.models.access import Request
from deskapp.db.models.intake import DuplicateKey, HotHit, HotPrefix, SearchKey, Visitor
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Sex
from deskapp.domain.retention import ERASED_NAME
from deskapp.services.intake.views import DRAFT_COLUMNS

NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)


def add_visitor(store: Store, name: str) -> int:
    draft = VisitorDraft(name=name, sex=Sex.FEMALE, phone="13800138000", note="听力不好")
    columns = {column: getattr(draft, column) for column in DRAFT_COLUMNS}
    with store.writing() as session:
        visitor = Visitor(code=f"P{name}", first_seen=NOW, visits=0, **columns)
        session.add(visitor)
        session.flush()
        session.add_all(SearchKey(key=f"{name}{at}", visitor_id=visitor.id, grade=0) for at in range(450))
        session.add(DuplicateKey(key="p:13800138000", visitor_id=visitor.id))
        session.merge(HotPrefix(prefix="王"))
        session.add(HotHit(prefix="王", rank=visitor.id, visitor_id=visitor.id))
        session.commit()
        return visitor.id


def test_the_keys_of_one_go_and_those_of_another_stay(store: Store) -> None:
    first, other = add_visitor(store, "王一"), add_visitor(store, "王二")
    with store.reading() as session:
        keys = erasing.stored_keys(session, [first, other])
    assert {table: len(rows) for table, rows in keys[first].rows.items()} == {
        "search_key": 450,
        "duplicate_key": 1,
        "hot_hit": 1,
    }
    with store.writing() as session:
        assert erasing.drop_keys(session, keys[first]) == {"search_key": 450, "duplicate_key": 1}
        session.commit()
    with store.reading() as session:
        for mapped in (SearchKey, DuplicateKey, HotHit):
            assert set(session.scalars(select(mapped.visitor_id))) == {other}


def test_a_blanked_visitor_keeps_number_and_counts_and_a_newer_version(store: Store) -> None:
    who = add_visitor(store, "王一")
    with store.writing() as session:
        counts = erasing.blank(session, erasing.records_of(session, who))
        session.commit()
    with store.reading() as session:
        row = session.get_one(Visitor, who)
    assert counts["visitor"] == 1
    assert counts["visit"] == counts["consent"] == 0
    assert (row.name, row.phone, row.note, row.sex) == (ERASED_NAME, "", "", Sex.UNKNOWN)
    assert (row.code, row.first_seen, row.version) == ("P王一", NOW, 2)


def test_only_answers_of_imports_are_dropped(store: Store) -> None:
    with store.writing() as session:
        for place, use_case in enumerate(("VisitorService.register", *erasing.IMPORTED)):
            session.add(Request(id=str(place), use_case=use_case, result=b"{}", at=NOW))
        session.commit()
    with store.writing() as session:
        assert erasing.drop_answers(session) == len(erasing.IMPORTED)
        session.commit()
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 1


def test_the_names_of_the_use_cases_are_those_that_are_stored() -> None:
    from deskapp.services.transfer.service import TransferService

    writing = (TransferService._write, TransferService._store, TransferService._conclude)
    assert tuple(one.__qualname__ for one in writing) == erasing.IMPORTED


def test_every_text_column_of_a_visitor_is_blanked_but_the_number() -> None:
    blanked = erasing.blank_visitor()
    kept = {"id", "version", "code", "first_seen", "last_visit", "visits", "merged_into_id"}
    assert set(Visitor.__table__.columns.keys()) - set(blanked) == kept


def test_the_log_beside_the_file_is_emptied(store: Store) -> None:
    add_visitor(store, "王一")
    erasing.forget_pages(store)
    with store.reading() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1
    if store.file is not None:
        log = store.file.with_name(f"{store.file.name}-wal")
        assert not log.exists() or log.stat().st_size == 0
