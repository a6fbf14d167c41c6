"""Which department and doctor a complaint suggests, in which order and why."""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.hearing import Phrase, phrase
from deskapp.domain.registration import Sex
from deskapp.domain.rotation import Turn
from deskapp.domain.text import Words
from deskapp.domain.triage import (
    Booking,
    DepartmentRule,
    DoctorOnDuty,
    RedFlagRule,
    SeenBy,
    Triage,
    TriageRules,
    TriageVisitor,
    suggest,
)
from deskapp.i18n import Translator

NOW = dt.datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001  # the site's local time, as the rules take it
ENGLISH = Translator("en", gettext.NullTranslations())


def named(text: str) -> Words:
    return Words(text, text, text)


def phrases(*texts: str, weight: int = 1) -> tuple[Phrase, ...]:
    return tuple(phrase(text, weight) for text in texts)


CHEST = DepartmentRule("chest", named("Chest clinic"), phrases("cough", "胸闷", "ханиа"), min_age=14)
HEART = DepartmentRule("heart", named("Heart clinic"), phrases("胸闷", "palpitation"), min_age=14)
BONES = DepartmentRule(
    "bones",
    named("Bones"),
    phrases("knee", "back pain"),
    focus=(phrases("back pain", "脊柱"), phrases("knee", "膝")),
)
WOMEN = DepartmentRule("women", named("Women"), phrases("period."), sex=Sex.FEMALE)
BIRTH = DepartmentRule("birth", named("Birth"), phrases("pregnan"), sex=Sex.FEMALE, maternity=True)
CHILD = DepartmentRule("child", named("Children"), phrases("my child"), max_age=13, general=True)
GENERAL = DepartmentRule("general", named("General"), phrases("tired"), min_age=14, general=True)
EMERGENCY = DepartmentRule("emergency", named("Emergency"), phrases("accident"), emergency=True)
FLAGS = (
    RedFlagRule(
        "stroke", phrases("stroke"), named("sit"), named("s"), 2, "emergency", phrases("after stroke")
    ),
    RedFlagRule("no-breath", phrases("cant breathe"), named("sit up"), named("s"), 1, "emergency"),
    RedFlagRule("labour", phrases("waters broke"), named("come"), named("s"), 2, "birth"),
)
RULES = TriageRules(
    (EMERGENCY, GENERAL, CHILD, CHEST, HEART, BONES, WOMEN, BIRTH), FLAGS, phrases("follow up", "复查")
)
ADULT = TriageVisitor(age=40)


def doctor(number: int, department: str = "bones", **more: object) -> DoctorOnDuty:
    values: dict[str, object] = {"on_duty_from": dt.time(8), "on_duty_until": dt.time(17, 30), **more}
    return DoctorOnDuty(number, f"Dr{number}", department, **values)  # type: ignore[arg-type]


def ask(
    said: str,
    visitor: TriageVisitor = ADULT,
    doctors: Sequence[DoctorOnDuty] = (),
    turns: Mapping[str, Sequence[Turn]] | None = None,
    now: dt.datetime = NOW,
) -> Triage:
    return suggest(said, visitor, RULES, doctors=doctors, turns=turns or {}, now=now)


def places(triage: Triage) -> list[tuple[str, int | None]]:
    return [(one.department, one.doctor) for one in triage.suggestions]


def departments(triage: Triage) -> list[str]:
    return list(dict.fromkeys(one.department for one in triage.suggestions))


def reasons(triage: Triage, rank: int = 0) -> list[str]:
    return [ENGLISH(reason) for reason in triage.suggestions[rank].reasons]


