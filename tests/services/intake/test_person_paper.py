"""A person's data on paper: everything that the file holds, in words, with the number of the export."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.engine import Store
from deskapp.domain.access import Actor
from deskapp.domain.directory import Seen
from deskapp.domain.registration import ConsentKind, DocumentKind, EndReason, MediaSource
from deskapp.domain.urgency import Vitals
from deskapp.domain.waiting import CareKind
from deskapp.errors import PermissionDenied
from deskapp.forms.catalog import render
from deskapp.forms.values import shown
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.intake.person_paper import PersonSheet
from tests.services.conftest import Desk, WallClock, audit_bodies
from tests.support.hospital import resident_id

BORN = dt.date(1958, 3, 4)
WANG_ID = resident_id(BORN, 223)


@pytest.fixture
def who(services: Services, desk: Desk, head: Actor, clock: WallClock) -> int:
    """Return somebody of whom there is something of nearly every kind, in two records."""
    passport = {"document_kind": DocumentKind.RESIDENT_ID, "document_number": WANG_ID}
    kept = desk.register("王建国", **passport, consents={ConsentKind.MEDICAL_DATA: True}).id
    gone = desk.register("王建囯", phone="13800138000", note="听力不好").id
    visit = desk.open(gone).id
    services.visits.take_vitals(desk.actor, new_request(), visit, Vitals(pulse=77))
    desk.triage(visit, complaint="腿疼三天", doctor_id=desk.house.li)
    services.visits.set_source(desk.actor, new_request(), visit, MediaSource.OTHER, "邻居介绍")
    desk.number(visit)
    services.questions.ask(desk.actor, new_request(), "停车在哪里？", visitor_id=kept)
    clock.forward(days=1)
    services.visits.end(desk.actor, new_request(), desk.open(kept).id, EndReason.LEFT_UNSEEN, "等太久")
    both = [Seen(one, services.visitors.visitor(head, one).version) for one in (kept, gone)]
    services.people.merge(head, new_request(), *both)
    return kept


def sheet_of(services: Services, head: Actor, who: int) -> PersonSheet:
    return services.people.person_sheet(head, new_request(), who).value


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_says_whole_what_is_held(services: Services, head: Actor, who: int, language: str) -> None:
    sheet, tr = sheet_of(services, head, who), translator(language)
    cells = [cell for one in sheet.paper.lists for row in one.rows for cell in row]
    records = [value for record in sheet.paper.records for value in vars(record).values()]
    words = "\n".join(shown(tr, value) for value in (*cells, *records, sheet.paper.code))
    assert render("person-data", sheet.paper, sheet.letterhead, tr).startswith(b"%PDF")
    told = (
        "王建国",
        "王建囯",
        WANG_ID,
        "13800138000",
        "听力不好",
        "腿疼三天",
        "邻居介绍",
        "停车在哪里？",
        "等太久",
        "77",
    )
    house = ("李静", tr.date(dt.date(2026, 11, 17)), sheet.number)
    for said in (*told, *house):
        assert said in words


def test_care_that_was_taken_back_is_told_as_taken_back(services: Services, desk: Desk, head: Actor) -> None:
    who = desk.register("王建国").id
    visit = desk.open(who).id
    for kind in (CareKind.WATER, CareKind.APOLOGY):
        care = services.waiting.give_care(desk.actor, new_request(), visit, kind).value
    services.waiting.take_back_care(desk.actor, new_request(), care)
    given = next(
        one for one in sheet_of(services, head, who).paper.lists if one.title == "Care while waiting"
    )
    tr = translator("en")
    assert [shown(tr, row[1]) for row in given.rows] == [
        "brought water",
        "apologised and explained: taken back",
    ]


def test_it_says_how_long_the_record_is_kept(services: Services, head: Actor, who: int) -> None:
    kept = sheet_of(services, head, who).paper.kept
    assert "15 years" in translator("en")(kept)


def test_that_it_left_is_in_the_trail_first(
    services: Services, store: Store, desk: Desk, head: Actor, who: int
) -> None:
    request = new_request()
    sheet = services.people.person_sheet(head, request, who).value
    assert sheet.paper.code == sheet.number
    last = audit_bodies(store, "visitor", who)[-1]
    assert sheet.number in last
    assert ".pdf" in last
    assert services.people.person_sheet(head, request, who).value.number == sheet.number
    with pytest.raises(PermissionDenied):
        services.people.person_sheet(desk.actor, new_request(), who)


def test_the_paper_is_in_the_language_of_the_person(services: Services, desk: Desk, head: Actor) -> None:
    who = desk.register("Б.Эрдэнэ", language="mn").id
    assert sheet_of(services, head, who).language == "mn"
