"""The field of the recovery code tells while one types which groups are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from deskapp.domain.recovery import recovery_code
from deskapp.i18n import translator
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.recovery_field import CODE, CODE_FIELD, tell_groups

GROUPS = recovery_code(bytes(range(32))).split()


@pytest.fixture
def noted(qapp: object) -> Iterator[Callable[[str], str]]:
    form = Form((CODE_FIELD,), translator("en"))
    notes: list[str] = []
    form.set_note = lambda _name, text, _tone="": notes.append(str(text))  # type: ignore[assignment, method-assign, misc]

    def note(typed: str) -> str:
        form.fill(CODE, typed)
        tell_groups(form)
        return notes[-1]

    yield note
    form.deleteLater()


def test_it_counts_what_is_right(noted: Callable[[str], str]) -> None:
    assert noted("") == ""
    assert noted(GROUPS[0][:2]) == ""
    assert noted(" ".join(GROUPS[:3])) == "3 of 18 groups are right."
    assert noted(" ".join(GROUPS)) == "18 of 18 groups are right."


def test_the_group_that_is_being_typed_is_not_wrong_yet(noted: Callable[[str], str]) -> None:
    assert noted(" ".join(GROUPS[:2]) + " " + GROUPS[2][:3]) == "2 of 18 groups are right."
    assert noted("".join(GROUPS[:2]) + GROUPS[2][:1]) == "2 of 18 groups are right."


def test_it_names_what_is_wrong(noted: Callable[[str], str]) -> None:
    wrong = [*GROUPS]
    wrong[1], wrong[6] = "0000", GROUPS[6][:3]
    assert noted(" ".join(wrong[:8])) == "Look again at group 2, 7."
