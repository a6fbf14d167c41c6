"""Words that are not yet in anybody's language.

The floors below the window speak in message ids with parameters; whoever shows the words
(window, form, command line) turns them into the user's language with a `Translator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(message: str) -> str:
    """Mark `message` for the catalogue and return it unchanged."""
    return message


@dataclass(frozen=True)
class Text:
    """A catalogue message with the values for its `{placeholders}`.

    Values may be `Text` or `Words` themselves, dates, months, times or plain values; the translator
    formats each in the user's way.
    """

    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.params) if self.params else self.message


@dataclass(frozen=True)
class Month:
    """A month of a year, as a value of a `Text`."""

    year: int
    month: int


@dataclass(frozen=True)
class Words:
    """Text that a site can edit, carried as data in the three languages."""

    zh: str
    en: str
    mn: str

    def in_language(self, language: str) -> str:
        """Return the text in `language` ("zh", "en", "mn"), else whichever is not empty."""
        chosen = {"zh": self.zh, "en": self.en, "mn": self.mn}.get(language, "")
        return chosen or self.zh or self.en or self.mn
