"""What people type into a field, read as dates, times, money and numbers. Pure: no Qt, no clock.

Every reader takes what was typed, in any width of digits, and raises ValueError when it makes no sense.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_DAY_FIRST = frozenset({"en"})


class NoSuchDay(ValueError):
    """Written like a date, but no calendar has it: 30 February."""


def plain(text: str) -> str:
    """Return the text in half width without surrounding space."""
    return unicodedata.normalize("NFKC", text).strip()


def date(text: str, language: str, today: dt.date, *, past: bool = False) -> dt.date:
    """Read a date as people type it fast.

    19580304, 580304, 1958-3-4, 1958.3.4, 1958年3月4日 and 3/4 (this year) in Chinese and Mongolian order; 04031958,
    4/3/1958, 4 Mar 1958 and 4/3 in English order. With `past` a date without century or year is the latest
    one that is not in the future.
    """
    words = plain(text).casefold()
    parts = [_number(part) for part in re.findall(r"\d+|[a-z]+", words)]
    if re.search(r"[^\d\s./,\-年月日a-z]", words) or not parts:
        raise ValueError(text)
    day_first = language in _DAY_FIRST
    if len(parts) == 1:
        parts = _split(parts[0], day_first)
    return _assembled(parts, day_first, today, past)


def _day(year: int, month: str, day: str) -> dt.date:
    try:
        return dt.date(year, int(month), int(day))
    except ValueError as error:
        # A month 13, or a 32nd of any month, rather is another way of writing than a day.
        if year and 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            raise NoSuchDay(f"{year}-{month}-{day}") from error
        raise


def _number(part: str) -> str:
    if part.isdigit():
        return part
    month = _MONTHS.get(part[:3])
    if month is None:
        raise ValueError(part)
    return str(month)


def _split(digits: str, day_first: bool) -> list[str]:
    """Cut a date typed in one go: 8, 6 or 4 digits."""
    if len(digits) == 8:
        if day_first and not digits.startswith(("18", "19", "20")):
            return [digits[:2], digits[2:4], digits[4:]]
        return [digits[:4], digits[4:6], digits[6:]]
    if len(digits) in (4, 6):
        return [digits[at : at + 2] for at in range(0, len(digits), 2)]
    raise ValueError(digits)


def _assembled(parts: list[str], day_first: bool, today: dt.date, past: bool) -> dt.date:
    if len(parts) == 2:
        month, day = (parts[1], parts[0]) if day_first else (parts[0], parts[1])
        found = _day(today.year, month, day)
        return _day(today.year - 1, month, day) if past and found > today else found
    if len(parts) != 3:
        raise ValueError("-".join(parts))
    if len(parts[0]) == 4 or (not day_first and len(parts[2]) != 4):
        year, month, day = parts
    elif day_first:
        day, month, year = parts
    else:
        month, day, year = parts
    return _day(_year(year, today, past), month, day)


def _year(typed: str, today: dt.date, past: bool) -> int:
    if len(typed) == 4:
        return int(typed)
    if len(typed) != 2:
        raise ValueError(typed)
    year = today.year // 100 * 100 + int(typed)
    return year - 100 if past and year > today.year else year


def time(text: str) -> dt.time:
    """Read a time of day: 1430, 930, 9, 14:30, 14.30, 14点30分."""
    words = plain(text)
    if not re.fullmatch(r"\d{1,4}|\d{1,2}\s*[:.,点時时]\s*(\d{1,2}\s*分?)?", words):
        raise ValueError(text)
    numbers = re.findall(r"\d+", words)
    if len(numbers) == 1 and len(numbers[0]) > 2:
        numbers = [numbers[0][:-2], numbers[0][-2:]]
    return dt.time(int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0)


def money(text: str) -> int:
    """Read an amount in yuan, 12, 12.5, ¥1,200.00 or 12元, as fen; parts of a fen are refused."""
    words = re.sub(r"[¥￥元\s,]", "", plain(text))
    if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", words):
        raise ValueError(text)
    try:
        fen = Decimal(words) * 100
    except InvalidOperation as error:
        raise ValueError(text) from error
    if fen != fen.to_integral_value():
        raise ValueError(text)
    return int(fen)


def whole(text: str) -> int:
    """Read a whole number."""
    words = plain(text)
    if not re.fullmatch(r"[+-]?\d{1,15}", words):
        raise ValueError(text)
    return int(words)


def decimal(text: str) -> float:
    """Read a number with a decimal point or comma."""
    words = plain(text).replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)", words):
        raise ValueError(text)
    return float(words)
