"""Urgency from vital signs: the four levels of emergency care and the NEWS2 score.

A front desk is no doctor: every sign is optional, the tables come from an editable file with their
sources, the product suggests and a person decides. Adult thresholds only: for children and in
pregnancy the answer says so instead of scoring. The NEWS2 score is that of the Royal College of
Physicians (2017), which asks to be acknowledged wherever it is shown.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError


class Consciousness(enum.StrEnum):
    """Level of consciousness: alert, newly confused, reacts to voice, to pain, not at all."""

    ALERT = "A"
    CONFUSED = "C"
    VOICE = "V"
    PAIN = "P"
    UNRESPONSIVE = "U"


CONSCIOUSNESS_LABELS: Final[Mapping[Consciousness, str]] = {
    Consciousness.ALERT: N_("alert"),
    Consciousness.CONFUSED: N_("newly confused"),
    Consciousness.VOICE: N_("reacts to voice only"),
    Consciousness.PAIN: N_("reacts to pain only"),
    Consciousness.UNRESPONSIVE: N_("does not react"),
}


@dataclass(frozen=True)
class Measure:
    """A sign as people call it, its unit, what a living body can show, and decimal places kept."""

    label: Text
    unit: str = ""
    lowest: Decimal = Decimal(0)
    highest: Decimal = Decimal(0)
    places: int = 0

    def shown(self, value: Decimal) -> str:
        """Return a value with its unit."""
        return f"{value} {self.unit}".rstrip()


def _measure(label: str, unit: str, lowest: str, highest: str, places: int = 0) -> Measure:
    return Measure(Text(label), unit, Decimal(lowest), Decimal(highest), places)


MEASURES: Final[Mapping[str, Measure]] = {
    "respiration": _measure(N_("breathing rate"), "/min", "0", "100"),
    "spo2": _measure(N_("oxygen saturation"), "%", "0", "100"),
    "on_oxygen": Measure(Text(N_("breathes oxygen"))),
    "systolic": _measure(N_("systolic pressure"), "mmHg", "0", "350"),
    "pulse": _measure(N_("pulse"), "/min", "0", "350"),
    "consciousness": Measure(Text(N_("consciousness"))),
    "temperature": _measure(N_("temperature"), "°C", "20", "46", 1),
    "spo2_scale": _measure(N_("saturation scale"), "", "1", "2"),
    "glucose": _measure(N_("blood glucose"), "mmol/L", "0.1", "100", 2),
    "pain": _measure(N_("pain"), "", "0", "10"),
    "usual_systolic": _measure(N_("usual systolic pressure"), "mmHg", "40", "350"),
    "systolic_fall": _measure(N_("fall of systolic pressure"), "mmHg", "-350", "350"),
}
_NUMBERS: Final = (
    "respiration", "spo2", "systolic", "pulse", "temperature", "spo2_scale", "glucose", "pain", "usual_systolic"
)  # fmt: skip
_TYPED_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,6}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Vitals:
    """Vital signs, each optional; None is "not measured".

    Breaths and beats per minute, saturation in percent, pressure in mmHg, temperature in degrees
    Celsius (kept to 0.1), glucose in mmol/L (kept to 0.01), pain from 0 to 10. `spo2_scale` is 2 only
    where a doctor prescribed it (chronic carbon dioxide retention). `usual_systolic` is what the
    person normally has, for an acute fall. Raises InputError at the field for an impossible value.
    """

    respiration: int | None = None
    spo2: int | None = None
    on_oxygen: bool | None = None
    systolic: int | None = None
    pulse: int | None = None
    consciousness: Consciousness | None = None
    temperature: Decimal | float | None = None
    spo2_scale: int = 1
    glucose: Decimal | float | None = None
    pain: int | None = None
    usual_systolic: int | None = None

    def __post_init__(self) -> None:
        for sign in _NUMBERS:
            value = getattr(self, sign)
            if value is not None:
                object.__setattr__(self, sign, _checked(sign, Decimal(str(value))))
        if self.consciousness is not None:
            object.__setattr__(self, "consciousness", _consciousness(self.consciousness))

    @property
    def empty(self) -> bool:
        """True when nothing was measured."""
        return not self.readings()

    def number(self, sign: str) -> Decimal | None:
        """Return a sign as a number; "systolic_fall" is the usual pressure less the present one."""
        if sign == "systolic_fall":
            if self.usual_systolic is None or self.systolic is None:
                return None
            return Decimal(self.usual_systolic - self.systolic)
        value = getattr(self, sign)
        return None if value is None else Decimal(value)

    def readings(self) -> dict[str, str]:
        """Return what was measured as text by sign, the form `vitals_from_text` reads back."""
        found = {sign: getattr(self, sign) for sign in MEASURES if hasattr(self, sign)}
        if self.spo2_scale == 1:
            del found["spo2_scale"]
        return {sign: _written(value) for sign, value in found.items() if value is not None}


def vitals_from_text(typed: Mapping[str, str]) -> Vitals:
    """Return vital signs as typed by sign; blank is "not measured".

    Takes full-width digits and a decimal comma; `on_oxygen` is "1" or "0", `consciousness` a letter
    of ACVPU. Raises InputError at the field, KeyError for a sign that does not exist.
    """
    values: dict[str, object] = {}
    for sign, text in typed.items():
        measure = MEASURES[sign]
        clean = unicodedata.normalize("NFKC", text).strip()
        if clean:
            values[sign] = _read(sign, measure, clean)
    return Vitals(**values)  # type: ignore[arg-type]  # every value was read by its own sign


def _read(sign: str, measure: Measure, clean: str) -> object:
    if sign == "consciousness":
        return _consciousness(clean.upper())
    if sign == "on_oxygen":
        if clean not in {"0", "1"}:
            raise InputError(sign, "vitals.yes-no", Text(N_("Choose yes or no.")))
        return clean == "1"
    number = clean.replace(",", ".")
    if not _TYPED_NUMBER.fullmatch(number):
        raise InputError(sign, "vitals.number", Text(N_("{sign}: type a number."), {"sign": measure.label}))
    return Decimal(number)


def _consciousness(letter: str) -> Consciousness:
    try:
        return Consciousness(letter)
    except ValueError:
        raise InputError(
            "consciousness", "vitals.consciousness", Text(N_("Choose one of A, C, V, P, U."))
        ) from None


def _checked(sign: str, value: Decimal) -> int | Decimal:
    """Return the value as it is kept; raise InputError when no living body shows it."""
    measure = MEASURES[sign]
    if not value.is_finite() or not measure.lowest <= value <= measure.highest:
        raise InputError(
            sign,
            "vitals.impossible",
            Text(
                N_("{sign}: must be between {lowest} and {highest}."),
                {
                    "sign": measure.label,
                    "lowest": measure.lowest,
                    "highest": measure.shown(measure.highest),
                },
            ),
        )
    if measure.places:
        return value.quantize(Decimal(1).scaleb(-measure.places), ROUND_HALF_UP)
    if value != value.to_integral_value():
        raise InputError(sign, "vitals.whole", Text(N_("{sign}: a whole number."), {"sign": measure.label}))
    return int(value)


def _written(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


class Urgency(enum.IntEnum):
    """The four levels, most urgent first."""

    CRITICAL = 1
    EMERGENT = 2
    URGENT = 3
    LESS_URGENT = 4


URGENCY_LABELS: Final[Mapping[Urgency, str]] = {
    Urgency.CRITICAL: N_("level I, critical: at once"),
    Urgency.EMERGENT: N_("level II, emergent"),
    Urgency.URGENT: N_("level III, urgent"),
    Urgency.LESS_URGENT: N_("level IV, less urgent"),
}
URGENCY_NUMERALS: Final[Mapping[Urgency, str]] = {
    Urgency.CRITICAL: "I",
    Urgency.EMERGENT: "II",
    Urgency.URGENT: "III",
    Urgency.LESS_URGENT: "IV",
}


class Band(enum.StrEnum):
    """What a NEWS2 score asks for."""

    ROUTINE = "routine"
    LOW = "low"
    URGENT_REVIEW = "urgent-review"
    URGENT = "urgent"
    EMERGENCY = "emergency"


BAND_LABELS: Final[Mapping[Band, str]] = {
    Band.ROUTINE: N_("no risk seen: routine"),
    Band.LOW: N_("low risk: a nurse looks"),
    Band.URGENT_REVIEW: N_("one sign is far off: a doctor looks soon"),
    Band.URGENT: N_("medium risk: a doctor looks urgently"),
    Band.EMERGENCY: N_("high risk: emergency team"),
}

NEWS2_PARTS: Final = ("respiration", "spo2", "on_oxygen", "systolic", "pulse", "consciousness", "temperature")
# Without these three the lowest level would only mean that nobody looked.
LEVEL_NEEDS: Final = ("pulse", "systolic", "spo2")


@dataclass(frozen=True)
class Points:
    """NEWS2 points of a range that reaches up to `up_to` inclusive; None is open upwards."""

    points: int
    up_to: Decimal | None = None


@dataclass(frozen=True)
class News2Table:
    """The NEWS2 chart. Ranges are in rising order; `youngest` is the least age in years."""

    respiration: tuple[Points, ...]
    spo2_scale_1: tuple[Points, ...]
    spo2_scale_2_air: tuple[Points, ...]
    spo2_scale_2_oxygen: tuple[Points, ...]
    systolic: tuple[Points, ...]
    pulse: tuple[Points, ...]
    temperature: tuple[Points, ...]
    on_oxygen: int
    not_alert: int
    single: int
    low_from: int
    urgent_from: int
    emergency_from: int
    youngest: int
    source: Words


@dataclass(frozen=True)
class Criterion:
    """One criterion of a level: `above` and `below` exclude their limit, `low` and `high` include it."""

    level: Urgency
    sign: str
    source: Words
    above: Decimal | None = None
    below: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class LevelRule:
    """What a level asks for, in minutes; None means continuous watch, without a figure.

    `colour` is "red", "orange", "yellow" or "green": which colour a level has is for the site to say.
    """

    level: Urgency
    response_minutes: int
    longest_minutes: int
    reassess_minutes: int | None
    examples: Words
    source: Words
    colour: str


@dataclass(frozen=True)
class UrgencyTable:
    """The editable tables; `adult_from` is the least age in years the criteria are for."""

    levels: tuple[LevelRule, ...]
    criteria: tuple[Criterion, ...]
    news2: News2Table
    adult_from: int

    def rule(self, level: Urgency) -> LevelRule:
        """Return what `level` asks for."""
        return next(rule for rule in self.levels if rule.level == level)


@dataclass(frozen=True)
class News2:
    """A NEWS2 score, or why there is none: `missing` signs, or `note` when it must not be scored.

    `parts` are the points of each of the seven signs; `note` can also qualify a score.
    """

    total: int | None
    parts: tuple[tuple[str, int], ...]
    single_three: bool
    band: Band | None
    missing: tuple[str, ...]
    note: Text | None
    source: Words


@dataclass(frozen=True)
class Fired:
    """A criterion that a sign met, with value and threshold in words."""

    level: Urgency
    sign: str
    text: Text
    source: Words


@dataclass(frozen=True)
class Level:
    """The suggested level, or None with `missing` signs or a `note`; minutes as in `LevelRule`."""

    level: Urgency | None
    fired: tuple[Fired, ...]
    response_minutes: int | None
    reassess_minutes: int | None
    missing: tuple[str, ...]
    note: Text | None
    source: Words | None


def news2(vitals: Vitals, age: int | None, pregnant: bool, table: News2Table) -> News2:
    """Return the NEWS2 score of `vitals`; `age` in whole years, None when nobody knows it.

    Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017.
    """
    unfit = _unfit(age, pregnant, table.youngest)
    if unfit is not None:
        return News2(None, (), False, None, (), unfit, table.source)
    missing = tuple(sign for sign in NEWS2_PARTS if getattr(vitals, sign) is None)
    note = _assumed_adult(age)
    if missing:
        return News2(None, (), False, None, missing, note, table.source)
    parts = tuple((sign, _news2_points(vitals, sign, table)) for sign in NEWS2_PARTS)
    total = sum(points for _, points in parts)
    single = any(points >= table.single for _, points in parts)
    return News2(total, parts, single, _band(total, single, table), (), note, table.source)


def level(vitals: Vitals, age: int | None, pregnant: bool, table: UrgencyTable) -> Level:
    """Return the level that `vitals` suggest: any criterion is enough, the most urgent one decides.

    A value on the border of two levels belongs to the more urgent one. Level IV is "nothing else
    fired", so it is only said when pulse, pressure and saturation were measured.
    Source: the table's own; shipped is the expert consensus of 2018 on emergency triage in China.
    """
    unfit = _unfit(age, pregnant, table.adult_from)
    if unfit is not None:
        return Level(None, (), None, None, (), unfit, None)
    fired = _fired(vitals, table)
    missing = tuple(sign for sign in LEVEL_NEEDS if getattr(vitals, sign) is None)
    found = fired[0].level if fired else None if missing else Urgency.LESS_URGENT
    if found is None:
        return Level(None, (), None, None, missing, _assumed_adult(age), None)
    rule = table.rule(found)
    return Level(
        found, fired, rule.response_minutes, rule.reassess_minutes, missing, _assumed_adult(age), rule.source
    )


def is_milder(judged: int | None, signs: int | None) -> bool:
    """Return whether a judgement is less urgent, a larger number, than what the vital signs gave; it needs a reason.

    None is not judged, or no level: then there is nothing to compare.
    """
    return judged is not None and signs is not None and judged > signs


def _unfit(age: int | None, pregnant: bool, youngest: int) -> Text | None:
    if pregnant:
        return Text(N_("Not scored: these thresholds do not hold in pregnancy. Ask a nurse or doctor."))
    if age is not None and age < youngest:
        return Text(
            N_("Not scored: these thresholds are not for people under {age}. Ask a nurse or doctor."),
            {"age": youngest},
        )
    return None


def _assumed_adult(age: int | None) -> Text | None:
    if age is not None:
        return None
    return Text(N_("Age not known: the thresholds for adults were used."))


def _band(total: int, single: bool, table: News2Table) -> Band:
    if total >= table.emergency_from:
        return Band.EMERGENCY
    if total >= table.urgent_from:
        return Band.URGENT
    if single:
        return Band.URGENT_REVIEW
    return Band.LOW if total >= table.low_from else Band.ROUTINE


def _news2_points(vitals: Vitals, sign: str, table: News2Table) -> int:
    if sign == "on_oxygen":
        return table.on_oxygen if vitals.on_oxygen else 0
    if sign == "consciousness":
        return 0 if vitals.consciousness is Consciousness.ALERT else table.not_alert
    ranges = _spo2_ranges(vitals, table) if sign == "spo2" else getattr(table, sign)
    value = vitals.number(sign)
    assert value is not None
    return _points(value, ranges)


def _spo2_ranges(vitals: Vitals, table: News2Table) -> tuple[Points, ...]:
    if vitals.spo2_scale == 1:
        return table.spo2_scale_1
    return table.spo2_scale_2_oxygen if vitals.on_oxygen else table.spo2_scale_2_air


def _points(value: Decimal, ranges: tuple[Points, ...]) -> int:
    return next(step.points for step in ranges if step.up_to is None or value <= step.up_to)


def _fired(vitals: Vitals, table: UrgencyTable) -> tuple[Fired, ...]:
    """Return what fired, most urgent first, and of each sign only its most urgent criterion."""
    found: dict[str, Fired] = {}
    for criterion in sorted(table.criteria, key=_by_level):
        text = _met(criterion, vitals)
        if text is not None and criterion.sign not in found:
            found[criterion.sign] = Fired(criterion.level, criterion.sign, text, criterion.source)
    return tuple(found.values())


def _by_level(criterion: Criterion) -> int:
    return criterion.level


def _met(criterion: Criterion, vitals: Vitals) -> Text | None:
    """Return the criterion in words with value and threshold when it is met, else None."""
    if criterion.one_of:
        state = vitals.consciousness
        if state is None or state.value not in criterion.one_of:
            return None
        return Text(
            N_("{sign}: {value}"),
            {"sign": MEASURES["consciousness"].label, "value": Text(CONSCIOUSNESS_LABELS[state])},
        )
    value = vitals.number(criterion.sign)
    return None if value is None else _compared(criterion, value)


def _compared(criterion: Criterion, value: Decimal) -> Text | None:
    measure = MEASURES[criterion.sign]
    params: dict[str, object] = {"sign": measure.label, "value": measure.shown(value)}
    if criterion.above is not None and value > criterion.above:
        return Text(N_("{sign} {value}: above {limit}"), {**params, "limit": criterion.above})
    if criterion.below is not None and value < criterion.below:
        return Text(N_("{sign} {value}: below {limit}"), {**params, "limit": criterion.below})
    if criterion.low is None or value < criterion.low:
        return None
    if criterion.high is None:
        return Text(N_("{sign} {value}: {limit} or more"), {**params, "limit": criterion.low})
    if value > criterion.high:
        return None
    return Text(
        N_("{sign} {value}: between {low} and {high}"),
        {**params, "low": criterion.low, "high": criterion.high},
    )
