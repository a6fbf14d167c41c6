"""Erasing personal data: nothing of a person is left anywhere, what is counted stays, and a proof says what went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text

from deskapp import settings
from deskapp.db import audit
from deskapp.db.base import Base
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditBody, AuditEntry, Erasure, Request
from deskapp.db.models.directory import Question
from deskapp.db.models.intake import (
    Appointment,
    AppointmentEvent,
    DuplicateKey,
    HotHit,
    HotPrefix,
    SearchKey,
    Visit,
    Visitor,
    VisitStep,
)
from deskapp.db.models.people import LikelyPair, Merge
from deskapp.db.models.waiting import Care, Escort, Greeting, QueueEntry, QueueEvent
from deskapp.domain.access import Actor, Role
from deskapp.domain.appointments import AppointmentAct
from deskapp.domain.directory import Seen
from deskapp.domain.door import Address, Coming
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import PairState
from deskapp.domain.questions import QuestionState
from deskapp.domain.registration import (
    Allergy,
    AppointmentState,
    ConsentKind,
    DocumentKind,
    EndReason,
    MediaSource,
    Payment,
    Sex,
    Step,
)
from deskapp.domain.retention import ERASED_NAME, REQUEST_DAYS
from deskapp.domain.urgency import Vitals
from deskapp.domain.waiting import CareKind, QueueAct
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.transfer.columns import Kind
from deskapp.services.transfer.service import TransferService
from tests.services.conftest import Desk, House, WallClock

LONG_AGO = dt.date(2008, 3, 3)
SAID = "左膝盖疼得厉害"
WHO = VisitorDraft(
    name="欧阳修远",
    sex=Sex.MALE,
    birth_date=dt.date(1951, 8, 6),
    phone="13800138000",
    document_kind=DocumentKind.PASSPORT,
    document_number="G55512345",
    address="解放路128号",
    allergy=Allergy.YES,
    allergy_text="青霉素过敏",
    preferred_name="老欧阳",
    occupation="退休教师",
    employer="第二中学",
    contact_name="欧阳小妹",
    contact_phone="13911112222",
    insurer="城镇职工",
    note="听力不好",
    consents={ConsentKind.MEDICAL_DATA: True},
)
WORDS = (
    *(WHO.name, WHO.phone, WHO.document_number, WHO.address, WHO.allergy_text, WHO.preferred_name),
    *(WHO.occupation, WHO.employer, WHO.contact_name, WHO.contact_phone, WHO.note, SAID),
    *(
        "ouyangxiuyuan",
        "邻居老周说的",
        "改派的理由",
        "家里困难",
        "等不及先走",
        "拿错号了",
        "陪同家属姓周",
        "王建国.pdf",
    ),
    "8600000001",
)
"""Everything that was typed about the person, and what was made of it for searching."""


@pytest.fixture
def admin(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.ADMINISTRATOR]


@pytest.fixture
def visitor(services: Services, desk: Desk, house: House, operator: Actor, clock: WallClock) -> int:
    """Return somebody who came once, long ago, and of whom every kind of thing was written down."""
    clock.set("09:00", LONG_AGO)
    who = desk.register(WHO.name, **{k: v for k, v in vars(WHO).items() if k != "name"}).id
    visit = desk.open(who).id
    services.visits.note_complaint(operator, new_request(), visit, SAID)
    desk.triage(visit, complaint=SAID, overrides=True, reason="改派的理由", doctor_id=house.li)
    services.visits.take_vitals(operator, new_request(), visit, Vitals(pulse=88, systolic=131))
    services.visits.set_source(operator, new_request(), visit, MediaSource.OTHER, "邻居老周说的")
    services.visits.do_step(operator, new_request(), visit, Step.ESCORT, "陪同家属姓周")
    services.visits.add_charge(operator, new_request(), visit, house.xray)
    desk.number(visit)
    number = services.visits.visit(operator, visit).number
    assert number is not None
    services.numbers.void(operator, new_request(), number.id, "拿错号了")
    services.papers.printed(operator, new_request(), "registration-form", visit, "王建国.pdf")
    leader = Actor(operator.account_id, "", frozenset({Role.LEADER}), "desk-1")
    services.visits.pay(leader, new_request(), visit, Payment.WAIVED, "家里困难")
    services.visits.end(operator, new_request(), visit, EndReason.LEFT_UNSEEN, "等不及先走")
    services.visitors.edit(
        operator, new_request(), who, 1, VisitorDraft(**{**vars(WHO), "insurer": "8600000001"})
    )
    return who


@pytest.fixture
def later(visitor: int, clock: WallClock) -> int:
    """Return the same person when the years are over."""
    clock.set("10:00", LONG_AGO.replace(year=LONG_AGO.year + 15))
    return visitor


def everything(store: Store) -> str:
    """Return every value of every row of every table."""
    with store.reading() as session:
        rows = [
            value
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(text("*")).select_from(table))
            for value in row
        ]
    return "\n".join(
        v.decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v) for v in rows
    )


def count(store: Store, mapped: type[Base]) -> int:
    with store.reading() as session:
        return session.scalars(select(func.count()).select_from(mapped)).one()


def test_nothing_of_an_erased_person_is_left_in_any_row(
    services: Services, store: Store, later: int, admin: Actor, chain_is_whole: Callable[[], None]
) -> None:
    before = everything(store)
    assert [word for word in WORDS if word not in before] == []

    services.retention.erase(admin, new_request(), later, "保存期满")

    after = everything(store)
    assert [word for word in WORDS if word in after] == []


def test_what_is_counted_stays(services: Services, store: Store, later: int, admin: Actor) -> None:
    kept = (Visit, VisitStep, AuditEntry)
    before = [count(store, mapped) for mapped in kept]
    with store.reading() as session:
        visit = session.scalars(select(Visit)).one()
        was = (
            visit.day,
            visit.department_id,
            visit.doctor_id,
            visit.media_source,
            visit.payment,
            visit.opened_at,
        )

    services.retention.erase(admin, new_request(), later, "保存期满")

    assert [count(store, mapped) for mapped in kept] == [before[0], before[1], before[2] + 1]
    with store.reading() as session:
        visit = session.scalars(select(Visit)).one()
        row = session.get_one(Visitor, later)
    assert (visit.day, visit.department_id, visit.doctor_id) == was[:3]
    assert (visit.media_source, visit.payment, visit.opened_at) == was[3:]
    assert (row.visits, row.name, row.sex) == (1, ERASED_NAME, Sex.UNKNOWN)


def test_the_proof_says_what_went_and_the_digests_stay_in_the_chain(
    services: Services, store: Store, later: int, admin: Actor, clock: WallClock
) -> None:
    code = services.retention.erase(admin, new_request(), later, "保存期满").value.code
    proof = services.retention.proof(admin, code)

    assert proof is not None
    assert (proof.row.code, proof.row.by, proof.row.reason) == (code, admin.name, "保存期满")
    assert proof.row.at == clock()
    assert proof.records == {"visitor": 1, "visit": 1, "print": 1, "number": 1, "queue": 1}
    assert proof.rows["visitor"] == proof.rows["visit"] == proof.rows["consent"] == proof.rows["vitals"] == 1
    assert proof.rows["search_key"] > 5
    assert proof.rows["audit_body"] == len(proof.lines) > 10
    assert proof.backups_until > clock().date() + dt.timedelta(days=365)
    with store.reading() as session:
        digests = {d.hex() for d in session.scalars(select(AuditEntry.digest))}
        bodies = set(session.scalars(select(AuditBody.entry_id)))
        asked = select(AuditEntry.id).where(AuditEntry.topic == "visit", AuditEntry.record_id.is_not(None))
        assert not bodies & set(session.scalars(asked))
    assert set(proof.lines) <= digests
    assert [row.code for row in services.retention.proofs(admin)] == [code]
    assert services.retention.proof(admin, "E0000000000") is None


def test_an_erased_visitor_is_not_found_printed_edited_or_received(
    services: Services, desk: Desk, later: int, admin: Actor, operator: Actor, store: Store
) -> None:
    with store.reading() as session:
        visit, code = session.execute(select(Visit.id, Visit.code)).one()
        own = session.get_one(Visitor, later).code
    services.retention.erase(admin, new_request(), later, "保存期满")

    for typed in (
        WHO.name,
        "欧阳",
        "ouyang",
        "oyxy",
        WHO.phone,
        "8000",
        WHO.document_number,
        own,
        code,
        ERASED_NAME,
    ):
        assert desk.found(typed) == []
    assert services.visitors.likely_duplicates(operator, WHO) == []
    for refused in (
        lambda: services.papers.sheet(operator, "record-page", visit, "李"),
        lambda: services.papers.sheet(operator, "number-slip", visit, "李"),
        lambda: services.visitors.edit(operator, new_request(), later, 3, WHO),
        lambda: services.visits.open_or_join(operator, new_request(), later),
        lambda: services.visits.open(operator, new_request(), later),
        lambda: services.visits.note_complaint(operator, new_request(), visit, SAID),
        lambda: services.retention.erase(admin, new_request(), later, "再一次"),
    ):
        with pytest.raises(RuleError) as said:
            refused()
        assert said.value.code == "visitor.erased"
    view = services.visits.visit(operator, visit)
    assert view.visitor is not None
    assert (view.visitor.name, view.complaint, view.visitor.draft.phone) == (ERASED_NAME, "", "")


def test_who_has_the_record_open_can_not_store_over_the_erasing(
    services: Services, later: int, admin: Actor, operator: Actor
) -> None:
    services.retention.erase(admin, new_request(), later, "保存期满")
    with pytest.raises((RuleError, ConflictError)):
        services.visitors.edit(operator, new_request(), later, 2, WHO)


def test_a_record_is_kept_until_its_day_which_is_said(
    services: Services, visitor: int, admin: Actor, clock: WallClock
) -> None:
    clock.set("23:59", LONG_AGO.replace(year=2023) - dt.timedelta(days=1))
    with pytest.raises(RuleError, match="may not be erased yet") as refused:
        services.retention.erase(admin, new_request(), visitor, "本人要求")
    assert refused.value.text.params["day"] == dt.date(2023, 3, 3)
    assert services.retention.due(admin) == []
    (found,) = services.retention.find(admin, "欧阳")
    assert (found.keeping.since, found.phone, found.document) == (
        dt.date(2023, 3, 3),
        "138****8000",
        "****2345",
    )
    clock.set("00:01", LONG_AGO.replace(year=2023))
    assert [due.id for due in services.retention.due(admin)] == [visitor]
    services.retention.erase(admin, new_request(), visitor, "本人要求")
    assert services.retention.due(admin) == []


def test_a_site_that_keeps_longer_keeps_longer_and_never_shorter(
    services: Services, later: int, admin: Actor, head: Actor
) -> None:
    services.settings.change(head, new_request(), settings.RETENTION_YEARS.name, 20)
    assert services.retention.overview(admin).due == 0
    with pytest.raises(RuleError):
        services.retention.erase(admin, new_request(), later, "早了")
    with pytest.raises(InputError):
        services.settings.change(head, new_request(), settings.RETENTION_YEARS.name, 1)
    services.settings.change(head, new_request(), settings.RETENTION_YEARS.name, 15)
    told = services.retention.overview(admin)
    assert (told.years, told.due) == (15, 1)


def test_who_never_came_goes_on_request_and_is_not_taken_for_due(
    services: Services, desk: Desk, admin: Actor
) -> None:
    who = desk.register("没来过的人", phone="13900139000").id
    assert services.retention.due(admin) == []
    services.retention.erase(admin, new_request(), who, "本人要求")
    assert desk.found("没来过") == []


def test_nobody_who_is_expected_is_erased(
    services: Services, store: Store, later: int, admin: Actor, house: House, clock: WallClock
) -> None:
    with store.writing() as session:
        session.add(
            Appointment(
                visitor_id=later,
                department_id=house.eyes,
                starts_at=clock() + dt.timedelta(days=3),
                state=AppointmentState.BOOKED,
            )
        )
        session.commit()
    assert services.retention.overview(admin).due == 0
    with pytest.raises(RuleError, match="expected"):
        services.retention.erase(admin, new_request(), later, "保存期满")
    clock.forward(days=4)
    assert services.retention.overview(admin).due == 1


@pytest.mark.parametrize("reason", ["欧阳修远要求", "电话13800138000", "", "  ", "证件G55512345"])
def test_a_reason_that_names_the_person_or_says_nothing_is_refused(
    services: Services, later: int, admin: Actor, reason: str, store: Store
) -> None:
    with pytest.raises(InputError) as refused:
        services.retention.erase(admin, new_request(), later, reason)
    assert refused.value.field == "reason"
    assert WHO.phone in everything(store)


def test_only_who_may_erase_erases(services: Services, later: int, head: Actor, operator: Actor) -> None:
    for actor in (head, operator):
        with pytest.raises(PermissionDenied):
            services.retention.erase(actor, new_request(), later, "保存期满")
        with pytest.raises(PermissionDenied):
            services.retention.erase_due(actor, new_request(), "保存期满")


def test_a_retry_gives_the_same_proof_and_erases_once(
    services: Services, store: Store, later: int, admin: Actor
) -> None:
    request = new_request()
    first = services.retention.erase(admin, request, later, "保存期满").value
    assert services.retention.erase(admin, request, later, "保存期满").value == first
    assert len(services.retention.proofs(admin)) == 1


def test_all_that_are_due_go_together_and_one_who_is_not_stays(
    services: Services,
    store: Store,
    desk: Desk,
    admin: Actor,
    clock: WallClock,
    chain_is_whole: Callable[[], None],
) -> None:
    clock.set("08:00", LONG_AGO)
    old = [desk.register(f"旧人{place}", phone=f"139{place:08}") for place in range(45)]
    for ref in old[:40]:
        desk.open(ref.id)
    clock.set("08:00", LONG_AGO.replace(year=2020))
    desk.open(old[0].id)
    clock.set("08:00", LONG_AGO.replace(year=2024))
    told: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        told.append((done, total))

    # Whoever was registered so long ago and never came is due too.
    done = services.retention.erase_due(admin, new_request(), "保存期满", report=report)

    assert done.value == 44
    assert done.changes.touches("visitor", old[44].id)
    assert told == [(0, 44), (20, 44), (40, 44), (44, 44)]
    assert desk.found("旧人") == ["旧人0"]
    assert len(services.retention.proofs(admin, 0, 100)) == 44
    assert len(services.retention.proofs(admin, 40, 100)) == 4
    assert services.retention.erase_due(admin, new_request(), "保存期满").value == 0


def test_a_crowded_prefix_forgets_the_erased_too(
    services: Services, store: Store, later: int, admin: Actor
) -> None:
    with store.writing() as session:
        session.add(HotPrefix(prefix="欧"))
        session.add(HotHit(prefix="欧", rank=7, visitor_id=later))
        session.add(SearchKey(key="aold reading", visitor_id=later, grade=1))
        session.commit()
    services.retention.erase(admin, new_request(), later, "保存期满")
    assert count(store, HotHit) == count(store, SearchKey) == 0


def test_answers_of_imports_that_name_people_go_with_the_first_who_is_erased(
    services: Services, store: Store, later: int, admin: Actor, head: Actor, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(f"姓名,性别,证件类型,证件号码\n{WHO.name},男,护照,{WHO.document_number}\n", "utf-8")
    transfer = TransferService(store, services.retention.clock)
    assert transfer.import_file(head, new_request(), Kind.VISITORS, file).value.notes
    assert WHO.name in everything(store).split("TransferService._write", 1)[1]
    services.retention.erase(admin, new_request(), later, "保存期满")
    assert WHO.name not in everything(store)


def test_answers_for_retries_go_after_a_while(
    services: Services, store: Store, desk: Desk, operator: Actor, clock: WallClock
) -> None:
    desk.register("甲")
    clock.forward(days=REQUEST_DAYS - 1)
    assert services.retention.tidy(operator, new_request()).value == 0
    clock.forward(days=2)
    kept = count(store, Request)
    assert services.retention.tidy(operator, new_request()).value > 0
    assert count(store, Request) < kept


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_overwrites_what_is_freed(store: Store, services: Services, later: int, admin: Actor) -> None:
    with store.write_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    services.retention.erase(admin, new_request(), later, "保存期满")
    assert store.file is not None
    log = store.file.with_name(f"{store.file.name}-wal")
    assert not log.exists() or log.stat().st_size == 0


def test_a_body_can_not_go_without_a_proof(store: Store, later: int) -> None:
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(Erasure)).one() == 0
    with pytest.raises(Exception, match="append-only"), store.writing() as session:
        session.execute(delete(AuditBody))
    with store.reading() as session:
        assert list(audit.broken_lines(session)) == []


# --- The waiting line, the door, appointments, questions, merged records ---------------------------------------------

SAID_ELSEWHERE = (
    *("去打水了", "轮椅在三楼", "给了温水", "欧阳老先生", "红色外套", "王护士接走", "走得慢"),
    *("带片子来", "女儿改的时间", "停车场在哪", "地下一层", "同一个人"),
)


@pytest.fixture
def told_everywhere(store: Store, services: Services, later: int, operator: Actor, clock: WallClock) -> int:
    """Return the same person, of whom something is said in every table that the waiting room and the door have."""
    at = dt.datetime.combine(LONG_AGO, dt.time(2), dt.UTC)
    by = {"account_id": operator.account_id, "at": at}
    with store.writing() as session:
        visit = session.scalars(select(Visit).where(Visit.visitor_id == later)).one()
        entry = session.scalars(select(QueueEntry).where(QueueEntry.visit_id == visit.id)).one()
        entry.reason = SAID_ELSEWHERE[0]
        booked = Appointment(visitor_id=later, department_id=visit.department_id, starts_at=at)
        booked.state, booked.note, booked.minutes = AppointmentState.FULFILLED, SAID_ELSEWHERE[7], 15
        session.add(booked)
        session.flush()
        moved = {"act": AppointmentAct.MOVED, "starts_at": at, "reason": SAID_ELSEWHERE[8]}
        session.add_all(
            [
                QueueEvent(
                    entry_id=entry.id, act=QueueAct.PARKED, reason=SAID_ELSEWHERE[1], before="{}", **by
                ),
                Care(visit_id=visit.id, kind=CareKind.WATER, note=SAID_ELSEWHERE[2], **by),
                Greeting(
                    name=SAID_ELSEWHERE[3],
                    note=SAID_ELSEWHERE[4],
                    address=Address.SIR,
                    state=Coming.TAKEN,
                    visit_id=visit.id,
                    **by,
                ),
                Escort(
                    visit_id=visit.id,
                    account_id=operator.account_id,
                    left_at=at,
                    handed_to=SAID_ELSEWHERE[5],
                    note=SAID_ELSEWHERE[6],
                ),
                AppointmentEvent(appointment_id=booked.id, account_id=operator.account_id, at=at, **moved),
                Question(
                    code="Q1",
                    text=SAID_ELSEWHERE[9],
                    answer=SAID_ELSEWHERE[10],
                    visitor_id=later,
                    asked_by=operator.account_id,
                    asked_at=at,
                    due_at=at,
                    state=QuestionState.TOLD,
                ),
            ]
        )
        session.commit()
    return later


def test_nothing_is_left_of_what_was_said_at_the_door_and_in_the_waiting_line(
    services: Services, store: Store, told_everywhere: int, admin: Actor, desk: Desk
) -> None:
    other = desk.register("李娜").id
    pair = {"one_id": told_everywhere, "other_id": other, "score": 0.9, "band": "ask", "reasons": "[]"}
    with store.writing() as session:
        session.add(LikelyPair(**pair, found_at=dt.datetime.now(dt.UTC), state=PairState.OPEN))
        session.commit()
    before = everything(store)
    assert [word for word in SAID_ELSEWHERE[:-1] if word not in before] == []

    code = services.retention.erase(admin, new_request(), told_everywhere, "保存期满").value.code

    after = everything(store)
    assert [word for word in SAID_ELSEWHERE if word in after] == []
    assert count(store, LikelyPair) == 0
    proof = services.retention.proof(admin, code)
    assert proof is not None
    assert proof.rows["greeting"] == proof.rows["question"] == proof.rows["likely_pair"] == 1


def merged(services: Services, head: Actor, desk: Desk, kept: int) -> int:
    """Merge another record of the person into one; return it."""
    gone = desk.register("欧阳修元", phone="13977776666", note="邮寄病历到老家").id
    seen = [Seen(who, services.visitors.visitor(head, who).version) for who in (kept, gone)]
    services.people.merge(head, new_request(), *seen, None, SAID_ELSEWHERE[-1])
    return gone


def test_the_records_that_were_merged_go_together(
    services: Services, store: Store, later: int, admin: Actor, head: Actor, desk: Desk
) -> None:
    gone = merged(services, head, desk, later)
    words = (*WORDS, "欧阳修元", "ouyangxiuyuan", "13977776666", "邮寄病历到老家", SAID_ELSEWHERE[-1])
    code = services.retention.erase(admin, new_request(), later, "保存期满").value.code
    after = everything(store)
    assert [word for word in words if word in after] == []
    assert count(store, SearchKey) == count(store, DuplicateKey) == 0
    proof = services.retention.proof(admin, code)
    assert proof is not None
    assert proof.records["visitor"] == 2
    assert [row.code for row in services.retention.proofs(admin)] == [code]
    with store.reading() as session:
        merge = session.scalars(select(Merge)).one()
        assert (merge.gone_id, merge.moved) == (gone, "{}")
    with pytest.raises(RuleError, match=r"visitor\.erased"):
        services.people.unmerge(head, new_request(), merge.id, merge.version)


def test_what_a_merge_taken_back_had_filled_in_goes_from_the_other_s_trail_too(
    services: Services, store: Store, later: int, admin: Actor, head: Actor, desk: Desk
) -> None:
    other = desk.register("汪健国").id
    seen = [Seen(who, services.visitors.visitor(head, who).version) for who in (other, later)]
    ref = services.people.merge(head, new_request(), *seen, None, SAID_ELSEWHERE[-1]).value
    services.people.unmerge(head, new_request(), ref.id, ref.version)
    services.retention.erase(admin, new_request(), later, "保存期满")
    after = everything(store)
    assert [word for word in (*WORDS, SAID_ELSEWHERE[-1]) if word in after] == []
    assert services.visitors.visitor(head, other).draft.name == "汪健国"


def test_a_record_that_went_into_another_is_not_erased_by_itself(
    services: Services, later: int, admin: Actor, head: Actor, desk: Desk
) -> None:
    gone = merged(services, head, desk, later)
    with pytest.raises(RuleError, match=r"retention\.merged"):
        services.retention.erase(admin, new_request(), gone, "保存期满")
    assert [visitor.id for visitor in services.retention.due(admin)] == [later]
    code = services.visitors.visitor(head, later).code
    assert [visitor.code for visitor in services.retention.find(admin, "13977776666")] == [code]
