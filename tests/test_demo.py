"""The demo hospital: believable, whole, the same for the same seed, and never in a hospital's place."""

from __future__ import annotations

import collections
import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp import settings
from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import audit
from deskapp.db.engine import Store
from deskapp.db.models.intake import Appointment, Visitor
from deskapp.demo import content, run
from deskapp.demo.days import Days, shares
from deskapp.demo.house import House, duty_of, fill_house
from deskapp.demo.people import Visitors
from deskapp.demo.run import Made, Options, clear, make_demo, sign_in
from deskapp.domain.access import Actor, Role
from deskapp.domain.duty import on_duty
from deskapp.domain.intake import VisitView
from deskapp.domain.registration import STEPS, DocumentKind, Sex, SlipState, Step
from deskapp.domain.triage import TriageVisitor, suggest
from deskapp.domain.visitor_rules import age_in_years, problems
from deskapp.errors import RuleError
from deskapp.i18n import translator
from deskapp.services.access import SiteSetup
from deskapp.services.base import new_request
from deskapp.services.transfer.service import TransferService
from deskapp.triage_rules import load_rules

DAY = dt.date(2026, 11, 22)
SUPERVISOR = Actor(0, "head", frozenset({Role.SUPERVISOR}))
TR = translator("en")


def make(folder: Path, **options: object) -> Made:
    given = {"visits": 60, "staff": 6, "seed": 7, "as_of": DAY, **options}
    return make_demo(Options(folder, **given), TR, lambda _line: None)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], tuple[Made, Path]]:
    """Return what makes a demo once in each time zone: a day there is no day elsewhere."""
    made: dict[str, tuple[Made, Path]] = {}

    def once() -> tuple[Made, Path]:
        zone = os.environ["TZ"]
        if zone not in made:
            folder = tmp_path_factory.mktemp("demo")
            made[zone] = make(folder), folder
        return made[zone]

    return once


@pytest.fixture
def demo(templates: Callable[[], tuple[Made, Path]], tmp_path: Path) -> Iterator[tuple[Made, Hospital]]:
    """Open a copy of a demo at the moment at which it ends."""
    made, template = templates()
    shutil.copytree(template, tmp_path / "demo")
    hospital = open_hospital(tmp_path / "demo", None, lambda: made.now)
    yield made, hospital
    hospital.close()


def test_one_visitor_went_all_the_way_and_has_papers(demo: tuple[Made, Hospital]) -> None:
    made, _hospital = demo
    assert [step.step for step in made.visit.steps if step.done] == list(STEPS)
    assert made.visit.number is not None
    assert made.visit.number.state is SlipState.SENT
    assert made.visit.doctor
    assert {path.name for path in made.forms} == {
        "registration-form.pdf",
        "record-page.pdf",
        "number-slip.pdf",
    }
    assert all(path.read_bytes().startswith(b"%PDF") for path in made.forms)


def test_the_house_is_furnished(demo: tuple[Made, Hospital]) -> None:
    _made, hospital = demo
    actor = sign_in(hospital.services)
    departments = hospital.services.directory.departments(actor)
    assert len(departments) >= 36
    assert all(d.name.zh and d.name.en and d.name.mn and d.room and d.phone for d in departments)
    assert len({d.prefix for d in departments}) == len(departments)
    assert all(d.on_duty for d in departments)
    doctors = hospital.services.directory.doctors(actor)
    assert len(doctors) >= 80
    assert {language for doctor in doctors for language in doctor.languages} == {"zh", "mn", "en"}
    prices = hospital.services.directory.prices(actor)
    assert len(prices) >= 120
    assert all(item.name.zh and item.name.en and item.name.mn for item in prices)


def test_today_people_stand_at_every_step(demo: tuple[Made, Hospital]) -> None:
    made, hospital = demo
    rows = hospital.services.visits.day_list(sign_in(hospital.services))
    assert len({row.next_step for row in rows}) >= 4
    assert all(row.opened_at <= made.now for row in rows)


