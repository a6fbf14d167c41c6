"""What the databases themselves refuse, whoever asks: each statement against the trail, on both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deskapp.db import audit, triggers
from deskapp.db.engine import Store

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
TRAIL = ("audit_chain", "audit_entry", "audit_body", "audit_anchor", "erasure", "schema_note")
ERASE = (
    "INSERT INTO erasure (code, topic, record_id, at, reason, report)"
    " VALUES ('E1', 'visitor', 7, 0, 'due', '{}')"
)
REFUSED = (
    "UPDATE audit_entry SET action = 'nothing' WHERE id = (SELECT min(id) FROM audit_entry)",
    "UPDATE audit_entry SET hash = digest",
    "UPDATE audit_entry SET id = id + 100",
    "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)",
    "DELETE FROM audit_chain",
    "UPDATE audit_body SET body = salt",
    "DELETE FROM audit_body",
    "DELETE FROM audit_body WHERE entry_id = (SELECT max(entry_id) FROM audit_body)",
    "UPDATE audit_anchor SET mac = previous",
    "DELETE FROM audit_anchor",
    "UPDATE erasure SET record_id = 8",
    "DELETE FROM erasure",
    "UPDATE schema_note SET works_from = '0000'",
    "DELETE FROM schema_note",
)


@pytest.fixture
def trail(store: Store) -> Store:
    """Put something into every table of the trail: two visitors' lines, one of them erased."""
    with store.writing() as session:
        lines = [audit.AuditLine("visitor.add", "visitor", who, after={"name": f"n{who}"}) for who in (7, 8)]
        audit.append(session, "desk-1", None, NOW, lines)
        session.execute(text(ERASE))
        session.execute(
            text(
                "INSERT INTO audit_anchor (workstation, sequence, at, kind, heads, previous, mac)"
                " VALUES ('w', 1, 0, 'hour', '{}', :bytes, :other)"
            ),
            {"bytes": b"p", "other": b"m"},
        )
        session.commit()
    return store


def everything(store: Store) -> dict[str, list[Any]]:
    with store.reading() as session:
        return {
            table: sorted(session.execute(text(f"SELECT * FROM {table}")).all(), key=str) for table in TRAIL
        }


@pytest.mark.parametrize("statement", REFUSED)
def test_the_trail_is_not_rewritten(trail: Store, statement: str) -> None:
    before = everything(trail)
    with pytest.raises(DBAPIError, match=triggers.REFUSED), trail.write_engine.begin() as connection:
        connection.execute(text(statement))
    assert everything(trail) == before


def test_an_erasure_takes_the_bodies_of_its_record_and_no_others(trail: Store) -> None:
    with trail.reading() as session:
        left = session.execute(
            text("SELECT e.record_id FROM audit_body b JOIN audit_entry e ON e.id = b.entry_id")
        ).all()
        assert left == [(8,)]
        assert list(audit.broken_lines(session)) == []


def test_what_is_written_of_an_erased_record_afterwards_may_only_go_again_with_its_proof(
    trail: Store,
) -> None:
    """A later body of the same record is covered by the proof: it may be deleted, never changed."""
    with trail.writing() as session:
        audit.append(session, "desk-1", None, NOW, [audit.AuditLine("visitor.read", "visitor", 7)])
        session.commit()
    with pytest.raises(DBAPIError, match=triggers.REFUSED), trail.write_engine.begin() as connection:
        connection.execute(text("UPDATE audit_body SET body = salt"))
    with trail.write_engine.begin() as connection:
        covered = "SELECT id FROM audit_entry WHERE topic = 'visitor' AND record_id = 7"
        deleted = connection.execute(text(f"DELETE FROM audit_body WHERE entry_id IN ({covered})"))
        assert deleted.rowcount == 1


def test_a_head_moves_and_lines_are_added(trail: Store) -> None:
    with trail.writing() as session:
        assert audit.append(session, "desk-1", None, NOW, [audit.AuditLine("x", "visitor", 8)]) == 3
        session.commit()


def test_the_database_has_the_triggers_of_the_list(store: Store) -> None:
    with store.read_engine.connect() as connection:
        found = triggers.names(connection)
        assert found == triggers.expected(connection)
    assert {f"keep_{table}_delete" for table in TRAIL} <= set(found)
    assert {f"keep_{table}_update" for table in TRAIL if table != "audit_chain"} <= set(found)


def test_dropped_triggers_come_back_the_same(store: Store) -> None:
    with store.write_engine.begin() as connection:
        before = definitions(connection, store.is_sqlite)
        triggers.drop(connection)
        assert triggers.names(connection) == []
        triggers.create(connection)
        assert definitions(connection, store.is_sqlite) == before


def definitions(connection: Any, is_sqlite: bool) -> list[str]:
    asked = (
        "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
        if is_sqlite
        else "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    )
    return sorted(connection.scalars(text(asked)))


def test_a_server_s_functions_look_into_no_schema_but_ours_and_belong_to_nobody_else(
    postgres_database: Any,
) -> None:
    store = Store.open(postgres_database.url)
    asked = text(
        "SELECT proname, proconfig, proacl::text, prosecdef FROM pg_proc WHERE proname LIKE 'desk\\_%'"
    )
    with store.read_engine.connect() as connection:
        found = {row.proname: row for row in connection.execute(asked)}
    store.close()
    assert set(found) == {"desk_refuse", "desk_keep_body", "desk_erase_bodies"}
    for function in found.values():
        assert function.proconfig == ["search_path=public, pg_temp"]
        assert not function.proacl.startswith("{=X") and ",=X" not in function.proacl  # noqa: PT018
    assert [name for name, row in found.items() if row.prosecdef] == ["desk_erase_bodies"]
