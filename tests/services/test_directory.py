"""Looking things up in the house and keeping them up to date, on both databases."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.domain import duty
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import (
    DepartmentDraft,
    DoctorDraft,
    DoctorView,
    Kind,
    NoticeDraft,
    PhraseDraft,
    PlaceDraft,
    PriceDraft,
    Seen,
    Standing,
)
from deskapp.domain.duty import Duty
from deskapp.domain.promotions import PromotionDraft
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError, StorageError
from deskapp.services.base import new_request
from deskapp.services.directory import DirectoryService, storing

HEAD = Actor(0, "head", frozenset({Role.SUPERVISOR}))
OPERATOR = Actor(0, "operator", frozenset({Role.OPERATOR}))
SURGERY = DepartmentDraft("surgery", Words("外科", "Surgery", "Мэс засал"), "A301", "8301", "B")
LI = DoctorDraft("D001", "李静", 0, "主任医师", languages=("zh", "mn"), own_queue=False)
MONDAY = dt.date(2026, 11, 16)
MORNING = Duty(dt.time(8), dt.time(12), weekday=0)


class Clock:
    """The site's wall clock, set by the test."""

    def __init__(self) -> None:
        self.moment = dt.datetime.combine(MONDAY, dt.time(9)).astimezone()

    def __call__(self) -> dt.datetime:
        return self.moment.astimezone(dt.UTC)

    def set(self, text: str, day: dt.date = MONDAY) -> dt.datetime:
        self.moment = dt.datetime.combine(day, dt.time.fromisoformat(text)).astimezone()
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(store: Store, clock: Clock) -> DirectoryService:
    return DirectoryService(store, clock)


@pytest.fixture
def department(directory: DirectoryService) -> int:
    return directory.save_department(HEAD, new_request(), SURGERY).value.id


@pytest.fixture
def add_doctor(directory: DirectoryService, department: int) -> Callable[..., int]:
    def add(number: str = "D001", *times: Duty, **values: object) -> int:
        draft = replace(LI, number=number, department_id=department, **values)  # type: ignore[arg-type]
        doctor = directory.save_doctor(HEAD, new_request(), draft).value
        directory.save_duty_times(HEAD, new_request(), doctor, times)
        return doctor

    return add


def test_a_department_is_listed_with_its_doctors_on_duty(
    directory: DirectoryService, clock: Clock, add_doctor: Callable[..., int]
) -> None:
    add_doctor("D001", MORNING)
    add_doctor("D002", Duty(dt.time(14), dt.time(18), weekday=0))
    [listed] = directory.departments(OPERATOR)
    assert (listed.code, listed.name.en, listed.prefix) == ("surgery", "Surgery", "B")
    assert (listed.doctors, listed.on_duty) == (2, 1)
    clock.set("13:00")
    assert directory.departments(OPERATOR)[0].on_duty == 0


def test_a_doctor_is_shown_with_the_end_of_duty_and_the_departments_room(
    directory: DirectoryService, clock: Clock, add_doctor: Callable[..., int]
) -> None:
    add_doctor("D001", MORNING)
    [doctor] = directory.doctors(OPERATOR)
    assert (doctor.room, doctor.languages) == ("A301", ("zh", "mn"))
    assert doctor.duty_until == clock.set("12:00")
    assert doctor.duty_from == clock.set("08:00")


def test_off_duty_the_next_time_is_told(
    directory: DirectoryService, clock: Clock, add_doctor: Callable[..., int]
) -> None:
    add_doctor("D001", MORNING, room="A302")
    clock.set("12:00")
    [doctor] = directory.doctors(OPERATOR)
    assert (doctor.on_duty, doctor.room) == (False, "A302")
    assert doctor.next_duty == clock.set("08:00", MONDAY + dt.timedelta(7))


def test_on_duty_at_another_moment(
    directory: DirectoryService, clock: Clock, add_doctor: Callable[..., int]
) -> None:
    add_doctor("D001", MORNING)
    add_doctor("D002", Duty(dt.time(14), dt.time(18), weekday=0))
    assert [doctor.number for doctor in directory.on_duty(OPERATOR, clock.set("15:00"))] == ["D002"]


