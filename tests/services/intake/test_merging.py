"""Merging two records of one person, and taking it back: nothing is lost, and everything goes back where it was."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, insert, select

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.directory import Question
from deskapp.db.models.intake import (
    Appointment,
    Consent,
    DuplicateKey,
    HotHit,
    HotPrefix,
    SearchKey,
    Visit,
    Visitor,
)
from deskapp.domain.access import Actor
from deskapp.domain.directory import Seen
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.questions import QuestionState
from deskapp.domain.registration import Allergy, AppointmentState, ConsentKind, DocumentKind, Sex
from deskapp.errors import ConflictError, RuleError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.intake.merging import MergeRef
from tests.services.conftest import Desk, WallClock
from tests.support.hospital import resident_id

OWN = (Visit, Appointment, Consent, Question)
FOUND_BY = (SearchKey, DuplicateKey, HotHit)
BORN = dt.date(1958, 3, 4)
WANG_ID = resident_id(BORN, 223)


class People:
    """What a group leader does with records."""

    def __init__(self, desk: Desk, services: Services, head: Actor, store: Store) -> None:
        self.desk, self.services, self.head, self.store = desk, services, head, store

    def seen(self, who: int) -> Seen:
        with self.store.reading() as session:
            return Seen(who, session.get_one(Visitor, who).version)

    def merge(self, kept: int, gone: int, taken: list[str] | None = None) -> MergeRef:
        both = self.seen(kept), self.seen(gone)
        return self.services.people.merge(self.head, new_request(), *both, taken).value

    def unmerge(self, ref: MergeRef) -> MergeRef:
        return self.services.people.unmerge(self.head, new_request(), ref.id, ref.version).value

    def row(self, who: int) -> Visitor:
        with self.store.reading() as session:
            return session.get_one(Visitor, who)

    def edit(self, who: int, **values: Any) -> None:
        view = self.services.visitors.visitor(self.desk.actor, who)
        draft = VisitorDraft(
            **{name: getattr(view.draft, name) for name in VisitorDraft.__dataclass_fields__} | values
        )
        self.services.visitors.edit(self.desk.actor, new_request(), who, view.version, draft)

    def ids(self, typed: str) -> list[int]:
        return [hit.id for hit in self.services.visitors.find(self.desk.actor, typed)]


@pytest.fixture
def people(desk: Desk, services: Services, head: Actor, store: Store) -> People:
    return People(desk, services, head, store)


def hang(store: Store, who: int, actor: Actor, department: int, at: dt.datetime) -> None:
    """Give a record an appointment and a question."""
    with store.writing() as session:
        booked = {"visitor_id": who, "department_id": department, "starts_at": at + dt.timedelta(days=1)}
        session.execute(insert(Appointment).values(**booked, state=AppointmentState.BOOKED, version=1))
        asked = {"code": f"Q{who}", "text": "停车？", "visitor_id": who, "asked_by": actor.account_id}
        asked |= {"asked_at": at, "due_at": at, "state": QuestionState.OPEN, "version": 1}
        session.execute(insert(Question).values(**asked))
        session.commit()


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row that is about visitors, without versions."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with store.reading() as session:
        for mapped in (Visitor, *OWN, *FOUND_BY):
            table: Table = table_of(mapped)
            columns = [column for column in table.columns if column.name != "version"]
            found[table.name] = sorted(map(tuple, session.execute(select(*columns))), key=repr)
    return found


def two(people: People) -> tuple[int, int]:
    """Return two records of one person: the one with a document, and the one with a phone."""
    first = people.desk.register("王建国", document_kind=DocumentKind.RESIDENT_ID, document_number=WANG_ID)
    other = people.desk.register("王建国", phone="13800138000", allergy=Allergy.YES, allergy_text="青霉素")
    return first.id, other.id


# --- Merging ----------------------------------------------------------------------------------------------------


def test_the_kept_record_has_all_that_both_had(people: People, clock: WallClock) -> None:
    kept, gone = two(people)
    people.desk.open(kept)
    clock.forward(hours=1)
    people.desk.open(gone)
    hang(people.store, gone, people.desk.actor, people.desk.house.eyes, clock())
    people.merge(kept, gone)
    row = people.row(kept)
    assert (row.visits, row.last_visit) == (2, clock())
    assert (row.phone, row.allergy, row.allergy_text) == ("13800138000", Allergy.YES, "青霉素")
    assert row.document_number == WANG_ID
    with people.store.reading() as session:
        for mapped in OWN[:1] + OWN[1:2] + OWN[3:]:
            assert set(session.scalars(select(mapped.visitor_id))) == {kept}
    assert people.row(gone).merged_into_id == kept


def test_a_known_allergy_is_not_lost_to_a_none(people: People) -> None:
    kept = people.desk.register("王建国", allergy=Allergy.NONE).id
    gone = people.desk.register("王建国", allergy=Allergy.YES, allergy_text="青霉素").id
    people.merge(kept, gone)
    assert people.row(kept).allergy_text == "青霉素"


def test_what_is_taken_can_be_chosen(people: People) -> None:
    kept = people.desk.register("王建国", phone="13800138000", address="东街1号").id
    gone = people.desk.register("王建囯", phone="13900139000", address="西街2号", note="听力不好").id
    people.merge(kept, gone, ["phone"])
    row = people.row(kept)
    assert (row.name, row.phone, row.address, row.note) == ("王建国", "13900139000", "东街1号", "")


def test_only_the_very_first_visit_is_marked_as_the_first(people: People, clock: WallClock) -> None:
    kept, gone = two(people)
    early = people.desk.open(gone).id
    clock.forward(hours=1)
    late = people.desk.open(kept).id
    ref = people.merge(kept, gone)

    def first() -> dict[int, bool]:
        with people.store.reading() as session:
            return dict(session.execute(select(Visit.id, Visit.first_visit)).all())

    assert first() == {early: True, late: False}
    people.unmerge(ref)
    assert first() == {early: True, late: True}


def test_the_old_name_phone_and_document_lead_to_the_kept_record(people: People) -> None:
    kept = people.desk.register("王建国", phone="13800138000").id
    other = {"document_kind": DocumentKind.RESIDENT_ID, "document_number": WANG_ID}
    gone = people.desk.register("汪健国", phone="13900139000", **other).id
    people.merge(kept, gone, [])
    for typed in ("汪健", "wangjianguo", "13900139", WANG_ID[-6:], people.row(gone).code):
        assert people.ids(typed) == [kept]
    people.edit(kept, name="王建中", phone="13700137000")
    for typed in ("汪健", "13900139", "王建中", "13700137"):
        assert people.ids(typed) == [kept]
    assert people.ids("13800138") == []
    hit = people.services.visitors.by_document(people.desk.actor, DocumentKind.RESIDENT_ID, WANG_ID)
    assert hit is not None
    assert hit.id == kept


def test_the_kept_record_is_a_likely_duplicate_by_what_the_other_one_said(people: People) -> None:
    kept = people.desk.register("王建国").id
    gone = people.desk.register("王建国", document_kind=DocumentKind.RESIDENT_ID, document_number=WANG_ID).id
    people.merge(kept, gone, [])
    typed = VisitorDraft(name="李", document_kind=DocumentKind.RESIDENT_ID, document_number=WANG_ID)
    found = people.services.visitors.likely_duplicates(people.desk.actor, typed)
    assert [one.hit.id for one in found] == [kept]


def test_a_merged_record_leads_to_the_kept_one_or_is_refused(people: People) -> None:
    kept, gone = two(people)
    version = people.seen(gone).version
    people.merge(kept, gone)
    assert people.services.visitors.visitor(people.desk.actor, gone).id == kept
    visit = people.desk.open(gone)
    nameless = people.desk.open(None)
    people.services.visits.attach(people.desk.actor, new_request(), nameless.id, gone)
    joined = people.services.visits.open_or_join(people.desk.actor, new_request(), gone).value
    assert joined.id in (visit.id, nameless.id)
    with people.store.reading() as session:
        assert set(session.scalars(select(Visit.visitor_id))) == {kept}
    draft = VisitorDraft(name="王")
    with pytest.raises(RuleError, match=r"visitor\.merged"):
        people.services.visitors.edit(people.desk.actor, new_request(), gone, version + 1, draft)


def test_what_was_not_seen_or_stands_no_more_is_not_merged(people: People) -> None:
    kept, gone = two(people)
    third = people.desk.register("王建国").id
    service, head = people.services.people, people.head
    old = people.seen(kept)
    people.edit(kept, note="新")
    with pytest.raises(ConflictError):
        service.merge(head, new_request(), old, people.seen(gone))
    with pytest.raises(RuleError, match=r"merge\.same"):
        service.merge(head, new_request(), people.seen(gone), people.seen(gone))
    people.merge(kept, gone)
    for pair in ((third, gone), (gone, third)):
        with pytest.raises(RuleError, match=r"visitor\.merged"):
            people.merge(*pair)


def test_two_desks_that_merge_at_the_same_moment_make_one_merge(people: People) -> None:
    kept, gone = two(people)
    seen = people.seen(kept), people.seen(gone)
    service, start = people.services.people, threading.Barrier(2)

    def merge(pair: tuple[Seen, Seen]) -> str:
        start.wait()
        try:
            service.merge(people.head, new_request(), *pair)
        except (RuleError, ConflictError) as error:
            return error.code
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        # One keeps the one record, the other the other one: were they locked as they are named, both would wait.
        results = sorted(pool.map(merge, [seen, seen[::-1]]))
    assert results[0] == "merged"
    assert results[1] in ("storage.conflict", "visitor.merged")
    assert [people.row(who).merged_into_id for who in (kept, gone)].count(None) == 1


# --- Taking it back ---------------------------------------------------------------------------------------------


def test_what_came_after_the_merge_stays_with_the_kept_record(people: People, clock: WallClock) -> None:
    kept, gone = two(people)
    people.desk.open(gone)
    ref = people.merge(kept, gone)
    clock.forward(hours=2)
    later = people.desk.open(kept).id
    people.edit(kept, phone="13700137000")
    people.unmerge(ref)
    row, back = people.row(kept), people.row(gone)
    assert (row.visits, row.last_visit, back.visits) == (1, clock(), 1)
    # Filled in by the merge: gone again; changed since: stays.
    assert (row.allergy, row.phone) == (Allergy.UNKNOWN, "13700137000")
    with people.store.reading() as session:
        assert session.get_one(Visit, later).visitor_id == kept
    assert people.ids("13800138") == [gone]
    assert people.ids("13700137") == [kept]


def test_a_chain_is_taken_back_from_its_latest_link(people: People) -> None:
    one, two_, three = (people.desk.register("王建国", note=note).id for note in ("甲", "乙", "丙"))
    first = people.merge(two_, one)
    second = people.merge(three, two_)
    assert people.ids("王建国") == [three]
    with pytest.raises(RuleError, match=r"merge\.chained"):
        people.unmerge(first)
    people.unmerge(second)
    people.unmerge(first)
    assert sorted(people.ids("王建国")) == [one, two_, three]
    with pytest.raises(RuleError, match=r"merge\.undone"):
        people.unmerge(first)


def test_of_two_merges_into_one_record_the_later_is_taken_back_first(people: People) -> None:
    one, two_, three = (people.desk.register("王建国").id for _ in range(3))
    first, second = people.merge(three, one), people.merge(three, two_)
    with pytest.raises(RuleError, match=r"merge\.not-latest"):
        people.unmerge(first)
    people.unmerge(second)
    people.unmerge(first)


def test_a_visit_that_was_taken_off_meanwhile_does_not_go_back(people: People) -> None:
    kept, gone = two(people)
    visit = people.desk.open(gone).id
    ref = people.merge(kept, gone)
    people.services.visits.detach(people.desk.actor, new_request(), visit)
    people.unmerge(ref)
    assert (people.row(kept).visits, people.row(gone).visits) == (0, 0)
    assert people.row(gone).last_visit is None


def test_who_has_no_visit_left_was_never_here(people: People, clock: WallClock) -> None:
    kept, gone = two(people)
    mistaken = people.desk.open(kept).id
    clock.forward(hours=1)
    people.desk.open(gone)
    ref = people.merge(kept, gone)
    people.services.visits.detach(people.desk.actor, new_request(), mistaken)
    people.unmerge(ref)
    assert (people.row(kept).visits, people.row(kept).last_visit) == (0, None)
    assert people.row(gone).last_visit == clock()


def test_the_first_visit_of_one_who_had_none_before_is_the_first_again(
    people: People, clock: WallClock
) -> None:
    kept, gone = two(people)
    old = people.desk.open(gone).id
    ref = people.merge(kept, gone)
    clock.forward(hours=1)
    later = people.desk.open(kept).id

    def first() -> dict[int, bool]:
        with people.store.reading() as session:
            return dict(session.execute(select(Visit.id, Visit.first_visit)).all())

    assert first() == {old: True, later: False}
    people.unmerge(ref)
    assert first() == {old: True, later: True}


def test_a_visit_that_is_somebody_else_s_by_now_stays_as_it_is(people: People, clock: WallClock) -> None:
    kept, gone = two(people)
    third = people.desk.register("李娜").id
    for who in (kept, third):
        people.desk.open(who)
    clock.forward(hours=1)
    visit = people.desk.open(gone).id
    ref = people.merge(kept, gone)
    people.services.visits.detach(people.desk.actor, new_request(), visit)
    people.services.visits.attach(people.desk.actor, new_request(), visit, third)
    people.unmerge(ref)
    with people.store.reading() as session:
        assert session.get_one(Visit, visit).first_visit is False


def test_a_question_to_a_merged_record_is_the_person_s(people: People) -> None:
    kept, gone = two(people)
    people.merge(kept, gone)
    people.services.questions.ask(people.desk.actor, new_request(), "停车？", visitor_id=gone)
    card = people.services.people.card(people.desk.actor, kept)
    assert [line.text for line in card.questions] == ["停车？"]


NAMES = st.sampled_from(["王建国", "汪健国", "王建囯", "Б.Эрдэнэ", "Bat Erdene", "张三"])
PHONES = st.sampled_from(["", "13800138000", "13900139000", "99112233"])
RECORDS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "phone": PHONES,
        "sex": st.sampled_from(list(Sex)),
        "birth_date": st.sampled_from([None, BORN, dt.date(1958, 4, 3)]),
        "address": st.sampled_from(["", "东街1号", "西街2号"]),
        "allergy": st.sampled_from(list(Allergy)),
        "allergy_text": st.sampled_from(["", "青霉素"]),
        "contact_name": st.sampled_from(["", "李娜"]),
        "contact_phone": PHONES,
        "interpreter": st.booleans(),
        "note": st.sampled_from(["", "听力不好"]),
        "consents": st.dictionaries(st.sampled_from(list(ConsentKind)), st.booleans()),
    }
).map(
    lambda values: (
        values | ({"allergy_text": "青霉素"} if values["allergy"] is Allergy.YES else {"allergy_text": ""})
    )
)
GROUPS = st.none() | st.lists(
    st.sampled_from(["name", "phone", "birth_date", "note", "allergy"]), unique=True
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=RECORDS, other=RECORDS, visits=st.lists(st.booleans(), max_size=4), groups=GROUPS)
def test_merging_and_taking_back_leaves_every_row_as_it_was(
    people: People, clock: WallClock, one: Any, other: Any, visits: list[bool], groups: list[str] | None
) -> None:
    with people.store.writing() as session:
        session.merge(HotPrefix(prefix="w"))
        session.commit()
    both = [people.desk.register(**values).id for values in (one, other)]
    for second in visits:
        clock.forward(minutes=7)
        people.desk.open(both[second])
    for who in both:
        hang(people.store, who, people.desk.actor, people.desk.house.eyes, clock())
    before = everything(people.store)
    ref = people.merge(*both, groups)
    assert everything(people.store) != before
    people.unmerge(ref)
    after = everything(people.store)
    for table, rows in before.items():
        assert after[table] == rows, table
