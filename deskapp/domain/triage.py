"""From a complaint in the visitor's own words to department and doctor, each with its reason.

Red flags come before everything. A visitor who comes back goes to the doctor responsible for the
matter, one who asks for a doctor to that one, everybody else in turn (`rotation`); a doctor's speciality
or language can come before the turn, and then says so. The product suggests, the operator decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final

from deskapp.domain.hearing import Heard, Hit, Phrase, denied_places, find, hear, phrase
from deskapp.domain.registration import Sex
from deskapp.domain.rotation import Turn, upcoming_turns
from deskapp.domain.text import N_, Text, Words

MAX_SUGGESTIONS: Final = 5
_DOCTORS_OF_FIRST: Final = 3
_SHOWN_WORDS: Final = 3
_PREGNANT_WEIGHT: Final = 2
_RED_FLAG_SCORE: Final = 100
_LANGUAGE_POINTS: Final = 2
_SPECIALITY_POINTS: Final = 1

LANGUAGE_NAMES: Final[Mapping[str, str]] = {
    "zh": N_("Chinese"),
    "en": N_("English"),
    "mn": N_("Mongolian"),
}


@dataclass(frozen=True)
class DepartmentRule:
    """What a department takes: words, sex, ages in whole years (inclusive).

    `general` takes what no rule knows, `emergency` what can't wait, `maternity` those who expect a
    child. `focus` are groups of words of one matter, to meet a doctor's speciality in any language.
    `prefix` stands before the department's numbers in a hospital that begins.
    """

    code: str
    name: Words
    phrases: tuple[Phrase, ...]
    sex: Sex | None = None
    min_age: int | None = None
    max_age: int | None = None
    general: bool = False
    emergency: bool = False
    maternity: bool = False
    focus: tuple[tuple[Phrase, ...], ...] = ()
    prefix: str = ""

    def fits_age(self, age: int | None) -> bool:
        """Return whether a person of `age` is taken; an unknown age is."""
        if age is None:
            return True
        return (self.min_age is None or age >= self.min_age) and (self.max_age is None or age <= self.max_age)

    def fits_sex(self, sex: Sex) -> bool:
        """Return whether a person of `sex` is taken; one not known or not stated is."""
        return self.sex is None or sex not in {Sex.MALE, Sex.FEMALE} or sex == self.sex

    def fits(self, visitor: TriageVisitor) -> bool:
        """Return whether the visitor is taken."""
        return self.fits_age(visitor.age) and self.fits_sex(visitor.sex)


@dataclass(frozen=True)
class RedFlagRule:
    """Words that interrupt: what to say, where it comes from, which level and department it means.

    A word inside one of the `harmless` phrases ("after my stroke") does not interrupt.
    """

    code: str
    phrases: tuple[Phrase, ...]
    sentence: Words
    source: Words
    level: int
    department: str
    harmless: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class TriageRules:
    """All editable rules of triage. `variants` maps characters to those the rules are written in."""

    departments: tuple[DepartmentRule, ...]
    red_flags: tuple[RedFlagRule, ...] = ()
    returning: tuple[Phrase, ...] = ()
    variants: Mapping[int, str] = field(default_factory=dict)

    def only(self, codes: Collection[str]) -> TriageRules:
        """Return the rules for a hospital that has just the departments of `codes`."""
        return replace(self, departments=tuple(rule for rule in self.departments if rule.code in codes))

    def department(self, code: str) -> DepartmentRule | None:
        """Return the rule of a department, None when the rules don't know it."""
        return next((rule for rule in self.departments if rule.code == code), None)


@dataclass(frozen=True)
class Booking:
    """The appointment that the visitor came for: a department's, or one doctor's; local time."""

    department: str
    doctor: int | None
    at: dt.time


@dataclass(frozen=True)
class SeenBy:
    """A doctor whom the visitor went to, in which department, and when; `on` is the site's day."""

    doctor: int
    name: str
    department: str
    on: dt.date | None = None


@dataclass(frozen=True)
class TriageVisitor:
    """What triage needs to know of a visitor; `seen` are the doctors gone to, latest first, one a department."""

    age: int | None = None
    sex: Sex = Sex.UNKNOWN
    language: str = "zh"
    pregnant: bool = False
    seen: tuple[SeenBy, ...] = ()
    booking: Booking | None = None


