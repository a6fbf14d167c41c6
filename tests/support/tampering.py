"""Somebody who has the database file, or owns the server's, and rewrites the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from deskapp.db import audit, triggers
from deskapp.db.audit import BODY, CHAIN, ENTRY, GENESIS
from deskapp.db.engine import Store


@contextmanager
def tampering(store: Store) -> Iterator[Session]:
    """Give a session that nothing in the database refuses anything; what it did is committed."""
    with store.writing() as session:
        if store.is_sqlite:
            triggers.drop(session.connection())
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.flush()
        if store.is_sqlite:
            triggers.create(session.connection())
        session.commit()


def cut_tail(session: Session, chain: str, last: int) -> None:
    """Remove all lines after `last` with their bodies, and set the head back: nothing is left over."""
    gone = select(ENTRY.c.id).where(ENTRY.c.chain == chain, ENTRY.c.sequence > last)
    session.execute(BODY.delete().where(BODY.c.entry_id.in_(gone)))
    session.execute(ENTRY.delete().where(ENTRY.c.chain == chain, ENTRY.c.sequence > last))
    kept = session.scalar(select(ENTRY.c.hash).where(ENTRY.c.chain == chain, ENTRY.c.sequence == last))
    session.execute(
        update(CHAIN).where(CHAIN.c.name == chain).values(sequence=last, head=kept if kept else GENESIS)
    )


def recompute(session: Session, chain: str) -> None:
    """Give every line of a chain the place and the hash it should have as it stands now, and so the head."""
    lines = session.execute(select(ENTRY).where(ENTRY.c.chain == chain).order_by(ENTRY.c.sequence)).mappings()
    head, made = GENESIS, list[dict[str, Any]]()
    for place, line in enumerate(lines.all(), start=1):
        head = audit.line_hash(head, {**line, "sequence": place})
        made.append({"of": line["id"], "sequence": place, "hash": head})
    changed = update(ENTRY).where(ENTRY.c.id == bindparam("of"))
    session.connection().execute(changed.values(sequence=bindparam("sequence"), hash=bindparam("hash")), made)
    session.execute(update(CHAIN).where(CHAIN.c.name == chain).values(sequence=len(made), head=head))
