"""Keeps the board up as long as the desk is open, locked or not: its screen, its contents, its voice."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from deskapp.domain.board import (
    STALE_SECONDS,
    BoardCall,
    BoardView,
    Mark,
    clips,
    mark,
    new_calls,
    spoken,
)
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import DeskError
from deskapp.i18n import Translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.board.canvas import Showing, with_view
from deskapp.ui.intake.board.options import BoardOptions, options_of
from deskapp.ui.intake.board.screens import ScreenFacts, Screens, SystemScreens, choose
from deskapp.ui.intake.board.window import BoardWindow
from deskapp.ui.speech import Caller, Means, Saying, system_caller

POLL_MS: Final = 5000
SOON_MS = 300
"""After a change: what others change at the same time is asked for together."""
SUBJECTS: Final = frozenset({"queue", "visit", "number", "notice", "department", "doctor", "visitor"})
SETTINGS: Final = "setting"
STARTS_MS: Final = 2500
MOST_MARKS: Final = 500
TEST_ROOM: Final = "302"

MakeCaller = Callable[[Callable[[], dt.time], QObject], Caller]


class Place(enum.Enum):
    """Where the board is."""

    OFF = "off"
    SHOWN = "shown"
    FLOATING = "floating"
    WAITS = "waits"
    """Its screen is not there; it comes up by itself when it is."""


@dataclass(frozen=True)
class BoardState:
    """Where the board is, on which screen, and since when."""

    place: Place = Place.OFF
    screen: str = ""
    since: dt.datetime | None = None


class BoardKeeper(QObject):
    """One for each open desk; `stop` closes the board with the desk."""

    changed = Signal()
    """The board is somewhere else now, or its voice can do something else."""

    def __init__(
        self,
        desk: Desk,
        window: QWidget,
        screens: Screens | None = None,
        make_caller: MakeCaller = system_caller,
    ) -> None:
        # Found there by the page, which knows nothing of the composition root.
        super().__init__(desk.hub)
        self._desk = desk
        self.screens: Screens = screens or SystemScreens(window, self)
        self._make_caller = make_caller
        self._caller: Caller | None = None
        self.options = BoardOptions()
        self.state = BoardState()
        self._window: BoardWindow | None = None
        self._screen: ScreenFacts | None = None
        self._showing = Showing()
        self._heard: dict[Mark, None] | None = None
        self._asking = self._again = self._stopped = self._floats = False
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self.ask)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.ask)
        desk.hub.changed.connect(self._on_changes)
        desk.language.changed.connect(self._on_language)
        self.screens.changed.connect(self.place)

    @staticmethod
    def of(desk: Desk) -> BoardKeeper | None:
        """Return the keeper of a desk, None where the desk has none, as in tests of a page."""
        return desk.hub.findChild(BoardKeeper)

    def start(self) -> None:
        """Read the settings, and show the board where it is on."""
        self._read_settings()

    def stop(self) -> None:
        """Close the board: the desk closes."""
        self._stopped = True
        self._poll.stop()
        self._soon.stop()
        self._desk.hub.changed.disconnect(self._on_changes)
        self._desk.language.changed.disconnect(self._on_language)
        self.screens.changed.disconnect(self.place)
        if isinstance(self.screens, SystemScreens):
            self.screens.stop()
        if self._caller is not None:
            self._caller.close()
        self._close_window()

    # --- Settings and screen -----------------------------------------------------------------------------------

    def _read_settings(self) -> None:
        actor, services = self._desk.actor(), self._desk.services
        run = self._desk.runner.run
        read = services.settings.values
        run(
            read, actor, actor.desk, done=self._take_settings, failed=self._not_read, owner=self, latest="set"
        )

    def _not_read(self, _error: Exception) -> None:
        # The database is away for the moment; whoever uses it is told. The next change or look reads again.
        if not self._stopped:
            QTimer.singleShot(POLL_MS, self, self.start)

    def _take_settings(self, values: dict[str, object]) -> None:
        if self._stopped:
            return
        before, self.options = self.options, options_of(values)
        if before.departments != self.options.departments:
            # Calls of another department were not missed: they were not this board's.
            self._heard = None
        if self._caller is not None or self.options.manner.on:
            self.caller.manner = self.options.manner
        self._show(replace(self._showing, languages=self.options.languages, hospital=self.options.hospital))
        self.place()
        self.changed.emit()
        if self.options.on:
            logo, actor = self._desk.services.settings.logo, self._desk.actor()
            self._desk.runner.run(logo, actor, done=self._take_logo, failed=_unheard, owner=self)

    def _take_logo(self, png: bytes | None) -> None:
        logo = QPixmap()
        if png:
            logo.loadFromData(png)
        self._show(replace(self._showing, logo=None if logo.isNull() else logo))

    @Slot()
    def place(self) -> None:
        """Put the board where it belongs now: on its screen, nowhere, or in a window of its own."""
        if not self.options.on and not self._floats:
            self._go(BoardState())
            return
        found = choose(self.screens.all(), self.options.screen, self.screens.desk_key())
        if found is not None and self.options.on:
            self._floats = False
            self._fill(found)
        elif self._floats:
            self._be(Place.FLOATING, "")
        else:
            self._wait()

    def _fill(self, screen: ScreenFacts) -> None:
        came = self.state.place is Place.WAITS
        if screen != self._screen or not self.window().isVisible():
            self._screen = screen
            self.window().fill(screen)
        self._be(Place.SHOWN, screen.title)
        if came:
            words = Text(N_("The waiting room's board is shown on {screen}."), {"screen": screen.title})
            self._desk.messages.info(words)

    def _wait(self) -> None:
        lost = self.state.place is Place.SHOWN
        if self._window is not None:
            self._window.hide()
        title = self.state.screen if lost else self.options.screen
        self._be(Place.WAITS, title)
        if lost:
            words = N_(
                "The screen of the waiting room's board is gone: {screen}. The board comes back with it."
            )
            self._desk.messages.info(Text(words, {"screen": title}))

    def show_floating(self) -> None:
        """Show the board in a window that can be moved, beside the desk."""
        self._floats = True
        self.window().float()
        self._be(Place.FLOATING, "")

    @Slot()
    def put_away(self) -> None:
        """Close a board that somebody opened as a window; one on its screen comes up again."""
        if self.state.place is Place.FLOATING:
            self._floats = False
        QTimer.singleShot(0, self, self.place)

    def _be(self, place: Place, screen: str) -> None:
        since = self.state.since if (place, screen) == (self.state.place, self.state.screen) else self._now()
        self._go(BoardState(place, screen, since))

    def _go(self, state: BoardState) -> None:
        before, self.state = self.state, state
        if state.place is Place.OFF:
            self._close_window()
        # Without its screen it goes on: calls are heard although nobody sees them.
        running = state.place is not Place.OFF
        if running != self._poll.isActive():
            self._poll.start() if running else self._poll.stop()
            if running:
                self.ask()
            else:
                self._heard = None
        if before != state:
            self.changed.emit()

    def window(self) -> BoardWindow:
        """Return the board's window, made when it is first needed."""
        if self._window is None:
            self._window = BoardWindow(self._wall)
            self._window.put_away.connect(self.put_away)
            self._window.retranslate(self._desk.tr)
            self._window.canvas.show_board(self._showing)
        return self._window

    def _close_window(self) -> None:
        window, self._window, self._screen = self._window, None, None
        if window is not None:
            window.put_away.disconnect(self.put_away)
            window.close()
            window.deleteLater()

    @Slot(object)
    def _on_language(self, tr: Translator) -> None:
        if self._window is not None:
            self._window.retranslate(tr)

    # --- What is shown -----------------------------------------------------------------------------------------

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if changes.concerns(SETTINGS):
            self._read_settings()
        if self._poll.isActive() and any(changes.concerns(topic) for topic in SUBJECTS):
            self._ask_soon()

    def _ask_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def ask(self) -> None:
        """Ask what is to be shown: one question at a time, and once more if something changed meanwhile."""
        if self._stopped:
            return
        if self._asking:
            self._again = True
            self._tell_age()
            return
        self._again = False
        state, actor = self._desk.services.board.state, self._desk.actor()
        departments = self.options.departments
        asked = _Asked(self, departments)
        run = self._desk.runner.run
        run(state, actor, departments, done=asked.take, failed=self._late, owner=self, busy=self._set_asking)

    def _set_asking(self, asking: bool) -> None:
        self._asking = asking

    def take_view(self, view: BoardView, departments: tuple[str, ...]) -> None:
        """Show an answer, unless the board shows other departments by now."""
        if departments == self.options.departments:
            self._call(view)
            self._show(with_view(self._showing, view))
        self._ask_again()

    def _ask_again(self) -> None:
        if self._again:
            self._ask_soon()

    def _late(self, error: Exception) -> None:
        """Go on showing what was known last, with its time; the next look comes by itself."""
        if self._showing.view is not None:
            self._show(replace(self._showing, late_since=self._showing.view.at))
        self._again = False
        if not isinstance(error, DeskError):
            self._desk.messages.route(error)

    def _tell_age(self) -> None:
        """Say how old the answer is where the next one does not come: a server that hangs tells nothing."""
        view = self._showing.view
        if view is not None and (self._now() - view.at).total_seconds() > STALE_SECONDS:
            self._show(replace(self._showing, late_since=view.at))

    def _show(self, showing: Showing) -> None:
        self._showing = showing
        if self._window is not None:
            self._window.canvas.show_board(showing)

    @property
    def showing(self) -> Showing:
        """What the board shows now."""
        return self._showing

    # --- What is heard -----------------------------------------------------------------------------------------

    @property
    def caller(self) -> Caller:
        """The voice, made when it is first needed."""
        if self._caller is None:
            self._caller = self._make_caller(self._wall_time, self)
            self._caller.manner = self.options.manner
            self._caller.changed.connect(self.changed)
        return self._caller

    def means(self) -> Means | None:
        """Return by what calls are heard here, None while nobody wants to hear any."""
        return self._caller.means() if self._caller is not None else None

    def _call(self, view: BoardView) -> None:
        first = self._heard is None
        heard = self._heard or {}
        for call in new_calls(heard, view):
            heard[mark(call)] = None
            if not first and self.options.manner.on:
                self.caller.call(self.sayings(call))
        while len(heard) > MOST_MARKS:
            heard.pop(next(iter(heard)))
        self._heard = heard

    def sayings(self, call: BoardCall) -> list[Saying]:
        """Return a call in each language of the board."""
        return [
            Saying(language, spoken(call, language) if language != "mn" else "", clips(call))
            for language in self.options.languages
        ]

    def test_call(self) -> None:
        """Let a made-up call be heard, whatever the hour; a voice that begins only now gets a moment for it."""
        if self._caller is None:
            self._caller = self.caller
            QTimer.singleShot(STARTS_MS, self, self._test)
        else:
            self._test()

    @Slot()
    def _test(self) -> None:
        if not self._stopped:
            self.caller.silence()
            self.caller.call_anyway(self.sayings(self._example()))
            self.changed.emit()

    def _example(self) -> BoardCall:
        name = Words("", "", "")
        return BoardCall(0, "A012", "张*", name, "", TEST_ROOM, self._now(), 1, "张先生")

    # --- Time --------------------------------------------------------------------------------------------------

    def _now(self) -> dt.datetime:
        moment: dt.datetime = self._desk.services.settings.now()
        return moment

    def _wall(self) -> dt.datetime:
        return self._now().astimezone()

    def _wall_time(self) -> dt.time:
        return self._wall().time()


@dataclass(frozen=True)
class _Asked:
    """Of which departments the board was asked."""

    keeper: BoardKeeper
    departments: tuple[str, ...]

    def take(self, view: BoardView) -> None:
        self.keeper.take_view(view, self.departments)


def _unheard(_error: Exception) -> None:
    """Without its logo the board has the hospital's name."""
