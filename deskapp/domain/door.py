"""The door: who comes in, the two questions, and the hand-over to the desk with a form of address."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.text import N_, Words


class Coming(enum.StrEnum):
    """State of a greeting: on the way to the desk, taken over there, or gone without."""

    COMING = "coming"
    TAKEN = "taken"
    GONE = "gone"


class Address(enum.StrEnum):
    """How the visitor is addressed while the name is not known."""

    SIR = "sir"
    MADAM = "madam"
    YOUNG = "young"
    OTHER = "other"


COMING_LABELS: Final[Mapping[Coming, str]] = {
    Coming.COMING: N_("coming to the desk"),
    Coming.TAKEN: N_("at the desk"),
    Coming.GONE: N_("went again"),
}

ADDRESS_LABELS: Final[Mapping[Address, str]] = {
    Address.SIR: N_("sir"),
    Address.MADAM: N_("madam"),
    Address.YOUNG: N_("young visitor"),
    Address.OTHER: N_("visitor"),
}


@dataclass(frozen=True)
class GreetingDraft:
    """What the guide learned: None where a question was not answered. `name` as it was said, perhaps "".

    With `appointment_id` the visitor is the one of that appointment.
    """

    address: Address = Address.OTHER
    name: str = ""
    has_appointment: bool | None = None
    first_visit: bool | None = None
    appointment_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class GreetingView:
    """Somebody who came in: when (`at`, where the arrival time starts), greeted by whom, and what became of it."""

    id: int
    version: int
    at: dt.datetime
    guide: str
    draft: GreetingDraft
    visitor_id: int | None
    visitor: str
    state: Coming
    taken_by: str
    taken_at: dt.datetime | None
    visit_id: int | None


@dataclass(frozen=True)
class ExpectedRow:
    """One of today's appointments, as the door sees it."""

    id: int
    starts_at: dt.datetime
    visitor_id: int
    name: str
    department: Words
    doctor: str
    room: str
    arrived: bool
