"""Who is signed in: lock, switch of user, look; what is typed stays through all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from deskapp import settings
from deskapp.bootstrap import Hospital
from deskapp.db.change_feed import ChangeFeed
from deskapp.db.engine import Store
from deskapp.db.unit_of_work import unit_of_work
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Permission, Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.directory import Seen, StaffDraft
from deskapp.errors import PermissionDenied
from deskapp.services.access import AccountDetails, SignIn
from deskapp.services.all import build_services
from deskapp.services.base import new_request
from deskapp.services.directory import put_staff
from deskapp.ui import style
from deskapp.ui.access.own_pin import PinDialog
from deskapp.ui.access.sign_in import SignInPage
from tests.support.front import Front, Opener, front_of
from tests.support.hospital import PASSWORD, PINS, signed_in

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def nobody(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """Return the window before anybody signed in."""
    made = front_of(hospital, sign_in=None)
    yield made
    made.close()


def _locked(front: Front) -> bool:
    return any(page.isVisible() for page in front.window.findChildren(SignInPage))


def _secret(front: Front, words: str) -> None:
    page = front.child(SignInPage)
    field = next(line for line in page.findChildren(QLineEdit) if line.isVisible())
    field.setFocus()
    field.setText(words)
    front.enter()


def test_a_digit_and_a_pin_sign_in(nobody: Front) -> None:
    page = nobody.child(SignInPage)
    place = [account.sign_in for account in page._accounts].index("li") + 1

    nobody.key(Qt.Key(Qt.Key.Key_0 + place))
    _secret(nobody, PINS["li"])

    assert nobody.actor.name == "李娜"
    assert nobody.actor.by_pin
    assert not _locked(nobody)


def test_a_wrong_secret_is_told_and_signs_nobody_in(nobody: Front) -> None:
    _secret(nobody, "9999")

    assert nobody.session.actor is None
    assert nobody.child(SignInPage).bar.notice is not None


def test_the_lock_keeps_what_is_typed(front: Front) -> None:
    front.find("王建")
    front.key(Qt.Key.Key_L, CONTROL)
    assert _locked(front)

    _secret(front, PINS["li"])

    assert not _locked(front)
    assert front.tab.search.field.text() == "王建"


def test_idle_minutes_lock_and_a_key_begins_them_anew(front: Front) -> None:
    idle = front.session._idle
    assert idle.interval() == settings.LOCK_MINUTES.default * 60_000
    begun: list[str] = []
    idle.start = lambda: begun.append("anew")  # type: ignore[method-assign]
    front.type("a")
    assert begun
    del idle.start

    idle.timeout.emit()

    assert _locked(front)


def test_ctrl_u_and_a_digit_choose_another_person(front: Front) -> None:
    front.find("不该看到")
    front.key(Qt.Key.Key_U, CONTROL)
    page = front.child(SignInPage)
    place = [account.sign_in for account in page._accounts].index("bat") + 1

    front.key(Qt.Key(Qt.Key.Key_0 + place))
    _secret(front, PINS["bat"])

    assert front.actor.name == "Бат-Эрдэнэ"
    assert front.tab.search.field.text() == ""


def test_a_dialog_is_put_away_by_the_lock_and_back_with_what_was_typed(front: Front) -> None:
    front.window.frame_of_tabs._menu.choose_pin()
    dialog = front.child(PinDialog)
    dialog.form.set_values({"password": PASSWORD})

    front.session.lock()
    front.settle()
    assert not dialog.isVisible()

    _secret(front, PINS["li"])
    assert dialog.isVisible()
    assert dialog.form.value("password") == PASSWORD
    dialog.reject()


def test_colours_and_scale_are_remembered_for_this_workstation(front: Front) -> None:
    front.session.next_scheme()
    front.session.larger()
    front.settle()
    try:
        values = front.services.settings.values(front.actor, front.session.workstation)
        assert values[settings.SCHEME.name] == "dark"
        assert values[settings.SCALE.name] == 125
        assert style.look().tokens.scheme.name == "dark"
    finally:
        front.session.smaller()
        style.apply(QApplication.instance(), "light", language="en")


def test_the_language_changes_at_once_everywhere(front: Front) -> None:
    front.key(Qt.Key.Key_L, CONTROL | SHIFT)

    assert front.language.tr.language == "mn"
    assert front.tab.search.field.placeholderText() == front.desk.tr("Name, pinyin, phone, document or scan")


def test_work_that_can_wait_waits_while_somebody_types(front: Front) -> None:
    front.type("w")
    assert not front.session.rests(3600)
    assert front.session.rests(0)


# --- Access that ends while somebody is signed in -------------------------------------------------------------


def _li(front: Front) -> AccountDetails:
    head = signed_in(front.services, "admin")
    return next(one for one in front.services.access.accounts(head) if one.sign_in == "li")


@pytest.fixture
def other_desk(front: Front, hospital_folder: Path, tmp_path: Path) -> Iterator[OtherDesk]:
    """Return another workstation on the same database, with an administrator at it."""
    made = OtherDesk(front, hospital_folder, tmp_path / "other")
    yield made
    made.close()


class OtherDesk:
    """What an administrator does elsewhere, and how this desk hears of it."""

    def __init__(self, front: Front, folder: Path, own: Path) -> None:
        self._front = front
        self._store = Store.in_folder(folder)
        self._workstation = Workstation.in_folder(own)
        self.access = build_services(self._store, self._workstation).access
        self.head = replace(signed_in(front.services, "admin"), desk=self._workstation.name)
        self._feed = ChangeFeed(front.hospital.store)
        self._feed.start()

    def change(self, **values: object) -> None:
        """Change the account of the operator at the first desk."""
        now = _li(self._front)
        draft = AccountDraft(now.sign_in, now.name, now.roles, now.starts, now.ends)
        made = replace(draft, **values)  # type: ignore[arg-type]
        self.access.change_account(self.head, new_request(), made, self.seen())
        self.told()

    def seen(self) -> Seen:
        return Seen(_li(self._front).id, _li(self._front).version)

    def told(self) -> None:
        """Let the first desk hear what was written here."""
        self._front.hub.post(self._feed.poll())
        self._front.settle()

    def close(self) -> None:
        self._feed.close()
        self._workstation.drafts.close()
        self._store.close()


def _why(front: Front) -> str:
    return front.child(SignInPage)._who.text()


def test_who_is_switched_off_elsewhere_is_locked_out_at_once(front: Front, other_desk: OtherDesk) -> None:
    front.find("王建")
    other_desk.access.set_active(other_desk.head, new_request(), False, other_desk.seen())
    other_desk.told()

    assert _locked(front)
    assert "李娜 may not sign in any more" in _why(front)
    assert "kept" in _why(front)
    with pytest.raises(PermissionDenied):
        front.services.visits.open(front.actor, new_request(), None)
    assert front.tab.search.field.text() == "王建"


def test_who_ended_yesterday_by_another_desk_is_locked_out(front: Front, other_desk: OtherDesk) -> None:
    other_desk.change(ends=dt.date(2020, 1, 1))

    assert _locked(front)
    assert "ended on 1 Jan 2020" in _why(front)


def test_a_new_password_elsewhere_asks_for_it_here(front: Front, other_desk: OtherDesk) -> None:
    other_desk.access.reset_password(other_desk.head, new_request(), "kafuni-ruteba", other_desk.seen())
    other_desk.told()
    assert "new password" in _why(front)

    _secret(front, "kafuni-ruteba")
    page = front.child(SignInPage)
    page._own.set_values({"new": "my own words", "again": "my own words"})
    page._try()
    front.settle()

    assert not _locked(front)
    assert front.actor.name == "李娜"
    assert front.window.frame_of_tabs.names() == ["intake"]


def test_other_roles_elsewhere_show_other_tabs_here(front: Front, other_desk: OtherDesk) -> None:
    other_desk.change(roles=frozenset({Role.OPERATOR, Role.SUPERVISOR}))

    assert not _locked(front)
    assert front.window.frame_of_tabs.names() == ["intake", "overview", "admin"]
    assert "changed what you may do" in front.bar()
    assert front.actor.may(Permission.AUDIT_READ)

    other_desk.change(roles=frozenset({Role.TRAINER}))
    assert front.window.frame_of_tabs.names() == []


def test_another_persons_account_is_no_news_here(front: Front, other_desk: OtherDesk) -> None:
    before = front.actor
    draft = AccountDraft("new", "新人", frozenset({Role.OPERATOR}))
    other_desk.access.add_account(other_desk.head, new_request(), draft, PASSWORD)
    other_desk.told()

    assert not _locked(front)
    assert front.actor == before


def test_who_leaves_by_the_staff_list_is_locked_out(front: Front, other_desk: OtherDesk) -> None:
    front.session.actor = replace(front.actor, until=dt.date(2100, 1, 1))
    head = signed_in(front.services, "admin")
    with unit_of_work(front.hospital.store, head, None) as work:
        put_staff(work, StaffDraft("S7", "李娜", left=dt.date(2020, 1, 1)))
        work.finish(new_request(), "test", b"null")
    other_desk.change(staff="S7")

    assert "ended on 1 Jan 2020" in _why(front)


def test_midnight_comes_to_an_open_session_too(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    today = front.desk.today()
    front.session.actor = replace(front.actor, until=today)
    front.session.look_at_day()
    assert not _locked(front)

    monkeypatch.setattr(type(front.services.settings), "today", lambda _self: today + dt.timedelta(days=1))
    front.session.look_at_day()

    assert _locked(front)
    assert "ended on" in _why(front)


def test_an_answer_about_who_has_gone_shuts_nobody_else_out(front: Front) -> None:
    gone = front.actor
    front.session.actor = signed_in(front.services, "bat")
    front.session.take_renewal(gone, SignIn(None))

    assert not _locked(front)


def test_a_pin_takes_the_administration_away_and_the_password_brings_it_back(open_front: Opener) -> None:
    front = open_front("admin")
    front.services.access.choose_pin(front.actor, new_request(), PASSWORD, PINS["li"])
    front.window.frame_of_tabs.go_to_name("admin")
    front.session.lock()
    front.settle()
    _secret(front, PINS["li"])
    assert "admin" not in front.window.frame_of_tabs.names()
    assert "admin" not in front.window.frame_of_tabs._built

    front.session.lock()
    front.settle()
    _secret(front, PASSWORD)
    assert front.window.frame_of_tabs.names()[-1] == "admin"
