"""What the desk knows of the house: departments, doctors, and the site's own rules. The page lends its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from deskapp.domain.text import Text
from deskapp.domain.urgency import Urgency
from deskapp.services.house import HouseRules
from deskapp.ui import style

if TYPE_CHECKING:
    from deskapp.ui.intake.desk_page import DeskPage

COLOURS: Final = ("red", "orange", "yellow", "green")


class HouseFacts(QObject):
    """Asked when the desk opens and whenever the directory changes; handed to the page of a visit."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._places: tuple[Any, Any] | None = None

    def ask_places(self) -> None:
        """Ask for departments and doctors."""
        run, actor = self._desk.runner.run, self._desk.actor()
        run(self._read, actor, done=self._take_places, owner=self._page, latest="places")

    def _read(self, actor: Any) -> tuple[Any, Any]:
        directory = self._desk.services.directory
        return directory.departments(actor), directory.doctors(actor)

    def _take_places(self, places: tuple[Any, Any]) -> None:
        self._places = places
        if self._page.is_prepared():
            self.hand_on()

    def hand_on(self) -> None:
        """Let the page of a visit know what is known; it was made just now, or something changed."""
        if self._places is not None:
            self._page.visit_page.triage.take_places(*self._places)

    def speciality(self, doctor_id: int | None) -> str:
        """Return what a doctor is good at, "" while that is not known."""
        doctors = self._places[1] if self._places is not None else ()
        return next((doctor.speciality for doctor in doctors if doctor.id == doctor_id), "")

    def ask_rules(self) -> None:
        """Ask for the colours of urgency and for what is wrong in the site's own files."""
        self._desk.runner.run(
            _house_rules, self._desk.services.house, done=self._take_rules, owner=self._page
        )

    def _take_rules(self, found: tuple[Sequence[str], Sequence[Text]]) -> None:
        """Colour the levels as the site does; tell what is wrong in its own files."""
        colours, mistakes = found
        style.look().urgency_colours = tuple(COLOURS.index(colour) for colour in colours)
        self._page.visit_page.head.update()
        for mistake in mistakes:
            self._desk.messages.info(mistake)


def _house_rules(house: HouseRules) -> tuple[Sequence[str], Sequence[Text]]:
    """Return the colours of the levels, most urgent first, and the mistakes in the site's files. For a worker."""
    return [house.urgency.rule(level).colour for level in Urgency], house.mistakes()
