"""What is chosen for the board, read from the settings; what can't be read counts as not chosen."""

from __future__ import annotations

import datetime as dt

from deskapp.domain.board import LANGUAGES, Quiet
from deskapp.settings import OPTIONS
from deskapp.ui.intake.board.options import BoardOptions, options_of
from deskapp.ui.speech import Manner

DEFAULTS = {name: option.default for name, option in OPTIONS.items()}


def test_by_default_the_board_is_off_and_silent() -> None:
    assert options_of(DEFAULTS) == BoardOptions()
    assert options_of({}) == BoardOptions()
    assert options_of(DEFAULTS).languages == LANGUAGES


def test_what_is_chosen_is_read() -> None:
    found = options_of(
        DEFAULTS
        | {
            "board.on": True,
            "board.screen": "hall",
            "board.departments": "eyes,surgery",
            "board.languages": "mn",
            "voice.on": True,
            "voice.volume": 30,
            "voice.quiet": "21:00-07:00",
            "hospital.name": "春晖医院",
        }
    )
    manner = Manner(True, 30, Quiet(dt.time(21), dt.time(7)))
    assert found == BoardOptions(True, "hall", ("eyes", "surgery"), ("mn",), manner, "春晖医院")


def test_nonsense_does_not_stop_the_board() -> None:
    found = options_of({"voice.quiet": "night", "voice.volume": 900, "board.languages": "fr"})
    assert (found.manner.quiet, found.manner.volume, found.languages) == (None, 100, LANGUAGES)
