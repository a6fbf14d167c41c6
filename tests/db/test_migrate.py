"""Migrations make exactly the tables of the models, once, and refuse a database of the future."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import shutil
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, Date, Engine, MetaData, Table, Time, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

import deskapp.db.models
from deskapp.db import audit, migrate, triggers
from deskapp.db.base import Base
from deskapp.db.engine import Store
from deskapp.domain.text import Text
from deskapp.errors import StorageError

assert deskapp.db.models.__all__


@pytest.fixture
def empty(empty_database_url: str, database_key: bytes | None) -> Iterator[Store]:
    store = Store.open(empty_database_url, database_key)
    yield store
    store.close()


@pytest.fixture
def migrated(empty: Store) -> Store:
    migrate.upgrade(empty)
    return empty


def test_an_empty_database_has_no_revision(empty: Store) -> None:
    assert migrate.revision(empty) is None


def test_upgrading_brings_the_newest_revision_and_a_second_time_does_nothing(empty: Store) -> None:
    assert migrate.upgrade(empty) is True
    assert migrate.revision(empty) == migrate.HEAD
    assert migrate.upgrade(empty) is False
    assert migrate.revision(empty) == migrate.HEAD


def test_the_list_of_revisions_is_the_one_alembic_knows() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrate.HERE))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(migrate.REVISIONS))


def test_migrations_make_what_the_models_say(migrated: Store) -> None:
    with migrated.write_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_checks_defaults_and_order_of_bytes_are_those_of_the_models(
    migrated: Store, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Alembic's comparison overlooks these: both ways of making the tables are read back and compared."""
    made = list(_made_by_models(migrated, request, tmp_path_factory))
    expected, found = _described(made[0]), _described(migrated.write_engine)
    made[0].dispose()
    assert set(found) == set(expected)
    for table in expected:
        assert found[table] == expected[table], table


def _made_by_models(
    store: Store, request: pytest.FixtureRequest, folder: pytest.TempPathFactory
) -> Iterator[Engine]:
    if store.is_sqlite:
        engine = create_engine(f"sqlite:///{folder.mktemp('models') / 'models.sqlite'}")
    else:
        server = request.getfixturevalue("postgres")
        name = f"models_{request.getfixturevalue('worker')}"
        server.drop(name)
        server.create(name)
        request.addfinalizer(lambda: server.drop(name))
        engine = create_engine(server.url(name))
    Base.metadata.create_all(engine)
    yield engine


def _described(engine: Engine) -> dict[str, dict[str, Any]]:
    seen = inspect(engine)
    found = {}
    for table in seen.get_table_names():
        if table == "alembic_version":
            continue
        columns = {
            column["name"]: (
                str(column["type"]),
                getattr(column["type"], "collation", None),
                column["nullable"],
                column["default"],
            )
            for column in seen.get_columns(table)
        }
        checks = {check["name"]: _words(check["sqltext"]) for check in seen.get_check_constraints(table)}
        keys = {key["name"]: str(sorted(key.items(), key=str)) for key in seen.get_foreign_keys(table)}
        unique = {key["name"]: key["column_names"] for key in seen.get_unique_constraints(table)}
        indexes = {
            index["name"]: (index["column_names"], index["unique"]) for index in seen.get_indexes(table)
        }
        primary = seen.get_pk_constraint(table)["constrained_columns"]
        options = seen.get_table_options(table)
        found[table] = {
            "columns": columns,
            "checks": checks,
            "foreign": keys,
            "unique": unique,
            "indexes": indexes,
            "primary": primary,
            "options": options,
        }
    engine.dispose()
    return found


def _words(condition: str) -> str:
    return " ".join(condition.replace("(", " ").replace(")", " ").split())


def test_nothing_cascades(migrated: Store) -> None:
    """What happened is never deleted along with something else."""
    seen = inspect(migrated.write_engine)
    for table in seen.get_table_names():
        for key in seen.get_foreign_keys(table):
            assert not key["options"].get("ondelete"), (table, key)
    assert "CASCADE" not in "".join(str(CreateTable(table)) for table in Base.metadata.tables.values())


def test_every_foreign_key_column_that_is_searched_has_an_index(migrated: Store) -> None:
    """Children of a visit and of a visitor are looked up for each one shown."""
    seen = inspect(migrated.write_engine)
    for table in ("visit_step", "vitals", "charge", "queue_number", "visit"):
        column = "visitor_id" if table == "visit" else "visit_id"
        leading = {index["column_names"][0] for index in seen.get_indexes(table)}
        assert column in leading, table
    assert all(str(CreateIndex(index)) for table in Base.metadata.tables.values() for index in table.indexes)


