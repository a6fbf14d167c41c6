"""Visitors, visits, steps, numbers: what the desk types and what it is shown.

Drafts are what a person typed (all optional, all text as typed); views are what a service returns.
All are frozen. Times are timezone-aware UTC; money is integer fen; `day` is the site's calendar day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from deskapp.domain.registration import (
    STEPS,
    Allergy,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    EndReason,
    Identity,
    MaritalStatus,
    MediaSource,
    Payment,
    Sex,
    SlipState,
    Step,
    VisitKind,
)
from deskapp.domain.text import Text, Words
from deskapp.domain.triage import RedFlag

MAX_TEXT: Final = 10_000
MAX_LINE: Final = 200


@dataclass(frozen=True)
class VisitorDraft:
    """A visitor's record as typed: the eight fields that matter first, then the rest."""

    name: str = ""
    sex: Sex = Sex.UNKNOWN
    birth_date: dt.date | None = None
    phone: str = ""
    document_kind: DocumentKind = DocumentKind.NONE
    document_number: str = ""
    address: str = ""
    allergy: Allergy = Allergy.UNKNOWN
    allergy_text: str = ""
    identity: Identity = Identity.STATED
    preferred_name: str = ""
    birth_time: dt.time | None = None
    nationality: str = "156"
    ethnicity: str = ""
    marital: MaritalStatus = MaritalStatus.UNSTATED
    occupation: str = ""
    employer: str = ""
    contact_name: str = ""
    contact_relation: ContactRelation = ContactRelation.OTHER
    contact_phone: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""
    mother_code: str = ""
    insurer: str = ""
    language: str = "zh"
    interpreter: bool = False
    note: str = ""
    consents: Mapping[ConsentKind, bool] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ref:
    """What a write returns of the record it made or changed."""

    id: int
    code: str
    version: int = 1


@dataclass(frozen=True)
class VisitorView:
    """A stored visitor, whole. `version` is what an edit must have seen."""

    id: int
    code: str
    version: int
    draft: VisitorDraft
    division: str
    first_seen: dt.datetime
    last_visit: dt.datetime | None
    visits: int
    responsible_doctor_id: int | None

    @property
    def name(self) -> str:
        return self.draft.name


@dataclass(frozen=True)
class VisitorHit:
    """One line of search results: enough to tell two people of one name apart."""

    id: int
    code: str
    name: str
    sex: Sex
    birth_date: dt.date | None
    phone_masked: str
    document_masked: str
    last_visit: dt.datetime | None
    visits: int
    allergy: Allergy
    name_match: tuple[int, int] | None = None
    phone_match: tuple[int, int] | None = None
    document_match: tuple[int, int] | None = None


@dataclass(frozen=True)
class LikelyDuplicate:
    """A stored visitor who may be the one being typed, with why."""

    hit: VisitorHit
    certain: bool
    score: float
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class VitalsView:
    """Vital signs taken once, with what the rules said of them."""

    taken_at: dt.datetime
    by: str
    values: Mapping[str, str]
    news2: int | None
    level: int | None
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True)
class StepView:
    """One of the eight steps of a visit. `at` is None while it is not done."""

    step: Step
    at: dt.datetime | None
    by: str = ""
    note: str = ""
    corrections: int = 0

    @property
    def done(self) -> bool:
        return self.at is not None


@dataclass(frozen=True)
class ChargeLine:
    """One item of the visit's price: `fen` is the price of one."""

    id: int
    item_id: int | None
    name: Words
    fen: int
    quantity: int = 1

    @property
    def total(self) -> int:
        return self.fen * self.quantity


@dataclass(frozen=True)
class SlipEvent:
    """What happened to a slip, when and by whom."""

    state: SlipState
    at: dt.datetime
    by: str
    reason: str = ""


@dataclass(frozen=True)
class NumberView:
    """A queue number. `label` is what is printed and called, such as A012."""

    id: int
    queue: str
    day: dt.date
    number: int
    label: str
    state: SlipState
    issued_at: dt.datetime
    on_paper: bool
    waiting_before: int
    events: tuple[SlipEvent, ...] = ()


