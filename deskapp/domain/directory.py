"""What a desk operator must know by heart: departments, doctors, prices.

Drafts are what a person typed, views what a service returns; all are frozen. Times are
timezone-aware UTC, money is integer fen, languages are the codes "zh", "en", "mn" and the like.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from deskapp.domain.text import Words


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


@dataclass(frozen=True)
class DoctorView:
    """A doctor as visitors are told of them.

    `duty_from` and `duty_until` bound the stretch of duty that now lies in, both None when off duty;
    `next_duty` is when the next one begins. `room` is the doctor's own, else the department's.
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

    @property
    def on_duty(self) -> bool:
        return self.duty_until is not None


@dataclass(frozen=True)
class PriceDraft:
    """An item of the price list as typed; `valid_to` is the last day on which it holds."""

    code: str
    name: Words
    fen: int
    category: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class PriceView:
    """An item of the price list."""

    id: int
    version: int
    code: str
    name: Words
    category: str
    fen: int
    valid_from: dt.date | None
    valid_to: dt.date | None


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
