"""The sign-in page: who is listed, what is told, how long wrong tries wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from deskapp.ui.access.sign_in import SignInPage
from tests.support.front import Front, front_of
from tests.support.hospital import NAME, NAMES, PASSWORD


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
