"""What goes onto the forms of a visit, filled in or blank."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.domain.access import Actor
from deskapp.domain.papers import RecordPagePaper, RegistrationPaper, SlipPaper
from deskapp.domain.registration import Allergy, ConsentKind, Payment, Step
from deskapp.domain.text import Words
from deskapp.domain.urgency import Consciousness, Vitals
from deskapp.errors import RuleError
from deskapp.services.base import new_request
from tests.services.conftest import Desk, WallClock

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def sheet(desk: Desk, form: str, visit: int) -> object:
    return desk.services.papers.sheet(desk.actor, form, visit, "刘").paper


@pytest.fixture
def visit(desk: Desk, clock: WallClock) -> int:
    """A visit with everything on it: consents, vitals, charges, a number."""
    consents = {ConsentKind.MEDICAL_DATA: True, ConsentKind.COMMUNICATION: False}
    visitor = desk.register(
        "王建国",
        birth_date=dt.date(1980, 1, 2),
        phone="13800138000",
        allergy=Allergy.YES,
        allergy_text="青霉素",
        nationality="496",
        language="mn",
        consents=consents,
    )
    made = desk.open(visitor.id).id
    visits = desk.services.visits
    desk.triage(made, complaint="右膝疼", doctor_id=desk.house.li, urgency=3)
    signs = Vitals(
        respiration=16, spo2=98, on_oxygen=False, consciousness=Consciousness.ALERT, temperature=36.8
    )
    visits.take_vitals(desk.actor, new_request(), made, signs)
    visits.add_charge(desk.actor, new_request(), made, desk.house.xray, 2)
    visits.pay(desk.actor, new_request(), made, Payment.PAID)
    desk.number(made)
    return made


def test_the_registration_form_shows_the_record_and_the_visit(
    desk: Desk, visit: int, clock: WallClock
) -> None:
    paper = sheet(desk, "registration-form", visit)
    assert isinstance(paper, RegistrationPaper)
    assert (paper.name, paper.phone, paper.allergy_text) == ("王建国", "13800138000", "青霉素")
    assert (paper.complaint, paper.urgency, paper.doctor, paper.queue_number) == ("右膝疼", 3, "李静", "L001")
    assert (paper.department, paper.room) == (Words("普通外科", "General surgery", "Мэс засал"), "B301")
    assert [(line.fen, line.quantity, line.total) for line in paper.prices] == [(8_050, 2, 16_100)]
    assert {line.kind: (line.given, line.by) for line in paper.consents} == {
        ConsentKind.MEDICAL_DATA: (True, "王建国"),
        ConsentKind.COMMUNICATION: (False, "王建国"),
    }
    assert paper.nationality == Words("蒙古", "Mongolia", "Монгол")
    assert (paper.number_issued, paper.payment) == (clock(), Payment.PAID)


def test_the_three_times_are_kept_apart(desk: Desk, visit: int, clock: WallClock) -> None:
    issued = clock()
    escorted = clock.forward(minutes=12)
    desk.services.visits.do_step(desk.actor, new_request(), visit, Step.ESCORT)
    paper = sheet(desk, "registration-form", visit)
    assert isinstance(paper, RegistrationPaper)
    assert (paper.number_issued, paper.checked_in, paper.doctor_began) == (issued, escorted, None)


def test_the_record_page_shows_vital_signs_with_their_score(desk: Desk, visit: int) -> None:
    paper = sheet(desk, "record-page", visit)
    assert isinstance(paper, RecordPagePaper)
    signs = paper.vitals
    assert (signs.respiration, signs.saturation, signs.temperature) == (16, 98, 36.8)
    assert (paper.name, paper.complaint, paper.queue_number) == ("王建国", "右膝疼", "L001")
    assert paper.vitals.by == desk.actor.name


def test_the_slip_shows_no_more_than_a_public_place_may_see(desk: Desk, visit: int) -> None:
    paper = sheet(desk, "number-slip", visit)
    assert isinstance(paper, SlipPaper)
    assert (paper.number, paper.masked_name, paper.waiting_before, paper.void) == ("L001", "王*国", 0, False)
    assert "王建国" not in repr(paper)
    assert "13800138000" not in repr(paper)


def test_a_reprinted_slip_says_so(desk: Desk, visit: int) -> None:
    number = desk.services.visits.visit(desk.actor, visit).number
    assert number is not None
    counts = []
    for again in (False, True, True):
        paper = sheet(desk, "number-slip", visit)
        assert isinstance(paper, SlipPaper)
        counts.append(paper.reprint)
        desk.services.numbers.slip_sent(desk.actor, new_request(), number.id, "slip", again=again)
    assert counts == [0, 1, 2]


def test_a_void_number_is_no_number_of_the_form(desk: Desk, visit: int) -> None:
    number = desk.services.visits.visit(desk.actor, visit).number
    assert number is not None
    desk.services.numbers.void(desk.actor, new_request(), number.id, "x")
    form, slip = sheet(desk, "registration-form", visit), sheet(desk, "number-slip", visit)
    assert isinstance(form, RegistrationPaper)
    assert isinstance(slip, SlipPaper)
    assert (form.queue_number, form.number_issued, slip.void) == ("", None, True)


def test_there_is_no_slip_without_a_number(desk: Desk) -> None:
    with pytest.raises(RuleError) as caught:
        sheet(desk, "number-slip", desk.arrive())
    assert caught.value.code == "number.none"


@pytest.mark.parametrize("form", ["registration-form", "record-page"])
def test_a_visit_without_a_record_prints_what_is_known(desk: Desk, form: str) -> None:
    ref = desk.open()
    paper = sheet(desk, form, ref.id)
    assert isinstance(paper, RegistrationPaper | RecordPagePaper)
    assert (paper.visit_number, paper.name) == (ref.code, "")


@pytest.mark.parametrize("form", ["registration-form", "record-page", "number-slip"])
def test_every_form_prints_blank_under_the_hospitals_name(
    desk: Desk, head: Actor, clock: WallClock, form: str
) -> None:
    desk.services.settings.change(head, new_request(), "hospital.name", "和平医院")
    desk.services.settings.change_logo(head, new_request(), PNG)
    blank = desk.services.papers.blank(desk.actor, form, "刘")
    assert blank.paper is None
    top = blank.letterhead
    assert (top.hospital, top.logo, top.printed_by, top.printed_at) == ("和平医院", PNG, "刘", clock())


def test_printing_is_in_the_trail(desk: Desk, store: Store, visit: int) -> None:
    desk.services.papers.printed(desk.actor, new_request(), "registration-form", visit, "file")
    with store.reading() as session:
        asked = select(AuditEntry.topic, AuditEntry.record_id).where(AuditEntry.action == "form.print")
        assert session.execute(asked).all() == [("print", visit)]