class TestDepartment:
    def test_what_was_said_is_the_reason(self) -> None:
        found = ask("I have a bad Cough", doctors=[doctor(1, "chest", waiting=3)])
        assert places(found) == [("chest", 1)]
        assert reasons(found) == ["said “Cough”", "only doctor on duty", "on duty until 17:30, 3 waiting"]
        assert found.suggestions[0].words == ("Cough",)

    def test_more_words_come_first(self) -> None:
        assert departments(ask("胸闷 and palpitations")) == ["heart", "chest"]

    def test_of_equals_the_one_with_somebody_on_duty_comes_first(self) -> None:
        assert departments(ask("胸闷")) == ["chest", "heart"]
        assert departments(ask("胸闷", doctors=[doctor(1, "heart")])) == ["heart", "chest"]

    def test_a_denied_word_does_not_count(self) -> None:
        assert departments(ask("no cough, but knee pain")) == ["bones"]

    def test_unknown_words_go_to_the_general_department_and_say_so(self) -> None:
        found = ask("something odd")
        assert departments(found) == ["general"]
        assert reasons(found)[0] == "no rule matches these words"

    def test_nothing_said_suggests_nothing(self) -> None:
        assert ask("  \x00 ") == Triage((), ())

    def test_a_hospital_without_the_department_suggests_others(self) -> None:
        few = RULES.only({"general", "heart"})
        found = suggest("胸闷", ADULT, few, doctors=[], turns={}, now=NOW)
        assert departments(found) == ["heart"]
        assert few.department("chest") is None

    def test_sex_keeps_a_department_out_but_not_when_unknown(self) -> None:
        assert departments(ask("period pain", TriageVisitor(30, Sex.MALE))) == ["general"]
        assert departments(ask("period pain", TriageVisitor(30, Sex.FEMALE))) == ["women"]
        assert departments(ask("period pain", TriageVisitor(30))) == ["women"]

    def test_a_child_goes_to_the_childrens_department_with_what_was_said(self) -> None:
        found = ask("cough", TriageVisitor(age=6))
        assert departments(found) == ["child"]
        assert reasons(found)[:2] == ["under 14: Children", "said “cough”"]

    def test_age_limits_are_inclusive(self) -> None:
        assert departments(ask("cough", TriageVisitor(age=13))) == ["child"]
        assert departments(ask("cough", TriageVisitor(age=14))) == ["chest"]

    def test_a_special_department_that_takes_children_keeps_them(self) -> None:
        assert departments(ask("knee", TriageVisitor(age=6))) == ["bones"]

    def test_pregnancy_speaks_for_obstetrics(self) -> None:
        found = ask("cough", TriageVisitor(30, Sex.FEMALE, pregnant=True))
        assert departments(found) == ["birth", "chest"]
        assert reasons(found)[0] == "pregnant"

    def test_at_most_five_suggestions_none_twice(self) -> None:
        everybody = [doctor(n, code) for n, code in enumerate(["bones", "chest", "heart", "women"] * 5)]
        found = ask("cough 胸闷 knee back pain period", doctors=everybody)
        assert len(found.suggestions) == 5
        assert len(set(places(found))) == 5


class TestDoctor:
    def test_takes_turns(self) -> None:
        team = [doctor(1), doctor(2), doctor(3)]
        found = ask("knee", doctors=team, turns={"bones": [Turn(1, 1)]})
        assert places(found) == [("bones", 2), ("bones", 3), ("bones", 1)]
        assert "next in turn" in reasons(found, 0)
        assert "next in turn" not in reasons(found, 1)

    def test_the_absent_are_skipped(self) -> None:
        found = ask("knee", doctors=[doctor(1, absent=True), doctor(2)])
        assert places(found) == [("bones", 2)]
        assert "only doctor on duty" in reasons(found)

    def test_nobody_on_duty_says_who_is_next(self) -> None:
        team = [doctor(1, on_duty_from=dt.time(14)), doctor(2, on_duty_from=dt.time(12), absent=True)]
        found = ask("knee", doctors=team)
        assert places(found) == [("bones", None)]
        assert reasons(found)[-1] == "nobody on duty now: next is Dr1 at 14:00"

    def test_nobody_on_duty_any_more(self) -> None:
        found = ask("knee", doctors=[doctor(1, on_duty_until=dt.time(10))])
        assert reasons(found)[-1] == "nobody on duty any more today"

    def test_speciality_comes_before_the_turn_in_any_language(self) -> None:
        team = [doctor(1), doctor(2, speciality="脊柱外科")]
        found = ask("back pain", doctors=team)
        assert places(found)[0] == ("bones", 2)
        assert "specialises in 脊柱" in reasons(found)
        assert places(ask("knee", doctors=team))[0] == ("bones", 1)

    def test_a_language_comes_before_speciality_and_is_said(self) -> None:
        team = [doctor(1, speciality="knee"), doctor(2, languages=("zh", "mn"))]
        found = ask("knee", TriageVisitor(40, language="mn"), team)
        assert places(found)[0] == ("bones", 2)
        assert "speaks Mongolian" in reasons(found)

    def test_a_language_everybody_speaks_is_no_reason(self) -> None:
        found = ask("knee", doctors=[doctor(1), doctor(2)])
        assert not [text for text in reasons(found) if text.startswith("speaks")]

    def test_a_language_nobody_on_duty_speaks_is_said(self) -> None:
        found = ask("knee", TriageVisitor(40, language="en"), [doctor(1)])
        assert reasons(found)[-1] == "nobody on duty here speaks English"

    def test_open_ended_duty_has_no_end_to_tell(self) -> None:
        found = ask("knee", doctors=[doctor(1, on_duty_until=None, waiting=2)])
        assert reasons(found)[-1] == "on duty, 2 waiting"

    @pytest.mark.parametrize(
        ("clock", "there"),
        [(dt.time(19, 59), False), (dt.time(20), True), (dt.time(3), True), (dt.time(8), False)],
    )
    def test_a_night_duty_crosses_midnight(self, clock: dt.time, there: bool) -> None:
        night = doctor(1, on_duty_from=dt.time(20), on_duty_until=dt.time(8))
        assert night.on_duty(clock) is there


