"""The shipped fonts: loading them, which family comes first in a language, figures of equal width.

Adding the six files costs 6 ms after Qt's own font start, 3 ms of it for the last two, and no memory before
a glyph is drawn (the files are mapped, measured on Linux). Adding one later would make every widget take its
font anew, so nothing is put off.
"""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

from deskapp import paths

LATIN, HAN, RARE = "Noto Sans", "Noto Sans SC", "Noto Sans JP"
_FILES = (
    "NotoSans_400Regular.ttf",
    "NotoSans_700Bold.ttf",
    "NotoSansSC_400Regular.ttf",
    "NotoSansSC_700Bold.ttf",
    "NotoSansJP_400Regular.ttf",
    "NotoSansJP_700Bold.ttf",
)


def load() -> tuple[str, ...]:
    """Make the shipped fonts known to Qt, once; return the files that could not be read."""
    if {LATIN, HAN, RARE} <= set(QFontDatabase.families()):
        return ()
    folder = paths.resource("fonts")
    return tuple(name for name in _FILES if QFontDatabase.addApplicationFont(str(folder / name)) < 0)


def families(language: str) -> list[str]:
    """Return the families in the order of the language.

    Noto Sans SC lacks the Mongolian letters Ө and Ү: where it came first, a word would change its font
    in the middle. In Chinese it comes first so that digits and Latin letters match the characters.
    Noto Sans JP stands last for what neither has, such as 𠮷 (U+20BB7).
    """
    return [HAN, LATIN, RARE] if language == "zh" else [LATIN, HAN, RARE]


def font(language: str, pixels: int, *, bold: bool = False) -> QFont:
    """Return the window's font at a height in pixels."""
    made = QFont(families(language))
    made.setPixelSize(pixels)
    made.setBold(bold)
    return made


def tabular(base: QFont) -> QFont:
    """Return `base` with figures of equal width, for times, money and counts."""
    made = QFont(base)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
