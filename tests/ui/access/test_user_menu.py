"""What stands behind the user's name."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from tests.support.front import Front, front_of


def _shown(front: Front) -> set[str]:
    menu = front.window.frame_of_tabs._menu
    menu.aboutToShow.emit()
    return {action.text().split("\t")[0] for action in menu.actions() if action.isVisible() and action.text()}


@pytest.mark.parametrize(("sign_in", "office"), [("li", False), ("admin", True)])
def test_only_who_may_sees_settings_and_everybody_what_is_their_own(
    hospital: Hospital, at_once: None, qapp: QApplication, sign_in: str, office: bool
) -> None:
    front = front_of(hospital, sign_in=sign_in)
    try:
        own = {
            "Switch user",
            "Where I signed in",
            "Change your password",
            "Choose your PIN",
            "Ring at this desk for who waits",
        }
        assert _shown(front) == (own | {"Settings of the hospital"} if office else own)
    finally:
        front.close()


def test_the_menu_speaks_the_language_of_the_window(front: Front) -> None:
    front.language.set("zh")

    assert "切换用户" in _shown(front)


def test_the_desk_rings_unless_somebody_says_no_and_remembers_that(front: Front) -> None:
    menu = front.window.frame_of_tabs._menu
    menu.aboutToShow.emit()
    assert menu._sound.isChecked()
    menu._sound.trigger()
    front.settle()
    assert front.services.settings.values(front.actor, front.actor.desk)["ring.on"] is False
    menu.aboutToShow.emit()
    assert not menu._sound.isChecked()
