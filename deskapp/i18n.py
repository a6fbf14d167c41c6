"""Three languages: catalogue, dates, times, numbers and money as people say them.

A `Translator` is passed as an argument to whoever needs words, so that a form can be printed in
another language than the window shows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gettext
import locale
import os
from collections.abc import Iterator
from functools import cache

from deskapp import paths
from deskapp.domain.text import N_, Month, Text, Words

LANGUAGES = ("zh", "en", "mn")
DEFAULT_LANGUAGE = "zh"
_CATALOGUES = {"zh": "zh_CN", "mn": "mn"}
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB", "mn": "mn_MN"}
NATIVE_NAMES = {"zh": "中文", "en": "English", "mn": "Монгол"}


class Translator:
    """Turns messages into one language; call it with a message or a `Text`."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, message: str | Text | Words, /, **params: object) -> str:
        """Translate `message` and fill in its placeholders."""
        if isinstance(message, Words):
            return message.in_language(self.language)
        if isinstance(message, Text):
            params = {**message.params, **params}
            message = message.message
        if not message:
            return ""
        words = self._catalogue.gettext(message)
        return words.format(**self._shown(params)) if params else words

    def n(self, singular: str, plural: str, count: int, /, **params: object) -> str:
        """Translate a message that depends on `count`, available as `{count}`."""
        words = self._catalogue.ngettext(singular, plural, count)
        return words.format(**self._shown({**params, "count": count}))

    def _shown(self, params: dict[str, object]) -> dict[str, object]:
        return {name: self.value(value) for name, value in params.items()}

    def value(self, value: object) -> object:
        """Return one parameter as the user reads it; several values become an enumeration."""
        match value:
            case Text() | Words():
                return self(value)
            case dt.datetime():
                local = _local(value)
                return f"{self.date(local.date())} {self.time(local)}"
            case dt.date():
                return self.date(value)
            case Month():
                return self.month(value)
            case dt.time():
                return self.time(value)
            case list() | tuple():
                return ("、" if self.language == "zh" else ", ").join(str(self.value(item)) for item in value)
        return value

    def date(self, day: dt.date) -> str:
        """Return the date in the language's order: 2026-11-03, 3 Nov 2026."""
        if self.language == "en":
            return f"{day.day} {_EN_MONTHS[day.month - 1]} {day.year}"
        return f"{self.month(Month(day.year, day.month))}{self._separator}{day.day:02}"

    def month(self, month: Month) -> str:
        """Return a month as it stands in a date: 2026-11, Nov 2026."""
        if self.language == "en":
            return f"{_EN_MONTHS[month.month - 1]} {month.year}"
        return f"{month.year:04}{self._separator}{month.month:02}"

    @property
    def _separator(self) -> str:
        return "-" if self.language == "zh" else "."

    def time(self, moment: dt.datetime | dt.time) -> str:
        """Return hours and minutes; an aware datetime is shown in local time."""
        return (_local(moment) if isinstance(moment, dt.datetime) else moment).strftime("%H:%M")

    def day_time(self, moment: dt.datetime, today: dt.date) -> str:
        """Return the moment as people say it: today 14:30, yesterday 09:10, else date and time."""
        local = _local(moment)
        near = {
            -1: N_("yesterday {time}"),
            0: N_("today {time}"),
            1: N_("tomorrow {time}"),
        }.get((local.date() - today).days)
        return self(near or "{date} {time}", date=local.date(), time=local.time())

    def money(self, fen: int) -> str:
        """Return an amount given in integer fen, with its unit."""
        return money(fen)

    def age(self, birth: dt.date, today: dt.date) -> str:
        """Return the age as a desk says it: years, for small children months, for newborns days."""
        months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
        if months >= 36:
            return self.n("{count} year", "{count} years", months // 12)
        if months >= 1:
            return self.n("{count} month", "{count} months", months)
        return self.n("{count} day", "{count} days", max(0, (today - birth).days))


_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def money(fen: int) -> str:
    """Return an amount given in integer fen, with its unit: it is written alike in all three languages."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{rest:02}"


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone() if moment.tzinfo is not None else moment


@cache
def translator(language: str) -> Translator:
    """Return the translator of "zh", "en" or "mn"; an unknown language gets Chinese."""
    if language not in LANGUAGES:
        language = DEFAULT_LANGUAGE
    return Translator(language, _catalogue(language))


def _catalogue(language: str) -> gettext.NullTranslations:
    name = _CATALOGUES.get(language)
    if name is None:
        return gettext.NullTranslations()
    folder = paths.resource("locale", name, "LC_MESSAGES")
    compiled = folder / "deskapp.mo"
    source = folder / "deskapp.po"
    if source.exists() and (not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime):
        return _from_source(source)
    with compiled.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def _from_source(source: os.PathLike[str]) -> gettext.NullTranslations:
    """Compile a catalogue in memory: the source tree works before any build step ran."""
    import io
    from pathlib import Path

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with Path(source).open("rb") as stream:
        write_mo(compiled, read_po(stream))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def system_language() -> str:
    """Return the language of the system when it is one of ours, else Chinese."""
    for name in _system_names():
        for prefix, language in _SYSTEM_NAMES.items():
            if name.lower().startswith(prefix):
                return language
    return DEFAULT_LANGUAGE


# POSIX names a language by its code, Windows by its English name.
_SYSTEM_NAMES = {"zh": "zh", "chinese": "zh", "mn": "mn", "mongolian": "mn", "en": "en"}


def _system_names() -> Iterator[str]:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if found := os.environ.get(variable):
            # The first that is set decides, as everywhere on the system.
            yield found
            return
    with contextlib.suppress(ValueError):
        yield locale.getlocale()[0] or ""
