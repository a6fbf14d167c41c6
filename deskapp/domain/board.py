"""The waiting room's board: what strangers may read of those who wait, when it may speak, and what it says.

Numbers, masked names, rooms and times: nothing else of anybody, and never how urgent somebody is. A call is
spoken with the surname and a form of address at most. Times are timezone-aware UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.names import NameTables, name_forms
from deskapp.domain.registration import Sex
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.waiting import Estimate
from deskapp.errors import InputError

LANGUAGES: Final = ("zh", "en", "mn")
TURN_SECONDS: Final = 8
"""So long the board speaks one language before the next, and shows one page of lines."""
STALE_SECONDS: Final = 30
"""An answer older than this is shown with its time: the board may lag behind."""

UNKNOWN: Final = Estimate()


@dataclass(frozen=True)
class BoardCall:
    """Somebody who was called: `calls` counts the calls that were not taken back.

    `address` is how the call names the person aloud in Chinese, such as 张先生; "" where that is not known.
    """

    id: int
    label: str
    name_masked: str
    line: Words
    doctor: str
    room: str
    called_at: dt.datetime
    calls: int
    address: str = ""


@dataclass(frozen=True)
class BoardLine:
    """One line of waiting visitors: the numbers that come next in calling order, and how many wait in all."""

    queue: str
    line: Words
    doctor: str
    room: str
    waiting: int
    next: tuple[str, ...]
    estimate: Estimate = UNKNOWN


@dataclass(frozen=True)
class BoardNotice:
    """A running notice."""

    id: int
    name: Words
    text: Words


@dataclass(frozen=True)
class BoardView:
    """What the board shows: `calls` newest first, `inside` those just gone in to the doctor, as of `at`."""

    at: dt.datetime
    calls: tuple[BoardCall, ...] = ()
    inside: tuple[BoardCall, ...] = ()
    lines: tuple[BoardLine, ...] = ()
    notices: tuple[BoardNotice, ...] = ()

    @property
    def waiting(self) -> int:
        """How many wait in all lines together."""
        return sum(line.waiting for line in self.lines)


def board_label(label: str, day: dt.date, today: dt.date) -> str:
    """Return a number as it is shown: one of an earlier day with its day, A001·20, as today has an A001 too."""
    return label if day == today else f"{label}·{day.day}"


def spoken_address(name: str, sex: Sex, tables: NameTables) -> str:
    """Return surname and form of address in Chinese, 张先生; "" for other names and where the sex is not known.

    More of a name is never said in a waiting room.
    """
    form = {Sex.MALE: "先生", Sex.FEMALE: "女士"}.get(sex)
    plain = "".join(name.split())
    if form is None or not plain or not name_forms(plain, tables).han:
        return ""
    compound = len(plain) > 2 and plain[:2].translate(tables.folds) in tables.compounds
    return (plain[:2] if compound else plain[0]) + form


Mark = tuple[int, int, dt.datetime]


def new_calls(before: Collection[Mark], view: BoardView) -> list[BoardCall]:
    """Return the calls that were not heard yet, oldest first. `before` are the marks of those that were."""
    fresh = [call for call in view.calls if mark(call) not in before]
    return sorted(fresh, key=lambda call: (call.called_at, call.id))


def mark(call: BoardCall) -> Mark:
    """Return what tells one call from the next of the same number, also where the first was taken back."""
    return call.id, call.calls, call.called_at


# --- What is chosen for a board, as it is stored ---------------------------------------------------------------


def chosen(text: str, known: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the entries of a list that is stored with commas; of `known` entries only, in their order."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    return tuple(entry for entry in known if entry in found) if known else found


def board_languages(text: str) -> tuple[str, ...]:
    """Return the languages that take turns, in their order on the board; all where none is chosen."""
    return tuple(language for language in chosen(text) if language in LANGUAGES) or LANGUAGES


@dataclass(frozen=True)
class Quiet:
    """Hours without voice and chime, by the wall clock; `until` before `since` goes over midnight."""

    since: dt.time
    until: dt.time

    def holds(self, moment: dt.time) -> bool:
        """Say whether it is quiet now; the last minute is the one before `until`."""
        if self.since <= self.until:
            return self.since <= moment < self.until
        return moment >= self.since or moment < self.until

    def __str__(self) -> str:
        return f"{self.since:%H:%M}-{self.until:%H:%M}"


def quiet_hours(text: str) -> Quiet | None:
    """Return the quiet hours of "21:00-07:00", None of ""; `InputError` for anything else."""
    if not text.strip():
        return None
    since, _dash, until = text.replace("–", "-").partition("-")
    try:
        return Quiet(dt.time.fromisoformat(since.strip()), dt.time.fromisoformat(until.strip()))
    except ValueError as error:
        message = Text(N_("Write the quiet hours like 21:00-07:00."))
        raise InputError("voice.quiet", "voice.quiet", message) from error


def check_volume(volume: object) -> int:
    """Return a volume in percent; `InputError` for what is none."""
    if not isinstance(volume, int) or not 0 <= volume <= 100:
        message = Text(N_("The volume is a number from 0 to 100."))
        raise InputError("voice.volume", "voice.volume", message)
    return volume


# --- Speaking --------------------------------------------------------------------------------------------------

_ZH_FIGURES: Final = str.maketrans("0123456789", "零一二三四五六七八九")
_SENTENCE: Final = Words(
    "请{number}号{address}到{room}", "Number {number}, please go to {room}.", "{number}, {room}"
)
_ROOM: Final = Words("{room}诊室", "room {room}", "{room}")
_HERE: Final = Words("前台", "the desk", "")


def spoken(call: BoardCall, language: str) -> str:
    """Return the sentence that calls somebody, in "zh" or "en": numbers figure by figure, no full name.

    A room that is written in words is said as it is written.
    """
    number = _figures(call.label.replace("·", ""), language)
    place = _place(call, language)
    return _SENTENCE.in_language(language).format(number=number, address=call.address, room=place)


def _place(call: BoardCall, language: str) -> str:
    if not call.room:
        return call.line.in_language(language) or _HERE.in_language(language)
    if not call.room.isascii():
        return call.room
    return _ROOM.in_language(language).format(room=_figures(call.room, language))


def _figures(text: str, language: str) -> str:
    return text.translate(_ZH_FIGURES) if language == "zh" else " ".join(text.replace(" ", ""))


CLIP_NUMBER, CLIP_ROOM = "number", "room"
"""Names of the clips that stand before the number and before the room."""


def clips(call: BoardCall) -> tuple[str, ...]:
    """Return the names of the recorded clips that call somebody, in order: "number", "A", "0", … "room", "3", …

    A letter or figure without a clip of its name means that the call can't be spoken from clips.
    """
    number = [letter.upper() for letter in call.label if letter.isalnum()]
    room = [letter.upper() for letter in call.room if letter.isalnum()]
    return (CLIP_NUMBER, *number, *((CLIP_ROOM, *room) if room else ()))
