"""Every colour, size and space of the window, as values; nothing else draws with a number of its own."""

from __future__ import annotations

from dataclasses import dataclass

LIGHT, DARK, CONTRAST, AUTO = "light", "dark", "contrast", "auto"
SCHEMES = (LIGHT, DARK, CONTRAST)
SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)


@dataclass(frozen=True)
class Colours:
    """Colours by what they are for, as #RRGGBB."""

    ground: str
    surface: str
    line: str
    outline: str
    text: str
    secondary: str
    disabled: str
    hover: str
    pressed: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_ground: str
    focus: str
    danger: str
    danger_ground: str
    on_danger: str
    warning: str
    warning_ground: str
    good: str
    good_ground: str


@dataclass(frozen=True)
class Urgency:
    """How one level of urgency is drawn: colour, numeral and shape always together."""

    numeral: str
    shape: str
    fill: str
    ink: str
    edge: str


@dataclass(frozen=True)
class Scheme:
    """One set of colours with the four urgency levels, the most urgent first."""

    name: str
    colours: Colours
    urgency: tuple[Urgency, Urgency, Urgency, Urgency]


@dataclass(frozen=True)
class Sizes:
    """Lengths in device-independent pixels, already multiplied by `scale`."""

    scale: float = 1.0
    touch: bool = False

    def px(self, length: float) -> int:
        """Return a length of the drawing board at this scale, never less than one pixel."""
        return max(1, round(length * self.scale))

    @property
    def gap(self) -> int:
        """Space inside a control and between things that belong together."""
        return self.px(8)

    @property
    def field_gap(self) -> int:
        """Space between two fields."""
        return self.px(12)

    @property
    def margin(self) -> int:
        """Space around a panel."""
        return self.px(16)

    @property
    def group_gap(self) -> int:
        """Space between groups."""
        return self.px(24)

    @property
    def control(self) -> int:
        """Height of a button or a field."""
        return self.px(44 if self.touch else 32)

    @property
    def row(self) -> int:
        """Height of a table row of one line."""
        return self.px(44 if self.touch else 28)

    @property
    def radius(self) -> int:
        """Radius of a corner."""
        return self.px(6)

    @property
    def hairline(self) -> int:
        """Width of a line between things."""
        return max(1, int(self.scale))

    @property
    def ring(self) -> int:
        """Width of the ring around what has the focus."""
        return self.px(2)

    @property
    def icon(self) -> int:
        """Edge of an icon beside text."""
        return self.px(16)

    @property
    def icon_large(self) -> int:
        """Edge of an icon that stands alone."""
        return self.px(20)


BODY, SECONDARY, VALUE, TITLE, NUMBER, BOARD = 13, 12, 15, 18, 28, 96


@dataclass(frozen=True)
class Tokens:
    """Everything needed to draw: one scheme at one size."""

    scheme: Scheme
    sizes: Sizes

    @property
    def colours(self) -> Colours:
        """The colours of the scheme."""
        return self.scheme.colours


_LIGHT = Scheme(
    LIGHT,
    Colours(
        ground="#F6F7F9",
        surface="#FFFFFF",
        line="#D9DEE5",
        outline="#838E9C",
        text="#1B2430",
        secondary="#5A6675",
        disabled="#6C7784",
        hover="#EDF0F4",
        pressed="#DFE4EA",
        accent="#0B6E75",
        accent_hover="#095B61",
        on_accent="#FFFFFF",
        accent_ground="#E3F2F3",
        focus="#0B6E75",
        danger="#B3261E",
        danger_ground="#FCECEA",
        on_danger="#FFFFFF",
        warning="#8A5A00",
        warning_ground="#FFF3D6",
        good="#1E6B3A",
        good_ground="#E5F3EA",
    ),
    (
        Urgency("I", "octagon", "#B3261E", "#FFFFFF", "#8E1B14"),
        Urgency("II", "triangle", "#F08A24", "#1B2430", "#A65A08"),
        Urgency("III", "diamond", "#F4CE3A", "#1B2430", "#8A6D00"),
        Urgency("IV", "circle", "#1E6B3A", "#FFFFFF", "#14502A"),
    ),
)

