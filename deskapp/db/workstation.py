"""What belongs to this computer and not to the hospital: its name, its secret, and unsent drafts.

The secret lies outside the database: PINs are mixed with it. Drafts are encrypted with it and with the
database's key: where that is protected, the files of the folder alone do not show what was being typed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deskapp.db import cipher
from deskapp.db.engine import refuse_network_path
from deskapp.db.faults import disk_error, storage_error
from deskapp.db.secret_file import write_secret
from deskapp.db.swap import prepared, put_in_place
from deskapp.domain.lanes import DRAFTS, in_lane
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

SECRET_BYTES: Final = 32
SECRET_FILE: Final = "workstation.key"
DRAFTS_FILE: Final = "drafts.sqlite"


class Workstation:
    """This computer. `name` is unique and names its audit chain; `pepper` is what PINs are mixed with.

    `anchor_key` signs the anchors of the audit trail; `folder` is where everything of this computer lies.
    """

    def __init__(self, folder: Path, secret: bytes, database_key: bytes | None = None) -> None:
        self.folder = folder
        host = "".join(c for c in platform.node() if c.isalnum() or c == "-")[:20] or "desk"
        self.name = f"{host}-{hashlib.sha256(b'name' + secret).hexdigest()[:6]}"
        self.pepper = hashlib.sha256(b"pin" + secret).digest()
        self.anchor_key = hashlib.sha256(b"anchor" + secret).digest()
        self.drafts = DraftBox(folder / DRAFTS_FILE, *draft_keys(secret, database_key))

    @classmethod
    def in_folder(cls, folder: Path, database_key: bytes | None = None) -> Workstation:
        """Return the workstation whose secret lies in `folder`; make one there at first start.

        `database_key` is that of the SQLite database in the folder; a server's desk has none.
        """
        refuse_network_path(folder)
        path = folder / SECRET_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                write_secret(path, secrets.token_hex(SECRET_BYTES))
            return cls(folder, secret_in(path), database_key)
        except OSError as error:
            raise disk_error(error) from error


def draft_keys(secret: bytes, database_key: bytes | None) -> tuple[bytes, ...]:
    """Return the key of the drafts, then those that drafts kept by an earlier version may still have."""
    alone = hashlib.sha256(b"drafts" + secret).digest()
    if database_key is None:
        return (alone,)
    return hashlib.sha256(b"drafts" + secret + database_key).digest(), alone


def secret_in(path: Path) -> bytes:
    """Return the secret of a workstation's file; `StorageError` ("storage.secret-damaged") when it holds none."""
    with contextlib.suppress(ValueError):
        secret = bytes.fromhex(path.read_text("ascii").strip())
        if len(secret) == SECRET_BYTES:
            return secret
    message = N_(
        "The file {file} in the data folder is damaged. Put it back from the backup, or delete it: then everybody chooses a new PIN."
    )
    raise StorageError("storage.secret-damaged", Text(message, {"file": path.name}))


class DraftBox:
    """What was typed and not stored yet, per account and form. It outlives a crash.

    A file of its own, so that a database that is locked, full or gone does not take the draft along.
    """

    def __init__(self, path: Path, key: bytes, *earlier: bytes) -> None:
        self._path = path
        self._key = key
        self._earlier = earlier
        self._lock = threading.Lock()
        self._open: Any = None

    @in_lane(DRAFTS)
    def save(self, account_id: int, form: str, values: Mapping[str, object]) -> None:
        """Keep `values` (plain JSON values) as the draft of `form`."""
        # Escaped, because half a character that an input method left could not be stored.
        row = (account_id, form, json.dumps(values))
        self._run("INSERT OR REPLACE INTO draft (account, form, content) VALUES (?, ?, ?)", row)

    def load(self, account_id: int, form: str) -> dict[str, Any] | None:
        """Return the draft of `form`, if there is one."""
        rows = self._run("SELECT content FROM draft WHERE account = ? AND form = ?", (account_id, form))
        return json.loads(rows[0][0]) if rows else None

    def forms(self, account_id: int) -> list[str]:
        """Return the forms of which there is a draft."""
        return [
            row[0]
            for row in self._run("SELECT form FROM draft WHERE account = ? ORDER BY form", (account_id,))
        ]

    @in_lane(DRAFTS)
    def drop(self, account_id: int, form: str) -> None:
        """Forget the draft: what it held is stored, or was given up on purpose."""
        self._run("DELETE FROM draft WHERE account = ? AND form = ?", (account_id, form))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    def _run(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

        with self._lock:
            try:
                return list(self._connection().execute(statement, values).fetchall())
            except (driver.Error, OSError) as error:
                known = storage_error(error)
                if known is None:
                    raise
                raise known from error

    def _connection(self) -> Any:
        if self._open is None:
            if self._earlier and self._path.exists():
                self._bring_under_key()
            connection = cipher.connect(self._path, self._key)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS draft (account INTEGER, form TEXT, content TEXT NOT NULL,"
                " PRIMARY KEY (account, form)) WITHOUT ROWID"
            )
            self._open = connection
        return self._open

    def _bring_under_key(self) -> None:
        """Copy drafts that still have an earlier key, so that they are as safe as the database."""
        if cipher.fits(self._path, self._key):
            return
        for earlier in self._earlier:
            if cipher.fits(self._path, earlier):
                fresh = prepared(self._path)
                cipher.copy(self._path, earlier, fresh, self._key)
                put_in_place(fresh)
