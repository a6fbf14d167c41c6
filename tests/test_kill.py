"""The process killed at any moment leaves every visit whole.

A warm process forks 200 children, one after the other. Each registers visitors, opens visits and gives
numbers as fast as it can, tells its parent of each confirmed one, and is killed without warning after a
random while. After each death the database is opened as the next start would and everything is checked.

SQLite writes with `synchronous=FULL` (see tests/db/test_engine.py), so what a kill leaves is what a power
cut leaves. The forking process is one of its own: it has a single thread, unlike a test worker.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
KEY = bytes(range(32))
KILLS = 200
PER_FILE = 25
"""Kills that share a database: later ones find what earlier ones left."""
LONGEST_SECONDS = 0.06
NAMES = ("王建国", "欧阳娜", "Бат-Эрдэнэ", "𠮷田", "Anna O’Brien")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder, in memory where there is such a place: a kill does not ask the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as made:
        yield Path(made)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_killed_process_leaves_every_visit_whole(sqlite_template: Path, folder: Path) -> None:
    command = [sys.executable, "-W", "error", __file__, str(sqlite_template), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout)
    assert summary["kills"] == KILLS
    assert summary["broken"] == []
    # Enough was going on, and the kills fell into the middle of it.
    assert summary["confirmed"] > KILLS // 2
    assert summary["unconfirmed"] > 0
    assert summary["interrupted"] > KILLS // 2


def main(template: Path, folder: Path) -> None:
    """Kill children over and over; print what was found as JSON."""
    import deskapp.services.all
    from deskapp.names_table import load

    assert deskapp.services.all.build_services
    load()
    pick = random.Random(7)
    total: dict[str, Any] = {"kills": 0, "confirmed": 0, "visits": 0, "unconfirmed": 0, "interrupted": 0}
    broken: list[str] = []
    while total["kills"] < KILLS:
        file = folder / f"{total['kills']}.sqlite"
        shutil.copyfile(template, file)
        place = _prepare(file)
        confirmed: list[list[Any]] = []
        for _ in range(PER_FILE):
            confirmed += _killed(file, place, pick)
            total["kills"] += 1
            # A log that was not taken back into the file: the next start has to.
            total["interrupted"] += file.with_name(f"{file.name}-wal").exists()
            broken += _check(file, confirmed)
        visits = _visits(file)
        total["confirmed"] += len(confirmed)
        total["visits"] += visits
        total["unconfirmed"] += visits - len(confirmed)
        file.unlink()
    print(json.dumps({**total, "broken": broken[:10]}))


def _open(file: Path) -> Any:
    from deskapp.db.engine import Store

    return Store.open(f"sqlite:///{file}", KEY)


def _prepare(file: Path) -> dict[str, int]:
    """Store somebody who works and a department, and return their ids."""
    from sqlalchemy import insert

    from deskapp.db.models.access import Account
    from deskapp.domain.access import Actor, Role
    from deskapp.domain.directory import DepartmentDraft
    from deskapp.domain.text import Words
    from deskapp.services.base import new_request
    from deskapp.services.directory import DirectoryService

    store = _open(file)
    with store.writing() as session:
        row = insert(Account).values(
            sign_in="x", name="刘", password_hash="-", active=True, failures=0, version=1
        )
        account = session.execute(row.returning(Account.id)).scalar_one()
        session.commit()
    draft = DepartmentDraft("surgery", Words("外科", "Surgery", "Мэс засал"), prefix="B")
    head = Actor(account, "刘", frozenset({Role.SUPERVISOR}))
    department = DirectoryService(store).save_department(head, new_request(), draft).value.id
    store.close()
    return {"account": account, "department": department}


def _killed(file: Path, place: dict[str, int], pick: random.Random) -> list[list[Any]]:
    """Let a child work and kill it; return what it was told is stored."""
    reading, writing = os.pipe()
    delay = pick.uniform(0, LONGEST_SECONDS)
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _work(file, place, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        told.readline()
        # Most children are killed at full speed, the others while they warm up.
        first = told.readline() if pick.random() < 0.7 else b""
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = (first + told.read()).split(b"\n")
    # What stands behind the last line feed was cut off, so it is not confirmed.
    return [json.loads(line) for line in lines[:-1]]


def _work(file: Path, place: dict[str, int], tell: int) -> None:
    from deskapp.domain.access import Actor, Role
    from deskapp.domain.intake import TriageDecision, VisitorDraft
    from deskapp.services.base import new_request
    from deskapp.services.house import HouseRules
    from deskapp.services.intake.numbers import NumberService
    from deskapp.services.intake.visitors import VisitorService
    from deskapp.services.intake.visits import VisitService

    store = _open(file)
    actor = Actor(place["account"], "刘", frozenset({Role.OPERATOR}), "desk-1")
    visitors, visits = VisitorService(store), VisitService(store, None, HouseRules())
    numbers = NumberService(store)
    decision = TriageDecision("腿疼", place["department"])
    pick = random.Random(os.getpid())
    os.write(tell, b"begun\n")
    while True:
        digits = pick.randrange(10**8)
        draft = VisitorDraft(name=pick.choice(NAMES), phone=f"138{digits:08}", birth_date=dt.date(1980, 1, 2))
        visitor = visitors.register(actor, new_request(), draft).value
        visit = visits.open(actor, new_request(), visitor.id).value
        number = numbers.decide_and_issue(actor, new_request(), visit.id, decision).value
        said = [visitor.id, visitor.code, visit.id, visit.code, number.label]
        os.write(tell, json.dumps(said).encode() + b"\n")


def _visits(file: Path) -> int:
    from sqlalchemy import func, select

    from deskapp.db.models.intake import Visit

    store = _open(file)
    with store.reading() as session:
        count = session.scalars(select(func.count()).select_from(Visit)).one()
    store.close()
    return count


def _check(file: Path, confirmed: list[list[Any]]) -> list[str]:
    """Return everything that is not whole, in words."""
    from deskapp.db import audit

    store = _open(file)
    with store.reading() as session:
        connection = session.connection()
        found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
        found += [str(row) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
        found += [f"no parent: {row}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
        found += [f"audit: {line}" for line in audit.broken_lines(session)]
        found += _lost(session, confirmed)
        found += _unfinished_visitors(session)
        found += _unfinished_visits(session)
        found += _unfinished_numbers(session)
    store.close()
    return found


def _lost(session: Any, confirmed: list[list[Any]]) -> list[str]:
    from sqlalchemy import select

    from deskapp.db.models.intake import QueueNumber, Visit, Visitor

    asked = (
        select(Visitor.id, Visitor.code, Visit.id, Visit.code, QueueNumber.label)
        .join(Visit, Visit.visitor_id == Visitor.id)
        .join(QueueNumber, QueueNumber.visit_id == Visit.id)
    )
    stored = {tuple(row) for row in session.execute(asked)}
    return [f"confirmed and gone: {one}" for one in confirmed if tuple(one) not in stored]


def _unfinished_visitors(session: Any) -> list[str]:
    """A visitor is found by every key, compared under blocks, and is in the trail."""
    from sqlalchemy import select

    from deskapp.db.base import table_of
    from deskapp.db.models.access import AuditEntry
    from deskapp.db.models.intake import DuplicateKey, SearchKey, Visit, Visitor
    from deskapp.services.intake.keys import visitor_keys

    table = table_of(SearchKey)
    keys: dict[int, dict[str, int]] = {}
    for key, visitor, grade in session.execute(select(table.c.key, table.c.visitor_id, table.c.grade)):
        keys.setdefault(visitor, {})[key] = grade
    compared = set(session.scalars(select(DuplicateKey.visitor_id)))
    written = set(
        session.scalars(select(AuditEntry.record_id).where(AuditEntry.action == "visitor.register"))
    )
    came = set(session.scalars(select(Visit.visitor_id)))
    found = []
    for visitor in session.scalars(select(Visitor)):
        if keys.pop(visitor.id, {}) != visitor_keys(visitor):
            found.append(f"keys of {visitor.id}")
        if visitor.id not in compared or visitor.id not in written:
            found.append(f"blocks or trail of {visitor.id}")
        if (visitor.visits, visitor.last_visit is not None) != (int(visitor.id in came), visitor.id in came):
            found.append(f"presence of {visitor.id}")
    return found + [f"keys of nobody: {visitor}" for visitor in keys]


def _unfinished_visits(session: Any) -> list[str]:
    """A visit has the steps that opening enters, and with a decision a number, in the trail."""
    from sqlalchemy import select

    from deskapp.db.models.access import AuditEntry
    from deskapp.db.models.intake import QueueNumber, Visit, VisitStep
    from deskapp.domain.registration import Step

    steps: dict[int, set[Step]] = {}
    for visit, step in session.execute(select(VisitStep.visit_id, VisitStep.step)):
        steps.setdefault(visit, set()).add(step)
    numbered = set(session.scalars(select(QueueNumber.visit_id)))
    written = set(session.scalars(select(AuditEntry.record_id).where(AuditEntry.action == "visit.open")))
    opened = {Step.ARRIVE, Step.GREET, Step.REGISTER}
    found = []
    for visit in session.scalars(select(Visit)):
        decided = {Step.TRIAGE, Step.NUMBER} if visit.department_id is not None else set()
        if steps.get(visit.id) != opened | decided or visit.id not in written:
            found.append(f"steps of {visit.id}: {steps.get(visit.id)}")
        if (visit.id in numbered) is not bool(decided):
            found.append(f"number of {visit.id}")
    return found


def _unfinished_numbers(session: Any) -> list[str]:
    """Numbers run from 1 to the counter without a gap; each has its slip's first event."""
    from sqlalchemy import select

    from deskapp.db.models.intake import QueueCounter, QueueNumber, SlipEvent

    last = {(row.queue, row.day): row.last for row in session.scalars(select(QueueCounter))}
    given: dict[tuple[str, Any], list[int]] = {key: [] for key in last}
    for row in session.scalars(select(QueueNumber)):
        given.setdefault((row.queue, row.day), []).append(row.number)
    printed = set(session.scalars(select(SlipEvent.queue_number_id)))
    found = [f"slip of {row}" for row in session.scalars(select(QueueNumber.id)) if row not in printed]
    for key, numbers in given.items():
        if sorted(numbers) != list(range(1, last.get(key, 0) + 1)):
            found.append(f"numbers of {key}: {sorted(numbers)} up to {last.get(key)}")
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
