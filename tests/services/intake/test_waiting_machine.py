"""The waiting line under any sequence of acts: no number lost, no visit in two lines, history only grows."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, insert, select

from deskapp.db import audit
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountRole
from deskapp.db.models.intake import QueueNumber, Visit
from deskapp.db.models.waiting import QueueEntry, QueueEvent
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft, DoctorDraft
from deskapp.domain.duty import Duty
from deskapp.domain.intake import TriageDecision
from deskapp.domain.registration import EndReason, SlipState, Step
from deskapp.domain.text import Words
from deskapp.domain.waiting import LIVE, OPEN, CareKind, QueueAct, Standing
from deskapp.errors import DeskError
from deskapp.services.all import build_services
from deskapp.services.base import new_request
from tests.services.conftest import WallClock
from tests.support.databases import KEY

CALLS = ("call", "call_again", "requeue", "unpark", "start", "finish")
ENDS = {
    EndReason.LEFT_UNSEEN: Standing.LEFT,
    EndReason.EMERGENCY: Standing.EMERGENCY,
    EndReason.CANCELLED: Standing.WITHDRAWN,
}
picks = st.integers(0, 1000)


class WaitingLine(RuleBasedStateMachine):
    """People come and wait, desks do this and that; the database is compared with what was done."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.template, self.folder / "desk.sqlite")
        self.store = Store.open(f"sqlite:///{self.folder / 'desk.sqlite'}", KEY)
        self.workstation = Workstation.in_folder(self.folder / "workstation")
        self.clock = WallClock()
        self.services = build_services(self.store, self.workstation, self.clock)
        self.visits: list[int] = []
        self.events = 0
        self.pictures: dict[int, list[tuple[int | None, dict[str, Any]]]] = {}
        """Of each place what it was before each act that can be taken back, with the act's event."""

    @initialize()
    def open_house(self) -> None:
        with self.store.writing() as session:
            person = insert(Account).values(sign_in="x", name="某人", password_hash="-", active=True)
            person = person.values(failures=0, version=1).returning(Account.id)
            key = session.execute(person).scalar_one()
            for role in (Role.OPERATOR, Role.SUPERVISOR):
                session.execute(insert(AccountRole).values(account_id=key, role=role))
            session.commit()
        self.actor = Actor(key, "某人", frozenset({Role.OPERATOR, Role.SUPERVISOR}), "desk-1")
        directory, self.homes = self.services.directory, []
        for code, prefix in (("a", "A"), ("b", "B")):
            draft = DepartmentDraft(code, Words(code, code, code), f"{prefix}1", "1", prefix)
            place = directory.save_department(self.actor, new_request(), draft).value.id
            self.homes.append((place, None))
            person_ = DoctorDraft(code, f"医生{code}", place, prefix=prefix * 2)
            doctor = directory.save_doctor(self.actor, new_request(), person_).value
            always = [Duty(dt.time(0), dt.time(0), weekday=day) for day in range(7)]
            directory.save_duty_times(self.actor, new_request(), doctor, always)
            self.homes.append((place, doctor))

    def teardown(self) -> None:
        with self.store.reading() as session:
            assert list(audit.broken_lines(session)) == []
        self.workstation.drafts.close()
        self.store.close()
        shutil.rmtree(self.folder)

    # --- What is there ----------------------------------------------------------------------------------

    def rows(self, mapped: type[Any]) -> list[dict[str, Any]]:
        table = table_of(mapped)
        with self.store.reading() as session:
            return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]

    def entry(self, pick: int) -> dict[str, Any]:
        entries = self.rows(QueueEntry)
        return entries[pick % len(entries)]

    def visit_of(self, entry: dict[str, Any]) -> dict[str, Any]:
        return next(visit for visit in self.rows(Visit) if visit["id"] == entry["visit_id"])

    def tries(self, entry: dict[str, Any] | None, act: Callable[[], object]) -> bool:
        """Try something that may be refused; what was refused has changed nothing."""
        before = self.rows(QueueEntry)
        try:
            act()
        except DeskError:
            assert self.rows(QueueEntry) == before
            return False
        self.remember(before)
        assert entry is None or entry["id"] in self.pictures
        return True

    def remember(self, before: list[dict[str, Any]]) -> None:
        known = {row["id"]: row for row in before}
        news = [event for event in self.rows(QueueEvent) if event["id"] > self.events]
        for event in news:
            self.events = event["id"]
            place = event["entry_id"]
            pictures = self.pictures.setdefault(place, [])
            if event["act"] is QueueAct.UNDONE:
                self.taken_back(place, event)
            elif event["act"] is QueueAct.JOINED:
                pictures.clear()
            else:
                pictures.append((event["id"], known[place]))

    def taken_back(self, place: int, event: dict[str, Any]) -> None:
        undone, was = self.pictures[place].pop()
        assert event["undoes_id"] == undone
        now = next(row for row in self.rows(QueueEntry) if row["id"] == place)
        assert now["version"] > was["version"]
        assert {**now, "version": 0} == {**was, "version": 0}

    # --- What people do -----------------------------------------------------------------------------------

    @rule(home=picks, levels=st.lists(st.sampled_from([None, None, 2, 3, 4]), min_size=1, max_size=4))
    def some_arrive(self, home: int, levels: list[int | None]) -> None:
        for urgency in levels:
            self.arrives(self.homes[home % len(self.homes)], urgency)

    def arrives(self, home: tuple[int, int | None], urgency: int | None) -> None:
        visit = self.services.visits.open(self.actor, new_request(), None).value.id
        decision, numbers = TriageDecision("腿疼", *home, urgency), self.services.numbers
        assert self.tries(None, lambda: numbers.decide_and_issue(self.actor, new_request(), visit, decision))
        self.visits.append(visit)

    @precondition(lambda self: self.visits)
    @rule(pick=picks, act=st.sampled_from(CALLS))
    def does(self, pick: int, act: str) -> None:
        entry = self.entry(pick)
        method = getattr(self.services.waiting, act)
        self.tries(entry, lambda: method(self.actor, new_request(), entry["id"], entry["version"]))

    @precondition(lambda self: self.visits)
    @rule(pick=picks)
    def calls_next(self, pick: int) -> None:
        queue, view = self.entry(pick)["queue"], self.services.waiting.view(self.actor)
        first = next((row.id for row in view.rows if row.queue == queue and row.place == 1), None)
        found: list[int | None] = []
        call = self.services.waiting.call_next
        self.tries(None, lambda: found.append(call(self.actor, new_request(), queue).value))
        assert found == [first]
        rest = [row.id for row in view.rows if row.queue == queue and row.place is not None and row.place > 1]
        now = self.services.waiting.view(self.actor).rows
        assert [row.id for row in now if row.queue == queue and row.place is not None] == rest

    @precondition(lambda self: self.visits)
    @rule(pick=picks)
    def parks(self, pick: int) -> None:
        entry, park = self.entry(pick), self.services.waiting.park
        self.tries(entry, lambda: park(self.actor, new_request(), entry["id"], entry["version"], "去拍片"))

    @precondition(lambda self: self.visits)
    @rule(pick=picks, home=picks)
    def moves(self, pick: int, home: int) -> None:
        entry, move, place = self.entry(pick), self.services.waiting.move, self.homes[home % len(self.homes)]
        self.tries(entry, lambda: move(self.actor, new_request(), entry["id"], entry["version"], *place))

    @precondition(lambda self: self.visits)
    @rule(pick=picks, act=st.sampled_from(["left_unseen", "to_emergency", "carry_over"]))
    def ends(self, pick: int, act: str) -> None:
        entry, method = self.entry(pick), getattr(self.services.waiting, act)
        self.tries(entry, lambda: method(self.actor, new_request(), entry["id"], entry["version"]))

    @precondition(lambda self: self.visits)
    @rule(pick=picks)
    def takes_back(self, pick: int) -> None:
        entry, undo = self.entry(pick), self.services.waiting.undo
        can = bool(self.pictures.get(entry["id"]))
        done = self.tries(entry, lambda: undo(self.actor, new_request(), entry["id"], entry["version"]))
        assert can or not done

    @precondition(lambda self: self.visits)
    @rule(pick=picks)
    def acts_on_an_old_picture(self, pick: int) -> None:
        entry, waiting = self.entry(pick), self.services.waiting
        stale = (self.actor, new_request(), entry["id"], entry["version"] - 1)
        assert not self.tries(entry, lambda: waiting.call(*stale))
        assert not self.tries(entry, lambda: waiting.undo(*stale[:1], new_request(), *stale[2:]))

    # --- What others do to the visit ---------------------------------------------------------------------------

    @precondition(lambda self: self.visits)
    @rule(pick=picks)
    def number_is_voided_and_perhaps_given_anew(self, pick: int) -> None:
        entry, numbers = self.entry(pick), self.services.numbers
        self.tries(entry, lambda: numbers.void(self.actor, new_request(), entry["number_id"], "错了"))
        if pick % 2:
            self.tries(entry, lambda: numbers.issue(self.actor, new_request(), entry["visit_id"]))

    @precondition(lambda self: self.visits)
    @rule(pick=picks, reason=st.sampled_from(list(ENDS)))
    def visit_ends(self, pick: int, reason: EndReason) -> None:
        entry, visits = self.entry(pick), self.services.visits
        self.tries(entry, lambda: visits.end(self.actor, new_request(), entry["visit_id"], reason))

    @precondition(lambda self: self.visits)
    @rule(pick=picks)
    def visit_is_opened_again(self, pick: int) -> None:
        entry, visits = self.entry(pick), self.services.visits
        self.tries(entry, lambda: visits.reopen(self.actor, new_request(), entry["visit_id"], "错了"))

    @precondition(lambda self: self.visits)
    @rule(pick=picks, act=st.sampled_from(["do_step", "undo_step"]))
    def is_brought_or_not(self, pick: int, act: str) -> None:
        entry, method = self.entry(pick), getattr(self.services.visits, act)
        self.tries(entry, lambda: method(self.actor, new_request(), entry["visit_id"], Step.ESCORT))

    @precondition(lambda self: self.visits)
    @rule(pick=picks, kind=st.sampled_from(CareKind))
    def is_cared_for(self, pick: int, kind: CareKind) -> None:
        entry, care = self.entry(pick), self.services.waiting.give_care
        self.tries(entry, lambda: care(self.actor, new_request(), entry["visit_id"], kind))

    @rule(minutes=st.sampled_from([-30, 1, 6, 20, 70, 500, 1000]))
    def time_passes(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)

    @rule()
    def the_program_looks_by_itself(self) -> None:
        waiting, nobody = self.services.waiting, Actor(0, "", frozenset(), "desk-1")
        self.tries(None, lambda: waiting.return_no_shows(nobody, new_request()))
        before = self.rows(QueueEntry)
        assert waiting.return_no_shows(nobody, new_request()).value == 0
        assert waiting.adopt(nobody, new_request()).value == 0
        assert self.rows(QueueEntry) == before

    # --- What holds always ---------------------------------------------------------------------------------------

    @invariant()
    def every_visit_with_a_number_has_one_place(self) -> None:
        entries = self.rows(QueueEntry)
        assert sorted(entry["visit_id"] for entry in entries) == sorted(self.visits)
        numbers = {row["id"]: row for row in self.rows(QueueNumber)}
        visits = {row["id"]: row for row in self.rows(Visit)}
        for entry in entries:
            visit, number = visits[entry["visit_id"]], numbers[entry["number_id"]]
            assert number["visit_id"] == visit["id"]
            if entry["standing"] in LIVE:
                assert (visit["ended"], number["state"] is SlipState.VOID) == (None, False)
                assert (entry["department_id"], entry["doctor_id"]) == (
                    visit["department_id"],
                    visit["doctor_id"],
                )
            elif entry["standing"] in (Standing.LEFT, Standing.EMERGENCY):
                assert visit["ended"] is not None

    @invariant()
    def every_open_number_is_shown_once(self) -> None:
        if not self.visits:
            return
        view = self.services.waiting.view(self.actor)
        shown = [row.id for row in (*view.rows, *view.left_over) if row.standing in OPEN]
        assert sorted(shown) == [row["id"] for row in self.rows(QueueEntry) if row["standing"] in OPEN]
        assert len(set(shown)) == len(shown)
        assert all(row.waited >= 0 for row in view.rows)
        for line in view.lines:
            places = [row.place for row in view.rows if row.queue == line.queue and row.place is not None]
            assert places == list(range(1, len(places) + 1))

    @invariant()
    def history_only_grows(self) -> None:
        with self.store.reading() as session:
            count, last = session.execute(select(func.count(), func.max(QueueEvent.id))).one()
        assert count == (last or 0) == self.events


def test_the_waiting_line_keeps_its_promises(sqlite_template: Path) -> None:
    machine = type("Machine", (WaitingLine,), {"template": sqlite_template})
    run_state_machine_as_test(machine, settings=settings(max_examples=20, stateful_step_count=25))
