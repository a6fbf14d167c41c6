"""The fonts of paper: which face shows which character, and how reportlab embeds it.

Each face goes into a PDF as one Type 0 font with two-byte codes that are handed out as characters
are used. So a face is embedded once, only with the glyphs used, and every code maps back to exactly
its character: reportlab's own `TTFont` splits a face into fonts of 256 and writes a broken map for
characters beyond U+FFFF.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from deskapp import paths
from deskapp.forms.truetype import Face

if TYPE_CHECKING:
    from reportlab.pdfbase.pdfdoc import PDFDocument

HAN: Final = "NotoSansSC"
LATIN: Final = "NotoSans"
RARE: Final = "NotoSansJP"
"""Behind the other two: name characters such as U+20BB7 that the Chinese face lacks."""

_ORDERS: Final = {"zh": (HAN, LATIN, RARE)}
_ORDER: Final = (LATIN, HAN, RARE)
_WEIGHTS: Final = {False: "400Regular", True: "700Bold"}
_CHUNK: Final = 100


class PaperFont:
    """A face as a dynamic font of reportlab: the protocol is told in `reportlab.pdfbase.ttfonts`."""

    _multiByte = 1  # noqa: N815
    _dynamicFont = 1  # noqa: N815
    shapable = False

    def __init__(self, family: str, *, bold: bool) -> None:
        self.fontName = f"{family}-{'Bold' if bold else 'Regular'}"
        self._path = paths.resource("fonts", f"{family}_{_WEIGHTS[bold]}.ttf")
        self._used: WeakKeyDictionary[Any, _Used] = WeakKeyDictionary()

    @cached_property
    def face(self) -> Face:
        """The parsed face, read when first needed."""
        return Face(self._path)

    def has(self, code: int) -> bool:
        """Tell whether the face shows a code point."""
        return self.face.glyph(code) != 0

    def stringWidth(self, text: str, size: float, encoding: str = "utf-8") -> float:  # noqa: ARG002
        """Return the width of `text` in points at `size`; part of reportlab's protocol."""
        face = self.face
        return sum(face.advance(face.glyph(ord(char))) for char in text) * size / 1000

    def codes(self, text: str, document: PDFDocument) -> list[int]:
        """Return the codes under which the characters of `text` are in `document`."""
        return self._in(document).codes(text)

    def splitString(
        self, text: str, document: PDFDocument, encoding: str = "utf-8"
    ) -> list[tuple[int, bytes]]:
        """Return `text` as one chunk of two-byte codes; part of reportlab's protocol."""
        del encoding
        return [(0, b"".join(code.to_bytes(2, "big") for code in self.codes(text, document)))]

    def getSubsetInternalName(self, subset: int, document: PDFDocument) -> str:
        """Return the resource name of the font in `document`; part of reportlab's protocol."""
        del subset
        used = self._in(document)
        if not used.name:
            used.name = f"/F{len(document.fontMapping) + 1}"
            document.fontMapping[self.fontName] = used.name
            document.delayedFonts.append(self)
        return used.name

    def addObjects(self, document: PDFDocument) -> None:
        """Write the font with the glyphs used into `document`; part of reportlab's protocol."""
        used = self._used.pop(document)
        fonts: Any = document.idToObject["BasicFonts"]
        fonts.dict[used.name[1:]] = _font_objects(self.face, used, document)

    def _in(self, document: PDFDocument) -> _Used:
        used = self._used.get(document)
        if used is None:
            used = self._used[document] = _Used(self.face)
        return used


