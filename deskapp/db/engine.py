"""Opening the hospital's database: SQLite (always SQLCipher) by default, PostgreSQL by URL.

A `Store` has two engines. Reads are deferred and can't write; writes begin IMMEDIATE, one at a time
per process. Every SQLite connection is asserted to be in WAL, with `synchronous=FULL` and foreign
keys on: a confirmed visit must survive a power cut.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from deskapp.db.faults import disk_error, storage_error
from deskapp.db.secret_file import write_secret
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

DATABASE_FILE: Final = "deskapp.sqlite"
KEY_FILE: Final = "deskapp.key"
KEY_BYTES: Final = 32
BUSY_SECONDS: Final = 20
CONNECT_SECONDS: Final = 10
WRITE_CACHE_KIB: Final = 16_384
EXPECTED_PRAGMAS: Final = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


class Store:
    """The open database. Sessions are opened per use case, in the thread that uses them."""

    def __init__(self, url: str, read: Engine, write: Engine, key: bytes | None = None) -> None:
        self.url = url
        self.key = key
        """Raw key of the file; None on a server."""
        self.read_engine = read
        self.write_engine = write

    @classmethod
    def open(cls, url: str, key: bytes | None = None) -> Store:
        """Open `url`; `key` is the 32-byte raw key of a SQLite file (required for one).

        Raises `StorageError` when the file or the server can't be used.
        """
        if make_url(url).get_backend_name() == "sqlite":
            if key is None or len(key) != KEY_BYTES:
                raise ValueError("a SQLite store needs its 32-byte key")
            read, write = (_sqlite_engine(url, key, writes=writes) for writes in (False, True))
        else:
            key = None
            read, write = _server_engine(url, read_only=True), _server_engine(url, read_only=False)
        store = cls(url, read, write, key)
        store._try_out()
        return store

    @classmethod
    def in_folder(cls, folder: Path) -> Store:
        """Open, or begin, the SQLite database of a data folder; its key lies beside it."""
        refuse_network_path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            key = _key_of(folder)
        except OSError as error:
            raise disk_error(error) from error
        return cls.open(f"sqlite:///{folder / DATABASE_FILE}", key)

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


def key_id(key: bytes) -> str:
    """Return a short name of a key that gives nothing of it away: it stands on sheets and beside backups."""
    return hashlib.sha256(b"deskapp key" + key).hexdigest()[:8]


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
    pragma = f"PRAGMA key = \"x'{key.hex()}'\""

    @event.listens_for(engine, "connect")
    def unlock(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(pragma)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        if writes:
            # A number touches some hundred pages of search lists, each to be decrypted: it keeps them.
            connection.execute(f"PRAGMA cache_size = -{WRITE_CACHE_KIB}")
        else:
            connection.execute("PRAGMA query_only = ON")
        assert_durable(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


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


def _server_engine(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c lock_timeout={round(BUSY_SECONDS * 1000)}ms",
        },
        pool_size=4,
        max_overflow=4,
        pool_pre_ping=True,
        pool_timeout=BUSY_SECONDS,
    )
    if read_only:
        # Otherwise each statement would see another moment of the database.
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def _key_of(folder: Path) -> bytes:
    path = folder / KEY_FILE
    if path.exists():
        return _read_key(path)
    if (folder / DATABASE_FILE).exists():
        raise StorageError(
            "storage.key-missing",
            Text(
                N_(
                    "The key file {file} is missing beside the database. Put it back from the backup; nothing was changed."
                ),
                {"file": KEY_FILE},
            ),
        )
    write_secret(path, secrets.token_bytes(KEY_BYTES).hex())
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    """Return the key in the file: perhaps another program's, if both began the folder at once."""
    with contextlib.suppress(ValueError):
        key = bytes.fromhex(path.read_text("ascii").strip())
        if len(key) == KEY_BYTES:
            return key
    raise StorageError(
        "storage.key-damaged",
        Text(
            N_("The key file {file} is damaged. Put it back from the backup; nothing was changed."),
            {"file": path.name},
        ),
    )


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
