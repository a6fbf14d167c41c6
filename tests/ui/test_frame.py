"""The frame: tabs for those who may, one key for one action, news in one bar."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from deskapp.domain.text import Text
from deskapp.ui.features import FEATURES
from deskapp.ui.finder import Finder
from tests.support.front import Front, Opener, front_of


def test_an_operator_sees_the_tabs_they_may_use(front: Front) -> None:
    assert front.window.frame_of_tabs.names() == ["intake"]


def test_who_may_use_no_tab_is_told_so(hospital: Hospital, qapp: QApplication) -> None:
    services = hospital.services
    from deskapp.domain.access import Role
    from deskapp.domain.accounts import AccountDraft
    from deskapp.services.base import new_request
    from tests.support.hospital import PASSWORD, signed_in

    head = signed_in(services, "admin")
    draft = AccountDraft("trainer", "培训师", frozenset({Role.TRAINER}))
    services.access.add_account(head, new_request(), draft, PASSWORD)
    front = front_of(hospital, sign_in="trainer")
    try:
        assert front.window.frame_of_tabs.names() == []
        assert "no page" in front.window.frame_of_tabs._bar.notice.text
    finally:
        front.close()


def test_no_two_actions_that_can_meet_share_a_key(front: Front) -> None:
    front.arrive()

    assert front.keys.clashes() == []


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_feature_loads_and_has_words(front: Front, feature: object) -> None:
    tab = feature.load()  # type: ignore[attr-defined]

    assert tab.title == feature.title  # type: ignore[attr-defined]
    assert tab.help


def test_news_without_a_place_of_its_own_is_shown_in_the_bar(front: Front) -> None:
    front.messages.info(Text("Something happened."))

    assert front.window.frame_of_tabs._bar.notice is not None


def test_closing_tabs_forgets_them(front: Front) -> None:
    before = front.tab

    front.window.frame_of_tabs.close_tabs()
    front.settle()

    assert front.window.frame_of_tabs.tab("intake") is not before


def test_the_bar_tells_of_the_keys_in_front_only(front: Front) -> None:
    front.arrive()
    told = front.window.frame_of_tabs._foot._keys.told
    assert "F4 Triage" in told()
    front.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    front.dialog(Finder)
    front.type("ward")
    assert "F4 Nobody knows" in told()
    assert "F4 Triage" not in told()
    for _ in range(2):
        front.key(Qt.Key.Key_Escape)
    assert "F4 Triage" in told()
    assert "F4 Nobody knows" not in told()


def test_the_page_stays_where_it_is_when_an_undo_appears(front: Front) -> None:
    front.arrive()
    foot = front.window.frame_of_tabs._foot
    front.messages.did(Text("Printed."))
    front.settle()
    before = foot.height()
    front.messages.did(Text("Visit ended"), str)
    front.settle()
    assert foot.height() == before


@pytest.mark.parametrize("page", ["desk", "waiting", "door", "appointments", "directory", "people", "board"])
def test_one_key_undoes_on_every_page(open_front: Opener, page: str) -> None:
    front = open_front("zhou")
    front.window.frame_of_tabs.go_to_page("intake", page)
    front.settle()
    undone: list[str] = []
    front.messages.did(Text("Something was done."), partial(undone.append, page))
    front.key(Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert undone == [page]
    assert front.keys.clashes() == []
