"""An administrator finds what was done, by whom and to what; who looks is in the trail too."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from deskapp import settings
from deskapp.db import anchors, audit
from deskapp.db.audit import ENTRY
from deskapp.db.engine import Store
from deskapp.db.models.access import Change, Erasure
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.domain.trail import Kind
from deskapp.errors import InputError, PermissionDenied
from deskapp.i18n import translator
from deskapp.services import trail
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.trail import TrailFilter, TrailLine
from tests.services.conftest import MONDAY, Desk, WallClock
from tests.support.tampering import cut_tail, tampering

EVERYTHING = TrailFilter()


@pytest.fixture
def administrator(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.ADMINISTRATOR]


@pytest.fixture
def visit(desk: Desk, clock: WallClock) -> int:
    clock.set("10:00")
    return desk.triaged()


def lines(services: Services, actor: Actor, wanted: TrailFilter = EVERYTHING) -> tuple[TrailLine, ...]:
    return services.trail.page(actor, wanted).lines


def actions(services: Services, actor: Actor, wanted: TrailFilter = EVERYTHING) -> set[str]:
    return {line.action for line in lines(services, actor, wanted)}


def code_of(services: Services, actor: Actor, topic: str) -> str:
    return next(line.record for line in lines(services, actor) if line.topic == topic)


def test_the_newest_line_comes_first_with_who_did_what_to_which_record(
    services: Services, administrator: Actor, operator: Actor, visit: int
) -> None:
    first = lines(services, administrator)[0]
    assert (first.action, first.person, first.desk) == ("visit.triage", operator.name, "desk-1")
    assert first.record.startswith("V")
    moments = [(line.at, line.id) for line in lines(services, administrator)]
    assert moments == sorted(moments, reverse=True)


def test_the_trail_comes_in_parts_without_a_gap_or_a_line_twice(
    services: Services, administrator: Actor, visit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lines(services, administrator)
    monkeypatch.setattr(trail, "AT_ONCE", 4)
    found: list[TrailLine] = []
    part = services.trail.page(administrator, EVERYTHING)
    while part.lines:
        found += part.lines
        assert len(part.lines) <= 4
        last, part = part, services.trail.page(administrator, EVERYTHING, part.lines[-1])
        assert last.more == bool(part.lines)
    assert [line.id for line in found if line.action != "audit.read"] == [line.id for line in whole]


def test_lines_are_found_by_person_kind_and_day(
    services: Services, administrator: Actor, operator: Actor, head: Actor, visit: int
) -> None:
    by_operator = TrailFilter(account_id=operator.account_id)
    assert actions(services, administrator, by_operator) >= {"visitor.register", "visit.open", "visit.triage"}
    assert {line.person for line in lines(services, administrator, by_operator)} == {operator.name}
    assert actions(services, administrator, TrailFilter(kind=Kind.DIRECTORY)) == {
        *("department.add", "doctor.add", "doctor.duty", "price.add")
    }
    assert lines(services, administrator, TrailFilter(first=MONDAY, last=MONDAY))
    assert not lines(services, administrator, TrailFilter(last=MONDAY - dt.timedelta(days=2)))
    assert not lines(services, administrator, TrailFilter(first=MONDAY + dt.timedelta(days=1)))
    both = TrailFilter(account_id=head.account_id, kind=Kind.VISITS)
    assert not lines(services, administrator, both)


@pytest.mark.usefixtures("zone")
def test_a_day_is_the_sites_own(
    services: Services, administrator: Actor, desk: Desk, clock: WallClock
) -> None:
    clock.set("23:59:59")
    desk.register("甲")
    clock.set("00:00", MONDAY + dt.timedelta(days=1))
    desk.register("乙")
    monday = TrailFilter(first=MONDAY, last=MONDAY, kind=Kind.VISITORS)
    assert len(lines(services, administrator, monday)) == 1


def test_lines_are_found_by_the_number_on_the_paper(
    services: Services, administrator: Actor, visit: int
) -> None:
    visitor, shown = code_of(services, administrator, "visitor"), code_of(services, administrator, "visit")
    assert actions(services, administrator, TrailFilter(record=visitor.lower())) == {"visitor.register"}
    of_visit = actions(services, administrator, TrailFilter(record=f" {shown} "))
    assert {"visit.open", "visit.triage"} <= of_visit
    assert not {code for code in of_visit if not code.startswith("visit.")}


@pytest.mark.parametrize("typed", ["V000000000000", "王建国", "x" * 500, "\0", "\ud800", "'; --"])
def test_a_number_that_nothing_has_is_told_at_its_field(
    services: Services, administrator: Actor, typed: str
) -> None:
    with pytest.raises(InputError) as caught:
        services.trail.page(administrator, TrailFilter(record=typed))
    assert (caught.value.field, caught.value.code) == ("record", "trail.unknown")


def test_details_tell_before_and_after(services: Services, administrator: Actor, head: Actor) -> None:
    services.settings.change(head, new_request(), settings.DOOR_GUIDES.name, 3)
    (field,) = services.trail.details(administrator, lines(services, administrator)[0].id).fields
    assert (field.id, field.before, field.after) == ("door.guides", 2, 3)


def test_details_say_that_they_were_erased(
    services: Services, administrator: Actor, store: Store, visit: int, clock: WallClock
) -> None:
    line = next(line for line in lines(services, administrator) if line.action == "visitor.register")
    assert not services.trail.details(administrator, line.id).erased
    with store.writing() as session:
        record = session.scalar(select(ENTRY.c.record_id).where(ENTRY.c.id == line.id))
        proof = {"code": "E1", "topic": "visitor", "record_id": record, "at": clock(), "reason": "retention"}
        session.execute(insert(Erasure).values(**proof, report="{}"))
        session.commit()
    found = services.trail.details(administrator, line.id)
    assert (found.fields, found.erased) == ((), True)


def test_who_looks_is_in_the_trail_once_in_ten_minutes(
    services: Services, administrator: Actor, clock: WallClock
) -> None:
    for _look in range(3):
        lines(services, administrator)
    assert sum(line.action == "audit.read" for line in lines(services, administrator)) == 1
    clock.forward(minutes=11)
    lines(services, administrator)
    read = [line for line in lines(services, administrator) if line.action == "audit.read"]
    assert [line.person for line in read] == [administrator.name] * 2


def test_only_who_may_read_the_trail_does(services: Services, operator: Actor, tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        services.trail.page(operator, EVERYTHING)
    with pytest.raises(PermissionDenied):
        services.trail.export(operator, new_request(), tmp_path / "x.csv", translator("en"), EVERYTHING)


def test_people_are_listed_whoever_left(services: Services, administrator: Actor, operator: Actor) -> None:
    assert operator.account_id in {person.id for person in services.trail.people(administrator)}


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_the_lines_that_are_wanted_are_written_to_a_file(
    services: Services, administrator: Actor, visit: int, tmp_path: Path, suffix: str
) -> None:
    path, wanted = tmp_path / f"trail.{suffix}", TrailFilter(kind=Kind.VISITS)
    shown = lines(services, administrator, wanted)
    done = services.trail.export(administrator, new_request(), path, translator("en"), wanted)
    assert done.value == len(shown)
    assert path.stat().st_size
    if suffix == "json":
        rows = json.loads(path.read_text("utf-8"))
        assert [row["sequence"] for row in rows] == [line.sequence for line in reversed(shown)]
        assert {row["what"] for row in rows} >= {"opened a visit", "sent the visitor to a department"}
        assert json.loads(next(row["after"] for row in rows if row["action"] == "visit.open"))["code"]


def test_an_export_is_in_the_trail_with_what_was_asked(
    services: Services, administrator: Actor, tmp_path: Path
) -> None:
    wanted = TrailFilter(kind=Kind.VISITS, first=MONDAY)
    services.trail.export(administrator, new_request(), tmp_path / "x.json", translator("en"), wanted)
    line = lines(services, administrator)[0]
    assert line.action == "export.audit"
    said = {field.id: field.after for field in services.trail.details(administrator, line.id).fields}
    assert said["kind"] == "visits"
    assert said["from"] == MONDAY.isoformat()


def test_a_long_export_reads_part_after_part(
    services: Services, administrator: Actor, visit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "EXPORTED_AT_ONCE", 3)
    whole = {line.id for line in lines(services, administrator)}
    path = tmp_path / "x.json"
    done = services.trail.export(administrator, new_request(), path, translator("en"), EVERYTHING)
    assert done.value == len(whole) + 1  # The look that gathered the ids is a line as well.
    assert len(json.loads(path.read_text("utf-8"))) == done.value


def test_the_desk_anchors_whoever_is_signed_in(
    services: Services, store: Store, workstation: Workstation, head: Actor, clock: WallClock, tmp_path: Path
) -> None:
    nobody = Actor(0, "", frozenset(), workstation.name)
    stick = tmp_path / "stick"
    stick.mkdir()
    services.settings.change_here(
        head, new_request(), settings.BACKUP_SECOND_FOLDER.name, str(stick), workstation.name
    )
    assert services.trail.anchor_if_due(nobody)
    assert not services.trail.anchor_if_due(nobody)
    services.settings.change(head, new_request(), settings.DOOR_GUIDES.name, 3)
    assert services.trail.anchor_now(nobody)
    assert list(anchors.findings(store, workstation, stick)) == []
    assert [path.name for path in stick.iterdir()] == [
        f"{workstation.name}-" + anchors.log_of(store, workstation).name
    ]


def test_a_database_that_was_restored_elsewhere_is_taken_over_by_a_persons_decision(
    services: Services, desk: Desk, store: Store, workstation: Workstation, administrator: Actor, head: Actor
) -> None:
    """Another computer restored a backup from before this one's anchor: lines and anchor are gone."""
    desk.arrive()
    services.trail.anchor_now(desk.actor)
    with store.reading() as session:
        then = {chain: end for chain, (end, _hash) in audit.heads(session).items()}
    desk.arrive("李四")
    services.trail.anchor_now(desk.actor)
    with tampering(store) as session:
        for chain, end in then.items():
            cut_tail(session, chain, end)
            session.execute(delete(Change).where(Change.writer == chain, Change.sequence > end))
        session.execute(anchors.ANCHOR.delete().where(anchors.ANCHOR.c.sequence == 2))
    assert breaks(store, workstation)
    with pytest.raises(PermissionDenied):
        services.trail.accept_restored(head)
    services.trail.accept_restored(administrator)
    assert breaks(store, workstation) == []


def breaks(store: Store, workstation: Workstation) -> list[anchors.Finding]:
    return [finding for finding in anchors.findings(store, workstation) if finding.is_break]
