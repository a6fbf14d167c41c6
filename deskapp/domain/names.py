"""How a person's name, phone and document are found by whatever fragment of them somebody types.

A person is stored under a set of keys; a typed query is turned into one key; the person is found when
a stored key begins with it. So an index of keys in order answers any fragment with one range.

Chinese names are keyed by their characters (simplified), their full pinyin from each syllable on, and
their initials, with every reading of a surname; Mongolian and other Cyrillic names by their letters and
their usual Latin spellings; Latin names by every end of theirs.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

KEY_MAX: Final = 32
"""Characters kept of a key and of a query; both are cut, so a longer query still finds."""
NAME_MAX: Final = 64
"""Characters of a name that are keyed."""
KEYS_MAX: Final = 96
"""Keys stored for one name at most."""

_PIECES_MAX: Final = 16
_SPELLINGS_MAX: Final = 12
_SPELLINGS_OF_LONG: Final = 4
_TRANSLITERATIONS_MAX: Final = 8
_PHONE_PART_MIN: Final = 3

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAS_HAN: Final = re.compile(f"[{_HAN}]")
_PLAIN_HAN: Final = re.compile("[\u4e00-\u9fff]+")
"""What no normal form changes: most names, so that they are taken apart fast."""
_PIECES: Final = re.compile(f"[{_HAN}]|[^{_HAN}]+")
_HALF_CONVERTED: Final = re.compile(f"([{_HAN}]+)([a-z]+)")
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_LETTERS_THEN_DIGITS: Final = re.compile(r"[^\W\d_]+(\d+)")

_INVISIBLE: Final = (
    *((0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x300, 0x36F), (0x61C, 0x61C)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE01EF)),
)
_DOTS: Final = "•・‧⋅∙●᛫"
_SEPARATORS: Final = "·.。,，、;:'’‘`\"“”-‐‑–—_/\\|()[]<>+*&"
_CLEAN: Final[dict[int, str | None]] = {
    **{code: None for first, last in _INVISIBLE for code in range(first, last + 1)},
    **{ord(dot): "·" for dot in _DOTS},
}
_TO_WORDS: Final[dict[int, str | None]] = {**_CLEAN, **{ord(char): " " for char in _SEPARATORS + _DOTS}}

# The passport spelling of Mongolia (MNS 5217:2012); Russian, Kazakh and Ukrainian letters added.
_SPELLED: Final = (
    "аa бb вv гg дd еye ёyo жj зz иi йi кk лl мm нn оo өu пp рr сs тt уu үu фf хkh цts чch шsh щsh ъ ыy ьi эe юyu яya "
    "әa қk ғg ңn ұu іi һh єye їyi ґg ўu"
)
_LATIN: Final = {ord(pair[0]): pair[1:] for pair in _SPELLED.split()}
# What people write instead; the most important last, because only so many spellings are kept.
_LATIN_CHOICES: Final = (
    ("й", ("i", "y")),
    ("ь", ("i", "")),
    ("е", ("ye", "e")),
    ("ө", ("u", "o")),
    ("ж", ("j", "zh")),
    ("х", ("kh", "h")),
)


@dataclass(frozen=True)
class NameTables:
    """Readings of characters without tones, usual one first, and what a search takes for one another.

    `inside` holds the readings inside a name, `surname` those at its beginning, `compounds` the syllables
    of compound surnames in simplified characters, `folds` is for `str.translate`.
    """

    inside: Mapping[str, tuple[str, ...]]
    surname: Mapping[str, tuple[str, ...]]
    compounds: Mapping[str, tuple[str, ...]]
    folds: Mapping[int, str]


class NameForms(NamedTuple):
    """A name taken apart: folded letters, its pieces (a Chinese character or a word) and their spellings.

    `spelled` is never empty unless the name is; each entry is as long as `pieces`.
    """

    literal: str
    pieces: Sequence[str]
    spelled: Sequence[Sequence[str]]
    han: bool


def normalise(text: str, tables: NameTables) -> str:
    """Return `text` as a search sees it; for keys only, never for what is stored or shown.

    One width and form (NFKC), one dot, one case, simplified characters, single spaces, nothing invisible.
    """
    clean = unicodedata.normalize("NFKC", text).casefold().translate(_CLEAN)
    return " ".join(clean.split()).translate(tables.folds)


def search_keys(name: str, tables: NameTables) -> frozenset[str]:
    """Return the keys under which `name` is found; none of them begins another."""
    forms = name_forms(name, tables)
    if not forms.literal:
        return _longest([normalise(name, tables)[:KEY_MAX]])
    keys = [forms.literal[start : start + KEY_MAX] for start in range(len(forms.literal))]
    for spelled in forms.spelled:
        full = initials = ""
        for syllable in reversed(spelled):
            full = syllable + full
            initials = syllable[0] + initials
            keys.append(full[:KEY_MAX])
            keys.append(initials)
    if not forms.han and len(forms.pieces) > 1:
        keys += _other_orders(forms, tables)
    return _longest(list(dict.fromkeys(keys))[:KEYS_MAX])


def query_key(text: str, tables: NameTables) -> str:
    """Return the key that begins some stored key of every person whom `text` should find; "" for nothing.

    Good for names, phones and document numbers alike. A half converted input ("张w") becomes pinyin.
    """
    joined = "".join(_words(text))
    half = _HALF_CONVERTED.fullmatch(joined)
    if half:
        joined = _usual_pinyin(half[1], tables) + half[2]
    return (joined.translate(tables.folds) or normalise(text, tables))[:KEY_MAX]


def phone_keys(phone: str, tables: NameTables) -> frozenset[str]:
    """Return the keys of a phone number: each end of it with at least 3 digits."""
    digits = "".join(char for char in normalise(phone, tables) if char.isdecimal())
    last = max(1, len(digits) - _PHONE_PART_MIN + 1)
    return _longest([digits[start : start + KEY_MAX] for start in range(min(last, NAME_MAX))])


def document_keys(document: str, tables: NameTables) -> frozenset[str]:
    """Return the keys of a document number: whole, without leading letters, birth date on, last 6, last 4."""
    whole = "".join(_words(document)).translate(tables.folds)
    keys = [whole, whole[-6:], whole[-4:]]
    if digits := _LETTERS_THEN_DIGITS.fullmatch(whole):
        keys.append(digits[1])
    if len(whole) == 18:
        keys.append(whole[6:])
    return _longest([key[:KEY_MAX] for key in keys])


def digit_keys(phone: str, document: str, tables: NameTables) -> frozenset[str]:
    """Return the keys of a phone and a document number together; either may be empty."""
    return phone_keys(phone, tables) | document_keys(document, tables)


def matched_part(shown: str, query: str, tables: NameTables) -> tuple[int, int] | None:
    """Return start and end of the part of the name `shown` that `query` found, or None.

    A match by pinyin, initials or Latin spelling gives the characters or words so spelled.
    """
    key = query_key(query, tables)
    words, spans = _placed(shown)
    if not key or not words:
        return None
    forms = _forms(words, tables)
    at = forms.literal.find(key)
    if at >= 0:
        return spans[at][0], spans[min(at + len(key), len(spans)) - 1][1]
    ends = list(itertools.accumulate(len(piece) for piece in forms.pieces))
    found = _spelled_match(forms, key)
    if found:
        first, last = found
        return spans[ends[first] - len(forms.pieces[first])][0], spans[ends[last] - 1][1]
    orders = _other_orders(forms, tables) if not forms.han and len(forms.pieces) > 1 else []
    return (spans[0][0], spans[-1][1]) if any(order.startswith(key) for order in orders) else None


def matched_digits(shown: str, actual: str, query: str) -> tuple[int, int] | None:
    """Return start and end of the part of a number that `query` found, as it stands in `shown`.

    `shown` may be a mask of `actual` or another grouping of it: both are laid side by side from the right.
    """
    number, typed = _alphanumeric(actual), _alphanumeric(query)
    at = number.find(typed)
    if not typed or at < 0:
        return None
    places = [place for place, char in enumerate(shown) if char.isalnum() or char == "*"]
    first = at - len(number) + len(places)
    last = first + len(typed) - 1
    if last < 0:
        return None
    return places[max(first, 0)], places[last] + 1


def name_forms(name: str, tables: NameTables) -> NameForms:
    """Take a name apart; see `NameForms`."""
    return _forms(_words(name), tables)


def _forms(words: list[str], tables: NameTables) -> NameForms:
    literal = "".join(words)[:NAME_MAX].translate(tables.folds)
    if _HAS_HAN.search(literal):
        pieces = [piece for word in words for piece in _PIECES.findall(word)][:_PIECES_MAX]
        return NameForms(literal, pieces, _pinyin(pieces, tables), True)
    pieces = words[:_PIECES_MAX]
    if _CYRILLIC.search(literal):
        return NameForms(literal, pieces, _transliterated(pieces), False)
    return NameForms(literal, pieces, [[word.translate(tables.folds) for word in pieces]], False)


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text).casefold().translate(_TO_WORDS).split()


def _pinyin(pieces: Sequence[str], tables: NameTables) -> list[tuple[str, ...]]:
    """Return the spellings of a name with Chinese characters; other pieces spell themselves."""
    inside = tables.inside
    options = [inside.get(piece) or _itself(piece, tables) for piece in pieces]
    options[0] = tables.surname.get(pieces[0], options[0])
    compound = tables.compounds.get("".join(pieces[:2]).translate(tables.folds))
    if compound:
        for place, syllable in enumerate(compound):
            options[place] = tuple(dict.fromkeys((syllable, *options[place])))
    return list(itertools.product(*_bounded(options)))


def _itself(piece: str, tables: NameTables) -> tuple[str, ...]:
    return (_transliterated([piece])[0][0] if _CYRILLIC.search(piece) else piece.translate(tables.folds),)


def _bounded(options: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Drop the rarest readings, those inside the name first, until few enough spellings are left."""
    limit = _SPELLINGS_MAX if len(options) <= 4 else _SPELLINGS_OF_LONG
    count = 1
    for readings in options:
        count *= len(readings)
    while count > limit:
        place = max(range(len(options)), key=lambda at: (len(options[at]), at))
        count = count // len(options[place]) * (len(options[place]) - 1)
        options[place] = options[place][:-1]
    return options


