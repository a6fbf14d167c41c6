"""Open questions: which are overdue, and which stand first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from deskapp.domain.questions import QuestionState, QuestionView, is_overdue, order

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
ASKED = QuestionView(
    *(1, 1, "Q1", "几点关门？", None, "", None, None, None, "李", NOW, NOW + dt.timedelta(hours=4)),
    QuestionState.OPEN,
)


def test_a_question_is_overdue_from_its_hour_on_until_the_visitor_was_told() -> None:
    assert not is_overdue(ASKED, ASKED.due_at)
    late = ASKED.due_at + dt.timedelta(seconds=1)
    assert is_overdue(ASKED, late)
    assert is_overdue(replace(ASKED, state=QuestionState.ANSWERED), late)
    assert not is_overdue(replace(ASKED, state=QuestionState.TOLD), late)


def test_answers_that_are_there_stand_before_what_is_waited_for() -> None:
    answered = replace(ASKED, id=2, state=QuestionState.ANSWERED, due_at=NOW + dt.timedelta(hours=9))
    sooner = replace(ASKED, id=3, due_at=NOW)
    assert [one.id for one in sorted([ASKED, answered, sooner], key=order)] == [2, 3, 1]
