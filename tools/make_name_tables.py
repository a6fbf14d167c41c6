"""Make the name tables in resources/names from pypinyin and OpenCC and the two lists kept by hand.

Run again after a change of the lists or of the pinned libraries:

    python tools/make_name_tables.py

`readings.txt`: one line for each set of readings, `readings<TAB>characters`, usual reading first, no tones, ü as v,
u and yu; first those inside a name, then, with `^` before them, those at its beginning where they differ.
`folds.txt`: one line for each character that a search takes others for, itself first.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

NAMES = Path(__file__).resolve().parent.parent / "resources" / "names"

# A second reading inside a name is kept when the phrases of the dictionary really use it.
PHRASES_MIN = 2
PHRASES_SHARE = 0.08
INSIDE_MAX = 3
SURNAME_MAX = 4

# In the list kept by hand: the surname has no other reading, whatever the dictionary knows.
ONLY = "only"

# Rare characters of living names that the dictionary has no reading for.
MORE_READINGS = {"𠮷": ["ji"], "〇": ["ling"]}

# Latin letters that Unicode does not take apart.
LATIN_LETTERS = {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "ħ": "h", "ŧ": "t"}

Readings = dict[str, list[str]]


def main() -> int:
    """Write both tables; the answer is the process's exit code."""
    inside, surname = name_readings(listed(NAMES / "surnames.txt"))
    write(NAMES / "readings.txt", reading_lines(inside, surname))
    write(NAMES / "folds.txt", fold_lines(folds(listed(NAMES / "alike.txt"))))
    return 0


def listed(path: Path) -> list[list[str]]:
    """Return the words of each line that is no comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


def plain(reading: str) -> str:
    """Return a pinyin syllable without its tone, ü as v."""
    apart = unicodedata.normalize("NFD", reading.lower()).replace("u\u0308", "v")
    return "".join(char for char in apart if char.isascii())


def unique(readings: Iterable[str]) -> list[str]:
    """Return the readings once each, in order, empty ones dropped."""
    return [reading for reading in dict.fromkeys(readings) if reading]


def dictionary() -> Readings:
    """Return every reading that pypinyin knows of every character."""
    from pypinyin.constants import PINYIN_DICT

    known = {chr(code): unique(map(plain, text.split(","))) for code, text in PINYIN_DICT.items()}
    return {char: readings for char, readings in (known | MORE_READINGS).items() if readings}


def in_phrases() -> dict[str, Counter[str]]:
    """Count how often the phrases of pypinyin read a character in each way."""
    from pypinyin.constants import PHRASES_DICT

    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in PHRASES_DICT.items():
        if len(phrase) == len(readings):
            for char, reading in zip(phrase, readings, strict=True):
                counts[char][plain(reading[0])] += 1
    return counts


def name_readings(surnames: list[list[str]]) -> tuple[Readings, Readings]:
    """Return the readings inside a name and those at its beginning."""
    known, counts = dictionary(), in_phrases()
    by_hand = with_traditional({words[0]: words[1:] for words in surnames if len(words[0]) == 1}, known)
    inside, surname = {}, {}
    for char, readings in known.items():
        usual = [reading for reading in by_hand.get(char, []) if reading != ONLY]
        total = counts[char].total()
        often = [r for r, n in counts[char].most_common() if n >= PHRASES_MIN and n >= PHRASES_SHARE * total]
        inside[char] = spelled(unique([readings[0], *usual[:1], *often])[:INSIDE_MAX])
        others = [] if ONLY in by_hand.get(char, []) else readings
        surname[char] = spelled(unique([*usual, *others])[:SURNAME_MAX])
        # The surname's usual reading is what a half converted query is turned into, wherever it stands.
        inside[char] = unique([*inside[char], surname[char][0]])
    return inside, surname


def with_traditional(by_hand: Readings, known: Readings) -> Readings:
    """Add the traditional forms of the surnames, where the dictionary reads both alike (not 乾 for 干)."""
    return by_hand | {
        old: by_hand[new]
        for old, new in simplified().items()
        if new in by_hand and old in known and known[old][0] == known[new][0]
    }


def spelled(readings: list[str]) -> list[str]:
    """Return the readings with the three ways in which people type ü after l and n."""
    ways: list[str] = []
    for reading in readings:
        ways.append(reading)
        if reading[:2] in ("lv", "nv"):
            ways += [reading[0] + "u" + reading[2:], reading[0] + "yu" + reading[2:]]
    return unique(ways)


def reading_lines(inside: Readings, surname: Readings) -> list[str]:
    """Return the lines of the table, characters with equal readings together."""
    beginning = {char: readings for char, readings in surname.items() if readings != inside[char]}
    return grouped(inside, "") + grouped(beginning, "^")


def grouped(table: Readings, mark: str) -> list[str]:
    """Return one line for each set of readings."""
    groups: dict[str, list[str]] = defaultdict(list)
    for char in sorted(table):
        groups[",".join(table[char])].append(char)
    return [f"{mark}{readings}\t{''.join(chars)}" for readings, chars in sorted(groups.items())]


def folds(alike: list[list[str]]) -> dict[str, str]:
    """Return for each character the one that a search takes it for."""
    first = {char: words[0][0] for words in alike for char in words[0][1:]}
    result = simplified() | accents() | LATIN_LETTERS | first
    return {char: at_last(into, result) for char, into in result.items()}


def at_last(char: str, result: dict[str, str]) -> str:
    """Follow a character to the one that is taken for no other."""
    while char in result:
        char = result[char]
    return char


def simplified() -> dict[str, str]:
    """Return the simplified form of each traditional character, by OpenCC."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    codes = [*range(0x3400, 0xA000), *range(0x20000, 0x32000)]
    pairs = ((chr(code), convert(chr(code))) for code in codes)
    return {old: new for old, new in pairs if old != new and len(new) == 1}


def accents() -> dict[str, str]:
    """Return the plain letter of each accented Latin small letter."""
    result = {}
    for code in [*range(0xE0, 0x250), *range(0x1E00, 0x1F00)]:
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.islower() and base != chr(code):
            result[chr(code)] = base
    return result


def fold_lines(result: dict[str, str]) -> list[str]:
    """Group the characters by what they are taken for."""
    groups: dict[str, list[str]] = defaultdict(list)
    for char, into in sorted(result.items()):
        groups[into].append(char)
    return [into + "".join(chars) for into, chars in sorted(groups.items())]


def write(path: Path, lines: list[str]) -> None:
    """Write the lines, always with the same line ends."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{path.name}: {len(lines)} lines, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
