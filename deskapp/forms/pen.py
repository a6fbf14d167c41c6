"""What draws on a page. Points from the top left corner; y grows downwards; colours are #RRGGBB."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from deskapp.forms.codes import QUIET_BARS, code128_bars, qr_rows
from deskapp.forms.text import Line

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Point = tuple[float, float]
_LOGO_PIXELS: Final = (480, 160)
_MOST_PIXELS: Final = 40_000_000
_HEAVY: Final = 20_000


class Pen:
    """Draws on one page after another of a reportlab canvas.

    Operators are gathered and handed over once a page: a form has some hundred strokes and strings,
    and the canvas's own methods look up font and colour again for each.
    """

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self._canvas = canvas
        self._document: Any = canvas._doc  # type: ignore[attr-defined]
        self.width, self.height = width, height
        self._operators: list[str] = []
        self._state: dict[str, str] = {}

    def end_page(self) -> None:
        """Hand the page over and begin the next."""
        self._canvas.addLiteral("\n".join(self._operators))
        self._canvas.showPage()
        self._operators = []
        self._state = {}

    def text(self, x: float, baseline: float, line: Line, size: float, colour: str) -> None:
        """Write a line that begins at `x`."""
        if not line.runs:
            return
        self._set("fill", f"{_rgb(colour)} rg")
        parts = [f"BT {x:.2f} {self.height - baseline:.2f} Td"]
        for run in line.runs:
            codes = "".join([f"{code:04X}" for code in run.font.codes(run.text, self._document)])
            parts.append(f"{run.font.getSubsetInternalName(0, self._document)} {size:g} Tf <{codes}> Tj")
        self._operators.append(" ".join(parts) + " ET")

    def text_right(self, x: float, baseline: float, line: Line, size: float, colour: str) -> None:
        """Write a line that ends at `x`."""
        self.text(x - line.width(size), baseline, line, size, colour)

    def text_centred(self, x: float, baseline: float, line: Line, size: float, colour: str) -> None:
        """Write a line with its middle at `x`."""
        self.text(x - line.width(size) / 2, baseline, line, size, colour)

    def rule(self, x: float, y: float, to: Point, width: float, colour: str) -> None:
        """Draw a straight line from (x, y) to `to`."""
        self._stroke(width, colour)
        self._operators.append(f"{x:.2f} {self.height - y:.2f} m {to[0]:.2f} {self.height - to[1]:.2f} l S")

    def fill_box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle whose upper left corner is (x, y)."""
        self._set("fill", f"{_rgb(colour)} rg")
        self._operators.append(f"{x:.2f} {self.height - y - height:.2f} {width:.2f} {height:.2f} re f")

    def box(self, corner: Point, size: Point, line: float, colour: str) -> None:
        """Outline a rectangle of `size` (width, height) whose upper left corner is `corner`."""
        self._stroke(line, colour)
        x, y = corner
        self._operators.append(f"{x:.2f} {self.height - y - size[1]:.2f} {size[0]:.2f} {size[1]:.2f} re S")

    def path(self, points: Sequence[Point], line: float, colour: str, *, closed: bool = False) -> None:
        """Draw a line through `points`, with round joints."""
        self._stroke(line, colour)
        self._operators.append(f"1 J 1 j {self._steps(points)} {'s' if closed else 'S'} 0 J 0 j")

    def fill_path(self, points: Sequence[Point], colour: str) -> None:
        """Fill the polygon through `points`."""
        self._set("fill", f"{_rgb(colour)} rg")
        self._operators.append(f"{self._steps(points)} f")

    def qr(self, value: str, x: float, y: float, side: float, colour: str) -> None:
        """Draw the QR symbol of `value` in a square; the quiet zone of four modules lies outside."""
        rows = qr_rows(value)
        module = side / len(rows)
        self._set("fill", f"{_rgb(colour)} rg")
        top = self.height - y
        boxes = [
            f"{x + first * module:.3f} {top - (at + 1) * module:.3f} {count * module:.3f} {module:.3f} re"
            for at, row in enumerate(rows)
            for first, count in row
        ]
        self._operators.append(" ".join(boxes) + " f")

    def code128(self, value: str, corner: Point, room: Point, module: float, colour: str) -> bool:
        """Draw the bars of `value` centred in `room` (width, height); False when they don't fit or can't be.

        `module` is the width of the thinnest bar. A wider room is not used up: bars stay whole dots.
        """
        try:
            bars, modules = code128_bars(value)
        except ValueError:
            return False
        if (modules + 2 * QUIET_BARS) * module > room[0]:
            return False
        x, y = corner
        left = x + (room[0] - modules * module) / 2
        bottom = self.height - y - room[1]
        self._set("fill", f"{_rgb(colour)} rg")
        boxes = [
            f"{left + first * module:.3f} {bottom:.3f} {count * module:.3f} {room[1]:.3f} re"
            for first, count in bars
        ]
        self._operators.append(" ".join(boxes) + " f")
        return True

    def picture(self, picture: Any, x: float, y: float, size: Point) -> None:
        """Draw a picture from `load_picture` at `size` (width, height)."""
        self._canvas.drawImage(picture, x, self.height - y - size[1], *size)

    def _steps(self, points: Sequence[Point]) -> str:
        first, *rest = [f"{x:.2f} {self.height - y:.2f}" for x, y in points]
        return " ".join((f"{first} m", *(f"{step} l" for step in rest)))

    def _stroke(self, width: float, colour: str) -> None:
        self._set("stroke", f"{_rgb(colour)} RG")
        self._set("width", f"{width:g} w")

    def _set(self, what: str, operator: str) -> None:
        if self._state.get(what) != operator:
            self._state[what] = operator
            self._operators.append(operator)


@lru_cache(maxsize=64)
def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


@lru_cache(maxsize=4)
def load_picture(data: bytes) -> tuple[Any, float] | None:
    """Return a picture ready for `Pen.picture` and its width in heights; None when it can't be read.

    Shrunk to what a letterhead shows, on white: a form prints even when the logo is broken.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            opened.thumbnail(_LOGO_PIXELS)
            layered = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError):
        return None
    flat = Image.new("RGB", layered.size, "white")
    flat.paste(layered, mask=layered)
    return _embeddable(flat), flat.width / flat.height


def _embeddable(image: Any) -> Any:
    """Drawings go in as they are; what would weigh too much that way, such as a photo, as JPEG."""
    from reportlab.lib.utils import ImageReader

    if len(zlib.compress(image.tobytes())) <= _HEAVY:
        return ImageReader(image)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    buffer.seek(0)
    return ImageReader(buffer)
