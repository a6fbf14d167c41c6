"""The board lives as long as the desk: its screen comes and goes, the service fails, calls are heard once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect
from PySide6.QtWidgets import QApplication, QWidget

from deskapp.domain.changes import Changes
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.base_tab import Desk
from deskapp.ui.features import COMPANIONS, companions
from deskapp.ui.intake.board.keeper import BoardKeeper, Place
from deskapp.ui.intake.board.screens import ScreenFacts
from deskapp.ui.intake.board.window import BoardWindow
from tests.ui.intake.board.boards import DESK, HALL, NOW, FakeCaller, FakeHospital, FakeScreens, call, view

AWAY = StorageError("storage.server-away", Text("The server does not answer."))


class Hall:
    """A desk with a board, its hospital and its screens."""

    def __init__(self, desk: Desk, *screens: ScreenFacts, **values: object) -> None:
        self.desk = desk
        self.hospital = FakeHospital(desk, **values)
        self.screens = FakeScreens(*screens)
        self.window = QWidget()
        self.keeper = BoardKeeper(desk, self.window, self.screens, FakeCaller)  # type: ignore[arg-type]
        self.told: list[str] = []
        desk.messages.noticed.connect(lambda notice: self.told.append(desk.tr(notice.text)))
        self.keeper.start()

    @property
    def board(self) -> BoardWindow | None:
        return self.keeper._window

    @property
    def caller(self) -> FakeCaller:
        assert isinstance(self.keeper.caller, FakeCaller)
        return self.keeper.caller

    def shows(self) -> bool:
        return self.board is not None and self.board.isVisible()

    def let_time_pass(self, **span: float) -> None:
        self.hospital.now += dt.timedelta(**span)
        self.keeper._poll.timeout.emit()

    def numbers(self) -> list[str]:
        shown = self.keeper.showing.view
        return [one.label for one in shown.calls] if shown is not None else []

    def close(self) -> None:
        self.keeper.stop()
        self.keeper.deleteLater()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


Opener = Callable[..., Hall]


@pytest.fixture
def hall(desk: Desk) -> Iterator[Opener]:
    made: list[Hall] = []

    def open_one(*screens: ScreenFacts, **values: object) -> Hall:
        made.append(Hall(desk, *screens, **values))
        return made[-1]

    yield open_one
    for one in made:
        one.close()


def test_a_board_that_is_off_asks_nothing_and_has_no_window(hall: Opener) -> None:
    here = hall(DESK, HALL)
    assert here.keeper.state.place is Place.OFF
    assert (here.board, here.hospital.asked) == (None, [])
    assert not here.keeper._poll.isActive()


def test_a_board_that_is_on_comes_up_with_the_desk_on_the_other_screen(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    assert here.shows()
    assert here.board is not None
    assert here.board.geometry() == HALL.geometry
    assert (here.keeper.state.place, here.keeper.state.screen) == (Place.SHOWN, "Hall")
    assert here.keeper.state.since == NOW


def test_switching_it_on_and_off_is_followed_at_once(hall: Opener) -> None:
    here = hall(DESK, HALL)
    here.hospital.set(board_on=True)
    assert here.shows()
    here.hospital.set(board_on=False)
    assert here.board is None
    assert here.keeper.state.place is Place.OFF


def test_with_one_screen_it_waits_and_never_covers_the_desk(hall: Opener) -> None:
    here = hall(DESK, board_on=True)
    assert here.keeper.state.place is Place.WAITS
    assert not here.shows()


def test_somebody_may_open_it_as_a_window_and_close_it_again(hall: Opener, qapp: QApplication) -> None:
    here = hall(DESK)
    here.keeper.show_floating()
    assert here.shows()
    assert here.keeper.state.place is Place.FLOATING
    assert here.board is not None
    here.board.close()
    qapp.processEvents()
    assert here.keeper.state.place is Place.OFF
    assert here.board is None


def test_a_screen_that_is_unplugged_takes_the_board_along_and_brings_it_back(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.screens.plug(DESK)
    assert not here.shows()
    assert here.keeper.state.place is Place.WAITS
    assert here.told == [
        "The screen of the waiting room's board is gone: Hall. The board comes back with it."
    ]
    here.hospital.view = view(call())
    here.let_time_pass(minutes=3)
    here.screens.plug(DESK, HALL)
    assert here.shows()
    assert here.numbers() == ["A012"]
    assert here.told[1:] == ["The waiting room's board is shown on Hall."]


def test_a_chosen_screen_is_waited_for_although_another_is_there(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True, board_screen="door")
    assert here.keeper.state.place is Place.WAITS
    here.hospital.set(board_screen="")
    assert here.shows()


def test_another_resolution_is_followed(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.screens.plug(DESK, ScreenFacts("hall", "Hall", QRect(0, 0, 720, 405), (1440, 810)))
    assert here.board is not None
    assert (here.board.width(), here.board.height()) == (720, 405)
    assert here.board.canvas.width() == 720
    assert here.told == []


def test_a_board_that_somebody_closed_comes_up_again(hall: Opener, qapp: QApplication) -> None:
    here = hall(DESK, HALL, board_on=True)
    assert here.board is not None
    here.board.close()
    qapp.processEvents()
    assert here.shows()


def test_a_change_is_shown_soon(hall: Opener, qtbot: Any, desk: Desk) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.hospital.view = view(call())
    desk.hub.post(Changes.of("queue", 1))
    qtbot.waitUntil(lambda: here.numbers() == ["A012"], timeout=2000)
    assert len(here.hospital.asked) == 2


def test_what_no_change_told_of_is_seen_at_the_next_look(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.hospital.view = view(call())
    here.let_time_pass(seconds=5)
    assert here.numbers() == ["A012"]


def test_without_an_answer_the_last_one_stays_with_its_time(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.hospital.view = view(call())
    here.let_time_pass(seconds=5)
    known = here.hospital.now
    here.hospital.error = AWAY
    here.let_time_pass(seconds=5)
    assert here.numbers() == ["A012"]
    assert here.keeper.showing.late_since == known
    here.hospital.error = None
    here.let_time_pass(seconds=5)
    assert here.keeper.showing.late_since is None
    assert here.told == []


def test_an_answer_that_hangs_is_told_by_its_age(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.keeper._set_asking(True)
    here.let_time_pass(seconds=20)
    assert here.keeper.showing.late_since is None
    here.let_time_pass(seconds=20)
    assert here.keeper.showing.late_since == NOW


def test_the_board_asks_for_its_departments(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True, board_departments="eyes,surgery")
    assert here.hospital.asked == [("eyes", "surgery")]


def test_what_was_called_before_the_board_came_up_is_not_called_again(hall: Opener, desk: Desk) -> None:
    hospital = FakeHospital(desk)
    del hospital
    here = hall(DESK, HALL, voice_on=True)
    here.hospital.view = view(call())
    here.hospital.set(board_on=True)
    assert here.caller.called == []


def test_each_call_is_heard_once_and_a_second_one_again(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True, voice_on=True)
    here.hospital.view = view(call(address="王先生"))
    here.let_time_pass(seconds=5)
    here.let_time_pass(seconds=5)
    assert here.caller.called == ["请A零一二号王先生到三零二诊室"]
    here.hospital.view = view(call(calls=2))
    here.let_time_pass(seconds=5)
    assert len(here.caller.called) == 2


def test_calls_are_heard_while_the_screen_is_away(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True, voice_on=True)
    here.screens.plug(DESK)
    here.hospital.view = view(call())
    here.let_time_pass(seconds=5)
    assert len(here.caller.called) == 1


def test_silent_boards_make_no_voice(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.hospital.view = view(call())
    here.let_time_pass(seconds=5)
    assert here.keeper._caller is None
    assert here.keeper.means() is None


def test_a_test_call_is_heard_whatever_is_chosen(hall: Opener) -> None:
    here = hall(DESK)
    assert here.keeper.means() is None
    here.keeper.caller.silence()
    here.keeper.test_call()
    means = here.keeper.means()
    assert means is not None
    assert means.by["zh"] == "voice"
    (said,) = here.caller.tested
    assert [saying.language for saying in said] == ["zh", "en", "mn"]
    assert said[0].text == "请A零一二号张先生到三零二诊室"
    assert said[2].clips == ("number", "A", "0", "1", "2", "room", "3", "0", "2")


def test_the_desk_takes_the_board_along_when_it_closes(hall: Opener) -> None:
    here = hall(DESK, HALL, board_on=True)
    here.keeper.stop()
    assert here.board is None
    assert not here.keeper._poll.isActive()
    here.screens.plug(DESK)
    here.desk.hub.post(Changes.of("setting"))
    assert here.board is None
    # The fixture stops it once more.
    here.keeper = BoardKeeper(here.desk, here.window, here.screens, FakeCaller)  # type: ignore[arg-type]


def test_every_open_desk_has_its_companions(desk: Desk) -> None:
    window = QWidget()
    made = companions(desk, window)
    assert len(made) == len(COMPANIONS)
    assert BoardKeeper.of(desk) is made[0]
    for one in made:
        one.stop()
    window.deleteLater()


def test_the_title_follows_the_language(hall: Opener, desk: Desk) -> None:
    here = hall(DESK, HALL, board_on=True)
    assert here.board is not None
    assert here.board.windowTitle() == "Board of the waiting room"
    desk.language.set("zh")
    assert here.board.windowTitle() == desk.tr("Board of the waiting room")
