"""What the directory holds, as lines that one field finds: a line says what is read aloud first."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp import names_table
from deskapp.db.models.directory import Department, Doctor, PriceItem, Staff
from deskapp.domain.directory import SITUATIONS, Kind, NoticeView, PhraseView, PlaceView
from deskapp.domain.finding import Entry, Fen, Said, as_keys
from deskapp.domain.names import normalise, search_keys
from deskapp.domain.promotions import PromotionView, people
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.triage import LANGUAGE_NAMES
from deskapp.i18n import LANGUAGES, money, translator
from deskapp.services.directory import BY_CODE_AND_DAY, more, phrases
from deskapp.services.house import HouseRules
from deskapp.triage_rules import Sentence


def entries_of(session: Session, house: HouseRules) -> Iterator[Entry]:
    """Yield everything but questions, kind by kind, each kind in its own order."""
    departments = {row.id: row for row in session.scalars(select(Department).order_by(Department.code))}
    yield from map(_department, departments.values())
    for doctor in session.scalars(select(Doctor).order_by(Doctor.number)):
        yield _doctor(doctor, departments[doctor.department_id])
    yield from map(_price, session.scalars(select(PriceItem).order_by(*BY_CODE_AND_DAY)))
    yield from map(_place, more.places(session))
    yield from map(_promotion, more.promotions(session))
    yield from map(_notice, more.notices(session))
    stand_ins = next(iter(house.shipped.values())).stand_ins if house.shipped else {}
    yield from (_phrase(phrase, stand_ins) for phrase in phrases.phrases(session, house.shipped))
    for member in session.scalars(select(Staff).order_by(Staff.number)):
        yield _member(member, departments.get(member.department_id or 0))


def _department(row: Department) -> Entry:
    aside = row.phone or row.room
    about = (row.room, row.phone)
    return _entry(
        Kind.DEPARTMENT, row, (row.room if row.phone else "",), aside, active=row.active, more=about
    )


def _doctor(row: Doctor, department: Department) -> Entry:
    home = department.name
    room = row.room or department.room
    return _entry(
        Kind.DOCTOR,
        row,
        (row.title, home, row.speciality),
        room,
        active=row.active and department.active,
        more=(row.title, room, row.speciality, row.introduction, *_each(home), *_spoken(row.languages)),
    )


def _price(row: PriceItem) -> Entry:
    copied = Words(*(f"{text} {money(row.fen)}" for text in _each_filled(row.name)))
    second = (row.code, row.category)
    return _entry(Kind.PRICE, row, second, Fen(row.fen), more=(row.category,), copied=copied)


def _place(row: PlaceView) -> Entry:
    floor = Text(N_("floor {floor}"), {"floor": row.floor}) if row.floor else ""
    second = (row.room if row.phone else "", floor, row.department or "", row.note)
    about = (row.room, row.floor, row.phone, row.note, *_each(row.department))
    return _entry(Kind.PLACE, row, second, row.phone or row.room, more=about)


def _promotion(row: PromotionView) -> Entry:
    second = (*people(row), row.department or "", row.text)
    about = (*_each(row.text), *_each(row.department), *row.words)
    return _entry(Kind.PROMOTION, row, second, "", more=about, copied=row.text)


def _notice(row: NoticeView) -> Entry:
    return _entry(Kind.NOTICE, row, (row.text,), "", more=_each(row.text), copied=row.text)


def _phrase(row: PhraseView, stand_ins: Mapping[str, Words]) -> Entry:
    spoken = Sentence(row.code, row.situation, row.words, stand_ins).filled()
    situation = Text(SITUATIONS[row.situation]) if row.situation in SITUATIONS else row.situation
    return Entry(
        Kind.PHRASE,
        row.code,
        row.code,
        spoken,
        second=(situation,),
        copied=spoken,
        active=row.active,
        texts=_texts(row.code, spoken),
        more=(row.situation,),
    )


def _member(row: Staff, department: Department | None) -> Entry:
    name = Words(row.name, row.name, row.name)
    home = department.name if department is not None else None
    return Entry(
        Kind.STAFF,
        row.id,
        row.number,
        name,
        second=_said((row.post, home or "", row.group_name)),
        aside=row.phone,
        copied=row.phone or row.name,
        valid_from=row.hired,
        valid_to=row.left,
        texts=_texts(row.number, name),
        more=_folded((row.phone, row.post, row.group_name, *_each(home), *_spoken(row.languages))),
        keys=_keys(name),
    )


@functools.lru_cache(maxsize=200)
def _spoken(languages: str) -> tuple[str, ...]:
    """Return what the languages of a person are called in each of ours, so that “who speaks …” has an answer."""
    names = (LANGUAGE_NAMES.get(code, code) for code in languages.split())
    return tuple(translator(language)(name) for name in names for language in LANGUAGES)


def _entry(
    kind: Kind,
    row: Any,
    second: Iterable[Said],
    aside: Said | Fen,
    *,
    more: Iterable[str],
    active: bool = True,
    copied: Words | str = "",
) -> Entry:
    name, code = _name_and_code(row)
    spoken = copied if copied and _is_said(copied) else (aside if isinstance(aside, str) else "") or name
    return Entry(
        *(kind, row.id, code, name, _said(second), aside, spoken),
        *(row.valid_from, row.valid_to, active),
        *(_texts(code, name), _folded(more), _keys(name)),
    )


def _name_and_code(row: Any) -> tuple[Words, str]:
    if isinstance(row, Doctor):
        return Words(row.name, row.name, row.name), row.number
    return row.name, row.code


def _is_said(part: Said) -> bool:
    return bool(part) and (not isinstance(part, Words) or any(_each(part)))


def _said(parts: Iterable[Said]) -> tuple[Said, ...]:
    return tuple(part for part in parts if _is_said(part))


def _each(words: Words | None) -> tuple[str, ...]:
    return (words.zh, words.en, words.mn) if words is not None else ()


def _each_filled(words: Words) -> tuple[str, ...]:
    return tuple(words.in_language(language) for language in ("zh", "en", "mn"))


def _texts(code: str, name: Words) -> tuple[str, ...]:
    return _folded((code, *_each(name)))


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded(text) for text in texts if text))


def folded(text: str) -> str:
    """Return a text as it is compared: one width and case, and simplified characters for traditional ones."""
    return normalise(text, names_table.load())


def _keys(name: Words) -> str:
    return as_keys(frozenset().union(*(_spellings(text) for text in {name.zh, name.mn} if text)))


@functools.lru_cache(maxsize=20_000)
def _spellings(name: str) -> frozenset[str]:
    return search_keys(name, names_table.load())
