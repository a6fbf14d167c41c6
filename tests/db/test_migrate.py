"""Migrations make exactly the tables of the models, once, and refuse a database of the future."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.schema import CreateIndex, CreateTable

import deskapp.db.models
from deskapp.db import migrate
from deskapp.db.base import Base
from deskapp.db.engine import Store
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
