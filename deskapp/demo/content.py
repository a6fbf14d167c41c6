"""What the demo hospital is made of, as written in `resources/demo`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec

from deskapp import paths

T = TypeVar("T")


@dataclass(frozen=True)
class DepartmentContent:
    """One department: where it is, who comes, what they say and what they pay. Ages are whole years."""

    room: str
    phone: str
    prefix: str
    weight: int
    doctors: int
    specialities: tuple[str, ...]
    prices: tuple[str, ...]
    zh: tuple[str, ...]
    en: tuple[str, ...]
    mn: tuple[str, ...]
    min_age: int = 14
    max_age: int = 120
    sex: str = ""
    pregnant: bool = False
    around_the_clock: bool = False

    def complaints(self, language: str) -> tuple[str, ...]:
        """Return what visitors who speak `language` say."""
        return {"en": self.en, "mn": self.mn}.get(language, self.zh)


@dataclass(frozen=True)
class Chinese:
    """Chinese names; `surnames` has one character for each share of the people."""

    surnames: str
    rare_surnames: tuple[str, ...]
    men: tuple[str, ...]
    women: tuple[str, ...]
    rare_given: tuple[str, ...]


@dataclass(frozen=True)
class Mongolian:
    """Mongolian names in Cyrillic and in Chinese script, and the letters of registration numbers."""

    patronymics: tuple[str, ...]
    men: tuple[str, ...]
    women: tuple[str, ...]
    chinese_script_men: tuple[str, ...]
    chinese_script_women: tuple[str, ...]
    passport_initials: str


@dataclass(frozen=True)
class Foreign:
    """Names from elsewhere with the number of the country, as "name|number"."""

    men: tuple[str, ...]
    women: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """Divisions of resident IDs, streets, and where visitors from abroad stay."""

    divisions: tuple[str, ...]
    streets: tuple[str, ...]
    foreign_addresses: tuple[str, ...]


@dataclass(frozen=True)
class Life:
    """What people do, where, how they are insured, what they can't take."""

    occupations: tuple[str, ...]
    employers: tuple[str, ...]
    insurers: tuple[str, ...]
    allergies: tuple[str, ...]
    contact_notes: tuple[str, ...]


@dataclass(frozen=True)
class StaffContent:
    """Posts, groups and abilities of the staff; titles of the doctors, highest first."""

    posts: tuple[str, ...]
    groups: tuple[str, ...]
    qualifications: tuple[str, ...]
    input_methods: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True)
class PeopleContent:
    """Everything about people."""

    hospital: dict[str, str]
    chinese: Chinese
    mongolian: Mongolian
    foreign: Foreign
    places: Places
    life: Life
    staff: StaffContent


@cache
def departments() -> dict[str, DepartmentContent]:
    """Return the departments by code."""
    return read("departments.toml", dict[str, DepartmentContent])


@cache
def people() -> PeopleContent:
    """Return what people are made of."""
    return read("people.toml", PeopleContent)


def read(name: str, kind: type[T]) -> T:
    """Return a file of `resources/demo` as what it holds."""
    loaded: Any = tomllib.loads(paths.resource("demo", name).read_text("utf-8"))
    return msgspec.convert(loaded, kind)
