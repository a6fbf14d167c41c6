"""Vital signs: what is refused, what NEWS2 adds up to, which level the criteria give."""

from __future__ import annotations

import gettext
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.urgency import (
    MEASURES,
    URGENCY_LABELS,
    URGENCY_NUMERALS,
    Band,
    Consciousness,
    Level,
    News2,
    Urgency,
    UrgencyTable,
    Vitals,
    is_milder,
    level,
    news2,
    vitals_from_text,
)
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.triage_rules import load_urgency

ENGLISH = Translator("en", gettext.NullTranslations())
HEALTHY = {"pulse": 70, "systolic": 120, "spo2": 98}


@pytest.fixture(scope="module")
def table() -> UrgencyTable:
    return load_urgency()


def scored(table: UrgencyTable, vitals: Vitals, age: int | None = 40, pregnant: bool = False) -> News2:
    return news2(vitals, age, pregnant, table.news2)


def levelled(table: UrgencyTable, **signs: object) -> Level:
    return level(Vitals(**{**HEALTHY, **signs}), 40, False, table)  # type: ignore[arg-type]


def vector(text: str) -> Vitals:
    breaths, spo2, oxygen, systolic, pulse, state, heat, scale = text.split(",")
    return Vitals(
        int(breaths),
        int(spo2),
        oxygen == "y",
        int(systolic),
        int(pulse),
        Consciousness(state),
        Decimal(heat),
        int(scale),
    )


class TestVitals:
    @pytest.mark.parametrize(
        ("sign", "value"),
        [
            ("spo2", 101),
            ("spo2", -1),
            ("pulse", 351),
            ("respiration", 101),
            ("systolic", 360),
            ("temperature", 98.6),
            ("temperature", 3.7),
            ("pain", 11),
            ("glucose", 0),
            ("spo2_scale", 3),
            ("usual_systolic", 10),
            ("temperature", float("nan")),
            ("glucose", float("inf")),
        ],
    )
    def test_impossible_values_are_refused_at_their_field(self, sign: str, value: float) -> None:
        with pytest.raises(InputError) as refused:
            Vitals(**{sign: value})  # type: ignore[arg-type]
        assert (refused.value.field, refused.value.code) == (sign, "vitals.impossible")

    def test_the_refusal_says_what_is_possible(self) -> None:
        with pytest.raises(InputError) as refused:
            Vitals(temperature=98.6)
        assert ENGLISH(refused.value.text) == "temperature: must be between 20 and 46 °C."

    def test_a_heart_that_stands_still_is_possible(self) -> None:
        assert Vitals(pulse=0, respiration=0, systolic=0, spo2=0).pulse == 0

    def test_temperature_is_kept_to_a_tenth(self) -> None:
        assert Vitals(temperature=38.05).temperature == Decimal("38.1")

    def test_typed_values_are_read_as_people_type_them(self) -> None:
        typed = {
            "temperature": "３６，８",
            "pulse": " 72 ",
            "consciousness": "a",
            "on_oxygen": "0",
            "pain": "",
        }
        assert vitals_from_text(typed) == Vitals(
            pulse=72, temperature=Decimal("36.8"), consciousness=Consciousness.ALERT, on_oxygen=False
        )

    @pytest.mark.parametrize(
        ("sign", "text", "code"),
        [
            ("pulse", "fast", "vitals.number"),
            ("pulse", "7 2", "vitals.number"),
            ("pulse", "1e2", "vitals.number"),
            ("pulse", "9" * 10_000, "vitals.number"),
            ("pulse", "72.5", "vitals.whole"),
            ("pulse", "\x00", "vitals.number"),
            ("on_oxygen", "maybe", "vitals.yes-no"),
            ("consciousness", "X", "vitals.consciousness"),
        ],
    )
    def test_what_is_no_value_is_refused_at_its_field(self, sign: str, text: str, code: str) -> None:
        with pytest.raises(InputError) as refused:
            vitals_from_text({sign: text})
        assert (refused.value.field, refused.value.code) == (sign, code)

    def test_nothing_measured_is_empty(self) -> None:
        assert Vitals().empty
        assert vitals_from_text({"pulse": "", "temperature": "  "}).empty
        assert not Vitals(on_oxygen=False).empty

    @given(
        st.builds(
            Vitals,
            st.none() | st.integers(0, 100),
            st.none() | st.integers(0, 100),
            st.none() | st.booleans(),
            st.none() | st.integers(0, 350),
            st.none() | st.integers(0, 350),
            st.none() | st.sampled_from(Consciousness),
            st.none() | st.decimals("20", "46", places=1),
            st.sampled_from([1, 2]),
            st.none() | st.decimals("0.1", "100", places=2),
            st.none() | st.integers(0, 10),
        )
    )
    def test_readings_written_down_are_read_back_the_same(self, vitals: Vitals) -> None:
        assert vitals_from_text(vitals.readings()) == vitals


