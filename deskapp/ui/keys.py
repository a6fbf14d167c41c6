"""Every action of the desk: one key, one place, one word.

A view lists its actions as data; the registry makes a QAction of each, which carries key, word and icon to
buttons, menus and the key bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from deskapp.i18n import Translator
from deskapp.ui import icons


@dataclass(frozen=True)
class Action:
    """Something a person can do.

    Attributes:
        name: how code and tests call it, "visit.number".
        label: message id, one or two words; the same wherever the action appears.
        run: bound method without arguments.
        key: "F9", "Ctrl+P", "Ctrl+Return"; "" for none.
        icon: Lucide name.
        primary: the one that usually comes next.
        in_bar: whether the key bar tells of it.
        hint: message id of a sentence more, for the tooltip.
    """

    name: str
    label: str
    run: Callable[[], object]
    key: str = ""
    icon: str = ""
    primary: bool = False
    in_bar: bool = True
    hint: str = ""


PRINTED: Final = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "Enter"}


def printed(key: QKeySequence) -> str:
    """Return a key as it is printed on the keyboard: arrows are signs there, in every language, and texts say Enter."""
    parts = key.toString(QKeySequence.SequenceFormat.NativeText).split("+")
    return "+".join(PRINTED.get(part, part) for part in parts)


class KeyAction(QAction):
    """The Qt side of an `Action`; enable and disable it here."""

    def __init__(self, action: Action, owner: QWidget, tr: Translator) -> None:
        super().__init__(owner)
        self.action = action
        self.owner = owner
        self.primary = action.primary
        self.in_bar = action.in_bar
        self._label = action.label
        self._tr = tr
        self.setObjectName(action.name)
        if action.icon:
            self.setIcon(icons.icon(action.icon))
        if action.key:
            self.setShortcut(QKeySequence(action.key))
            self.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self.setAutoRepeat(False)
        self.key_text = printed(self.shortcut())
        """The key as it is printed on the keyboard, "" when there is none."""
        self.triggered.connect(self._on_triggered)
        self.retranslate(tr)

    def call(self, label: str) -> None:
        """Call it by another word (message id) from now on, such as the step that comes next."""
        if label != self._label:
            self._label = label
            self.retranslate(self._tr)

    def lead(self, primary: bool) -> None:
        """Make it the one that usually comes next, or one of the others."""
        if primary != self.primary:
            self.primary = primary
            self.changed.emit()

    def tell(self, in_bar: bool) -> None:
        """Let the key bar tell of it from now on, or no longer."""
        if in_bar != self.in_bar:
            self.in_bar = in_bar
            self.changed.emit()

    def retranslate(self, tr: Translator) -> None:
        """Say word and hint in another language."""
        self._tr = tr
        self.setText(tr(self._label))
        words = tr(self.action.hint or self._label)
        self.setToolTip(f"{words} ({self.key_text})" if self.key_text else words)

    @Slot()
    def _on_triggered(self) -> None:
        self.action.run()


class Keys(QObject):
    """All actions by the view that owns them; the key works while its view can be seen."""

    changed = Signal()
    """What the keys do now may be something else."""

    def __init__(self, tr: Translator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tr = tr
        self._actions: list[KeyAction] = []

    def install(self, owner: QWidget, actions: Iterable[Action]) -> dict[str, KeyAction]:
        """Give a view its actions; ValueError when two of its own share a key or a name."""
        wanted = tuple(actions)
        for claimed in ([a.name for a in wanted], [a.key for a in wanted if a.key]):
            twice = sorted({one for one in claimed if claimed.count(one) > 1})
            if twice:
                raise ValueError(f"there twice: {', '.join(twice)}")
        made = {action.name: KeyAction(action, owner, self._tr) for action in wanted}
        for action in made.values():
            owner.addAction(action)
            action.changed.connect(self.changed)
        self._actions.extend(made.values())
        self.changed.emit()
        return made

    def now(self) -> list[KeyAction]:
        """Return what the keys do now, in the order of installation: owner seen and in front, action enabled.

        While a modal window asks something, the keys of what lies behind it do nothing.
        """
        self._drop_deleted()
        modal = QApplication.activeModalWidget()
        return [
            action
            for action in self._actions
            if action.isEnabled() and action.owner.isVisible() and modal in (None, action.owner.window())
        ]

    def all(self) -> list[KeyAction]:
        """Return every action there is, for finding commands by word."""
        self._drop_deleted()
        return list(self._actions)

    def clashes(self) -> list[str]:
        """Return the keys that two actions claim where both owners can be seen at once."""
        self._drop_deleted()
        return [
            f"{one.action.key}: {one.action.name}, {other.action.name}"
            for one, other in combinations(self._actions, 2)
            if one.action.key and one.action.key == other.action.key and _together(one.owner, other.owner)
        ]

    def refresh(self) -> None:
        """Tell the key bar to look again, after another view came to the front."""
        self.changed.emit()

    def retranslate(self, tr: Translator) -> None:
        """Say all words in another language."""
        self._tr = tr
        self._drop_deleted()
        for action in self._actions:
            action.retranslate(tr)

    def _drop_deleted(self) -> None:
        self._actions = [action for action in self._actions if isValid(action) and isValid(action.owner)]


def _together(one: QWidget, other: QWidget) -> bool:
    return one is other or one.isAncestorOf(other) or other.isAncestorOf(one)
