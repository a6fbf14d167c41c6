"""Bringing a visitor to the doctor: who is away with whom, handed over to whom, and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from deskapp.domain.text import Words


@dataclass(frozen=True)
class EscortView:
    """One way to the consulting room. `handed_to` is the doctor or assistant who took over.

    `away` is whole minutes since `left_at`, until `returned_at` once that is known.
    """

    id: int
    version: int
    visit_id: int
    visit_code: str
    visitor: str
    label: str
    who: str
    account_id: int
    left_at: dt.datetime
    handed_at: dt.datetime | None
    handed_to: str
    returned_at: dt.datetime | None
    department: Words | None
    doctor: str
    room: str
    away: int
