"""The look of the whole application: one palette and one style sheet, filled from the tokens.

The look belongs to the QApplication like its palette does: `tokens()` returns the current one, and
`look().changed` tells widgets that set lengths in code to set them again.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from deskapp import paths
from deskapp.ui import fonts
from deskapp.ui import tokens as board
from deskapp.ui.tokens import Colours, Sizes, Tokens

_PROPERTY = "deskLook"


class Look(QObject):
    """The look in force; `changed` is emitted after every widget has its new palette and style."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.tokens = Tokens(board.scheme(board.LIGHT), Sizes())
        self.language = "zh"
        self.wish = board.AUTO
        self.urgency_colours: tuple[int, ...] = (0, 1, 2, 3)
        """Of each level, the place of its colour among those of the board: red, orange, yellow, green."""
        app.setProperty(_PROPERTY, self)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow_system)

    def _follow_system(self) -> None:
        if self.wish == board.AUTO and self.tokens.scheme.name != system_scheme():
            self._take(Tokens(board.scheme(system_scheme()), self.tokens.sizes))

    def take(self, wish: str, sizes: Sizes, language: str) -> None:
        """Set scheme ("light", "dark", "contrast" or "auto" for the system's), sizes and language."""
        self.wish = wish
        _tell_system(wish)
        spoken, self.language = self.language, language
        wanted = Tokens(board.scheme(system_scheme() if wish == board.AUTO else wish), sizes)
        self._take(wanted, other_font=spoken != language)

    def speak(self, language: str) -> None:
        """Put the font family of a language first."""
        if language != self.language:
            self.language = language
            self._take(self.tokens, other_font=True)

    def _set_font(self, sizes: Sizes) -> None:
        QApplication.setFont(fonts.font(self.language, sizes.px(board.BODY)))
        _pass_font_on()

    def _take(self, wanted: Tokens, *, other_font: bool = False) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        dressed = bool(app.styleSheet())
        if dressed and wanted == self.tokens and not other_font:
            return
        if dressed:
            # Replacing a sheet polishes 1,500 widgets in 430 ms; taking it off first, in 190 ms. And another
            # font goes below the sheet: given to dressed widgets it would undo the sheet's sizes and weights.
            app.setStyleSheet("")
        else:
            app.setStyle("Fusion")
        if not dressed or other_font or wanted.sizes != self.tokens.sizes:
            self._set_font(wanted.sizes)
        self.tokens = wanted
        app.setPalette(palette(wanted.colours))
        app.setStyleSheet(style_sheet(wanted))
        self.changed.emit()


def _pass_font_on() -> None:
    """Let every widget without a font of its own take the new one.

    Qt 6.12 tells the widgets in no order: one that hears of it before its parent does keeps the old font,
    another one at each start.
    """
    for window in QApplication.topLevelWidgets():
        for widget in (window, *window.findChildren(QWidget)):
            if not widget.testAttribute(Qt.WidgetAttribute.WA_SetFont):
                widget.setFont(QFont())


def _tell_system(wish: str) -> None:
    """Let the system draw its share, title bars and file dialogs, in the same scheme."""
    hints = QGuiApplication.styleHints()
    if wish == board.AUTO:
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Light if wish == board.LIGHT else Qt.ColorScheme.Dark)


def look() -> Look:
    """Return the look of the running application; RuntimeError when there is none."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("no QApplication")
    found = app.property(_PROPERTY)
    return found if isinstance(found, Look) else Look(app)


def tokens() -> Tokens:
    """Return the tokens in force."""
    return look().tokens


def apply(
    app: QApplication,
    scheme: str = board.AUTO,
    scale: float = 1.0,
    touch: bool = False,
    language: str = "zh",
) -> Look:
    """Dress the application.

    Args:
        app: the one application; named so that nobody calls this before it exists.
        scheme: "light", "dark", "contrast", or "auto" to follow the system from now on.
        scale: 1.0 to 2.0, times the sizes of the drawing board.
        touch: controls 44 instead of 32 high.
        language: "zh", "en" or "mn"; decides which font family comes first.
    """
    assert app is QApplication.instance()
    fonts.load()
    look().take(scheme, Sizes(scale, touch), language)
    return look()


def system_scheme() -> str:
    """Return the scheme that the system prefers; "light" when it has no opinion."""
    hints = QGuiApplication.styleHints()
    wishes_contrast = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    if wishes_contrast:
        return board.CONTRAST
    return board.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else board.LIGHT


def moves() -> bool:
    """Return whether the system allows motion (people can ask theirs for less)."""
    hints = QGuiApplication.styleHints()
    preference = getattr(hints.accessibility(), "motionPreference", None)
    return preference is None or "Reduced" not in str(preference())


def set_state(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet selects by, and let the sheet look again if it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def palette(colours: Colours) -> QPalette:
    """Return the palette of a set of colours."""
    made = QPalette()
    for roles, colour in _roles(colours):
        for role in roles:
            made.setColor(role, QColor(colour))
    disabled = QColor(colours.disabled)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    return made


def _roles(colours: Colours) -> tuple[tuple[tuple[QPalette.ColorRole, ...], str], ...]:
    role = QPalette.ColorRole
    return (
        ((role.Window, role.AlternateBase, role.Midlight), colours.ground),
        ((role.Base, role.Button, role.ToolTipBase, role.Light), colours.surface),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText), colours.text),
        ((role.PlaceholderText,), colours.secondary),
        ((role.Highlight, role.Accent, role.Link, role.LinkVisited), colours.accent),
        ((role.HighlightedText,), colours.on_accent),
        ((role.Mid, role.Dark), colours.line),
        ((role.Shadow,), colours.outline),
    )


def style_sheet(wanted: Tokens) -> str:
    """Return the style sheet of these tokens; KeyError when the template names an unknown one."""
    places = {"scheme": wanted.scheme.name, "folder": paths.resource("style").as_posix()}
    return _template().substitute(asdict(wanted.colours), **_lengths(wanted.sizes), **places)


def _lengths(sizes: Sizes) -> dict[str, str]:
    names = ("gap", "field_gap", "margin", "radius", "hairline", "ring", "icon", "row")
    made = {name: getattr(sizes, name) for name in names}
    made["control"] = sizes.control - 2 * sizes.hairline
    made["control_focus"] = sizes.control - 2 * sizes.ring
    made["button_focus"] = sizes.field_gap + sizes.hairline - sizes.ring
    made["pad"] = sizes.gap
    made["pad_focus"] = sizes.gap + sizes.hairline - sizes.ring
    made["search"] = sizes.icon + 2 * sizes.gap
    made["search_focus"] = made["search"] + sizes.hairline - sizes.ring
    made["ring_room"] = sizes.ring - sizes.hairline
    made["half"] = sizes.px(4)
    made["half_icon"] = sizes.icon // 2
    made["scroll"] = sizes.px(12)
    made["tab"] = sizes.px(3)
    sizes_of_type = {
        "secondary_size": board.SECONDARY,
        "body_size": board.BODY,
        "value_size": board.VALUE,
        "title_size": board.TITLE,
        "number_size": board.NUMBER,
        "board_size": board.BOARD,
    }
    made |= {name: sizes.px(pixels) for name, pixels in sizes_of_type.items()}
    return {name: f"{value}px" for name, value in made.items()}


@cache
def _template() -> Template:
    return Template(paths.resource("style", "desk.qss").read_text(encoding="utf-8"))
