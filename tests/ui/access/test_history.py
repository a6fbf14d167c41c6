"""Where I signed in: one's own tries, newest first."""

from __future__ import annotations

from deskapp.domain.access import Actor
from deskapp.domain.accounts import Outcome
from deskapp.services.base import new_request
from deskapp.ui.access.history import HistoryDialog
from tests.support.front import Front
from tests.support.hospital import PASSWORD, PINS


def test_a_try_that_was_not_ones_own_is_seen(front: Front) -> None:
    nobody = Actor(0, "", frozenset(), "far-away")
    access = front.services.access
    for method, secret in (
        (access.sign_in, PASSWORD),
        (access.sign_in_pin, PINS["li"]),
        (access.sign_in, "wrong"),
    ):
        method(nobody, new_request(), "li", secret)

    front.window.frame_of_tabs._menu.show_history()
    dialog = front.child(HistoryDialog)

    found = dialog.table._tries.records
    assert [one.outcome for one in found] == [Outcome.WRONG, Outcome.PIN, Outcome.PASSWORD]
    assert {one.desk for one in found} == {"far-away"}
    shown = [dialog.table.model().index(row, 2).data() for row in range(3)]
    assert shown == ["wrong password or PIN", "signed in by PIN", "signed in"]
    dialog.reject()


def test_without_any_it_says_so(front: Front) -> None:
    front.window.frame_of_tabs._menu.show_history()
    dialog = front.child(HistoryDialog)

    assert "Nobody has signed in" in dialog.table._none.words.text()
    assert dialog.table._none.isVisible()
    dialog.reject()
