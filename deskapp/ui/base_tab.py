"""What every tab and page is made of: one context, one life, one way to ask a service.

A view is built when it is first shown, speaks the language in force, asks again when its subjects changed
(once it can be seen), shows errors in its own bar, and drops its connections when it is closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deskapp.domain.changes import NOTHING, Changes
from deskapp.domain.text import Text
from deskapp.errors import DeskError
from deskapp.i18n import Translator, translator
from deskapp.ui import style
from deskapp.ui.hub import ChangeHub
from deskapp.ui.keys import Action, KeyAction, Keys
from deskapp.ui.messages import Messages, Retry, notice
from deskapp.ui.tasks import Busy, Failed, Progress, Runner, Task, Then
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.message_bar import MessageBar


class LanguageState(QObject):
    """The language of the window."""

    changed = Signal(object)
    """The new `Translator`."""

    def __init__(self, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tr: Translator = translator(language)  # type: ignore[assignment]

    def set(self, language: str) -> None:
        """Switch to "zh", "en" or "mn"; fonts follow, then every view."""
        chosen = translator(language)
        if chosen is not self.tr:
            self.tr = chosen
            style.look().speak(chosen.language)
            self.changed.emit(chosen)


@dataclass(frozen=True)
class Way:
    """Where to go: a tab, a page of it, and perhaps a record to open there ("visit", 12)."""

    tab: str
    page: str
    topic: str = ""
    record: object = None


class Ways(QObject):
    """How a view sends the person somewhere else in the window, without knowing who lives there."""

    wanted = Signal(object)
    """A `Way`."""

    def go(self, tab: str, page: str, topic: str = "", record: object = None) -> None:
        """Show a page, and open a record there."""
        self.wanted.emit(Way(tab, page, topic, record))


class ClosedWork(Protocol):
    """What is done while the hospital is closed: called in a worker, returns what to say afterwards."""

    def __call__(self, *, report: Report) -> Text:
        """Do it, telling `report` how far it is; `DeskError` says why it was not done."""
        ...


Report = Callable[[int, int], object]


@dataclass(frozen=True)
class Desk:
    """Everything a view may reach.

    Attributes:
        language: words, and the signal that they changed.
        runner: the way to the services.
        hub: what was written, here and at other desks.
        messages: errors and the last action.
        keys: actions with their keys.
        services: the services, by feature (`desk.services.intake`).
        actor: returns who is signed in, for the first argument of every service method.
        while_closed: closes the hospital, does something that needs it closed, and opens it again; None
            where the window can't, as in tests of a page.
        ways: sends the person to another page, with a record to open there.
    """

    language: LanguageState
    runner: Runner
    hub: ChangeHub
    messages: Messages
    keys: Keys
    services: Any
    actor: Callable[[], Any]
    while_closed: Callable[[ClosedWork], object] | None = None
    ways: Ways = field(default_factory=Ways)

    @property
    def tr(self) -> Translator:
        """The translator of the language in force."""
        return self.language.tr

    def today(self) -> dt.date:
        """Return the site's calendar day by the clock of the services, which a demo may have set."""
        day: dt.date = self.services.settings.today()
        return day


