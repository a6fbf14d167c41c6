"""The sign-in page: who is listed, what is told, how long wrong tries wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from deskapp.domain.access import Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.changes import NOTHING
from deskapp.domain.directory import Seen
from deskapp.domain.text import Text
from deskapp.services.base import new_request
from deskapp.ui.access.sign_in import SignInPage
from tests.support.front import Front, front_of
from tests.support.hospital import NAME, NAMES, PASSWORD, signed_in


@pytest.fixture
def entrance(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """Return the window at its sign-in page."""
    made = front_of(hospital, sign_in=None)
    yield made
    made.close()


def _try(entrance: Front, sign_in: str, secret: str) -> SignInPage:
    page = entrance.child(SignInPage)
    place = [one.sign_in for one in page._accounts].index(sign_in) + 1
    entrance.key(Qt.Key(Qt.Key.Key_0 + place))
    page._secret.setText(secret)
    page._try()
    entrance.settle()
    return page


def test_it_names_the_hospital_and_everybody(entrance: Front) -> None:
    page = entrance.child(SignInPage)

    assert page._hospital.text() == NAME
    assert {account.name for account in page._accounts} == set(NAMES.values())


def test_the_password_signs_in_too(entrance: Front) -> None:
    _try(entrance, "li", PASSWORD)

    assert entrance.actor.name == NAMES["li"]
    assert not entrance.actor.by_pin


def test_whoever_chose_the_wrong_person_goes_back_with_esc(entrance: Front) -> None:
    page = entrance.child(SignInPage)
    entrance.key(Qt.Key.Key_1)
    entrance.type("12")
    entrance.key(Qt.Key.Key_Escape)
    assert page._secret.text() == ""
    entrance.key(Qt.Key.Key_2)
    assert page._account == page._accounts[1]
    assert page._secret.text() == ""


def test_five_wrong_tries_make_the_next_wait(entrance: Front) -> None:
    for _ in range(5):
        page = _try(entrance, "li", "wrong password")

    assert page.bar.notice is not None
    assert "30" in entrance.desk.tr(page.bar.notice.text)
    _try(entrance, "li", PASSWORD)
    assert entrance.session.actor is None


def test_the_secret_never_stays_in_the_field(entrance: Front) -> None:
    assert _try(entrance, "li", "wrong password")._secret.text() == ""


def test_it_speaks_three_languages(entrance: Front) -> None:
    page = entrance.child(SignInPage)
    words = set()
    for language in ("zh", "en", "mn"):
        entrance.language.set(language)
        words.add(page._enter.text())

    assert len(words) == 3


# --- A password that an administrator gave --------------------------------------------------------------------


def add(front: Front, sign_in: str = "new", **days: dt.date) -> None:
    """Let the administrator add somebody, whose first password is `PASSWORD`."""
    head = signed_in(front.services, "admin")
    draft = AccountDraft(sign_in, "新来的", frozenset({Role.OPERATOR}), **days)
    front.services.access.add_account(head, new_request(), draft, PASSWORD)
    front.child(SignInPage).refresh(NOTHING)
    front.settle()


def _choose(entrance: Front, new: str, again: str) -> SignInPage:
    page = entrance.child(SignInPage)
    page._own.set_values({"new": new, "again": again})
    page._try()
    entrance.settle()
    return page


def test_a_given_password_is_changed_in_place_by_keys_alone(entrance: Front) -> None:
    add(entrance)
    page = _try(entrance, "new", PASSWORD)
    assert entrance.session.actor is None
    assert page._own.isVisible()
    assert not page._secret.isVisible()

    entrance.type("my own words")
    entrance.enter()
    entrance.type("my own words")
    entrance.enter()

    assert entrance.actor.name == "新来的"
    assert entrance.window.frame_of_tabs.isVisible()


@pytest.mark.parametrize(
    ("new", "again", "field", "words"),
    [
        ("my own words", "my own", "again", "differ"),
        ("short", "short", "new", "at least 8"),
        (PASSWORD, PASSWORD, "new", "Choose another"),
        ("administrator", "administrator", "new", "first that anybody tries"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_told_at_its_field(
    entrance: Front, new: str, again: str, field: str, words: str
) -> None:
    add(entrance)
    _try(entrance, "new", PASSWORD)

    page = _choose(entrance, new, again)

    assert words in page._own.error(field)
    assert entrance.session.actor is None


def test_esc_goes_back_to_who_is_there(entrance: Front) -> None:
    add(entrance)
    page = _try(entrance, "new", PASSWORD)

    entrance.key(Qt.Key.Key_Escape)

    assert page._people.isVisible()
    assert page._secret.isVisible()
    assert page._given is None


# --- Why not --------------------------------------------------------------------------------------------------


def said(page: SignInPage) -> str:
    assert page.bar.notice is not None
    return page.desk.tr(page.bar.notice.text)


def test_who_comes_before_the_first_day_is_told_so_only_with_the_right_password(entrance: Front) -> None:
    add(entrance, starts=dt.date(2100, 1, 4))

    assert "not the right" in said(_try(entrance, "new", "wrong password"))
    assert "from 4 Jan 2100 on" in said(_try(entrance, "new", PASSWORD))
    assert entrance.session.actor is None


def test_who_was_switched_off_meanwhile_is_told_so(entrance: Front) -> None:
    head = signed_in(entrance.services, "admin")
    li = next(one for one in entrance.services.access.accounts(head) if one.sign_in == "li")
    entrance.services.access.set_active(head, new_request(), False, Seen(li.id, li.version))

    assert "switched off" in said(_try(entrance, "li", PASSWORD))


# --- What happened before -------------------------------------------------------------------------------------


def test_the_foot_tells_of_the_last_time_and_of_wrong_tries(entrance: Front) -> None:
    _try(entrance, "li", PASSWORD)
    entrance.session.lock()
    entrance.settle()
    _try(entrance, "li", "wrong password")
    _try(entrance, "li", PASSWORD)

    assert "wrong tries since: 1" in entrance.last_action()
    assert entrance.session.workstation in entrance.last_action()


def test_who_comes_back_to_the_desk_keeps_the_last_action(entrance: Front) -> None:
    _try(entrance, "li", PASSWORD)
    entrance.messages.did(Text("Something was done."))
    entrance.session.lock()
    entrance.settle()
    _try(entrance, "li", PASSWORD)

    assert entrance.last_action() == "Something was done."
