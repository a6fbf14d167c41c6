"""What is said about signing in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.accounts import Standing
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.access import Earlier, SignIn
from deskapp.ui.access import words

DAY = dt.date(2026, 11, 16)
AT = dt.datetime(2026, 11, 15, 14, 30, tzinfo=dt.UTC)
"""Its digits are read by the wall clock of whatever zone the test has."""


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (SignIn(None), "not the right PIN"),
        (SignIn(None, 30), "30 seconds"),
        (SignIn(None, 121), "3 minutes"),
        (SignIn(None, 3600), "60 minutes"),
        (SignIn(None, shut=Standing.NOT_YET, day=DAY), "from 16 Nov 2026 on"),
        (SignIn(None, shut=Standing.ENDED, day=DAY), "ended on 16 Nov 2026"),
        (SignIn(None, shut=Standing.OFF), "switched off"),
    ],
)
def test_a_refusal_says_why(answer: SignIn, part: str) -> None:
    assert part in translator("en")(words.refusal(answer))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (SignIn(None), "may not sign in any more"),
        (SignIn(None, shut=Standing.OFF), "may not sign in any more"),
        (SignIn(None, shut=Standing.ENDED, day=DAY), "ended on 16 Nov 2026"),
        (SignIn(None, must_change=True), "new password"),
    ],
)
def test_who_is_shut_out_is_told_why_and_that_the_work_is_kept(answer: SignIn, part: str) -> None:
    said = translator("en")(words.shut_out(answer, "李娜"))
    assert part in said
    assert "李娜" in said
    assert "What was typed is kept" in said


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (Earlier(None, "", 0), None),
        (Earlier(None, "", 2), "Wrong tries before this sign-in: 2"),
        (Earlier(AT, "desk-2", 0), "Last time yesterday 14:30 at desk-2"),
        (Earlier(AT, "desk-2", 2), "Last time yesterday 14:30 at desk-2; wrong tries since: 2"),
    ],
)
def test_what_happened_before_is_told_as_people_say_it(earlier: Earlier, expected: str | None) -> None:
    at = earlier.at.replace(tzinfo=None).astimezone() if earlier.at is not None else None
    text = words.before(replace(earlier, at=at), translator("en"), DAY)
    assert (translator("en")(text) if text is not None else None) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language: str) -> None:
    tr = translator(language)
    for shut in (None, *Standing):
        assert tr(words.refusal(SignIn(None, shut=shut, day=DAY)))
        assert tr(words.shut_out(SignIn(None, shut=shut, day=DAY), "x"))
