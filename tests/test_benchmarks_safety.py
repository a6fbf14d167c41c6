"""The benchmarks of safety run: a tiny hospital, a few visitors, eight desks for a moment; no figure is judged."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from benchmarks import desks, hospital, load, safety
from benchmarks.__main__ import _parts
from benchmarks.by_hand import bare_connection
from benchmarks.server import running_server
from benchmarks.table import Row
from deskapp.db.engine import DATABASE_FILE
from tests.support.postgres import programs


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Load a tiny hospital."""
    monkeypatch.setattr(hospital, "TODAY", 4)
    monkeypatch.setattr(safety, "WARMING", 1)
    return load.prepared(tmp_path, 300, lambda _words: None)


def test_both_costs_are_measured_and_the_hospital_is_left_alone(house: Path) -> None:
    before = (house / DATABASE_FILE).stat().st_mtime_ns
    checked, keyed = safety.measure(house, 3, 100)
    assert checked.figure > 0.5
    assert keyed.figure > 0.5
    assert "no key" in keyed.against
    assert (house / DATABASE_FILE).stat().st_mtime_ns == before


def test_what_is_left_out_is_permission_and_trail_alone(house: Path) -> None:
    safety.checks(house, 2)
    with hospital.opened(house) as opened:
        lines = "SELECT count(*) FROM audit_entry"
        with safety._careless():
            person = next(iter(load.people(0, 1)))
            with opened.store.reading() as session:
                before = session.connection().exec_driver_sql(lines).scalar_one()
            opened.services.visitors.register(opened.actor, "r" * 32, load.draft_of(person))
        with opened.store.reading() as session:
            connection = session.connection()
            assert connection.exec_driver_sql(lines).scalar_one() == before
            asked = "SELECT count(*) FROM change WHERE sequence >= 1000000000"
            assert connection.exec_driver_sql(asked).scalar_one() == 1


def test_the_copy_in_the_open_holds_the_same(house: Path) -> None:
    asked = "SELECT count(*) FROM search_key"
    with bare_connection(house) as connection:
        keyed = connection.execute(asked).fetchone()
    safety._take_key_away(house)
    assert (house / DATABASE_FILE).read_bytes().startswith(b"SQLite format 3")
    import sqlite3

    with sqlite3.connect(house / DATABASE_FILE) as plain:
        assert plain.execute(asked).fetchone() == keyed
    plain.close()


@pytest.mark.safety
@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")
def test_eight_desks_work_in_each_way() -> None:
    found = desks.measure(0.3, 1)
    assert all(worked.rates[0] > 0 for worked in found.values())
    [row] = desks.rows(found)
    assert row.at_least


@pytest.mark.safety
@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")
def test_the_server_ends_with_what_it_was_started_for() -> None:
    import psycopg

    def break_off(url: str) -> None:
        psycopg.connect(url.replace("+psycopg", "")).close()
        raise RuntimeError("broken off")

    with contextlib.suppress(RuntimeError), running_server() as url:
        break_off(url)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace("+psycopg", ""))


def test_parts_are_named_with_commas() -> None:
    assert _parts("safety,desks") == ["safety", "desks"]
    with pytest.raises(Exception, match="dance"):
        _parts("safety,dance")


def test_a_row_may_ask_for_the_least() -> None:
    assert Row("", "", "", 5.0, 5.0, at_least=True).met
    assert not Row("", "", "", 4.9, 5.0, at_least=True).met
