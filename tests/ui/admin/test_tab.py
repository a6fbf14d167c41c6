"""The administration shows each person the pages that are theirs, and every page can be made."""

from __future__ import annotations

import pytest

from deskapp.domain.access import ROLE_PERMISSIONS
from deskapp.ui import icons
from deskapp.ui.admin.tab import PAGES, AdminTab
from deskapp.ui.widgets.pages import PageOf
from tests.support.front import Opener


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_an_icon_and_somebody_who_may_use_it(page: PageOf, qapp: object) -> None:
    assert not icons.icon(page.icon).isNull()
    assert any(page.permission in allowed for allowed in ROLE_PERMISSIONS.values())


def test_no_two_pages_share_a_name_or_a_title() -> None:
    assert len({page.name for page in PAGES}) == len({page.title for page in PAGES}) == len(PAGES)


def shown(open_front: Opener, sign_in: str) -> list[str]:
    front = open_front(sign_in=sign_in)
    if "admin" not in front.window.frame_of_tabs.names():
        return []
    tab = front.window.frame_of_tabs.tab("admin")
    assert isinstance(tab, AdminTab)
    return [page.name for page in tab.pages()]


def test_an_operator_has_no_administration(open_front: Opener) -> None:
    assert shown(open_front, "li") == []


def test_the_administrator_sees_every_page_and_each_can_be_shown(open_front: Opener) -> None:
    front = open_front(sign_in="admin")
    tab = front.window.frame_of_tabs.tab("admin")
    front.window.frame_of_tabs.go_to_name("admin")
    front.settle()
    assert isinstance(tab, AdminTab)
    assert [page.name for page in tab.pages()] == [page.name for page in PAGES]
    for page in PAGES:
        assert tab.show_page(page.name).isVisible()
        front.settle()
