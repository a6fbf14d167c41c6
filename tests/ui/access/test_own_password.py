"""Changing one's own password."""

from __future__ import annotations

from deskapp.domain.access import Actor
from deskapp.services.base import new_request
from deskapp.ui.access.own_password import PasswordDialog
from tests.support.front import Front
from tests.support.hospital import PASSWORD


def _changed(front: Front, password: str, new: str, again: str) -> PasswordDialog:
    front.window.frame_of_tabs._menu.change_password()
    dialog = front.child(PasswordDialog)
    dialog.form.set_values({"password": password, "new": new, "again": again})
    dialog.store()
    front.settle()
    return dialog


def _works(front: Front, password: str) -> bool:
    nobody = Actor(0, "", frozenset(), front.session.workstation)
    return front.services.access.sign_in(nobody, new_request(), "li", password).value.actor is not None


def test_the_new_password_signs_in_and_the_person_stays_signed_in(front: Front) -> None:
    _changed(front, PASSWORD, "my own words", "my own words")

    assert front.last_action() == "Password changed"
    assert front.actor.name == "李娜"
    assert _works(front, "my own words")
    assert not _works(front, PASSWORD)


def test_what_is_wrong_is_told_at_its_field_and_stays_typed(front: Front) -> None:
    dialog = _changed(front, "not it", "my own words", "my own words")
    assert "not your password" in dialog.form.error("password")
    assert dialog.form.value("new") == "my own words"

    dialog.form.set_values({"password": PASSWORD, "again": "other words"})
    dialog.store()
    assert "differ" in dialog.form.error("again")

    dialog.form.set_values({"new": "short", "again": "short"})
    dialog.store()
    assert "at least 8" in dialog.form.error("new")
    assert _works(front, PASSWORD)
    dialog.reject()
