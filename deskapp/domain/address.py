"""How people are spoken to and of: by surname and a polite form, never by the bare name (rule SP-5)."""

from __future__ import annotations

from deskapp.domain.names import NameTables, name_forms
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words

_FORMS = {
    Sex.MALE: Words("{surname}先生", "Mr {name}", "Эрхэм {name}"),
    Sex.FEMALE: Words("{surname}女士", "Ms {name}", "Эрхэм {name}"),
}
_UNKNOWN = Words("{name}", "{name}", "Эрхэм {name}")
_CHILD = Words("{name}小朋友", "{name}", "{name}")
_DOCTOR = Words("{name}医生", "Dr {name}", "{name} эмч")
CHILD_UNDER = 14


def visitor_address(name: str, sex: Sex, age: int | None, tables: NameTables) -> Words:
    """Return how to address a visitor; empty where the name is not known. `age` is in whole years."""
    if not name.strip():
        return Words("", "", "")
    if age is not None and age < CHILD_UNDER:
        return _filled(_CHILD, name, name)
    return _filled(_FORMS.get(sex, _UNKNOWN), name, _surname(name, tables))


def doctor_address(name: str) -> Words:
    """Return how to speak of a doctor; empty where there is none."""
    return _filled(_DOCTOR, name, name) if name.strip() else Words("", "", "")


def _surname(name: str, tables: NameTables) -> str:
    """Return a Chinese name's surname, of one or two characters; another name whole."""
    if not name_forms(name, tables).han:
        return name
    plain = name.strip()
    compound = plain[:2].translate(tables.folds) in tables.compounds and len(plain) > 2
    return plain[:2] if compound else plain[0]


def _filled(form: Words, name: str, surname: str) -> Words:
    return Words(*(text.format(name=name, surname=surname) for text in (form.zh, form.en, form.mn)))
