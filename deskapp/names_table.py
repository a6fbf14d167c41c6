"""Loads the tables of readings and folds that `tools/make_name_tables.py` makes."""

from __future__ import annotations

from functools import cache

from deskapp import paths
from deskapp.domain.names import NameTables


@cache
def load() -> NameTables:
    """Return the shipped tables; read once per process, about 10 ms.

    Raises FileNotFoundError when the program was shipped without them.
    """
    inside, surname = _readings(_text("readings.txt"))
    return NameTables(inside, surname, _compounds(_text("surnames.txt")), _folds(_text("folds.txt")))


def _text(name: str) -> str:
    return paths.resource("names", name).read_text(encoding="utf-8")


def _readings(text: str) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Read lines of `readings<TAB>characters`; those at the beginning of a name are marked with ^."""
    inside: dict[str, tuple[str, ...]] = {}
    surname: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        readings, _, characters = line.partition("\t")
        table = surname if line[0] == "^" else inside
        ways = tuple(readings.removeprefix("^").split(","))
        # Plain assignment: updating from a dictionary made for each line takes three times as long.
        for char in characters:
            table[char] = ways
    return inside, surname


def _compounds(text: str) -> dict[str, tuple[str, ...]]:
    """Read the compound surnames, two characters and two syllables, from the list kept by hand."""
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {characters: tuple(syllables) for characters, *syllables in lines if len(characters) > 1}


def _folds(text: str) -> dict[int, str]:
    """Read lines of one character and those that a search takes for it."""
    folds: dict[int, str] = {}
    for line in text.splitlines():
        for char in line[1:]:
            folds[ord(char)] = line[0]
    return folds