def test_doctors_of_one_department_and_without_those_who_left(
    directory: DirectoryService, department: int, add_doctor: Callable[..., int]
) -> None:
    add_doctor("D001")
    add_doctor("D002", active=False)
    assert [doctor.number for doctor in directory.doctors(OPERATOR, department)] == ["D001"]
    assert directory.doctors(OPERATOR, department + 1) == []
    assert len(directory.doctors(OPERATOR, inactive=True)) == 2


def test_who_is_marked_absent_is_off_duty_at_once_and_on_again_when_back(
    directory: DirectoryService, clock: Clock, add_doctor: Callable[..., int]
) -> None:
    doctor = add_doctor("D001", MORNING)
    done = directory.mark_absent(OPERATOR, new_request(), doctor)
    assert done.changes.touches("doctor", doctor)
    assert directory.on_duty(OPERATOR, clock()) == []
    now = clock.set("10:30")
    directory.mark_back(OPERATOR, new_request(), doctor)
    [back] = directory.on_duty(OPERATOR, now)
    assert back.duty_from == now
    assert directory.on_duty(OPERATOR, clock.set("09:30")) == []
    assert len(directory.on_duty(OPERATOR, clock.set("09:30", MONDAY + dt.timedelta(7)))) == 1


def test_absent_and_back_are_refused_when_they_make_no_sense(
    directory: DirectoryService, clock: Clock, add_doctor: Callable[..., int]
) -> None:
    doctor = add_doctor("D001", MORNING)
    with pytest.raises(RuleError, match="not marked absent"):
        directory.mark_back(OPERATOR, new_request(), doctor)
    clock.set("13:00")
    with pytest.raises(RuleError, match="not on duty"):
        directory.mark_absent(OPERATOR, new_request(), doctor)


def test_an_edit_of_an_older_version_is_a_conflict_and_changes_nothing(
    directory: DirectoryService, department: int
) -> None:
    seen = Seen(department, directory.departments(HEAD)[0].version)
    moved = directory.save_department(HEAD, new_request(), replace(SURGERY, room="B101"), seen)
    assert (moved.value.room, moved.value.version) == ("B101", seen.version + 1)
    with pytest.raises(ConflictError):
        directory.save_department(HEAD, new_request(), replace(SURGERY, room="C101"), seen)
    assert directory.departments(HEAD)[0].room == "B101"


