"""What nobody at the desk knew: an open question that keeps who asked and who was asked."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.text import N_, Words


class QuestionState(enum.StrEnum):
    """State of a question."""

    OPEN = "open"
    ANSWERED = "answered"
    TOLD = "told"


QUESTION_LABELS: Final[Mapping[QuestionState, str]] = {
    QuestionState.OPEN: N_("open"),
    QuestionState.ANSWERED: N_("answered, visitor not told yet"),
    QuestionState.TOLD: N_("visitor told"),
}


@dataclass(frozen=True)
class QuestionView:
    """A question with who asked, who wrote it down, and what became of it; times are UTC.

    `visitor` is the name, "" where nobody knows who asked. `answered_by` and `told_by` are names.
    """

    id: int
    version: int
    code: str
    text: str
    visitor_id: int | None
    visitor: str
    visit_id: int | None
    department_id: int | None
    department: Words | None
    asked_by: str
    asked_at: dt.datetime
    due_at: dt.datetime
    state: QuestionState
    answer: str = ""
    answered_by: str = ""
    answered_at: dt.datetime | None = None
    told_by: str = ""
    told_at: dt.datetime | None = None


def is_overdue(question: QuestionView, now: dt.datetime) -> bool:
    """Say whether a question waits for its answer, or the visitor for being told, beyond the promised time."""
    return question.state is not QuestionState.TOLD and now > question.due_at


def order(question: QuestionView) -> tuple[bool, dt.datetime, int]:
    """Return where a question stands in the list: those with an answer to be told first, then by what is due."""
    return question.state is not QuestionState.ANSWERED, question.due_at, question.id
