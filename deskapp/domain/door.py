"""The door: who comes in, the two questions, and the hand-over to the desk with a form of address."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.registration import Sex
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import RuleError

LATE_AFTER: Final = dt.timedelta(minutes=10)
"""From the arrival to the desk; over it is the usual flag (facts, section 6)."""
FORGOTTEN_AFTER: Final = dt.timedelta(hours=12)
"""Who was greeted longer ago than this and not on this day is not on the way any more."""
YOUNG_UNDER: Final = 14
"""Years; the same age from which a form of address counts somebody as grown up."""


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
SEX_TOLD: Final[Mapping[Address, Sex]] = {Address.SIR: Sex.MALE, Address.MADAM: Sex.FEMALE}
"""What a form of address tells of the sex, to be proposed; the desk or a document knows."""


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
    taken_by_id: int | None = None
    appointment_at: dt.datetime | None = None
    doctor: str = ""

    def name(self) -> str:
        """Return the name as the records have it, else as it was said, perhaps ""."""
        return self.visitor or self.draft.name


@dataclass(frozen=True)
class Taken:
    """A greeting that a desk took over: `visitor_id` where it is known who comes."""

    greeting_id: int
    version: int
    visitor_id: int | None = None


@dataclass(frozen=True)
class ExpectedRow:
    """One of today's appointments, as the door sees it. `first_visit` is None where the records can't tell."""

    id: int
    starts_at: dt.datetime
    visitor_id: int
    name: str
    department: Words
    doctor: str
    room: str
    arrived: bool
    address: Address = Address.OTHER
    first_visit: bool | None = None


def address_of(sex: Sex, age: int | None) -> Address:
    """Return how to address somebody of whom sex and age, in whole years, are on record."""
    if age is not None and age < YOUNG_UNDER:
        return Address.YOUNG
    return {Sex.MALE: Address.SIR, Sex.FEMALE: Address.MADAM}.get(sex, Address.OTHER)


def waited(at: dt.datetime, now: dt.datetime) -> int:
    """Return the whole minutes since the greeting; 0 where a clock was set back."""
    return max(0, int((now - at).total_seconds() // 60))


def is_late(view: GreetingView, now: dt.datetime) -> bool:
    """Return whether nobody at the desk has taken over for longer than `LATE_AFTER`."""
    return view.state is Coming.COMING and now - view.at > LATE_AFTER


def in_order(views: Iterable[GreetingView]) -> list[GreetingView]:
    """Return who is still on the way first, then the others; of each, whoever came last at the end."""
    return sorted(views, key=_place)


def _place(view: GreetingView) -> tuple[bool, dt.datetime, int]:
    return view.state is not Coming.COMING, view.at, view.id


def may_belong(view: GreetingView, visitor_id: int | None) -> bool:
    """Return whether a visit of this visitor can be the one that the greeting announced.

    A greeting with an appointment is about one person; any other about whoever is found or registered next.
    """
    return view.visitor_id is None or visitor_id is None or view.visitor_id == visitor_id


def refuse_taken(by: str) -> RuleError:
    """Return the refusal for whoever comes second: the other desk is named."""
    message = Text(N_("{who} has taken over this visitor already."), {"who": by})
    return RuleError("greeting.taken", message)


def refuse_gone() -> RuleError:
    """Return the refusal for a greeting whose visitor went again."""
    return RuleError("greeting.gone", Text(N_("The door says that this visitor went again.")))
