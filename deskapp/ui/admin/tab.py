"""The administration: who may sign in, what was done, backups, protection, erasing, health. A line per page."""

from __future__ import annotations

from typing import Final

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.ui.widgets.pages import PagedTab, PageOf

PAGES: Final = (
    PageOf(
        "people",
        N_("People who sign in"),
        "users",
        "deskapp.ui.admin.people:PeoplePage",
        Permission.ACCOUNTS,
    ),
    PageOf(
        "rights",
        N_("Who may do what"),
        "table",
        "deskapp.ui.admin.rights:RightsPage",
        Permission.ADMINISTRATION,
    ),
    PageOf(
        "settings",
        N_("Figures of the house"),
        "sliders-horizontal",
        "deskapp.ui.admin.settings_page:SettingsPage",
        Permission.SETTINGS_WRITE,
    ),
    PageOf(
        "backups",
        N_("Backups"),
        "database-backup",
        "deskapp.ui.admin.backups:BackupsPage",
        Permission.BACKUP,
    ),
    PageOf(
        "protection",
        N_("Protection"),
        "lock-keyhole",
        "deskapp.ui.admin.protection:ProtectionPage",
        Permission.PROTECT,
    ),
    PageOf(
        "erasing",
        N_("Erasing personal data"),
        "eraser",
        "deskapp.ui.admin.erasing:ErasingPage",
        Permission.ERASE,
    ),
    PageOf(
        "trail",
        N_("What was done"),
        "scroll-text",
        "deskapp.ui.admin.trail:TrailPage",
        Permission.AUDIT_READ,
    ),
    PageOf(
        "health",
        N_("Health of the program"),
        "heart-pulse",
        "deskapp.ui.admin.health:HealthPage",
        Permission.DIAGNOSE,
    ),
)


class AdminTab(PagedTab):
    """Pages for whoever looks after the hospital's program and its data."""

    title = N_("Administration")
    icon = "shield"
    help = N_(
        "Here are the people who may sign in, the trail of everything that was done, the backups and what"
        " keeps the data safe. A page that is not yours is not shown."
    )
    table = PAGES