def test_a_database_of_a_newer_program_is_refused_and_left_alone(migrated: Store) -> None:
    with migrated.write_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError) as caught:
        migrate.upgrade(migrated)
    assert caught.value.code == "storage.newer"
    assert caught.value.text.params == {"found": "9999"}
    assert migrate.revision(migrated) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    real = Operations.create_table

    def break_off(self: Operations, name: str, *args: Any, **options: Any) -> Any:
        if name == "visit":
            raise RuntimeError("power cut")
        return real(self, name, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Operations, "create_table", break_off)
        with pytest.raises(RuntimeError):
            migrate.upgrade(empty)
    assert inspect(empty.read_engine).get_table_names() == []
    assert migrate.upgrade(empty) is True


def start_together(url: str, key: bytes | None, meet: Barrier, said: Connection) -> None:
    """Do what a starting program does, at the same moment as another."""
    store = Store.open(url, key)
    found = migrate.revision(store)
    meet.wait(60)
    try:
        outcome = repr(migrate.upgrade(store))
    except Exception as error:
        outcome = repr(error)
    said.send((found, outcome))
    store.close()


def test_two_programs_that_start_at_once_both_find_a_migrated_database(
    empty: Store, empty_database_url: str, database_key: bytes | None
) -> None:
    empty.close()
    context = multiprocessing.get_context("spawn")
    meet, (hear, said) = context.Barrier(2), context.Pipe(duplex=False)
    programs = [
        context.Process(target=start_together, args=(empty_database_url, database_key, meet, said))
        for _ in range(2)
    ]
    for program in programs:
        program.start()
    said.close()
    outcomes = [hear.recv() for _ in programs if hear.poll(60)]
    for program in programs:
        program.join(60)
    assert outcomes == [(None, "True")] * 2
    assert migrate.revision(empty) == migrate.HEAD


# --- From the release before ----------------------------------------------------------------------------------

FILLED = Path(__file__).parents[1] / "fixtures" / "db"
"""A hospital as earlier revisions left it, each with a row in every table; their key is that of the tests."""
BEFORE = "0003"


@pytest.fixture
def filled(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path, worker: str
) -> Iterator[Store]:
    """Return the filled database of the revision before, or of another one, on either database, not yet migrated."""
    revision, file = getattr(request, "param", BEFORE), tmp_path / "filled.sqlite"
    shutil.copyfile(FILLED / f"{revision}.sqlite", file)
    opened = Store.open(f"sqlite:///{file}", bytes(range(32)))
    if database_kind == "sqlite":
        yield opened
        opened.close()
        return
    server, name = request.getfixturevalue("postgres"), f"filled_{worker}"
    server.drop(name)
    server.create(name)
    target = Store.open(server.url(name))
    _at_revision(target, revision)
    _carry(opened, target)
    opened.close()
    yield target
    target.close()
    server.drop(name)


def _at_revision(store: Store, revision: str) -> None:
    """Make the tables as an earlier release did."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrate.HERE))
    with store.write_engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _carry(source: Store, target: Store) -> None:
    """Copy every row, also into tables that point to each other."""
    old = MetaData()
    old.reflect(target.write_engine)
    with source.read_engine.connect() as read, target.write_engine.begin() as write:
        for table in old.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            rows = [
                dict(row) for row in read.execute(text(f'SELECT {columns} FROM "{table.name}"')).mappings()
            ]
            if rows and table.name != "alembic_version":
                write.execute(table.insert(), [_typed(table, row) for row in rows])


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """SQLite keeps days, times and booleans as text and numbers."""
    kinds = {Date: dt.date.fromisoformat, Time: dt.time.fromisoformat, Boolean: bool}
    for column in table.columns:
        for kind, made in kinds.items():
            if isinstance(column.type, kind) and row[column.name] is not None:
                row[column.name] = made(row[column.name])
    return row


NEW_COLUMNS = {"care": ("taken_back_at", "taken_back_by")}
OLD_TABLES = {
    *("account", "account_pin", "account_role", "appointment", "appointment_event", "audit_anchor"),
    *("audit_body", "audit_chain", "audit_entry", "care", "change", "charge", "consent", "department"),
    *("doctor", "duplicate_key", "duty_time", "erasure", "escort", "greeting", "hot_hit", "hot_prefix"),
    *("likely_pair", "logo", "notice", "pair_scan", "paper_block", "phrase", "place", "price_item"),
    *("promotion", "question", "queue_counter", "queue_entry", "queue_event", "queue_number", "request"),
    *("search_key", "setting", "slip_event", "staff", "turn", "visit", "visit_step", "visitor"),
    *("visitor_merge", "vitals"),
}


def _stored(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the tables that revision 0003 had, by their columns then."""
    found = {}
    with store.read_engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            if table in OLD_TABLES:
                columns = [column["name"] for column in inspect(connection).get_columns(table)]
                named = ", ".join(f'"{name}"' for name in columns if name not in NEW_COLUMNS.get(table, ()))
                rows = connection.execute(text(f'SELECT {named} FROM "{table}"')).all()
                found[table] = sorted(map(tuple, rows), key=repr)
    return found