def test_every_visit_can_be_opened_and_everybody_is_found(demo: tuple[Made, Hospital]) -> None:
    _made, hospital = demo
    actor, services = sign_in(hospital.services), hospital.services
    for row in services.visits.day_list(actor):
        visit = services.visits.visit(actor, row.id)
        assert visit.visitor is not None
        draft = visit.visitor.draft
        for typed in filter(None, (draft.name, draft.phone, draft.document_number, visit.code)):
            assert visit.visitor.id in [hit.id for hit in services.visitors.find(actor, typed)], typed
        assert (visit.number is None) == (not visit.charges)
    assert "单㛃" in [hit.name for hit in services.visitors.find(actor, "shan")]


def test_a_made_up_visit_looks_like_one_that_was_worked_through(demo: tuple[Made, Hospital]) -> None:
    made, hospital = demo
    actor, visits = sign_in(hospital.services), hospital.services.visits
    rows = visits.day_list(actor)
    over = [row.id for row in rows if row.next_step is None and row.ended is None and row.id != made.visit.id]
    worked = visits.visit(actor, made.visit.id)

    def shape(visit: VisitView) -> dict[str, object]:
        assert visit.number is not None
        assert visit.visitor is not None
        return {
            "steps": [(step.step, step.done, step.corrections) for step in visit.steps],
            "slip": [event.state for event in visit.number.events],
            "on the step": next(step.note for step in visit.steps if step.step is Step.NUMBER)
            == visit.number.label,
            "priced": bool(visit.charges),
            "times": [moment is None for moment in (visit.checked_in, visit.ended_at)],
            "known": (visit.visitor.visits > 0, visit.visitor.last_visit is not None),
            "responsible": visit.visitor.responsible_doctor_id == visit.doctor_id,
        }

    assert over
    assert [shape(visits.visit(actor, visit)) for visit in over] == [shape(worked)] * len(over)


def test_some_come_back_some_are_expected_some_did_not_come(tmp_path: Path) -> None:
    make(tmp_path, visits=300)
    store = Store.in_folder(tmp_path)
    with store.reading() as session:
        visits = [count for (count,) in session.query(Visitor.visits)]
        states = {state for (state,) in session.query(Appointment.state)}
    store.close()
    assert sum(visits) == 301
    assert max(visits) > 1
    assert {state.value for state in states} == {"booked", "fulfilled", "missed"}


def test_the_audit_trail_is_whole(demo: tuple[Made, Hospital]) -> None:
    _made, hospital = demo
    with hospital.store.reading() as session:
        assert list(audit.broken_lines(session)) == []


def exported(folder: Path, **options: object) -> bytes:
    make(folder, **options)
    hospital = open_hospital(folder)
    transfer = TransferService(hospital.store)
    transfer.export_visits(SUPERVISOR, new_request(), folder / "out" / "visits.json", TR)
    hospital.close()
    return (folder / "out" / "visits.json").read_bytes()


def test_the_same_seed_and_day_give_equal_exports_another_seed_others(tmp_path: Path) -> None:
    first = exported(tmp_path / "one", visits=30)
    assert exported(tmp_path / "two", visits=30) == first
    assert exported(tmp_path / "one", visits=30, seed=8) != first


def test_a_demo_of_nobody_still_works_its_visitor_through(tmp_path: Path) -> None:
    assert all(step.done for step in make(tmp_path, visits=0, staff=0).visit.steps)


# --- A place of its own -------------------------------------------------------------------------------------

SETUP = SiteSetup("真医院", "zh", settings.Deductions.POINTS.value, "admin", "院长", "correct horse")


def begin_hospital(folder: Path | None, url: str | None, workstation: Path) -> None:
    hospital = open_hospital(folder or workstation, url)
    hospital.services.access.first_start(Actor(0, "", frozenset()), new_request(), SETUP)
    hospital.close()


