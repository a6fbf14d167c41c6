"""What is said about signing in: why it did not work, who may go on no longer, what happened before."""

from __future__ import annotations

import datetime as dt
from typing import Final

from deskapp.domain.accounts import Standing
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.access import Earlier, SignIn

IN_SECONDS: Final = 120
_SHUT: Final = {
    Standing.NOT_YET: N_("That is right, but you may sign in only from {day} on."),
    Standing.ENDED: N_("That is right, but your access ended on {day}. Ask an administrator."),
    Standing.OFF: N_("That is right, but your account is switched off. Ask an administrator."),
}


def refusal(answer: SignIn) -> Text:
    """Return why nobody was signed in."""
    if answer.wait_seconds:
        return waiting(answer.wait_seconds)
    if answer.shut in _SHUT:
        return Text(_SHUT[answer.shut], {"day": answer.day})
    return Text(N_("That is not the right PIN or password."))


def waiting(seconds: int) -> Text:
    """Return how long the next try has to wait."""
    if seconds <= IN_SECONDS:
        return Text(N_("Too many wrong tries. Try again in {seconds} seconds."), {"seconds": seconds})
    minutes = -(-seconds // 60)
    return Text(N_("Too many wrong tries. Try again in {minutes} minutes."), {"minutes": minutes})


def shut_out(answer: SignIn, name: str) -> Text:
    """Return why somebody who was signed in has to stop."""
    if answer.must_change and answer.shut is None:
        words = N_(
            "An administrator gave {name} a new password: sign in with that one. What was typed is kept."
        )
        return Text(words, {"name": name})
    if answer.shut is Standing.ENDED and answer.day is not None:
        words = N_("The access of {name} ended on {day}. What was typed is kept; somebody else can sign in.")
        return Text(words, {"name": name, "day": answer.day})
    words = N_("{name} may not sign in any more. What was typed is kept; somebody else can sign in.")
    return Text(words, {"name": name})


def before(earlier: Earlier, tr: Translator, today: dt.date) -> Text | None:
    """Return when the person signed in last and what was tried since, None where there is nothing to tell."""
    if earlier.at is None:
        if not earlier.wrong:
            return None
        return Text(N_("Wrong tries before this sign-in: {count}"), {"count": earlier.wrong})
    last = {"when": tr.day_time(earlier.at, today), "desk": earlier.desk}
    if not earlier.wrong:
        return Text(N_("Last time {when} at {desk}"), last)
    message = N_("Last time {when} at {desk}; wrong tries since: {count}")
    return Text(message, {**last, "count": earlier.wrong})
