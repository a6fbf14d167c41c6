"""The site's editable rules, read once: triage words, urgency tables, sentences to say."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from deskapp import triage_rules
from deskapp.domain.triage import TriageRules
from deskapp.domain.urgency import UrgencyTable
from deskapp.triage_rules import Sentence


class HouseRules:
    """Rules from `own` (the site's folder, where it has some), else those that the program ships."""

    def __init__(self, own: Path | None = None) -> None:
        self._own = own if own is not None and own.is_dir() else None

    @cached_property
    def triage(self) -> TriageRules:
        """The departments' words and the red flags. Raises `StorageError` for a mistake in a file."""
        return triage_rules.load_rules(self._own)

    @cached_property
    def urgency(self) -> UrgencyTable:
        """The tables of urgency. Raises `StorageError` for a mistake in the file."""
        return triage_rules.load_urgency(self._own)

    @cached_property
    def sentences(self) -> dict[str, Sentence]:
        """The library of sentences by code. Raises `StorageError` for a mistake in the file."""
        return triage_rules.load_sentences(self._own)
