"""Who is where stands in the bar at the top: live, with minutes, red with a word when long, and gone with nobody away."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from deskapp.db.models.waiting import Escort
from deskapp.domain.access import Role
from deskapp.domain.accounts import AccountDraft
from deskapp.services.base import new_request
from deskapp.ui.whereabouts import WhereaboutsSign
from tests.support.front import Front, Opener
from tests.support.hospital import PASSWORD, signed_in


def sign(front: Front) -> WhereaboutsSign:
    return front.window.frame_of_tabs.whereabouts


def leave(front: Front, who: str, typed: str, minutes: float = 0) -> int:
    """Let somebody at another desk go along with a visitor."""
    services, actor = front.services, signed_in(front.services, who)
    (hit,) = services.visitors.find(actor, typed)
    visit = services.visits.open(actor, new_request(), hit.id).value.id
    made = services.escorts.leave(actor, new_request(), visit)
    if minutes:
        with front.hospital.store.writing() as session:
            left = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
            session.execute(update(Escort).where(Escort.id == made.value).values(left_at=left))
            session.commit()
    front.hub.post(made.changes)
    front.settle()
    return visit


def test_it_is_not_there_while_nobody_is_away(front: Front) -> None:
    assert not sign(front).isVisible()


def test_it_says_who_is_where_and_for_how_long(front: Front) -> None:
    leave(front, "zhou", "shan", 4.5)
    assert sign(front).isVisible()
    assert sign(front).button.text() == "周敏 → the consulting room, 4 min"
    assert not sign(front).button.property("danger")


def test_over_a_quarter_of_an_hour_it_is_red_and_says_so(front: Front) -> None:
    leave(front, "zhou", "shan", 16.5)
    assert "16 min: long away" in sign(front).button.text()
    assert sign(front).button.property("danger") is True


def test_several_are_counted_and_listed(front: Front) -> None:
    leave(front, "zhou", "shan", 9)
    leave(front, "bat", "batb", 3)
    leave(front, "li", "13800138000")
    text = sign(front).button.text()
    assert text.startswith("周敏")
    assert "more" in text
    assert sign(front).button.toolTip().count("\n") == 2
    assert [action.text() for action in sign(front)._menu.actions()] == sign(front).button.toolTip().split(
        "\n"
    )


def test_a_line_of_the_list_opens_its_visit_at_the_desk(front: Front) -> None:
    visit = leave(front, "zhou", "shan")
    sign(front)._menu.actions()[0].trigger()
    front.settle()
    assert front.visit.id == visit


def test_it_goes_when_the_operator_is_back(front: Front) -> None:
    leave(front, "zhou", "shan")
    other = signed_in(front.services, "zhou")
    (way,) = front.services.escorts.away(other)
    made = front.services.escorts.returned(other, new_request(), way.id, way.version, "李静")
    front.hub.post(made.changes)
    front.settle()
    assert not sign(front).isVisible()


def test_the_minutes_go_on_without_a_change(front: Front) -> None:
    leave(front, "zhou", "shan")
    with front.hospital.store.writing() as session:
        session.execute(update(Escort).values(left_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=7)))
        session.commit()
    sign(front)._timer.timeout.emit()
    assert "7 min" in sign(front).button.text()


def test_whoever_may_not_see_visits_sees_nobody(front: Front, open_front: Opener) -> None:
    leave(front, "zhou", "shan")
    admin = signed_in(front.services, "admin")
    draft = AccountDraft("shi", "师", frozenset({Role.TRAINER}))
    front.services.access.add_account(admin, new_request(), draft, PASSWORD, must_change=False)
    assert not sign(open_front("shi")).isVisible()


def test_another_language_says_it_anew(front: Front) -> None:
    leave(front, "zhou", "shan")
    front.language.set("zh")
    front.settle()
    assert "周敏" in sign(front).button.text()