def _transliterated(words: Sequence[str]) -> list[list[str]]:
    """Return the Latin spellings of Cyrillic words, each spelling consistent; the passport's is first."""
    letters = set().union(*words)
    choices = [[(char, way) for way in ways] for char, ways in _LATIN_CHOICES if char in letters]
    result = []
    for chosen in itertools.islice(itertools.product(*choices), _TRANSLITERATIONS_MAX):
        table = _LATIN | {ord(char): way for char, way in chosen}
        result.append([word.translate(table) or word for word in words])
    return result


def _other_orders(forms: NameForms, tables: NameTables) -> list[str]:
    """Return the keys of names of several words in another order, and with the first word as an initial."""
    written = [piece.translate(tables.folds) for piece in forms.pieces]
    keys = []
    for words in (written, *forms.spelled):
        for start in range(1, len(words)):
            turned = [*words[start:], *words[:start]]
            keys.append("".join(turned)[:KEY_MAX])
            keys.append("".join(word[0] for word in turned))
        keys.append((words[0][0] + "".join(words[1:]))[:KEY_MAX])
    return keys


def _usual_pinyin(characters: str, tables: NameTables) -> str:
    folded = characters.translate(tables.folds)
    compound = tables.compounds.get(folded[:2], ())
    first = tables.surname.get(characters[0], tables.inside.get(characters[0], (characters[0],)))
    syllables = list(compound) or [first[0]]
    rest = characters[len(syllables) :]
    return "".join(syllables + [tables.inside.get(char, (char,))[0] for char in rest])


