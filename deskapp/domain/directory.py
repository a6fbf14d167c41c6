"""What a desk operator must know by heart: departments, doctors, prices, places, news, sentences to say.

Drafts are what a person typed, views what a service returns; all are frozen. Times are
timezone-aware UTC, money is integer fen, languages are the codes "zh", "en", "mn" and the like.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError


class Standing(enum.StrEnum):
    """Whether a thing with days of validity is yet to come, holds, or is over."""

    COMING = "coming"
    VALID = "valid"
    OVER = "over"


class Kind(enum.StrEnum):
    """Kinds of things in the directory, in the order in which they are listed."""

    DEPARTMENT = "department"
    DOCTOR = "doctor"
    PRICE = "price"
    PLACE = "place"
    PROMOTION = "promotion"
    NOTICE = "notice"
    PHRASE = "phrase"
    STAFF = "staff"
    QUESTION = "question"


FILED: Final[Mapping[Kind, str]] = {
    Kind.DEPARTMENT: "departments",
    Kind.DOCTOR: "doctors",
    Kind.PRICE: "prices",
    Kind.PLACE: "places",
    Kind.PROMOTION: "promotions",
    Kind.NOTICE: "notices",
    Kind.PHRASE: "phrases",
}
"""Kinds that a file can hold, under the names that files and the command line have for them."""

KIND_LABELS: Final[Mapping[Kind, str]] = {
    Kind.DEPARTMENT: N_("Departments"),
    Kind.DOCTOR: N_("Doctors"),
    Kind.PRICE: N_("Prices"),
    Kind.PLACE: N_("Places and phones"),
    Kind.PROMOTION: N_("Promotions"),
    Kind.NOTICE: N_("Notices"),
    Kind.PHRASE: N_("Phrases"),
    Kind.STAFF: N_("Staff"),
    Kind.QUESTION: N_("Open questions"),
}

SITUATIONS: Final[Mapping[str, str]] = {
    "greet": N_("greeting and offering help"),
    "triage": N_("what brings the visitor here"),
    "red-flag": N_("emergency"),
    "register": N_("record and media source"),
    "number": N_("the number"),
    "pay": N_("price and payment"),
    "wait": N_("asking to wait"),
    "escort": N_("both introductions"),
    "step-away": N_("leaving and coming back"),
    "direct": N_("directing"),
    "decline": N_("declining"),
    "calm": N_("calming"),
    "see-off": N_("seeing off"),
}
"""Situations in which something is said, in the order of a visit."""


def standing(valid_from: dt.date | None, valid_to: dt.date | None, today: dt.date) -> Standing:
    """Return how days of validity, both included, stand to today; None is open.

    Days that lie the wrong way round never hold: they are over.
    """
    if valid_to is not None and (today > valid_to or (valid_from is not None and valid_from > valid_to)):
        return Standing.OVER
    if valid_from is not None and today < valid_from:
        return Standing.COMING
    return Standing.VALID


Days = tuple[dt.date | None, dt.date | None]
"""First and last day of validity, both included; None is open."""


def overlap(one: Days, other: Days) -> bool:
    """Say whether there is a day on which both hold."""
    (first, last), (other_first, other_last) = one, other
    after = last is not None and other_first is not None and other_first > last
    before = first is not None and other_last is not None and other_last < first
    return not (after or before)


def refuse_second_price(code: str, days: Days, others: Iterable[Days]) -> None:
    """Raise `InputError`, at the field to be changed, where another price of the item holds on one of these days."""
    clash = next((other for other in others if overlap(days, other)), None)
    if clash is None:
        return
    (first, _last), (other_first, other_last) = days, clash
    if other_first is not None and (first is None or first < other_first):
        message = N_("From {day} on {code} has another price: this one has to end before.")
        raise InputError("valid_to", "price.overlap", Text(message, {"day": other_first, "code": code}))
    if first is None:
        raise InputError("code", "code.taken", Text(N_("{value} is in use already."), {"value": code}))
    if other_last is not None:
        message = N_("Until {day} {code} has another price: this one has to begin after.")
        raise InputError("valid_from", "price.overlap", Text(message, {"day": other_last, "code": code}))
    message = N_("{code} has a price without a last day. Begin this one there, with “New price from”.")
    raise InputError("valid_from", "price.overlap", Text(message, {"code": code}))


def days_before(days: Days, first: dt.date | None) -> Days:
    """Return on which days a price still holds when another follows it from `first` on.

    Raises `InputError` at "valid_from" when there is no such day.
    """
    begins, ends = days
    if first is None:
        raise InputError("valid_from", "text.empty", Text(N_("Please fill this in.")))
    if first <= (begins or dt.date.min):
        message = N_("The price so far begins on {day}: the new one has to begin after.")
        raise InputError("valid_from", "price.order", Text(message, {"day": begins or first}))
    last = first - dt.timedelta(days=1)
    return begins, last if ends is None else min(ends, last)


@dataclass(frozen=True)
class Seen:
    """Which record is edited, and in which version the person saw it."""

    id: int
    version: int


@dataclass(frozen=True)
class DepartmentDraft:
    """A department as typed; `code` is the one that the triage rules know."""

    code: str
    name: Words
    room: str = ""
    phone: str = ""
    prefix: str = "A"
    active: bool = True
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class DepartmentView:
    """A department as it is listed, with how many of its doctors are on duty now."""

    id: int
    version: int
    code: str
    name: Words
    room: str
    phone: str
    prefix: str
    active: bool
    doctors: int
    on_duty: int
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class DoctorDraft:
    """A doctor as typed."""

    number: str
    name: str
    department_id: int
    title: str = ""
    speciality: str = ""
    introduction: str = ""
    languages: tuple[str, ...] = ("zh",)
    room: str = ""
    prefix: str = ""
    own_queue: bool = True
    active: bool = True
    slot_minutes: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class DoctorView:
    """A doctor as visitors are told of them.

    `duty_from` and `duty_until` bound the stretch of duty that now lies in, both None when off duty;
    `next_duty` is when the next one begins. `room` is the doctor's own, else the department's; `own_room` is
    "" where it is the department's. `slot_minutes` is the length of an appointment, None for the site's.
    """

    id: int
    version: int
    number: str
    name: str
    title: str
    department_id: int
    department: Words
    speciality: str
    introduction: str
    languages: tuple[str, ...]
    room: str
    prefix: str
    own_queue: bool
    active: bool
    duty_from: dt.datetime | None
    duty_until: dt.datetime | None
    next_duty: dt.datetime | None
    own_room: str = ""
    slot_minutes: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    @property
    def on_duty(self) -> bool:
        return self.duty_until is not None


@dataclass(frozen=True)
class PriceDraft:
    """A price of an item as typed; `valid_to` is the last day on which it holds."""

    code: str
    name: Words
    fen: int
    category: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class PriceView:
    """A price of an item: one of its prices holds on a day at most."""

    id: int
    version: int
    code: str
    name: Words
    category: str
    fen: int
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class Following:
    """A price (`id`, `version`) that follows another, and until when that one held before: what takes it back."""

    id: int
    version: int
    before: Seen
    until: dt.date | None


@dataclass(frozen=True)
class PlaceDraft:
    """Somewhere visitors are sent to, or a phone that is asked for, as typed."""

    code: str
    name: Words
    department_id: int | None = None
    room: str = ""
    floor: str = ""
    phone: str = ""
    note: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class PlaceView:
    """A place or phone; `department` is None where it belongs to none."""

    id: int
    version: int
    code: str
    name: Words
    department_id: int | None
    department: Words | None
    room: str
    floor: str
    phone: str
    note: str
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class NoticeDraft:
    """News of the house as typed; `on_board` shows it in the waiting room too."""

    code: str
    name: Words
    text: Words
    on_board: bool = False
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class NoticeView:
    """News of the house."""

    id: int
    version: int
    code: str
    name: Words
    text: Words
    on_board: bool
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class PhraseDraft:
    """A sentence to say as the site wants it; of a shipped one (same `code`) it takes the place."""

    code: str
    situation: str
    words: Words
    active: bool = True


@dataclass(frozen=True)
class PhraseView:
    """A sentence to say. `id` and `version` are 0 where the site has none of its own under this code.

    `shipped` is what came with the program, None for a sentence that only the site has; `own` says that
    the site's text is the one in use.
    """

    id: int
    version: int
    code: str
    situation: str
    words: Words
    own: bool
    active: bool = True
    shipped: Words | None = None


@dataclass(frozen=True)
class StaffDraft:
    """A member of staff as typed; `typing_speed` is characters a minute."""

    number: str
    name: str
    department_id: int | None = None
    post: str = ""
    group_name: str = ""
    phone: str = ""
    hired: dt.date | None = None
    left: dt.date | None = None
    languages: tuple[str, ...] = ()
    qualifications: str = ""
    input_method: str = ""
    typing_speed: int | None = None


@dataclass(frozen=True)
class StaffView:
    """A member of staff as colleagues look them up."""

    id: int
    version: int
    number: str
    name: str
    department: Words | None
    post: str
    group_name: str
    phone: str
    languages: tuple[str, ...]
    hired: dt.date | None
    left: dt.date | None


def price_grade(query: str, item: PriceView, spelled: Callable[[str], bool]) -> int | None:
    """Return how well an item answers `query`: 0 its code, 1 a name begins so, 2 a part; None not at all.

    Every word of the query has to occur in the code or in one of the three names, in any case; or else
    `spelled` says that the query spells the Chinese name, in pinyin or initials: 3.
    """
    texts = [text.casefold() for text in (item.code, item.name.zh, item.name.en, item.name.mn) if text]
    words = query.casefold().split()
    if not all(any(word in text for text in texts) for word in words):
        return 3 if spelled(item.name.zh) else None
    if words and texts[0] == words[0]:
        return 0
    return 1 if any(text.startswith(" ".join(words)) for text in texts) else 2
