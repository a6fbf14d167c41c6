"""A search as it is shown: where it runs, whether it was broken off; and what a person's file says of others."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.models.people import PairScan
from deskapp.db.pair_process import Told
from deskapp.domain.people import ScanState
from deskapp.domain.text import Text
from deskapp.services.all import Services
from deskapp.services.intake.pairs import SILENT_AFTER, scan_view
from deskapp.services.intake.person_file import person_data
from tests.services.conftest import Desk

NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)


def scan(state: ScanState, alive: dt.datetime = NOW) -> PairScan:
    figures = {"seconds": 2.0, "blocks": 3, "compared": 4, "found": 1}
    return PairScan(
        id=1, started_at=NOW - dt.timedelta(hours=1), ended_at=alive, state=state, after="", **figures
    )


@pytest.mark.parametrize(
    ("told", "alive", "shown", "here", "share"),
    [
        (Told(1, 4), NOW, ScanState.RUNNING, True, 0.25),
        (Told(1, 4, ScanState.STOPPED), NOW, ScanState.RUNNING, False, None),
        (None, NOW, ScanState.RUNNING, False, None),
        (None, NOW - SILENT_AFTER - dt.timedelta(seconds=1), ScanState.STOPPED, False, None),
    ],
    ids=["here", "ended here, goes on elsewhere", "at another desk", "broken off"],
)
def test_where_a_search_runs_and_whether_it_still_does(
    told: Told | None, alive: dt.datetime, shown: ScanState, here: bool, share: float | None
) -> None:
    view = scan_view(scan(ScanState.RUNNING, alive), told, NOW)
    assert (view.state, view.here, view.share) == (shown, here, share)


def test_why_it_could_not_go_on_is_told() -> None:
    told = Told(1, 4, ScanState.STOPPED, ("storage.full", Text("The disk is full.")))
    assert scan_view(scan(ScanState.STOPPED), told, NOW).failure == Text("The disk is full.")


def test_a_person_s_file_says_nothing_of_other_visitors(services: Services, desk: Desk) -> None:
    who, other = desk.register("王建国").id, desk.register("李娜", note="听力不好").id
    for visitor in (who, other):
        desk.open(visitor)
    with services.people.store.reading() as session:
        data = person_data(session, who)
    assert {row["visitor_id"] for row in data["visits"]} == {who}
    assert "听力不好" not in str(data)
