"""The audit trail refuses every tampering, and shows it where somebody got round the refusal.

What shows even when all chains are computed anew is tested with the anchors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from deskapp.db import audit
from deskapp.db.audit import AuditLine, canonical
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditBody, AuditChain, AuditEntry, Erasure
from deskapp.domain.registration import Sex, Step
from tests.support.tampering import cut_tail, recompute, tampering

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
COLUMNS = ("chain", "sequence", "at", "actor_id", "action", "topic", "record_id", "digest")


@pytest.fixture
def written(store: Store) -> Store:
    """Two desks with six lines each, written two at a time."""
    for number in range(0, 6, 2):
        for chain in ("desk-1", "desk-2"):
            with store.writing() as session:
                lines = [
                    AuditLine("visit.step", "visit", step, {"step": None}, {"step": step})
                    for step in (number, number + 1)
                ]
                last = audit.append(session, chain, 7, NOW + dt.timedelta(seconds=number), lines)
                session.commit()
            assert last == number + 2
    return store


def broken(store: Store) -> list[tuple[str, int, str]]:
    with store.reading() as session:
        return list(audit.broken_lines(session))


def test_an_untouched_trail_is_whole(written: Store) -> None:
    assert broken(written) == []


def _change(session: Session) -> None:
    session.execute(update(AuditEntry).where(*_line(3)).values(action="visit.end"))


def _change_actor(session: Session) -> None:
    session.execute(update(AuditEntry).where(*_line(3)).values(actor_id=8))


def _change_time(session: Session) -> None:
    session.execute(update(AuditEntry).where(*_line(3)).values(at=NOW))


def _rewrite_line(session: Session) -> None:
    """Change a line and give it the hash it should then have: the next line gives it away."""
    before, entry = session.scalars(
        select(AuditEntry).where(AuditEntry.chain == "desk-1", AuditEntry.sequence.in_((2, 3)))
    ).all()
    values = {name: getattr(entry, name) for name in COLUMNS}
    values["action"] = "visit.end"
    forged = audit.line_hash(before.hash, values)
    session.execute(update(AuditEntry).where(*_line(3)).values(action="visit.end", hash=forged))


def _change_body(session: Session) -> None:
    forged = canonical({"before": None, "after": {"step": 99}})
    session.execute(update(AuditBody).where(AuditBody.entry_id == _id(session, 3)).values(body=forged))


def _swap_bodies(session: Session) -> None:
    first, second = (session.get_one(AuditBody, _id(session, place)) for place in (3, 4))
    for to, salt, body in ((first, second.salt, second.body), (second, first.salt, first.body)):
        # One by one: what is refused in a batch is complained of by the driver, too.
        changed = update(AuditBody).where(AuditBody.entry_id == to.entry_id).values(salt=salt, body=body)
        session.execute(changed, execution_options={"synchronize_session": False})


def _delete(session: Session) -> None:
    session.execute(delete(AuditBody).where(AuditBody.entry_id == _id(session, 3)))
    session.execute(delete(AuditEntry).where(*_line(3)))


def _delete_and_close_the_gap(session: Session) -> None:
    _delete(session)
    for place in (4, 5, 6):
        session.execute(update(AuditEntry).where(*_line(place)).values(sequence=place - 1))
    session.execute(update(AuditChain).where(AuditChain.name == "desk-1").values(sequence=5))


def _reorder(session: Session) -> None:
    for before, after in ((3, 100), (4, 3), (100, 4)):
        session.execute(update(AuditEntry).where(*_line(before)).values(sequence=after))


def _cut(session: Session) -> None:
    for place in (5, 6):
        session.execute(delete(AuditBody).where(AuditBody.entry_id == _id(session, place)))
        session.execute(delete(AuditEntry).where(*_line(place)))


def _cut_all(session: Session) -> None:
    ids = select(AuditEntry.id).where(AuditEntry.chain == "desk-1")
    session.execute(delete(AuditBody).where(AuditBody.entry_id.in_(ids)))
    session.execute(delete(AuditEntry).where(AuditEntry.chain == "desk-1"))


def _lose_the_head(session: Session) -> None:
    session.execute(delete(AuditChain).where(AuditChain.name == "desk-1"))


def _insert(session: Session) -> None:
    """Put a line of one's own between two others, hashed as it should be."""
    for place in (6, 5, 4):
        session.execute(update(AuditEntry).where(*_line(place)).values(sequence=place + 1))
    before = session.scalars(select(AuditEntry).where(*_line(3))).one()
    values = {name: getattr(before, name) for name in COLUMNS} | {"sequence": 4}
    values["hash"] = audit.line_hash(before.hash, values)
    added = session.scalars(insert(AuditEntry).values(values).returning(AuditEntry.id)).one()
    body = session.get_one(AuditBody, before.id)
    session.execute(insert(AuditBody).values(entry_id=added, salt=body.salt, body=body.body))


def _remove_body(session: Session) -> None:
    session.execute(delete(AuditBody).where(AuditBody.entry_id == _id(session, 3)))


