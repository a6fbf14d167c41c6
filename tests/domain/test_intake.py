"""The eight steps folded from a history, what comes next, labels and sums."""

from __future__ import annotations

import datetime as dt
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.intake import (
    MAX_LINE,
    MAX_TEXT,
    ChargeLine,
    Ref,
    StepEntry,
    VisitorDraft,
    fold_steps,
    next_step,
    number_label,
)
from deskapp.domain.registration import STEPS, Step
from deskapp.domain.text import Words

NOON = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)


def entry(step: Step, done: bool = True, minute: int = 0, note: str = "") -> StepEntry:
    return StepEntry(step, done, NOON + dt.timedelta(minutes=minute), "刘", note)


def following(*done: Step) -> Step | None:
    return next_step(fold_steps(entry(step) for step in done))


def test_without_a_history_nothing_is_done_and_the_visitor_arrives() -> None:
    steps = fold_steps([])
    assert [view.step for view in steps] == list(STEPS)
    assert not any(view.done for view in steps)
    assert next_step(steps) is Step.ARRIVE


def test_a_step_shows_who_did_it_last_and_when() -> None:
    [arrive, *_others] = fold_steps(
        [entry(Step.ARRIVE, minute=1), entry(Step.ARRIVE, minute=2, note="又来了")]
    )
    assert (arrive.at, arrive.by, arrive.note) == (NOON + dt.timedelta(minutes=2), "刘", "又来了")


def test_a_correcting_entry_undoes_the_step_and_is_counted() -> None:
    history = [entry(Step.PAY), entry(Step.PAY, False), entry(Step.PAY), entry(Step.PAY, False)]
    pay = fold_steps(history)[STEPS.index(Step.PAY)]
    assert (pay.done, pay.at, pay.by, pay.corrections) == (False, None, "", 2)
    pay = fold_steps([*history, entry(Step.PAY, minute=9)])[STEPS.index(Step.PAY)]
    assert (pay.done, pay.corrections) == (True, 2)


def test_the_whole_way_step_by_step() -> None:
    for place, step in enumerate(STEPS):
        assert following(*STEPS[:place]) is step
    assert following(*STEPS) is None


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ({Step.ARRIVE, Step.GREET, Step.REGISTER}, Step.TRIAGE),
        ({Step.ARRIVE, Step.GREET, Step.TRIAGE}, Step.REGISTER),
        ({Step.ARRIVE, Step.GREET, Step.TRIAGE, Step.REGISTER}, Step.NUMBER),
        ({Step.ARRIVE, Step.GREET, Step.NUMBER}, Step.PAY),
        ({Step.ARRIVE, Step.GREET, Step.PAY}, Step.TRIAGE),
        ({Step.ARRIVE, Step.GREET, Step.ESCORT}, Step.TRIAGE),
        ({Step.ARRIVE, Step.GREET, Step.NUMBER, Step.ESCORT}, Step.RETURN),
        ({Step.RETURN}, None),
        ({Step.ARRIVE}, Step.GREET),
        ({Step.GREET}, Step.TRIAGE),
    ],
)
def test_triage_and_registration_block_nothing_but_come_before_the_number(
    done: set[Step], expected: Step | None
) -> None:
    assert following(*done) is expected


@given(st.lists(st.tuples(st.sampled_from(Step), st.booleans()), max_size=20))
def test_whatever_happened_the_last_word_counts(history: list[tuple[Step, bool]]) -> None:
    steps = fold_steps(entry(step, done) for step, done in history)
    last = dict(history)
    assert {view.step for view in steps if view.done} == {step for step, done in last.items() if done}
    assert sum(view.corrections for view in steps) == sum(not done for _step, done in history)
    following = next_step(steps)
    assert following is None or not steps[STEPS.index(following)].done


@given(st.sets(st.sampled_from(Step)))
def test_doing_what_comes_next_always_leads_to_the_end(done: set[Step]) -> None:
    for _ in STEPS:
        following = next_step(fold_steps(entry(step) for step in done))
        if following is None:
            break
        done.add(following)
    assert next_step(fold_steps(entry(step) for step in done)) is None


@pytest.mark.parametrize(
    ("prefix", "number", "label"),
    [("A", 1, "A001"), ("A", 999, "A999"), ("A", 1000, "A1000"), ("", 7, "007"), ("XR2", 12, "XR2012")],
)
def test_a_number_is_called_by_letters_and_three_digits_or_more(prefix: str, number: int, label: str) -> None:
    assert number_label(prefix, number) == label


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_two_numbers_of_a_queue_have_two_labels(one: int, other: int) -> None:
    assert (number_label("B", one) == number_label("B", other)) == (one == other)


def test_money_is_added_up_in_fen() -> None:
    assert ChargeLine(1, None, Words("胸片", "X-ray", "Зураг"), 8_050, 3).total == 24_150


def test_an_empty_draft_says_nothing_about_anybody() -> None:
    draft = VisitorDraft()
    assert (draft.name, draft.consents, draft.overrides) == ("", {}, ())
    assert draft.consents is not VisitorDraft().consents
    with pytest.raises(FrozenInstanceError):
        draft.name = "x"  # type: ignore[misc]


def test_limits_and_versions() -> None:
    assert (MAX_LINE, MAX_TEXT) == (200, 10_000)
    assert Ref(1, "P").version == 1
