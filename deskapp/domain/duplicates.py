"""Says whether two records may be the same person, how surely, and why.

Candidates share a block; a pair is scored by adding what each field speaks for or against. The same
document is certain unless its number can't be right; a name alone is never enough; a shared phone is
weak, because families share phones.
The answer only ever asks: nothing is merged by itself.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Final

from deskapp.domain.identity import check_fails
from deskapp.domain.names import NameForms, NameTables, name_forms, normalise
from deskapp.domain.registration import DocumentKind, Sex
from deskapp.domain.text import N_, Text


class Band(enum.StrEnum):
    """What the desk is told: it is the same person; ask; somebody new."""

    SAME = "same"
    ASK = "ask"
    NEW = "new"


@dataclass(frozen=True)
class Candidate:
    """What is compared of a person; `documents` are keys of `document_key`."""

    visitor_id: int | None
    name: str
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    phones: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    address: str = ""


@dataclass(frozen=True)
class Likeness:
    """How surely two records are one person: `score` 0 to 1, what to tell the desk, and why, strongest first."""

    score: float
    band: Band
    reasons: tuple[Text, ...]


ASK_FROM: Final = 6.0
"""Points from which the desk is asked: about a name and a birth date, one of them with a slip."""
SAME_FROM: Final = 12.0
"""Points from which it is the same person: name, birth date and phone agree."""

_WHOLE_LIFE: Final = (DocumentKind.RESIDENT_ID, DocumentKind.RESIDENCE_PERMIT, DocumentKind.MONGOLIAN)
_PHONE_TAIL: Final = 8
_PHONE_MIN: Final = 6
_SPELLINGS_COMPARED: Final = 4
_NEAR: Final = 0.85


@dataclass(frozen=True)
class _Finding:
    points: float
    reason: Text | None = None


_NOTHING: Final = _Finding(0)
_SAME_NAME: Final = _Finding(4, Text(N_("same name")))
_SAME_SOUND: Final = _Finding(3, Text(N_("the names sound the same")))
_NEAR_NAME: Final = _Finding(2, Text(N_("almost the same name")))
_PART_NAME: Final = _Finding(0, Text(N_("part of the name is the same")))
_OTHER_NAME: Final = _Finding(-4, Text(N_("different name")))

_SAME_BIRTH: Final = _Finding(5, Text(N_("same birth date")))
_SWAPPED_BIRTH: Final = _Finding(3.5, Text(N_("birth date with day and month swapped")))
_NEAR_BIRTH: Final = _Finding(3, Text(N_("birth date differs by one slip")))
_OTHER_BIRTH: Final = _Finding(-1.5, Text(N_("different birth date")))

_SAME_SEX: Final = _Finding(0.5)
_OTHER_SEX: Final = _Finding(-2, Text(N_("different sex")))

_SAME_PHONE: Final = _Finding(3, Text(N_("same phone (families share phones)")))
_NEAR_PHONE: Final = _Finding(1.5, Text(N_("phone differs by one digit")))

_SAME_DOCUMENT: Final = _Finding(math.inf, Text(N_("same document number")))
_SAME_DOUBTFUL: Final = _Finding(
    8, Text(N_("same document number, with a check character that does not fit"))
)
_NEAR_DOCUMENT: Final = _Finding(4, Text(N_("document number differs by one slip")))
_OTHER_DOCUMENT: Final = _Finding(-6, Text(N_("different document number")))
_OTHER_PASSPORT: Final = _Finding(-1, Text(N_("different number of a document that is renewed")))

_SAME_ADDRESS: Final = _Finding(1.5, Text(N_("same address")))

_SOUNDS: Final = (("kh", "h"), ("zh", "j"), ("ye", "e"), ("o", "u"))
_DOUBLED: Final = re.compile(r"(.)\1+")


def document_key(kind: DocumentKind, number: str) -> str | None:
    """Return what two records of one document share, or None for no document."""
    return f"{kind}:{number}" if number and kind is not DocumentKind.NONE else None


STRONG_BLOCKS: Final = ("d:", "p:", "b:")
WEAK_BLOCK: Final = "s:"
"""Beginnings of the blocking keys: few people share one of the strong ones, of the weak ones thousands."""


class Known:
    """A candidate with what comparing works out of it, each thing once: many pairs have one side in common."""

    def __init__(self, candidate: Candidate, tables: NameTables) -> None:
        self.candidate = candidate
        self._tables = tables
        self.birth_date, self.sex = candidate.birth_date, candidate.sex
        self.is_sexed = candidate.sex in (Sex.MALE, Sex.FEMALE)
        self.documents, self.address = candidate.documents, candidate.address
        self.phones = tuple(map(_national, candidate.phones))
        self.kinds = [(document.partition(":")[0], document) for document in candidate.documents]

    @cached_property
    def forms(self) -> NameForms:
        """The name taken apart."""
        return name_forms(self.candidate.name, self._tables)

    @cached_property
    def eight(self) -> str:
        """The birth date as eight digits, "" where it is not known."""
        born = self.birth_date
        return f"{born.year:04}{born.month:02}{born.day:02}" if born is not None else ""

    @cached_property
    def where(self) -> str:
        """The address as it is compared."""
        return normalise(self.address, self._tables)

    @cached_property
    def blocks(self) -> frozenset[str]:
        """The blocking keys, see `blocks`."""
        return _blocks(self)

    @cached_property
    def initials(self) -> frozenset[str]:
        """The first letters of the name's words or syllables, in the order of the alphabet, for each spelling."""
        return frozenset(_initials([_sound(word) for word in spelled]) for spelled in self.forms.spelled)


