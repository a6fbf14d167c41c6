"""Duty times as people type them: the spans of a day, and the exceptions of single dates, a line each."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from deskapp.domain.duty import Duty

Spans = tuple[tuple[dt.time, dt.time], ...]
OFF: Final = ("off", "停诊", "休", "амарна", "чөлөө")
"""Words by which a line says that the doctor is off duty; the first three are what the languages write."""
OFF_WORDS: Final = {"en": "off", "zh": "停诊", "mn": "амарна"}

_DATE: Final = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?[.:：]?\s*(.*)")
_SPAN: Final = re.compile(r"(\d{1,2})[:.点]?(\d{2})?-(\d{1,2})[:.点]?(\d{2})?")
_WHOLE_DAY: Final = (dt.time(0), dt.time(0))


def read_spans(text: str) -> Spans:
    """Read the spans of one day: "08:00-12:00, 14:00-17:30", also "8-12" and "0800-1200"; "" for none.

    Raises ValueError when it makes no sense.
    """
    plain = unicodedata.normalize("NFKC", text).replace("–", "-").replace("—", "-")
    parts = re.split(r"[,、;\s]+", re.sub(r"\s*-\s*", "-", plain).strip())
    return tuple(_span(part) for part in parts if part)


def _span(part: str) -> tuple[dt.time, dt.time]:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise ValueError(part)
    hour, minute, last, last_minute = (int(piece or 0) for piece in found.groups())
    # A day ends at 24:00, which a clock calls 00:00.
    return dt.time(hour, minute), dt.time(0 if (last, last_minute) == (24, 0) else last, last_minute)


def span_text(spans: Iterable[tuple[dt.time, dt.time]]) -> str:
    """Return spans as `read_spans` reads them."""
    return ", ".join(f"{begins:%H:%M}-{_end_text(ends)}" for begins, ends in spans)


def _end_text(ends: dt.time) -> str:
    """Return when a span ends: midnight at the end of a day is read as 24:00, and is not taken for its beginning."""
    return "24:00" if ends == dt.time(0) else f"{ends:%H:%M}"


def weekday_text(times: Iterable[Duty], weekday: int) -> str:
    """Return the spans of one weekday (0 Monday) in words."""
    return span_text((time.begins, time.ends) for time in times if time.weekday == weekday)


def read_exceptions(text: str) -> tuple[Duty, ...]:
    """Read exceptions, a line each: "2026-12-01 08:00-12:00" instead of the weekday's times, "2026-12-02 off".

    A semicolon ends a line too. "2026-12-03 off 14:00-17:00" takes off duty for that span. Raises ValueError with the line.
    """
    found: list[Duty] = []
    for line in unicodedata.normalize("NFKC", text).replace(";", "\n").splitlines():
        if line.strip():
            try:
                found += _exception(line.strip())
            except ValueError:
                raise ValueError(line.strip()) from None
    return tuple(dict.fromkeys(found))


def _exception(line: str) -> list[Duty]:
    match = _DATE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    day = dt.date(*(int(match[place]) for place in (1, 2, 3)))
    rest = match[4].strip()
    word = next((word for word in OFF if rest.casefold().startswith(word)), "")
    spans = read_spans(rest[len(word) :])
    if word:
        return [Duty(begins, ends, day=day, absent=True) for begins, ends in spans or (_WHOLE_DAY,)]
    if not spans:
        raise ValueError(line)
    return [Duty(begins, ends, day=day) for begins, ends in spans]


def exceptions_text(times: Iterable[Duty], language: str = "en") -> str:
    """Return the exceptions of single dates as `read_exceptions` reads them, in the language's word for "off"."""
    by_day: dict[tuple[dt.date, bool], list[tuple[dt.time, dt.time]]] = {}
    for time in times:
        if time.day is not None:
            by_day.setdefault((time.day, time.absent), []).append((time.begins, time.ends))
    return "\n".join(_line(day, absent, spans, language) for (day, absent), spans in sorted(by_day.items()))


def _line(day: dt.date, absent: bool, spans: list[tuple[dt.time, dt.time]], language: str) -> str:
    whole = absent and spans == [_WHOLE_DAY]
    parts = (
        day.isoformat(),
        OFF_WORDS[language] if absent else "",
        "" if whole else span_text(sorted(spans)),
    )
    return " ".join(part for part in parts if part)
