"""The audit trail: append-only lines in one hash chain per desk and per background job.

A line hashes a salted digest of its body. The body and its salt lie in a side table, so that a body
can be erased lawfully while the chain stays whole. Bodies are canonical JSON.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.access import AuditBody, AuditChain, AuditEntry

GENESIS = bytes(32)
AT_ONCE = 1000
CHAIN, ENTRY, BODY = table_of(AuditChain), table_of(AuditEntry), table_of(AuditBody)


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


def line_hash(previous: bytes, entry: dict[str, object]) -> bytes:
    """Return the hash of one line, chained to the line before."""
    visible = {
        name: entry[name] for name in ("chain", "sequence", "actor_id", "action", "topic", "record_id")
    }
    at = entry["at"]
    assert isinstance(at, dt.datetime)
    digest = entry["digest"]
    assert isinstance(digest, bytes)
    visible |= {"at": at.isoformat(timespec="microseconds"), "digest": digest.hex()}
    return hashlib.sha256(previous + canonical(visible)).digest()


def broken_lines(session: Session) -> Iterator[tuple[str, int, str]]:
    """Yield (chain, sequence, what) for each line that is not as it was written."""
    heads = {row.name: (row.sequence, row.head) for row in session.execute(select(CHAIN))}
    for chain, head in sorted(heads.items()):
        yield from _broken_in(session, chain, head)
    headless = (
        select(ENTRY.c.chain, func.max(ENTRY.c.sequence))
        .where(ENTRY.c.chain.not_in(list(heads)))
        .group_by(ENTRY.c.chain)
        .order_by(ENTRY.c.chain)
    )
    for chain, sequence in session.execute(headless):
        yield chain, sequence, "no head"


def _broken_in(session: Session, chain: str, head: tuple[int, bytes]) -> Iterator[tuple[str, int, str]]:
    previous, expected = GENESIS, 1
    asked = (
        select(ENTRY, BODY.c.salt, BODY.c.body)
        .outerjoin(BODY, BODY.c.entry_id == ENTRY.c.id)
        .where(ENTRY.c.chain == chain)
        .order_by(ENTRY.c.sequence)
    )
    for row in session.execute(asked, execution_options={"yield_per": AT_ONCE}).mappings():
        entry = dict(row)
        if entry["sequence"] != expected:
            yield chain, expected, "missing"
        elif line_hash(previous, entry) != entry["hash"]:
            yield chain, expected, "changed"
        elif entry["body"] is not None and _digest(entry) != entry["digest"]:
            yield chain, expected, "body changed"
        previous, expected = entry["hash"], entry["sequence"] + 1
    if (expected - 1, previous) != head:
        yield chain, expected, "cut"


def _digest(entry: dict[str, object]) -> bytes:
    salt, body = entry["salt"], entry["body"]
    assert isinstance(salt, bytes)
    assert isinstance(body, bytes)
    return hashlib.sha256(salt + body).digest()
