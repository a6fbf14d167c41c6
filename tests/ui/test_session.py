"""Who is signed in: lock, switch of user, look; what is typed stays through all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from deskapp import settings
from deskapp.bootstrap import Hospital
from deskapp.ui import style
from deskapp.ui.access.own_pin import PinDialog
from deskapp.ui.access.sign_in import SignInPage
from tests.support.front import Front, front_of
from tests.support.hospital import PASSWORD, PINS

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def nobody(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """Return the window before anybody signed in."""
    made = front_of(hospital, sign_in=None)
    yield made
    made.close()


def _locked(front: Front) -> bool:
    return any(page.isVisible() for page in front.window.findChildren(SignInPage))


def _secret(front: Front, words: str) -> None:
    page = front.child(SignInPage)
    field = next(line for line in page.findChildren(QLineEdit) if line.isVisible())
    field.setFocus()
    field.setText(words)
    front.enter()


def test_a_digit_and_a_pin_sign_in(nobody: Front) -> None:
    page = nobody.child(SignInPage)
    place = [account.sign_in for account in page._accounts].index("li") + 1

    nobody.key(Qt.Key(Qt.Key.Key_0 + place))
    _secret(nobody, PINS["li"])

    assert nobody.actor.name == "李娜"
    assert nobody.actor.by_pin
    assert not _locked(nobody)


def test_a_wrong_secret_is_told_and_signs_nobody_in(nobody: Front) -> None:
    _secret(nobody, "9999")

    assert nobody.session.actor is None
    assert nobody.child(SignInPage).bar.notice is not None


def test_the_lock_keeps_what_is_typed(front: Front) -> None:
    front.find("王建")
    front.key(Qt.Key.Key_L, CONTROL)
    assert _locked(front)

    _secret(front, PINS["li"])

    assert not _locked(front)
    assert front.tab.search.field.text() == "王建"


def test_idle_minutes_lock_and_a_key_begins_them_anew(front: Front) -> None:
    idle = front.session._idle
    assert idle.interval() == settings.LOCK_MINUTES.default * 60_000
    begun: list[str] = []
    idle.start = lambda: begun.append("anew")  # type: ignore[method-assign]
    front.type("a")
    assert begun
    del idle.start

    idle.timeout.emit()

    assert _locked(front)


def test_ctrl_u_and_a_digit_choose_another_person(front: Front) -> None:
    front.find("不该看到")
    front.key(Qt.Key.Key_U, CONTROL)
    page = front.child(SignInPage)
    place = [account.sign_in for account in page._accounts].index("bat") + 1

    front.key(Qt.Key(Qt.Key.Key_0 + place))
    _secret(front, PINS["bat"])

    assert front.actor.name == "Бат-Эрдэнэ"
    assert front.tab.search.field.text() == ""


def test_a_dialog_is_put_away_by_the_lock_and_back_with_what_was_typed(front: Front) -> None:
    front.window.frame_of_tabs._menu.choose_pin()
    dialog = front.child(PinDialog)
    dialog.form.set_values({"password": PASSWORD})

    front.session.lock()
    front.settle()
    assert not dialog.isVisible()

    _secret(front, PINS["li"])
    assert dialog.isVisible()
    assert dialog.form.value("password") == PASSWORD
    dialog.reject()


def test_colours_and_scale_are_remembered_for_this_workstation(front: Front) -> None:
    front.session.next_scheme()
    front.session.larger()
    front.settle()
    try:
        values = front.services.settings.values(front.actor, front.session.workstation)
        assert values[settings.SCHEME.name] == "dark"
        assert values[settings.SCALE.name] == 125
        assert style.look().tokens.scheme.name == "dark"
    finally:
        front.session.smaller()
        style.apply(QApplication.instance(), "light", language="en")


def test_the_language_changes_at_once_everywhere(front: Front) -> None:
    front.key(Qt.Key.Key_L, CONTROL | SHIFT)

    assert front.language.tr.language == "mn"
    assert front.tab.search.field.placeholderText() == front.desk.tr("Name, pinyin, phone, document or scan")


def test_work_that_can_wait_waits_while_somebody_types(front: Front) -> None:
    front.type("w")
    assert not front.session.rests(3600)
    assert front.session.rests(0)