def test_a_retry_under_the_same_request_adds_nothing(directory: DirectoryService) -> None:
    request = new_request()
    first = directory.save_department(HEAD, request, SURGERY)
    assert directory.save_department(HEAD, request, SURGERY).value == first.value
    assert len(directory.departments(HEAD)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": " "}, "code"),
        ({"name": Words("", " ", "")}, "name"),
        ({"prefix": "ABCD"}, "prefix"),
        ({"prefix": "外"}, "prefix"),
        ({"room": "x" * 201}, "room"),
    ],
)
def test_a_department_that_can_not_be_is_refused_at_the_field(
    directory: DirectoryService, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        directory.save_department(HEAD, new_request(), replace(SURGERY, **change))  # type: ignore[arg-type]
    assert caught.value.field == field


def test_numbers_and_codes_are_given_once(
    directory: DirectoryService, department: int, add_doctor: Callable[..., int]
) -> None:
    add_doctor("D001")
    with pytest.raises(InputError, match="in use") as doctor:
        add_doctor("D001")
    with pytest.raises(InputError, match="in use") as code:
        directory.save_department(HEAD, new_request(), SURGERY)
    assert (doctor.value.field, code.value.field) == ("number", "code")


def test_a_queue_of_ones_own_needs_letters_for_its_numbers(add_doctor: Callable[..., int]) -> None:
    for prefix in ("", " "):
        with pytest.raises(InputError) as caught:
            add_doctor("D001", own_queue=True, prefix=prefix)
        assert (caught.value.field, caught.value.code) == ("prefix", "prefix.missing")
    assert add_doctor("D001", own_queue=True, prefix="L")
    assert add_doctor("D002", own_queue=False)


EYES = DepartmentDraft("eyes", Words("眼科", "Eyes", "Нүд"), prefix="E")


def test_two_queues_never_give_the_same_number(
    directory: DirectoryService, department: int, add_doctor: Callable[..., int]
) -> None:
    add_doctor("D001", own_queue=True, prefix="L")
    attempts: list[Callable[[], object]] = [
        lambda: directory.save_department(HEAD, new_request(), replace(EYES, prefix="b")),
        lambda: directory.save_department(HEAD, new_request(), replace(EYES, prefix="L")),
        lambda: add_doctor("D002", own_queue=True, prefix="B"),
        lambda: add_doctor("D002", own_queue=True, prefix="l"),
    ]
    for attempt in attempts:
        with pytest.raises(InputError) as caught:
            attempt()
        assert (caught.value.field, caught.value.code) == ("prefix", "prefix.taken")
    assert directory.save_department(HEAD, new_request(), EYES).value.id != department


def test_letters_of_no_queue_are_nobodys(directory: DirectoryService, add_doctor: Callable[..., int]) -> None:
    add_doctor("D001", own_queue=False, prefix="E")
    add_doctor("D002", own_queue=True, prefix="E", active=False)
    eyes = directory.save_department(HEAD, new_request(), replace(EYES, active=False)).value
    assert add_doctor("D003", own_queue=True, prefix="E")
    seen = Seen(eyes.id, eyes.version)
    with pytest.raises(InputError, match="prefix"):
        directory.save_department(HEAD, new_request(), EYES, seen)
    same = replace(EYES, prefix="F")
    eyes = directory.save_department(HEAD, new_request(), same, seen).value
    assert directory.save_department(HEAD, new_request(), same, Seen(eyes.id, eyes.version)).value.active


def test_two_departments_without_letters_would_give_the_same_numbers(directory: DirectoryService) -> None:
    directory.save_department(HEAD, new_request(), replace(EYES, prefix=""))
    with pytest.raises(InputError) as caught:
        directory.save_department(HEAD, new_request(), replace(SURGERY, prefix=""))
    assert (caught.value.field, caught.value.code) == ("prefix", "text.empty")


def test_a_doctor_needs_a_department_and_real_languages(
    directory: DirectoryService, add_doctor: Callable[..., int]
) -> None:
    with pytest.raises(InputError, match="department"):
        directory.save_doctor(HEAD, new_request(), replace(LI, department_id=999))
    with pytest.raises(InputError, match="language code"):
        add_doctor("D009", languages=("zh en",))


def test_duty_times_are_replaced_and_read_back(
    directory: DirectoryService, add_doctor: Callable[..., int]
) -> None:
    dated = Duty(dt.time(8), dt.time(9), day=MONDAY, absent=True)
    doctor = add_doctor("D001", MORNING)
    directory.save_duty_times(HEAD, new_request(), doctor, [dated, MORNING])
    assert set(directory.duty_times(OPERATOR, doctor)) == {MORNING, dated}
    with pytest.raises(InputError, match="weekday"):
        directory.save_duty_times(HEAD, new_request(), doctor, [replace(MORNING, weekday=7)])


CT = PriceDraft("CT-01", Words("头部CT平扫", "Head CT, plain", "Толгойн КТ"), 18_000, "imaging")
BLOOD = PriceDraft("LAB-01", Words("血常规", "Full blood count", "Цусны ерөнхий шинжилгээ"), 2_500, "lab")


@pytest.fixture
def priced(directory: DirectoryService) -> DirectoryService:
    for draft in (CT, BLOOD, replace(CT, code="CT-02", name=Words("胸部CT", "Chest CT", "Цээжний КТ"))):
        directory.save_price_item(HEAD, new_request(), draft)
    return directory


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["CT-01", "CT-02", "LAB-01"]),
        ("ct-02", ["CT-02"]),
        ("血", ["LAB-01"]),
        ("xuechang", ["LAB-01"]),
        ("xcg", ["LAB-01"]),
        ("BLOOD", ["LAB-01"]),
        ("шинж", ["LAB-01"]),
        ("ЦЭЭЖНИЙ", ["CT-02"]),
        ("chest ct", ["CT-02"]),
        ("ct chest", ["CT-02"]),
        ("ultrasound", []),
    ],
)
def test_prices_are_found_by_any_name_or_code(priced: DirectoryService, query: str, codes: list[str]) -> None:
    assert [item.code for item in priced.prices(OPERATOR, query)] == codes


