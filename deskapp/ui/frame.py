"""What lies in the window once the hospital is open: tabs above, what the keys do below."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QSize, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from deskapp.domain.access import Actor
from deskapp.domain.intake import VisitView
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.access.user_menu import UserMenu
from deskapp.ui.backup_sign import BackupSign
from deskapp.ui.base_tab import BaseTab, BaseView, Desk, Way
from deskapp.ui.features import FEATURES, Feature
from deskapp.ui.finder import Finder, InFront, Place
from deskapp.ui.help import HelpDialog
from deskapp.ui.keys import Action, KeyAction
from deskapp.ui.messages import LastAction, Notice
from deskapp.ui.session import Session
from deskapp.ui.site_phrases import SitePhrases
from deskapp.ui.waits import KEY, WaitsSign
from deskapp.ui.whereabouts import WhereaboutsSign
from deskapp.ui.widgets.key_bar import KeyBar, LastActionBar
from deskapp.ui.widgets.message_bar import MessageBar
from deskapp.ui.widgets.pages import PagedTab


@runtime_checkable
class Visiting(Protocol):
    """A page that has a visit in front."""

    visit_id: int | None

    def current(self) -> VisitView | None:
        """Return that visit, if there is one."""
        ...


class Frame(QWidget):
    """Tabs that the signed-in person may use, each built when it is first shown."""

    def __init__(self, desk: Desk, session: Session) -> None:
        super().__init__()
        self.desk = desk
        self._session = session
        self._tabs = QTabBar()
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._pages = QStackedWidget()
        self._shown: list[Feature] = []
        self._built: dict[str, BaseTab] = {}
        self._bar = MessageBar(desk.tr)
        desk.runner.superseded.connect(self._bar.withdraw)
        self._user = QPushButton()
        self._user.setProperty("flat", True)
        self._user.setIcon(icons.icon("circle-user"))
        self._lock = QPushButton()
        self._lock.setProperty("flat", True)
        self._lock.setIcon(icons.icon("lock"))
        self._find = QPushButton()
        self._find.setProperty("flat", True)
        self._find.setIcon(icons.icon("search"))
        self._find.clicked.connect(self.open_finder)
        self._phrases = SitePhrases(desk, self)
        self._foot = Foot(desk)
        self.waits, self.whereabouts = WaitsSign(desk), WhereaboutsSign(desk)
        self._lay_out()
        self._tabs.currentChanged.connect(self._on_tab)
        self._menu = UserMenu(desk, session, self)
        self._user.setMenu(self._menu)
        self._user.setProperty("menu", True)
        self._lock.clicked.connect(session.lock)
        desk.language.changed.connect(self.retranslate)
        desk.messages.noticed.connect(self._on_notice)
        desk.ways.wanted.connect(self._on_way)
        self._actions = desk.keys.install(self, self._own_actions())
        self.retranslate(desk.tr)

    def _lay_out(self) -> None:
        self._top = top = QHBoxLayout()
        top.addWidget(self._tabs, 1)
        top.addWidget(self._find)
        top.addWidget(self.waits)
        top.addWidget(self.whereabouts)
        top.addWidget(self._user)
        top.addWidget(self._lock)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(top)
        rows.addWidget(self._bar)
        rows.addWidget(self._pages, 1)
        rows.addWidget(self._foot)
        style.look().changed.connect(self._space)
        self._space()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._top.setContentsMargins(sizes.margin, sizes.px(4), sizes.margin, 0)
        self._tabs.setIconSize(QSize(sizes.icon, sizes.icon))

    def _own_actions(self) -> list[Action]:
        return [
            Action("session.lock", N_("Lock"), self._session.lock, "Ctrl+L", "lock", in_bar=False),
            Action("session.switch", N_("Switch user"), self._session.switch_user, "Ctrl+U", in_bar=False),
            Action("page.help", N_("Help"), self.show_help, "F1", "circle-help"),
            Action("find.anything", N_("Find anything"), self.open_finder, "Ctrl+K", "search", in_bar=False),
            Action("waits.show", N_("Who waits too long"), self.waits.go, KEY, "hourglass", in_bar=False),
            Action(
                "look.language",
                N_("Next language"),
                self._session.next_language,
                "Ctrl+Shift+L",
                in_bar=False,
            ),
            Action(
                "look.scheme", N_("Next colours"), self._session.next_scheme, "Ctrl+Shift+D", in_bar=False
            ),
            Action("look.larger", N_("Larger"), self._session.larger, "Ctrl+=", in_bar=False),
            Action("look.smaller", N_("Smaller"), self._session.smaller, "Ctrl+-", in_bar=False),
            *(
                Action(f"tab.{place}", N_("Tab"), _Go(self, place - 1).go, f"Ctrl+{place}", in_bar=False)
                for place in range(1, 10)
            ),
        ]

    def show_for(self, actor: Actor) -> None:
        """Show the tabs that `actor` may use; those that are not theirs any more are closed."""
        front = self._tabs.tabData(self._tabs.currentIndex())
        self._user.setText(actor.name)
        self._shown = [feature for feature in FEATURES if actor.may(feature.permission)]
        self._close(set(self._built) - set(self.names()))
        self._tabs.blockSignals(True)
        while self._tabs.count():
            self._tabs.removeTab(0)
        for place, feature in enumerate(self._shown):
            self._tabs.addTab(icons.icon(feature.icon), self.desk.tr(feature.title))
            self._tabs.setTabData(place, feature.name)
        if front in self.names():
            self._tabs.setCurrentIndex(self.names().index(front))
        self._tabs.blockSignals(False)
        self._name_tab_keys()
        self._foot.backup.ask()
        self._phrases.ask()
        self.waits.ask()
        self.whereabouts.ask()
        if self._shown:
            self._on_tab(self._tabs.currentIndex())
        elif actor.by_pin:
            self.desk.messages.info(Text(N_("A PIN opens nothing here for you. Sign in with your password.")))
        else:
            self.desk.messages.info(self.desk.tr(N_("Your account has no page here yet.")))

    def _name_tab_keys(self) -> None:
        """Let the keys go only to tabs that are there; with one tab there is nowhere to go."""
        for place in range(1, 10):
            action = self._actions[f"tab.{place}"]
            there = 1 < len(self._shown) >= place
            action.setEnabled(there)
            if there:
                action.call(self._shown[place - 1].title)

    def go_to(self, place: int) -> None:
        """Show the tab at `place`."""
        if place < len(self._shown):
            self._tabs.setCurrentIndex(place)

    def names(self) -> list[str]:
        """Return the names of the tabs that the signed-in person may use."""
        return [feature.name for feature in self._shown]

    def go_to_name(self, name: str) -> None:
        """Show the tab of that name."""
        self.go_to(self.names().index(name))

    def go_to_page(self, name: str, page: str) -> None:
        """Show a page of a tab that has pages."""
        self.go_to_name(name)
        tab = self.tab(name)
        assert isinstance(tab, PagedTab)
        tab.show_page(page)

    @Slot(object)
    def _on_way(self, way: Way) -> None:
        """Go where a view sends the person, if that page is theirs."""
        if way.tab not in self.names():
            return
        self.go_to_name(way.tab)
        tab = self.tab(way.tab)
        tab.ensure_built()
        if isinstance(tab, PagedTab) and tab.has_page(way.page):
            tab.show_page(way.page).open_record(way.topic, way.record)

    def tab(self, name: str) -> BaseTab:
        """Return a feature's tab, built."""
        feature = next(feature for feature in self._shown if feature.name == name)
        return self._page(feature)

    def page(self, name: str, page: str) -> BaseView:
        """Return a page of a tab that has pages, built."""
        tab = self.tab(name)
        assert isinstance(tab, PagedTab)
        tab.ensure_built()
        return tab.page(page)

    def close_tabs(self) -> None:
        """Forget every tab: another person signs in."""
        self._close(set(self._built))
        self._bar.clear()
        self._foot.forget()
        self.waits.forget()
        self.whereabouts.forget()

    def _close(self, names: set[str]) -> None:
        for name in names:
            tab = self._built.pop(name)
            tab.close_view()
            self._pages.removeWidget(tab)
            tab.deleteLater()

    @Slot()
    def show_help(self) -> None:
        """Explain the tab in front."""
        tab = self._pages.currentWidget()
        if isinstance(tab, BaseTab):
            page = tab.page_in_front() if isinstance(tab, PagedTab) else tab
            HelpDialog(self.desk, page if page.help else tab, self).open()

    @Slot()
    def open_finder(self) -> None:
        """Find anything from one field."""
        finder = Finder(self.desk, self, self._places(), self._in_front())
        finder.wanted.connect(self._on_wanted)
        finder.finished.connect(finder.deleteLater)
        finder.open_over(self.window())

    def _places(self) -> list[Place]:
        """Return the pages of the tabs that were shown; the tabs themselves have keys."""
        paged = [(name, tab) for name, tab in self._built.items() if isinstance(tab, PagedTab)]
        return [Place(name, page, title) for name, tab in paged for page, title in tab.page_titles()]

    def _in_front(self) -> InFront:
        """Return the visit that the desk has in front, if it is what the person looks at."""
        tab = self._pages.currentWidget()
        page = tab.page_in_front() if isinstance(tab, PagedTab) else None
        visit = page.current() if isinstance(page, Visiting) else None
        if visit is None:
            return InFront()
        return InFront(visit.id, visit.visitor.id if visit.visitor is not None else None)

    @Slot(object)
    def _on_wanted(self, wanted: object) -> None:
        if isinstance(wanted, Place):
            self.go_to_page(wanted.tab, wanted.page)
        elif isinstance(wanted, KeyAction) and wanted.isEnabled():
            wanted.trigger()

    def take_scan(self, code: str) -> None:
        """Hand a scanned code to the tab in front."""
        tab = self._pages.currentWidget()
        if isinstance(tab, BaseTab):
            tab.take_scan(code)

    def tabs_built(self) -> list[BaseTab]:
        """Return the tabs that have been shown."""
        return list(self._built.values())

    @Slot(int)
    def _on_tab(self, place: int) -> None:
        if 0 <= place < len(self._shown):
            self._pages.setCurrentWidget(self._page(self._shown[place]))

    def _page(self, feature: Feature) -> BaseTab:
        if feature.name not in self._built:
            tab = feature.load()(self.desk)
            self._built[feature.name] = tab
            self._pages.addWidget(tab)
        return self._built[feature.name]

    @Slot(object)
    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        for place, feature in enumerate(self._shown):
            self._tabs.setTabText(place, tr(feature.title))
        self._lock.setToolTip(tr(N_("Lock the screen")) + " (Ctrl+L)")
        self._lock.setAccessibleName(tr(N_("Lock the screen")))
        self._find.setToolTip(tr(N_("Find anything")) + " (Ctrl+K)")
        self._find.setAccessibleName(tr(N_("Find anything")))
        self._menu.retranslate(tr)
        self._bar.retranslate(tr)
        self._foot.retranslate(tr)
        self.waits.retranslate(tr)
        self.whereabouts.retranslate(tr)
        self.desk.keys.retranslate(tr)

    @Slot(object)
    def _on_notice(self, notice: Notice) -> None:
        self._bar.show_notice(notice)


class _Go(QObject):
    """A place among the tabs that a key goes to."""

    def __init__(self, frame: Frame, place: int) -> None:
        super().__init__(frame)
        self._frame = frame
        self._place = place

    def go(self) -> None:
        """Show the tab."""
        self._frame.go_to(self._place)


class Foot(QWidget):
    """The bar at the bottom: last action and its undo, what the keys do now, how old the last backup is."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._last = LastActionBar(desk.keys, desk.tr, self)
        self._keys = KeyBar(desk.keys, desk.tr)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._row.addWidget(self._last)
        self._row.addWidget(self._keys, 1)
        self.backup = BackupSign(desk)
        self._row.addWidget(self.backup)
        desk.messages.acted.connect(self._last.show_action)
        style.look().changed.connect(self._space)
        self._space()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setContentsMargins(sizes.margin, sizes.px(4), sizes.margin, sizes.px(4))

    def forget(self) -> None:
        """Say nothing of what was done last, and undo it no more: another person signs in."""
        self._last.show_action(LastAction(""))
        self.backup.forget()

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        self._last.retranslate(tr)
        self._keys.retranslate(tr)
        self.backup.retranslate(tr)