def _longest(keys: Iterable[str]) -> frozenset[str]:
    """Drop the empty key and keys that begin another one: a search by prefix finds the longer."""
    ordered = sorted(set(keys))
    following = [*ordered[1:], ""]
    return frozenset(key for key, after in zip(ordered, following, strict=True) if not after.startswith(key))


def _placed(shown: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the words of `shown` and, for each of their letters, where it stands in `shown`."""
    if _PLAIN_HAN.fullmatch(shown):
        return [shown], [(place, place + 1) for place in range(len(shown))]
    words, spans, start = [""], [], 0
    for end in range(1, len(shown) + 1):
        if end < len(shown) and (
            unicodedata.combining(shown[end]) or _CLEAN.get(ord(shown[end]), "") is None
        ):
            continue
        parts = _words(shown[start:end]) or ["", ""]
        words[-1] += parts[0]
        words += parts[1:]
        spans += [(start, end)] * sum(map(len, parts))
        start = end
    return [word for word in words if word], spans


def _spelled_match(forms: NameForms, key: str) -> tuple[int, int] | None:
    """Return the first and last piece whose spelling, else whose initials, begin with `key`."""
    for spell in (str, _first_letter):
        for spelled in forms.spelled:
            for first in range(len(spelled)):
                lengths = itertools.accumulate(len(spell(syllable)) for syllable in spelled[first:])
                if "".join(map(spell, spelled[first:])).startswith(key):
                    return first, first + sum(length < len(key) for length in lengths)
    return None


def _first_letter(word: str) -> str:
    return word[0]


def _alphanumeric(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
