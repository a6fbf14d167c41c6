"""What the product proposes for a complaint: who is on duty, whose turn it is, whom the visitor knows."""

from __future__ import annotations

import datetime as dt
import gettext

import pytest

from deskapp.domain.access import Actor
from deskapp.domain.directory import DepartmentDraft, Seen
from deskapp.domain.duty import Duty
from deskapp.domain.intake import SuggestionView
from deskapp.domain.registration import EndReason, Step
from deskapp.domain.text import Words
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.services.intake.triage import TriageQuestion
from tests.services.conftest import Desk, WallClock

NEXT_DAY = dt.date(2026, 11, 17)
SURGICAL = "肚子上有个肿块，普通外科"


def suggest(desk: Desk, complaint: str = SURGICAL, **known: object) -> list[SuggestionView]:
    question = TriageQuestion(complaint, **known)  # type: ignore[arg-type]
    return list(desk.services.triage.suggest(desk.actor, question).suggestions)


def reasons(suggestion: SuggestionView) -> str:
    tr = Translator("en", gettext.NullTranslations())
    return " · ".join(tr(reason) for reason in suggestion.reasons)


def first_doctor(desk: Desk, **known: object) -> int | None:
    return suggest(desk, **known)[0].doctor_id


def test_words_of_a_department_bring_its_doctors_in_turn(desk: Desk) -> None:
    house = desk.house
    found = suggest(desk)
    assert {place.department_id for place in found} == {house.surgery}
    assert [place.doctor_id for place in found][:2] == [house.li, house.wang]
    assert (found[0].department.en, found[0].doctor, found[0].room) == ("General surgery", "李静", "B301")
    assert found[0].reasons


def test_doctors_take_turns(desk: Desk) -> None:
    house, sent = desk.house, []
    for n in range(4):
        doctor = first_doctor(desk)
        sent.append(doctor)
        desk.triaged(f"王{n}", doctor_id=doctor)
    assert sent == [house.li, house.wang, house.li, house.wang]


def test_a_named_referral_uses_up_the_doctors_turn(desk: Desk) -> None:
    house = desk.house
    desk.triaged("熟人", doctor_id=house.li, named=True)
    assert first_doctor(desk) == house.wang


def test_deciding_again_for_the_same_doctor_takes_no_second_turn(desk: Desk) -> None:
    house = desk.house
    visit = desk.triaged("王", doctor_id=house.li)
    desk.triage(visit, doctor_id=house.li, complaint="改一下")
    assert first_doctor(desk) == house.wang
    desk.triaged("张", doctor_id=house.wang)
    assert first_doctor(desk) == house.li


def test_a_doctor_to_whom_nobody_went_in_the_end_gets_the_turn_back(desk: Desk) -> None:
    house, visit = desk.house, desk.triaged("王", doctor_id=desk.house.li)
    assert first_doctor(desk) == house.wang
    desk.triage(visit, doctor_id=house.wang)
    assert first_doctor(desk) == house.li
    desk.triage(visit, doctor_id=house.li)
    assert first_doctor(desk) == house.wang


@pytest.mark.parametrize(
    ("clock_text", "marked", "said"),
    [
        ("19:00", False, "王伟 is not on duty now"),
        ("10:00", True, "王伟 is absent today"),
        ("19:00", True, "王伟 is absent today"),
    ],
)
def test_absent_is_only_who_is_marked_so(
    desk: Desk, clock: WallClock, clock_text: str, marked: bool, said: str
) -> None:
    visitor = desk.register("王建国").id
    desk.triage(desk.open(visitor).id, doctor_id=desk.house.wang)
    clock.set("09:00", NEXT_DAY)
    if marked:
        desk.services.directory.mark_absent(desk.actor, new_request(), desk.house.wang)
    clock.set(clock_text, NEXT_DAY)
    assert said in reasons(suggest(desk, visitor_id=visitor)[0])


