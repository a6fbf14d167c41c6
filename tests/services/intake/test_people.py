"""A person's card, the history of the record, consent, data out, likely pairs and the search for them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.db.models.people import PairScan
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import Seen
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import PairState, ScanState
from deskapp.domain.registration import ConsentKind, DocumentKind, EndReason
from deskapp.errors import ConflictError, PermissionDenied, RuleError, StorageError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.intake import pairs
from deskapp.services.intake.cards import PersonCard
from tests.services.conftest import Desk, WallClock, audit_bodies
from tests.services.intake.searched_here import search_here
from tests.support.hospital import resident_id

BORN = dt.date(1958, 3, 4)
WANG_ID = resident_id(BORN, 223)
PASSPORT = "G55512345"


@pytest.fixture
def head(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.SUPERVISOR]


def edit(services: Services, actor: Actor, who: int, **values: Any) -> None:
    view = services.visitors.visitor(actor, who)
    names = VisitorDraft.__dataclass_fields__
    draft = VisitorDraft(**{name: getattr(view.draft, name) for name in names} | values)
    services.visitors.edit(actor, new_request(), who, view.version, draft)


def card_of(services: Services, actor: Actor, who: int) -> PersonCard:
    return services.people.card(actor, who)


def merge(services: Services, head: Actor, kept: int, gone: int) -> Any:
    both = [Seen(who, services.visitors.visitor(head, who).version) for who in (kept, gone)]
    return services.people.merge(head, new_request(), *both).value


# --- The card ---------------------------------------------------------------------------------------------------


def test_a_card_has_everything_of_a_person_and_masks_numbers(
    services: Services, desk: Desk, clock: WallClock
) -> None:
    born = {"birth_date": BORN, "phone": "13800138000"}
    who = desk.register("王建国", contact_name="李娜", contact_phone="13900139000", **born).id
    first = desk.open(who).id
    desk.triage(first, complaint="腿疼", doctor_id=desk.house.li)
    label = desk.number(first)
    clock.forward(days=1)
    services.visits.end(desk.actor, new_request(), desk.open(who).id, EndReason.LEFT_UNSEEN)
    card = card_of(services, desk.actor, who)
    assert (card.draft.name, card.age, card.visit_count) == ("王建国", 68, 2)
    assert (card.draft.phone, card.draft.contact_phone) == ("138****8000", "139****9000")
    assert [(line.complaint, line.doctor, line.number) for line in card.visits] == [
        ("", "", ""),
        ("腿疼", "李静", label),
    ]
    assert card.visits[0].ended is EndReason.LEFT_UNSEEN
    assert card.kept.since == dt.date(2041, 11, 17)
    whole = services.people.whole_numbers(desk.actor, who)
    assert (whole.phone, whole.contact_phone) == ("13800138000", "13900139000")


def test_that_whole_numbers_were_shown_is_written_down(services: Services, store: Store, desk: Desk) -> None:
    who = desk.register(phone="13800138000").id
    services.people.card(desk.actor, who)
    services.people.whole_numbers(desk.actor, who)
    with store.reading() as session:
        asked = select(AuditEntry.action).where(AuditEntry.record_id == who).order_by(AuditEntry.id)
        actions = list(session.scalars(asked))
    assert actions[-1] == "numbers.read"


def test_documents_are_the_present_one_earlier_ones_and_those_of_merged_records(
    services: Services, desk: Desk, head: Actor
) -> None:
    passport = {"document_kind": DocumentKind.PASSPORT, "document_number": PASSPORT}
    who = desk.register("王建国", **passport).id
    edit(services, desk.actor, who, document_kind=DocumentKind.RESIDENT_ID, document_number=WANG_ID)
    other = desk.register("王建国", document_kind=DocumentKind.PASSPORT, document_number="E12345678")
    merge(services, head, who, other.id)
    lines = card_of(services, desk.actor, who).documents
    assert [(line.kind, line.number, line.whence) for line in lines] == [
        (DocumentKind.RESIDENT_ID, f"****{WANG_ID[-4:]}", "now"),
        (DocumentKind.PASSPORT, "****5678", "merged"),
        (DocumentKind.PASSPORT, "****2345", "earlier"),
    ]
    whole = dict(services.people.whole_numbers(desk.actor, who).documents)
    assert [whole[line.id] for line in lines] == [WANG_ID, "E12345678", PASSPORT]


def test_the_card_of_a_merged_record_is_that_of_the_kept_one(
    services: Services, desk: Desk, head: Actor
) -> None:
    kept, gone = desk.register("王建国"), desk.register("王建囯")
    merge(services, head, kept.id, gone.id)
    card = card_of(services, desk.actor, gone.id)
    assert (card.id, card.led_from) == (kept.id, gone.code)
    assert [(line.code, line.latest) for line in card.merges] == [(gone.code, True)]


def test_the_history_tells_who_changed_which_field_from_what_to_what(
    services: Services, desk: Desk, head: Actor
) -> None:
    who = desk.register("王建国", phone="13800138000").id
    edit(services, head, who, address="东街1号", phone="13900139000")
    latest, first = services.people.edits(desk.actor, who)
    told = {field.id: (field.before, field.after) for field in latest.fields}
    assert latest.person == head.name
    assert told == {"address": (None, "东街1号"), "phone": ("138****8000", "139****9000")}
    assert first.action == "visitor.register"


def test_a_merge_stands_once_in_the_history_with_what_it_filled(
    services: Services, desk: Desk, head: Actor
) -> None:
    kept, gone = desk.register("王建国"), desk.register("王建国", address="东街1号")
    ref = merge(services, head, kept.id, gone.id)
    services.people.unmerge(head, new_request(), ref.id, ref.version)
    lines = services.people.edits(desk.actor, kept.id)
    told = [(line.action, {field.id: field.after for field in line.fields}) for line in lines[:2]]
    assert told[0] == ("visitor.unmerge", {"address": None, "other": gone.code})
    assert told[1] == ("visitor.merge", {"address": "东街1号", "other": gone.code})


def test_an_answer_of_consent_is_added_and_the_earlier_one_stays(services: Services, desk: Desk) -> None:
    who = desk.register("王建国", consents={ConsentKind.MEDICAL_DATA: True}).id
    answer = services.people.answer_consent
    answer(desk.actor, new_request(), who, ConsentKind.MEDICAL_DATA, False)
    lines = card_of(services, desk.actor, who).consents
    assert [(line.given, line.counts, line.given_by) for line in lines] == [
        (False, True, "王建国"),
        (True, False, "王建国"),
    ]


def test_a_child_s_answer_is_the_guardian_s(services: Services, desk: Desk) -> None:
    who = desk.register("王小明", birth_date=dt.date(2020, 1, 1), guardian_name="王大明").id
    services.people.answer_consent(desk.actor, new_request(), who, ConsentKind.COMMUNICATION, True)
    assert card_of(services, desk.actor, who).consents[0].given_by == "王大明"


# --- Data out ---------------------------------------------------------------------------------------------------


def test_the_file_holds_everything_and_the_trail_that_it_was_written(
    services: Services, store: Store, desk: Desk, head: Actor, tmp_path: Path
) -> None:
    who = desk.register("王建国", phone="13800138000").id
    other = desk.register("汪健国", note="听力不好").id
    visit = desk.open(other).id
    desk.triage(visit, complaint="腿疼")
    merge(services, head, who, other)
    file = tmp_path / "wang.json"
    number = services.people.export_person(head, new_request(), who, file).value
    data = json.loads(file.read_text("utf-8"))
    assert data["export"]["number"] == number
    assert [record["name"] for record in data["records"]] == ["王建国", "汪健国"]
    assert (data["visits"][0]["complaint"], data["visits"][0]["department_id"]) == ("腿疼", "普通外科")
    assert data["steps"][0]["account_id"] == desk.actor.name
    assert number in audit_bodies(store, "visitor", who)[-1]
    assert [path.name for path in tmp_path.glob("*.json")] == ["wang.json"]


def test_a_file_that_can_not_be_written_leaves_none(
    services: Services, desk: Desk, head: Actor, tmp_path: Path
) -> None:
    who = desk.register().id
    with pytest.raises(StorageError):
        services.people.export_person(head, new_request(), who, tmp_path / "none" / "wang.json")
    with pytest.raises(PermissionDenied):
        services.people.export_person(desk.actor, new_request(), who, tmp_path / "wang.json")
    assert not (tmp_path / "wang.json").exists()


# --- Likely pairs -----------------------------------------------------------------------------------------------


@pytest.fixture
def pair(services: Services, desk: Desk, head: Actor) -> tuple[int, int]:
    """Return two records of one person, whom a search has found."""
    both = (desk.register("王建国", birth_date=BORN).id, desk.register("王建国", birth_date=BORN).id)
    search_here(services)
    services.people.start_scan(head, new_request())
    return both


def test_a_search_lists_pairs_with_why_and_says_what_it_did(
    services: Services, head: Actor, pair: tuple[int, int]
) -> None:
    part = services.people.pairs(head)
    assert [row.id for row in part.pairs] == [pair]
    assert [str(reason) for reason in part.pairs[0].reasons] == ["same birth date", "same name"]
    assert (part.open, part.more) == (1, False)
    scan = services.people.scan_state(head)
    assert scan is not None
    assert (scan.state, scan.compared, scan.found) == (ScanState.FINISHED, 1, 1)


def test_pairs_come_in_parts(services: Services, desk: Desk, head: Actor, pair: tuple[int, int]) -> None:
    del pair
    desk.register("王建国", birth_date=BORN)
    services.people.start_scan(head, new_request())
    found = []
    after = None
    while True:
        part = services.people.pairs(head, 1, after)
        found += [row.id for row in part.pairs]
        if not part.more:
            break
        after = part.pairs[-1].place
    assert len(found) == len(set(found)) == part.open == 3


def test_decided_pairs_come_the_latest_first(
    services: Services, desk: Desk, head: Actor, pair: tuple[int, int], clock: WallClock
) -> None:
    third = desk.register("王建国", birth_date=BORN).id
    decided = [pair, (pair[0], third), (pair[1], third)]
    for at, both in enumerate(decided):
        if at == 1:
            clock.forward(minutes=1)  # The last two are decided at one moment.
        services.people.decide_different(head, new_request(), *both)
    found, after = [], None
    for _ in decided:
        part = services.people.pairs(head, 1, after, PairState.DIFFERENT)
        found += [row.id for row in part.pairs]
        after = part.pairs[-1].place
    assert found == [decided[1], decided[2], decided[0]]
    assert not part.more


def test_two_people_are_remembered_until_it_is_taken_back(
    services: Services, head: Actor, pair: tuple[int, int], clock: WallClock
) -> None:
    services.people.decide_different(head, new_request(), *pair)
    services.people.start_scan(head, new_request())
    assert services.people.pairs(head).pairs == ()
    decided = services.people.pairs(head, state=PairState.DIFFERENT).pairs
    assert [(row.id, row.decided_by, row.decided_at) for row in decided] == [(pair, head.name, clock())]
    services.people.reopen_pair(head, new_request(), *pair)
    assert services.people.pairs(head).open == 1
    with pytest.raises(ConflictError):
        services.people.reopen_pair(head, new_request(), *pair)


def test_a_decision_taken_back_while_a_search_goes_on_is_not_forgotten_at_its_end(
    services: Services, store: Store, head: Actor, pair: tuple[int, int], clock: WallClock
) -> None:
    services.people.decide_different(head, new_request(), *pair)
    clock.forward(minutes=5)
    # The search that is under way has done the blocks of the two already.
    with store.writing() as session:
        session.add(PairScan(started_at=clock(), state=ScanState.STOPPED, after="z"))
        session.commit()
    clock.forward(minutes=5)
    services.people.reopen_pair(head, new_request(), *pair)
    services.people.start_scan(head, new_request())
    assert [row.id for row in services.people.pairs(head).pairs] == [pair]


def test_two_records_that_no_search_paired_can_be_told_apart_too(
    services: Services, desk: Desk, head: Actor
) -> None:
    one, other = desk.register("王建国").id, desk.register("李娜").id
    services.people.decide_different(head, new_request(), other, one)
    found = services.people.comparison(head, one, other)
    assert (found.state, found.decided_by) == (PairState.DIFFERENT, head.name)
    assert found.decided_at is not None


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_of_two_desks_that_tell_two_records_apart_at_one_moment_one_is_told(
    services: Services, desk: Desk, head: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = desk.register("王建国").id, desk.register("李娜").id
    compared = pairs.comparison

    def comparison(*args: Any) -> Any:
        found = compared(*args)
        monkeypatch.undo()
        services.people.decide_different(head, new_request(), one, other)
        return found

    monkeypatch.setattr(pairs, "comparison", comparison)
    with pytest.raises(ConflictError):
        services.people.decide_different(head, new_request(), one, other)
    assert services.people.comparison(head, one, other).state is PairState.DIFFERENT


def test_a_merged_pair_waits_no_more_and_does_again_when_taken_back(
    services: Services, head: Actor, pair: tuple[int, int]
) -> None:
    ref = merge(services, head, *pair)
    assert services.people.pairs(head).open == 0
    services.people.unmerge(head, new_request(), ref.id, ref.version)
    assert services.people.pairs(head).open == 1


def test_both_records_stand_side_by_side_with_what_would_be_taken(
    services: Services, desk: Desk, head: Actor
) -> None:
    one = desk.register("王建国", birth_date=BORN, phone="13800138000").id
    other = desk.register("王建国", birth_date=BORN, phone="13900139000", address="东街1号").id
    found = services.people.comparison(head, one, other)
    assert {"phone", "address"} == found.differing
    assert {line.id: line.fills for line in found.filled(one)} == {"phone": False, "address": True}
    assert {line.id: line.fills for line in found.filled(other)} == {"phone": False}
    merge(services, head, one, other)
    with pytest.raises(RuleError, match=r"visitor\.merged"):
        services.people.comparison(head, one, other)


def test_only_who_may_merge_sees_pairs(services: Services, desk: Desk) -> None:
    with pytest.raises(PermissionDenied):
        services.people.pairs(desk.actor)


# --- The search -------------------------------------------------------------------------------------------------


def test_a_search_under_way_is_not_begun_twice_and_a_dead_one_is_gone_on_with(
    services: Services, store: Store, head: Actor, pair: tuple[int, int], clock: WallClock
) -> None:
    del pair
    running = {"state": ScanState.RUNNING, "after": "p:", "ended_at": clock()}
    with store.writing() as session:
        session.execute(update(table_of(PairScan)).values(**running))
        session.commit()
    services.people.searcher._running = None
    with pytest.raises(RuleError, match=r"pairs\.running"):
        services.people.start_scan(head, new_request())
    clock.forward(minutes=5)
    scan = services.people.scan_state(head)
    assert scan is not None
    assert scan.state is ScanState.STOPPED
    services.people.start_scan(head, new_request())
    after = services.people.scan_state(head)
    assert after is not None
    assert (after.id, after.state) == (scan.id, ScanState.FINISHED)
