"""Opening hours as they stand in the remark of a place: whether it is shut at a time of day."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_HOURS: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)\s*[-–—~～至]\s*([01]?\d|2[0-4])[:：]([0-5]\d)")


def is_shut(remark: str, at: dt.time) -> bool:
    """Return whether the remark names hours, like 07:30–18:00, and none of them holds.

    Nothing is said of a place whose remark names no hours. Hours may go past midnight.
    """
    hours = [_minutes(found) for found in _HOURS.finditer(remark)]
    return bool(hours) and not any(_holds(begin, end, at.hour * 60 + at.minute) for begin, end in hours)


def _minutes(found: re.Match[str]) -> tuple[int, int]:
    begin, begin_minute, end, end_minute = map(int, found.groups())
    return begin * 60 + begin_minute, end * 60 + end_minute


def _holds(begin: int, end: int, now: int) -> bool:
    return begin <= now < end if begin < end else now >= begin or now < end