class _Used:
    """The characters of one face that one document has used so far. Code 0 is the missing glyph."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._codes: dict[str, int] = {}
        self.name = ""
        self.characters = ["\0"]
        self.glyphs = [0]

    def codes(self, text: str) -> list[int]:
        codes = self._codes
        return [codes[char] if char in codes else self._add(char) for char in text]

    def _add(self, char: str) -> int:
        code = self._codes[char] = len(self.glyphs)
        invisible = is_invisible(char)
        self.characters.append(char)
        self.glyphs.append(self._face.glyph(0x20 if invisible else ord(char)))
        return code

    def widths(self) -> list[float]:
        advance = self._face.advance
        pairs = zip(self.characters, self.glyphs, strict=True)
        return [0 if is_invisible(char) else advance(glyph) for char, glyph in pairs]


def is_invisible(char: str) -> bool:
    """Tell whether a character takes no room and has no shape: joiners, selectors, marks of direction.

    Overrides and isolates are not among them: they change the order of what stands around them.
    """
    code = ord(char)
    return code in _INVISIBLE or 0xFE00 <= code <= 0xFE0F or 0xE0020 <= code <= 0xE01EF


_INVISIBLE: Final = frozenset(
    (
        0xAD,
        0x34F,
        0x61C,
        0x180B,
        0x180C,
        0x180D,
        0x180E,
        0x180F,
        *range(0x200B, 0x2010),
        *range(0x2060, 0x2065),
        0xFEFF,
    )
)


@cache
def font(family: str, bold: bool) -> PaperFont:
    """Return a font, registered with reportlab so that its charts can name it too."""
    from reportlab.pdfbase import pdfmetrics

    made = PaperFont(family, bold=bold)
    pdfmetrics.registerFont(made)
    return made


@cache
def fonts_for(language: str, bold: bool) -> tuple[PaperFont, ...]:
    """Return the fonts of a language, first choice first."""
    return tuple(font(family, bold) for family in _ORDERS.get(language, _ORDER))


@cache
def font_for_cyrillic(bold: bool) -> PaperFont:
    """Return the one font that has all Mongolian letters, lest Ө or Ү change face inside a word."""
    return font(LATIN, bold)


def _font_objects(face: Face, used: _Used, document: Any) -> object:
    from reportlab.pdfbase import pdfdoc

    program = face.program(used.glyphs)
    name = f"{_tag(program)}+{face.name}"
    descendant = pdfdoc.PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": f"/{name}",
            "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
            "CIDToGIDMap": "/Identity",
            "DW": 1000,
            "W": f"[0 [{' '.join(f'{width:g}' for width in used.widths())}]]",
            "FontDescriptor": _descriptor(face, name, program, document),
        }
    )
    to_unicode = _stream(_unicode_map(used.characters).encode("ascii"))
    composite = pdfdoc.PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": f"/{name}",
            "Encoding": "/Identity-H",
            "DescendantFonts": pdfdoc.PDFArray([document.Reference(descendant, f"descendant:{name}")]),
            "ToUnicode": document.Reference(to_unicode, f"unicode:{name}"),
        }
    )
    return document.Reference(composite, f"font:{name}")


def _descriptor(face: Face, name: str, program: bytes, document: Any) -> object:
    from reportlab.pdfbase import pdfdoc

    file = _stream(program)
    file.dictionary["Length1"] = len(program)
    descriptor = pdfdoc.PDFDictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": f"/{name}",
            "Flags": 4,
            "FontBBox": pdfdoc.PDFArray(face.bbox),
            "ItalicAngle": 0,
            "Ascent": face.ascent,
            "Descent": face.descent,
            "CapHeight": face.cap_height,
            "StemV": 50 + int((face.weight / 65) ** 2),
            "FontFile2": document.Reference(file, f"file:{name}"),
        }
    )
    return document.Reference(descriptor, f"descriptor:{name}")


def _stream(content: bytes) -> Any:
    from reportlab.pdfbase import pdfdoc

    return pdfdoc.PDFStream(content=content, filters=[pdfdoc.PDFZCompress])


def _tag(program: bytes) -> str:
    """Return the six capitals that mark a subset; the same glyphs get the same."""
    number = zlib.crc32(program)
    return "".join(chr(65 + number // 26**place % 26) for place in range(6))


def _unicode_map(characters: Sequence[str]) -> str:
    """Return the map from codes to characters, in blocks of 100 as the format demands."""
    entries = [
        f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>"
        for code, char in enumerate(characters)
        if code
    ]
    blocks = [entries[start : start + _CHUNK] for start in range(0, len(entries), _CHUNK)]
    listed = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{listed}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )
