"""A known visitor is here again: last visit, count, and the front of the search results."""

from __future__ import annotations

from sqlalchemy import func, select

from deskapp.db import search
from deskapp.db.models.intake import Visit, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.services.intake.keys import stored_keys


def arrived(work: Work, visitor: Visitor) -> None:
    """Note that `visitor` came; whoever was here last is found first."""
    before = visitor.last_visit or visitor.first_seen
    visitor.last_visit = work.now
    visitor.visits += 1
    search.refresh_moment(work.session, visitor.id, stored_keys(work.session, visitor), before, work.now)
    work.touch("visitor", visitor.id)


def taken_back(work: Work, visitor: Visitor, visit_id: int) -> None:
    """Undo that `visitor` came for a visit: whoever was taken for somebody else was not here."""
    asked = select(func.max(Visit.opened_at)).where(Visit.visitor_id == visitor.id, Visit.id != visit_id)
    before, visitor.last_visit = visitor.last_visit or visitor.first_seen, work.session.scalar(asked)
    visitor.visits -= 1
    now = visitor.last_visit or visitor.first_seen
    search.refresh_moment(work.session, visitor.id, stored_keys(work.session, visitor), before, now)
    work.touch("visitor", visitor.id)
