"""Visitors made up from a seed: names, numbers with right check characters, habits.

Every number is one that could be: the same checks run over it as over a real one. Nobody is real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from deskapp.demo.content import Chinese, DepartmentContent, Mongolian, people
from deskapp.domain.identity import check_character
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import (
    Allergy,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    Identity,
    MaritalStatus,
    Sex,
)
from deskapp.domain.visitor_rules import GUARDIAN_UNDER, age_in_years

AGES: Final = ((0, 1, 3), (2, 13, 14), (14, 30, 20), (31, 50, 27), (51, 65, 20), (66, 92, 16))
"""First and last year of an age group, and its share."""
ORIGINS: Final = (("han", 78), ("inner-mongolian", 9), ("mongolian", 8), ("foreign", 4))
NAMELESS: Final = 0.15
"""Share of those in emergency of whom nobody knows who they are."""
MOBILE: Final = ("135", "136", "138", "139", "150", "151", "158", "159", "177", "186", "188")


class Visitors:
    """Makes visitors, none with a document that another one has."""

    def __init__(self, rng: Random, today: dt.date) -> None:
        self.rng = rng
        self.today = today
        self.numbers: set[str] = set()

    def make(self, department: DepartmentContent) -> VisitorDraft:
        """Return somebody whom this department is for."""
        sex = self._sex(department)
        birth = self._birth(department)
        (origin,) = self.rng.choices([name for name, _share in ORIGINS], [share for _name, share in ORIGINS])
        if department.around_the_clock and self.rng.random() < NAMELESS:
            origin = "nameless"
        made = {
            "han": self._han,
            "inner-mongolian": self._inner_mongolian,
            "mongolian": self._mongolian,
            "foreign": self._foreign,
            "nameless": self._nameless,
        }
        who = made[origin](sex, birth)
        life = {} if origin == "nameless" else {**self._life(birth, origin), **self._allergy()}
        return VisitorDraft(**{"sex": sex, "birth_date": birth, **life, **who})

    def _sex(self, department: DepartmentContent) -> Sex:
        if department.sex:
            return Sex.MALE if department.sex == "male" else Sex.FEMALE
        return self.rng.choice((Sex.MALE, Sex.FEMALE))

    def _birth(self, department: DepartmentContent) -> dt.date:
        groups = [
            (max(first, department.min_age), min(last, department.max_age), share)
            for first, last, share in AGES
        ]
        possible = [group for group in groups if group[0] <= group[1]]
        first, last, _share = self.rng.choices(possible, [group[2] for group in possible])[0]
        youngest = _years_before(self.today, first)
        oldest = _years_before(self.today, last + 1) + dt.timedelta(1)
        return oldest + dt.timedelta(self.rng.randint(0, (youngest - oldest).days))

    def _han(self, sex: Sex, birth: dt.date) -> dict[str, Any]:
        names = people().chinese
        surname = self.rng.choice(names.surnames)
        if self.rng.random() < 0.07:
            surname = self.rng.choice(names.rare_surnames)
        given = self.rng.choice(names.men if sex is Sex.MALE else names.women)
        if self.rng.random() < 0.03:
            given = self.rng.choice(names.rare_given)
        return {"name": surname + given, "ethnicity": "汉族", **self._resident(sex, birth)}

    def _inner_mongolian(self, sex: Sex, birth: dt.date) -> dict[str, Any]:
        names = people().mongolian
        chosen = names.chinese_script_men if sex is Sex.MALE else names.chinese_script_women
        speaks = {"language": self.rng.choice(("mn", "mn", "zh")), "ethnicity": "蒙古族"}
        return {"name": self.rng.choice(chosen), **speaks, **self._resident(sex, birth)}

    def _mongolian(self, sex: Sex, birth: dt.date) -> dict[str, Any]:
        names = people().mongolian
        given = self.rng.choice(names.men if sex is Sex.MALE else names.women)
        return {
            "name": f"{self.rng.choice(names.patronymics)} {given}",
            "nationality": "496",
            "language": "mn",
            "interpreter": self.rng.random() < 0.4,
            "ethnicity": "",
            "phone": f"+976{self.rng.choice(('99', '88', '95', '80'))}{self.rng.randrange(10**6):06}",
            "document_kind": DocumentKind.MONGOLIAN,
            "document_number": self._unique(lambda: self._mongolian_number(sex, birth)),
            "identity": Identity.DOCUMENT,
            "address": self.rng.choice(people().places.foreign_addresses),
        }

    def _foreign(self, sex: Sex, _birth: dt.date) -> dict[str, Any]:
        names = people().foreign
        name, country = self.rng.choice(names.men if sex is Sex.MALE else names.women).split("|")
        return {
            "name": name,
            "nationality": country,
            "language": "en",
            "interpreter": self.rng.random() < 0.5,
            "ethnicity": "",
            "phone": self._phone(),
            "document_kind": DocumentKind.PASSPORT,
            "document_number": self._unique(
                lambda: f"{self.rng.choice('CEGKLPX')}{self.rng.randrange(10**8):08}"
            ),
            "identity": Identity.DOCUMENT,
            "address": self.rng.choice(people().places.foreign_addresses),
        }

    def _nameless(self, sex: Sex, _birth: dt.date) -> dict[str, Any]:
        """Return somebody of whom the desk knows only what can be seen."""
        return {
            "name": "无名氏" if sex is Sex.MALE else "无名女士",
            "identity": Identity.UNKNOWN,
            "birth_date": None,
            "note": "由急救车送来，身份待查",
        }

    def _resident(self, sex: Sex, birth: dt.date) -> dict[str, Any]:
        places = people().places
        who: dict[str, Any] = {
            "phone": self._phone(),
            "address": f"{self.rng.choice(places.streets)}{self.rng.randint(1, 188)}号",
            "insurer": self.rng.choice(people().life.insurers),
        }
        if self.rng.random() < 0.06:
            return {**who, "identity": Identity.STATED}
        number = self._unique(lambda: self._resident_number(sex, birth))
        return {
            **who,
            "document_kind": DocumentKind.RESIDENT_ID,
            "document_number": number,
            "identity": Identity.DOCUMENT,
        }

    def _resident_number(self, sex: Sex, birth: dt.date) -> str:
        sequence = self.rng.randrange(0, 500) * 2 + (sex is Sex.MALE)
        body = f"{self.rng.choice(people().places.divisions)}{birth:%Y%m%d}{sequence:03}"
        return body + check_character(body)

    def _mongolian_number(self, sex: Sex, birth: dt.date) -> str:
        letters = "".join(self.rng.choices(people().mongolian.passport_initials, k=2))
        month = birth.month + (20 if birth.year >= 2000 else 0)
        last = self.rng.randrange(0, 5) * 2 + (sex is Sex.MALE)
        return f"{letters}{birth:%y}{month:02}{birth:%d}{last}{self.rng.randrange(10)}"

    def _unique(self, make: Any) -> str:
        number: str = make()
        while number in self.numbers:
            number = make()
        self.numbers.add(number)
        return number

    def _phone(self) -> str:
        return f"{self.rng.choice(MOBILE)}{self.rng.randrange(10**8):08}"

    def _life(self, birth: dt.date, origin: str) -> dict[str, Any]:
        age = age_in_years(birth, self.today)
        consents = {
            ConsentKind.MEDICAL_DATA: True,
            ConsentKind.COMMUNICATION: self.rng.random() < 0.7,
        }
        if age < GUARDIAN_UNDER:
            return {**self._guardian(origin), "consents": consents, "marital": MaritalStatus.SINGLE}
        life = people().life
        note = self.rng.choice(life.contact_notes) if self.rng.random() < 0.05 else ""
        return {
            "marital": _marital(self.rng, age),
            "occupation": "退休" if age > 62 else self.rng.choice(life.occupations),
            "employer": self.rng.choice(life.employers) if age < 62 else "",
            "consents": consents,
            "note": note,
            **(self._contact(age, origin) if self.rng.random() < 0.6 else {}),
        }

    def _contact(self, age: int, origin: str) -> dict[str, Any]:
        near = (ContactRelation.SPOUSE, ContactRelation.SIBLING, ContactRelation.COLLEAGUE)
        near = (ContactRelation.SON, ContactRelation.DAUGHTER, ContactRelation.SPOUSE) if age > 60 else near
        relation = ContactRelation.PARENT if age < 22 else self.rng.choice(near)
        return {
            "contact_name": self._name(origin),
            "contact_relation": relation,
            "contact_phone": self._phone(),
        }

    def _guardian(self, origin: str) -> dict[str, Any]:
        name, phone = self._name(origin), self._phone()
        return {
            "guardian_name": name,
            "guardian_phone": phone,
            "contact_name": name,
            "contact_relation": ContactRelation.PARENT,
            "contact_phone": phone,
        }

    def _name(self, origin: str) -> str:
        names: Chinese | Mongolian = people().mongolian if origin == "mongolian" else people().chinese
        family = names.patronymics if isinstance(names, Mongolian) else names.surnames
        between = " " if isinstance(names, Mongolian) else ""
        return self.rng.choice(family) + between + self.rng.choice(names.men + names.women)

    def _allergy(self) -> dict[str, Any]:
        answer = self.rng.choices((Allergy.NONE, Allergy.YES, Allergy.UNKNOWN), (76, 9, 15))[0]
        if answer is not Allergy.YES:
            return {"allergy": answer}
        return {"allergy": answer, "allergy_text": self.rng.choice(people().life.allergies)}


def staff_name(rng: Random) -> str:
    """Return the name of a member of staff or a doctor."""
    names = people().chinese
    if rng.random() < 0.12:
        mongolian = people().mongolian
        return rng.choice(mongolian.chinese_script_men + mongolian.chinese_script_women)
    return rng.choice(names.surnames) + rng.choice(names.men + names.women)


def distinct_names(rng: Random, count: int) -> Sequence[str]:
    """Return `count` names, as far as can be all different."""
    found: dict[str, None] = {}
    for _try in range(20 * count):
        if len(found) == count:
            break
        found[staff_name(rng)] = None
    names = list(found)
    return names + [staff_name(rng) for _missing in range(count - len(names))]


def _marital(rng: Random, age: int) -> MaritalStatus:
    if age < 22:
        return MaritalStatus.SINGLE
    options = (MaritalStatus.MARRIED, MaritalStatus.SINGLE, MaritalStatus.DIVORCED, MaritalStatus.WIDOWED)
    return rng.choices(options, (75, 25 if age < 32 else 4, 7, 12 if age > 68 else 1))[0]


def _years_before(day: dt.date, years: int) -> dt.date:
    # The 29th of February counts as the 28th.
    return day.replace(year=day.year - years, day=min(day.day, 28) if day.month == 2 else day.day)
