"""What nobody at the desk knew: an open question that keeps who asked and who was asked."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from deskapp.domain.text import N_


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
