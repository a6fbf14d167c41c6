"""Which pieces of work must be done one after the other, in the order in which they were given.

The window's task runner gives each lane a thread of its own: while the database is locked, what is
typed is kept all the same, and nobody waits to read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

F = TypeVar("F", bound=Callable[..., object])

WRITES: Final = "writes"
DRAFTS: Final = "drafts"
WATCHES: Final = "watches"
"""Looking for news, over and over: nobody waits for it, and it waits for nothing else."""


def in_lane(name: str) -> Callable[[F], F]:
    """Mark a function as work of a lane."""

    def mark(function: F) -> F:
        function.__lane__ = name  # type: ignore[attr-defined]
        return function

    return mark
