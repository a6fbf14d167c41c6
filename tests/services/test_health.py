"""The facts of health on either database, and the report that is sent away without a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from deskapp import logs
from deskapp.db import migrate
from deskapp.db.audit import ENTRY
from deskapp.db.engine import Store
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.domain.text import Text
from deskapp.errors import PermissionDenied, StorageError
from deskapp.services import health
from deskapp.services.all import Services, build_services
from deskapp.services.health import Fact, Place, State, check_place
from tests.services.conftest import Desk, WallClock
from tests.support.tampering import tampering


@pytest.fixture
def head(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.SUPERVISOR]


def by_id(facts: list[Fact]) -> dict[str, Fact]:
    return {fact.id: fact for fact in facts}


@pytest.mark.parametrize("full", [False, True])
def test_every_fact_is_told_of_either_database(
    services: Services, desk: Desk, head: Actor, workstation: Workstation, full: bool
) -> None:
    desk.triaged()
    services.trail.anchor_now(Actor(0, "", frozenset(), workstation.name))
    facts = by_id(services.health.facts(head, full))
    told = ["version", "place", "database", "pending", "integrity", "chain", "anchor", "backup", "space"]
    assert [name for name in facts if name != "key"] == told
    assert {fact.state for fact in facts.values()} <= {State.GOOD, State.NOTE}
    assert [name for name in ("integrity", "chain", "anchor") if facts[name].state is State.GOOD]
    assert facts["database"].text.params["revision"] == migrate.HEAD


def test_a_broken_line_is_named(services: Services, store: Store, desk: Desk, head: Actor) -> None:
    desk.triaged()
    with tampering(store) as session:
        session.execute(update(ENTRY).where(ENTRY.c.sequence == 2).values(topic="x"))
    broken = by_id(services.health.facts(head))["chain"]
    assert broken.state is State.BAD
    assert (broken.text.params["chain"], broken.text.params["sequence"]) == ("desk-1", 2)


def test_looking_writes_nothing(store: Store, workstation: Workstation, database_url: str) -> None:
    url = None if store.is_sqlite else database_url
    place = Place(store.file.parent if store.file else workstation.folder, url)
    facts = by_id(list(check_place(place, lambda: store.key)))
    assert facts["chain"].state is State.GOOD
    assert facts["anchor"].state is State.NOTE
    looking = Store.to_look(store.url, store.key)
    with looking.writing() as session, pytest.raises(Exception, match=r"(?i)read.?only"):
        session.execute(ENTRY.delete())
    looking.close()


def test_a_server_that_does_not_answer_is_one_of_the_facts(tmp_path: Path) -> None:
    place = Place(tmp_path, "postgresql+psycopg://desk@localhost:1/none")
    facts = by_id(list(check_place(place, lambda: None)))
    assert facts["database"].state is State.BAD
    assert facts["space"].state is State.GOOD


def test_the_report_holds_no_names_but_the_log(
    services: Services, desk: Desk, head: Actor, workstation: Workstation
) -> None:
    desk.register("王建国")
    folder = workstation.folder / logs.FOLDER
    folder.mkdir()
    (folder / logs.FILE).write_text("one\ntwo\n")
    seen = [
        *services.health.facts(head),
        Fact("x", State.BAD, Text("kept in {folder}", {"folder": str(workstation.folder)}), private=True),
    ]
    report = services.health.report(head, seen)
    assert "[bad] x" in report
    assert report.endswith("one\ntwo")
    assert "visitor: under 10" in report
    for name in ("王建国", workstation.name, str(workstation.folder)):
        assert name not in report


def test_only_who_may_diagnose_does(services: Services, actors: dict[Role, Actor]) -> None:
    with pytest.raises(PermissionDenied):
        services.health.facts(actors[Role.OPERATOR])
    with pytest.raises(PermissionDenied):
        services.health.report(actors[Role.OPERATOR], [])


def test_an_old_backup_and_a_full_disk_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 5_000_000})
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder: usage)
    facts = by_id(list(health._around(tmp_path, 2_000_000, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))))
    assert (facts["space"].state, facts["backup"].state) == (State.NOTE, State.NOTE)
    assert by_id(list(health._around(tmp_path, 1_000_000)))["space"].state is State.GOOD


def test_numbers_are_told_by_their_size_only() -> None:
    assert [health.about(count) for count in (0, 7, 123, 98_765)] == [
        *("0", "under 10", "about 100", "about 100000")
    ]


NOBODY = Actor(0, "", frozenset(), "desk-1")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return which looks were taken, in order."""
    taken: list[str] = []
    for name in ("quick", "full"):
        monkeypatch.setattr(health.integrity, name, _noting(taken, name))
    return taken


def _noting(taken: list[str], name: str) -> Callable[[Store], list[str]]:
    def look(_store: Store) -> list[str]:
        taken.append(name)
        return []

    return look


def test_the_database_is_looked_at_once_a_start_and_whole_once_a_week(
    store: Store, workstation: Workstation, clock: WallClock, looks: list[str]
) -> None:
    for days in (0, 1, 5, 1):
        clock.forward(days=days)
        started = build_services(store, workstation, clock)
        for _ in range(3):
            started.health.look_if_due(NOBODY)
    assert looks == ["full", "quick", "quick", "full"]


def test_a_desk_that_is_never_closed_is_looked_at_whole_too(
    services: Services, clock: WallClock, looks: list[str]
) -> None:
    for _ in range(15):
        services.health.look_if_due(NOBODY)
        clock.forward(days=1)
    assert looks == ["full"] * 3


def test_damage_is_told_and_the_next_look_comes_again(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health.integrity, "full", lambda _store: ["page 7"])
    for _ in range(2):
        with pytest.raises(StorageError) as caught:
            services.health.look_if_due(NOBODY)
        assert (caught.value.code, caught.value.text.params["first"]) == ("storage.damaged", "page 7")


def test_where_only_the_newest_entries_are_gone_no_backup_is_advised(
    services: Services, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "lost_transactions", 2)
    with pytest.raises(StorageError) as caught:
        services.health.look_if_due(NOBODY)
    assert (caught.value.text.message, caught.value.text.params) == (health.LOST, {"count": 2})
