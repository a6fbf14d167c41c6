"""A visitor's name where it is shown."""

from __future__ import annotations

from deskapp.domain.retention import ERASED_NAME
from deskapp.i18n import translator
from deskapp.ui.intake.shown_name import shown_name


def test_words_stand_where_there_is_no_name() -> None:
    tr = translator("en")
    assert shown_name("王建国", tr) == "王建国"
    assert shown_name("", tr) == "name unknown"
    assert shown_name(ERASED_NAME, tr) == "personal data erased"