def test_what_begins_with_the_query_comes_first(priced: DirectoryService) -> None:
    priced.save_price_item(
        HEAD, new_request(), replace(BLOOD, code="A-01", name=Words("隐血", "Occult blood", "Далд цус"))
    )
    priced.save_price_item(
        HEAD, new_request(), replace(BLOOD, code="Z", name=Words("血糖", "Blood sugar", "Сахар"))
    )
    assert [item.code for item in priced.prices(OPERATOR, "blood")] == ["Z", "A-01", "LAB-01"]
    assert [item.code for item in priced.prices(OPERATOR, "z")] == ["Z"]


def test_a_price_counts_from_its_first_to_its_last_day(directory: DirectoryService) -> None:
    draft = replace(CT, valid_from=MONDAY, valid_to=MONDAY + dt.timedelta(1))
    directory.save_price_item(HEAD, new_request(), draft)
    found = [len(directory.prices(OPERATOR, on=MONDAY + dt.timedelta(days))) for days in (-1, 0, 1, 2)]
    assert found == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"fen": -1}, "price"),
        ({"fen": 10**12}, "price"),
        ({"valid_from": MONDAY, "valid_to": MONDAY - dt.timedelta(1)}, "valid_to"),
    ],
)
def test_a_price_that_can_not_be_is_refused(
    directory: DirectoryService, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        directory.save_price_item(HEAD, new_request(), replace(CT, **change))  # type: ignore[arg-type]
    assert caught.value.field == field


# --- A price now and another to come -------------------------------------------------------------------------------

TOMORROW = MONDAY + dt.timedelta(1)


def held_on(directory: DirectoryService, *days: int) -> list[list[int]]:
    """Return the prices of the CT so many days after Monday."""
    asked = (directory.prices(OPERATOR, "CT-01", on=MONDAY + dt.timedelta(day)) for day in days)
    return [[item.fen for item in items] for items in asked]


def test_a_price_from_tomorrow_on_leaves_todays_until_then(directory: DirectoryService, store: Store) -> None:
    today = directory.save_price_item(HEAD, new_request(), CT).value
    seen = Seen(today.id, today.version)
    dearer = replace(CT, code="", fen=20_000, valid_from=TOMORROW)
    following = directory.follow_price(HEAD, new_request(), dearer, seen).value
    assert held_on(directory, -1, 0, 1, 400) == [[18_000], [18_000], [20_000], [20_000]]
    assert directory.record(OPERATOR, Kind.PRICE, today.id).standing is Standing.VALID
    coming = directory.record(OPERATOR, Kind.PRICE, following.id)
    assert (coming.standing, coming.view.code) == (Standing.COMING, "CT-01")
    directory.unfollow_price(HEAD, new_request(), following)
    assert held_on(directory, 0, 1, 400) == [[18_000]] * 3
    assert directory.record(OPERATOR, Kind.PRICE, today.id).view.valid_to is None
    with pytest.raises(RuleError):
        directory.record(OPERATOR, Kind.PRICE, following.id)
    with pytest.raises(RuleError) as caught:
        directory.unfollow_price(HEAD, new_request(), following)
    assert caught.value.code == "price.undone"
    with store.reading() as session:
        asked = select(AuditEntry.action).where(AuditEntry.topic == "price").order_by(AuditEntry.id)
        acts = session.scalars(asked).all()
    assert acts == ["price.add", "price.change", "price.add", "price.remove", "price.change"]


def test_no_two_prices_of_an_item_hold_on_one_day(directory: DirectoryService) -> None:
    first = directory.save_price_item(HEAD, new_request(), replace(CT, valid_to=MONDAY)).value
    directory.save_price_item(HEAD, new_request(), replace(CT, fen=1, valid_from=TOMORROW))
    for change, field in (
        ({"valid_from": MONDAY, "valid_to": MONDAY}, "valid_from"),
        ({"valid_from": TOMORROW}, "valid_from"),
        ({"valid_from": MONDAY - dt.timedelta(1)}, "valid_from"),
        ({}, "code"),
    ):
        with pytest.raises(InputError) as caught:
            directory.save_price_item(HEAD, new_request(), replace(CT, **change))  # type: ignore[arg-type]
        assert caught.value.field == field, change
    with pytest.raises(InputError) as caught:
        directory.save_price_item(HEAD, new_request(), CT, Seen(first.id, first.version))
    assert caught.value.field == "valid_to"
    assert held_on(directory, 0, 1) == [[18_000], [1]]


def test_a_price_that_was_changed_since_is_followed_by_none(directory: DirectoryService) -> None:
    today = directory.save_price_item(HEAD, new_request(), CT).value
    seen = Seen(today.id, today.version)
    directory.save_price_item(HEAD, new_request(), replace(CT, fen=1), seen)
    with pytest.raises(ConflictError):
        directory.follow_price(HEAD, new_request(), replace(CT, fen=2, valid_from=TOMORROW), seen)
    assert held_on(directory, 0, 1) == [[1], [1]]


@pytest.mark.parametrize("first", [None, MONDAY, MONDAY - dt.timedelta(1)])
def test_a_price_follows_from_a_day_after_the_other_begins(
    directory: DirectoryService, first: dt.date | None
) -> None:
    today = directory.save_price_item(HEAD, new_request(), replace(CT, valid_from=MONDAY)).value
    with pytest.raises(InputError) as caught:
        directory.follow_price(
            HEAD, new_request(), replace(CT, fen=2, valid_from=first), Seen(today.id, today.version)
        )
    assert caught.value.field == "valid_from"
    assert held_on(directory, 0, 1) == [[18_000], [18_000]]


def test_operators_look_things_up_and_do_not_change_them(directory: DirectoryService) -> None:
    with pytest.raises(PermissionDenied):
        directory.save_price_item(OPERATOR, new_request(), CT)


def test_every_change_is_in_the_audit_trail(
    directory: DirectoryService, store: Store, add_doctor: Callable[..., int]
) -> None:
    doctor = add_doctor("D001", MORNING)
    directory.mark_absent(OPERATOR, new_request(), doctor)
    with store.reading() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["department.add", "doctor.add", "doctor.duty", "doctor.absent"]


# --- Validity, places, promotions, news, phrases ------------------------------------------------------------------

YESTERDAY, TOMORROW = MONDAY - dt.timedelta(days=1), MONDAY + dt.timedelta(days=1)


@pytest.mark.parametrize("days", [(TOMORROW, None), (None, YESTERDAY)])
def test_a_department_that_takes_nobody_today_is_not_offered(
    directory: DirectoryService, days: tuple[dt.date | None, dt.date | None]
) -> None:
    draft = replace(SURGERY, valid_from=days[0], valid_to=days[1])
    directory.save_department(HEAD, new_request(), draft)
    assert directory.departments(OPERATOR) == []
    (kept,) = directory.departments(OPERATOR, inactive=True)
    assert (kept.valid_from, kept.valid_to) == days


def test_a_doctor_is_offered_from_the_first_day_to_the_last(
    directory: DirectoryService, department: int, clock: Clock
) -> None:
    draft = replace(LI, department_id=department, valid_from=MONDAY, valid_to=TOMORROW, slot_minutes=20)
    directory.save_doctor(HEAD, new_request(), draft, None, [MORNING])
    (doctor,) = directory.doctors(OPERATOR)
    assert (doctor.slot_minutes, doctor.valid_to, doctor.own_room) == (20, TOMORROW, "")
    assert directory.on_duty(OPERATOR, clock()) == [doctor]
    clock.set("09:00", TOMORROW + dt.timedelta(days=1))
    assert directory.doctors(OPERATOR) == []
    assert len(directory.doctors(OPERATOR, inactive=True)) == 1


@pytest.mark.parametrize("minutes", [4, 241])
def test_an_appointment_of_no_sense_is_refused(
    directory: DirectoryService, department: int, minutes: int
) -> None:
    with pytest.raises(InputError) as caught:
        directory.save_doctor(
            HEAD, new_request(), replace(LI, department_id=department, slot_minutes=minutes)
        )
    assert caught.value.field == "slot_minutes"


def test_duty_times_are_stored_with_the_doctor_or_not_at_all(
    directory: DirectoryService, department: int, store: Store
) -> None:
    draft = replace(LI, department_id=department)
    key = directory.save_doctor(HEAD, new_request(), draft, None, [MORNING]).value
    (before,) = directory.doctors(OPERATOR)
    with pytest.raises(ConflictError):
        directory.save_doctor(HEAD, new_request(), draft, Seen(key, before.version + 1), [])
    assert directory.duty_times(OPERATOR, key) == [MORNING]
    directory.save_doctor(HEAD, new_request(), draft, Seen(key, before.version), [MORNING])
    with store.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("doctor.duty") == 1


def test_places_promotions_and_news_are_kept_with_their_history(
    directory: DirectoryService, department: int, store: Store
) -> None:
    name, text = Words("甲", "A", "А"), Words("说明", "", "")
    place = directory.save_place(HEAD, new_request(), PlaceDraft("p", name, department, "1", "2", "3")).value
    draft = PromotionDraft("o", name, text, None, Sex.FEMALE, 40, 50, ("体检",))
    directory.save_promotion(HEAD, new_request(), draft)
    directory.save_notice(HEAD, new_request(), NoticeDraft("n", name, text, on_board=True))
    (stored,) = directory.places(OPERATOR)
    assert (stored.department, stored.phone) == (SURGERY.name, "3")
    (offer,) = directory.promotions(OPERATOR)
    assert (offer.words, offer.sex, offer.age_to) == (("体检",), Sex.FEMALE, 50)
    assert [one.code for one in directory.board_notices(OPERATOR)] == ["n"]
    directory.save_place(HEAD, new_request(), PlaceDraft("p", name), Seen(place.id, place.version))
    with pytest.raises(ConflictError):
        directory.save_place(HEAD, new_request(), PlaceDraft("p", name), Seen(place.id, place.version))
    with store.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"place.add", "place.change", "promotion.add", "notice.add"} <= actions


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (PromotionDraft("o", Words("甲", "", ""), Words("", "", ""), age_from=50, age_to=40), "age_to"),
        (PromotionDraft("o", Words("甲", "", ""), Words("", "", ""), age_from=-1), "age_from"),
        (PromotionDraft("o", Words("", "", ""), Words("", "", "")), "name"),
        (PromotionDraft("", Words("甲", "", ""), Words("", "", "")), "code"),
        (PromotionDraft("o", Words("甲", "", ""), Words("", "", ""), 99), "department"),
        (
            PromotionDraft(
                "o", Words("甲", "", ""), Words("", "", ""), valid_from=MONDAY, valid_to=YESTERDAY
            ),
            "valid_to",
        ),
    ],
)
def test_a_promotion_that_can_not_be_is_refused(
    directory: DirectoryService, draft: PromotionDraft, field: str
) -> None:
    with pytest.raises(InputError) as caught:
        directory.save_promotion(HEAD, new_request(), draft)
    assert caught.value.field == field


