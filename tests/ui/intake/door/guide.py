"""A guide at the door's page in the window, and what a guide does and sees there."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import insert

from deskapp.db.models.intake import Appointment
from deskapp.domain.access import Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.door import GreetingView
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from deskapp.ui.intake.door.page import DoorPage
from tests.support.front import Front, Opener
from tests.support.hospital import PASSWORD, signed_in

K = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
NOT_HEARD = StorageError("storage.server-away", Text("The server does not answer."))


def add_guide(front: Front) -> None:
    draft = AccountDraft("men", "门卫", frozenset({Role.GUIDE}))
    admin = signed_in(front.services, "admin")
    front.services.access.add_account(admin, new_request(), draft, PASSWORD, must_change=False)


@pytest.fixture
def door(front: Front, open_front: Opener) -> Front:
    """The window of a guide who is signed in, at the door's page."""
    add_guide(front)
    front.close()
    return open_front("men")


def page(door: Front) -> DoorPage:
    found = door.window.frame_of_tabs.page("intake", "door")
    assert isinstance(found, DoorPage)
    return found


def sent(door: Front) -> list[GreetingView]:
    return door.services.door.coming(door.actor)


def states(door: Front) -> list[str]:
    """Return what the list of those who were sent says, from above."""
    model = page(door).sent.model()
    return [str(model.index(row, 2).data()) for row in range(model.rowCount())]


def bar(door: Front) -> str:
    shown = [page(door).bar, door.window.frame_of_tabs._bar]
    return "\n".join(door.desk.tr(one.notice.text) for one in shown if one.notice is not None)


def press(door: Front, keys: str) -> None:
    for letter in keys:
        door.type(letter)


def book(door: Front, typed: str = "13800138000", hour: int = 12) -> int:
    operator = signed_in(door.services)
    (hit,) = door.services.visitors.find(operator, typed)
    department = door.services.directory.departments(operator)[0].id
    at = dt.datetime.now().astimezone().replace(hour=hour, minute=0, second=0, microsecond=0)
    values = {"visitor_id": hit.id, "department_id": department, "starts_at": at, "version": 1}
    with door.hospital.store.writing() as session:
        row = insert(Appointment).values(**values, state=AppointmentState.BOOKED)
        made: int = session.execute(row.returning(Appointment.id)).scalar_one()
        session.commit()
    door.hub.post(_appointments(made))
    door.settle()
    return made


def _appointments(made: int):  # type: ignore[no-untyped-def]
    from deskapp.domain.changes import Changes

    return Changes.of("appointment", made)