class BaseView(QWidget):
    """Base of tabs, pages and panels beside. Override `build`, `retranslate`, `refresh`, `actions`."""

    subjects: ClassVar[frozenset[str]] = frozenset()
    """Topics of `Changes` that concern this view."""

    title: ClassVar[str] = ""
    """Message id."""

    icon: ClassVar[str] = ""

    help: ClassVar[str] = ""
    """Message id: what the page is for and how the work usually goes, for F1."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.bar = MessageBar(desk.tr)
        self.body = QVBoxLayout()
        self.key_actions: dict[str, KeyAction] = {}
        self._built = False
        self._complete = False
        self._closed = False
        self._missed = NOTHING
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self.bar)
        self._outer.addLayout(self.body, 1)
        desk.language.changed.connect(self._on_language)
        desk.hub.changed.connect(self._on_changes)
        desk.runner.superseded.connect(self.bar.withdraw)
        style.look().changed.connect(self._on_look)
        self._space()

    # to override

    def build(self) -> None:
        """Make the widgets and put them into `self.body`; called once, before the first showing."""

    def retranslate(self, tr: Translator) -> None:
        """Set every word; called after `build` and whenever the language changes."""

    def share_room(self) -> None:
        """Share the room among the parts: called after `build`, and when size or scale changed."""

    def refresh(self, changes: Changes) -> None:
        """Ask the services again. `changes` is empty at the first showing, else what concerns the subjects."""

    def actions_here(self) -> Sequence[Action]:
        """Return the actions of this view; asked once, after `build`."""
        return ()

    def may_leave(self) -> bool:
        """Return whether nothing typed would be lost by going elsewhere."""
        return True

    def show_example(self) -> None:
        """Show something typical: for pictures of the program. A view that always shows the same does nothing."""

    def window_example(self) -> QWidget | None:
        """Return a window of its own that belongs to the view, such as a second screen's: for pictures of the program."""
        return None

    def take_scan(self, code: str) -> None:
        """Take a code that was scanned while this view was in front; one that has no use for it does nothing."""

    def open_record(self, topic: str, record: object) -> None:
        """Open what somebody chose elsewhere, such as ("visit", 12); a view that has no use for it does nothing."""

    # for use

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Then | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
        busy: Busy | None = None,
        progress: Callable[[Progress], object] | None = None,
        latest: str | None = None,
    ) -> Task:
        """Run a service method outside the GUI thread, see `tasks.Runner.run`; the bar is cleared first."""
        self.bar.clear()
        return self.desk.runner.run(
            function,
            *args,
            done=done,
            failed=failed,
            owner=owner or self,
            busy=busy,
            progress=progress,
            latest=latest,
        )

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show an error at its field when a form here has it, else in the bar; see `ErrorPlace`."""
        for form in self.findChildren(Form):
            if form.isVisibleTo(self) and form.take_error(error, retry):
                return True
        self.bar.show_notice(notice(error, retry))
        return True

    def ensure_built(self) -> None:
        """Build the view now if that was not yet done."""
        if self._built:
            return
        self._built = True
        self.build()
        self._complete = True
        self.share_room()
        self.key_actions = self.desk.keys.install(self, self.actions_here())
        self.retranslate(self.desk.tr)
        self.refresh(NOTHING)

    def close_view(self) -> None:
        """Stop listening; the view is going to be deleted."""
        if not self._closed:
            self._closed = True
            self.desk.language.changed.disconnect(self._on_language)
            self.desk.hub.changed.disconnect(self._on_changes)

    # its life

    def showEvent(self, event: QShowEvent) -> None:
        """Build at the first showing; catch up with what changed while it was hidden."""
        super().showEvent(event)
        self.ensure_built()
        missed, self._missed = self._missed, NOTHING
        if missed:
            self.refresh(missed)
        self.desk.keys.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Take its keys out of the key bar."""
        super().hideEvent(event)
        self.desk.keys.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        if self._complete:
            self.share_room()

    @Slot(object)
    def _on_language(self, tr: Translator) -> None:
        self.bar.retranslate(tr)
        if self._built:
            self.retranslate(tr)

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        mine = Changes({topic: ids for topic, ids in changes.touched.items() if topic in self.subjects})
        if not mine or not self._built:
            return
        if self.isVisible():
            self.refresh(mine)
        else:
            self._missed |= mine

    @Slot()
    def _on_look(self) -> None:
        # PySide6 6.12 ties a connection to the receiver's life only where no subclass overrides the slot.
        self._space()

    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(sizes.gap)
        self.body.setSpacing(sizes.field_gap)
        if self._complete:
            self.share_room()


class BaseTab(BaseView):
    """A tab: a view with room around it."""

    def _space(self) -> None:
        super()._space()
        margin = style.tokens().sizes.margin
        self._outer.setContentsMargins(margin, margin, margin, margin)
