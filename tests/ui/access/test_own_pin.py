"""Choosing one's own PIN."""

from __future__ import annotations

from deskapp.domain.access import Actor
from deskapp.services.base import new_request
from deskapp.ui.access.own_pin import PinDialog
from tests.support.front import Front
from tests.support.hospital import PASSWORD


def _chosen(front: Front, password: str, pin: str, again: str) -> PinDialog:
    front.window.frame_of_tabs._menu.choose_pin()
    dialog = front.child(PinDialog)
    dialog.form.set_values({"password": password, "pin": pin, "again": again})
    dialog.store()
    front.settle()
    return dialog


def _pin_works(front: Front, pin: str) -> bool:
    nobody = Actor(0, "", frozenset(), front.session.workstation)
    tried = front.services.access.sign_in_pin(nobody, new_request(), "li", pin)
    return tried.value.actor is not None


def test_a_new_pin_signs_in(front: Front) -> None:
    _chosen(front, PASSWORD, "97531", "97531")

    assert _pin_works(front, "97531")
    assert not _pin_works(front, "2468")


def test_two_different_pins_are_told_at_the_second(front: Front) -> None:
    dialog = _chosen(front, PASSWORD, "97531", "97532")

    assert dialog.isVisible()
    assert "differ" in dialog.form.error("again")
    assert not _pin_works(front, "97531")
    dialog.reject()


def test_somebody_elses_password_chooses_nothing(front: Front) -> None:
    dialog = _chosen(front, "not it", "97531", "97531")

    assert "not your password" in dialog.form.error("password")
    assert not _pin_works(front, "97531")
    dialog.reject()


def test_letters_are_no_pin(front: Front) -> None:
    dialog = _chosen(front, PASSWORD, "abcd", "abcd")

    assert "4 to 8 digits" in dialog.form.error("pin")
    dialog.reject()


def test_a_pin_that_everybody_tries_first_is_told_at_its_field(front: Front) -> None:
    dialog = _chosen(front, PASSWORD, "1234", "1234")

    assert "first that anybody tries" in dialog.form.error("pin")
    dialog.reject()


def test_after_a_wrong_password_the_right_one_counts(front: Front) -> None:
    dialog = _chosen(front, "not it", "97531", "97531")
    dialog.form.set_values({"password": PASSWORD})
    dialog.store()
    front.settle()

    assert _pin_works(front, "97531")


def test_five_wrong_passwords_make_one_wait(front: Front) -> None:
    dialog = _chosen(front, "not it", "97531", "97531")
    for _ in range(4):
        dialog.store()
        front.settle()

    assert "30 seconds" in dialog.form.error("password")
    dialog.reject()
