"""What a desk's login may do on a server, tried with real logins: all its work, and nothing to the trail."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

import deskapp.db.models
from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import audit, grants, migrate
from deskapp.db.base import Base
from deskapp.db.engine import Store
from deskapp.domain.intake import TriageDecision
from deskapp.domain.registration import Payment, Step
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from tests.support.hospital import fill, signed_in
from tests.support.logins import Logins, login_url
from tests.support.postgres import programs

assert deskapp.db.models.__all__


def work_a_day(hospital: Hospital) -> None:
    """Do what a desk does all day: numbers, payments, corrections, settings, times of duty, slips."""
    services, li = hospital.services, signed_in(hospital.services, "li")
    visit = services.visits.open(li, new_request(), 1).value.id
    place = services.directory.departments(li)[0].id
    number = services.numbers.decide_and_issue(li, new_request(), visit, TriageDecision("腿疼", place)).value
    services.visits.pay(li, new_request(), visit, Payment.PAID)
    services.visits.do_step(li, new_request(), visit, Step.ESCORT)
    services.numbers.void(li, new_request(), number.id, "误发")
    head = signed_in(services, "admin")
    services.settings.change(head, new_request(), "hospital.name", "另一家医院")
    doctor = services.directory.doctors(li)[0]
    services.directory.save_duty_times(head, new_request(), doctor.id, [])
    assert services.visitors.find(li, "王建国")


@pytest.fixture
def desk(migrated: str, logins: Logins, tmp_path: Path) -> Iterator[Hospital]:
    """Open the migrated database as a desk's login does."""
    hospital = open_hospital(tmp_path / "desk", login_url(migrated, logins.desk))
    yield hospital
    hospital.close()


def test_every_table_is_in_the_list() -> None:
    assert set(grants.RIGHTS) - {"alembic_version"} == set(Base.metadata.tables)


def test_the_list_gives_nobody_the_trail() -> None:
    for table in ("audit_entry", "audit_body", "audit_anchor", "erasure", "schema_note", "alembic_version"):
        assert not {"UPDATE", "DELETE"} & set(grants.RIGHTS[table]), table
    assert "DELETE" not in grants.RIGHTS["audit_chain"]


def test_a_desk_does_all_its_work_with_its_own_login(desk: Hospital) -> None:
    fill(desk)
    work_a_day(desk)
    with desk.store.reading() as session:
        assert session.scalar(text("SELECT current_user")) == make_url(desk.store.url).username
        assert list(audit.broken_lines(session)) == []
    assert migrate.upgrade(desk.store) is False


