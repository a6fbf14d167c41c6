"""The pages of a tab: a list at the left, Alt+1 to Alt+9, each page built when it is first shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
)

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.base_tab import BaseTab, BaseView, Desk
from deskapp.ui.named import load
from deskapp.ui.widgets.rail import RailDelegate

RAIL_WIDTH: Final = 92
RAIL_NARROW_BELOW: Final = 1100
"""Width of the window, in pixels of the drawing board, below which a rail has icons only."""


@dataclass(frozen=True)
class Page:
    """A page as a tab lists it: name for code, title (message id), icon, and what makes it."""

    name: str
    title: str
    icon: str
    make: Callable[[Desk], BaseView]


@dataclass(frozen=True)
class PageOf:
    """A page in a tab's table: its name, title, icon, where its class is, and who may use it.

    The module is imported when the page is first shown.
    """

    name: str
    title: str
    icon: str
    place: str
    permission: Permission

    def make(self, desk: Desk) -> BaseView:
        """Import and make the page."""
        kind: type[BaseView] = load(self.place)
        return kind(desk)


class PagedTab(BaseTab):
    """A tab of several pages, a line of `table` each. With one page there is no list."""

    table: ClassVar[Sequence[PageOf]] = ()
    """The pages in order; nine at most have a key."""

    rail: ClassVar[bool] = False
    """A narrow list with the titles under the icons, for pages that need the room."""

    page_changed = Signal(object)
    """Name of the page that is shown now."""

    def pages(self) -> Sequence[Page]:
        """Return the pages that the signed-in person may use."""
        actor = self.desk.actor()
        return [
            Page(page.name, page.title, page.icon, page.make)
            for page in self.table
            if actor.may(page.permission)
        ]

    def build(self) -> None:
        """Make list and stack; show the first page."""
        self._pages = tuple(self.pages())
        self._views: dict[str, BaseView] = {}
        self._list = QListWidget()
        self._list.setProperty("role", "pages")
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setWordWrap(True)
        if self.rail:
            self._list.setItemDelegate(RailDelegate(self._list))
            self._list.setMouseTracking(True)
        self._stack = QStackedWidget()
        for at, page in enumerate(self._pages):
            self._list.addItem(QListWidgetItem(icons.icon(page.icon), ""))
            shortcut = QShortcut(QKeySequence(f"Alt+{at + 1}"), self, self._on_key)
            shortcut.setObjectName(page.name)
        row = QHBoxLayout()
        row.setSpacing(style.tokens().sizes.margin)
        row.addWidget(self._list)
        row.addWidget(self._stack, 1)
        self.body.addLayout(row)
        self._list.setVisible(len(self._pages) > 1)
        self._list.currentRowChanged.connect(self._on_row)
        self._list.setCurrentRow(0)

    def retranslate(self, tr: Translator) -> None:
        """Set the titles; the pages listen for themselves."""
        self._list.setAccessibleName(tr(N_("Pages")))
        for at, page in enumerate(self._pages):
            self._list.item(at).setToolTip(f"{tr(page.title)} (Alt+{at + 1})")
        self.share_room()

    def share_room(self) -> None:
        """Leave the words out of a rail where the pages need the room; a list is as wide as its titles."""
        sizes, metrics = style.tokens().sizes, self._list.fontMetrics()
        narrow = self.rail and self.width() < sizes.px(RAIL_NARROW_BELOW)
        for at, page in enumerate(self._pages):
            title = self.desk.tr(page.title)
            self._list.item(at).setText("" if narrow else title)
            self._list.item(at).setData(Qt.ItemDataRole.AccessibleTextRole, title)
        if self.rail:
            self._list.setFixedWidth(sizes.icon + 3 * sizes.gap if narrow else sizes.px(RAIL_WIDTH))
            self._list.scheduleDelayedItemsLayout()
            return
        widest = max(
            metrics.horizontalAdvance(self._list.item(at).text()) for at in range(self._list.count())
        )
        self._list.setFixedWidth(min(widest * 11 // 10 + sizes.icon + 4 * sizes.gap, sizes.px(220)))

    def page(self, name: str) -> BaseView:
        """Return a page, made now if that was not yet done; KeyError for an unknown name."""
        if name not in self._views:
            view = {page.name: page for page in self._pages}[name].make(self.desk)
            self._views[name] = view
            self._stack.addWidget(view)
        return self._views[name]

    def page_names(self) -> list[str]:
        """Return the names of the pages that the signed-in person has, in order."""
        return [page.name for page in self._pages]

    def page_titles(self) -> list[tuple[str, str]]:
        """Return name and title (message id) of each page, in order; none before the tab is built."""
        return [(page.name, page.title) for page in self._pages] if self._built else []

    def has_page(self, name: str) -> bool:
        """Say whether the signed-in person has that page."""
        return name in self.page_names()

    def current_page(self) -> str:
        """Return the name of the page shown."""
        return self._pages[self._list.currentRow()].name

    def show_page(self, name: str) -> BaseView:
        """Show a page and return it."""
        self._list.setCurrentRow([page.name for page in self._pages].index(name))
        return self.page(name)

    def page_in_front(self) -> BaseView:
        """Return the page shown."""
        return self.page(self.current_page())

    def show_example(self) -> None:
        """Let the page in front show something typical."""
        self.page_in_front().show_example()

    def take_scan(self, code: str) -> None:
        """Hand a scanned code to the page in front."""
        self.page_in_front().take_scan(code)

    def may_leave(self) -> bool:
        """Ask the pages that were shown."""
        return not self._built or all(view.may_leave() for view in self._views.values())

    def close_view(self) -> None:
        """Close every page."""
        if self._built:
            for view in self._views.values():
                view.close_view()
        super().close_view()

    @Slot(int)
    def _on_row(self, row: int) -> None:
        name = self._pages[row].name
        self._stack.setCurrentWidget(self.page(name))
        self.page_changed.emit(name)

    @Slot()
    def _on_key(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, QObject):
            self.show_page(pressed.objectName())
