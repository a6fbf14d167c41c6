"""Reading printed forms back: text, fonts, codes, and what a block draws."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any, cast

import pytest
from pypdf import PdfReader

from deskapp.domain.papers import Letterhead
from deskapp.forms.blocks import Block, Setting, Strip
from deskapp.forms.fonts import HAN, LATIN, RARE, font, is_invisible
from deskapp.forms.pen import Pen
from deskapp.forms.style import SIZES
from deskapp.forms.text import Line
from deskapp.i18n import Translator, translator

NOW = dt.datetime(2026, 11, 22, 1, 41, tzinfo=dt.UTC)
_WHITE = frozenset("\t\n\r\x85\u2028\u2029")
HEAD = Letterhead("Kangning Central Hospital", None, "Li Na", NOW)


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text().rstrip("\n") for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    """Return all text without white space, which line breaking changes."""
    return squeezed("".join(pages(pdf)))


def squeezed(words: str) -> str:
    """Return words without white space."""
    return "".join(char for char in words if char not in _WHITE and unicodedata.category(char) != "Zs")


def visible(words: str) -> str:
    """Return words as paper shows them: what no font has as its code point, white space left out."""
    return "".join(_visible(char) for char in squeezed(words))


def _visible(char: str) -> str:
    hidden = unicodedata.category(char) in {"Cc", "Cs", "Cf"} and not is_invisible(char)
    families = (HAN, LATIN, RARE)
    known = is_invisible(char) or any(font(family, False).has(ord(char)) for family in families)
    return f"[U+{ord(char):04X}]" if hidden or not known else char


def fonts(pdf: bytes) -> dict[str, dict[str, Any]]:
    """Return the fonts of the first page by their base name."""
    resources = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"].get_object()
    found = [reference.get_object() for reference in resources["/Font"].values()]
    return {entry["/BaseFont"][1:]: entry for entry in found}


def codes(pdf: bytes, folder: Path, *, dpi: int) -> dict[str, str]:
    """Return what a scanner reads from the first page printed at `dpi`: kind of code to content."""
    needs("pdftoppm", "zbarimg")
    source, picture = folder / "form.pdf", folder / "form"
    source.write_bytes(pdf)
    raster = ["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", "-png", str(source), str(picture)]
    subprocess.run(raster, check=True, capture_output=True)
    scan = ["zbarimg", "-q", "--xml", f"{picture}.png"]
    answer = subprocess.run(scan, check=False, capture_output=True, text=True).stdout
    return _symbols(answer)


def _symbols(xml: str) -> dict[str, str]:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(xml)
    symbols = [node for node in root.iter() if node.tag.endswith("symbol")]
    return {node.get("type", ""): next(iter(node)).text or "" for node in symbols}


def ink(pdf: bytes, folder: Path) -> float:
    """Return the share of dark dots of the first page."""
    from PIL import Image

    needs("pdftoppm")
    source, picture = folder / "ink.pdf", folder / "ink"
    source.write_bytes(pdf)
    raster = ["pdftoppm", "-r", "60", "-gray", "-singlefile", "-png", str(source), str(picture)]
    subprocess.run(raster, check=True, capture_output=True)
    with Image.open(f"{picture}.png") as image:
        counts = image.convert("L").histogram()
    return sum(counts[:128]) / sum(counts)


def needs(*programs: str) -> None:
    """Skip the test where a reading program is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


class SpyPen:
    """Notes what is drawn instead of drawing it."""

    def __init__(self, width: float = 595, height: float = 842) -> None:
        self.width, self.height = width, height
        self.texts: list[tuple[float, float, str]] = []
        self.sizes: list[float] = []
        self.colours: list[str] = []
        self.rules: list[tuple[float, float, float, float]] = []
        self.boxes: list[tuple[float, float, float, float]] = []
        self.filled: list[tuple[float, float, float, float]] = []
        self.codes: list[tuple[str, str]] = []

    def text(self, x: float, baseline: float, line: Line, size: float, colour: str) -> None:
        if line.runs:
            self.texts.append((x, baseline, line.text))
            self.sizes.append(size)
            self.colours.append(colour)

    def text_right(self, x: float, baseline: float, line: Line, size: float, colour: str) -> None:
        self.text(x - line.width(size), baseline, line, size, colour)

    def text_centred(self, x: float, baseline: float, line: Line, size: float, colour: str) -> None:
        self.text(x - line.width(size) / 2, baseline, line, size, colour)

    def rule(self, x: float, y: float, to: tuple[float, float], width: float, colour: str) -> None:
        del width, colour
        self.rules.append((x, y, *to))

    def box(self, corner: tuple[float, float], size: tuple[float, float], line: float, colour: str) -> None:
        del line, colour
        self.boxes.append((*corner, *size))

    def fill_box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        del colour
        self.filled.append((x, y, width, height))

    def fill_path(self, points: object, colour: str) -> None:
        del points, colour

    def qr(self, value: str, x: float, y: float, side: float, colour: str) -> None:
        del x, y, side, colour
        self.codes.append(("qr", value))

    def code128(self, value: str, *rest: object) -> bool:
        del rest
        self.codes.append(("code128", value))
        return True

    def end_page(self) -> None: ...

    @property
    def words(self) -> list[str]:
        """What was written, in order."""
        return [written for _, _, written in self.texts]


def setting(language: str = "en", size: str = "A4", *, blank: bool = False) -> Setting:
    """Return how blocks are set in tests."""
    return Setting(translator(language), SIZES[size], blank)


def draw(block: Block, how: Setting | None = None, width: float = 400) -> tuple[SpyPen, list[Strip]]:
    """Draw the strips of a block below each other from (0, 0)."""
    strips = block.strips(how or setting(), width)
    pen, y = SpyPen(), 0.0
    for strip in strips:
        strip.draw(cast(Pen, pen), 0, y, strip.height)
        y += strip.height
    return pen, strips


def english() -> Translator:
    """Return the translator whose words are the message ids."""
    return translator("en")
