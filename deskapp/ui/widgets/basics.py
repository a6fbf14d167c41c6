"""Small pieces that the others are made of: icon, panel, section, pill, line, empty state."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from deskapp.ui import icons, style


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label of a role of the style sheet ("title", "secondary", "value", ...).

    Text that people typed is shown as it is: nothing in it is taken for markup.
    """
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


class Icon(QWidget):
    """An icon that follows the scheme and the scale."""

    def __init__(self, name: str, tone: str = "secondary", *, large: bool = False) -> None:
        super().__init__()
        self._name = name
        self._tone = tone
        self._large = large
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        style.look().changed.connect(self.updateGeometry)

    def show_icon(self, name: str, tone: str = "") -> None:
        """Show another icon, in another tone if given."""
        self._name = name
        self._tone = tone or self._tone
        self.update()

    def sizeHint(self) -> QSize:
        """Return the edge of an icon, 16 or 20 px."""
        sizes = style.tokens().sizes
        edge = sizes.icon_large if self._large else sizes.icon
        return QSize(edge, edge)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the icon."""
        painter = QPainter(self)
        icons.paint(painter, self._name, self._tone, self.rect())


class Panel(QFrame):
    """A surface with a margin and, optionally, a title; put things into `body`."""

    def __init__(self, title: str = "", *, plain: bool = False) -> None:
        super().__init__()
        self._plain = plain
        if not plain:
            self.setProperty("role", "panel")
        self.title = label(title, "title", wrap=True)
        self.title.setVisible(bool(title))
        self.head = QHBoxLayout()
        self.head.addWidget(self.title, 1)
        self.body = QVBoxLayout()
        self._outer = QVBoxLayout(self)
        self._outer.addLayout(self.head)
        self._outer.addLayout(self.body, 1)
        style.look().changed.connect(self._space)
        self._space()

    def set_title(self, title: str) -> None:
        """Show a title, or none."""
        self.title.setText(title)
        self.title.setVisible(bool(title))

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        margin = 0 if self._plain else sizes.margin
        self._outer.setContentsMargins(margin, margin, margin, margin)
        self._outer.setSpacing(sizes.field_gap)
        self.head.setSpacing(sizes.gap)
        self.body.setSpacing(sizes.field_gap)


class Section(Panel):
    """A group inside a panel: a title and what belongs to it, without a surface of its own."""

    def __init__(self, title: str = "") -> None:
        super().__init__(title, plain=True)
        self.title.setProperty("role", "strong")


def pad_dialog(rows: QVBoxLayout) -> None:
    """Give a dialog's rows the room around and between them."""
    sizes = style.tokens().sizes
    rows.setContentsMargins(sizes.group_gap, sizes.group_gap, sizes.group_gap, sizes.margin)
    rows.setSpacing(sizes.field_gap)


def fit_height(dialog: QWidget) -> None:
    """Make a dialog as high as its wrapped words need: Qt reckons with their width on one line."""
    rows = dialog.layout()
    if rows is not None and rows.hasHeightForWidth():
        most = dialog.screen().availableGeometry().height() * 95 // 100
        dialog.resize(dialog.width(), min(rows.totalHeightForWidth(dialog.width()), most))


def line() -> QFrame:
    """Return a hairline between two things, as wide as there is room."""
    made = QFrame()
    made.setProperty("role", "line")
    made.setFixedHeight(style.tokens().sizes.hairline)
    return made


class WholeScroll(QScrollArea):
    """As high as what is inside needs at its width; scrolls up and down only where there is less room than that."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._inside = inside
        _fill(self, inside)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Its height depends on its width: words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of what is inside."""
        rows = self._inside.layout()
        assert rows is not None
        return rows.totalHeightForWidth(width) if rows.hasHeightForWidth() else rows.totalSizeHint().height()

    def minimumSizeHint(self) -> QSize:
        """Return as much as leaves something to scroll."""
        return QSize(self._inside.minimumSizeHint().width(), style.tokens().sizes.control)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when what is inside has one."""
        if watched is self._inside and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def scrolled(inside: QWidget) -> QScrollArea:
    """Return `inside` in an area that scrolls up and down where the window is too low for it."""
    area = QScrollArea()
    _fill(area, inside)
    return area


def _fill(area: QScrollArea, inside: QWidget) -> None:
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    area.viewport().setAutoFillBackground(False)
    inside.setAutoFillBackground(False)


class Pill(QWidget):
    """A short word on a coloured ground with an icon, so that colour is never the only sign.

    Tones: "accent", "danger", "warning", "good" or "" for grey.
    """

    def __init__(self, text: str = "", tone: str = "", icon: str = "") -> None:
        super().__init__()
        self._icon = icon
        self._tone = tone
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        style.look().changed.connect(self.updateGeometry)
        self.show_text(text, tone, icon)

    def show_text(self, text: str, tone: str | None = None, icon: str | None = None) -> None:
        """Show another word, tone or icon."""
        self._text = text
        self._tone = self._tone if tone is None else tone
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return the word shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """Return the room for icon and word."""
        sizes = style.tokens().sizes
        width = self.fontMetrics().horizontalAdvance(self._text) + 2 * sizes.gap
        if self._icon:
            width += sizes.icon + sizes.px(4)
        return QSize(width, max(self.fontMetrics().height(), sizes.icon) + sizes.px(4))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw ground, icon and word."""
        colours, sizes = style.tokens().colours, style.tokens().sizes
        ink = QColor(getattr(colours, self._tone or "secondary"))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink if style.tokens().scheme.name == "contrast" else Qt.GlobalColor.transparent))
        painter.setBrush(QColor(getattr(colours, f"{self._tone}_ground", colours.pressed)))
        radius = self.height() / 2
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        left = sizes.gap
        if self._icon:
            icons.paint(
                painter,
                self._icon,
                self._tone or "secondary",
                QRect(left, (self.height() - sizes.icon) // 2, sizes.icon, sizes.icon),
            )
            left += sizes.icon + sizes.px(4)
        painter.setPen(ink if self._tone else QColor(colours.text))
        painter.drawText(
            self.rect().adjusted(left, 0, 0, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self._text,
        )


class EmptyState(QWidget):
    """What to do where there is nothing yet: an icon, a sentence, an action."""

    def __init__(self, icon: str = "inbox", text: str = "", button: QPushButton | None = None) -> None:
        super().__init__()
        self._icon = Icon(icon, "secondary", large=True)
        self.words = label(text, "secondary", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = button
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        self._column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(self.words)
        if button is not None:
            self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        style.look().changed.connect(self._space)
        self._space()

    def show_text(self, text: str, icon: str = "") -> None:
        """Say another sentence."""
        self.words.setText(text)
        if icon:
            self._icon.show_icon(icon)

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._column.setSpacing(sizes.gap)
        self._column.setContentsMargins(sizes.margin, sizes.margin, sizes.margin, sizes.margin)


class WheelGuard(QObject):
    """Event filter that keeps the wheel from changing a value that does not have the focus.

    Made for spin boxes and date edits: `WheelGuard(spin)`.
    """

    def __init__(self, guarded: QWidget) -> None:
        super().__init__(guarded)

        guarded.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        guarded.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Swallow the wheel of a widget without focus; the page scrolls instead."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False
