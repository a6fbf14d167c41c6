"""Searching for likely pairs without a process: at once, in the test's own thread."""

from __future__ import annotations

from deskapp.db.pair_process import AtOnce
from deskapp.services.all import Services


def search_here(services: Services) -> None:
    """Let searches of these services be carried out here."""
    services.people.searcher.begin = AtOnce
