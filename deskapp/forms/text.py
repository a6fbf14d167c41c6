"""Text that a person typed, made ready for paper: nothing is lost, nothing is a box, nothing overflows.

There is no markup here, so nothing needs escaping: `<b>` prints as `<b>`. A character that no font
shows prints as its code point, such as [U+1F600]; so do controls and characters that reorder their
surroundings. Right-to-left letters are among those, in stored order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from deskapp.forms.fonts import PaperFont, font_for_cyrillic, fonts_for, is_invisible

NEWLINES: Final = frozenset("\n\x85\u2028\u2029")
_NEVER_FIRST: Final = frozenset("!%),.:;?]}»’”…‰、。〃々〉》」』】〕〗〞﹐﹒！％），．：；？］｝～·ー")
_NEVER_LAST: Final = frozenset("([{«‘“〈《「『【〔〖〝（［｛￥¥$")
_BREAK_AFTER: Final = frozenset("-/‐–—\u200b|\\@&")
_FIXED_SPACES: Final = frozenset("\u00a0\u2007\u202f")


class Atom(NamedTuple):
    """One character as it will be printed; `advance` in thousandths of the type size."""

    text: str
    font: PaperFont
    advance: float
    before: bool
    after: bool
    space: bool = False
    mark: bool = False


class Run(NamedTuple):
    """Characters of one font."""

    font: PaperFont
    text: str
    advance: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of runs; `advance` in thousandths of the type size."""

    runs: tuple[Run, ...]
    advance: float

    def width(self, size: float) -> float:
        """Return the width in points at a type size in points."""
        return self.advance * size / 1000

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


EMPTY: Final = Line((), 0)


class Typesetter:
    """Breaks text into lines of runs for one language and weight."""

    def __init__(self, language: str, bold: bool) -> None:
        self._fonts = fonts_for(language, bold)
        self._cyrillic = font_for_cyrillic(bold)
        self._atoms: dict[str, tuple[Atom, ...]] = {}

    def line(self, text: str) -> Line:
        """Return `text` as one line, however long; line breaks in it become spaces."""
        return _line(self._set(" ".join(split_lines(text))))

    def wrap(self, text: str, width: float, size: float) -> list[Line]:
        """Return the lines of `text` that fit `width` points at `size` points; [] for no text.

        Words wider than a line are broken anywhere but before a combining mark.
        """
        if not text:
            return []
        limit = width * 1000 / size
        return [line for part in split_lines(text) for line in _wrapped(self._set(part), limit)]

    def _set(self, text: str) -> list[Atom]:
        known = self._atoms
        atoms: list[Atom] = []
        for char in text:
            found = known.get(char)
            atoms.extend(self._learn(char) if found is None else found)
        return _with_marks_joined(atoms) if not text.isascii() else atoms

    def _learn(self, char: str) -> tuple[Atom, ...]:
        atoms = self._atoms[char] = tuple(self._atoms_of(char))
        return atoms

    def _atoms_of(self, char: str) -> Iterable[Atom]:
        if char == "\t":
            return self._atoms_of(" ")
        if is_invisible(char):
            return (Atom(char, self._fonts[0], 0, False, char in _BREAK_AFTER, mark=True),)
        font = self._font_of(char)
        if font is not None:
            return (_atom(char, font),)
        # white is white: a space that no font has is printed as the usual one
        return self._atoms_of(" ") if unicodedata.category(char) == "Zs" else self._code_point(char)

    def _font_of(self, char: str) -> PaperFont | None:
        if unicodedata.category(char) in {"Cc", "Cs", "Cf", "Zl", "Zp"}:
            return None
        code = ord(char)
        if 0x0400 <= code <= 0x052F:
            return self._cyrillic
        return next((font for font in self._fonts if font.has(code)), None)

    def _code_point(self, char: str) -> Iterable[Atom]:
        """Return the atoms of [U+1F600]: lines break before and after it rather than inside."""
        atoms = [_atom(part, self._font_of(part) or self._fonts[0]) for part in f"[U+{ord(char):04X}]"]
        first = atoms[0]._replace(before=True, after=False)
        return (
            first,
            *(atom._replace(before=False, after=False) for atom in atoms[1:-1]),
            atoms[-1]._replace(after=True),
        )


@cache
def typesetter(language: str, bold: bool = False) -> Typesetter:
    """Return the typesetter of a language ("zh", "en", "mn") and weight."""
    return Typesetter(language, bold)


def split_lines(text: str) -> list[str]:
    """Split at every kind of line end that a text field can hold."""
    if text.isascii() and "\n" not in text and "\r" not in text:
        return [text]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join("\n" if char in NEWLINES else char for char in text).split("\n")


def _atom(char: str, font: PaperFont) -> Atom:
    advance = font.face.advance(font.face.glyph(ord(char)))
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Mc"}:
        return Atom(char, font, advance, False, False, mark=True)
    if category == "Zs" and char not in _FIXED_SPACES:
        return Atom(char, font, advance, False, True, space=True)
    wide = unicodedata.east_asian_width(char) in "WF"
    return Atom(
        char,
        font,
        advance,
        before=wide and char not in _NEVER_FIRST,
        after=(wide and char not in _NEVER_LAST) or char in _BREAK_AFTER,
    )


def _with_marks_joined(atoms: list[Atom]) -> list[Atom]:
    """Let a mark take its base's font where that has it, and its base's right to break after it."""
    for at, atom in enumerate(atoms):
        if atom.mark and at:
            base = atoms[at - 1]
            font = base.font if base.font.has(ord(atom.text)) else atom.font
            atoms[at] = atom._replace(font=font, after=atom.after or base.after)
    return atoms


def _line(atoms: Sequence[Atom]) -> Line:
    """Gather atoms into runs; spaces at the end of the line take no room."""
    end = len(atoms)
    while end and atoms[end - 1].space:
        end -= 1
    runs: list[Run] = []
    start = 0
    while start < end:
        font, stop, advance = atoms[start].font, start, 0.0
        while stop < end and atoms[stop].font is font:
            advance += atoms[stop].advance
            stop += 1
        runs.append(Run(font, "".join([atom.text for atom in atoms[start:stop]]), advance))
        start = stop
    return Line(tuple(runs), sum(run.advance for run in runs))


def _wrapped(atoms: list[Atom], limit: float) -> list[Line]:
    if sum([atom.advance for atom in atoms]) <= limit:
        return [_line(atoms)]
    lines, start = [], 0
    while start < len(atoms):
        stop = _line_end(atoms, start, limit)
        lines.append(_line(atoms[start:stop]))
        start = stop
    return lines


def _line_end(atoms: Sequence[Atom], start: int, limit: float) -> int:
    """Return where the line that begins at `start` ends, at least one character on."""
    advance, last_break = 0.0, start
    for at in range(start, len(atoms)):
        atom = atoms[at]
        if (
            at > start
            and not atom.mark
            and (atom.before or atoms[at - 1].after)
            and _may_part(atoms[at - 1], atom)
        ):
            last_break = at
        if atom.space:
            advance += atom.advance
            continue
        advance += atom.advance
        if advance > limit and at > start:
            return last_break if last_break > start else _before_marks(atoms, start, at)
    return len(atoms)


def _may_part(left: Atom, right: Atom) -> bool:
    return left.text not in _NEVER_LAST and right.text not in _NEVER_FIRST and not right.space


def _before_marks(atoms: Sequence[Atom], start: int, at: int) -> int:
    """Step back so that a mark stays with its base; give up when the whole line is marks."""
    stop = at
    while stop > start + 1 and atoms[stop].mark:
        stop -= 1
    return stop if not atoms[stop].mark else at