@dataclass(frozen=True)
class VisitView:
    """A visit, whole, as the desk page and the forms show it."""

    id: int
    code: str
    version: int
    visitor: VisitorView | None
    day: dt.date
    opened_at: dt.datetime
    kind: VisitKind
    first_visit: bool
    complaint: str
    urgency: int | None
    pregnant: bool
    department_id: int | None
    department: Words | None
    doctor_id: int | None
    doctor: str
    room: str
    override_reason: str
    media_source: MediaSource | None
    media_text: str
    appointment_id: int | None
    appointment_at: dt.datetime | None
    steps: tuple[StepView, ...]
    vitals: VitalsView | None
    number: NumberView | None
    charges: tuple[ChargeLine, ...]
    payment: Payment
    payment_reason: str
    ended: EndReason | None
    end_note: str
    ended_at: dt.datetime | None
    checked_in: dt.datetime | None = None
    doctor_began: dt.datetime | None = None

    @property
    def total(self) -> int:
        return sum(line.total for line in self.charges)

    @property
    def next_step(self) -> Step | None:
        return None if self.ended else next_step(self.steps)


@dataclass(frozen=True)
class VisitRow:
    """One line of today's visits."""

    id: int
    code: str
    visitor_id: int | None
    name: str
    complaint: str
    urgency: int | None
    department: Words | None
    doctor: str
    number: str
    slip: SlipState | None
    opened_at: dt.datetime
    next_step: Step | None
    ended: EndReason | None


@dataclass(frozen=True)
class SuggestionView:
    """A department and perhaps a doctor the product proposes, with the reasons in words."""

    department_id: int
    department: Words
    doctor_id: int | None
    doctor: str
    room: str
    waiting: int
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class TriageView:
    """What the product says of a complaint: red flags first, then suggestions in order."""

    red_flags: tuple[RedFlag, ...]
    suggestions: tuple[SuggestionView, ...]


@dataclass(frozen=True)
class TriageDecision:
    """What the operator decided. `named` when the visitor asked for, or was sent to, this doctor.

    `reason` says why it is not what was proposed, `urgency_reason` why it is less urgent than the vital signs.
    """

    complaint: str
    department_id: int
    doctor_id: int | None = None
    urgency: int | None = None
    named: bool = False
    overrides: bool = False
    reason: str = ""
    urgency_reason: str = ""


@dataclass(frozen=True)
class PaperBlockView:
    """Numbers set aside for paper; `left` are those not entered afterwards yet.

    None was given before `reserved_at`: an earlier time of day is one after midnight.
    """

    id: int
    queue: str
    day: dt.date
    first: int
    last: int
    labels: tuple[str, ...]
    left: tuple[int, ...]
    reserved_at: dt.datetime


@dataclass(frozen=True)
class AppointmentView:
    """A booked appointment of a visitor."""

    id: int
    starts_at: dt.datetime
    department_id: int
    department: Words
    doctor_id: int | None
    doctor: str


@dataclass(frozen=True)
class StepEntry:
    """One line of a visit's history: `done` False is a correcting entry that undoes the step."""

    step: Step
    done: bool
    at: dt.datetime
    by: str
    note: str = ""


def fold_steps(entries: Iterable[StepEntry]) -> tuple[StepView, ...]:
    """Return the eight steps as the entries, in order of time, leave them."""
    last: dict[Step, StepEntry] = {}
    corrections: dict[Step, int] = dict.fromkeys(STEPS, 0)
    for entry in entries:
        last[entry.step] = entry
        corrections[entry.step] += not entry.done
    return tuple(_step_view(step, last.get(step), corrections[step]) for step in STEPS)


def _step_view(step: Step, entry: StepEntry | None, corrections: int) -> StepView:
    if entry is None or not entry.done:
        return StepView(step, None, corrections=corrections)
    return StepView(step, entry.at, entry.by, entry.note, corrections)


def next_step(steps: Sequence[StepView]) -> Step | None:
    """Return the first step not done after the last one done; None when the visitor is through.

    Triage and registration overlap in real life and neither blocks the other, so either that is
    still open comes before the number.
    """
    done = {view.step for view in steps if view.done}
    if Step.RETURN in done:
        return None
    reached = max((STEPS.index(step) for step in done), default=-1)
    first = STEPS.index(Step.TRIAGE) if Step.NUMBER not in done else reached + 1
    if reached < STEPS.index(Step.GREET):
        first = reached + 1
    return next((step for step in STEPS[first:] if step not in done), None)


def number_label(prefix: str, number: int) -> str:
    """Return a queue number as it is called and printed: prefix letter and three digits or more."""
    return f"{prefix}{number:03}"
