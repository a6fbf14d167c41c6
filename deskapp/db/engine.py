"""Opening the hospital's database: SQLite (always SQLCipher) by default, PostgreSQL by URL.

A `Store` has two engines. Reads are deferred and can't write; writes begin IMMEDIATE, one at a time
per process. Every SQLite connection is asserted to be in WAL, with `synchronous=FULL` and foreign
keys on: a confirmed visit must survive a power cut.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from deskapp.db import journal, server, swap
from deskapp.db.faults import disk_error, storage_error
from deskapp.db.keys import KEY_FILE, begin, read_key_file
from deskapp.domain.recovery import KEY_BYTES
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

DATABASE_FILE: Final = "deskapp.sqlite"
BUSY_SECONDS: Final = 20
JOURNAL_PAUSE: Final = 0.02
"""Seconds between two tries to turn the journal on while another program does the same."""
WRITE_CACHE_KIB: Final = 16_384
JOURNAL_BYTES: Final = 64 << 20
WRITTEN: Final = 4096
DAMAGED: Final = ("storage.damaged", "storage.not-a-database")
EXPECTED_PRAGMAS: Final = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


class Store:
    """The open database. Sessions are opened per use case, in the thread that uses them."""

    def __init__(self, url: str, read: Engine, write: Engine, key: bytes | None = None) -> None:
        self.url = url
        self.key = key
        """Raw key of the file; None on a server."""
        self.lost_transactions = 0
        """How many confirmed transactions a damaged journal took along, as found at opening."""
        self.read_engine = read
        self.write_engine = write
        self.written: deque[tuple[str, int]] = deque(maxlen=WRITTEN)
        """Writer and sequence of what this process wrote last. A second window may write under the same name."""

    @classmethod
    def open(cls, url: str, key: bytes | None = None, password: str | None = None) -> Store:
        """Open `url`; `key` is the 32-byte raw key of a SQLite file (required for one).

        A server's `password` is found by itself unless somebody has just typed it.

        Raises `StorageError` when the file or the server can't be used.
        """
        lost = 0
        if make_url(url).get_backend_name() == "sqlite":
            if key is None or len(key) != KEY_BYTES:
                raise ValueError("a SQLite store needs its 32-byte key")
            lost = _lost_transactions(url)
            read, write = (_sqlite_engine(url, key, writes=writes) for writes in (False, True))
        else:
            key = None
            read, write = server.engines(url, BUSY_SECONDS, password)
        store = cls(url, read, write, key)
        store.lost_transactions = lost
        store._try_out()
        return store

    @classmethod
    def in_folder(cls, folder: Path, key: bytes | None = None) -> Store:
        """Open, or begin, the SQLite database of a data folder.

        Without `key` the key file has to lead to it by itself: raises `StorageError` "storage.locked" where
        somebody has to type a passphrase first.
        """
        refuse_network_path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            swap.settle_alone(folder)
            key = key or _key_of(folder)
        except OSError as error:
            raise disk_error(error) from error
        return cls.open(f"sqlite:///{folder / DATABASE_FILE}", key)

    @classmethod
    def to_look(cls, url: str, key: bytes | None = None) -> Store:
        """Open `url` only to look at it: nothing can be written, nor is anything begun or finished.

        Raises `StorageError` as `open` does.
        """
        is_file = make_url(url).get_backend_name() == "sqlite"
        read = (
            _sqlite_engine(url, key or b"", writes=False) if is_file else server.engines(url, BUSY_SECONDS)[0]
        )
        store = cls(url, read, read, key)
        store._try_out()
        return store

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the one-file database."""
        return self.write_engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None on a server."""
        return Path(str(self.write_engine.url.database)) if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one moment of the database and can't change it."""
        with told_plainly(), Session(self.read_engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give the session of one transaction; it is committed by its user, else rolled back."""
        with told_plainly(), Session(self.write_engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.read_engine.dispose()
        self.write_engine.dispose()

    def _try_out(self) -> None:
        try:
            with told_plainly(), self.write_engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except BaseException:
            self.close()
            raise


def _lost_transactions(url: str) -> int:
    # What can't be read here can't be opened either, and that is told there.
    with contextlib.suppress(OSError):
        return journal.lost_transactions(Path(str(make_url(url).database)))
    return 0


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what a database raises because of its surroundings into a `StorageError`."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        known = storage_error(error)
        if known is None:
            raise
        raise known from error


def _sqlite_engine(url: str, key: bytes, *, writes: bool) -> Engine:
    import sqlcipher3.dbapi2  # type: ignore[import-untyped]

    engine = create_engine(
        url,
        module=sqlcipher3.dbapi2,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        pool_size=1 if writes else 4,
        max_overflow=0 if writes else 4,
        pool_timeout=BUSY_SECONDS,
        # The connection that was used last has the pages at hand that the next search needs.
        pool_use_lifo=True,
    )
    file = str(make_url(url).database)

    @event.listens_for(engine, "connect")
    def unlock(connection: Any, record: ConnectionPoolEntry) -> None:
        _unlock(connection, key, writes=writes)
        record.info[_PLACE] = _place(file)

    @event.listens_for(engine, "handle_error")
    def drop(context: ExceptionContext) -> None:
        # A connection that has met a page it can't authenticate refuses every other page from then on.
        known = storage_error(context.original_exception)
        if known is not None and known.code in DAMAGED:
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if writes:
            _demand_place(connection, file)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _unlock(connection: Any, key: bytes, *, writes: bool) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    _keep_a_journal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    if writes:
        # A number touches some hundred pages of search lists, each to be decrypted: it keeps them.
        connection.execute(f"PRAGMA cache_size = -{WRITE_CACHE_KIB}")
        # A large import leaves a large journal, which would keep its size until everybody has left.
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
    else:
        connection.execute("PRAGMA query_only = ON")
    assert_durable(connection)


def _keep_a_journal(connection: Any) -> None:
    """Turn on the write-ahead journal.

    Where two programs begin one new database at the same moment, SQLite tells the later one that it is busy
    without waiting: it waits only for locks, not for this.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except Exception as error:
            known = storage_error(error)
            if known is None or known.code != "storage.busy" or time.monotonic() > until:
                raise
            time.sleep(JOURNAL_PAUSE)
        else:
            return


_PLACE: Final = "place"


def _place(file: str) -> tuple[int, int] | None:
    """Return which file lies at the place of the database now; None where there is none."""
    try:
        found = os.stat(file)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _demand_place(connection: Connection, file: str) -> None:
    """Raise when the file was taken away: the system would let us write on into what nobody finds again."""
    opened = connection.info.get(_PLACE)
    if opened is not None and opened != _place(file):
        raise StorageError("storage.moved", Text(MOVED))


MOVED: Final = N_(
    "The database was moved or removed while this program was open. This was not stored; put it back, then start the program again."
)


def assert_durable(connection: Any) -> None:
    """Raise unless the DBAPI connection keeps what it confirms through a power cut."""
    for name, expected in EXPECTED_PRAGMAS.items():
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != expected:
            raise StorageError(
                "storage.unsafe",
                Text(
                    N_("The database can't be opened safely here ({what}). Nothing was changed."),
                    {"what": name},
                ),
            )


def _key_of(folder: Path) -> bytes:
    """Return the key of a folder, and begin one where there is nothing yet."""
    if (folder / KEY_FILE).exists() or (folder / DATABASE_FILE).exists():
        return read_key_file(folder / KEY_FILE)
    return begin(folder)


def refuse_network_path(folder: Path) -> None:
    """Raise for a folder on another machine: SQLite's locks do not hold there."""
    text = str(folder)
    if text.startswith(("\\\\", "//")) or _mounted_from_network(folder):
        raise StorageError(
            "storage.network-path",
            Text(
                N_(
                    "The data folder lies on a network drive, where it is not safe. Use a local folder, or PostgreSQL."
                )
            ),
        )


def _mounted_from_network(folder: Path) -> bool:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return False
    network = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "davfs"}
    resolved = folder.resolve()
    best: tuple[int, str] = (-1, "")
    for line in mounts.read_text(errors="replace").splitlines():
        _device, point, kind, *_rest = line.split(" ")
        place = Path(point.replace("\\040", " "))
        if resolved == place or place in resolved.parents:
            best = max(best, (len(place.parts), kind))
    return best[1] in network
