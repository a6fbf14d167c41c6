"""The intake: the desk, the door, who waits, appointments, the directory, people's records. A line per page."""

from __future__ import annotations

from typing import Final

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.ui.widgets.pages import PagedTab, PageOf

PAGES: Final = (
    PageOf(
        "desk", N_("Desk"), "clipboard-list", "deskapp.ui.intake.desk_page:DeskPage", Permission.VISIT_WRITE
    ),
    PageOf(
        "waiting",
        N_("Waiting"),
        "hourglass",
        "deskapp.ui.intake.waiting.page:WaitingPage",
        Permission.VISIT_WRITE,
    ),
    PageOf("door", N_("Door"), "door-open", "deskapp.ui.intake.door.page:DoorPage", Permission.VISIT_GREET),
    PageOf(
        "appointments",
        N_("Appointments"),
        "calendar-clock",
        "deskapp.ui.intake.appointments.page:AppointmentsPage",
        Permission.APPOINTMENT,
    ),
    PageOf(
        "directory",
        N_("Directory"),
        "book-open",
        "deskapp.ui.intake.directory.page:DirectoryPage",
        Permission.DIRECTORY_READ,
    ),
    PageOf(
        "people", N_("People"), "users", "deskapp.ui.intake.people.page:PeoplePage", Permission.VISITOR_READ
    ),
    PageOf("board", N_("Board"), "monitor", "deskapp.ui.intake.board.page:BoardPage", Permission.VISIT_WRITE),
)


class IntakeTab(PagedTab):
    """What the front desk lives in all day."""

    title = N_("Intake")
    icon = "clipboard-list"
    help = N_(
        "Here are the desk, the door, who waits, appointments, the directory and people's records. Alt and a digit"
        " go to a page; Ctrl+K finds anything from anywhere."
    )
    rail = True
    table = PAGES
