"""Moving a hospital to a server: every row, number and chain arrives, or nothing does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import audit, copying, migrate
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditBody, AuditEntry, Erasure
from deskapp.db.models.intake import Visitor
from deskapp.domain.access import Actor
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Sex
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from tests.support.hospital import hospital, hospital_folder, hospital_template, signed_in
from tests.support.logins import Logins, login_url

__all__ = ["hospital", "hospital_folder", "hospital_template"]
NOW = dt.datetime(2026, 11, 20, 8, 30, tzinfo=dt.UTC)
MOVER = Actor(0, "root", frozenset(), "desk-cli")
HARD = ("Ганболд Өнөрцэцэг", "𠮷野家", "a\tb\\N\\.", 'O\'Brien "x"', "é́", "\u202eمحمد", "王\u200b五", "\\x41")


@pytest.fixture
def target(migrated: str, logins: Logins) -> Iterator[Store]:
    store = Store.open(login_url(migrated, logins.owner))
    yield store
    store.close()


@pytest.fixture
def odd(hospital: Hospital) -> Hospital:
    """Return the small hospital, with names that are hard to carry and one visitor who was erased."""
    with hospital.store.writing() as session:
        first = dict(session.execute(select(table_of(Visitor)).limit(1)).mappings().one())
        for number, name in enumerate(HARD):
            own = {"id": 1_000_000 + number, "code": f"PX{number}", "name": name, "note": name * 3}
            session.execute(insert(Visitor).values(**{**first, **own}))
        erased = {
            "code": "E1",
            "topic": "visitor",
            "record_id": 2,
            "at": NOW,
            "reason": "due",
            "report": "{}",
        }
        session.execute(insert(Erasure).values(**erased))
        line = audit.AuditLine("visitor.erase", "visitor", 2, after={"code": "E1"})
        audit.append(session, "desk-1", None, NOW, [line])
        session.commit()
    return hospital


def sums(store: Store) -> dict[str, copying.Sum]:
    with store.reading() as session:
        return {table.name: copying.sum_of(session, table) for table in copying.tables()}


def broken(store: Store) -> list[Any]:
    with store.reading() as session:
        return list(audit.broken_lines(session))


def test_everything_arrives_and_the_file_stays_as_it_was(odd: Hospital, target: Store) -> None:
    before = sums(odd.store)
    done = copying.copy(odd.store, target, MOVER, NOW)
    after = sums(target)
    own = {"audit_chain", "audit_entry", "audit_body"}
    assert {name for name in before if before[name] != after[name]} == own
    assert all(after[name].count == before[name].count + 1 for name in own)
    assert sums(odd.store) == before
    assert (done.tables, done.broken) == (len(before), 0)
    assert done.rows == sum(each.count for each in before.values())
    assert broken(target) == []


def test_names_arrive_letter_by_letter(odd: Hospital, target: Store) -> None:
    copying.copy(odd.store, target, MOVER, NOW)
    with target.reading() as session:
        found = session.scalars(
            select(Visitor.name).where(Visitor.id >= 1_000_000).order_by(Visitor.id)
        ).all()
        notes = session.scalars(
            select(Visitor.note).where(Visitor.id >= 1_000_000).order_by(Visitor.id)
        ).all()
    assert tuple(found) == HARD
    assert tuple(notes) == tuple(name * 3 for name in HARD)


def test_lines_after_an_erasure_keep_their_bodies(odd: Hospital, target: Store) -> None:
    """Storing an erasure removes the bodies of its record: those written later must arrive all the same."""
    copying.copy(odd.store, target, MOVER, NOW)
    asked = select(func.count(AuditBody.entry_id)).join(AuditEntry, AuditEntry.id == AuditBody.entry_id)
    with target.reading() as session:
        assert session.scalar(asked.where(AuditEntry.action == "visitor.erase")) == 1
        assert (
            session.scalar(asked.where(AuditEntry.action == "visitor.register", AuditEntry.record_id == 2))
            == 0
        )


def test_the_trail_of_the_target_says_who_moved_it(odd: Hospital, target: Store) -> None:
    copying.copy(odd.store, target, MOVER, NOW)
    with target.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "copy.done")).one()
        body = session.get_one(AuditBody, entry.id).body
    assert (entry.chain, entry.at) == ("desk-cli", NOW)
    assert b'"rows":' in body


def test_a_desk_works_on_with_the_next_numbers_and_the_same_pins(
    odd: Hospital, target: Store, migrated: str, logins: Logins
) -> None:
    copying.copy(odd.store, target, MOVER, NOW)
    folder = odd.workstation.folder
    odd.close()
    moved = open_hospital(folder, login_url(migrated, logins.desk))
    try:
        nobody = Actor(0, "", frozenset(), moved.workstation.name)
        li = moved.services.access.sign_in_pin(nobody, new_request(), "li", "2468").value.actor
        assert li is not None
        person = VisitorDraft(name="新来的", sex=Sex.MALE, birth_date=dt.date(1999, 1, 1))
        added = moved.services.visitors.register(li, new_request(), person).value
        assert added.id == 1_000_000 + len(HARD)
        moved.services.visits.open(li, new_request(), added.id)
        assert [hit.name for hit in moved.services.visitors.find(li, "新来")] == ["新来的"]
        assert broken(moved.store) == []
    finally:
        moved.close()


def test_the_file_goes_on_being_used_while_it_is_copied(odd: Hospital, target: Store) -> None:
    """What is registered meanwhile is not copied, and disturbs nothing."""
    li = signed_in(odd.services)
    before = sums(odd.store)

    def register(table: str, _rows: int) -> None:
        if table == "visitor":
            person = VisitorDraft(name="迟到", sex=Sex.MALE, birth_date=dt.date(1999, 1, 1))
            odd.services.visitors.register(li, new_request(), person)

    copying.copy(odd.store, target, MOVER, NOW, register)
    assert sums(target)["visitor"] == before["visitor"]
    assert sums(odd.store)["visitor"].count == before["visitor"].count + 1


# --- Refused --------------------------------------------------------------------------------------------------


def refused(source: Store, target: Store) -> str:
    with pytest.raises(StorageError) as caught:
        copying.copy(source, target, MOVER, NOW)
    return caught.value.code


def nothing_is_in(store: Store) -> bool:
    return all(each.count == 0 for each in sums(store).values())


def test_a_server_that_holds_a_hospital_is_left_alone(odd: Hospital, target: Store) -> None:
    copying.copy(odd.store, target, MOVER, NOW)
    before = sums(target)
    assert refused(odd.store, target) == "storage.copy-filled"
    assert sums(target) == before


def test_a_server_without_tables_is_refused(odd: Hospital, unmigrated: str, logins: Logins) -> None:
    target = Store.open(login_url(unmigrated, logins.owner))
    assert refused(odd.store, target) == "storage.copy-unready"
    assert migrate.revision(target) is None
    target.close()


def test_a_desk_s_login_is_refused(odd: Hospital, migrated: str, logins: Logins) -> None:
    target = Store.open(login_url(migrated, logins.desk))
    assert refused(odd.store, target) == "storage.copy-owner"
    target.close()


def test_what_arrives_differently_is_not_kept(
    odd: Hospital, target: Store, migrated: str, postgres: Any
) -> None:
    """A server that changes what it stores is found out before anything is kept."""
    with postgres.connection(migrated.rpartition("/")[2]) as admin:
        admin.execute(
            "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.name := trim(NEW.name) || '.'; RETURN NEW; END $$"
        )
        admin.execute("CREATE TRIGGER t BEFORE INSERT ON visitor FOR EACH ROW EXECUTE FUNCTION tidy()")
    assert refused(odd.store, target) == "storage.copy-different"
    assert nothing_is_in(target)


def test_a_copy_that_breaks_off_leaves_nothing(odd: Hospital, target: Store) -> None:
    def break_off(table: str, _rows: int) -> None:
        if table == "visitor":
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        copying.copy(odd.store, target, MOVER, NOW, break_off)
    assert nothing_is_in(target)
    copying.copy(odd.store, target, MOVER, NOW)


def test_a_trail_that_was_broken_before_is_copied_as_it_is_and_told(odd: Hospital, target: Store) -> None:
    with odd.store.write_engine.begin() as connection:
        connection.execute(text("DROP TRIGGER keep_audit_entry_update"))
        connection.execute(text("UPDATE audit_entry SET action = 'x' WHERE id = 3"))
    done = copying.copy(odd.store, target, MOVER, NOW)
    assert done.broken == len(broken(odd.store)) > 0
    assert broken(target) == broken(odd.store)


def test_a_server_that_goes_away_meanwhile_is_told_plainly(
    odd: Hospital, target: Store, postgres: Any
) -> None:
    def cut(table: str, _rows: int) -> None:
        if table == "department":
            with postgres.connection() as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    (target.write_engine.url.database,),
                )

    with pytest.raises(StorageError) as caught:
        copying.copy(odd.store, target, MOVER, NOW, cut)
    assert caught.value.code == "storage.server-away"
    assert nothing_is_in(target)
