"""What other desks wrote, read from the small change table.

A reader keeps a watermark per writer: with one "id greater than the last" over all writers, a
transaction that commits late would never be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Select, func, or_, select
from sqlalchemy.engine import Connection

from deskapp.db.base import table_of
from deskapp.db.engine import Store, told_plainly
from deskapp.db.models.access import Change
from deskapp.domain.changes import Changes
from deskapp.domain.lanes import WATCHES, in_lane

CHANGE = table_of(Change)
AT_ONCE = 500


class ChangeFeed:
    """Reads what others than this process did since the last look. Used by one thread at a time.

    Others are told by what `Store.written` does not have, not by their name: two windows of one workstation have
    the same.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._seen: dict[str, int] = {}
        self._version: int | None = None
        self._connection: Connection | None = None

    def start(self) -> None:
        """Begin at the present: what was written before is on the screen already."""
        with told_plainly(), self.store.read_engine.connect() as connection:
            heads = select(CHANGE.c.writer, func.max(CHANGE.c.sequence)).group_by(CHANGE.c.writer)
            self._seen = dict(connection.execute(heads).all())

    @in_lane(WATCHES)
    def poll(self) -> Changes:
        """Return what others changed since the last call. Raises `StorageError`; then nothing is missed."""
        with told_plainly():
            version = self._data_version()
            if version is not None and version == self._version:
                return Changes()
            with self.store.read_engine.connect() as connection:
                found = self._read(connection)
            self._version = version
            return found

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _data_version(self) -> int | None:
        """Return what moves when anybody else commits: SQLite tells one dedicated connection cheaply."""
        if not self.store.is_sqlite:
            return None
        if self._connection is None:
            self._connection = self.store.read_engine.connect()
        found: int = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        self._connection.rollback()
        return found

    def _read(self, connection: Connection) -> Changes:
        found, seen, complete = Changes(), dict(self._seen), False
        while not complete:
            rows = connection.execute(_newer(seen)).all()
            own = set(self.store.written.copy())
            for row in rows:
                seen[row.writer] = row.sequence
                if (row.writer, row.sequence) in own:
                    continue
                for topic, ids in msgspec.json.decode(row.touched, type=dict[str, list[int]]).items():
                    found = found.merged(Changes.of(topic, *ids))
            complete = len(rows) < AT_ONCE
        self._seen = seen
        return found


def _newer(seen: Mapping[str, int]) -> Select[Any]:
    newer = [(CHANGE.c.writer == writer) & (CHANGE.c.sequence > last) for writer, last in seen.items()]
    unknown = CHANGE.c.writer.not_in(list(seen))
    asked = select(CHANGE).where(or_(unknown, *newer))
    return asked.order_by(CHANGE.c.writer, CHANGE.c.sequence).limit(AT_ONCE)