def test_a_doctor_without_duty_today_is_not_called_absent(desk: Desk, head: Actor, clock: WallClock) -> None:
    visitor = desk.register("王建国").id
    desk.triage(desk.open(visitor).id, doctor_id=desk.house.wang)
    clock.set("09:00", NEXT_DAY)
    wednesdays = [Duty(dt.time(8), dt.time(18), weekday=2)]
    desk.services.directory.save_duty_times(head, new_request(), desk.house.wang, wednesdays)
    [first, *_others] = suggest(desk, visitor_id=visitor)
    assert first.doctor_id == desk.house.li
    assert "王伟 is not on duty now" in reasons(first)


def test_an_absent_doctor_is_passed_over_and_gets_no_make_up_turn(desk: Desk, clock: WallClock) -> None:
    house, directory = desk.house, desk.services.directory
    directory.mark_absent(desk.actor, new_request(), house.li)
    assert first_doctor(desk) == house.wang
    for n in range(2):
        desk.triaged(f"王{n}", doctor_id=house.wang)
    clock.forward(minutes=10)
    directory.mark_back(desk.actor, new_request(), house.li)
    sent = []
    for n in range(2):
        doctor = first_doctor(desk)
        sent.append(doctor)
        desk.triaged(f"张{n}", doctor_id=doctor)
    assert sorted(map(str, sent)) == sorted(map(str, [house.li, house.wang]))


def test_turns_begin_anew_each_day(desk: Desk, clock: WallClock) -> None:
    desk.triaged("王", doctor_id=desk.house.li)
    assert first_doctor(desk) == desk.house.wang
    clock.set("09:00", NEXT_DAY)
    assert first_doctor(desk) == desk.house.li


def test_a_return_visit_goes_to_the_doctor_seen_before(desk: Desk, clock: WallClock) -> None:
    visitor = desk.register("王建国")
    visit = desk.open(visitor.id).id
    desk.triage(visit, doctor_id=desk.house.wang)
    clock.set("09:00", NEXT_DAY)
    best = suggest(desk, visitor_id=visitor.id)[0]
    assert best.doctor_id == desk.house.wang
    assert "16" in reasons(best)
    assert suggest(desk, visitor_id=desk.register("别人").id)[0].doctor_id == desk.house.li


def test_the_doctor_of_the_matter_is_proposed_not_only_that_of_the_last_visit(
    desk: Desk, clock: WallClock
) -> None:
    house, visitor = desk.house, desk.register("王建国").id
    desk.triage(desk.open(visitor).id, doctor_id=house.wang)
    clock.set("09:00", NEXT_DAY)
    desk.triage(desk.open(visitor).id, doctor_id=house.pool, department_id=house.eyes)
    clock.set("09:00", NEXT_DAY + dt.timedelta(1))
    best = suggest(desk, "疝气复查", visitor_id=visitor)[0]
    assert (best.department_id, best.doctor_id) == (house.surgery, house.wang)
    assert suggest(desk, "复查", visitor_id=visitor)[0].doctor_id == house.pool


def test_the_visit_being_triaged_is_no_earlier_one(desk: Desk) -> None:
    house, visitor = desk.house, desk.register("王建国").id
    visit = desk.open(visitor).id
    desk.triage(visit, doctor_id=house.wang)
    assert suggest(desk, visitor_id=visitor, visit_id=visit)[0].doctor_id == house.li
    later = desk.open(visitor).id
    assert suggest(desk, visitor_id=visitor, visit_id=later)[0].doctor_id == house.wang


def test_a_visit_that_came_to_nothing_binds_nobody(desk: Desk, clock: WallClock) -> None:
    visitor = desk.register("王建国")
    visit = desk.open(visitor.id).id
    desk.triage(visit, doctor_id=desk.house.wang)
    desk.services.visits.end(desk.actor, new_request(), visit, EndReason.LEFT_UNSEEN)
    clock.set("09:00", NEXT_DAY)
    assert suggest(desk, visitor_id=visitor.id)[0].doctor_id == desk.house.li


