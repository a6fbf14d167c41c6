"""A known visitor is here again: last visit, count, and the front of the search results."""

from __future__ import annotations

from deskapp.db import search
from deskapp.db.models.intake import Visitor
from deskapp.db.unit_of_work import Work
from deskapp.services.intake.keys import visitor_keys


def arrived(work: Work, visitor: Visitor) -> None:
    """Note that `visitor` came; whoever was here last is found first."""
    before = visitor.last_visit or visitor.first_seen
    visitor.last_visit = work.now
    visitor.visits += 1
    search.refresh_moment(work.session, visitor.id, visitor_keys(visitor), before, work.now)
    work.touch("visitor", visitor.id)
