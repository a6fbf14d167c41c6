"""How the calendar looks: every state is told apart by more than its colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from deskapp.domain.appointments import Presence
from deskapp.domain.registration import AppointmentState
from deskapp.i18n import translator
from deskapp.ui import style
from deskapp.ui.intake.appointments import drawing
from deskapp.ui.intake.appointments.cells import cells_of
from deskapp.ui.intake.appointments.drawing import Drawing
from deskapp.ui.tokens import SCHEMES
from tests.ui.intake.appointments.samples import column, line

ROOM = QRect(0, 0, 120, 24)


def picture(
    cell: object, *, selected: bool = False, late: tuple[int, ...] = (), moving: int | None = None
) -> QImage:
    image = QImage(ROOM.size(), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    made = Drawing(painter, translator("zh"), late, moving)
    made.cell(cell, ROOM, selected=selected, focus=True)  # type: ignore[arg-type]
    painter.end()
    return image


def grey(image: QImage) -> QImage:
    return image.convertToFormat(QImage.Format.Format_Grayscale8)


@pytest.mark.usefixtures("app")
def test_states_differ_without_colour() -> None:
    states = [line(state=state) for state in AppointmentState if state is not AppointmentState.CANCELLED]
    cells = [cell for one in states for cell in cells_of([column(one)])[0] if cell.line]
    cells += [cell for cell in cells_of([column(line(over_booked=True))])[0] if cell.line]
    cells += [cell for cell in cells_of([column(line(minute=700))])[0] if cell.line]
    found = [grey(picture(cell)) for cell in cells]
    found.append(grey(picture(cells[0], late=(7,))))
    assert all(one != other for at, one in enumerate(found) for other in found[at + 1 :])


@pytest.mark.usefixtures("app")
def test_the_cursor_and_the_one_that_moves_are_seen() -> None:
    (_first, cell, *_rest) = cells_of([column(line())])[0]
    assert picture(cell, selected=True) != picture(cell)
    assert picture(cell, moving=7) != picture(cell)


def test_every_token_of_a_look_is_there_in_every_scheme(app: QApplication) -> None:
    looks = [one for one in vars(drawing).values() if isinstance(one, drawing.Look)]
    for scheme in SCHEMES:
        style.apply(app, scheme)
        colours = style.tokens().colours
        for look in looks:
            assert all(getattr(colours, token) for token in (look.ground, look.edge, look.text))
        assert all(getattr(colours, tone) for _icon, tone in drawing.PRESENCE_LOOKS.values())


def test_every_kind_of_day_has_a_look() -> None:
    assert set(drawing.PRESENCE_LOOKS) == set(Presence)
