"""A search as it is shown: where it runs, whether it was broken off; and what a person's file says of others."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.models.people import PairScan
from deskapp.db.pair_process import Told
from deskapp.domain.access import Actor
from deskapp.domain.directory import Seen
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import ScanState
from deskapp.domain.text import Text
from deskapp.services.all import Services
from deskapp.services.base import new_request
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


def test_what_was_taken_for_the_person_s_by_mistake_is_not_in_the_file(
    services: Services, desk: Desk, head: Actor
) -> None:
    who, other = desk.register("王建国").id, desk.register("王建囯", phone="13911112222", address="别人家").id
    both = [Seen(one, services.visitors.visitor(head, one).version) for one in (who, other)]
    ref = services.people.merge(head, new_request(), *both, reason="同名").value
    view = services.visitors.visitor(head, who)
    names = VisitorDraft.__dataclass_fields__
    draft = VisitorDraft(**{name: getattr(view.draft, name) for name in names} | {"phone": "13700137000"})
    services.visitors.edit(head, new_request(), who, view.version, draft)
    services.people.unmerge(head, new_request(), ref.id, ref.version)
    with services.people.store.reading() as session:
        said = str(person_data(session, who))
    assert "13700137000" in said
    for foreign in ("13911112222", "别人家", "同名"):
        assert foreign not in said