def test_a_doctor_who_has_left_is_proposed_to_nobody(desk: Desk, head: Actor, clock: WallClock) -> None:
    from deskapp.domain.directory import DoctorDraft, Seen

    visitor = desk.register("王建国")
    visit = desk.open(visitor.id).id
    desk.triage(visit, doctor_id=desk.house.wang)
    clock.set("09:00", NEXT_DAY)
    gone = DoctorDraft("D002", "王伟", desk.house.surgery, prefix="W", active=False)
    [seen] = [doctor for doctor in desk.services.directory.doctors(head) if doctor.id == desk.house.wang]
    desk.services.directory.save_doctor(head, new_request(), gone, Seen(seen.id, seen.version))
    found = suggest(desk, visitor_id=visitor.id)
    assert found[0].doctor_id == desk.house.li
    assert desk.house.wang not in [place.doctor_id for place in found]


def test_who_speaks_the_visitors_language_is_preferred_with_the_reason(desk: Desk) -> None:
    best = suggest(desk, language="mn")[0]
    assert best.doctor_id == desk.house.wang
    assert "Mongolian" in reasons(best)


def test_who_waits_is_counted_per_queue(desk: Desk) -> None:
    house = desk.house
    for n in range(2):
        desk.number(desk.triaged(f"王{n}", doctor_id=house.li))
    desk.number(desk.triaged("赵", department_id=house.eyes, doctor_id=house.pool))
    waiting = {place.doctor_id: place.waiting for place in suggest(desk)}
    assert (waiting[house.li], waiting[house.wang]) == (2, 0)
    [eyes] = [place for place in suggest(desk, "眼睛红，看不清，眼科") if place.doctor_id == house.pool]
    assert eyes.waiting == 1


def test_at_night_the_department_is_proposed_without_a_doctor_on_duty(desk: Desk, clock: WallClock) -> None:
    clock.set("23:00")
    found = suggest(desk)
    assert found
    assert found[0].department_id == desk.house.surgery
    assert found[0].doctor_id is None


def test_a_red_flag_interrupts_before_anything_else(desk: Desk, head: Actor) -> None:
    emergency = DepartmentDraft("emergency", Words("急诊科", "Emergency", "Яаралтай"), "A101", "120", "A")
    place = desk.services.directory.save_department(head, new_request(), emergency).value
    said = desk.services.triage.suggest(desk.actor, TriageQuestion("突然胸口剧痛，喘不上气"))
    assert said.red_flags
    assert said.suggestions[0].department_id == place.id
    assert said.red_flags[0].sentence.zh


def test_a_red_flag_interrupts_though_the_house_has_no_emergency_department(desk: Desk) -> None:
    said = desk.services.triage.suggest(desk.actor, TriageQuestion("突然胸口剧痛，喘不上气"))
    assert said.red_flags


def test_only_departments_of_the_house_are_proposed(desk: Desk) -> None:
    known = {desk.house.surgery, desk.house.eyes}
    for complaint in ("孩子发烧", "牙疼", "皮肤痒", "不知道挂什么科", "толгой өвдөж байна", "my ear hurts"):
        assert {place.department_id for place in suggest(desk, complaint)} <= known


@pytest.mark.parametrize("complaint", ["", " ", "\0\ud800", "x" * 10_000, "%s{name}<b>", "🙂🙂"])
def test_whatever_is_typed_the_desk_gets_an_answer(desk: Desk, complaint: str) -> None:
    assert isinstance(suggest(desk, complaint), list)


def test_whom_another_desk_merged_meanwhile_is_sent_to_the_doctor_they_saw(desk: Desk, head: Actor) -> None:
    gone, kept = desk.register("王建国").id, desk.register("王建囯").id
    earlier = desk.open(gone).id
    desk.triage(earlier, doctor_id=desk.house.wang)
    desk.number(earlier)
    desk.services.visits.do_step(desk.actor, new_request(), earlier, Step.ESCORT)
    both = [Seen(who, desk.services.visitors.visitor(head, who).version) for who in (kept, gone)]
    question = TriageQuestion("普通外科", gone)
    before = desk.services.triage.suggest(desk.actor, question)
    desk.services.people.merge(head, new_request(), *both)
    assert desk.services.triage.suggest(desk.actor, question) == before
    assert before.suggestions[0].doctor_id == desk.house.wang