def test_a_desk_s_login_can_back_the_hospital_up(desk: Hospital) -> None:
    """The computer that makes the backups need not know the owner's password."""
    fill_a_line(desk.store)
    folder = programs()
    assert folder is not None
    done = subprocess.run([folder / "pg_dump", bare(desk.store.url)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"COPY public.audit_body" in done.stdout


REFUSED = (
    "UPDATE audit_entry SET action = 'nothing'",
    "UPDATE audit_body SET body = 'x'",
    "UPDATE audit_anchor SET kind = 'x'",
    "UPDATE erasure SET reason = 'x'",
    "UPDATE schema_note SET works_from = '0000'",
    "INSERT INTO schema_note VALUES ('9999', '0001', 0)",
    "UPDATE alembic_version SET version_num = '9999'",
    *(
        f"DELETE FROM {table}"
        for table in ("audit_entry", "audit_body", "audit_anchor", "audit_chain", "erasure", "schema_note")
    ),
    "DELETE FROM visitor",
    "TRUNCATE audit_body",
    "TRUNCATE visitor CASCADE",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP TRIGGER keep_audit_entry_update ON audit_entry",
    "SET session_replication_role = replica",
    "ALTER TABLE visitor ADD COLUMN more text",
    "DROP TABLE change",
    "CREATE TABLE more (id int)",
    "CREATE TEMPORARY TABLE audit_entry (id int)",
    "CREATE INDEX more ON visitor (name)",
    "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION desk_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SELECT setval('audit_entry_id_seq', 1)",
    "SET ROLE postgres",
    "COPY visitor TO PROGRAM 'cat'",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_what_a_desk_may_not_do_is_refused_by_the_server(desk: Hospital, statement: str) -> None:
    fill_a_line(desk.store)
    before = lines(desk.store)
    with (
        psycopg.connect(bare(desk.store.url)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)
    assert lines(desk.store) == before


def bare(url: str) -> str:
    return url.replace("+psycopg", "")


def fill_a_line(store: Store) -> None:
    with store.writing() as session:
        line = audit.AuditLine("visitor.add", "visitor", 7, after={"name": "王建国"})
        audit.append(session, "desk-1", None, audit_time(), [line, line])
        session.commit()


def audit_time() -> Any:
    import datetime as dt

    return dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


def lines(store: Store) -> list[Any]:
    with store.reading() as session:
        asked = "SELECT e.id, e.action, b.body FROM audit_entry e LEFT JOIN audit_body b ON b.entry_id = e.id ORDER BY 1"
        return list(session.execute(text(asked)).all())


def test_erasing_with_its_proof_takes_the_bodies_along_and_nothing_else(desk: Hospital) -> None:
    fill_a_line(desk.store)
    with desk.store.writing() as session:
        other = audit.AuditLine("visitor.add", "visitor", 8, after={"name": "李娜"})
        audit.append(session, "desk-1", None, audit_time(), [other])
        session.execute(
            text(
                "INSERT INTO erasure (code, topic, record_id, at, reason, report)"
                " VALUES ('E1', 'visitor', 7, 0, 'due', '{}')"
            )
        )
        session.commit()
    bodies = [body for _id, _action, body in lines(desk.store)]
    assert bodies[:2] == [None, None]
    assert "李娜".encode() in bytes(bodies[2])
    with desk.store.reading() as session:
        assert list(audit.broken_lines(session)) == []


def test_a_function_of_the_trail_can_not_be_hung_on_a_table_of_ones_own(
    migrated: str, logins: Logins, postgres: Any
) -> None:
    """Else whoever may make tables in another schema could erase without leaving the proof."""
    with postgres.connection(make_url(migrated).database) as admin:
        admin.execute(f"CREATE SCHEMA own AUTHORIZATION {logins.desk}")
    with psycopg.connect(bare(login_url(migrated, logins.desk))) as connection:
        connection.execute("CREATE TABLE own.erasure (topic text, record_id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "CREATE TRIGGER t AFTER INSERT ON own.erasure FOR EACH ROW EXECUTE FUNCTION desk_erase_bodies()"
            )


def test_a_desk_that_finds_migrations_pending_says_who_has_to_run_them_and_tries_nothing(
    unmigrated: str, logins: Logins, tmp_path: Path
) -> None:
    with pytest.raises(StorageError) as caught:
        open_hospital(tmp_path / "desk", login_url(unmigrated, logins.desk))
    assert caught.value.code == "storage.migrate-first"
    assert "deskapp migrate" in str(caught.value.text)
    owner = Store.open(login_url(unmigrated, logins.owner))
    assert migrate.revision(owner) is None
    owner.close()


def test_a_desk_at_an_older_revision_is_told_the_same(migrated: str, logins: Logins, postgres: Any) -> None:
    with postgres.connection(make_url(migrated).database) as admin:
        admin.execute("UPDATE alembic_version SET version_num = '0001'")
    store = Store.open(login_url(migrated, logins.desk))
    with pytest.raises(StorageError) as caught:
        migrate.upgrade(store)
    assert caught.value.code == "storage.migrate-first"
    assert migrate.revision(store) == "0001"
    store.close()


def test_a_login_outside_the_group_is_told_what_is_missing(migrated: str, logins: Logins) -> None:
    store = Store.open(login_url(migrated, logins.stranger))
    with pytest.raises(StorageError) as caught:
        migrate.upgrade(store)
    assert caught.value.code == "storage.not-admitted"
    assert grants.GROUP in str(caught.value.text)
    store.close()


def test_an_owner_who_may_make_no_roles_is_told_what_to_let_run(
    unmigrated: str, logins: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "GROUP", "deskapp_desk_nowhere")
    store = Store.open(login_url(unmigrated, logins.owner))
    assert migrate.upgrade(store) is True
    [words] = migrate.give_rights(store)
    assert "CREATE ROLE deskapp_desk_nowhere NOLOGIN" in str(words)
    store.close()


def test_rights_given_by_hand_are_taken_back_and_a_second_time_changes_nothing(
    migrated: str, logins: Logins
) -> None:
    store = Store.open(login_url(migrated, logins.owner))
    with store.write_engine.begin() as connection:
        connection.execute(text(f"GRANT UPDATE, DELETE, TRUNCATE ON audit_entry TO {grants.GROUP}"))
    for _ in range(2):
        assert migrate.give_rights(store) == []
        with store.read_engine.connect() as connection:
            held = "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = :group AND table_name = 'audit_entry'"
            found = connection.scalars(text(held), {"group": grants.GROUP}).all()
        assert sorted(found) == ["INSERT", "SELECT"]
    store.close()
