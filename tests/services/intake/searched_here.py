"""Searching for likely pairs without a process: at once, in the test's own thread."""

from __future__ import annotations

from deskapp.db.pair_process import Job, Told, carry_out
from deskapp.services.all import Services


class Here:
    """A search that is over as soon as it is begun."""

    def __init__(self, job: Job) -> None:
        self._told = Told(1, 1, carry_out(job, lambda: False, lambda _done, _total: None))

    def look(self) -> Told:
        return self._told

    def stop(self) -> None:
        pass

    def wait(self, seconds: float = 10.0) -> Told:  # noqa: ARG002
        return self._told


def search_here(services: Services) -> None:
    """Let searches of these services be carried out here."""
    services.people.searcher.begin = Here  # type: ignore[assignment]
