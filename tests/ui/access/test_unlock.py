"""Opening a protected hospital in the window: passphrase first, the recovery code where that is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from deskapp.bootstrap import open_hospital
from deskapp.domain.access import Actor, Role
from deskapp.domain.recovery import Kept, recovery_code
from deskapp.domain.text import Text
from deskapp.services.protect import carry_out
from deskapp.ui.access.unlock import UnlockPage
from deskapp.ui.base_tab import Desk, LanguageState
from deskapp.ui.hub import ChangeHub
from deskapp.ui.keys import Keys
from deskapp.ui.messages import Messages
from deskapp.ui.tasks import SyncRunner
from deskapp.ui.widgets.recovery_field import CODE

PHRASE = "four or five words"
ADMIN = Actor(0, "", frozenset({Role.ADMINISTRATOR}))


class Asked:
    """The page over a protected hospital, and what it gave."""

    def __init__(self, folder: Path, code: str, key: bytes) -> None:
        self.folder, self.code, self.key = folder, code, key
        self.messages = Messages()
        language = LanguageState("en", self.messages)
        runner = SyncRunner(self.messages.route, parent=self.messages)
        keys = Keys(language.tr, self.messages)
        desk = Desk(language, runner, ChangeHub(self.messages), self.messages, keys, None, lambda: None)
        self.page = UnlockPage(desk, folder, Text("protected"))
        self.given: list[bytes] = []
        self.page.unlocked.connect(self.given.append)
        self.page.show()


@pytest.fixture
def asked(tmp_path: Path, qapp: object) -> Iterator[Asked]:
    folder = tmp_path / "data"
    hospital = open_hospital(folder)
    made = hospital.services.protect.new_key(ADMIN, "").paper
    order = hospital.services.protect.order(ADMIN, made.key_id, made.code, Kept.PASSPHRASE, PHRASE)
    hospital.close()
    carry_out(order)
    asked = Asked(folder, made.code, order.change.new)
    yield asked
    asked.page.close()
    asked.page.deleteLater()


def test_the_passphrase_opens_and_stays_in_no_field(asked: Asked) -> None:
    asked.page.passphrase.fill("passphrase", PHRASE)
    asked.page.open()
    assert asked.given == [asked.key]
    assert asked.page.passphrase.value("passphrase") == ""


def test_a_wrong_passphrase_is_said_at_the_field_and_kept(asked: Asked) -> None:
    asked.page.passphrase.fill("passphrase", "four or five w0rds")
    asked.page.open()
    assert asked.given == []
    assert "not the passphrase" in asked.page.passphrase.error("passphrase")
    assert asked.page.passphrase.value("passphrase") == "four or five w0rds"
    asked.page.passphrase.fill("passphrase", PHRASE)
    asked.page.open()
    assert asked.given == [asked.key]


def test_nothing_typed_opens_nothing(asked: Asked) -> None:
    asked.page.open()
    assert asked.given == []
    assert asked.page.passphrase.error("passphrase")


def test_the_recovery_code_opens_too(asked: Asked) -> None:
    asked.page.other.click()
    assert asked.page.code.isVisible()
    assert not asked.page.passphrase.isVisible()
    asked.page.code.fill(CODE, asked.code.lower())
    asked.page.open()
    assert asked.given == [asked.key]


def test_a_mistyped_group_is_named_and_another_hospital_s_code_refused(asked: Asked) -> None:
    asked.page.other.click()
    groups = asked.code.split()
    asked.page.code.fill(CODE, " ".join([*groups[:4], "0000", *groups[5:]]))
    asked.page.open()
    assert "group 5" in asked.page.code.error(CODE)
    asked.page.code.fill(CODE, recovery_code(bytes(32)))
    asked.page.open()
    assert "not the one this hospital has now" in asked.page.code.error(CODE)
    assert asked.given == []
    asked.page.other.click()
    assert asked.page.passphrase.isVisible()


def test_every_input_has_a_name_for_those_who_hear_the_screen(asked: Asked) -> None:
    for widget in (asked.page.passphrase.widget("passphrase"), asked.page.code.widget(CODE)):
        assert isinstance(widget, QWidget)
        assert widget.accessibleName()


def test_where_only_the_code_helps_the_passphrase_is_not_offered(asked: Asked) -> None:
    page = UnlockPage(asked.page.desk, asked.folder, Text("missing"), by_code=True)
    page.show()
    assert not page.code.isHidden()
    assert page.passphrase.isHidden()
    assert page.other.isHidden()
    page.close()
    page.deleteLater()