class TestNews2:
    @pytest.mark.parametrize(
        ("signs", "total", "band"),
        [
            ("16,98,n,120,70,A,36.8,1", 0, Band.ROUTINE),
            ("21,93,n,120,95,A,37.5,1", 5, Band.URGENT),
            ("25,91,y,90,131,V,39.1,1", 19, Band.EMERGENCY),
            ("20,97,y,219,90,A,38.0,2", 5, Band.URGENT),
            ("20,97,n,219,90,A,38.0,2", 0, Band.ROUTINE),
            ("8,83,y,220,40,C,35.0,2", 20, Band.EMERGENCY),
            ("9,95,n,101,41,A,38.1,1", 5, Band.URGENT),
            ("24,94,n,110,110,A,36.0,1", 6, Band.URGENT),
            ("18,96,n,120,80,C,37.0,1", 3, Band.URGENT_REVIEW),
            ("11,92,y,100,130,A,39.0,1", 10, Band.EMERGENCY),
        ],
    )
    def test_vectors(self, table: UrgencyTable, signs: str, total: int, band: Band) -> None:
        found = scored(table, vector(signs))
        assert (found.total, found.band) == (total, band)
        assert sum(points for _, points in found.parts) == total

    @pytest.mark.parametrize(
        ("sign", "steps"),
        [
            ("respiration", {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3}),
            ("spo2", {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0}),
            ("systolic", {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3}),
            ("pulse", {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3}),
            ("temperature", {35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2}),
        ],
    )
    def test_every_border_of_the_chart(self, table: UrgencyTable, sign: str, steps: dict[float, int]) -> None:
        healthy = vector("16,98,n,120,70,A,36.8,1").readings()
        found = {
            value: dict(scored(table, vitals_from_text({**healthy, sign: str(value)})).parts)[sign]
            for value in steps
        }
        assert found == steps

    @pytest.mark.parametrize(
        ("spo2", "on_air", "on_oxygen"),
        [(83, 3, 3), (85, 2, 2), (87, 1, 1), (88, 0, 0), (92, 0, 0), (93, 0, 1), (95, 0, 2), (97, 0, 3)],
    )
    def test_second_scale_counts_much_oxygen_only_when_it_is_given(
        self, table: UrgencyTable, spo2: int, on_air: int, on_oxygen: int
    ) -> None:
        for oxygen, points in (("n", on_air), ("y", on_oxygen)):
            found = scored(table, vector(f"16,{spo2},{oxygen},120,70,A,36.8,2"))
            assert dict(found.parts)["spo2"] == points

    def test_what_is_missing_is_named_instead_of_scored(self, table: UrgencyTable) -> None:
        found = scored(table, Vitals(pulse=140, spo2=80))
        assert found.total is None
        assert found.missing == ("respiration", "on_oxygen", "systolic", "consciousness", "temperature")

    @pytest.mark.parametrize(("age", "pregnant"), [(15, False), (0, False), (30, True)])
    def test_children_and_pregnant_women_are_not_scored(
        self, table: UrgencyTable, age: int, pregnant: bool
    ) -> None:
        found = scored(table, vector("25,91,y,90,131,V,39.1,1"), age, pregnant)
        assert (found.total, found.band, found.missing) == (None, None, ())
        assert found.note is not None
        assert ENGLISH(found.note).startswith("Not scored")

    def test_sixteen_is_old_enough_and_unknown_age_is_said(self, table: UrgencyTable) -> None:
        healthy = vector("16,98,n,120,70,A,36.8,1")
        assert scored(table, healthy, 16).total == 0
        unknown = scored(table, healthy, None)
        assert unknown.total == 0
        assert unknown.note is not None

    def test_the_source_is_acknowledged(self, table: UrgencyTable) -> None:
        assert "Royal College of Physicians" in scored(table, Vitals()).source.en