def test_a_filled_database_of_the_release_before_keeps_every_row(filled: Store) -> None:
    before = _stored(filled)
    assert set(before) == OLD_TABLES
    assert all(before.values())
    assert migrate.revision(filled) == BEFORE
    assert migrate.upgrade(filled) is True
    assert migrate.revision(filled) == migrate.HEAD
    assert _stored(filled) == before
    with filled.reading() as session:
        assert list(audit.broken_lines(session)) == []
        notes = session.execute(text("SELECT revision, works_from FROM schema_note ORDER BY 1")).all()
        assert notes == [("0002", "0001"), ("0003", "0002"), ("0004", "0004")]


@pytest.mark.parametrize("filled", ["0002"], indirect=True)
def test_whoever_waited_has_a_place_in_the_line_afterwards(filled: Store) -> None:
    migrate.upgrade(filled)
    with filled.reading() as session:
        asked = "SELECT visit_id, standing, queue FROM queue_entry ORDER BY visit_id"
        places = [tuple(row) for row in session.execute(text(asked))]
    assert places == [
        (2, "finished", "department:1"),
        (3, "left", "department:1"),
        (4, "withdrawn", "department:1"),
    ]


def test_a_filled_database_has_its_keys_and_triggers_afterwards(filled: Store) -> None:
    migrate.upgrade(filled)
    with filled.write_engine.connect() as connection:
        assert triggers.names(connection) == triggers.expected(connection)
        if filled.is_sqlite:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    with pytest.raises(DBAPIError), filled.write_engine.begin() as connection:
        connection.execute(text("DELETE FROM account"))
    with pytest.raises(DBAPIError, match=triggers.REFUSED), filled.write_engine.begin() as connection:
        connection.execute(text("UPDATE audit_entry SET action = 'x'"))


def test_the_backup_is_made_before_anything_is_changed(filled: Store) -> None:
    seen = []
    migrate.upgrade(filled, lambda: seen.append(migrate.revision(filled)))
    migrate.upgrade(filled, lambda: seen.append("again"))
    assert seen == [BEFORE]


def test_a_backup_that_fails_keeps_the_database_as_it_was(filled: Store) -> None:
    def fail() -> None:
        raise StorageError("storage.full", Text("x"))

    with pytest.raises(StorageError):
        migrate.upgrade(filled, fail)
    assert migrate.revision(filled) == BEFORE


@pytest.mark.parametrize("what", ["row", "trigger"])
def test_a_migration_that_would_lose_something_is_rolled_back(
    filled: Store, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = _stored(filled)
    real = migrate._upgrade

    def careless(connection: Any) -> dict[str, str]:
        noted = real(connection)
        if what == "row":
            connection.execute(text("DELETE FROM slip_event"))
        return noted

    monkeypatch.setattr(migrate, "_upgrade", careless)
    if what == "trigger":
        monkeypatch.setattr(triggers, "create", lambda _connection: None)
    with pytest.raises(StorageError) as caught:
        migrate.upgrade(filled)
    assert caught.value.code == "storage.migration"
    assert caught.value.text.params["what"] == ("slip_event" if what == "row" else "triggers")
    assert _stored(filled) == before
    assert migrate.revision(filled) == BEFORE


# --- Beside another version -----------------------------------------------------------------------------------


def note(store: Store, revision: str, works_from: str) -> None:
    """Let the database be as a program of the future left it."""
    with store.write_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
        values = {"revision": revision, "from": works_from}
        connection.execute(text("INSERT INTO schema_note VALUES (:revision, :from, 0)"), values)


@pytest.mark.parametrize("works_from", migrate.REVISIONS)
def test_a_newer_database_that_only_added_is_worked_with(migrated: Store, works_from: str) -> None:
    note(migrated, "0005", works_from)
    assert migrate.pending(migrated) is False
    assert migrate.upgrade(migrated) is False
    assert migrate.revision(migrated) == "0005"
    with migrated.writing() as session:
        audit.append(session, "desk-1", None, dt.datetime.now(dt.UTC), [audit.AuditLine("x", "visitor", 1)])
        session.commit()


def test_a_newer_database_that_changed_more_is_refused(migrated: Store) -> None:
    note(migrated, "0006", "0005")
    with pytest.raises(StorageError) as caught:
        migrate.upgrade(migrated)
    assert caught.value.code == "storage.newer"