def test_a_folder_with_anything_else_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RuleError, match="place of its own"):
        make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_hospital_is_never_replaced_by_a_demo(tmp_path: Path) -> None:
    begin_hospital(tmp_path, None, tmp_path)
    with pytest.raises(RuleError, match="place of its own"):
        make(tmp_path)
    hospital = open_hospital(tmp_path)
    values = hospital.services.settings.values(SUPERVISOR, "")
    hospital.close()
    assert values[settings.HOSPITAL_NAME.name] == "真医院"


def test_a_demo_is_replaced_by_a_demo_and_nothing_else_is_touched(tmp_path: Path) -> None:
    make(tmp_path, visits=5)
    (tmp_path / "desk.log").write_text("what happened")
    make(tmp_path, visits=8)
    assert (tmp_path / "desk.log").read_text() == "what happened"
    hospital = open_hospital(tmp_path)
    transfer = TransferService(hospital.store)
    count = transfer.export_visits(SUPERVISOR, new_request(), tmp_path / "out" / "v.csv", TR).value
    hospital.close()
    assert count == 9


def test_a_folder_that_was_left_half_made_is_made_anew(tmp_path: Path) -> None:
    Store.in_folder(tmp_path).close()
    clear(tmp_path, None)
    assert [path.name for path in tmp_path.iterdir()] == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_on_a_server_the_same_holds(empty_database_url: str, tmp_path: Path) -> None:
    made = make(tmp_path / "desk", url=empty_database_url, visits=10)
    again = make(tmp_path / "desk", url=empty_database_url, visits=10)
    assert again.visit.code == made.visit.code
    clear(tmp_path, empty_database_url)
    begin_hospital(None, empty_database_url, tmp_path)
    with pytest.raises(RuleError, match="place of its own"):
        make(tmp_path / "desk", url=empty_database_url)


# --- The days made up ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    hospital = open_hospital(tmp_path_factory.mktemp("house"))
    filled = fill_house(hospital.services, TransferService(hospital.store), Random(3), 2, "zh")
    hospital.close()
    return filled


@pytest.mark.parametrize("clock", ["00:10", "07:00", "10:40", "12:30", "19:00", "23:55"])
def test_at_any_hour_nothing_lies_ahead_and_every_number_is_given_once(house: House, clock: str) -> None:
    now = dt.datetime.combine(DAY, dt.time.fromisoformat(clock)).astimezone()
    rows = Days(house, Random(5), now).make(DAY, 60)
    assert len(rows.visits) == 60
    assert max(step["at"] for step in rows.steps) <= now
    assert all(visit["opened_at"].astimezone().date() == DAY for visit in rows.visits)
    given_out = collections.defaultdict(list)
    for number in rows.numbers:
        given_out[number["queue"]].append(number["number"])
    assert {queue: sorted(numbers) for queue, numbers in given_out.items()} == {
        queue: list(range(1, last + 1)) for queue, last in rows.counters.items()
    }
    labels = [number["label"] for number in rows.numbers]
    assert len(labels) == len(set(labels))


def test_steps_come_in_order_and_a_past_day_is_over(house: House) -> None:
    now = dt.datetime.combine(DAY, dt.time(9)).astimezone()
    rows = Days(house, Random(6), now).make(DAY - dt.timedelta(1), 80)
    steps = collections.defaultdict(list)
    for step in rows.steps:
        steps[step["visit"]].append(step)
    order = {step: place for place, step in enumerate(STEPS)}
    for visit, done in steps.items():
        moments = [step["at"] for step in done]
        assert moments == sorted(moments)
        whole = done[-1]["step"] is Step.RETURN
        assert whole == (rows.visits[visit]["ended"] is None)
        assert len({order[step["step"]] for step in done}) == len(done)


