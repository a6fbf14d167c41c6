"""Two records of one person: likely pairs, merging and taking a merge back."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from deskapp.domain.text import N_


class PairState(enum.StrEnum):
    """What a person decided of a likely pair."""

    OPEN = "open"
    MERGED = "merged"
    DIFFERENT = "different"


class ScanState(enum.StrEnum):
    """How far a search for likely pairs is."""

    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


PAIR_LABELS: Final[Mapping[PairState, str]] = {
    PairState.OPEN: N_("to be decided"),
    PairState.MERGED: N_("merged"),
    PairState.DIFFERENT: N_("two people"),
}

SCAN_LABELS: Final[Mapping[ScanState, str]] = {
    ScanState.RUNNING: N_("being searched"),
    ScanState.STOPPED: N_("stopped"),
    ScanState.FINISHED: N_("finished"),
}
