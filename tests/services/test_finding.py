"""Finding anything of the house from one field, on both databases."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from sqlalchemy import insert

from deskapp.db.engine import Store
from deskapp.db.models.directory import Doctor, PriceItem, Staff
from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.directory import Kind, NoticeDraft, PhraseDraft, PlaceDraft, Seen, Standing
from deskapp.domain.finding import Found, Group
from deskapp.domain.text import Words
from deskapp.services.all import Services
from deskapp.services.base import new_request
from tests.services.conftest import MONDAY, Desk

CASHIER = PlaceDraft("cashier", Words("收费处", "Cashier", "Төлбөрийн касс"), None, "101", "1", "8001")


@pytest.fixture
def cashier(services: Services, head: Actor) -> int:
    return services.directory.save_place(head, new_request(), CASHIER).value.id


def titles(desk: Desk, typed: str) -> list[str]:
    return [
        str(getattr(found.title, "zh", found.title))
        for found in desk.services.finding.find(desk.actor, typed)
    ]


@pytest.mark.parametrize("typed", ["收费", "sfc", "shoufei", "cash", "касс", "CASHIER", "8001", "101"])
def test_a_place_is_found_by_whatever_is_said_of_it(desk: Desk, cashier: int, typed: str) -> None:
    found = [one for one in desk.services.finding.find(desk.actor, typed) if one.group is Group.PLACE]
    assert [one.record for one in found] == [cashier]


def test_people_and_the_house_are_found_together_by_groups(desk: Desk, head: Actor) -> None:
    desk.register("李静")
    found = desk.services.finding.find(desk.actor, "li")
    groups = [one.group for one in found]
    assert {Group.VISITOR, Group.DOCTOR} <= set(groups)
    assert groups == sorted(groups, key=groups.index)
    assert head


def test_who_may_not_see_visitors_finds_the_house_only(desk: Desk, actors: dict[Role, Actor]) -> None:
    desk.register("李静")
    for role in (Role.GUIDE, Role.TRAINER):
        groups = {one.group for one in desk.services.finding.find(actors[role], "li")}
        assert Group.DOCTOR in groups
        assert Group.VISITOR not in groups


@pytest.mark.parametrize("typed", ["探视", "tanshi", "9 楼", "王建国", "wjg"])
def test_an_open_question_is_found_by_its_words_and_by_who_asked(desk: Desk, typed: str) -> None:
    visit = desk.triaged()
    asked = desk.services.questions.ask(desk.actor, new_request(), "探视时间，9 楼？", visit).value
    (found,) = questions_found(desk, typed)
    assert (found.record, found.second) == (asked.id, ("王建国",))
    assert isinstance(found.title, Words)
    assert found.title.mn == "探视时间，9 楼？"


def test_a_question_is_found_until_its_visitor_was_told(desk: Desk) -> None:
    questions, actor = desk.services.questions, desk.actor
    first = questions.ask(actor, new_request(), "停车费多少？").value
    later = questions.ask(actor, new_request(), "停车到几点？").value
    answered = questions.answer(actor, new_request(), Seen(later.id, later.version), "晚上八点").value
    found = questions_found(desk, "停车")
    assert [one.record for one in found] == [later.id, first.id], "an answer to be told stands first"
    assert (found[0].copied, found[1].copied) == ("晚上八点", "停车费多少？")
    questions.told(actor, new_request(), Seen(answered.id, answered.version))
    assert [one.record for one in questions_found(desk, "停车")] == [first.id]


def test_questions_are_found_by_those_alone_who_may_see_them(desk: Desk, actors: dict[Role, Actor]) -> None:
    desk.services.questions.ask(desk.actor, new_request(), "探视时间？")
    for role, actor in actors.items():
        found = desk.services.finding.find(actor, "探视")
        assert bool(found) == actor.may(Permission.VISIT_WRITE), role


def questions_found(desk: Desk, typed: str) -> list[Found]:
    return [one for one in desk.services.finding.find(desk.actor, typed) if one.group is Group.QUESTION]


def test_what_another_service_wrote_is_found_at_once(desk: Desk, services: Services, head: Actor) -> None:
    assert titles(desk, "dianti") == []
    draft = NoticeDraft("lift", Words("电梯停用", "Lift", "Лифт"), Words("", "", ""))
    ref = services.directory.save_notice(head, new_request(), draft).value
    assert titles(desk, "dianti") == ["电梯停用"]
    other = NoticeDraft("lift", Words("扶梯停用", "Escalator", "Шат"), Words("", "", ""))
    services.directory.save_notice(head, new_request(), other, Seen(ref.id, ref.version))
    assert titles(desk, "dianti") == []
    assert titles(desk, "futi") == ["扶梯停用"]


def test_what_is_over_stands_behind_and_what_comes_says_from_when(desk: Desk, head: Actor) -> None:
    directory = desk.services.directory
    for code, name, first, last in (
        ("over", "体检旧", None, MONDAY - dt.timedelta(days=1)),
        ("coming", "体检新", MONDAY + dt.timedelta(days=1), None),
    ):
        draft = NoticeDraft(code, Words(name, "", ""), Words("", "", ""), valid_from=first, valid_to=last)
        directory.save_notice(head, new_request(), draft)
    listed = desk.services.finding.listed(desk.actor, "tijian")
    assert [(one.entry.code, one.standing) for one in listed] == [
        ("coming", Standing.COMING),
        ("over", Standing.OVER),
    ]
    assert [one.entry.code for one in desk.services.finding.listed(desk.actor, "tijian", over=False)] == [
        "coming"
    ]
    found = desk.services.finding.find(desk.actor, "tijian")
    assert [one.data for one in found] == [MONDAY + dt.timedelta(days=1), None]


def test_one_kind_alone_is_listed_in_its_own_order(desk: Desk) -> None:
    listed = desk.services.finding.listed(desk.actor, "", Kind.DOCTOR)
    assert [one.entry.code for one in listed] == sorted(one.entry.code for one in listed)
    assert {one.entry.kind for one in listed} == {Kind.DOCTOR}


def test_a_phrase_is_found_and_copied_as_it_is_said(desk: Desk, head: Actor) -> None:
    draft = PhraseDraft("see-off", "see-off", Words("{name}，慢走！", "Bye, {name}.", "Баяртай, {name}."))
    desk.services.directory.save_phrase(head, new_request(), draft)
    (found,) = [one for one in desk.services.finding.find(desk.actor, "慢走") if one.group is Group.PHRASE]
    assert isinstance(found.copied, Words)
    assert found.copied.zh == "先生/女士，慢走！"


def test_staff_are_found_with_their_phone_until_they_leave(desk: Desk, store: Store) -> None:
    with store.writing() as session:
        for number, left in (("S1", None), ("S2", MONDAY - dt.timedelta(days=1))):
            session.execute(
                insert(Staff).values(number=number, name="钱丽华", phone="8899", left=left, version=1)
            )
        session.commit()
    listed = desk.services.finding.listed(desk.actor, "qianlihua")
    assert [(one.entry.code, one.standing) for one in listed] == [
        ("S1", Standing.VALID),
        ("S2", Standing.OVER),
    ]


def test_nothing_typed_finds_nothing_and_strange_letters_do_no_harm(desk: Desk) -> None:
    for typed in ("", "   ", "%", "' OR 1=1", "\ud800", "张" * 500):
        assert isinstance(desk.services.finding.find(desk.actor, typed), list)
    assert desk.services.finding.find(desk.actor, " ") == []


def test_a_key_typed_costs_little_in_a_large_directory(desk: Desk, store: Store) -> None:
    rows = [
        {
            "code": f"P{at}",
            "name_zh": f"检查项目{at}",
            "name_en": f"Item {at}",
            "name_mn": "",
            "category": "检查",
        }
        | {"fen": at, "version": 1}
        for at in range(3000)
    ]
    with store.writing() as session:
        session.execute(insert(PriceItem), rows)
        session.commit()
    desk.services.finding.listed(desk.actor, "jcxm")
    spent = []
    for typed in ("j", "jc", "jcx", "检查", "item 12", "zzz"):
        # The thread's own time: by the clock the neighbours on the machine would be measured.
        began = time.thread_time()
        desk.services.finding.listed(desk.actor, typed)
        spent.append(time.thread_time() - began)
    assert sorted(spent)[len(spent) // 2] < 0.15, spent


@pytest.mark.parametrize(
    "typed", ["收費處", "ｃａｓｈ", "ＣＡＳＨ", "８００１", "tolboriin", "tulburiin", "Төлбөр"]
)
def test_width_case_and_script_make_no_difference(desk: Desk, cashier: int, typed: str) -> None:
    found = [one for one in desk.services.finding.find(desk.actor, typed) if one.group is Group.PLACE]
    assert [one.record for one in found] == [cashier], typed


def test_traditional_characters_find_what_a_doctor_is_good_at(desk: Desk, head: Actor, store: Store) -> None:
    with store.writing() as session:
        doctor = session.get_one(Doctor, desk.house.li)
        doctor.speciality, doctor.version = "高血压、冠心病", doctor.version + 1
        session.commit()
    assert titles(desk, "高血壓") == ["李静"]