def test_turns_are_fair_among_those_on_duty(house: House) -> None:
    now = dt.datetime.combine(DAY, dt.time(18)).astimezone()
    rows = Days(house, Random(8), now).make(DAY - dt.timedelta(3), 200)
    plain = [turn for turn in rows.turns if not turn["named"]]
    assert plain
    taken = collections.Counter(
        (turn["department_id"], turn["doctor_id"], turn["round"]) for turn in rows.turns
    )
    assert set(taken.values()) == {1}


def test_visits_are_spread_and_none_is_lost() -> None:
    days = [DAY - dt.timedelta(back) for back in range(42, -1, -1)]
    counts = shares(400, days)
    assert sum(counts) == 400
    assert counts[-1] == max(counts)
    past = list(zip(days[:-1], counts[:-1], strict=True))
    assert max(n for day, n in past if day.weekday() == 6) < min(n for day, n in past if day.weekday() < 5)


@pytest.mark.parametrize("department", range(7))
@pytest.mark.parametrize("doctors", [2, 3, 4])
def test_by_day_somebody_is_always_on_duty_and_everybody_rests(department: int, doctors: int) -> None:
    times = {place: list(duty_of(place, department, around_the_clock=False)) for place in range(doctors)}
    for weekday in range(7):
        at_ten = dt.datetime.combine(DAY + dt.timedelta(weekday), dt.time(10))
        assert on_duty(times, at_ten)
    assert all(len({time.weekday for time in own}) == 5 for own in times.values())


def test_emergency_never_closes() -> None:
    times = {place: list(duty_of(place, 1, around_the_clock=True)) for place in range(4)}
    moments = [dt.datetime.combine(DAY, dt.time()) + dt.timedelta(hours=hour) for hour in range(24 * 7)]
    assert all(on_duty(times, moment) for moment in moments)


# --- The people made up -------------------------------------------------------------------------------------


@given(st.integers(), st.sampled_from(sorted(content.departments())))
def test_nobody_made_up_would_be_refused_at_the_desk(seed: int, code: str) -> None:
    about = content.departments()[code]
    draft = Visitors(Random(seed), DAY).make(about)
    assert problems(draft, DAY) == []
    assert draft.name
    if draft.birth_date:
        assert about.min_age <= age_in_years(draft.birth_date, DAY) <= about.max_age
        assert bool(draft.guardian_name) == (age_in_years(draft.birth_date, DAY) < 14)


def test_no_two_have_the_same_document() -> None:
    maker = Visitors(Random(1), DAY)
    drafts = [maker.make(about) for about in content.departments().values() for _one in range(40)]
    numbers = [draft.document_number for draft in drafts if draft.document_kind is not DocumentKind.NONE]
    assert len(numbers) == len(set(numbers)) > 1000
    assert {draft.language for draft in drafts} == {"zh", "mn", "en"}
    assert {"单", "仇", "曾"} & {draft.name[0] for draft in drafts}


def test_what_visitors_say_is_understood() -> None:
    """The sentences are the visitors' own words: most lead to the department that they stand under."""
    rules, moment = load_rules(), dt.datetime.combine(DAY, dt.time(10))
    wanted = {code: about for code, about in content.departments().items() if not about.around_the_clock}
    said = [(code, words) for code, about in wanted.items() for words in (*about.zh, *about.en, *about.mn)]
    missed = []
    for code, words in said:
        about = wanted[code]
        who = TriageVisitor(
            age=min(max(about.min_age, 30), about.max_age),
            sex=Sex.MALE if about.sex == "male" else Sex.FEMALE,
            pregnant=about.pregnant,
        )
        found = suggest(words, who, rules, doctors=(), turns={}, now=moment).suggestions
        if code not in [suggestion.department for suggestion in found]:
            missed.append((code, words))
    assert len(missed) < len(said) / 3, missed


def test_a_demo_of_a_day_ends_in_the_morning_of_that_day() -> None:
    begins = run._begins(DAY).astimezone()
    assert (begins.date(), begins.time()) == (DAY, dt.time(10, 9))
