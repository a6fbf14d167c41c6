"""A hurried operator at the real program: two visitors without a pause, the program killed while a form is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deskapp.bootstrap import Hospital
from tests.support.printing import Queue
from tests.support.reception import Reception, open_reception
from tests.support.screen import Screen

pytestmark = pytest.mark.e2e


def test_two_visitors_one_right_after_the_other(plain_printer: Queue, reception: Reception) -> None:
    """The second one's name is typed while the first one's papers are still on their way."""
    screen = reception.screen
    for name, complaint in (("wj", "leg pain"), ("shan", "red eyes")):
        reception.type(name)
        screen.key("Return")
        reception.type(complaint)
        screen.key("Return", "F9")
        reception.wait_for_focus("Find a visitor")
    second = reception.wait_for_slip(2)
    first = reception.today()[1]
    assert [visit.visitor.name for visit in (first, second) if visit.visitor] == ["王建国", "单雄信"]
    assert [visit.complaint for visit in (first, second)] == ["leg pain", "red eyes"]
    assert all(visit.number is not None for visit in (first, second))


def test_a_program_killed_while_a_form_is_typed_loses_nothing(
    screen: Screen, hospital: Hospital, hospital_folder: Path, tmp_path: Path
) -> None:
    drafts = hospital.services.drafts
    with open_reception(screen, hospital, hospital_folder, tmp_path / "watched") as reception:
        reception.sign_in()
        account = reception.actor.account_id
        reception.type("Oyuna")
        screen.key("F2", "Tab", "Tab")
        reception.wait_for_focus("Phone")
        reception.type("13700001111")

        def kept() -> bool:
            return any(
                "13700001111" in json.dumps(drafts.load(account, key)) for key in drafts.forms(account)
            )

        reception.wait(kept, "nothing was kept")
        reception.program.process.kill()
        reception.program.process.wait()
    with open_reception(screen, hospital, hospital_folder, tmp_path / "watched") as reception:
        reception.sign_in()
        screen.key("F2")
        reception.wait_for_focus("Name")
        screen.key("ctrl+Return")
        reception.wait(reception.today, "the record was not stored")
        (visit,) = reception.today()
        assert visit.visitor is not None
        assert (visit.visitor.name, visit.visitor.draft.phone) == ("Oyuna", "13700001111")
        reception.wait(lambda: drafts.forms(account) == [], "the draft was not dropped")


def test_the_user_is_switched_while_the_cursor_is_in_a_field(reception: Reception) -> None:
    """Under X11 Ctrl+U in a field clears it by custom: here it is the key that switches user."""
    reception.wait_for_focus("Find a visitor")
    reception.screen.key("ctrl+u")
    reception.wait_for_focus("Who is signing in")
