"""A whole day of 200 visitors with the window open; afterwards the overview's figures are those of the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.domain.access import Actor, Role
from deskapp.domain.statistics import PeriodKind, Summary, WaitStep, median, p90, period
from deskapp.services.access import secrets
from deskapp.ui.intake.waiting.page import WaitingPage
from tests.support.day_script import Day, HandClock, Told
from tests.support.front import Opener, at_once, open_front, spooler
from tests.support.hospital import CHEAP, signed_in
from tests.support.recount import recount, recount_parts

__all__ = ["at_once", "open_front", "spooler"]

VISITORS = 200
SEED = 20_261_129
pytestmark = pytest.mark.e2e


@pytest.fixture
def clock() -> HandClock:
    """A clock in the morning of a day after everything that the small hospital knows."""
    tomorrow = dt.datetime.now().astimezone() + dt.timedelta(days=1)
    return HandClock(tomorrow.replace(hour=8, minute=0, second=0, microsecond=0).astimezone(dt.UTC))


@pytest.fixture
def by_hand(hospital_folder: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    """The small hospital, living by that clock."""
    monkeypatch.setattr(secrets, "COST", CHEAP)
    opened = open_hospital(hospital_folder, clock=clock)
    yield opened
    opened.close()


@pytest.mark.timeout(600)
def test_the_overview_tells_what_the_trail_tells(
    by_hand: Hospital, clock: HandClock, open_front: Opener
) -> None:
    front = open_front("zhou", where=by_hand)
    page = front.window.frame_of_tabs.page("intake", "waiting")
    front.window.frame_of_tabs.go_to_page("intake", "waiting")
    front.settle()
    assert isinstance(page, WaitingPage)
    guide = Actor(front.actor.account_id, "guide", frozenset({Role.GUIDE}), "door")
    day = Day(by_hand.services, clock, signed_in(by_hand.services), guide, Random(SEED), front.hub.post)
    told = day.run(VISITORS)
    front.settle()

    assert told.visits == VISITORS
    assert min(told.new, told.left, told.visits - told.new) > 0
    assert told.finished > VISITORS // 2
    figures(by_hand, clock, told)
    assert by_hand.services.waiting.view(front.actor).rows == ()


def figures(hospital: Hospital, clock: HandClock, told: Told) -> None:
    """Compare the overview with the script's own count, and with what the trail alone says."""
    actor = signed_in(hospital.services, "zhou")
    today = clock().astimezone().date()
    shown = hospital.services.statistics.figures(actor, period(PeriodKind.TODAY, today).span)
    with hospital.store.reading() as session:
        trail, parts = recount(session, today), recount_parts(session, today)

    counts = shown.counts
    assert (counts.visits, counts.new, counts.left) == (told.visits, told.new, told.left)
    assert (counts.visits, counts.new, counts.left) == (trail["visits"], trail["new"], trail["left"])
    assert counts.seen == told.finished == trail["seen"]
    assert sum(worked.numbers for worked in shown.operators.values()) == told.numbers == trail["numbers"]
    for step in WaitStep:
        assert shown.wait(step) == trail["waits"][step.value], step
        assert median(shown.wait(step)) is not None
        assert p90(shown.wait(step)) == p90(trail["waits"][step.value])
    divided(shown, parts)


def divided(shown: Summary, parts: dict[str, Any]) -> None:
    """Compare how the figures are divided: by hour, department, media source with what became of them, operator."""
    assert shown.hours == parts["hours"]
    places = {place: (one.visits, one.new, one.left, one.seen) for place, one in shown.places.items()}
    assert places == parts["places"]
    sources = {
        (source.department_id, source.media, source.new): (one.visits, one.registered, one.paid, one.seen)
        for source, one in shown.sources.items()
    }
    assert sources == parts["sources"]
    registered = {account: one.registered for account, one in shown.operators.items() if one.registered}
    assert registered == parts["registered"]
    # The script has each of these: a day in which nobody pays or nobody is asked would compare nothing with nothing.
    assert min(map(sum, zip(*sources.values(), strict=True))) > 0
    assert len({media for _place, media, _new in sources}) > 1
