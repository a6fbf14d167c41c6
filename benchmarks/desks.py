"""Eight desks registering on one PostgreSQL server: a chain for each against one chain for all.

Every desk is a process with its own connection, as a computer at the counter is. In turns they work with a
chain each, with one chain whose head is locked last as the program does it, and with one whose head is
locked when the transaction begins, as a global chain lock is. Nothing else differs.

Server and desks share one machine here, so the rate of eight desks is bounded by its processors (some 4 ms of
Python for each registration), not by the database; at a hospital every desk brings its own. Nothing is added to
make up for that: the figure is what this machine shows.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final
from unittest import mock

from benchmarks.load import SEED, draft_of
from benchmarks.people import PART, people
from benchmarks.server import running_server
from benchmarks.table import Row, percentile
from deskapp.db import audit, migrate, unit_of_work
from deskapp.db.engine import Store
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.services.access import SiteSetup
from deskapp.services.all import Services, build_services
from deskapp.services.base import new_request

DESKS: Final = 8
RATIO: Final = 5.0
EACH, LAST, FIRST = "a chain each", "one chain, locked last", "one chain, locked first"
WAYS: Final = (EACH, LAST, FIRST)
_FIRST_PERSON: Final = 600 * PART
_ROLES: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})


@dataclass
class Worked:
    """What eight desks did in one way: registrations a second, round by round, and milliseconds of each."""

    rates: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


def measure(seconds: float, rounds: int) -> dict[str, Worked]:
    """Let the desks work `rounds` times `seconds` in each way, in turns, on a server of their own."""
    with running_server() as url, tempfile.TemporaryDirectory() as folder:
        _begin(url, Path(folder))
        desks = [_Desk(url, Path(folder, str(number)), number) for number in range(DESKS)]
        found = {way: Worked() for way in WAYS}
        try:
            for way in WAYS:
                _turn(desks, way, seconds / 4)
            for _ in range(rounds):
                for way in WAYS:
                    took = _turn(desks, way, seconds)
                    found[way].rates.append(len(took) / seconds)
                    found[way].took += took
        finally:
            for desk in desks:
                desk.stop()
    return found


def _begin(url: str, folder: Path) -> None:
    store, workstation = Store.open(url), Workstation.in_folder(folder)
    try:
        migrate.upgrade(store)
        actor = Actor(0, "", frozenset(), workstation.name)
        setup = SiteSetup("人民医院", "zh", "points", "bench", "bench", "benchmark-1")
        build_services(store, workstation).access.first_start(actor, new_request(), setup)
    finally:
        workstation.drafts.close()
        store.close()


class _Desk:
    """A desk in a process of its own; told how to work and for how long, it answers what each took."""

    def __init__(self, url: str, folder: Path, number: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.ear, mouth = context.Pipe()
        self.process = context.Process(target=_work, args=(url, folder, number, mouth))
        self.process.start()
        mouth.close()

    def stop(self) -> None:
        """Send the process home."""
        self.ear.close()
        self.process.join()


def _turn(desks: list[_Desk], way: str, seconds: float) -> list[float]:
    begins = time.time() + 0.2
    for desk in desks:
        desk.ear.send((way, begins, begins + seconds))
    return [took for desk in desks for took in desk.ear.recv()]


def _work(url: str, folder: Path, number: int, boss: Connection) -> None:
    store, workstation = Store.open(url), Workstation.in_folder(folder)
    services = build_services(store, workstation)
    newcomers = iter(people(_FIRST_PERSON + number * 20 * PART, 20 * PART, SEED))
    try:
        while True:
            way, begins, ends = boss.recv()
            actor = Actor(1, "bench", _ROLES, f"desk-{number}" if way == EACH else "all")
            with _locking(way):
                time.sleep(max(0.0, begins - time.time()))
                boss.send(_register(services, actor, newcomers, ends))
    except EOFError:
        workstation.drafts.close()
        store.close()


def _register(services: Services, actor: Actor, newcomers: Any, ends: float) -> list[float]:
    took = []
    while time.time() < ends:
        draft = draft_of(next(newcomers))
        began = time.perf_counter()
        services.visitors.register(actor, new_request(), draft)
        took.append((time.perf_counter() - began) * 1000)
    return took


def _locking(way: str) -> AbstractContextManager[object]:
    """Make every transaction begin with locking the head of the one chain, where that is the way."""
    if way != FIRST:
        return nullcontext()
    real = unit_of_work.earlier_result

    def locked_first(session: Any, request: str, use_case: str) -> bytes | None:
        audit._locked_head(session, "all")
        return real(session, request, use_case)

    return mock.patch("deskapp.services.base.earlier_result", locked_first)


def rows(found: dict[str, Worked]) -> list[Row]:
    """Return the table's row; the figure is how many times the rate of a global chain lock."""
    each, one = found[EACH], found[FIRST]
    told, against = (
        f"{statistics.median(some.rates):.0f}/s, p99 {percentile(some.took, 0.99):.0f} ms"
        for some in (each, one)
    )
    ratios = [mine / theirs for mine, theirs in zip(each.rates, one.rates, strict=True)]
    what = f"{DESKS} desks registering on PostgreSQL"
    return [Row(what, told, f"one chain {against}", statistics.median(ratios), RATIO, at_least=True)]
