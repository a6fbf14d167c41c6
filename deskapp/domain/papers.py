"""What goes onto paper: one frozen record for each form, with everything that it shows.

Forms may be printed in another language than the window's, so coded values stay codes, dates stay
dates and names of the house stay `Words`; a plain `str` is data and is printed as it is. Times are
timezone-aware, money is integer fen. `code` is the opaque number that QR code and bars carry.
Everything has a default: what is not known stays an empty line on the paper.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from deskapp.domain.registration import (
    Allergy,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    Identity,
    MaritalStatus,
    MediaSource,
    Payment,
    Sex,
    VisitKind,
)
from deskapp.domain.text import Text, Words

Said = str | Text | Words
"""Words on paper: data (`str`), a message, or the house's own text in three languages."""

GUARDIAN_UNDER: Final = 14
"""Age in years below which a guardian consents (Personal Information Protection Law, article 31)."""


@dataclass(frozen=True)
class Letterhead:
    """Who prints: the hospital's name, its logo (PNG or JPEG), the user's name and the moment."""

    hospital: str
    logo: bytes | None
    printed_by: str
    printed_at: dt.datetime


@dataclass(frozen=True)
class PriceLine:
    """One item of a visit's price: `fen` is the price of one."""

    name: Said
    fen: int
    quantity: int = 1

    @property
    def total(self) -> int:
        """Price of all, in fen."""
        return self.fen * self.quantity


@dataclass(frozen=True)
class ConsentLine:
    """An answer to a question of consent: by whom and when."""

    kind: ConsentKind
    given: bool
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class RegistrationPaper:
    """The registration form of one visit. The document number is printed in full.

    `day` is the site's calendar day of the visit. `age_text` is for an age that is only guessed
    ("about 40"); otherwise the age comes from `birth_date`. The three times stay apart.
    """

    code: str = ""
    visitor_number: str = ""
    visit_number: str = ""
    day: dt.date | None = None
    name: str = ""
    preferred_name: str = ""
    identity: Identity | None = None
    sex: Sex | None = None
    birth_date: dt.date | None = None
    birth_time: dt.time | None = None
    age_text: Said = ""
    ethnicity: Said = ""
    nationality: Said = ""
    marital: MaritalStatus | None = None
    occupation: str = ""
    employer: str = ""
    address: str = ""
    phone: str = ""
    document_kind: DocumentKind | None = None
    document_number: str = ""
    contact_name: str = ""
    contact_relation: ContactRelation | None = None
    contact_phone: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""
    allergy: Allergy | None = None
    allergy_text: str = ""
    insurer: str = ""
    language: Said = ""
    interpreter: bool | None = None
    consents: tuple[ConsentLine, ...] = ()
    kind: VisitKind | None = None
    first_visit: bool | None = None
    media_source: MediaSource | None = None
    media_text: str = ""
    appointment_at: dt.datetime | None = None
    complaint: str = ""
    urgency: int | None = None
    department: Said = ""
    doctor: str = ""
    room: str = ""
    queue_number: str = ""
    prices: tuple[PriceLine, ...] = ()
    payment: Payment | None = None
    payment_reason: str = ""
    number_issued: dt.datetime | None = None
    checked_in: dt.datetime | None = None
    doctor_began: dt.datetime | None = None

    @property
    def total(self) -> int:
        """Sum of the prices, in fen."""
        return sum(line.total for line in self.prices)

    @property
    def guardian_signs(self) -> bool:
        """Whether the visitor is a child whose guardian has to consent."""
        return under_age(self.birth_date, self.day, GUARDIAN_UNDER)

    def consent(self, kind: ConsentKind) -> ConsentLine | None:
        """Return the last answer of a kind; None when it was not asked."""
        return next((line for line in reversed(self.consents) if line.kind is kind), None)


@dataclass(frozen=True)
class VitalSigns:
    """Vital signs as taken: breaths and beats a minute, per cent, mmHg, degrees Celsius.

    `consciousness` is a letter of ACVPU. `news2` and `level` are what the rules made of them.
    """

    taken_at: dt.datetime | None = None
    by: str = ""
    respiration: int | None = None
    saturation: int | None = None
    oxygen: bool | None = None
    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    consciousness: str = ""
    temperature: float | None = None
    news2: int | None = None
    level: int | None = None


@dataclass(frozen=True)
class RecordPagePaper:
    """A page of the outpatient record booklet: known data above, room for the doctor below."""

    code: str = ""
    visitor_number: str = ""
    visit_number: str = ""
    day: dt.date | None = None
    name: str = ""
    sex: Sex | None = None
    birth_date: dt.date | None = None
    age_text: Said = ""
    phone: str = ""
    allergy: Allergy | None = None
    allergy_text: str = ""
    kind: VisitKind | None = None
    first_visit: bool | None = None
    department: Said = ""
    doctor: str = ""
    room: str = ""
    queue_number: str = ""
    complaint: str = ""
    vitals: VitalSigns = VitalSigns()


@dataclass(frozen=True)
class SlipPaper:
    """The slip with a queue number, for a public place: `masked_name` is all that tells who.

    `waiting_before` counts people; `reprint` counts prints after the first; `next_step` is the
    polite sentence that directs the visitor.
    """

    code: str = ""
    number: str = ""
    department: Said = ""
    doctor: str = ""
    room: str = ""
    day: dt.date | None = None
    issued_at: dt.datetime | None = None
    masked_name: str = ""
    waiting_before: int | None = None
    next_step: Said = ""
    reprint: int = 0
    void: bool = False


@dataclass(frozen=True)
class RecoveryPaper:
    """The recovery sheet: `code` is the database's key, in groups with a space between."""

    code: str = ""
    key_id: str = ""
    day: dt.date | None = None


def under_age(birth: dt.date | None, day: dt.date | None, years: int) -> bool:
    """Tell whether someone born on `birth` is younger than `years` on `day`; False when unknown."""
    if birth is None or day is None:
        return False
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)) < years