@dataclass(frozen=True)
class DoctorOnDuty:
    """A doctor with today's present or next duty span, in the site's local time.

    Without `on_duty_from` the duty has begun, without `on_duty_until` its end is open; a span can
    cross midnight. `absent` is a doctor whom a marked absence keeps away for the rest of the day, `off`
    one who has no duty today, or none any more.
    """

    id: int
    name: str
    department: str
    speciality: str = ""
    languages: tuple[str, ...] = ("zh",)
    on_duty_from: dt.time | None = None
    on_duty_until: dt.time | None = None
    waiting: int = 0
    absent: bool = False
    off: bool = False

    def on_duty(self, clock: dt.time) -> bool:
        """Return whether the doctor is on duty at `clock`; at the end of a span duty is over."""
        begins, ends = self.on_duty_from or dt.time.min, self.on_duty_until
        if self.absent or self.off:
            return False
        if ends is None or begins <= ends:
            return begins <= clock and (ends is None or clock < ends)
        return clock >= begins or clock < ends


@dataclass(frozen=True)
class RedFlag:
    """A red flag in the complaint; `word` is what the visitor said."""

    code: str
    word: str
    sentence: Words
    source: Words
    level: int
    department: str


@dataclass(frozen=True)
class Suggestion:
    """A department, perhaps a doctor, and why, in words; `words` are those the visitor said."""

    department: str
    doctor: int | None
    score: int
    reasons: tuple[Text, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Triage:
    """What the product says of a complaint: red flags first, then at most five suggestions in order."""

    red_flags: tuple[RedFlag, ...]
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class _Case:
    """One visitor at the desk: what was said and what denied, who is there, whose turn it is."""

    heard: Heard
    denied: frozenset[tuple[int, int]]
    visitor: TriageVisitor
    rules: TriageRules
    doctors: Sequence[DoctorOnDuty]
    turns: Mapping[str, Sequence[Turn]]
    clock: dt.time

    def said(self, phrases: Iterable[Phrase]) -> bool:
        """Return whether one of the phrases was said and not denied."""
        return any(hit.place not in self.denied for hit in find(self.heard, phrases))


@dataclass(frozen=True)
class _Claim:
    """A department's claim to the visitor before a doctor is chosen; `matters` are what it is about."""

    code: str
    score: int
    reasons: tuple[Text, ...] = ()
    words: tuple[str, ...] = ()
    matters: tuple[tuple[Phrase, ...], ...] = ()

    def with_(self, score: int, reasons: tuple[Text, ...]) -> _Claim:
        """Return the claim with more to speak for it, said first."""
        return replace(self, score=self.score + score, reasons=(*reasons, *self.reasons))


@dataclass(frozen=True)
class _Wish:
    """The doctor a visitor belongs to; `doctor` is None when that one is not on today's list.

    Without `seen` it holds whatever the complaint is: asked for by name, or booked.
    """

    department: str
    doctor: DoctorOnDuty | None
    name: str
    seen: SeenBy | None = None
    booked: Booking | None = None


def suggest(
    complaint: str,
    visitor: TriageVisitor,
    rules: TriageRules,
    *,
    doctors: Sequence[DoctorOnDuty],
    turns: Mapping[str, Sequence[Turn]],
    now: dt.datetime,
) -> Triage:
    """Return red flags and at most five suggestions, best first.

    `doctors` are all of today's, absent ones included, those of a department in the fixed order of
    its rotation; `turns` are the turns taken by department code, oldest first; `now` is the site's
    local time. An empty complaint of somebody without a doctor of their own suggests nothing.
    """
    heard = hear(complaint, rules.variants)
    red = [(rule, find(heard, rule.phrases)) for rule in rules.red_flags]
    known = [(rule, find(heard, rule.phrases)) for rule in rules.departments if rule.fits_sex(visitor.sex)]
    denied = denied_places(heard, [hit for _, hits in [*red, *known] for hit in hits])
    case = _Case(heard, denied, visitor, rules, doctors, turns, now.time())
    flags = _red_flags(heard, red, denied)
    claims = _claims(case, _spoken(known, denied, visitor.age), flagged=bool(flags))
    return Triage(flags, _in_order(case, flags, claims))


def _in_order(case: _Case, flags: Sequence[RedFlag], claims: Sequence[_Claim]) -> tuple[Suggestion, ...]:
    """Return the suggestions: emergency first, then the visitor's own doctor, then by words and turn."""
    found = _emergency(case, flags)
    others = [one for rank, claim in enumerate(claims) for one in _staffed(case, claim, first=rank == 0)]
    wish = _wish(case, claims)
    if wish is None:
        found += others
    else:
        own = _personal(case, wish, claims)
        found += own + others if _same_matter(case, wish, claims) else others + own
    distinct = {(one.department, one.doctor): one for one in reversed(found)}
    kept = [one for one in found if distinct[one.department, one.doctor] is one]
    return tuple(kept[:MAX_SUGGESTIONS])


def _red_flags(
    heard: Heard, red: Iterable[tuple[RedFlagRule, list[Hit]]], denied: Collection[tuple[int, int]]
) -> tuple[RedFlag, ...]:
    found = []
    for rule, hits in red:
        harmless = find(heard, rule.harmless) if hits else []
        alarming = [hit for hit in hits if not any(hit.within(other) for other in harmless)]
        word = next((hit.word for hit in alarming if hit.place not in denied), None)
        if word is not None:
            found.append(RedFlag(rule.code, word, rule.sentence, rule.source, rule.level, rule.department))
    return tuple(sorted(found, key=attrgetter("level")))


def _emergency(case: _Case, flags: Sequence[RedFlag]) -> list[Suggestion]:
    """Return where red flags send the visitor; where a department is missing, the emergency one."""
    fallback = next((rule for rule in case.rules.departments if rule.emergency), None)
    claims: dict[str, _Claim] = {}
    for flag in flags:
        rule = case.rules.department(flag.department)
        target = rule if rule and rule.fits(case.visitor) else fallback
        if target is not None:
            reason = Text(N_("emergency first: “{word}”"), {"word": flag.word})
            claim = claims.get(target.code, _Claim(target.code, _RED_FLAG_SCORE))
            reasons, words = (*claim.reasons, reason), (*claim.words, flag.word)
            claims[target.code] = replace(claim, reasons=reasons, words=words)
    return [one for claim in claims.values() for one in _staffed(case, claim, first=False)]


def _spoken(
    known: Sequence[tuple[DepartmentRule, list[Hit]]], denied: frozenset[tuple[int, int]], age: int | None
) -> list[tuple[DepartmentRule, list[Hit]]]:
    """Return what counts for each department: not denied, and not a piece of another's longer word."""
    others = [hit for rule, hits in known if rule.fits_age(age) for hit in hits]
    spoken = []
    for rule, hits in known:
        counted = {
            hit.word.lower(): hit
            for hit in hits
            if hit.place not in denied and not any(hit.yields_to(other) for other in others)
        }
        if counted:
            spoken.append((rule, list(counted.values())))
    return spoken


def _claims(
    case: _Case, spoken: Sequence[tuple[DepartmentRule, list[Hit]]], *, flagged: bool
) -> list[_Claim]:
    """Return the departments' claims, best first; the general one's when no rule knows the words."""
    age = case.visitor.age
    claims = {rule.code: _claim(case, rule, hits) for rule, hits in spoken if rule.fits_age(age)}
    turned_away = [_claim(case, rule, hits) for rule, hits in spoken if not rule.fits_age(age)]
    general = _general(case)
    if turned_away and general:
        _take_over(claims, general, max(turned_away, key=attrgetter("score")))
    maternity = next((rule for rule in case.rules.departments if rule.maternity), None)
    if case.visitor.pregnant and maternity and maternity.fits_sex(case.visitor.sex):
        own = claims.get(maternity.code, _Claim(maternity.code, 0))
        claims[maternity.code] = own.with_(_PREGNANT_WEIGHT, (Text(N_("pregnant")),))
    if not claims and general and not flagged and not case.heard.nothing:
        return [_Claim(general.code, 0, (Text(N_("no rule matches these words")),))]
    staffed = {doctor.department for doctor in case.doctors if doctor.on_duty(case.clock)}
    return sorted(claims.values(), key=lambda claim: (-claim.score, claim.code not in staffed))


def _claim(case: _Case, rule: DepartmentRule, hits: Sequence[Hit]) -> _Claim:
    words = tuple(hit.word for hit in hits)
    reasons = tuple(Text(N_("said “{word}”"), {"word": word}) for word in words[:_SHOWN_WORDS])
    focus = [group for group in rule.focus if case.said(group)]
    matters = (*focus, *((hit.phrase,) for hit in hits))
    return _Claim(rule.code, sum(hit.weight for hit in hits), reasons, words, matters)


def _general(case: _Case) -> DepartmentRule | None:
    return next((rule for rule in case.rules.departments if rule.general and rule.fits(case.visitor)), None)


def _take_over(claims: dict[str, _Claim], general: DepartmentRule, refused: _Claim) -> None:
    """Let the general department of an age have what a special one does not take at that age."""
    own = claims.get(general.code, _Claim(general.code, 0))
    why: tuple[Text, ...] = ()
    if general.max_age is not None:
        why = (
            Text(N_("under {age}: {department}"), {"age": general.max_age + 1, "department": general.name}),
        )
    merged = own.with_(refused.score, tuple(text for text in refused.reasons if text not in own.reasons))
    words = tuple(dict.fromkeys((*refused.words, *own.words)))
    matters = (*refused.matters, *own.matters)
    claims[general.code] = replace(merged.with_(0, why), words=words, matters=matters)


def _wish(case: _Case, claims: Sequence[_Claim]) -> _Wish | None:
    """Return the doctor whom the visitor asks for by name, else the one booked, else the responsible one."""
    asked = next((doctor for doctor in case.doctors if _named(case, doctor.name)), None)
    if asked is not None:
        return _Wish(asked.department, asked, asked.name)
    booked = case.visitor.booking
    if booked is not None:
        found = next((doctor for doctor in case.doctors if doctor.id == booked.doctor), None)
        return _Wish(booked.department, found, found.name if found else "", booked=booked)
    return _responsible(case, claims)


def _responsible(case: _Case, claims: Sequence[_Claim]) -> _Wish | None:
    """Return the doctor of the first claim that somebody was seen for, else the one seen last.

    Who has outgrown a department, as children do, begins anew there.
    """
    known = [_seen(case, seen) for seen in case.visitor.seen]
    open_ = [wish for wish in known if _takes(case, wish.department)]
    matters = (claim.code for claim in claims if claim.score)
    same = (wish for code in matters for wish in open_ if wish.department == code)
    return next(same, open_[0] if open_ else None)


def _seen(case: _Case, seen: SeenBy) -> _Wish:
    """Return the wish for a doctor seen before, who may have gone to another department since."""
    doctor = next((doctor for doctor in case.doctors if doctor.id == seen.doctor), None)
    if doctor is None:
        return _Wish(seen.department, None, seen.name, seen)
    return _Wish(doctor.department, doctor, doctor.name, seen)


def _takes(case: _Case, department: str) -> bool:
    """Return whether a department takes the visitor; one that the rules don't know does."""
    rule = case.rules.department(department)
    return rule is None or rule.fits(case.visitor)


def _named(case: _Case, name: str) -> bool:
    """Return whether the doctor's whole name was said; the quick test spares two hundred patterns."""
    variants = case.rules.variants
    if len(name) < 2 or name[-2:].lower().translate(variants) not in case.heard.text:
        return False
    try:
        return case.said((phrase(f"{name}.", variants=variants),))
    except ValueError:
        return False


def _same_matter(case: _Case, wish: _Wish, claims: Sequence[_Claim]) -> bool:
    """Return whether the visitor comes for what the doctor of the wish treats."""
    known = [claim.code for claim in claims if claim.score]
    return wish.seen is None or not known or wish.department in known or case.said(case.rules.returning)


def _personal(case: _Case, wish: _Wish, claims: Sequence[_Claim]) -> list[Suggestion]:
    """Return the doctor the visitor belongs to; when away, say so and offer the next one."""
    claim = next((claim for claim in claims if claim.code == wish.department), _Claim(wish.department, 0))
    doctor = wish.doctor
    if wish.booked is not None and wish.booked.doctor is None:
        return _staffed(case, claim.with_(0, (_why(wish, there=True),)), first=True)
    if doctor is None or not doctor.on_duty(case.clock):
        away = (_why(wish, there=False), _away(wish, case.clock))
        return _staffed(case, claim.with_(0, away), first=False)
    reasons = (_why(wish, there=True), *claim.reasons, _duty(doctor))
    return [Suggestion(claim.code, doctor.id, claim.score, reasons, claim.words)]


def _why(wish: _Wish, *, there: bool) -> Text:
    if wish.booked is not None:
        return Text(N_("booked for {time}"), {"time": wish.booked.at})
    if wish.seen is None:
        return Text(N_("asked for {doctor}"), {"doctor": wish.name})
    if wish.seen.on is None:
        return Text(N_("return visit: the responsible doctor") if there else N_("return visit"))
    again = N_("return visit: saw the same doctor on {date}")
    return Text(again if there else N_("return visit: last seen on {date}"), {"date": wish.seen.on})


def _away(wish: _Wish, clock: dt.time) -> Text:
    doctor = wish.doctor
    name: object = wish.name or Text(N_("the responsible doctor"))
    if doctor is not None and doctor.absent:
        return Text(N_("{doctor} is absent today"), {"doctor": name})
    if doctor is not None and doctor.on_duty_from is not None and doctor.on_duty_from > clock:
        return Text(N_("{doctor} is on duty from {time}"), {"doctor": name, "time": doctor.on_duty_from})
    return Text(N_("{doctor} is not on duty now"), {"doctor": name})


def _staffed(case: _Case, claim: _Claim, *, first: bool) -> list[Suggestion]:
    """Return the department with its doctors in the order they are suggested.

    Three for the first department, one for any other; nobody on duty is said, with who comes next.
    """
    colleagues = [doctor for doctor in case.doctors if doctor.department == claim.code]
    on_duty = {doctor.id: doctor for doctor in colleagues if doctor.on_duty(case.clock)}
    if not on_duty:
        reasons = (*claim.reasons, _nobody(colleagues, case.clock))
        return [Suggestion(claim.code, None, claim.score, reasons, claim.words)]
    order = [doctor.id for doctor in colleagues]
    turns = upcoming_turns(order, on_duty, case.turns.get(claim.code, ()))
    next_one = (Text(N_("next in turn") if len(turns) > 1 else N_("only doctor on duty")),)
    foreign = _unspoken(case, on_duty.values())
    choices = [
        _choice(case, claim, on_duty[turn.doctor], next_one if rank == 0 else ())
        for rank, turn in enumerate(turns)
    ]
    choices.sort(key=attrgetter("points"), reverse=True)
    kept = choices[: _DOCTORS_OF_FIRST if first else 1]
    return [replace(one.suggestion, reasons=(*one.suggestion.reasons, *foreign)) for one in kept]


def _nobody(colleagues: Sequence[DoctorOnDuty], clock: dt.time) -> Text:
    if not colleagues:
        return Text(N_("no doctor is listed here yet"))
    coming = [
        (doctor.on_duty_from, doctor.name)
        for doctor in colleagues
        if not doctor.absent and doctor.on_duty_from is not None and doctor.on_duty_from > clock
    ]
    if not coming:
        return Text(N_("nobody on duty any more today"))
    begins, name = min(coming)
    return Text(N_("nobody on duty now: next is {doctor} at {time}"), {"doctor": name, "time": begins})


@dataclass(frozen=True)
class _Choice:
    suggestion: Suggestion
    points: int


def _choice(case: _Case, claim: _Claim, doctor: DoctorOnDuty, turn: tuple[Text, ...]) -> _Choice:
    """Return a doctor with what speaks for the doctor before the turn, then the turn."""
    points = 0
    reasons = list(claim.reasons)
    word = _speciality(case, claim, doctor)
    if word:
        points += _SPECIALITY_POINTS
        reasons.append(Text(N_("specialises in {word}"), {"word": word}))
    if case.visitor.language in doctor.languages or not doctor.languages:
        points += _LANGUAGE_POINTS
        if doctor.languages and not _matter_of_course(case):
            reasons.append(Text(N_("speaks {language}"), {"language": _name_of(case.visitor.language)}))
    every = (*reasons, *turn, _duty(doctor))
    return _Choice(Suggestion(claim.code, doctor.id, claim.score, every, claim.words), points)


def _speciality(case: _Case, claim: _Claim, doctor: DoctorOnDuty) -> str:
    """Return the word of the doctor's speciality that the complaint is about, else nothing."""
    if not doctor.speciality:
        return ""
    written = hear(doctor.speciality, case.rules.variants)
    return next((hit.word for matter in claim.matters for hit in find(written, matter)), "")


def _name_of(language: str) -> Text:
    return Text(LANGUAGE_NAMES.get(language, language))


def _matter_of_course(case: _Case) -> bool:
    language = case.visitor.language
    return all(language in doctor.languages for doctor in case.doctors if doctor.languages)


def _unspoken(case: _Case, on_duty: Collection[DoctorOnDuty]) -> tuple[Text, ...]:
    """Return a warning when none of them is known to speak the visitor's language."""
    language = case.visitor.language
    if any(language in doctor.languages or not doctor.languages for doctor in on_duty):
        return ()
    return (Text(N_("nobody on duty here speaks {language}"), {"language": _name_of(language)}),)


def _duty(doctor: DoctorOnDuty) -> Text:
    params: dict[str, object] = {"count": doctor.waiting}
    if doctor.on_duty_until is None:
        return Text(N_("on duty, {count} waiting"), params)
    return Text(N_("on duty until {time}, {count} waiting"), {"time": doctor.on_duty_until, **params})
