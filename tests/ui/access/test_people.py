"""Who can sign in, and adding somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from deskapp.domain.access import Actor, Role
from deskapp.services.base import new_request
from deskapp.ui.access.people import PeopleDialog
from tests.support.front import Front, front_of


@pytest.fixture
def office(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """Return the window with the administrator in front of it."""
    made = front_of(hospital, sign_in="admin")
    yield made
    made.close()


@pytest.fixture
def people(office: Front) -> Iterator[PeopleDialog]:
    """Return the open dialog."""
    office.window.frame_of_tabs._menu.show_people()
    dialog = office.child(PeopleDialog)
    yield dialog
    dialog.reject()
    office.settle()


def _add(office: Front, people: PeopleDialog, **values: object) -> None:
    people.form.set_values({"name": "新来的", "sign_in": "new", "password": "long enough", **values})
    people.store()
    office.settle()


def test_an_added_person_is_listed_and_can_sign_in(office: Front, people: PeopleDialog) -> None:
    _add(office, people, role_operator=True, role_guide=True)

    assert "新来的" in {account.name for account in people._accounts.records}
    nobody = Actor(0, "", frozenset(), "d")
    found = office.services.access.sign_in(nobody, new_request(), "new", "long enough").value.actor
    assert found is not None
    assert found.roles == {Role.OPERATOR, Role.GUIDE}
    assert people.form.value("name") in (None, "")


def test_a_taken_name_and_a_short_password_are_told_at_their_fields(
    office: Front, people: PeopleDialog
) -> None:
    _add(office, people, sign_in="LI", role_operator=True)
    assert "already" in people.form.error("sign_in")

    _add(office, people, password="short", role_operator=True)
    assert "at least 8" in people.form.error("password")


def test_nobody_is_added_without_a_role(office: Front, people: PeopleDialog) -> None:
    before = len(people._accounts.records)

    _add(office, people)

    assert "at least one role" in people.form.error("role_guide")
    assert len(office.services.access.accounts(office.actor)) == before
