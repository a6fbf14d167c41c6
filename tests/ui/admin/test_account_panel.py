"""One account beside the list: what is typed of it, the question, the first password."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from deskapp.domain.access import Role
from deskapp.domain.accounts import AccountDraft, Standing
from deskapp.domain.text import Text
from deskapp.i18n import translator
from deskapp.services.access import AccountDetails
from deskapp.ui.admin.account_panel import AccountPanel

TR = translator("en")
LI = AccountDetails(
    id=7,
    version=1,
    sign_in="li",
    name="李娜",
    roles=frozenset({Role.OPERATOR}),
    standing=Standing.MAY,
    active=True,
    starts=dt.date(2020, 1, 1),
    ends=None,
    until=dt.date(2100, 6, 30),
    blocked_until=None,
    staff="S7",
    staff_name="李娜",
    pins=1,
)
BAT = replace(LI, id=8, sign_in="bat", name="Бат-Эрдэнэ", staff="", staff_name="", until=None)


@pytest.fixture
def panel(app: QApplication) -> Iterator[AccountPanel]:
    made = AccountPanel(TR)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def note(panel: AccountPanel, field: str) -> str:
    return panel.form._cells[field].editor.widget.accessibleDescription()


def test_it_returns_what_it_shows(panel: AccountPanel) -> None:
    panel.show_account(LI)
    assert "leaves on 30 Jun 2100" in note(panel, "staff")
    assert panel.draft() == AccountDraft("li", "李娜", LI.roles, LI.starts, None, "S7")
    panel.show_account(BAT)
    assert note(panel, "staff") == ""


def test_a_new_account_begins_empty_and_needs_name_sign_in_and_role(panel: AccountPanel) -> None:
    panel.show_account(None)
    assert panel.draft() is None
    assert panel.form.error("name")
    assert panel.form.error("sign_in")
    panel.form.fill("name", "x")
    panel.form.fill("sign_in", "x")
    assert panel.draft() is None
    assert "role" in panel.form.error("role_guide")


def test_what_was_typed_of_several_comes_back_with_each(panel: AccountPanel) -> None:
    for account, name in ((LI, "李丽"), (BAT, "Бат"), (None, "新人")):
        panel.show_account(account)
        panel.form.fill("name", name)
    for account, name in ((BAT, "Бат"), (None, "新人"), (LI, "李丽")):
        panel.show_account(account)
        assert panel.form.value("name") == name
    panel.forget_typed()
    panel.show_account(BAT)
    panel.show_account(LI)
    assert panel.form.value("name") == "李娜"


def test_what_another_desk_wrote_is_told_where_it_meets_what_was_typed(panel: AccountPanel) -> None:
    panel.show_account(LI)
    panel.form.fill("name", "李丽")
    panel.form.fill("role_leader", True)
    panel.follow(replace(LI, version=2, name="李莉", staff="", until=None))
    assert panel.form.value("name") == "李丽"
    assert "李莉" in note(panel, "name")
    assert panel.form.value("staff") == ""
    assert panel.account is not None
    assert panel.account.version == 2


def test_a_question_is_answered_once(panel: AccountPanel) -> None:
    done: list[str] = []
    panel.ask.put(TR, Text("Really?"), "Do it", _Noting(done).note)
    panel.ask.go.click()
    panel.ask.go.click()
    assert done == ["done"]
    assert not panel.ask.isVisible()


def test_going_back_does_nothing(panel: AccountPanel) -> None:
    done: list[str] = []
    panel.ask.put(TR, Text("Really?"), "Do it", _Noting(done).note)
    panel.ask.back.click()
    panel.ask.go.click()
    assert done == []


class _Noting:
    def __init__(self, done: list[str]) -> None:
        self._done = done

    def note(self) -> None:
        self._done.append("done")


def test_a_first_password_is_shown_until_it_is_noted(panel: AccountPanel) -> None:
    panel.first.show_password(TR, "李娜", "kafuni-ruteba-472")
    assert "李娜" in panel.first._words.text()
    assert panel.first.password.text() == "kafuni-ruteba-472"
    panel.show_account(BAT)
    assert panel.first.isVisible()
    panel.first.noted.click()
    assert panel.first.password.text() == ""
    assert not panel.first.isVisible()
