"""Which entry of a choice is meant by the letters typed so far: by its code, its words, or their pinyin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from deskapp.domain.names import NameTables, name_forms, normalise, query_key, search_keys

TOGETHER_MS: Final = 1000
"""Letters that follow each other within this time belong together."""
Tables = Callable[[], NameTables]


@dataclass(frozen=True)
class Entry:
    """One entry: its code, perhaps "", the words that are shown, and what it is called in other languages."""

    code: str
    shown: str
    others: tuple[str, ...] = ()


def meant(typed: str, entries: Sequence[Entry], now: int, tables: Tables) -> int | None:
    """Return the place of the entry that is meant, None for none; `now` is the place of the chosen one.

    The whole code goes before its beginning, then what is shown, or its pinyin or initials, begins so; then the
    words of other languages; then a later part of either. One letter again and again goes through all its entries.
    """
    found = _best(typed, entries, tables)
    if not found and len(typed) > 1 and len(set(typed)) == 1:
        found = _best(typed[0], entries, tables)
        return next((place for place in found if place > now), found[0]) if found else None
    return found[0] if found else None


def _best(typed: str, entries: Sequence[Entry], tables: Tables) -> list[int]:
    """Return the places of the entries that match best, in order."""
    for matches in (_has_code, _code_begins, _shown_begins, _others_begin, _is_inside):
        found = [place for place, entry in enumerate(entries) if matches(entry, typed, tables)]
        if found:
            return found
    return []


def _has_code(entry: Entry, typed: str, _tables: Tables) -> bool:
    return entry.code.casefold() == typed.casefold()


def _code_begins(entry: Entry, typed: str, _tables: Tables) -> bool:
    return entry.code.casefold().startswith(typed.casefold())


def _shown_begins(entry: Entry, typed: str, tables: Tables) -> bool:
    return _begins(entry.shown, typed, tables)


def _others_begin(entry: Entry, typed: str, tables: Tables) -> bool:
    return any(_begins(words, typed, tables) for words in entry.others)


def _begins(words: str, typed: str, tables: Tables) -> bool:
    wanted = normalise(typed, tables())
    return bool(wanted) and any(way.startswith(wanted) for way in _ways(words, tables))


def _is_inside(entry: Entry, typed: str, tables: Tables) -> bool:
    wanted = query_key(typed, tables())
    every = (entry.shown, *entry.others)
    return bool(wanted) and any(key.startswith(wanted) for words in every for key in _keys(words, tables))


@cache
def _ways(words: str, tables: Tables) -> tuple[str, ...]:
    """Return how words are typed from their beginning: as they stand, in full pinyin, by initials."""
    spelled = name_forms(words, tables()).spelled if words else []
    full, initials = ("".join(one) for one in spelled), ("".join(way[:1] for way in one) for one in spelled)
    return (normalise(words, tables()), *full, *initials)


@cache
def _keys(words: str, tables: Tables) -> frozenset[str]:
    return search_keys(words, tables()) if words else frozenset()