def test_news_that_is_over_leaves_the_board_and_the_list(directory: DirectoryService) -> None:
    for code, first, last in (("over", None, YESTERDAY), ("now", MONDAY, MONDAY), ("coming", TOMORROW, None)):
        draft = NoticeDraft(code, Words(code, "", ""), Words("", "", ""), True, first, last)
        directory.save_notice(HEAD, new_request(), draft)
    assert [one.code for one in directory.board_notices(OPERATOR)] == ["now"]
    assert {one.code for one in directory.notices(OPERATOR)} == {"now", "coming"}
    assert len(directory.notices(OPERATOR, over=True)) == 3


def test_a_sentence_of_the_sites_own_takes_the_place_of_the_shipped_one_and_gives_it_back(
    directory: DirectoryService,
) -> None:
    shipped = directory.house.shipped["calm"].words
    own = PhraseDraft("calm", "calm", Words("别急。", "", ""))
    ref = directory.save_phrase(HEAD, new_request(), own).value
    assert directory.house.sentences["calm"].words.zh == "别急。"
    (mine,) = [one for one in directory.phrases(OPERATOR) if one.own]
    assert (mine.words.zh, mine.shipped) == ("别急。", shipped)
    directory.save_phrase(HEAD, new_request(), replace(own, active=False), Seen(ref.id, ref.version))
    assert directory.house.sentences["calm"].words == shipped
    assert not [one for one in directory.phrases(OPERATOR) if one.own]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words("", "", ""), "zh"),
        (Words("您好，{who}", "", ""), "zh"),
        (Words("您好，{name}", "Hello", ""), "en"),
    ],
)
def test_a_sentence_that_can_not_be_filled_is_refused(
    directory: DirectoryService, words: Words, field: str
) -> None:
    with pytest.raises(InputError) as caught:
        directory.save_phrase(HEAD, new_request(), PhraseDraft("mine", "greet", words))
    assert caught.value.field == field


