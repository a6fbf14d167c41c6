"""One transaction of one use case: replay, rules, audit, change list, commit.

A write that was confirmed under a request id is never carried out a second time: the retry gets the
first result. Leaving the block without `commit` rolls everything back.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from deskapp.db import audit
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Change, Request
from deskapp.domain.access import Actor
from deskapp.domain.changes import Changes
from deskapp.domain.codes import ENTROPY_BYTES, make_code

Clock = Callable[[], dt.datetime]
Entropy = Callable[[int], bytes]
REQUEST: Final = table_of(Request)
# Statements on tables, made once: every write of the program sends these.
_ADD_REQUEST: Final = insert(REQUEST)
_ADD_CHANGE: Final = insert(table_of(Change))
_EARLIER: Final = select(REQUEST.c.use_case, REQUEST.c.result).where(REQUEST.c.id == bindparam("request"))


class Work:
    """What a use case has in hand while its transaction is open."""

    def __init__(self, session: Session, actor: Actor, now: dt.datetime, store: Store) -> None:
        self.session = session
        self._store = store
        self.actor = actor
        self.now = now
        self.day = now.astimezone().date()
        self.changes = Changes()
        self.entropy: Entropy = secrets.token_bytes
        self._lines: list[audit.AuditLine] = []

    def new_code(self, prefix: str) -> str:
        """Return a new opaque number of a record; `prefix` as `make_code` takes it."""
        return make_code(prefix, self.entropy(ENTROPY_BYTES))

    def record(
        self, action: str, topic: str, record_id: int | None, *, before: object = None, after: object = None
    ) -> None:
        """Note for the audit trail what happened to a record, and that views of it must refresh."""
        self._lines.append(audit.AuditLine(action, topic, record_id, before, after))
        if record_id is not None:
            self.touch(topic, record_id)

    def touch(self, topic: str, *ids: int) -> None:
        """Say that views of these records must refresh."""
        self.changes = self.changes.merged(Changes.of(topic, *ids))

    def finish(self, request_id: str, use_case: str, result: bytes) -> None:
        """Write request, audit and changes, and commit."""
        self.session.flush()
        request = {"id": request_id, "use_case": use_case, "result": result, "at": self.now}
        self.session.execute(_ADD_REQUEST, request)
        sequence = self._append_lines() if self._lines else None
        self.session.commit()
        if sequence is not None:
            # Not before: another window of this workstation may be given the number of a transaction that failed.
            self._store.written.append((self.actor.desk, sequence))

    def _append_lines(self) -> int:
        sequence = audit.append(
            self.session, self.actor.desk, self.actor.account_id or None, self.now, self._lines
        )
        touched = audit.canonical({topic: sorted(ids) for topic, ids in self.changes.touched.items()})
        change = {
            "writer": self.actor.desk,
            "sequence": sequence,
            "at": self.now,
            "touched": touched.decode(),
        }
        self.session.execute(_ADD_CHANGE, change)
        return sequence


@contextmanager
def unit_of_work(store: Store, actor: Actor, clock: Clock | None) -> Iterator[Work]:
    """Open a transaction for `actor`; without a clock of its own, the database server's counts."""
    with store.writing() as session:
        yield Work(session, actor, _now(store, session, clock), store)


def _now(store: Store, session: Session, clock: Clock | None) -> dt.datetime:
    if clock is not None:
        return clock()
    if store.is_sqlite:
        return dt.datetime.now(dt.UTC)
    moment: dt.datetime = session.scalars(select(func.clock_timestamp())).one()
    return moment.astimezone(dt.UTC)


def earlier_result(session: Session, request_id: str, use_case: str) -> bytes | None:
    """Return the result this request gave before, if it was carried out."""
    found = session.execute(_EARLIER, {"request": request_id}).first()
    if found is None:
        return None
    if found[0] != use_case:
        raise ValueError(f"request {request_id} was {found[0]}, not {use_case}")
    earlier: bytes = found[1]
    return earlier
