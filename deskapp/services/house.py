"""The site's editable rules, read once: triage words, urgency tables, sentences to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar, cast

from deskapp import triage_rules
from deskapp.domain.text import N_, Text
from deskapp.domain.triage import TriageRules
from deskapp.domain.urgency import UrgencyTable
from deskapp.errors import StorageError
from deskapp.triage_rules import Sentence

T = TypeVar("T")


class HouseRules:
    """Rules from `own` (the site's folder, where it has some), else those that the program ships.

    A mistake in a file of the site's own stops nobody's work: the shipped rules are used, and it is told.
    """

    def __init__(self, own: Path | None = None) -> None:
        self._own = own if own is not None and own.is_dir() else None
        self._mistakes: list[Text] = []
        self._site: Mapping[str, Sentence] = {}

    @cached_property
    def triage(self) -> TriageRules:
        """The departments' words and the red flags."""
        return self._read(triage_rules.load_rules)

    @cached_property
    def urgency(self) -> UrgencyTable:
        """The tables of urgency."""
        return self._read(triage_rules.load_urgency)

    @cached_property
    def shipped(self) -> dict[str, Sentence]:
        """The library of sentences by code, as the files have it."""
        return self._read(triage_rules.load_sentences)

    @property
    def sentences(self) -> Mapping[str, Sentence]:
        """The library of sentences by code; what the site wrote in the directory takes the place of the files'."""
        return {**self.shipped, **self._site} if self._site else self.shipped

    def take_site(self, sentences: Mapping[str, Sentence]) -> None:
        """Use these sentences of the site's own from now on: the directory read or changed them."""
        self._site = dict(sentences)

    def mistakes(self) -> tuple[Text, ...]:
        """Read everything, and return what is wrong in the site's own files, in words."""
        for name in ("triage", "urgency", "sentences"):
            getattr(self, name)
        return tuple(self._mistakes)

    def _read(self, load: Callable[[Path | None], T]) -> T:
        if self._own is None:
            return cast(T, _shipped(load))
        try:
            return load(self._own)
        except StorageError as mistake:
            message = N_("{why} Until that is mended the rules that came with the program are used.")
            self._mistakes.append(Text(message, {"why": mistake.text}))
            return cast(T, _shipped(load))


@cache
def _shipped(load: Callable[[Path | None], object]) -> object:
    """Return what the program ships, read once: it is frozen, and the same in every hospital that is opened."""
    return load(None)
