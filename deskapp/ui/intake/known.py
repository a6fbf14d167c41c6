"""What the sentences of the library can name of a visit; what is not known yet is left to their stand-ins."""

from __future__ import annotations

from typing import Final

from deskapp.domain.address import doctor_address, visitor_address
from deskapp.domain.intake import VisitView
from deskapp.domain.retention import is_erased
from deskapp.domain.text import Words
from deskapp.domain.visitor_rules import age_in_years
from deskapp.names_table import load

LONGEST_SAID: Final = 60
"""Characters of a complaint that still can be said in one breath."""


def known_of(visit: VisitView, **more: object) -> dict[str, object]:
    """Return what is known by the names that sentences use; `more` goes before what the visit says."""
    who = _addressed(visit)
    known: dict[str, object] = {
        "name": who,
        "visitor": who,
        "department": visit.department or "",
        "doctor": doctor_address(visit.doctor) if visit.doctor else "",
        "complaint": visit.complaint if len(visit.complaint) <= LONGEST_SAID else "",
        **more,
    }
    return {name: value for name, value in known.items() if value}


def _addressed(visit: VisitView) -> Words | str:
    """Return how to address the visitor; nothing while nobody knows who it is."""
    if visit.visitor is None or is_erased(visit.visitor.name):
        return ""
    draft = visit.visitor.draft
    age = age_in_years(draft.birth_date, visit.day) if draft.birth_date else None
    words = visitor_address(draft.name, draft.sex, age, load())
    return words if words.zh else ""
