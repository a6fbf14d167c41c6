"""Rows for tests that speak to the tables directly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import insert
from sqlalchemy.orm import Session

from deskapp.db.models.intake import SearchKey, Visitor
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Sex

FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_DRAFT = VisitorDraft(sex=Sex.MALE)
_NOT_STORED = ("consents", "overrides")


def visitor_row(number: int, **values: object) -> dict[str, object]:
    """Return the row of a visitor whose id is `number`, first seen `number` minutes into the year."""
    plain = {
        name: getattr(_DRAFT, name) for name in VisitorDraft.__dataclass_fields__ if name not in _NOT_STORED
    }
    moment = FIRST + dt.timedelta(minutes=number)
    own = {"id": number, "code": f"P{number}", "name": f"n{number}", "first_seen": moment, "visits": 0}
    return plain | own | values


def add_people(session: Session, people: Mapping[int, Mapping[str, int]]) -> None:
    """Store visitors by id, each with the keys that find them."""
    session.execute(insert(Visitor), [visitor_row(number) for number in people])
    keys = [
        {"key": key, "visitor_id": number, "grade": grade}
        for number, found in people.items()
        for key, grade in found.items()
    ]
    session.execute(insert(SearchKey), keys)
