"""Who was expected and has not come: two by name, the rest counted, nothing when there is nobody."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.i18n import translator
from deskapp.ui.intake.appointments.late_strip import LateStrip
from tests.ui.intake.appointments.samples import at, line


@pytest.mark.usefixtures("app")
def test_two_are_named_and_the_rest_counted() -> None:
    strip, now = LateStrip([]), at(540).astimezone(dt.UTC)
    strip.show_lines([line(key) for key in range(1, 6)], now, translator("en"))
    assert (
        strip._words.text()
        == "王1: expected 08:15, 45 min ago   王2: expected 08:15, 45 min ago   and 3 more"
    )
    assert not strip.isHidden()
    strip.show_lines([], now, translator("en"))
    assert strip.isHidden()
    strip.deleteLater()