_DARK = Scheme(
    DARK,
    Colours(
        ground="#12171D",
        surface="#1A2129",
        line="#323D49",
        outline="#718092",
        text="#E6EBF1",
        secondary="#A5B1BE",
        disabled="#8793A1",
        hover="#242D37",
        pressed="#2E3945",
        accent="#55C4CB",
        accent_hover="#7AD6DC",
        on_accent="#07282B",
        accent_ground="#15383C",
        focus="#55C4CB",
        danger="#FF9389",
        danger_ground="#40201E",
        on_danger="#330906",
        warning="#F0C35A",
        warning_ground="#3A2E12",
        good="#7FD39D",
        good_ground="#18331F",
    ),
    (
        Urgency("I", "octagon", "#E5534B", "#12171D", "#FF9389"),
        Urgency("II", "triangle", "#F08A24", "#12171D", "#FFB56B"),
        Urgency("III", "diamond", "#F4CE3A", "#12171D", "#FFE47E"),
        Urgency("IV", "circle", "#57B97B", "#12171D", "#8FDCA9"),
    ),
)

_CONTRAST = Scheme(
    CONTRAST,
    Colours(
        ground="#000000",
        surface="#000000",
        line="#9AA4AE",
        outline="#FFFFFF",
        text="#FFFFFF",
        secondary="#DDE3E9",
        disabled="#B4BCC4",
        hover="#1C2A2C",
        pressed="#26393B",
        accent="#6FE9F2",
        accent_hover="#A8F3F8",
        on_accent="#000000",
        accent_ground="#06373B",
        focus="#FFD83D",
        danger="#FFA8A0",
        danger_ground="#3B0A07",
        on_danger="#000000",
        warning="#FFD76A",
        warning_ground="#332500",
        good="#8DEBAF",
        good_ground="#06301A",
    ),
    (
        Urgency("I", "octagon", "#FF8178", "#000000", "#FFFFFF"),
        Urgency("II", "triangle", "#FFA64D", "#000000", "#FFFFFF"),
        Urgency("III", "diamond", "#FFE14D", "#000000", "#FFFFFF"),
        Urgency("IV", "circle", "#6FDC98", "#000000", "#FFFFFF"),
    ),
)

_BY_NAME = {scheme.name: scheme for scheme in (_LIGHT, _DARK, _CONTRAST)}


def scheme(name: str) -> Scheme:
    """Return the scheme of that name ("light", "dark", "contrast"); KeyError for another."""
    return _BY_NAME[name]


TEXT_PAIRS = (
    ("text", "ground"),
    ("text", "surface"),
    ("text", "hover"),
    ("text", "pressed"),
    ("text", "accent_ground"),
    ("text", "warning_ground"),
    ("text", "danger_ground"),
    ("text", "good_ground"),
    ("secondary", "ground"),
    ("secondary", "surface"),
    ("secondary", "hover"),
    ("secondary", "accent_ground"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("accent", "hover"),
    ("accent", "accent_ground"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("danger", "ground"),
    ("danger", "surface"),
    ("danger", "hover"),
    ("danger", "danger_ground"),
    ("danger", "accent_ground"),
    ("on_danger", "danger"),
    ("warning", "surface"),
    ("warning", "warning_ground"),
    ("good", "surface"),
    ("good", "good_ground"),
    ("disabled", "surface"),
)
"""Pairs of foreground and ground that the style sheet and the widgets put text in."""

EDGE_PAIRS = (("outline", "surface"), ("outline", "ground"), ("focus", "surface"), ("focus", "ground"))
"""Pairs that only have to be seen, not read: the edges of fields and the focus ring."""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two #RRGGBB colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
