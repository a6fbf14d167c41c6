"""Merging and taking back under any sequence of acts: nothing is lost, nothing strays, history only grows.

Each visit, appointment, question and consent remembers at whom it was made, and each record what was typed into it. Once
every merge is taken back all of them must be there again, with what came in between.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, insert, select

from deskapp.db import audit
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountRole, AuditEntry
from deskapp.db.models.directory import Question
from deskapp.db.models.intake import Appointment, Consent, DuplicateKey, SearchKey, Visit, Visitor
from deskapp.db.models.people import Merge
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft, Seen
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import AppointmentState, ConsentKind, DocumentKind
from deskapp.domain.text import Words
from deskapp.errors import DeskError, RuleError
from deskapp.services.all import build_services
from deskapp.services.base import new_request
from deskapp.services.intake.keys import found_by
from deskapp.services.intake.merging import MergeRef
from tests.services.conftest import WallClock
from tests.support.databases import KEY
from tests.support.hospital import resident_id

HANGS: dict[str, type[Any]] = {
    "visit": Visit,
    "appointment": Appointment,
    "question": Question,
    "consent": Consent,
}
TYPED = ("name", "phone", "address", "note", "document_number")
NAMES = ("王建国", "汪健国", "Bat Erdene", "李娜")
picks = st.integers(0, 1000)


class Records(RuleBasedStateMachine):
    """Records are made, edited, visited, merged and parted; the database is compared with what was done."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.template, self.folder / "desk.sqlite")
        self.store = Store.open(f"sqlite:///{self.folder / 'desk.sqlite'}", KEY)
        self.workstation = Workstation.in_folder(self.folder / "workstation")
        self.clock = WallClock()
        self.services = build_services(self.store, self.workstation, self.clock)
        self.typed: dict[int, dict[str, str]] = {}
        """What each record says by itself."""
        self.into: dict[int, int] = {}
        self.merges: list[tuple[int, int, MergeRef]] = []
        """Those that stand, the latest last: kept, gone."""
        self.home: dict[tuple[str, int], int | None] = {}
        self.parted: set[int] = set()
        """Records from which a visit was taken off: which of theirs was the first is another question."""
        self.lines = self.written = 0

    @initialize()
    def open_house(self) -> None:
        with self.store.writing() as session:
            person = insert(Account).values(sign_in="x", name="某人", password_hash="-", active=True)
            key = session.execute(person.values(failures=0, version=1).returning(Account.id)).scalar_one()
            for role in (Role.OPERATOR, Role.SUPERVISOR):
                session.execute(insert(AccountRole).values(account_id=key, role=role))
            session.commit()
        self.actor = Actor(key, "某人", frozenset({Role.OPERATOR, Role.SUPERVISOR}), "desk-1")
        draft = DepartmentDraft("a", Words("甲", "a", "a"), "A1", "1", "A")
        self.place = self.services.directory.save_department(self.actor, new_request(), draft).value.id
        for filled in ((), ("phone", "note"), ("document_number",)):
            self.registers_one("王建国", filled)

    def teardown(self) -> None:
        try:
            if self.typed:
                self.everything_is_taken_back()
        finally:
            self.workstation.drafts.close()
            self.store.close()
            shutil.rmtree(self.folder)

    # --- What is there ----------------------------------------------------------------------------------

    def row(self, who: int) -> Visitor:
        with self.store.reading() as session:
            return session.get_one(Visitor, who)

    def root(self, who: int) -> int:
        while who in self.into:
            who = self.into[who]
        return who

    def group(self, root: int) -> list[int]:
        return [who for who in self.typed if self.root(who) == root]

    def standing(self) -> list[int]:
        return [who for who in self.typed if who not in self.into]

    def anybody(self, pick: int) -> int:
        return sorted(self.typed)[pick % len(self.typed)]

    def hung(self, kind: str) -> dict[int, int | None]:
        table = table_of(HANGS[kind])
        with self.store.reading() as session:
            return dict(session.execute(select(table.c.id, table.c.visitor_id)).all())

    def visits(self) -> list[dict[str, Any]]:
        table = table_of(Visit)
        with self.store.reading() as session:
            return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]

    # --- What people do -----------------------------------------------------------------------------------

    @rule(name=st.sampled_from(NAMES), filled=st.sets(st.sampled_from(TYPED[1:])))
    def registers(self, name: str, filled: Iterable[str]) -> None:
        self.registers_one(name, filled)

    def registers_one(self, name: str, filled: Iterable[str]) -> None:
        values = {"name": name} | {field: self.new(field) for field in filled}
        kind = DocumentKind.RESIDENT_ID if "document_number" in values else DocumentKind.NONE
        draft = VisitorDraft(**values, document_kind=kind, birth_date=dt.date(1958, 3, 4))
        who = self.services.visitors.register(self.actor, new_request(), draft).value.id
        self.typed[who] = {field: str(getattr(draft, field)) for field in TYPED}

    def new(self, field: str) -> str:
        """Return what nobody has typed yet."""
        self.written += 1
        if field == "phone":
            return f"138{self.written:08}"
        if field == "document_number":
            return resident_id(dt.date(1958, 3, 4), self.written)
        return f"{NAMES[self.written % 4] if field == 'name' else field}{'一二三四五六七八九十'[self.written % 10]}"

    @rule(pick=picks, field=st.sampled_from(TYPED[:4]), cleared=st.booleans())
    def edits(self, pick: int, field: str, cleared: bool) -> None:
        who = self.anybody(pick)
        view = self.services.visitors.visitor(self.actor, who)
        assert view.id == self.root(who)
        names = VisitorDraft.__dataclass_fields__
        value = "" if cleared and field != "name" else self.new(field)
        draft = VisitorDraft(**{name: getattr(view.draft, name) for name in names} | {field: value})
        self.services.visitors.edit(self.actor, new_request(), view.id, view.version, draft)
        if getattr(view.draft, field) != value:
            self.typed[view.id][field] = value

    @rule(pick=picks)
    def visits_again(self, pick: int) -> None:
        who = self.anybody(pick)
        self.clock.forward(minutes=7)
        visit = self.services.visits.open(self.actor, new_request(), who).value.id
        self.home["visit", visit] = self.root(who)

    @rule(pick=picks)
    def is_taken_off_a_visit(self, pick: int) -> None:
        named = [visit for visit in self.visits() if visit["visitor_id"] is not None]
        if named:
            visit = named[pick % len(named)]
            self.services.visits.detach(self.actor, new_request(), visit["id"])
            home = self.home["visit", visit["id"]]
            assert home is not None
            self.parted |= {home, visit["visitor_id"]}
            self.home["visit", visit["id"]] = None

    @rule(pick=picks)
    def is_recognised_afterwards(self, pick: int) -> None:
        who = self.anybody(pick)
        self.clock.forward(minutes=7)
        visit = self.services.visits.open(self.actor, new_request(), None).value.id
        self.services.visits.attach(self.actor, new_request(), visit, who)
        self.home["visit", visit] = self.root(who)

    @rule(pick=picks)
    def something_is_hung_on(self, pick: int) -> None:
        who = self.anybody(pick)
        asked = self.services.questions.ask(self.actor, new_request(), "停车？", visitor_id=who).value
        self.home["question", asked.id] = self.root(who)
        kind = list(ConsentKind)[pick % len(ConsentKind)]
        answer = self.services.people.answer_consent
        self.home["consent", answer(self.actor, new_request(), who, kind, True).value] = self.root(who)
        with self.store.writing() as session:
            booked = {"visitor_id": self.root(who), "department_id": self.place, "version": 1}
            booked |= {"starts_at": self.clock() + dt.timedelta(days=1), "state": AppointmentState.BOOKED}
            made = session.execute(insert(Appointment).values(**booked).returning(Appointment.id))
            self.home["appointment", made.scalar_one()] = self.root(who)
            session.commit()

    @rule(one=picks, other=picks, taken=st.none() | st.sets(st.sampled_from(TYPED)))
    def are_merged(self, one: int, other: int, taken: Iterable[str] | None) -> None:
        standing = self.standing()
        if len(standing) < 2:
            return
        kept = standing[one % len(standing)]
        gone = [who for who in standing if who != kept][other % (len(standing) - 1)]
        both = [Seen(who, self.row(who).version) for who in (kept, gone)]
        groups = None if taken is None else list(taken)
        self.clock.forward(seconds=5)
        ref = self.services.people.merge(self.actor, new_request(), *both, groups, "同一人").value
        self.into[gone] = kept
        self.merges.append((kept, gone, ref))

    @rule(pick=picks)
    def are_parted(self, pick: int) -> None:
        if not self.merges:
            return
        place = pick % len(self.merges)
        kept, gone, ref = self.merges[place]
        later = [merge for merge in self.merges[place + 1 :] if kept in merge[:2]]
        self.clock.forward(seconds=5)
        with pytest.raises(RuleError) if later else nullcontext():
            self.services.people.unmerge(self.actor, new_request(), ref.id, ref.version)
        if later:
            return
        self.merges.pop(place)
        del self.into[gone]

    @rule(pick=picks)
    def an_old_picture_is_merged(self, pick: int) -> None:
        kept, gone = self.anybody(pick), self.anybody(pick + 1)
        both = [Seen(who, self.row(who).version - 1) for who in (kept, gone)]
        with pytest.raises(DeskError):
            self.services.people.merge(self.actor, new_request(), *both)

    # --- What holds always ---------------------------------------------------------------------------------------

    @invariant()
    def everything_hangs_on_who_stands_for_its_person(self) -> None:
        for kind in HANGS:
            homes = {key: home for (what, key), home in self.home.items() if what == kind}
            assert self.hung(kind) == {
                key: None if home is None else self.root(home) for key, home in homes.items()
            }

    @invariant()
    def presence_is_that_of_the_visits(self) -> None:
        visits = self.visits()
        for who in self.standing():
            own = [visit for visit in visits if visit["visitor_id"] == who]
            row = self.row(who)
            assert row.visits == len(own)
            if not own:
                assert row.last_visit is None
            else:
                assert row.last_visit is not None
                assert row.last_visit >= max(visit["opened_at"] for visit in own)
            if own and not self.parted & set(self.group(who)):
                assert [visit["first_visit"] for visit in own] == [True, *[False] * (len(own) - 1)]

    @invariant()
    def who_stands_is_found_by_all_that_its_records_say(self) -> None:
        with self.store.reading() as session:
            rows = {row.id: row for row in session.scalars(select(Visitor))}
            found = {(key, who): grade for key, who, grade in session.execute(select(*SEARCH))}
            blocks = {(key, who) for key, who in session.execute(select(*BLOCKS))}
        keys: dict[tuple[str, int], int] = {}
        compared = set()
        for who, row in rows.items():
            own, own_blocks = found_by(row)
            root = self.root(who)
            compared |= {(block, root) for block in own_blocks}
            for key, grade in own.items():
                keys[key, root] = min(grade, keys.get((key, root), grade))
        assert found == keys
        assert blocks == compared

    @invariant()
    def history_only_grows_and_holds_together(self) -> None:
        with self.store.reading() as session:
            count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
            merges = session.scalar(select(func.count()).where(Merge.undone_at.is_(None)))
        assert count >= self.lines
        assert merges == len(self.merges)
        self.lines = count

    # --- At the end ------------------------------------------------------------------------------------------------

    def everything_is_taken_back(self) -> None:
        for _kept, gone, ref in reversed(self.merges):
            self.services.people.unmerge(self.actor, new_request(), ref.id, ref.version)
            del self.into[gone]
        self.merges.clear()
        for check in self.checks():
            check()
        for who, typed in self.typed.items():
            row = self.row(who)
            assert {field: getattr(row, field) for field in TYPED} == typed
            assert row.merged_into_id is None
        with self.store.reading() as session:
            assert list(audit.broken_lines(session)) == []

    def checks(self) -> Iterator[Any]:
        yield self.everything_hangs_on_who_stands_for_its_person
        yield self.presence_is_that_of_the_visits
        yield self.who_stands_is_found_by_all_that_its_records_say
        yield self.history_only_grows_and_holds_together


SEARCH = (SearchKey.key, SearchKey.visitor_id, SearchKey.grade)
BLOCKS = (DuplicateKey.key, DuplicateKey.visitor_id)


def test_merging_keeps_its_promises(sqlite_template: Path) -> None:
    machine = type("Machine", (Records,), {"template": sqlite_template})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=25))
