"""Columns hold exactly what they say: moments, codes, long words, on both databases."""

from __future__ import annotations

import datetime as dt
import enum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, StatementError

import deskapp.db.models
from deskapp.db.base import Base, Coded, Editable, UtcTime
from deskapp.db.engine import Store
from deskapp.db.models.access import Request, Setting
from deskapp.db.models.intake import SearchKey, Visitor
from deskapp.domain.registration import Sex, Step
from tests.db.rows import visitor_row

assert deskapp.db.models.__all__
DIALECT = sqlite.dialect()
OLDEST, LAST = (dt.datetime(year, 1, 2) for year in (1900, 2200))  # noqa: DTZ001 - each test gives a zone
MOMENTS = st.datetimes(OLDEST, LAST, timezones=st.timezones())


@given(MOMENTS)
def test_a_moment_comes_back_to_the_microsecond(moment: dt.datetime) -> None:
    kind = UtcTime()
    stored = kind.process_bind_param(moment, DIALECT)
    found = kind.process_result_value(stored, DIALECT)
    assert found is not None
    assert (found, found.utcoffset()) == (moment.astimezone(dt.UTC), dt.timedelta())


@given(MOMENTS, MOMENTS)
def test_stored_moments_sort_like_moments(one: dt.datetime, other: dt.datetime) -> None:
    first, second = (UtcTime().process_bind_param(moment, DIALECT) for moment in (one, other))
    assert first is not None
    assert second is not None
    assert (first < second) == (one.astimezone(dt.UTC) < other.astimezone(dt.UTC))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        UtcTime().process_bind_param(OLDEST, DIALECT)


@pytest.mark.usefixtures("zone")
def test_moments_go_through_the_database_unchanged(store: Store) -> None:
    moments = [
        dt.datetime(1935, 3, 4, 5, 6, 7, 8, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 22, 23, 59, 59, 999999).astimezone(),
    ]
    with store.writing() as session:
        for number, moment in enumerate(moments):
            session.execute(insert(Request).values(id=str(number), use_case="x", result=b"", at=moment))
        session.commit()
    with store.reading() as session:
        assert list(session.scalars(select(Request.at).order_by(Request.id))) == moments


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "王",
        "𠮷㛃𬭎",
        "Ө Ү Ё",
        "\u202eabc\u200d🙂👩‍👩‍👧",
        "<b>&amp;'\"\\",
        "x" * 10_000,
        "a\r\nb\tc\x01",
    ],
)
def test_any_words_come_back_as_they_were(store: Store, words: str) -> None:
    with store.writing() as session:
        session.execute(insert(Setting).values(scope="site", name="x", value=words))
        session.commit()
    with store.reading() as session:
        assert session.scalars(select(Setting.value)).one() == words


def coded_columns() -> list[tuple[Table, str]]:
    return [
        (table, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Coded) or hasattr(column.type, "enum_class")
    ]


@pytest.mark.parametrize(("table", "column"), coded_columns(), ids=str)
def test_every_coded_column_has_a_check_that_names_its_codes(table: Table, column: str) -> None:
    checks = {str(constraint.name): constraint for constraint in table.constraints}
    name = f"ck_{table.name}_{column}_codes"
    kind = table.columns[column].type
    members = kind.kind if isinstance(kind, Coded) else kind.enum_class  # type: ignore[attr-defined]
    condition = str(checks[name].sqltext)  # type: ignore[attr-defined]
    assert all(repr(_plain(member)) in condition for member in members)


def _plain(member: enum.Enum) -> object:
    return int(member) if isinstance(member, enum.IntEnum) else str(member.value)


def test_a_code_of_no_standard_is_refused_before_and_in_the_database(store: Store) -> None:
    with store.writing() as session, pytest.raises((StatementError, ValueError)):
        session.execute(insert(Visitor).values(**visitor_row(1, sex=3)))
    with store.writing() as session:
        session.execute(insert(Visitor).values(**visitor_row(1)))
        session.flush()
        with pytest.raises(IntegrityError):
            session.execute(text("UPDATE visitor SET sex = 3"))


def test_codes_come_back_as_what_they_mean(store: Store) -> None:
    with store.writing() as session:
        session.execute(insert(Visitor).values(**visitor_row(1, sex=Sex.FEMALE)))
        session.commit()
    with store.reading() as session:
        assert session.scalars(select(Visitor.sex)).one() is Sex.FEMALE
    assert Step("pay") is Step.PAY


def test_keys_are_ordered_by_their_bytes_on_any_server(store: Store) -> None:
    """A prefix is a range of keys only in this order; a dictionary's order would lose people."""
    keys = ["Z", "a", "é", "мя", "ё", "ө", "一", "王", "王五", "𠮷"]
    with store.writing() as session:
        session.execute(insert(Visitor).values(**visitor_row(1)))
        session.execute(insert(SearchKey), [{"key": key, "visitor_id": 1, "grade": 0} for key in keys])
        session.commit()
    with store.reading() as session:
        assert list(session.scalars(select(SearchKey.key).order_by(SearchKey.key))) == keys


def test_every_row_that_people_edit_has_a_version() -> None:
    edited = {"account", "visitor", "visit", "appointment", "department", "staff", "doctor", "price_item"}
    versioned = {kind.__tablename__ for kind in Base.__subclasses__() if issubclass(kind, Editable)}
    assert edited <= versioned


def test_money_is_whole_fen_and_never_a_fraction() -> None:
    no_money = {"likely_pair.score", "pair_scan.seconds"}
    for table in Base.metadata.sorted_tables:
        kinds = {
            str(column.type) for column in table.columns if f"{table.name}.{column.name}" not in no_money
        }
        assert not kinds & {"FLOAT", "NUMERIC", "DECIMAL", "DATETIME"}, table.name
