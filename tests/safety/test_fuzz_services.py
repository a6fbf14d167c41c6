"""Every use case with arguments that nobody meant: it answers, or says in words why not, and nothing is harmed."""

from __future__ import annotations

import dataclasses
import inspect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy.exc import DataError, NoResultFound

from deskapp.db import audit
from deskapp.db.engine import Store
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft
from deskapp.domain.door import GreetingDraft
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Allergy, Identity, MediaSource, Sex
from deskapp.domain.text import Words
from deskapp.errors import DeskError, InputError
from deskapp.services.all import Services
from deskapp.services.base import Service, new_request
from deskapp.services.transfer.service import TransferService
from tests.services.conftest import (  # noqa: F401
    Desk,
    House,
    WallClock,
    actors,
    clock,
    database_url,
    desk,
    furnished_database,
    furnished_file,
    head,
    house,
    operator,
    services,
    workstation,
)
from tests.support.counts import Counts
from tests.support.fuzzing import Maker, Target, targets
from tests.support.naughty import NAUGHTY

OTHERS: Final = frozenset({"backups", "protect"})
"""Services that move files, keys and servers about: their own tests give them hostile places."""

ELSEWHERE: Final = frozenset({"people.start_scan"})
"""Use cases that begin a process of their own."""

NAMED_BY_CODE: Final = {
    "settings.change": (KeyError, TypeError, ValueError),
    "settings.change_figures": (KeyError, TypeError, ValueError),
    "settings.change_here": (TypeError, ValueError, DataError),
    "papers.sheet": (KeyError,),
    "settings.values": (UnicodeEncodeError, DataError),
    "access.first_start": (ValueError,),
    "statistics.export": (ValueError,),
}
"""What only the program itself gives (an option, a form, the rows of a table): a wrong one is a bug of the caller's."""


@dataclasses.dataclass
class Ground:
    """The small hospital with one of everything, and somebody who may do all."""

    services: Services
    store: Store
    desk: Desk
    all_roles: Actor
    ids: dict[str, tuple[int, ...]]
    folder: Path

    def parts(self) -> dict[str, Service]:
        found = {
            field.name: getattr(self.services, field.name)
            for field in dataclasses.fields(self.services)
            if field.name not in OTHERS
        }
        found["transfer"] = TransferService(self.store, self.services.visits.clock)
        return {name: service for name, service in found.items() if isinstance(service, Service)}

    def call(self, target: Target, maker: Maker, text: str) -> str:
        """Call a use case with made-up arguments; return what became of it. What is no answer is raised."""
        maker.missing = False
        method = getattr(self.parts()[target.service], target.method)
        before = (self.all_roles, new_request()) if target.kind == "write" else (self.all_roles,)
        try:
            values = {name: maker.value(name, hint, text) for name, hint in target.arguments.items()}
        except (ValueError, DeskError):
            return "no such value"
        positional, named = _split(method, values)
        try:
            method(*before, *positional, **named)
        except DeskError as said:
            return f"{type(said).__name__}: {said.text}"[:10]
        except NoResultFound:
            if not maker.missing:
                raise
            return "no such record"
        except NAMED_BY_CODE.get(target.name, ()):
            return "named by code"
        return "done"

    def is_whole(self) -> None:
        """Assert that nothing was harmed: chains, keys between tables, and the work of every day."""
        with self.store.reading() as session:
            assert list(audit.broken_lines(session)) == []
            if self.store.is_sqlite:
                assert session.execute(sql("PRAGMA foreign_key_check")).all() == []
        self.works()

    def works(self) -> None:
        """Receive one more visitor, from the door to the number."""
        visit = self.desk.arrive("赵好人")
        assert "赵好人" in self.desk.found("zhaohaoren")
        self.desk.triage(visit, department_id=self._open_department())
        assert self.desk.number(visit)
        assert self.services.visits.visit(self.desk.actor, visit).visitor is not None

    def _open_department(self) -> int:
        """Return a department that takes visitors: one that was closed by a made-up call is closed rightly."""
        directory = self.services.directory
        open_now = directory.departments(self.desk.actor)
        if open_now:
            return open_now[0].id
        draft = DepartmentDraft("spare", Words("备用", "Spare", "Нөөц"), prefix="Z9")
        return directory.save_department(self.all_roles, new_request(), draft).value.id


