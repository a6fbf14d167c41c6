"""What a good translation must keep, whatever it says: placeholders, punctuation, its own script."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

_CJK = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FULL_WIDTH = "，。：；？！、（）《》“”‘’…—"
_CYRILLIC = r"\u0400-\u04ff"
_CHINESE_RULES = (
    (re.compile(rf"[{_CJK}][,.:;?!]"), "half-width punctuation after a Chinese character"),
    (re.compile(rf"[{_CJK}]\(|\([{_CJK}]|[{_CJK}]\)"), "half-width bracket beside a Chinese character"),
    (
        re.compile(rf"[{_CJK}] +[{_FULL_WIDTH}]|[{_FULL_WIDTH}] +[{_CJK}]"),
        "space beside full-width punctuation",
    ),
    (re.compile(r"\}[,;?!:](?!//)"), "half-width punctuation after a value"),
)
_MONGOLIAN_RULES = (
    (re.compile(rf"[A-Za-z][{_CYRILLIC}]|[{_CYRILLIC}][A-Za-z]"), "Latin letter inside a Cyrillic word"),
    (re.compile("[єїЄЇ]"), "Ukrainian letter in place of ө or ү"),
)
# argparse's own sentences are filled in the old way.
_OLD_STYLE = re.compile(r"%(?:\(\w+\))?[sdr]")
_WORDS = re.compile(r"[a-z]{2,}(?=[^a-z]|$)")


def problems_of(language: str, message: str, translation: str) -> list[str]:
    """Return what is wrong with the translation ("zh" or "mn") of an English message."""
    return list(_all_problems(language, message, translation))


def _all_problems(language: str, message: str, translation: str) -> Iterator[str]:
    expected, found = placeholders(message), placeholders(translation)
    if found is None:
        yield "broken placeholder"
    elif found != expected:
        yield f"placeholders {sorted(found)}, expected {sorted(expected or ())}"
    if sorted(_OLD_STYLE.findall(message)) != sorted(_OLD_STYLE.findall(translation)):
        yield "other %-placeholders"
    if _edges(message) != _edges(translation):
        yield "begins or ends with other white space"
    if message == translation and len(_WORDS.findall(re.sub(r"\{.*?\}", " ", message))) > 1:
        yield "left in English"
    if language == "zh" and re.search(f"[{_CJK}]", translation):
        yield from (complaint for rule, complaint in _CHINESE_RULES if rule.search(translation))
    if language == "mn":
        yield from (
            complaint for rule, complaint in _MONGOLIAN_RULES if rule.search(_without_values(translation))
        )


def placeholders(text: str) -> frozenset[str] | None:
    """Return the values a message takes, with their formats: {"name", "sum:,"}; None when it can't be filled in."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    return frozenset(
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _text, name, form, conversion in parts
        if name is not None
    )


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _without_values(text: str) -> str:
    # A case ending is glued to a value: {name}-д, {name}ийн.
    return re.sub(r"\{.*?\}", " ", text)