class TestOwnDoctor:
    BACK = TriageVisitor(40, seen=(SeenBy(2, "Dr2", "bones", dt.date(2026, 11, 3)),))
    BOTH = TriageVisitor(
        40,
        seen=(
            SeenBy(1, "Dr1", "heart", dt.date(2026, 11, 9)),
            SeenBy(2, "Dr2", "bones", dt.date(2026, 10, 3)),
        ),
    )

    def test_a_return_visit_goes_to_the_same_doctor(self) -> None:
        found = ask("knee again", self.BACK, [doctor(1), doctor(2)])
        assert places(found) == [("bones", 2), ("bones", 1)]
        assert reasons(found)[0] == "return visit: saw the same doctor on 3 Nov 2026"

    def test_also_when_nothing_or_only_the_return_was_said(self) -> None:
        assert places(ask("", self.BACK, [doctor(1), doctor(2)])) == [("bones", 2)]
        assert places(ask("follow up", self.BACK, [doctor(1), doctor(2)]))[0] == ("bones", 2)

    def test_an_absent_doctor_is_told_and_the_next_offered(self) -> None:
        found = ask("knee", self.BACK, [doctor(1), doctor(2, absent=True)])
        assert places(found) == [("bones", 1)]
        assert reasons(found)[:2] == ["return visit: last seen on 3 Nov 2026", "Dr2 is absent today"]

    def test_a_doctor_whose_duty_is_over_is_not_absent(self) -> None:
        found = ask(
            "knee", self.BACK, [doctor(1), doctor(2, on_duty_from=None, on_duty_until=None, off=True)]
        )
        assert places(found) == [("bones", 1)]
        assert "Dr2 is not on duty now" in reasons(found)

    def test_a_doctor_who_comes_later_is_told(self) -> None:
        found = ask("knee", self.BACK, [doctor(1), doctor(2, on_duty_from=dt.time(14))])
        assert "Dr2 is on duty from 14:00" in reasons(found)

    def test_a_doctor_not_on_the_list_is_told(self) -> None:
        found = ask("knee", self.BACK, [doctor(1)])
        assert "Dr2 is not on duty now" in reasons(found)

    def test_another_matter_goes_elsewhere_first(self) -> None:
        found = ask("cough", self.BACK, [doctor(1, "chest"), doctor(2)])
        assert places(found) == [("chest", 1), ("bones", 2)]

    def test_the_doctor_of_the_matter_comes_before_the_one_seen_last(self) -> None:
        team = [doctor(1, "heart"), doctor(2), doctor(3)]
        found = ask("follow up, my knee", self.BOTH, team)
        assert places(found)[0] == ("bones", 2)
        assert reasons(found)[0] == "return visit: saw the same doctor on 3 Oct 2026"
        assert places(ask("palpitations again", self.BOTH, team))[0] == ("heart", 1)

    def test_the_first_claim_with_a_doctor_of_its_own_decides(self) -> None:
        team = [doctor(1, "heart"), doctor(2), doctor(4, "chest")]
        found = ask("cough, cough, ханиа and a knee", self.BOTH, team)
        assert places(found)[:2] == [("bones", 2), ("chest", 4)]

    @pytest.mark.parametrize("said", ["follow up", "", "something odd"])
    def test_without_a_matter_it_is_the_doctor_seen_last(self, said: str) -> None:
        general = SeenBy(5, "Dr5", "general", dt.date(2026, 9, 1))
        came = replace(self.BOTH, seen=(*self.BOTH.seen, general))
        team = [doctor(1, "heart"), doctor(2), doctor(5, "general")]
        assert places(ask(said, came, team))[0] == ("heart", 1)

    def test_a_doctor_who_works_in_another_department_now_is_gone_to_there(self) -> None:
        found = ask("palpitations", self.BACK, [doctor(2, "heart"), doctor(3, "heart")])
        assert places(found)[0] == ("heart", 2)

    def test_a_doctor_asked_for_by_name_comes_first(self) -> None:
        found = ask("knee, please Dr3", doctors=[doctor(1), doctor(3)])
        assert places(found)[0] == ("bones", 3)
        assert reasons(found)[0] == "asked for Dr3"
        assert places(ask("knee, please Dr33", doctors=[doctor(1), doctor(3)]))[0] == ("bones", 1)

    def test_a_chinese_name_is_heard_inside_the_sentence(self) -> None:
        found = ask("我想找王建国医生看膝盖", doctors=[doctor(1), DoctorOnDuty(9, "王建国", "bones")])
        assert places(found)[0] == ("bones", 9)

    def test_the_doctor_booked_comes_first_whatever_is_said(self) -> None:
        came = replace(self.BACK, booking=Booking("bones", 3, dt.time(10, 30)))
        found = ask("cough", came, [doctor(1, "chest"), doctor(2), doctor(3)])
        assert places(found)[0] == ("bones", 3)
        assert reasons(found)[0] == "booked for 10:30"

    def test_a_department_booked_is_proposed_with_its_doctors_in_turn(self) -> None:
        came = TriageVisitor(40, booking=Booking("bones", None, dt.time(10, 30)))
        found = ask("", came, [doctor(1), doctor(2)])
        assert places(found) == [("bones", 1), ("bones", 2)]
        assert reasons(found)[0] == "booked for 10:30"

    def test_a_booked_doctor_who_is_away_is_told(self) -> None:
        came = TriageVisitor(40, booking=Booking("bones", 3, dt.time(10, 30)))
        found = ask("", came, [doctor(1), doctor(3, absent=True)])
        assert places(found) == [("bones", 1)]
        assert reasons(found)[:2] == ["booked for 10:30", "Dr3 is absent today"]

    def test_who_has_outgrown_the_department_begins_anew(self) -> None:
        grown = TriageVisitor(14, seen=(SeenBy(2, "Dr2", "child", dt.date(2026, 1, 3)),))
        team = [doctor(1, "chest"), doctor(2, "child"), doctor(3)]
        assert places(ask("cough", grown, team)) == [("chest", 1)]
        other = replace(grown, seen=(*grown.seen, SeenBy(3, "Dr3", "bones", dt.date(2025, 1, 3))))
        assert places(ask("", other, team)) == [("bones", 3)]

    def test_without_a_date_it_is_still_a_return_visit(self) -> None:
        found = ask("knee", TriageVisitor(40, seen=(SeenBy(2, "Dr2", "bones"),)), [doctor(2)])
        assert reasons(found)[0] == "return visit: the responsible doctor"


