"""The waiting line under any sequence of acts: no number lost, no visit in two lines, history only grows."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

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
from sqlalchemy import insert, select

from deskapp.db import audit
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountRole
from deskapp.db.models.intake import QueueNumber, Visit, VisitStep
from deskapp.db.models.waiting import Care, QueueEntry, QueueEvent
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft, DoctorDraft
from deskapp.domain.duty import Duty
from deskapp.domain.intake import TriageDecision
from deskapp.domain.registration import EndReason, SlipState, Step
from deskapp.domain.text import Words
from deskapp.domain.waiting import LIVE, OPEN, CareKind, QueueAct, Standing
from deskapp.domain.waiting_rules import OVERNIGHT
from deskapp.errors import DeskError
from deskapp.services.all import build_services
from deskapp.services.base import new_request
from tests.services.conftest import WallClock
from tests.support.databases import KEY

WAYS = (
    ("call",),
    ("call", "call_again"),
    ("call", "requeue"),
    ("call", "start"),
    ("start", "finish"),
    ("unpark", "call"),
    ("requeue",),
    ("finish",),
)
"""What is done with a place, one after the other: alone, most of it would be refused."""
ENDS = {
    EndReason.LEFT_UNSEEN: Standing.LEFT,
    EndReason.EMERGENCY: Standing.EMERGENCY,
    EndReason.CANCELLED: Standing.WITHDRAWN,
}
GROWING = (QueueEvent, VisitStep, Care)
"""What is only added to."""
MARKS = ("taken_back_at", "taken_back_by")
"""What is filled in later, once."""
OF_VISIT = (
    "department_id",
    "doctor_id",
    "ended",
    "end_note",
    "ended_at",
    "urgency",
    "checked_in",
    "doctor_began",
)
"""What acts in the line change of a visit, and so take back."""
picks = st.integers(0, 1000)


class Picture(NamedTuple):
    """What there was before an act: the place, its visit, and whether the visitor had been brought."""

    place: dict[str, Any]
    visit: dict[str, Any]
    brought: bool


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
        self.pictures: dict[int, list[tuple[int, Picture]]] = {}
        """Of each place what it was before each act that can be taken back, with the act's event."""
        self.written: dict[type[Any], list[dict[str, Any]]] = {table: [] for table in GROWING}

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

    def looks(self) -> dict[int, Picture]:
        """Return how it stands with every place."""
        visits, brought = {row["id"]: row for row in self.rows(Visit)}, set()
        for step in self.rows(VisitStep):
            if step["step"] is Step.ESCORT:
                (brought.add if step["done"] else brought.discard)(step["visit_id"])
        found = {}
        for place in self.rows(QueueEntry):
            visit = visits[place["visit_id"]]
            seen = {name: visit[name] for name in OF_VISIT}
            found[place["id"]] = Picture(place, seen, visit["id"] in brought)
        return found

    def tries(self, entry: dict[str, Any] | None, act: Callable[[], object]) -> bool:
        """Try something that may be refused; what was refused has changed nothing."""
        self.clock.forward(seconds=1)
        before = self.looks()
        try:
            act()
        except DeskError:
            assert self.looks() == before
            return False
        self.remember(before)
        assert entry is None or entry["id"] in self.pictures
        return True

    def remember(self, before: dict[int, Picture]) -> None:
        now, back = self.looks(), {}
        for event in [event for event in self.rows(QueueEvent) if event["id"] > self.events]:
            self.events = event["id"]
            place = event["entry_id"]
            pictures = self.pictures.setdefault(place, [])
            if event["act"] is QueueAct.UNDONE:
                undone, back[place] = pictures.pop()
                assert event["undoes_id"] == undone
            elif event["act"] is QueueAct.JOINED:
                pictures.clear()
            else:
                pictures.append((event["id"], before[place]))
                self.kept(event, before[place].place, now[place].place)
        for place, was in back.items():
            self.taken_back(was, now[place])

    def taken_back(self, was: Picture, now: Picture) -> None:
        """Whatever was taken back, all is as it was before it."""
        assert now.place["version"] > was.place["version"]
        assert {**now.place, "version": 0} == {**was.place, "version": 0}
        assert now[1:] == was[1:]

    def kept(self, event: dict[str, Any], was: dict[str, Any], now: dict[str, Any]) -> None:
        """What nobody loses by an act: what was waited, and the place, but by not coming."""
        assert now["joined_at"] == was["joined_at"]
        if event["act"] is QueueAct.NO_SHOW:
            assert (now["absences"], now["since"]) == (was["absences"] + 1, event["at"])
            assert now["standing"] is (Standing.PARKED if was["absences"] else Standing.WAITING)
        elif event["act"] is not QueueAct.RETURNED or was["absences"] < 2 or was["reason"]:
            assert (now["since"], now["absences"]) == (was["since"], was["absences"])

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
    @rule(pick=picks, acts=st.sampled_from(WAYS))
    def goes_a_way(self, pick: int, acts: tuple[str, ...]) -> None:
        for act in acts:
            self.does(pick, act)

    def does(self, pick: int, act: str) -> bool:
        entry, method = self.entry(pick), getattr(self.services.waiting, act)
        return self.tries(entry, partial(method, self.actor, new_request(), entry["id"], entry["version"]))

    @precondition(lambda self: self.visits)
    @rule(pick=picks, act=st.sampled_from(["call", "start"]))
    def is_called_or_goes_in_before_midnight(self, pick: int, act: str) -> None:
        self.clock.moment = self.clock.moment.replace(hour=23, minute=55)
        if self.does(pick, act):
            self.clock.forward(minutes=10)
            self.every_open_number_is_shown_once()

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
    @rule(pick=picks, undo=st.booleans())
    def is_called_in_vain_twice(self, pick: int, undo: bool) -> None:
        """Called and not there: the second time at the latest a person decides."""
        for _ in range(2):
            absences = self.entry(pick)["absences"]
            if not self.does(pick, "call"):
                return
            self.clock.forward(minutes=6)
            self.the_program_looks_by_itself()
            now = self.entry(pick)
            assert now["absences"] == absences + 1
            assert now["standing"] is (Standing.PARKED if absences else Standing.WAITING)
        if undo:
            self.takes_back(pick)
            self.clock.forward(minutes=60)
            self.the_program_looks_by_itself()
            assert self.entry(pick)["standing"] is Standing.CALLED

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
    @rule(pick=picks, act=st.sampled_from(["left_unseen", "to_emergency"]))
    def ends(self, pick: int, act: str) -> None:
        entry, method = self.entry(pick), getattr(self.services.waiting, act)
        self.tries(entry, lambda: method(self.actor, new_request(), entry["id"], entry["version"]))

    @precondition(lambda self: self.visits)
    @rule(pick=picks)
    def waits_on_the_next_day(self, pick: int) -> None:
        self.clock.forward(hours=24)
        entry, carry = self.entry(pick), self.services.waiting.carry_over
        if self.tries(entry, lambda: carry(self.actor, new_request(), entry["id"], entry["version"])):
            rows = self.services.waiting.view(self.actor).rows
            assert [row.standing for row in rows if row.id == entry["id"]] == [Standing.WAITING]

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

    @precondition(lambda self: self.written[Care])
    @rule(pick=picks)
    def care_is_taken_back(self, pick: int) -> None:
        care, back = self.rows(Care), self.services.waiting.take_back_care
        chosen = care[pick % len(care)]
        entry = next(one for one in self.rows(QueueEntry) if one["visit_id"] == chosen["visit_id"])
        self.tries(entry, lambda: back(self.actor, new_request(), chosen["id"]))

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
                doctor, home = entry["doctor_id"], entry["department_id"]
                assert entry["queue"] == (f"doctor:{doctor}" if doctor else f"department:{home}")
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
        entries, now = self.rows(QueueEntry), self.clock()
        shown = [row.id for row in (*view.rows, *view.left_over) if row.standing in OPEN]
        assert sorted(shown) == [row["id"] for row in entries if row["standing"] in OPEN]
        inside = [row["id"] for row in entries if row["standing"] is Standing.WITH_DOCTOR]
        lately = {row["id"] for row in entries if row["began_at"] and now - row["began_at"] < OVERNIGHT}
        seen = [row.id for row in view.rows if row.standing is Standing.WITH_DOCTOR]
        assert lately.intersection(inside) <= set(seen) <= set(inside)
        assert len({*shown, *seen}) == len(shown) + len(seen)
        assert all(row.waited >= 0 for row in view.rows)
        for line in view.lines:
            places = [row.place for row in view.rows if row.queue == line.queue and row.place is not None]
            assert places == list(range(1, len(places) + 1))

    @invariant()
    def history_only_grows(self) -> None:
        for table, written in self.written.items():
            now = self.rows(table)
            assert [_as_then(*both) for both in zip(now, written, strict=False)] == written
            self.written[table] = now
        assert len(self.written[QueueEvent]) == self.events


def _as_then(row: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """Return a row without what may have been filled in since."""
    return row | {name: None for name in MARKS if name in then and then[name] is None}


def test_the_waiting_line_keeps_its_promises(sqlite_template: Path) -> None:
    machine = type("Machine", (WaitingLine,), {"template": sqlite_template})
    run_state_machine_as_test(machine, settings=settings(max_examples=15, stateful_step_count=25))
