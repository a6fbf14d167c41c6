"""Migrating a server and moving a hospital to it, as an administrator types it."""

from __future__ import annotations

import getpass
import io
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from deskapp.db import grants, migrate
from deskapp.db.engine import Store
from tests.support.hospital import hospital_folder, hospital_template
from tests.support.isolation import MemoryKeys
from tests.support.logins import Logins, login_url
from tests.support.postgres import Guarded, Postgres
from tests.test_cli import Run, run

__all__ = ["hospital_folder", "hospital_template", "run"]


@pytest.fixture
def keeper(guarded_postgres: Guarded, worker: str) -> str:
    """Return the address of an empty database whose owner has to give a password."""
    name = f"kept_{worker}"
    guarded_postgres.make_keeper()
    guarded_postgres.drop(name)
    guarded_postgres.create(name)
    with guarded_postgres.connection() as admin:
        admin.execute(f'ALTER DATABASE "{name}" OWNER TO {Guarded.LOGIN}')
        admin.execute(f"ALTER ROLE {Guarded.LOGIN} CREATEROLE")
    return plain(guarded_postgres.local_address()).replace("/postgres", f"/{name}")


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


# --- restore --------------------------------------------------------------------------------------------------


def test_a_server_is_backed_up_and_restored_with_the_rights_of_its_desks(
    run: Run,
    unmigrated: str,
    logins: Logins,
    postgres: Postgres,
    worker: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, fresh = plain(login_url(unmigrated, logins.owner)), f"restored_{worker}"
    monkeypatch.setenv("DESKAPP_DATA", str(tmp_path / "one"))
    assert run("migrate", "--url", url)[0] == 0
    assert run("backup", "--url", url)[::2] == (0, "")
    (dump,) = (tmp_path / "one" / "backups").glob("*.dump")
    postgres.create(fresh)
    try:
        with postgres.connection() as admin:
            admin.execute(f'ALTER DATABASE "{fresh}" OWNER TO {logins.owner}')
        owner, desk = (plain(login_url(postgres.url(fresh), login)) for login in (logins.owner, logins.desk))
        assert run("restore", dump, "--url", owner) == (0, f"The backup {dump.name} was restored.\n", "")
        monkeypatch.setenv("DESKAPP_DATA", str(tmp_path / "other"))
        assert run("restore", "--accept", "--url", desk)[::2] == (0, "")
        assert run("check", "--url", desk)[::2] == (0, "")
    finally:
        postgres.drop(fresh)


@pytest.mark.parametrize("words", [(), ("--accept", "backup.sqlite")])
def test_restoring_needs_a_file_or_the_word_that_it_was_done(run: Run, words: tuple[str, ...]) -> None:
    assert run("restore", *words)[0] == 2


# --- migrate --------------------------------------------------------------------------------------------------


def test_the_owner_migrates_once_and_desks_have_their_rights(
    run: Run, unmigrated: str, logins: Logins
) -> None:
    url = plain(login_url(unmigrated, logins.owner))
    assert run("migrate", "--url", url) == (0, "The database was brought up to date.\n", "")
    assert run("migrate", "--url", url) == (0, "The database is up to date.\n", "")
    assert run("migrate", "--url", plain(login_url(unmigrated, logins.desk)))[0] == 0


def test_a_desk_s_login_migrates_nothing(run: Run, unmigrated: str, logins: Logins) -> None:
    code, said, complaint = run("migrate", "--url", plain(login_url(unmigrated, logins.desk)))
    assert (code, said) == (1, "")
    assert "the owner's login" in complaint


def test_what_the_owner_may_not_do_is_told_with_the_command(
    run: Run, unmigrated: str, logins: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "GROUP", "deskapp_desk_nowhere")
    code, said, complaint = run("migrate", "--url", plain(login_url(unmigrated, logins.owner)))
    assert (code, said) == (1, "The database was brought up to date.\n")
    assert "CREATE ROLE deskapp_desk_nowhere NOLOGIN" in complaint


def test_a_database_that_belongs_to_somebody_else_is_told_command_by_command(
    run: Run, unmigrated: str, logins: Logins, postgres: Postgres
) -> None:
    """The owner of the tables need not own database and schema: then the server's administrator helps."""
    name = unmigrated.rpartition("/")[2]
    with postgres.connection() as admin:
        admin.execute(f'ALTER DATABASE "{name}" OWNER TO postgres')
        admin.execute(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
        admin.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {logins.owner}')
    with postgres.connection(name) as admin:
        admin.execute("GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC")
    url = plain(login_url(unmigrated, logins.owner))
    code, _said, complaint = run("migrate", "--url", url)
    assert code == 1
    commands = [line.partition("run: ")[2] for line in complaint.splitlines()]
    assert commands == [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO deskapp_desk",
    ]
    with postgres.connection(name) as admin:
        for command in commands:
            admin.execute(command)
    assert run("migrate", "--url", url) == (0, "The database is up to date.\n", "")


# --- Passwords ------------------------------------------------------------------------------------------------


def test_somebody_at_a_terminal_is_asked_for_the_password(
    run: Run, keeper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return Guarded.PASSWORD

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", typed)
    assert run("migrate", "--url", keeper)[0] == 0
    assert [prompt.partition(":")[0] for prompt in asked] == ["Password of keeper@127.0.0.1"]


def test_a_script_is_not_asked_but_told(run: Run, keeper: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(Guarded.PASSWORD))
    code, said, complaint = run("migrate", "--url", keeper)
    assert (code, said) == (1, "")
    assert "--store-password" in complaint


def test_a_password_is_kept_when_it_was_right(
    run: Run, keeper: str, keys: MemoryKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("wrong\n"))
    assert run("migrate", "--store-password", "--url", keeper)[0] == 1
    assert keys.kept == {}
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{Guarded.PASSWORD}\n"))
    code, said, _complaint = run("migrate", "--store-password", "--url", keeper)
    assert (code, said.splitlines()[0]) == (0, "The password is kept in this computer's key store.")
    assert list(keys.kept.values()) == [Guarded.PASSWORD]
    assert run("migrate", "--url", keeper)[0] == 0


def test_without_a_key_store_nothing_is_kept_and_the_other_way_is_named(
    run: Run, keeper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{Guarded.PASSWORD}\n"))
    code, _said, complaint = run("migrate", "--store-password", "--url", keeper)
    assert code == 1
    assert ".pgpass" in complaint
    assert Guarded.PASSWORD not in complaint


# --- copy -----------------------------------------------------------------------------------------------------


def test_a_hospital_is_moved_and_counted(
    run: Run, hospital_folder: Path, unmigrated: str, logins: Logins
) -> None:
    url = plain(login_url(unmigrated, logins.owner))
    before = {path.name: path.stat().st_size for path in hospital_folder.iterdir()}
    assert run("copy", "--data", hospital_folder, "--to", url)[0] == 1
    assert run("migrate", "--url", url)[0] == 0
    code, said, complaint = run("copy", "--data", hospital_folder, "--to", url)
    assert (code, complaint) == (0, "")
    assert said.startswith("Copied and compared: ")
    assert "deskapp.sqlite" in before
    store = Store.open(login_url(unmigrated, logins.desk))
    with store.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM visitor")) == 4
    assert migrate.pending(store) is False
    store.close()
    code, _said, complaint = run("copy", "--data", hospital_folder, "--to", url)
    assert code == 1
    assert "already" in complaint


@pytest.mark.parametrize(
    "words",
    [
        ["copy"],
        ["copy", "--to", "sqlite:///a"],
        ["copy", "--to", "postgresql://me:secret@b/c"],
        ["copy", "--to", "postgresql://b:port/c"],
        ["copy", "--url", "postgresql://a/b", "--to", "postgresql://b/c"],
        ["migrate", "--store-password"],
        ["migrate", "--url", "postgresql://b:54321x/c"],
    ],
)
def test_wrong_usage_is_told_and_nothing_is_made(
    run: Run, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, complaint = run(*words)
    assert (code, said) == (2, "")
    assert "secret" not in complaint
    assert list(tmp_path.iterdir()) == []


def test_there_must_be_a_hospital_to_copy(run: Run, tmp_path: Path) -> None:
    code, _said, complaint = run("copy", "--data", tmp_path / "none", "--to", "postgresql://127.0.0.1/x")
    assert code == 1
    assert "no hospital" in complaint
    assert not (tmp_path / "none").exists()
