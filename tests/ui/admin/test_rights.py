"""Who may do what: the page shows the services' own table, in every language."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.access import PERMISSION_LABELS, ROLE_LABELS, ROLE_PERMISSIONS, Role
from deskapp.i18n import LANGUAGES
from deskapp.ui.admin.rights import MAY, RightsPage, rights
from tests.support.front import Front, Opener
from tests.support.paper import OUTPUT
from tests.support.shown import nameless, wider_than_its_room


def show(front: Front) -> RightsPage:
    front.window.frame_of_tabs.go_to_name("admin")
    found = front.window.frame_of_tabs.tab("admin").show_page("rights")  # type: ignore[attr-defined]
    front.settle()
    assert isinstance(found, RightsPage)
    return found


def test_it_is_the_one_table() -> None:
    shown = {(right.id, role) for right in rights() for role in right.roles}
    assert shown == {
        (permission, role) for role, allowed in ROLE_PERMISSIONS.items() for permission in allowed
    }
    assert [right.id for right in rights()] == list(PERMISSION_LABELS)


def test_each_cell_says_whether_a_role_may(open_front: Opener) -> None:
    front = open_front("admin")
    model = show(front).table.model()
    for row, (permission, words) in enumerate(PERMISSION_LABELS.items()):
        cells = [model.index(row, column).data() for column in range(model.columnCount())]
        marks = [MAY if permission in ROLE_PERMISSIONS[role] else "" for role in Role]
        assert cells == [words, *marks]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_in_every_language(open_front: Opener, language: str) -> None:
    front = open_front("admin", language)
    front.window.resize(1366, 768)
    page = show(front)
    front.window.grab().save(str(OUTPUT / f"rights-{language}.png"))
    titles = [
        page.table.model().headerData(column, Qt.Orientation.Horizontal) for column in range(1, len(Role) + 1)
    ]
    assert titles == [front.desk.tr(ROLE_LABELS[role]) for role in Role]
    assert wider_than_its_room(front.window) == []
    assert nameless(front.window) == []
