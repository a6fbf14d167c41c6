"""The page of the board: what is chosen is stored for this workstation and followed by the board at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from deskapp.i18n import LANGUAGES
from deskapp.ui.intake.board.keeper import BoardKeeper, Place
from deskapp.ui.intake.board.page import QUIET_FROM, QUIET_UNTIL, BoardPage
from tests.support.front import Front, Opener
from tests.support.shown import nameless, wider_than_its_room
from tests.ui.intake.board.boards import DESK, HALL, FakeCaller, FakeScreens


class Office:
    """A desk with its board and the page in front."""

    def __init__(self, front: Front, *screens: object) -> None:
        self.front = front
        self.screens = FakeScreens(*screens)  # type: ignore[arg-type]
        self.keeper = BoardKeeper(front.desk, front.window, self.screens, FakeCaller)  # type: ignore[arg-type]
        self.keeper.start()
        front.window.frame_of_tabs.go_to_page("intake", "board")
        front.settle()

    @property
    def page(self) -> BoardPage:
        found = self.front.window.frame_of_tabs.page("intake", "board")
        assert isinstance(found, BoardPage)
        return found

    def stored(self) -> dict[str, object]:
        return self.front.services.settings.values(self.front.actor, "desk-1")

    def store(self) -> None:
        self.front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def tick(self, name: str) -> None:
        ticks = self.page.departments
        (item,) = [ticks.item(at) for at in range(ticks.count()) if ticks.item(at).text() == name]
        item.setCheckState(Qt.CheckState.Checked)


@pytest.fixture
def office(front: Front) -> Iterator[Office]:
    made = Office(front, DESK, HALL)
    yield made
    made.keeper.stop()


def test_by_default_it_is_off_and_says_so(office: Office) -> None:
    assert office.page._state.text() == "The board is off."
    assert not office.page.form.value("board.on")
    assert office.page.voice.value("voice.on") is False


def test_the_cursor_is_in_the_first_field(office: Office) -> None:
    assert office.front.window.focusWidget() is office.page.form.widget("board.on")


def test_the_list_of_departments_begins_in_its_first_row_however_wide_it_is(office: Office) -> None:
    ticks = office.page.departments
    for width in (200, 300, 470, 480, 500, 730):
        ticks.setMaximumWidth(width)
        ticks.resize(width, ticks.height())
        office.front.settle()
        assert ticks.visualItemRect(ticks.item(0)).top() == 0


def test_the_departments_take_the_room_that_a_taller_window_gives(office: Office) -> None:
    office.front.window.resize(1366, 768)
    office.front.settle()
    low = office.page.departments.height()
    volume = office.page.voice.widget("voice.volume")
    assert volume.visibleRegion().boundingRect() == volume.rect()
    office.front.window.resize(1366, 1000)
    office.front.settle()
    assert office.page.departments.height() == low + 1000 - 768


def test_switching_it_on_shows_it_and_says_where_and_since_when(office: Office) -> None:
    office.page.form.fill("board.on", True)
    office.store()
    assert office.stored()["board.on"] is True
    assert office.keeper.state.place is Place.SHOWN
    assert office.page._state.text().startswith("Shown on Hall since ")
    assert office.front.last_action() == "Board stored"


def test_screens_are_offered_with_their_size(office: Office) -> None:
    box = office.page.form.widget("board.screen")
    offered = [box.itemText(at) for at in range(box.count())]  # type: ignore[attr-defined]
    assert "Hall, 640 × 360" in offered
    assert "Desk, 800 × 800: the desk is on it" in offered
    office.screens.plug(DESK)
    assert not any(box.itemText(at).startswith("Hall") for at in range(box.count()))  # type: ignore[attr-defined]


def test_departments_languages_and_voice_are_stored(office: Office) -> None:
    office.tick("Ophthalmology")
    office.page.spoken_in.fill("en", False)
    office.page.voice.fill("voice.on", True)
    office.page.voice.fill("voice.volume", 30)
    office.page.voice.fill(QUIET_FROM, dt.time(21))
    office.page.voice.fill(QUIET_UNTIL, dt.time(7))
    office.store()
    stored = office.stored()
    assert stored["board.departments"] == "ophthalmology"
    assert stored["board.languages"] == "zh,mn"
    assert (stored["voice.on"], stored["voice.volume"], stored["voice.quiet"]) == (True, 30, "21:00-07:00")
    assert office.page.canvas.showing.languages == ("zh", "mn")
    assert office.keeper.options.departments == ("ophthalmology",)


@pytest.mark.parametrize(
    ("form", "field", "value"),
    [("voice", "voice.volume", 101), ("voice", QUIET_FROM, dt.time(21)), ("voice", QUIET_UNTIL, dt.time(7))],
)
def test_what_does_not_fit_is_told_at_its_field(office: Office, form: str, field: str, value: object) -> None:
    where = getattr(office.page, form)
    where.fill(field, value)
    office.store()
    wrong = {QUIET_FROM: QUIET_UNTIL, QUIET_UNTIL: QUIET_FROM}.get(field, field)
    assert where.error(wrong)
    assert office.stored()["voice.volume"] == 70


def test_a_board_without_a_language_is_none(office: Office) -> None:
    for language in LANGUAGES:
        office.page.spoken_in.fill(language, False)
    office.store()
    assert office.page.spoken_in.error("zh") == "Choose one language at least."
    assert office.stored()["board.languages"] == "zh,en,mn"


def test_what_is_typed_stays_while_others_call(office: Office) -> None:
    office.page.voice.fill("voice.volume", 30)
    office.tick("Ophthalmology")
    office.front.services.settings.change_here(office.front.actor, "r1", "ring.on", False, "desk-1")
    office.page.refresh(
        office.front.services.settings.change_here(
            office.front.actor, "r2", "board.languages", "mn", "desk-1"
        ).changes
    )
    office.front.settle()
    assert office.page.voice.value("voice.volume") == 30
    assert office.page._chosen_departments() == "ophthalmology"
    assert office.page.spoken_in.values() == {"zh": False, "en": False, "mn": True}


def test_a_test_call_says_by_what_means_it_was_heard(office: Office) -> None:
    caller = office.keeper.caller
    assert isinstance(caller, FakeCaller)
    office.front.key(Qt.Key.Key_F6)
    assert len(caller.tested) == 1
    assert office.page._heard.text().splitlines() == [
        "中文: spoken by the computer's voice",
        "English: no voice on this computer, calls ring",
        "Монгол: put together from recorded clips",
    ]


def test_the_window_is_opened_and_closed_by_its_key(front: Front) -> None:
    office = Office(front, DESK)
    office.front.key(Qt.Key.Key_F7)
    assert office.keeper.state.place is Place.FLOATING
    assert office.page._state.text().startswith("Shown in a window of its own since ")
    # Off-screen every new window gets the keys; a window manager leaves them where they are.
    office.page._keys["board.window"].trigger()
    office.front.settle()
    assert office.keeper.state.place is Place.OFF
    office.keeper.stop()


def test_a_computer_with_one_screen_is_told_so(front: Front) -> None:
    office = Office(front, DESK)
    office.page.form.fill("board.on", True)
    office.store()
    assert office.page._state.text().startswith("This computer has one screen")
    office.keeper.stop()


def test_a_lost_screen_is_told(office: Office) -> None:
    office.page.form.fill("board.on", True)
    office.page.form.fill("board.screen", "hall")
    office.store()
    third = DESK.__class__("third", "Third", HALL.geometry, (640, 360))
    office.screens.plug(DESK, third)
    assert office.page._state.text().startswith("Waiting for its screen since ")


def test_the_preview_shows_what_the_board_shows(office: Office) -> None:
    view = office.page.canvas.showing.view
    assert view is not None
    assert office.page.canvas.showing.hospital == "春晖医院"
    assert (
        office.page.canvas.height() * 16 == office.page.canvas.width() * 9
        or office.page.canvas.height() > 100
    )


def test_a_page_whose_desk_has_no_board_does_not_break(front: Front) -> None:
    front.window.frame_of_tabs.go_to_page("intake", "board")
    front.settle()
    page = front.window.frame_of_tabs.page("intake", "board")
    assert isinstance(page, BoardPage)
    assert page._state.text() == "The board is off."
    assert not page._keys["board.test"].isEnabled()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_readable_and_named(open_front: Opener, language: str) -> None:
    front = open_front("li", language)
    front.window.resize(1366, 768)
    office = Office(front, DESK, HALL)
    assert nameless(office.page) == []
    assert wider_than_its_room(office.page) == []
    assert front.keys.clashes() == []
    office.keeper.stop()
