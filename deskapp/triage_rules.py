"""The editable files of triage: departments' words, red flags, urgency tables, sentences to say.

The shipped files lie in `resources/triage`; a file of the same name in a site's own folder takes the
place of the shipped one. A mistake in a file is told with the file's name and where it is, never
passed over: half-read rules would send visitors the wrong way.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import msgspec

from deskapp import paths
from deskapp.domain.hearing import Phrase, phrase
from deskapp.domain.registration import Sex
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.triage import DepartmentRule, RedFlagRule, TriageRules
from deskapp.domain.urgency import (
    MEASURES,
    Consciousness,
    Criterion,
    LevelRule,
    News2Table,
    Points,
    Urgency,
    UrgencyTable,
)
from deskapp.errors import StorageError

STRONG_WEIGHT: Final = 3
_SEXES: Final = {"": None, "male": Sex.MALE, "female": Sex.FEMALE}
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_T = TypeVar("_T")


class _Struct(msgspec.Struct, forbid_unknown_fields=True):
    """A part of a file; a key nobody knows is a mistake, most likely of spelling."""


class _Names(_Struct):
    zh: str
    en: str
    mn: str

    def words(self) -> Words:
        return Words(self.zh, self.en, self.mn)


class _Lists(_Struct):
    zh: list[str] = []
    en: list[str] = []
    mn: list[str] = []

    def every(self) -> list[str]:
        return [*self.zh, *self.en, *self.mn]


class _Department(_Struct):
    code: str
    prefix: str
    name: _Names
    words: _Lists
    strong: _Lists = msgspec.field(default_factory=_Lists)
    sex: str = ""
    min_age: int | None = None
    max_age: int | None = None
    general: bool = False
    emergency: bool = False
    maternity: bool = False
    focus: list[_Lists] = []


class _Departments(_Struct):
    department: list[_Department]
    returning: _Lists = msgspec.field(default_factory=_Lists)


class _RedFlag(_Struct):
    code: str
    level: int
    department: str
    source: str
    sentence: _Names
    words: _Lists
    exceptions: _Lists = msgspec.field(default_factory=_Lists, name="except")


class _RedFlags(_Struct):
    sources: dict[str, _Names]
    red_flag: list[_RedFlag]


class _Variants(_Struct):
    traditional: str
    simplified: str


class _Level(_Struct):
    level: Urgency
    response_minutes: int
    longest_minutes: int
    source: str
    examples: _Names
    colour: Literal["red", "orange", "yellow", "green"]
    reassess_minutes: int | None = None


class _Criterion(_Struct):
    level: Urgency
    sign: str
    source: str
    above: Decimal | None = None
    below: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    one_of: list[Consciousness] = []


class _Points(_Struct):
    points: int
    up_to: Decimal | None = None


class _News2(_Struct):
    source: str
    youngest: int
    on_oxygen: int
    not_alert: int
    single: int
    low_from: int
    urgent_from: int
    emergency_from: int
    respiration: list[_Points]
    spo2_scale_1: list[_Points]
    spo2_scale_2_air: list[_Points]
    spo2_scale_2_oxygen: list[_Points]
    systolic: list[_Points]
    pulse: list[_Points]
    temperature: list[_Points]


class _Urgency(_Struct):
    adult_from: int
    sources: dict[str, _Names]
    levels: list[_Level]
    criteria: list[_Criterion]
    news2: _News2


class _Sentence(_Struct):
    code: str
    situation: str
    zh: str
    en: str
    mn: str


class _Sentences(_Struct):
    placeholders: dict[str, _Names]
    phrase: list[_Sentence]


@dataclass(frozen=True)
class Sentence:
    """A sentence to say in a situation; `stand_ins` are said where a value is not known yet."""

    code: str
    situation: str
    words: Words
    stand_ins: Mapping[str, Words]

    def filled(self, values: Mapping[str, object] | None = None) -> Words:
        """Return the sentence with its placeholders filled in.

        A value is plain text or `Words`; one that is missing or empty is replaced by its stand-in.
        Values are put in as they are: braces in a name stay braces. What is said begins with a capital.
        """
        given = {name: value for name, value in (values or {}).items() if value not in ("", None)}
        return Words(*(self._in(language, given) for language in ("zh", "en", "mn")))

    def _in(self, language: str, given: Mapping[str, object]) -> str:
        def put_in(match: re.Match[str]) -> str:
            value = given.get(match.group(1), self.stand_ins[match.group(1)])
            return value.in_language(language) if isinstance(value, Words) else str(value)

        said = _PLACEHOLDER.sub(put_in, getattr(self.words, language))
        return said[:1].upper() + said[1:]


def placeholders(text: str) -> set[str]:
    """Return the names that stand in braces in a sentence."""
    return set(_PLACEHOLDER.findall(text))


def load_rules(own: Path | None = None) -> TriageRules:
    """Return the departments' words and the red flags; `own` is the site's folder.

    Raises StorageError when a file can't be read or has a mistake.
    """
    table = _load("variants.toml", _Variants, own)
    traditional, simplified = ("".join(text.split()) for text in (table.traditional, table.simplified))
    if len(traditional) != len(simplified):
        raise _mistake("variants.toml", "traditional, simplified")
    variants = dict(zip(map(ord, traditional), simplified, strict=True))
    departments = _load("departments.toml", _Departments, own)
    flags = _load("red_flags.toml", _RedFlags, own)
    _unique("departments.toml", [one.code for one in departments.department])
    _unique("red_flags.toml", [one.code for one in flags.red_flag])
    return TriageRules(
        tuple(_department(one, variants) for one in departments.department),
        tuple(_red_flag(one, flags.sources, variants) for one in flags.red_flag),
        _phrases("departments.toml", departments.returning.every(), variants),
        variants,
    )


def load_urgency(own: Path | None = None) -> UrgencyTable:
    """Return the tables of urgency; raises StorageError as `load_rules` does."""
    file = "urgency.toml"
    read = _load(file, _Urgency, own)
    for one in read.criteria:
        if one.sign not in MEASURES:
            raise _mistake(file, one.sign)
    if {one.level for one in read.levels} != set(Urgency):
        raise _mistake(file, "levels")
    levels = tuple(_level(one, _source(file, read.sources, one.source)) for one in read.levels)
    criteria = tuple(_criterion(one, _source(file, read.sources, one.source)) for one in read.criteria)
    news2 = _news2(read.news2, _source(file, read.sources, read.news2.source))
    return UrgencyTable(levels, criteria, news2, read.adult_from)


def load_sentences(own: Path | None = None) -> dict[str, Sentence]:
    """Return the sentences to say by code, in the file's order; raises StorageError as `load_rules` does."""
    file = "phrases.toml"
    read = _load(file, _Sentences, own)
    _unique(file, [one.code for one in read.phrase])
    stand_ins = {name: words.words() for name, words in read.placeholders.items()}
    return {one.code: _sentence(file, one, stand_ins) for one in read.phrase}


