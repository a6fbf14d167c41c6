"""What is chosen for the board of this workstation, read from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deskapp import settings
from deskapp.domain.board import LANGUAGES, Quiet, board_languages, chosen, quiet_hours
from deskapp.errors import InputError
from deskapp.ui.speech import Manner

SILENT: Final = Manner()


@dataclass(frozen=True)
class BoardOptions:
    """The board's options; `departments` are codes, none for all."""

    on: bool = False
    screen: str = ""
    departments: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    manner: Manner = SILENT
    hospital: str = ""


def options_of(values: Mapping[str, object]) -> BoardOptions:
    """Return the options among a workstation's settings; what can't be read counts as not chosen."""

    def text(option: settings.Option[str]) -> str:
        return str(values.get(option.name, option.default))

    volume = values.get(settings.VOICE_VOLUME.name, settings.VOICE_VOLUME.default)
    manner = Manner(
        on=bool(values.get(settings.VOICE_ON.name, False)),
        volume=min(100, max(0, volume)) if isinstance(volume, int) else settings.VOICE_VOLUME.default,
        quiet=_quiet(text(settings.VOICE_QUIET)),
    )
    return BoardOptions(
        on=bool(values.get(settings.BOARD_ON.name, False)),
        screen=text(settings.BOARD_SCREEN),
        departments=chosen(text(settings.BOARD_DEPARTMENTS)),
        languages=board_languages(text(settings.BOARD_LANGUAGES)),
        manner=manner,
        hospital=text(settings.HOSPITAL_NAME),
    )


def _quiet(text: str) -> Quiet | None:
    try:
        return quiet_hours(text)
    except InputError:
        return None
