"""The page of protection: what it says of how things are, and the steps in their order."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskapp.domain.recovery import Kept
from deskapp.services.protect import KeyChanged, KeyOrder, carry_out
from deskapp.ui.admin import protection_steps
from deskapp.ui.admin.protection import ProtectionPage
from deskapp.ui.admin.protection_steps import Changing
from deskapp.ui.admin.tab import AdminTab
from deskapp.ui.preview import Printed
from deskapp.ui.widgets.recovery_field import CODE
from tests.support.front import Front, Opener

PHRASE = "four or five words"


class Site:
    """The page in the window of an administrator, and what it wants done while the hospital is closed."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.work: list[Changing] = []
        front.window.frame_of_tabs.go_to_name("admin")
        tab = front.window.frame_of_tabs.tab("admin")
        assert isinstance(tab, AdminTab)
        page = tab.show_page("protection")
        assert isinstance(page, ProtectionPage)
        self.page = page
        object.__setattr__(page.desk, "while_closed", self.work.append)
        front.settle()

    @property
    def code(self) -> str:
        made = self.page.steps._made
        assert made is not None
        return made.paper.code

    def print_sheet(self) -> None:
        self.page.turn_on.click()
        self.page.steps._on_printed(Printed("recovery-sheet", file=Path("sheet.pdf")))
        self.front.settle()

    def type_back(self) -> None:
        self.print_sheet()
        self.page.steps.code.fill(CODE, self.code)
        self.page.steps.next.click()


@pytest.fixture
def site(open_front: Opener) -> Site:
    return Site(open_front(sign_in="admin"))


def test_it_says_that_the_key_lies_in_the_open(site: Site) -> None:
    assert site.page._now.text().startswith("Not protected")
    assert [button.isVisible() for button in site.page.buttons] == [True, False, False, False]


def test_each_step_comes_after_the_one_before(site: Site) -> None:
    site.page.turn_on.click()
    steps = site.page.steps
    assert steps.isVisible()
    assert not steps.code.isVisible()
    assert not steps.form.isVisible()
    steps._on_printed(Printed("recovery-sheet", printer="office"))
    assert steps.code.isVisible()
    assert not steps.go.isVisible()
    steps.next.click()
    assert steps.code.error(CODE)
    assert not steps.form.isVisible()
    steps.code.fill(CODE, site.code)
    steps.next.click()
    assert steps.form.isVisible()
    assert steps.go.isVisible()
    assert site.work == []


def test_a_mistyped_code_is_said_at_the_field_and_stays(site: Site) -> None:
    site.print_sheet()
    typed = site.code[:-1] + ("0" if site.code[-1] != "0" else "1")
    site.page.steps.code.fill(CODE, typed)
    site.page.steps.next.click()
    assert "group 18" in site.page.steps.code.error(CODE)
    assert site.page.steps.code.value(CODE) == typed
    assert not site.page.steps.form.isVisible()


def test_passphrases_that_differ_or_are_short_are_said_at_the_field(site: Site) -> None:
    site.type_back()
    form = site.page.steps.form
    form.fill("passphrase", PHRASE)
    form.fill("again", "something else here")
    site.page.steps.go.click()
    assert form.error("again") == "The two passphrases differ."
    form.fill("passphrase", "short")
    form.fill("again", "short")
    site.page.steps.go.click()
    assert "12 characters" in form.error("passphrase")
    assert site.work == []


def test_the_key_is_changed_when_the_hospital_is_closed(site: Site) -> None:
    site.type_back()
    for name in ("passphrase", "again"):
        site.page.steps.form.fill(name, PHRASE)
    site.page.steps.go.click()
    (work,) = site.work
    assert not site.page.steps.isVisible()
    assert site.page.steps._made is None
    assert work.order.change.kept is Kept.PASSPHRASE
    # Nothing has happened yet: the desk is still open.
    state = site.front.services.protect.state(site.front.session.who())
    assert not state.is_on


def test_without_a_key_store_a_passphrase_is_proposed(site: Site) -> None:
    site.type_back()
    site.page.steps.form.set_values({"kept": Kept.KEY_STORE.value})
    site.page.steps._on_changed("kept")
    assert not site.page.steps.form.widget("passphrase").isVisible()
    assert "account" in site.page.steps._store_why.text()
    site.page.steps.go.click()
    assert site.page.bar.notice is not None
    assert "no key store" in str(site.page.bar.notice.text)
    assert site.work == []


def test_going_back_forgets_the_key(site: Site) -> None:
    site.type_back()
    site.page.steps.back.click()
    assert not site.page.steps.isVisible()
    assert site.page.steps.code.value(CODE) == ""
    assert site.page.steps._made is None


def test_what_became_of_it_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    order = KeyOrder.__new__(KeyOrder)
    for done, said in (
        (KeyChanged("abcd1234", 2, (), second_away=False), "brought along: 2."),
        (KeyChanged("abcd1234", 1, ("x.sqlite",), second_away=False), "x.sqlite"),
        (KeyChanged("abcd1234", 1, (), second_away=True), "was not there"),
    ):
        monkeypatch.setattr(protection_steps.protect, "carry_out", lambda *_, done=done: done)
        assert said in str(Changing(order)(report=lambda *_: None))
    assert carry_out is not protection_steps.protect.carry_out


def test_turned_off_again_in_place(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    protect, who = site.front.services.protect, site.front.session.who()
    monkeypatch.setattr(type(protect), "_is_on", lambda _self: True)
    protect.keep(who, "on", Kept.PASSPHRASE, PHRASE)
    site.page.refresh(None)  # type: ignore[arg-type]
    assert site.page._now.text().startswith("Protected by a passphrase")
    assert [button.isVisible() for button in site.page.buttons] == [False, True, True, True]
    site.page.turn_off.click()
    assert site.page.off.isVisible()
    site.page.off.go.click()
    site.front.settle()
    assert not protect.state(who).is_on
    assert site.page._now.text().startswith("Not protected")
    assert not site.page.off.isVisible()


def test_another_passphrase_in_place(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    protect, who = site.front.services.protect, site.front.session.who()
    monkeypatch.setattr(type(protect), "_is_on", lambda _self: True)
    protect.keep(who, "on", Kept.PASSPHRASE, PHRASE)
    site.page.refresh(None)  # type: ignore[arg-type]
    before = (protect.folder / "deskapp.key").read_text()
    site.page.change.click()
    for name in ("passphrase", "again"):
        site.page.keeping.form.fill(name, "another four or five")
    site.page.keeping.go.click()
    assert not site.page.keeping.isVisible()
    assert (protect.folder / "deskapp.key").read_text() != before