def _line(sequence: int) -> tuple[object, ...]:
    return AuditEntry.chain == "desk-1", AuditEntry.sequence == sequence


def _id(session: Session, sequence: int) -> int:
    return session.scalars(select(AuditEntry.id).where(*_line(sequence))).one()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_change, (3, "changed")),
        (_change_actor, (3, "changed")),
        (_change_time, (3, "changed")),
        (_rewrite_line, (4, "changed")),
        (_change_body, (3, "body changed")),
        (_swap_bodies, (3, "body changed")),
        (_delete, (3, "missing")),
        (_delete_and_close_the_gap, (3, "changed")),
        (_reorder, (3, "changed")),
        (_cut, (5, "cut")),
        (_cut_all, (1, "cut")),
        (_lose_the_head, (6, "no head")),
        (_insert, (5, "changed")),
        (_remove_body, (3, "body missing")),
    ],
)
def test_tampering_is_found_where_it_happened(
    written: Store, tamper: Callable[[Session], None], found: tuple[int, str]
) -> None:
    with tampering(written) as session:
        tamper(session)
    assert broken(written)[0] == ("desk-1", *found)
    assert {chain for chain, _sequence, _what in broken(written)} == {"desk-1"}


@pytest.mark.parametrize(
    "tamper",
    [
        *(_change, _change_actor, _change_time, _rewrite_line, _change_body, _swap_bodies, _delete),
        *(_reorder, _cut, _cut_all, _lose_the_head, _insert, _remove_body),
    ],
)
def test_the_database_refuses_tampering(written: Store, tamper: Callable[[Session], None]) -> None:
    with written.writing() as session, pytest.raises(DBAPIError, match="append-only"):
        tamper(session)
    assert broken(written) == []


def test_a_body_erased_lawfully_leaves_the_chain_whole(written: Store) -> None:
    with written.writing() as session:
        session.execute(
            insert(Erasure).values(
                code="E1", topic="visit", record_id=2, at=NOW, account_id=7, reason="retention", report="{}"
            )
        )
        session.commit()
        assert (
            session.scalars(select(AuditBody.entry_id).where(AuditBody.entry_id == _id(session, 3))).all()
            == []
        )
    assert broken(written) == []


def test_a_chain_computed_anew_shows_only_to_who_knows_a_hash_of_it(written: Store) -> None:
    with written.reading() as session:
        known = {"desk-1": {4: session.scalars(select(AuditEntry.hash).where(*_line(4))).one()}}
    with tampering(written) as session:
        _change(session)
        recompute(session, "desk-1")
    with written.reading() as session:
        assert list(audit.broken_lines(session)) == []
        assert list(audit.broken_lines(session, known)) == [("desk-1", 4, "recomputed")]


def test_a_tail_cut_with_its_head_shows_only_to_who_knows_how_long_it_was(written: Store) -> None:
    with tampering(written) as session:
        cut_tail(session, "desk-1", 4)
    with written.reading() as session:
        assert list(audit.broken_lines(session)) == []
        assert list(audit.broken_lines(session, {"desk-1": {6: b"x"}})) == [("desk-1", 5, "cut")]
        assert list(audit.broken_lines(session, {"desk-3": {1: b"x"}})) == [("desk-3", 1, "cut")]


def test_equal_bodies_do_not_show_that_they_are_equal(store: Store) -> None:
    """The salt keeps an erased body from being guessed by trying out what it may have been."""
    with store.writing() as session:
        audit.append(session, "desk", None, NOW, [AuditLine("x", "y", 1, None, "same")] * 2)
        session.commit()
        first, second = session.scalars(select(AuditEntry.digest))
    assert first != second


def test_lines_read_back_as_they_were_hashed(store: Store) -> None:
    """A moment with microseconds and any words survive the way through either database."""
    moment = dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
    with store.writing() as session:
        audit.append(session, "桌\u200d🙂", None, moment, [AuditLine("a", "b", None, None, "\u202e<b>&")])
        session.commit()
    assert broken(store) == []


@dataclass(frozen=True)
class Sample:
    step: Step
    sex: Sex
    at: dt.datetime


def test_a_body_is_plain_text_whatever_was_recorded() -> None:
    said = canonical({"b": Sample(Step.PAY, Sex.MALE, NOW), "a": {"y": "x", "x": frozenset({3})}})
    assert said == b'{"a":{"x":[3],"y":"x"},"b":{"step":"pay","sex":1,"at":"2026-11-22T08:00:00Z"}}'


@given(st.dictionaries(st.text(), st.integers(-(2**60), 2**60) | st.text(), max_size=6))
def test_equal_values_have_equal_text(value: dict[str, object]) -> None:
    assert canonical(value) == canonical(dict(reversed(list(value.items()))))


def test_the_trail_is_read_in_parts(written: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    assert broken(written) == []
    with tampering(written) as session:
        session.execute(text("UPDATE audit_entry SET action = 'x' WHERE sequence = 5"))
    assert broken(written) == [("desk-1", 5, "changed"), ("desk-2", 5, "changed")]