class TestLevel:
    @pytest.mark.parametrize(
        ("sign", "steps"),
        [
            (
                "pulse",
                {181: 1, 180: 2, 150: 2, 149: 3, 100: 3, 99: 4, 56: 4, 55: 3, 51: 3, 50: 2, 40: 2, 39: 1},
            ),
            ("systolic", {201: 2, 200: 3, 180: 3, 179: 4, 91: 4, 90: 3, 81: 3, 80: 2, 70: 2, 69: 1}),
            ("spo2", {79: 1, 80: 2, 90: 2, 91: 3, 94: 3, 95: 4}),
            ("temperature", {41.0: 4, 41.1: 1}),
            ("glucose", {3.32: 1, 3.33: 4}),
            ("pain", {3: 4, 4: 3, 6: 3, 7: 2, 10: 2}),
            ("usual_systolic", {149: 4, 150: 1, 180: 1}),
        ],
    )
    def test_shared_borders_belong_to_the_more_urgent_level(
        self, table: UrgencyTable, sign: str, steps: dict[float, int]
    ) -> None:
        assert {value: levelled(table, **{sign: value}).level for value in steps} == steps

    @pytest.mark.parametrize(("letter", "expected"), [("A", 4), ("C", 2), ("V", 2), ("P", 1), ("U", 1)])
    def test_consciousness(self, table: UrgencyTable, letter: str, expected: int) -> None:
        found = levelled(table, consciousness=Consciousness(letter))
        assert found.level == expected

    def test_any_criterion_is_enough_and_each_is_told_with_value_and_limit(self, table: UrgencyTable) -> None:
        found = levelled(table, pulse=190, spo2=92, consciousness=Consciousness.VOICE)
        assert found.level is Urgency.CRITICAL
        assert [ENGLISH(fired.text) for fired in found.fired] == [
            "pulse 190 /min: above 180",
            "consciousness: reacts to voice only",
            "oxygen saturation 92 %: between 90 and 94",
        ]
        assert [fired.level for fired in found.fired] == [1, 2, 3]
        assert all(fired.source.zh for fired in found.fired)

    def test_below_and_open_ranges_are_told_too(self, table: UrgencyTable) -> None:
        found = levelled(table, systolic=60, usual_systolic=120, pain=8)
        assert [ENGLISH(fired.text) for fired in found.fired] == [
            "systolic pressure 60 mmHg: below 70",
            "fall of systolic pressure 60 mmHg: 30 or more",
            "pain 8: 7 or more",
        ]

    @pytest.mark.parametrize(
        ("signs", "minutes", "again"),
        [({"pulse": 190}, 0, None), ({"pulse": 160}, 10, None), ({"pulse": 120}, 30, 30), ({}, 60, 60)],
    )
    def test_minutes_to_the_doctor_and_to_the_next_look(
        self, table: UrgencyTable, signs: dict[str, int], minutes: int, again: int | None
    ) -> None:
        found = levelled(table, **signs)
        assert (found.response_minutes, found.reassess_minutes) == (minutes, again)
        assert found.source is not None

    def test_the_lowest_level_needs_the_three_main_signs(self, table: UrgencyTable) -> None:
        found = level(Vitals(pulse=70, temperature=37), 40, False, table)
        assert found.level is None
        assert found.missing == ("systolic", "spo2")

    def test_one_bad_sign_is_enough_whatever_is_missing(self, table: UrgencyTable) -> None:
        assert level(Vitals(spo2=79), 40, False, table).level is Urgency.CRITICAL

    @pytest.mark.parametrize(("age", "pregnant"), [(13, False), (30, True)])
    def test_children_and_pregnant_women_are_not_scored(
        self, table: UrgencyTable, age: int, pregnant: bool
    ) -> None:
        found = level(Vitals(pulse=190), age, pregnant, table)
        assert found.level is None
        assert found.fired == ()
        assert found.note is not None

    def test_an_unknown_age_is_taken_for_an_adult_and_said(self, table: UrgencyTable) -> None:
        found = level(Vitals(pulse=190), None, False, table)
        assert found.level is Urgency.CRITICAL
        assert found.note is not None

    @given(pulse=st.integers(0, 350), systolic=st.integers(0, 350), spo2=st.integers(0, 100))
    def test_a_further_sign_never_makes_it_less_urgent(
        self, table: UrgencyTable, pulse: int, systolic: int, spo2: int
    ) -> None:
        alone = level(Vitals(pulse=pulse), 40, False, table).level
        together = level(Vitals(pulse=pulse, systolic=systolic, spo2=spo2), 40, False, table).level
        assert together is not None
        assert alone is None or together <= alone


def test_every_level_has_name_and_numeral_and_every_sign_a_label() -> None:
    assert set(URGENCY_LABELS) == set(URGENCY_NUMERALS) == set(Urgency)
    assert all(measure.label.message for measure in MEASURES.values())


@pytest.mark.parametrize(
    ("judged", "signs", "milder"),
    [(4, 2, True), (2, 2, False), (1, 2, False), (None, 2, False), (4, None, False), (None, None, False)],
)
def test_a_judgement_is_milder_than_the_signs(judged: int | None, signs: int | None, milder: bool) -> None:
    assert is_milder(judged, signs) is milder