def _load(name: str, kind: type[_T], own: Path | None) -> _T:
    path = paths.resource("triage", name)
    if own is not None and (own / name).is_file():
        path = own / name
    try:
        text = path.read_text(encoding="utf-8-sig")
        return msgspec.convert(tomllib.loads(text, parse_float=Decimal), kind)
    except OSError as error:
        raise StorageError(
            "triage.unreadable", Text(N_("The rules file {file} can't be read."), {"file": name})
        ) from error
    except (ValueError, msgspec.ValidationError) as error:
        raise _mistake(name, str(error)) from error


def _mistake(name: str, detail: str) -> StorageError:
    return StorageError(
        "triage.mistake",
        Text(N_("The rules file {file} has a mistake: {detail}"), {"file": name, "detail": detail}),
    )


def _unique(name: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise _mistake(name, code)
        seen.add(code)


def _source(file: str, sources: Mapping[str, _Names], name: str) -> Words:
    if name not in sources:
        raise _mistake(file, name)
    return sources[name].words()


def _phrases(
    file: str, words: Iterable[str], variants: Mapping[int, str], weight: int = 1
) -> tuple[Phrase, ...]:
    try:
        return tuple(phrase(word, weight, variants) for word in dict.fromkeys(words))
    except ValueError as error:
        raise _mistake(file, repr(error.args[0])) from error


def _department(read: _Department, variants: Mapping[int, str]) -> DepartmentRule:
    file = "departments.toml"
    if read.sex not in _SEXES:
        raise _mistake(file, read.sex)
    strong = [read.name.zh, read.name.en, read.name.mn, *read.strong.every()]
    weak = [word for word in read.words.every() if word not in strong]
    phrases = _phrases(file, strong, variants, STRONG_WEIGHT) + _phrases(file, weak, variants)
    return DepartmentRule(
        read.code,
        read.name.words(),
        phrases,
        _SEXES[read.sex],
        read.min_age,
        read.max_age,
        read.general,
        read.emergency,
        read.maternity,
        tuple(_phrases(file, group.every(), variants) for group in read.focus),
        read.prefix,
    )


def _red_flag(read: _RedFlag, sources: Mapping[str, _Names], variants: Mapping[int, str]) -> RedFlagRule:
    file = "red_flags.toml"
    return RedFlagRule(
        read.code,
        _phrases(file, read.words.every(), variants),
        read.sentence.words(),
        _source(file, sources, read.source),
        read.level,
        read.department,
        _phrases(file, read.exceptions.every(), variants),
    )


def _level(read: _Level, source: Words) -> LevelRule:
    return LevelRule(
        read.level,
        read.response_minutes,
        read.longest_minutes,
        read.reassess_minutes,
        read.examples.words(),
        source,
        read.colour,
    )


def _criterion(read: _Criterion, source: Words) -> Criterion:
    one_of = tuple(state.value for state in read.one_of)
    limits = (read.above, read.below, read.low, read.high)
    if not one_of and all(limit is None for limit in limits):
        raise _mistake("urgency.toml", read.sign)
    return Criterion(read.level, read.sign, source, *limits, one_of)


def _news2(read: _News2, source: Words) -> News2Table:
    """Return the chart; every row has to rise and to end open, or a value could fall between."""
    values: dict[str, Any] = msgspec.structs.asdict(read)
    for name, ranges in values.items():
        if isinstance(ranges, list):
            limits = [step.up_to for step in ranges[:-1]]
            rising = None not in limits and limits == sorted(set(limits))
            if not ranges or ranges[-1].up_to is not None or not rising:
                raise _mistake("urgency.toml", f"news2.{name}")
            values[name] = tuple(Points(step.points, step.up_to) for step in ranges)
    return News2Table(**{**values, "source": source})


def _sentence(file: str, read: _Sentence, stand_ins: Mapping[str, Words]) -> Sentence:
    used = [placeholders(text) for text in (read.zh, read.en, read.mn)]
    if used[0] != used[1] or used[0] != used[2] or not used[0] <= set(stand_ins):
        raise _mistake(file, read.code)
    return Sentence(read.code, read.situation, Words(read.zh, read.en, read.mn), stand_ins)
