"""Finding the words of rules in what a visitor says, in Chinese, English and Mongolian mixed.

Chinese words are found anywhere in the text, Cyrillic and Latin ones at the beginning of a word, so
that inflected forms match. What the visitor says not to have is told apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, pairwise
from operator import attrgetter
from typing import Final

_HAN: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN: Final = re.compile(
    rf"(?P<han>[{_HAN}、]+)|(?P<word>[^\W_{_HAN}]+)|(?P<stop>[;:!?。\n\r]|,(?!\d)|\.(?=\s|$))"
)
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’‘ʼ`´"))
# Keyboards without Ө and Ү write these instead.
_CYRILLIC_STOPGAPS: Final = str.maketrans("єїЄЇ", "өүӨҮ")

_HAN_DENIAL: Final = re.compile(
    r"(?<![有是不])(?:没有?|并?无|未|否认)(?:明显|出现|感到|觉得|什么|任何|发生|见|再|过|有)*$"
    r"|(?<![是不])不(?:再|会|是|伴有?)?$"
)
_LATIN_DENIAL: Final = re.compile(
    r" (?:no|not|without|den(?:y|ies|ied)|never|nor|(?:do|does|did|is|are|was|have|has|had)nt)"
    r"(?: (?:any|a|an|the|have|having|had|has|got|feel|feeling|felt|my|more|longer|signs?|of|been))*$"
)
_CYRILLIC_DENIAL: Final = re.compile(
    r"(?: (?:огт|одоо|надад|нь))? (?:байхгүй|үгүй|биш|алга|байгаагүй|болоогүй|өвдөхгүй|өвдөөгүй) "
)
# "Can't" is a complaint, not a denial.
_CYRILLIC_CANNOT: Final = re.compile(r" (?:чад|дийл|болд)[^ ]*гүй$")
_NEITHER_NOR: Final = re.compile(r"(?:、|和|或者?|以?及|与|跟| or| nor)+")
_GAPS: Final = {
    # A figure counts as one character ("怀孕3个月出血"), and 非常 denies nothing.
    (True, True): r"(?:[^ \n不没无未非]|非常| \d+ ){0,4}?",
    (
        False,
        False,
    ): r"(?: (?!(?:no|not|never|without|(?:do|does|did|is|are|was|have|has|had|wo|ca)nt) )[^ \n]+){0,2}?",
}
_MIXED_GAP: Final = r"[^\n]{0,6}?"
_LONGEST_DENIAL: Final = 40
# Whoever pastes a book says nothing new after that.
_MOST_REPEATS: Final = 10


@dataclass(frozen=True)
class Phrase:
    """A word or phrase of the rules, ready for comparing.

    `first` is a quick test, `pattern` the whole; `words` is how many words it has when nothing stands
    between them, 0 for Chinese with room inside; `negative` carries a negation of its own, as in
    Mongolian "can't".
    """

    first: str
    pattern: str
    weight: int = 1
    words: int = 1
    negative: bool = False


@dataclass(frozen=True)
class Heard:
    """What was said, cut into words: `text` for comparing and `said` for showing, of equal length."""

    text: str
    said: str

    @property
    def nothing(self) -> bool:
        """True when nothing was said that could be compared."""
        return not self.text.strip()


@dataclass(frozen=True)
class Hit:
    """A phrase found from `start` to `end`; `word` is what the visitor said there.

    `weight` is that of the heaviest phrase found at this place.
    """

    start: int
    end: int
    word: str
    phrase: Phrase
    weight: int

    @property
    def tight(self) -> bool:
        """True when nothing stands between the words of the phrase."""
        return self.word.count(" ") + 1 == self.phrase.words

    @property
    def place(self) -> tuple[int, int]:
        """Where it was said, as start and end."""
        return self.start, self.end

    def piece_of(self, other: Hit) -> bool:
        """Return whether this lies inside `other` and is shorter."""
        return self.within(other) and self.place != other.place

    def within(self, other: Hit) -> bool:
        """Return whether this lies inside `other` or at the same place."""
        return other.start <= self.start and self.end <= other.end

    def yields_to(self, other: Hit) -> bool:
        """Return whether `other` says more exactly what was meant here."""
        return other.tight and (self.piece_of(other) or (self.place == other.place and not self.tight))


def phrase(text: str, weight: int = 1, variants: Mapping[int, str] | None = None) -> Phrase:
    """Return a word or phrase of the rules, ready for comparing.

    A space lets up to four characters (Chinese) or two words (other scripts) stand between; a full
    stop after a Cyrillic or Latin word asks for that very word instead of its beginning. Raises
    ValueError when there is nothing to compare.
    """
    parts = [part for piece in text.split() for part in _parts(piece, variants or {})]
    if not parts:
        raise ValueError(text)
    pattern = parts[0][2]
    for (was_han, _, _), (han, _, part) in pairwise(parts):
        pattern += _GAPS.get((was_han, han), _MIXED_GAP) + part
    spaced = len(parts) == 1 or not any(han for han, _, _ in parts)
    return Phrase(parts[0][1], pattern, weight, len(parts) if spaced else 0, "гүй" in parts[-1][1])


def _parts(piece: str, variants: Mapping[int, str]) -> list[tuple[bool, str, str]]:
    """Return what a piece without spaces is made of: Chinese or not, quick test, pattern."""
    tokens = [match for match in _TOKEN.finditer(_clean(piece)) if match.lastgroup != "stop"]
    found = []
    for token in tokens:
        folded = _fold(token.group(), variants)
        if token.lastgroup == "han":
            found.append((True, folded, re.escape(folded)))
        else:
            whole = piece.endswith(".") and token is tokens[-1]
            ending = "(?= )" if whole else "[^ ]*"
            found.append((False, " " + folded, " " + re.escape(folded) + ending))
    return found


def _clean(text: str) -> str:
    """Return the text composed, without apostrophes, invisible characters and keyboard stopgaps."""
    composed = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).translate(_CYRILLIC_STOPGAPS)
    return "".join(char for char in composed if unicodedata.category(char) != "Cf")


def _fold(text: str, variants: Mapping[int, str]) -> str:
    """Return the text in lower case and in the rules' characters, each for one."""
    lower = "".join(small if len(small := char.lower()) == 1 else char for char in text)
    return lower.translate(variants)