class TestRedFlags:
    def test_interrupts_and_puts_emergency_first(self) -> None:
        found = ask("cough, I can't breathe", doctors=[doctor(1, "chest"), doctor(2, "emergency")])
        assert [(flag.code, flag.word, flag.level) for flag in found.red_flags] == [
            ("no-breath", "cant breathe", 1)
        ]
        assert places(found) == [("emergency", 2), ("chest", 1)]
        assert reasons(found)[0] == "emergency first: “cant breathe”"

    def test_the_most_urgent_comes_first(self) -> None:
        found = ask("stroke, can't breathe")
        assert [flag.code for flag in found.red_flags] == ["no-breath", "stroke"]
        assert departments(found) == ["emergency"]

    def test_comes_before_the_own_doctor(self) -> None:
        found = ask("can't breathe", TestOwnDoctor.BACK, [doctor(2)])
        assert departments(found) == ["emergency", "bones"]

    @pytest.mark.parametrize("said", ["no stroke", "I was here after my stroke"])
    def test_denied_or_harmless_does_not_interrupt(self, said: str) -> None:
        assert ask(said).red_flags == ()

    def test_labour_goes_to_obstetrics_if_there_is_one(self) -> None:
        woman = TriageVisitor(30, Sex.FEMALE)
        assert departments(ask("waters broke", woman)) == ["birth"]
        without = RULES.only({"emergency", "general"})
        found = suggest("waters broke", woman, without, doctors=[], turns={}, now=NOW)
        assert departments(found) == ["emergency"]


@given(
    st.text(alphabet="cough knee back pain 胸闷复查 стroke.,", max_size=60) | st.text(max_size=60),
    st.none() | st.integers(0, 110),
    st.sampled_from(Sex),
    st.lists(st.booleans(), max_size=6),
)
def test_whatever_is_said_the_suggestions_hold_together(
    said: str, age: int | None, sex: Sex, absent: list[bool]
) -> None:
    codes = ("bones", "chest", "women")
    team = [doctor(n, codes[n % 3], absent=away) for n, away in enumerate(absent)]
    found = ask(said, TriageVisitor(age, sex), team)
    present = {one.id: one.department for one in team if not one.absent}
    assert len(found.suggestions) <= 5
    assert len(set(places(found))) == len(found.suggestions)
    for one in found.suggestions:
        rule = RULES.department(one.department)
        assert rule is not None
        assert rule.fits_age(age)
        assert rule.fits_sex(sex)
        assert one.reasons
        assert one.doctor is None or present[one.doctor] == one.department
