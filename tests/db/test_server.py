"""Reaching a server: whom this computer believes, whose password is sent, and what is said when it can't."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, text

from deskapp.db import server
from deskapp.db.engine import Store
from deskapp.errors import StorageError
from tests.support.isolation import MemoryKeys
from tests.support.postgres import Guarded, Postgres


def said(url: str, statement: str, password: str | None = None) -> Any:
    """Open the address as the program does and ask one thing."""
    store = Store.open(url, password=password)
    try:
        with store.reading() as session:
            return session.scalar(text(statement))
    finally:
        store.close()


def refused(url: str, password: str | None = None) -> str:
    with pytest.raises(StorageError) as caught:
        said(url, "SELECT 1", password)
    assert str(caught.value.text)
    return caught.value.code


ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

# --- Who is believed ------------------------------------------------------------------------------------------


def test_a_server_that_proves_who_it_is_is_spoken_to_in_secret(guarded_postgres: Guarded) -> None:
    assert said(guarded_postgres.address(sslrootcert=guarded_postgres.authority), ENCRYPTED) is True


def test_the_authority_may_be_named_outside_the_address(
    guarded_postgres: Guarded, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PGSSLROOTCERT", str(guarded_postgres.authority))
        assert said(guarded_postgres.address(), ENCRYPTED) is True
    (home / ".postgresql").mkdir()
    (home / ".postgresql" / "root.crt").write_bytes(guarded_postgres.authority.read_bytes())
    assert said(guarded_postgres.address(), ENCRYPTED) is True


def test_a_server_of_another_authority_is_not_believed(guarded_postgres: Guarded) -> None:
    assert (
        refused(guarded_postgres.address(sslrootcert=guarded_postgres.other_authority))
        == "storage.certificate"
    )


def test_a_server_nobody_vouches_for_is_not_believed(guarded_postgres: Guarded) -> None:
    assert refused(guarded_postgres.address()) == "storage.certificate"


def test_a_server_of_another_name_is_not_believed(guarded_postgres: Guarded) -> None:
    url = guarded_postgres.address("other.hospital.test", sslrootcert=guarded_postgres.authority)
    assert refused(url) == "storage.certificate"


def test_an_authority_that_is_not_there_is_told(guarded_postgres: Guarded) -> None:
    assert refused(guarded_postgres.address(sslrootcert="/none/at/all.crt")) == "storage.certificate"


def test_a_server_that_can_not_speak_in_secret_is_not_spoken_to(postgres: Postgres) -> None:
    url = f"postgresql+psycopg://postgres@db.hospital.test:{postgres.port}/postgres?hostaddr=127.0.0.1"
    assert refused(url) == "storage.certificate"


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "VERIFY-FULL"])
def test_an_address_that_asks_for_less_is_refused_before_anything_is_sent(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psycopg.connect", lambda *_args, **_options: pytest.fail("connected"))
    assert refused(f"postgresql+psycopg://desk@10.1.2.3/desk?sslmode={mode}") == "storage.unverified"


def test_an_address_that_asks_for_the_same_is_fine(guarded_postgres: Guarded) -> None:
    url = guarded_postgres.address(sslrootcert=guarded_postgres.authority, sslmode="verify-full")
    assert said(url, ENCRYPTED) is True


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("postgresql://localhost/d", True),
        ("postgresql://127.0.0.1:5433/d", True),
        ("postgresql://[::1]/d", True),
        ("postgresql:///d", True),
        ("postgresql:///d?host=/run/postgresql", True),
        ("postgresql://localhost/d?hostaddr=127.0.0.1", True),
        ("postgresql://db/d", False),
        ("postgresql://10.0.0.5/d", False),
        ("postgresql://localhost.evil.test/d", False),
        ("postgresql:///d?host=db", False),
        ("postgresql:///d?host=localhost,db", False),
        ("postgresql:///d?host=localhost&host=db", False),
        ("postgresql://localhost/d?hostaddr=10.0.0.5", False),
        ("postgresql://db/d?hostaddr=127.0.0.1", False),
        ("postgresql:///d?service=hospital", False),
    ],
)
def test_what_is_this_machine_and_what_is_not(address: str, local: bool) -> None:
    assert server.is_local(make_url(address)) is local


@pytest.mark.parametrize("name", ["PGHOST", "PGHOSTADDR", "PGSERVICE"])
def test_surroundings_that_lead_elsewhere_count_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "10.0.0.5")
    assert server.is_local(make_url("postgresql:///d")) is False


# --- Passwords ------------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(guarded_postgres: Guarded) -> Guarded:
    """Return the server with the login that needs a password."""
    guarded_postgres.make_keeper()
    return guarded_postgres


def test_the_password_comes_from_the_key_store(keeper: Guarded, keys: MemoryKeys) -> None:
    url = keeper.local_address()
    server.keep_password(url, Guarded.PASSWORD)
    assert keys.kept == {("deskapp", f"keeper@127.0.0.1:{keeper.port}/postgres"): Guarded.PASSWORD}
    assert said(url, "SELECT current_user") == Guarded.LOGIN


def test_a_password_that_was_just_typed_comes_first(keeper: Guarded, keys: MemoryKeys) -> None:
    url = keeper.local_address()
    server.keep_password(url, "an old one")
    assert refused(url) == "storage.password"
    assert said(url, "SELECT current_user", Guarded.PASSWORD) == Guarded.LOGIN


@pytest.mark.parametrize("variable", [True, False])
def test_without_a_key_store_the_password_file_is_read(
    keeper: Guarded, home: Path, monkeypatch: pytest.MonkeyPatch, variable: bool
) -> None:
    file = home / ("passwords" if variable else ".pgpass")
    secret = Guarded.PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    file.write_text(f"127.0.0.1:{keeper.port}:*:keeper:{secret}\n", "utf-8")
    file.chmod(0o600)
    if variable:
        monkeypatch.setenv("PGPASSFILE", str(file))
    assert said(keeper.local_address(), "SELECT current_user") == Guarded.LOGIN


def test_a_service_file_is_read_too(keeper: Guarded, home: Path) -> None:
    (home / ".pg_service.conf").write_text(
        f"[hospital]\nhost=db.hospital.test\nhostaddr=127.0.0.1\nport={keeper.port}\nuser=keeper\n"
        f"dbname=postgres\npassword={Guarded.PASSWORD}\nsslrootcert={keeper.authority}\n",
        "utf-8",
    )
    url = f"postgresql+psycopg:///?service=hospital&sslrootcert={keeper.authority}"
    assert said(url, ENCRYPTED) is True


def test_a_server_that_wants_a_password_nobody_has_is_told(keeper: Guarded) -> None:
    assert refused(keeper.local_address()) == "storage.password"
    assert refused(keeper.local_address(), "wrong") == "storage.password"


def test_a_missing_key_store_is_told_when_something_is_to_be_kept(keeper: Guarded) -> None:
    with pytest.raises(StorageError) as caught:
        server.keep_password(keeper.local_address(), "x")
    assert caught.value.code == "storage.key-store"
    assert ".pgpass" in str(caught.value.text)


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://desk:secret@127.0.0.1/d", "postgresql+psycopg://desk@127.0.0.1/d?password=secret"],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(StorageError) as caught:
        Store.open(url)
    assert caught.value.code == "storage.password-in-address"
    assert "secret" not in str(caught.value)


def test_an_option_that_does_not_exist_is_told() -> None:
    assert refused("postgresql+psycopg://desk@127.0.0.1/d?colour=blue") == "storage.address"


# --- A server that goes away ----------------------------------------------------------------------------------


class Cable:
    """The way to a server, which can be cut and joined again."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.joined = True
        self._start(self._accept)

    def _start(self, work: Any, *args: Any) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._open.append(near)
                if not self.joined:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open.append(far)
                self._start(self._pump, near, far)
                self._start(self._pump, far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.joined = False
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
        for end in self._open:
            end.close()


@pytest.fixture
def cable(postgres: Postgres) -> Iterator[Cable]:
    made = Cable(postgres.port)
    yield made
    made.close()


def test_a_server_that_goes_away_is_told_and_used_again_when_it_is_back(cable: Cable) -> None:
    store = Store.open(f"postgresql+psycopg://postgres@127.0.0.1:{cable.port}/postgres?gssencmode=disable")
    with store.writing() as session:
        assert session.scalar(text("SELECT 1")) == 1
    cable.cut()
    for _ in range(2):
        with pytest.raises(StorageError) as caught, store.writing() as session:
            session.execute(text("SELECT 1"))
        assert caught.value.code == "storage.server-away"
    cable.joined = True
    with store.writing() as session:
        assert session.scalar(text("SELECT 1")) == 1
    store.close()


def test_a_cable_cut_in_the_middle_of_a_write_is_told(cable: Cable) -> None:
    store = Store.open(f"postgresql+psycopg://postgres@127.0.0.1:{cable.port}/postgres?gssencmode=disable")
    with contextlib.ExitStack() as stack:
        caught = stack.enter_context(pytest.raises(StorageError))
        session = stack.enter_context(store.writing())
        session.execute(text("SELECT 1"))
        cable.cut()
        session.execute(text("SELECT 1"))
    assert caught.value.code == "storage.server-away"
    store.close()


def _take_leave(cursor: Any, *_: object) -> None:
    """Do what the driver does when the server's farewell comes while it still waits for rows."""
    wire = cursor.connection.pgconn
    wire.enter_pipeline_mode()
    wire.send_query_params(b"SELECT pg_sleep(30)", None)
    wire.exit_pipeline_mode()


def test_a_server_that_leaves_in_the_middle_of_many_rows_is_told(postgres: Postgres) -> None:
    """The driver then says something else, and the connection still looks open."""
    store = Store.open(postgres.url("postgres"))
    event.listen(store.write_engine, "do_executemany", _take_leave)
    with contextlib.ExitStack() as stack:
        caught = stack.enter_context(pytest.raises(StorageError))
        session = stack.enter_context(store.writing())
        session.execute(text("SELECT :n"), [{"n": 1}, {"n": 2}])
    assert caught.value.code == "storage.server-away"
    event.remove(store.write_engine, "do_executemany", _take_leave)
    with store.writing() as session:
        assert session.scalar(text("SELECT 1")) == 1
    store.close()


def test_a_server_that_never_answers_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert (
            refused(f"postgresql+psycopg://desk@127.0.0.1:{port}/d?gssencmode=disable")
            == "storage.server-away"
        )


def test_a_statement_that_takes_too_long_is_given_up(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "STATEMENT_SECONDS", 1)
    with pytest.raises(StorageError) as caught:
        said(postgres.url("postgres"), "SELECT pg_sleep(30)::text")
    assert caught.value.code == "storage.busy"


def test_what_the_address_asks_of_the_server_is_kept_beside_ours(postgres: Postgres) -> None:
    url = postgres.url("postgres") + "?options=-c%20search_path%3Dpublic,pg_catalog%20-c%20work_mem%3D8MB"
    assert said(url, "SHOW work_mem") == "8MB"
    assert said(url, "SHOW search_path") == "public,pg_catalog"
    assert said(url, "SHOW statement_timeout") == "2min"
    assert said(url, "SHOW lock_timeout") == "20s"
