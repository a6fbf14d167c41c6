"""An operator at the real program: keys only, with the eyes of an onlooker, and a second desk to see what is stored."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deskapp.bootstrap import Hospital
from deskapp.domain.intake import VisitView
from deskapp.domain.registration import SlipState
from tests.support import watched_desk
from tests.support.hospital import PINS, signed_in
from tests.support.paper import OUTPUT
from tests.support.ports import wait_until
from tests.support.run import ROOT
from tests.support.screen import Running, Screen

SECONDS = 60.0
PERSON = 60
"""Milliseconds between two letters of the fastest typists; faster would be taken for a reader."""


class Reception:
    """The program on its screen, and the same hospital opened a second time."""

    def __init__(self, screen: Screen, program: Running, hospital: Hospital, watched: Path) -> None:
        self.screen = screen
        self.program = program
        self.services = hospital.services
        self.actor = signed_in(hospital.services)
        self._watched = watched

    # what is seen

    def today(self) -> list[VisitView]:
        """Return today's visits as another desk sees them, latest first."""
        visits = self.services.visits
        return [visits.visit(self.actor, row.id) for row in visits.day_list(self.actor)]

    def focus(self) -> str:
        """Return the name of what has the cursor."""
        file = self._watched.with_suffix(".focus")
        return file.read_text("utf-8") if file.exists() else ""

    def longest_block(self) -> tuple[float, list[str]]:
        """Return the longest block of the event loop since the desk was usable (ms), and where the longer ones were."""
        longest, *where = self._watched.read_text("utf-8").splitlines()
        return float(longest), where

    def wait(self, ready: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
        """Wait until something is so; when it never is, keep a picture of the screen."""

        def checked() -> object:
            self.program.require_alive()
            return ready()

        try:
            wait_until(checked, seconds, what, 0.05)
        except TimeoutError:
            OUTPUT.mkdir(exist_ok=True)
            shutil.copy(self.screen.screenshot("failed"), OUTPUT / "reception-failed.png")
            raise

    def wait_for_focus(self, name: str, seconds: float = SECONDS) -> None:
        """Wait until the cursor is where it is expected."""
        self.wait(lambda: self.focus() == name, f"the cursor never came to {name!r}", seconds)

    def wait_for_slip(self, count: int) -> VisitView:
        """Wait until so many have come and the latest one's slip was sent; return the visit."""

        def sent() -> bool:
            visits = self.today()
            number = visits[0].number if len(visits) == count else None
            return number is not None and number.state is SlipState.SENT

        self.wait(sent, "the slip was not sent")
        return self.today()[0]

    # what is done

    def type(self, text: str) -> None:
        """Type as fast as a person can."""
        self.screen.type(text, gap=PERSON)

    def sign_in(self, name: str = "li") -> None:
        """Sign in with a digit and the PIN."""
        listed = [account.sign_in for account in self.services.access.names(self.actor)]
        self.wait_for_focus("Who is signing in")
        for _ in range(20):
            # The list may still be empty when the page is there: somebody at the desk would press again, too.
            self.screen.key(str(listed.index(name) + 1))
            try:
                wait_until(lambda: self.focus() == "PIN or password", 1, "not yet", 0.05)
                break
            except TimeoutError:
                continue
        self.type(PINS[name])
        self.screen.key("Return")
        self.wait_for_focus("Find a visitor")
        self.wait(self._watched.exists, "the desk was not usable")
        self.screen.pressed.clear()


@contextmanager
def open_reception(screen: Screen, hospital: Hospital, folder: Path, watched: Path) -> Iterator[Reception]:
    """Run the program on a data folder until the block is left; the sign-in is in front."""
    for old in (watched, watched.with_suffix(".focus")):
        old.unlink(missing_ok=True)
    command = (sys.executable, watched_desk.__file__, str(watched), "--data", str(folder), "--lang", "en")
    with screen.running(*command, PYTHONPATH=str(ROOT)) as program:
        screen.wait_for_window("deskapp", SECONDS)
        yield Reception(screen, program, hospital, watched)
