"""The states of a place in the line: what may happen in which, and where it leads."""

from __future__ import annotations

import pytest

from deskapp.domain.waiting import (
    ACT_LABELS,
    CARE_LABELS,
    LIVE,
    OPEN,
    STANDING_LABELS,
    CareKind,
    QueueAct,
    Standing,
    after,
    may,
)
from deskapp.errors import RuleError

WAYS = [
    (QueueAct.CALLED, "waiting parked", Standing.CALLED),
    (QueueAct.CALLED_AGAIN, "called", Standing.CALLED),
    (QueueAct.REQUEUED, "called", Standing.WAITING),
    (QueueAct.NO_SHOW, "called", Standing.WAITING),
    (QueueAct.PARKED, "waiting called", Standing.PARKED),
    (QueueAct.RETURNED, "parked", Standing.WAITING),
    (QueueAct.MOVED, "waiting called parked", Standing.WAITING),
    (QueueAct.STARTED, "waiting called parked", Standing.WITH_DOCTOR),
    (QueueAct.FINISHED, "with-doctor", Standing.FINISHED),
    (QueueAct.LEFT, "waiting called parked with-doctor", Standing.LEFT),
    (QueueAct.EMERGENCY, "waiting called parked with-doctor", Standing.EMERGENCY),
    (QueueAct.WITHDRAWN, "waiting called parked with-doctor", Standing.WITHDRAWN),
    (QueueAct.CARRIED_OVER, "waiting called parked", Standing.WAITING),
    (QueueAct.JOINED, "finished left emergency withdrawn", Standing.WAITING),
]


@pytest.mark.parametrize(("act", "possible", "leads"), WAYS, ids=[way[0].value for way in WAYS])
def test_an_act_is_possible_in_some_states_and_leads_to_one(
    act: QueueAct, possible: str, leads: Standing
) -> None:
    assert {standing for standing in Standing if may(act, standing)} == set(possible.split())
    assert {after(act, Standing(standing)) for standing in possible.split()} == {leads}


def test_every_act_is_in_the_table_but_undoing_which_leads_anywhere() -> None:
    assert {act for act, _possible, _leads in WAYS} == set(QueueAct) - {QueueAct.UNDONE}


def test_what_is_not_possible_is_refused_with_the_state_in_words() -> None:
    with pytest.raises(RuleError) as caught:
        after(QueueAct.CALLED, Standing.FINISHED)
    assert caught.value.code == "queue.not-now"
    assert str(caught.value.text) == "This is not possible now: seen."


def test_the_second_time_somebody_does_not_come_the_place_is_parked() -> None:
    assert after(QueueAct.NO_SHOW, Standing.CALLED, absences=0) is Standing.WAITING
    assert after(QueueAct.NO_SHOW, Standing.CALLED, absences=1) is Standing.PARKED


def test_everything_has_words() -> None:
    assert set(STANDING_LABELS) == set(Standing)
    assert set(ACT_LABELS) == set(QueueAct)
    assert set(CARE_LABELS) == set(CareKind)
    assert OPEN < LIVE < set(Standing)
