"""Changing the hospital's settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from deskapp import paths, settings
from deskapp.bootstrap import Hospital
from deskapp.ui.access.logo import read_logo
from deskapp.ui.access.site import SiteDialog
from tests.support.front import Front, front_of


@pytest.fixture
def office(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """Return the window with the administrator in front of it."""
    made = front_of(hospital, sign_in="admin")
    yield made
    made.close()


def _values(office: Front) -> dict[str, object]:
    return office.services.settings.values(office.actor, office.actor.desk)


def test_what_is_known_is_shown_and_what_is_changed_is_stored(office: Front) -> None:
    office.window.frame_of_tabs._menu.show_site()
    dialog = office.child(SiteDialog)
    assert dialog.form.value(settings.HOSPITAL_NAME.name) == _values(office)[settings.HOSPITAL_NAME.name]

    dialog.form.set_values({settings.HOSPITAL_NAME.name: "新名字医院", settings.LOCK_MINUTES.name: 9})
    dialog.store()
    office.settle()

    assert _values(office)[settings.HOSPITAL_NAME.name] == "新名字医院"
    assert _values(office)[settings.LOCK_MINUTES.name] == 9


def test_an_empty_name_is_told_at_its_field(office: Front) -> None:
    office.window.frame_of_tabs._menu.show_site()
    dialog = office.child(SiteDialog)

    dialog.form.set_values({settings.HOSPITAL_NAME.name: ""})
    dialog.store()

    assert dialog.form.error(settings.HOSPITAL_NAME.name)
    assert _values(office)[settings.HOSPITAL_NAME.name]
    dialog.reject()


def test_the_logo_can_be_chosen_anew(office: Front, tmp_path: Path) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(paths.resource("demo", "logo.png").read_bytes())
    office.window.frame_of_tabs._menu.show_site()
    dialog = office.child(SiteDialog)
    dialog.logo.take(read_logo(picture))
    dialog.store()
    office.settle()
    assert office.services.settings.logo(office.actor) == picture.read_bytes()
