"""The desk knows its departments and doctors, follows the directory, and tells what is wrong in the site's files."""

from __future__ import annotations

import pytest

from deskapp.domain.changes import Changes
from deskapp.domain.text import Text
from deskapp.ui import style
from deskapp.ui.intake.house_facts import HouseFacts
from tests.support.front import Front


def facts(front: Front) -> HouseFacts:
    return front.tab.house


def test_what_a_doctor_is_good_at_is_known_by_the_doctor(front: Front) -> None:
    doctor = front.services.directory.doctors(front.actor)[0]
    assert facts(front).speciality(doctor.id) == doctor.speciality
    assert facts(front).speciality(None) == ""


def test_a_change_of_the_directory_is_read_again(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front.services.directory, "doctors", lambda _actor: [])
    front.hub.post(Changes.of("doctor"))
    front.settle()
    assert facts(front).speciality(1) == ""


def test_mistakes_in_the_sites_own_files_are_told(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front.services.house, "mistakes", lambda: (Text("urgency.toml: line 3"),))
    facts(front).ask_rules()
    assert "urgency.toml: line 3" in front.bar()
    assert style.look().urgency_colours == (0, 1, 2, 3)
