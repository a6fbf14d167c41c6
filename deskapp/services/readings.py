"""Who looked at which sensitive record: a line in the audit trail, once in a while and not at every refresh.

A visitor with an allergy is not kept waiting because the disk is full: what can't be written then is owed,
and written with the next reading that can.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from dataclasses import replace
from typing import Final

from deskapp.db import audit
from deskapp.db.engine import Store
from deskapp.domain.access import Actor
from deskapp.domain.changes import Changes
from deskapp.errors import StorageError

AGAIN_AFTER: Final = dt.timedelta(minutes=10)
MOST_OWED: Final = 1000
_log = logging.getLogger(__name__)


class Readings:
    """Notes each reading of a person at a desk, but not the same one again within ten minutes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._noted: dict[tuple[int, str, str, int], dt.datetime] = {}
        self._owed: list[tuple[Actor, dt.datetime, audit.AuditLine]] = []

    def note(self, actor: Actor, topic: str, record_id: int, now: dt.datetime) -> None:
        """Write that `actor` read the record, unless that was written a moment ago."""
        key = (actor.account_id, actor.desk, topic, record_id)
        with self._lock:
            before = self._noted.get(key)
            if before is not None and now - before < AGAIN_AFTER:
                return
            self._forget_old(now)
            self._noted[key] = now
            line = audit.AuditLine(f"{topic}.read", topic, record_id)
            self._owed.append((replace(actor, roles=frozenset()), now, line))
            self._pay()

    def saw(self, actor: Actor, changes: Changes, now: dt.datetime) -> None:
        """Know that `actor` wrote these records: that line tells of having seen them too."""
        with self._lock:
            for topic, ids in changes.touched.items():
                self._noted |= dict.fromkeys(((actor.account_id, actor.desk, topic, i) for i in ids), now)

    def _forget_old(self, now: dt.datetime) -> None:
        self._noted = {key: at for key, at in self._noted.items() if now - at < AGAIN_AFTER}

    def _pay(self) -> None:
        try:
            with self._store.writing() as session:
                for actor, at, line in self._owed:
                    audit.append(session, actor.desk, actor.account_id or None, at, [line])
                session.commit()
        except StorageError as error:
            _log.error("%s: %d readings are not in the audit trail yet", error.code, len(self._owed))
            del self._owed[:-MOST_OWED]
        else:
            self._owed.clear()
