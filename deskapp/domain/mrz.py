"""Machine-readable zones of passports and cards (ICAO 9303: TD3, TD2 and TD1)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from deskapp.domain.registration import Sex


@dataclass(frozen=True)
class MachineZone:
    """What the zone says; the checks of all parts fitted. Dates partly unknown are None."""

    passport: bool
    number: str
    nationality: str | None
    birth_date: date | None
    sex: Sex | None
    expires: date | None


@dataclass(frozen=True)
class _Layout:
    """Where the fields stand in the lines joined; `composite` is checked as a whole."""

    number: int
    nationality: int
    birth: int
    expiry: int
    composite: tuple[slice, ...]


_TD3: Final = _Layout(0, 10, 13, 21, (slice(0, 10), slice(13, 20), slice(21, 44)))
_TD2: Final = _Layout(0, 10, 13, 21, (slice(0, 10), slice(13, 20), slice(21, 36)))
_TD1: Final = _Layout(5, 45, 30, 38, (slice(5, 37), slice(38, 45), slice(48, 60)))
_LAYOUTS: Final = {44: _TD3, 36: _TD2, 30: _TD1}
_SHAPES: Final = ((44, 44), (44,), (36, 36), (36,), (30, 30, 30))
_WHOLE: Final = re.compile(r"[A-Z0-9<]*<[A-Z0-9<]*")
_SECOND: Final = re.compile(r"[A-Z0-9<]{9}[0-9<][A-Z<]{3}[0-9<]{6}[0-9][MFX<][0-9<]{6}[0-9]")
_SEXES: Final = {"M": Sex.MALE, "F": Sex.FEMALE}


def zone_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a machine-readable zone, also when typed without line ends; else nothing.

    A scanner that sends line by line sends names first: the second line alone is enough for `read_zone`.
    """
    joined = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if not _WHOLE.fullmatch(joined):
        return ()
    for shape in _SHAPES:
        if sum(shape) == len(joined):
            lines = tuple(joined[start : start + shape[0]] for start in range(0, len(joined), shape[0]))
            if len(lines) == 3 or _SECOND.match(lines[-1]):
                return lines
    return ()


def read_zone(lines: tuple[str, ...], today: date) -> MachineZone | None:
    """Read the lines that `zone_lines` found; None when a check digit or a date does not fit."""
    layout = _LAYOUTS[len(lines[-1])]
    text = "".join(lines) if layout is _TD1 else lines[-1]
    fields = ((layout.number, 10), (layout.birth, 7), (layout.expiry, 7))
    number, birth, expiry = (text[start : start + length] for start, length in fields)
    whole = "".join(text[part] for part in layout.composite)
    if not all(map(_fits, (number, birth, expiry, whole))):
        return None
    try:
        born, expires = _date(birth, today.year), _date(expiry, 2099)
    except ValueError:
        return None
    if born and born > today:
        born = born.replace(year=born.year - 100)
    return MachineZone(
        passport=layout is _TD3,
        number=number[:9].rstrip("<"),
        nationality=text[layout.nationality : layout.nationality + 3].rstrip("<") or None,
        birth_date=born,
        sex=_SEXES.get(text[layout.birth + 7]),
        expires=expires,
    )


def zone_name(lines: tuple[str, ...]) -> str:
    """Return "SURNAME GIVEN NAMES" where the zone has its line of names, else nothing."""
    if len(lines) == 1:
        return ""
    names = lines[2] if len(lines) == 3 else lines[0][5:]
    return " ".join(names.replace("<", " ").split())


def _fits(part: str) -> bool:
    """Say whether the last character is the check digit of those before it (weights 7 3 1)."""
    total = sum((7, 3, 1)[place % 3] * _value(char) for place, char in enumerate(part[:-1]))
    return part[-1] == str(total % 10)


def _value(char: str) -> int:
    return 0 if char == "<" else int(char, 36)


def _date(part: str, latest_year: int) -> date | None:
    """Return YYMMDD as a date of the hundred years that end with `latest_year`; None when partly unknown."""
    if "<" in part[:6]:
        return None
    year = latest_year - (latest_year - int(part[:2])) % 100
    return date(year, int(part[2:4]), int(part[4:6]))