def hear(said: str, variants: Mapping[int, str] | None = None) -> Heard:
    """Return what was said, ready for finding phrases; `variants` maps single characters."""
    pieces: list[str] = []
    was_han = False
    for token in _TOKEN.finditer(_clean(said)):
        han = token.lastgroup == "han"
        word = "\n" if token.lastgroup == "stop" else token.group()
        pieces.append(word if han and was_han else f" {word}")
        was_han = han
    text = "".join([*pieces, " "])
    return Heard(_fold(text, variants or {}), text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def find(heard: Heard, phrases: Iterable[Phrase]) -> list[Hit]:
    """Return every place where one of the phrases is said, in order, without what a longer one holds."""
    hits = [
        Hit(found.start(), found.end(), heard.said[slice(*found.span())].strip(), one, one.weight)
        for one in phrases
        if one.first in heard.text
        for found in islice(_compiled(one.pattern).finditer(heard.text), _MOST_REPEATS)
    ]
    longest = [hit for hit in hits if not any(hit.piece_of(other) for other in hits)]
    return [
        replace(hit, weight=_heaviest(hit, hits)) for hit in sorted(longest, key=attrgetter("start", "end"))
    ]


def _heaviest(hit: Hit, hits: Iterable[Hit]) -> int:
    return max(other.weight for other in hits if other.place == hit.place or other.piece_of(hit))


def denied_places(heard: Heard, hits: Collection[Hit]) -> frozenset[tuple[int, int]]:
    """Return the places of what the visitor says not to have.

    Cautious on purpose: a red flag suppressed by mistake is worse than one too many, so a denial has
    to stand right beside the word, or before a word joined to it ("no fever or cough").
    """
    places = sorted({hit.place for hit in hits})
    meant = {hit.place for hit in hits if hit.phrase.negative}
    denied: set[tuple[int, int]] = set()
    for start, end in places:
        listed = any(_NEITHER_NOR.fullmatch(heard.text, earlier, start) for _, earlier in denied)
        inflected = (start, end) not in meant and _negated(heard.text[start:end])
        if listed or inflected or _denied(heard.text, start, end):
            denied.add((start, end))
    return frozenset(denied)


def _negated(words: str) -> bool:
    return words.endswith("гүй") and not _CYRILLIC_CANNOT.search(words)


def _denied(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _LONGEST_DENIAL) : start]
    if _HAN_DENIAL.search(before.rstrip(" ")) or _LATIN_DENIAL.search(before):
        return True
    return _CYRILLIC_DENIAL.match(text, end) is not None
