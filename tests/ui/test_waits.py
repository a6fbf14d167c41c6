"""Who waits too long stands in the bar at the top, wherever the operator works, and rings where it is urgent."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import update

from deskapp.db.models.intake import VisitStep
from deskapp.db.models.waiting import QueueEntry
from deskapp.domain.access import Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.intake import TriageDecision
from deskapp.domain.waiting import CareKind
from deskapp.services.base import new_request
from deskapp.ui.waits import WaitsSign
from tests.support.front import Front, Opener
from tests.support.hospital import PASSWORD, signed_in


def sign(front: Front) -> WaitsSign:
    return front.window.frame_of_tabs.waits


@pytest.fixture
def rung(front: Front, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(sign(front).ringer, "ring", found.append)
    return found


def wait(front: Front, visitor: int, minutes: float, urgency: int = 4) -> int:
    """Give a visitor a number so many minutes ago; return the visit."""
    services, actor = front.services, front.actor
    visit = services.visits.open(actor, new_request(), visitor).value.id
    place = next(one for one in services.directory.departments(actor) if one.code == "general-medicine")
    decision = TriageDecision("头疼", place.id, urgency=urgency)
    services.numbers.decide_and_issue(actor, new_request(), visit, decision)
    since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
    with front.hospital.store.writing() as session:
        session.execute(update(QueueEntry).where(QueueEntry.visit_id == visit).values(joined_at=since))
        session.execute(update(VisitStep).where(VisitStep.visit_id == visit).values(at=since))
        session.commit()
    return visit


def look(front: Front) -> str:
    """Let the sign ask, as it does by itself; return what it says, "" for nothing."""
    sign(front)._timer.timeout.emit()
    front.settle()
    return sign(front).button.text() if sign(front).isVisible() else ""


def test_it_is_not_there_while_nobody_waits_long(front: Front, rung: list[str]) -> None:
    wait(front, 1, minutes=14)
    assert look(front) == ""
    assert rung == []


def test_a_long_wait_surfaces_while_the_operator_works_at_the_desk(front: Front, rung: list[str]) -> None:
    wait(front, 1, minutes=16.5)
    assert look(front) == "N001 王*国 waits 16 min"
    assert not sign(front).button.property("danger")
    assert rung == ["wait"]
    wait(front, 2, minutes=20.5)
    assert look(front).startswith("N002")
    assert look(front).endswith("and 1 more")
    assert rung == ["wait"], "the second apology is shown and does not ring"


def test_who_has_to_be_looked_at_again_stands_first_and_rings_once(front: Front, rung: list[str]) -> None:
    wait(front, 1, minutes=20.5)
    visit = wait(front, 2, minutes=31.5, urgency=3)
    assert look(front) == "Look again: N002 王*国, 31 min and 1 more"
    assert sign(front).button.property("danger") is True
    look(front)
    assert rung == ["reassess"]
    done = front.services.waiting.give_care(front.actor, new_request(), visit, CareKind.REASSESSED)
    front.hub.post(done.changes)
    front.settle()
    assert sign(front)._soon.isActive(), "what was done is seen at once, not with the next look"
    sign(front)._soon.timeout.emit()
    front.settle()
    assert "Look again" not in sign(front).button.text()
    assert rung == ["reassess"]


def test_its_key_shows_the_first_of_them_in_the_line(front: Front) -> None:
    wait(front, 1, minutes=2)
    visit = wait(front, 2, minutes=16.5)
    look(front)
    front.key(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    front.settle()
    page = front.window.frame_of_tabs.page("intake", "waiting")
    chosen = page.chosen()  # type: ignore[attr-defined]
    assert chosen is not None
    assert chosen.visit_id == visit


def test_in_a_narrow_window_the_number_is_enough(front: Front) -> None:
    wait(front, 1, minutes=16.5)
    wait(front, 2, minutes=16.5)
    front.window.resize(1000, 700)
    front.settle()
    assert look(front).endswith(" +1")
    assert "waits 16 min" in sign(front).button.toolTip()


def test_a_window_made_narrower_or_wider_says_it_in_other_words_at_once(front: Front) -> None:
    wait(front, 1, minutes=16.5)
    front.window.resize(1366, 768)
    front.settle()
    whole = look(front)
    front.window.resize(1000, 700)
    front.settle()
    assert sign(front).button.text() == "N001"
    front.window.resize(1366, 768)
    front.settle()
    assert sign(front).button.text() == whole != "N001"


def test_whoever_may_not_act_for_visitors_is_told_nothing(front: Front, open_front: Opener) -> None:
    wait(front, 1, minutes=16.5)
    admin = signed_in(front.services, "admin")
    draft = AccountDraft("shi", "师", frozenset({Role.TRAINER}))
    front.services.access.add_account(admin, new_request(), draft, PASSWORD, must_change=False)
    assert not sign(open_front("shi")).isVisible()


def test_another_language_says_it_anew(front: Front) -> None:
    wait(front, 1, minutes=16.5)
    look(front)
    front.language.set("zh")
    front.settle()
    assert "王*国" in sign(front).button.text()
    assert "waits" not in sign(front).button.text()