def blocks(candidate: Candidate, tables: NameTables) -> frozenset[str]:
    """Return the blocking keys: only people who share one are compared.

    Document; phone; birth date (day and month in either order) with initials; surname with birth year.
    Any word of a name in letters can be the surname.
    """
    return Known(candidate, tables).blocks


def _blocks(known: Known) -> frozenset[str]:
    keys = {f"d:{document}" for document in known.documents}
    keys |= {f"p:{digits[-_PHONE_TAIL:]}" for digits in known.phones if digits}
    born = known.birth_date
    forms = known.forms
    if born is None or not forms.literal:
        return frozenset(keys)
    first, second = sorted((born.month, born.day))
    for spelled in forms.spelled:
        sounds = [_sound(word) for word in spelled]
        keys.add(f"b:{born.year}-{first:02}-{second:02}:{_initials(sounds)}")
        keys |= {f"s:{sound}:{born.year}" for sound in (sounds[:1] if forms.han else sounds)}
    return frozenset(keys)


def _initials(sounds: Iterable[str]) -> str:
    return "".join(sorted(sound[0] for sound in sounds))


def compare(a: Candidate, b: Candidate, tables: NameTables) -> Likeness:
    """Say how surely `a` and `b` are one person and why; the order does not matter."""
    return likeness(Known(a, tables), Known(b, tables))


_NOBODY: Final = Likeness(0.0, Band.NEW, ())


def likeness(a: Known, b: Known) -> Likeness:
    """Say how surely two are one person, as `compare` does."""
    born, sex = _births(a, b), _sexes(a, b)
    document = _documents(a, b)
    # Most pairs of a block can't reach the desk whatever the rest is, which is dearer to compare.
    if document.points + born.points + sex.points + _SAME_PHONE.points + _SAME_NAME.points < ASK_FROM:
        return _NOBODY
    # A household shares phone and address: together they say no more than the stronger one.
    home = max(_phones(a.phones, b.phones), _addresses(a, b), key=_strength)
    others = [document, born, sex, home]
    if sum(finding.points for finding in others) + _SAME_NAME.points < ASK_FROM:
        return _NOBODY
    name = _names(a.forms, b.forms)
    findings = sorted([*others, name], key=_strength, reverse=True)
    points = sum(finding.points for finding in findings)
    return Likeness(
        score=1 / (1 + math.exp((ASK_FROM - points) / 2)),
        band=_band(points, document, name),
        reasons=tuple(finding.reason for finding in findings if finding.reason),
    )


def _band(points: float, document: _Finding, name: _Finding) -> Band:
    if document is _SAME_DOCUMENT or (points >= SAME_FROM and name is _SAME_NAME):
        return Band.SAME
    return Band.ASK if points >= ASK_FROM else Band.NEW


def _strength(finding: _Finding) -> float:
    return abs(finding.points)


@cache
def _osa() -> Any:
    """Return what counts slips; imported at the first comparison, and not looked up at each of millions."""
    from rapidfuzz.distance import OSA

    return OSA


def _slips(a: str, b: str) -> int:
    """Count wrong, missing, extra and neighbouring swapped characters; more than one is as good as many."""
    count: int = _osa().distance(a, b, score_cutoff=1)
    return count


def _similarity(a: str, b: str) -> float:
    share: float = _osa().normalized_similarity(a, b)
    return share


# Names


def _names(a: NameForms, b: NameForms) -> _Finding:
    if not a.literal or not b.literal:
        return _NOTHING
    if a.literal == b.literal:
        return _SAME_NAME
    if a.han and b.han:
        return _chinese_names(a, b)
    if a.han or b.han:
        return _SAME_SOUND if _sounds_either_way(a) & _sounds_either_way(b) else _OTHER_NAME
    return _lettered_names(a, b)


def _chinese_names(a: NameForms, b: NameForms) -> _Finding:
    """Compare by sound, then by a swapped, left out or misheard syllable, then by shared characters."""
    sounds_a = ["".join(spelled) for spelled in a.spelled[:_SPELLINGS_COMPARED]]
    sounds_b = ["".join(spelled) for spelled in b.spelled[:_SPELLINGS_COMPARED]]
    if not set(sounds_a).isdisjoint(sounds_b):
        return _SAME_SOUND
    if sorted(a.literal) == sorted(b.literal) or _left_out(a.literal, b.literal):
        return _NEAR_NAME
    if any(_slips(one, other) <= 1 for one in sounds_a for other in sounds_b):
        return _NEAR_NAME
    shared = sum(one == other for one, other in zip(a.literal, b.literal, strict=False))
    return _PART_NAME if shared >= 2 else _OTHER_NAME