def test_one_record_is_read_whole_whether_it_holds_or_not(directory: DirectoryService) -> None:
    draft = PlaceDraft("old", Words("旧", "", ""), valid_to=YESTERDAY)
    key = directory.save_place(HEAD, new_request(), draft).value.id
    detail = directory.record(OPERATOR, Kind.PLACE, key)
    assert (detail.view.code, detail.standing) == ("old", Standing.OVER)
    assert directory.record(OPERATOR, Kind.PHRASE, "calm").view.code == "calm"
    for kind, record in ((Kind.PLACE, key + 1), (Kind.PRICE, 999), (Kind.PRICE, "x"), (Kind.QUESTION, key)):
        with pytest.raises(RuleError):
            directory.record(OPERATOR, kind, record)


def test_a_doctor_marked_absent_is_not_put_back_by_who_had_the_form_open(
    directory: DirectoryService, add_doctor: Callable[..., int], department: int, clock: Clock
) -> None:
    add_doctor("D001", MORNING)

    def store(seen: DoctorView) -> None:
        draft = replace(LI, department_id=department, title="教授")
        directory.save_doctor(HEAD, new_request(), draft, Seen(seen.id, seen.version), [MORNING])

    (seen,) = directory.doctors(OPERATOR)
    directory.mark_absent(OPERATOR, new_request(), seen.id)
    with pytest.raises(ConflictError):
        store(seen)
    assert directory.on_duty(OPERATOR, clock()) == []
    (absent,) = directory.doctors(OPERATOR)
    directory.mark_back(OPERATOR, new_request(), seen.id)
    with pytest.raises(ConflictError):
        store(absent)