def _split(method: Any, values: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    kinds = inspect.signature(inspect.unwrap(method)).parameters
    named = {name for name in values if kinds[name].kind is inspect.Parameter.KEYWORD_ONLY}
    return (
        [value for name, value in values.items() if name not in named],
        {name: value for name, value in values.items() if name in named},
    )


@pytest.fixture
def ground(
    services: Services,  # noqa: F811
    store: Store,
    desk: Desk,  # noqa: F811
    house: House,  # noqa: F811
    actors: dict[Role, Actor],  # noqa: F811
    clock: WallClock,  # noqa: F811
    tmp_path: Path,
) -> Ground:
    clock.set("09:00")
    visitors = [desk.register(name).id for name in ("王建国", "欧阳修", "Бат")]
    visits = [desk.open(visitor).id for visitor in (*visitors, None)]
    desk.triage(visits[0])
    desk.number(visits[0])
    leader = Actor(actors[Role.LEADER].account_id, "", frozenset({Role.LEADER}), "desk-1")
    block = services.numbers.reserve_block(leader, new_request(), house.eyes, None, 5).value
    charge = services.visits.add_charge(desk.actor, new_request(), visits[1], house.xray).value
    number = services.visits.visit(desk.actor, visits[0]).number
    assert number is not None
    everybody = tuple(actor.account_id for actor in actors.values())
    greeting = services.door.greet(desk.actor, new_request(), GreetingDraft(name="王")).value
    question = services.questions.ask(desk.actor, new_request(), "几点", visits[0]).value.id
    (place,) = services.waiting.view(desk.actor).rows
    ids: dict[str, tuple[int, ...]] = {
        "entry_id": (place.id,),
        "greeting_id": (greeting,),
        "question_id": (question,),
        "one_id": tuple(visitors),
        "other_id": tuple(visitors),
        "visitor_id": tuple(visitors),
        "except_id": tuple(visitors),
        "visit_id": tuple(visits),
        "number_id": (number.id,),
        "charge_id": (charge,),
        "block_id": (block.id,),
        "department_id": (house.surgery, house.eyes),
        "doctor_id": (house.li, house.wang, house.pool),
        "item_id": (house.xray, house.blood),
        "account_id": everybody,
        "id": (1, 2, 3),
    }
    boss = Actor(actors[Role.ADMINISTRATOR].account_id, "全能", frozenset(Role), "desk-1")
    return Ground(services, store, desk, boss, ids, tmp_path)


def tried(ground: Ground) -> Iterator[Target]:
    """Yield every use case that is tried here."""
    return (target for target in targets(ground.parts()) if target.name not in ELSEWHERE)


def _tried(ground: Ground, service: str, texts: tuple[str, ...], seed: int) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    maker = Maker(seed, ground.ids, ground.folder)
    failures: list[str] = []
    for target in (one for one in tried(ground) if one.service == service):
        for text in texts:
            try:
                outcomes[ground.call(target, maker, text)] += 1
            except Exception as error:  # every failure of a batch is told at once
                failures.append(f"{target.name}({text[:20]!r}): {type(error).__name__}: {str(error)[:160]}")
        ground.is_whole()
    assert not failures, f"{len(failures)} failures\n" + "\n".join(_distinct(failures))
    return outcomes


def _distinct(failures: list[str]) -> list[str]:
    kinds: dict[str, str] = {}
    for line in failures:
        method, _, rest = line.partition("(")
        kinds.setdefault(method + rest.partition("): ")[2][:60], line)
    return list(kinds.values())[:40]


PARTS: Final = (
    *(
        "access",
        "settings",
        "directory",
        "visitors",
        "visits",
        "numbers",
        "triage",
        "papers",
        "retention",
        "trail",
        "health",
        "transfer",
        "waiting",
        "door",
        "escorts",
        "board",
        "appointments",
        "people",
        "questions",
        "finding",
        "statistics",
    ),
)


@pytest.mark.parametrize("part", PARTS)
def test_a_few_naughty_texts_harm_no_use_case(ground: Ground, part: str) -> None:
    _tried(ground, part, ("王\0", "\ud800", "' OR 1=1 --{0}%s", "\u202e𠮷👨‍👩‍👧", "长" * 10_001), seed=1)


@pytest.mark.safety
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", PARTS)
def test_no_naughty_text_harms_a_use_case(ground: Ground, part: str, counts: Counts) -> None:
    outcomes = _tried(ground, part, NAUGHTY, seed=2)
    methods = sum(target.service == part for target in tried(ground))
    counts.add("use cases tried", part, methods)
    counts.add("hostile calls", part, outcomes.total())
    counts.add("calls that did harm", part, 0)


def test_every_service_is_tried_or_said_to_be_tried_elsewhere(ground: Ground) -> None:
    assert set(ground.parts()) == set(PARTS)


@pytest.mark.safety
@pytest.mark.timeout(900)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.text(max_size=80), seed=st.integers(0, 2**32))
def test_no_text_at_all_harms_a_use_case(ground: Ground, text: str, seed: int) -> None:
    maker = Maker(seed, ground.ids, ground.folder)
    every = list(tried(ground))
    for target in maker.random.sample(every, 6):
        ground.call(target, maker, text)


@pytest.mark.parametrize("texts", [NAUGHTY[::3], NAUGHTY[1::3], NAUGHTY[2::3]], ids=["a", "b", "c"])
def test_what_is_stored_comes_back_exactly_as_typed(ground: Ground, texts: tuple[str, ...]) -> None:
    stored = 0
    for text in texts:
        stored += _comes_back(ground, text)
    assert stored > len(texts) // 2


def _comes_back(ground: Ground, text: str) -> bool:
    services, actor = ground.services, ground.all_roles  # noqa: F811
    free = ("address", "preferred_name", "occupation", "employer", "contact_name", "note", "insurer", "phone")
    draft = VisitorDraft(
        name=text,
        sex=Sex.UNSTATED,
        identity=Identity.UNKNOWN,
        allergy=Allergy.YES,
        allergy_text=f"x{text}",
        **dict.fromkeys(free, text),  # type: ignore[arg-type]
    )
    try:
        who = services.visitors.register(actor, new_request(), draft).value.id
        visit = services.visits.open(actor, new_request(), who).value.id
        services.visits.note_complaint(actor, new_request(), visit, text)
        services.visits.set_source(actor, new_request(), visit, MediaSource.FRIEND, text)
    except InputError:
        return False
    view = services.visits.visit(actor, visit)
    assert view.visitor is not None
    assert view.visitor.draft == draft
    assert (view.complaint, view.media_text) == (text, text)
    return True