def _left_out(a: str, b: str) -> bool:
    """Say whether one name is the other without one character, the surname kept."""
    short, long = sorted((a, b), key=len)
    return len(short) >= 2 and len(long) == len(short) + 1 and short[0] == long[0] and _slips(a, b) <= 1


def _sounds_either_way(forms: NameForms) -> set[str]:
    """Return the sounds of a name with the surname first and last, without spaces."""
    result = set()
    for spelled in forms.spelled:
        sounds = [_sound(word) for word in spelled]
        result |= {"".join(sounds), "".join([*sounds[1:], sounds[0]])}
    return result


def _lettered_names(a: NameForms, b: NameForms) -> _Finding:
    """Compare names in letters: words in any order, either script, an initial for a word, slips."""
    if sorted(a.pieces) == sorted(b.pieces):
        return _SAME_NAME
    words_a, words_b = _sound_words(a), _sound_words(b)
    if sorted(words_a) == sorted(words_b):
        return _SAME_SOUND
    if _initialled(words_a, words_b) or _initialled(words_b, words_a):
        return _NEAR_NAME
    pairs = (
        ("".join(words_a), "".join(words_b)),
        ("".join(sorted(words_a)), "".join(sorted(words_b))),
    )
    if any(_similarity(one, other) >= _NEAR for one, other in pairs):
        return _NEAR_NAME
    return _PART_NAME if any(len(word) > 2 and word in words_b for word in words_a) else _OTHER_NAME


def _sound_words(forms: NameForms) -> list[str]:
    return [_sound(word) for word in forms.spelled[0]]


def _initialled(short: list[str], long: list[str]) -> bool:
    """Say whether `short` is `long` with one word as an initial ("Б.Эрдэнэ" for "Бат Эрдэнэ")."""
    if len(short) != len(long) or len(short) < 2:
        return False
    differing = [(one, other) for one, other in zip(short, long, strict=True) if one != other]
    return len(differing) == 1 and len(differing[0][0]) == 1 and differing[0][1].startswith(differing[0][0])


def _sound(word: str) -> str:
    """Return a spelling of letters in which the usual Latin spellings of one Mongolian word agree."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _DOUBLED.sub(r"\1", word)


# The other fields


def _births(one: Known, other: Known) -> _Finding:
    a, b = one.birth_date, other.birth_date
    if a is None or b is None:
        return _NOTHING
    if a == b:
        return _SAME_BIRTH
    if (a.year, a.month, a.day) == (b.year, b.day, b.month):
        return _SWAPPED_BIRTH
    return _NEAR_BIRTH if _slips(one.eight, other.eight) <= 1 else _OTHER_BIRTH


def _sexes(a: Known, b: Known) -> _Finding:
    if not (a.is_sexed and b.is_sexed):
        return _NOTHING
    return _SAME_SEX if a.sex is b.sex else _OTHER_SEX


def _phones(a: Iterable[str], b: Iterable[str]) -> _Finding:
    pairs = [(one, other) for one in a for other in b if min(len(one), len(other)) >= _PHONE_MIN]
    if any(one.endswith(other) or other.endswith(one) for one, other in pairs):
        return _SAME_PHONE
    return _NEAR_PHONE if any(_slips(one, other) <= 1 for one, other in pairs) else _NOTHING


def _documents(a: Known, b: Known) -> _Finding:
    if not a.kinds or not b.kinds:
        return _NOTHING
    if same := a.documents & b.documents:
        return _SAME_DOUBTFUL if all(map(_doubtful, same)) else _SAME_DOCUMENT
    pairs = [(one, other) for kind, one in a.kinds for like, other in b.kinds if kind == like]
    if not pairs:
        return _NOTHING
    if any(_slips(one, other) <= 1 for one, other in pairs):
        return _NEAR_DOCUMENT
    return _OTHER_DOCUMENT if any(one.startswith(_WHOLE_LIFE) for one, _ in pairs) else _OTHER_PASSPORT


def _doubtful(document: str) -> bool:
    kind, _, number = document.partition(":")
    return check_fails(DocumentKind(kind), number)


def _addresses(a: Known, b: Known) -> _Finding:
    if not a.address or not b.address:
        return _NOTHING
    return _SAME_ADDRESS if _similarity(a.where, b.where) >= _NEAR else _NOTHING


def _national(phone: str) -> str:
    """Return the digits of a phone without the country code of the two homes, China and Mongolia."""
    digits = "".join(char for char in phone if char.isdecimal())
    if len(digits) == 13:
        return digits.removeprefix("86")
    return digits.removeprefix("976") if phone.startswith("+") else digits