# --- Two desks on one server: with SQLite one writes after the other ----------------------------------------------

on_a_server = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@on_a_server
def test_of_two_desks_that_add_one_code_at_once_one_is_told_of_a_conflict(
    directory: DirectoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet, refuse = threading.Barrier(2), storing.refuse_taken

    def free_for_both(*asked: Any) -> None:
        refuse(*asked)
        meet.wait(30)

    monkeypatch.setattr(storing, "refuse_taken", free_for_both)
    outcomes: list[object] = []

    def add(phone: str) -> None:
        try:
            directory.save_department(HEAD, new_request(), replace(SURGERY, phone=phone))
            outcomes.append(phone)
        except Exception as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=add, args=(phone,)) for phone in ("8301", "8302")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (stored,) = directory.departments(HEAD)
    assert sorted(outcomes, key=str) == sorted([stored.phone, ConflictError], key=str)


@on_a_server
def test_who_is_put_back_while_somebody_stores_the_duty_times_is_back(
    directory: DirectoryService,
    store: Store,
    clock: Clock,
    add_doctor: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doctor = add_doctor("D001", MORNING)
    directory.mark_absent(OPERATOR, new_request(), doctor)
    clock.set("10:30")
    monkeypatch.setattr("deskapp.db.engine.BUSY_SECONDS", 0.3)
    other, holds, told = Store.open(store.url), duty.absence_holds, []

    def meanwhile(*asked: Any) -> bool:
        monkeypatch.setattr(duty, "absence_holds", holds)
        times = directory.duty_times(HEAD, doctor)
        try:
            DirectoryService(other, clock).save_duty_times(HEAD, new_request(), doctor, times)
        except StorageError as error:
            told.append(error.code)
        return holds(*asked)

    monkeypatch.setattr(duty, "absence_holds", meanwhile)
    directory.mark_back(OPERATOR, new_request(), doctor)
    other.close()
    assert told == ["storage.busy"]
    assert [one.number for one in directory.on_duty(OPERATOR, clock())] == ["D001"]
