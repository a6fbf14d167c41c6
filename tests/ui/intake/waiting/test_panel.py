"""Beside the list: where somebody stands, and the sentences to say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

from deskapp.domain.registration import SlipState
from deskapp.domain.waiting import Estimate, Standing
from deskapp.i18n import translator
from deskapp.services.house import HouseRules
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.waiting.panel import apology, sentences, where
from tests.ui.intake.waiting.line import NOW, place


def test_where_somebody_stands_names_what_is_unusual_only() -> None:
    told = where(place(1), translator("en"))
    assert told.splitlines()[0] == "Internal medicine · room N201"
    assert "slip" not in told
    unusual = place(
        1, slip=SlipState.ISSUED, from_yesterday=True, day=dt.date(2026, 11, 19), appointment_at=NOW
    )
    told = where(unusual, translator("en"))
    assert "slip: not printed" in told
    assert "number of 19 Nov 2026" in told
    assert "appointment at" in told


def test_what_is_said_follows_the_wait(desk: Desk) -> None:
    desk = replace(desk, services=SimpleNamespace(house=HouseRules()))
    assert "35 minutes" in sentences(place(3), desk)[0]
    assert "2 before you" in sentences(place(3), desk)[1]
    assert "very sorry" in sentences(place(3, apology_due=True), desk)[0]
    assert sentences(place(3, standing=Standing.WITH_DOCTOR), desk) == []
    assert "very sorry" in apology(place(1), desk)


def test_nobody_is_asked_to_wait_who_was_called_or_has_no_minute_to_wait(desk: Desk) -> None:
    desk = replace(desk, services=SimpleNamespace(house=HouseRules()))
    assert sentences(place(1, standing=Standing.CALLED, place=None), desk) == []
    called = place(1, standing=Standing.CALLED, place=None, apology_due=True)
    assert ["very sorry" in words for words in sentences(called, desk)] == [True]
    assert not any(" 0 " in words for words in sentences(place(1, estimate=Estimate(0, 0)), desk))
