"""The frame: tabs for those who may, one key for one action, news in one bar."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from deskapp.domain.text import Text
from deskapp.ui.features import FEATURES
from tests.support.front import Front, front_of


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
