"""The audit trail: append-only lines in one hash chain per desk and per background job.

A line hashes a salted digest of its body. The body and its salt lie in a side table, so that a body
can be erased lawfully while the chain stays whole. Bodies are canonical JSON.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.access import AuditBody, AuditChain, AuditEntry, Erasure
from deskapp.domain.trail import Broken

GENESIS = bytes(32)
AT_ONCE = 1000
CHAIN, ENTRY, BODY = table_of(AuditChain), table_of(AuditEntry), table_of(AuditBody)
ERASURE: Final = table_of(Erasure)


@dataclass(frozen=True)
class AuditLine:
    """What one write did to one record. `before` and `after` are plain values or dataclasses."""

    action: str
    topic: str
    record_id: int | None
    before: object = None
    after: object = None


def canonical(value: object) -> bytes:
    """Return `value` as JSON that is the same for equal values."""
    return msgspec.json.encode(value, order="deterministic")


def append(
    session: Session, chain: str, actor_id: int | None, now: dt.datetime, lines: Sequence[AuditLine]
) -> int:
    """Write `lines` at the end of `chain`; return the last line's sequence.

    The head is locked here, last in the transaction, so that it is held as shortly as possible.
    """
    sequence, head = _locked_head(session, chain)
    entries, bodies = [], []
    for line in lines:
        sequence += 1
        salt = secrets.token_bytes(16)
        body = canonical({"before": line.before, "after": line.after})
        digest = hashlib.sha256(salt + body).digest()
        entry = {
            "chain": chain,
            "sequence": sequence,
            "at": now,
            "actor_id": actor_id,
            "action": line.action,
            "topic": line.topic,
            "record_id": line.record_id,
            "digest": digest,
        }
        head = line_hash(head, entry)
        entries.append({**entry, "hash": head})
        bodies.append({"salt": salt, "body": body})
    connection = session.connection()
    ids = connection.scalars(_ADD_ENTRY, entries).all()
    connection.execute(_ADD_BODY, [{"entry_id": i, **body} for i, body in zip(ids, bodies, strict=True)])
    connection.execute(_MOVE_HEAD, {"of": chain, "sequence": sequence, "head": head})
    return sequence


# Statements on tables, made once: every write of the program ends in these.
_ADD_ENTRY: Final = insert(ENTRY).returning(ENTRY.c.id, sort_by_parameter_order=True)
_ADD_BODY: Final = insert(BODY)
_HEAD: Final = select(CHAIN.c.sequence, CHAIN.c.head).where(CHAIN.c.name == bindparam("of")).with_for_update()
_MOVE_HEAD: Final = (
    update(CHAIN)
    .where(CHAIN.c.name == bindparam("of"))
    .values(sequence=bindparam("sequence"), head=bindparam("head"))
)


def _locked_head(session: Session, chain: str) -> tuple[int, bytes]:
    row = session.execute(_HEAD, {"of": chain}).first()
    if row is None:
        _begin_chain(session, chain)
        row = session.execute(_HEAD, {"of": chain}).one()
    return row[0], row[1]


def _begin_chain(session: Session, chain: str) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"name": chain, "sequence": 0, "head": GENESIS}
    session.execute(dialect.insert(AuditChain).values(row).on_conflict_do_nothing())


class _Visible(msgspec.Struct):
    """What a line's hash covers besides the line before it; in order of name, as canonical JSON has it."""

    action: str
    actor_id: int | None
    at: str
    chain: str
    digest: str
    record_id: int | None
    sequence: int
    topic: str


def line_hash(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return the hash of one line, chained to the line before.

    `entry` has the columns of `audit_entry`; its `at` is a moment in UTC.
    """
    visible = _Visible(
        entry["action"],
        entry["actor_id"],
        entry["at"].isoformat(timespec="microseconds"),
        entry["chain"],
        entry["digest"].hex(),
        entry["record_id"],
        entry["sequence"],
        entry["topic"],
    )
    return hashlib.sha256(previous + msgspec.json.encode(visible)).digest()


def heads(session: Session) -> dict[str, tuple[int, bytes]]:
    """Return the sequence and hash of the last line of every chain."""
    return {name: (sequence, head) for name, sequence, head in session.execute(_HEADS)}


_HEADS: Final = select(CHAIN.c.name, CHAIN.c.sequence, CHAIN.c.head).order_by(CHAIN.c.name)
Known = Mapping[str, Mapping[int, bytes]]
"""Hashes that lines are known to have had, by chain and sequence."""


def broken_lines(session: Session, known: Known | None = None) -> Iterator[tuple[str, int, Broken]]:
    """Yield (chain, sequence, what) for each line that is not as it was written.

    Args:
        session: one that reads; the trail is read in parts, and never held as a whole.
        known: what anchors say of lines. Without them a chain that somebody computed anew from end to
            end, or cut together with its head, looks whole.
    """
    known = known or {}
    erased = {tuple(row) for row in session.execute(select(ERASURE.c.topic, ERASURE.c.record_id))}
    ends = heads(session)
    asked = select(ENTRY.c.chain, func.max(ENTRY.c.sequence)).group_by(ENTRY.c.chain)
    headless = {chain: last for chain, last in session.execute(asked) if chain not in ends}
    for chain in sorted(ends.keys() | headless.keys() | known.keys()):
        walk = _Walk(chain, known.get(chain, {}), erased)
        if chain not in headless:
            yield from walk.broken(session, ends.get(chain, (0, GENESIS)))
        else:
            yield chain, headless[chain], Broken.NO_HEAD


class _Walk:
    """One chain, gone along from its first line to its head."""

    def __init__(self, chain: str, known: Mapping[int, bytes], erased: Container[tuple[object, ...]]) -> None:
        self._chain = chain
        self._known = known
        self._erased = erased
        self._expected = 1
        self._previous = GENESIS

    def broken(self, session: Session, head: tuple[int, bytes]) -> Iterator[tuple[str, int, Broken]]:
        """Yield what is broken, in order."""
        asked = _CHAIN_LINES.execution_options(yield_per=AT_ONCE)
        for row in session.execute(asked, {"of": self._chain}).mappings():
            found = self._broken_at(row)
            if found is not None:
                yield self._chain, self._expected, found
            self._expected, self._previous = row["sequence"] + 1, row["hash"]
        known_end = max(self._known, default=0)
        if (self._expected - 1, self._previous) != head or known_end >= self._expected:
            yield self._chain, self._expected, Broken.CUT

    def _broken_at(self, row: Mapping[Any, Any]) -> Broken | None:
        if row["sequence"] != self._expected:
            return Broken.MISSING
        if line_hash(self._previous, row) != row["hash"]:
            return Broken.CHANGED
        if self._known.get(row["sequence"], row["hash"]) != row["hash"]:
            return Broken.RECOMPUTED
        if row["body"] is None:
            lawful = (row["topic"], row["record_id"]) in self._erased
            return None if lawful else Broken.BODY_MISSING
        same = hashlib.sha256(row["salt"] + row["body"]).digest() == row["digest"]
        return None if same else Broken.BODY_CHANGED


_CHAIN_LINES: Final = (
    select(ENTRY, BODY.c.salt, BODY.c.body)
    .outerjoin(BODY, BODY.c.entry_id == ENTRY.c.id)
    .where(ENTRY.c.chain == bindparam("of"))
    .order_by(ENTRY.c.sequence)
)
