"""The administration: who may sign in, what was done, backups, protection, erasing, health. A line per page."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.widgets.pages import Page, PagedTab


@dataclass(frozen=True)
class AdminPage:
    """A page of the administration: its name, title, icon, where its class is, and who may use it."""

    name: str
    title: str
    icon: str
    place: str
    permission: Permission

    def make(self, desk: Desk) -> BaseView:
        """Import and make the page."""
        module, _, name = self.place.partition(":")
        kind: type[BaseView] = getattr(importlib.import_module(module), name)
        return kind(desk)


PAGES: Final = (
    AdminPage(
        "people",
        N_("People who sign in"),
        "users",
        "deskapp.ui.admin.people:PeoplePage",
        Permission.ACCOUNTS,
    ),
    AdminPage(
        "rights",
        N_("Who may do what"),
        "table",
        "deskapp.ui.admin.rights:RightsPage",
        Permission.ADMINISTRATION,
    ),
    AdminPage(
        "backups",
        N_("Backups"),
        "database-backup",
        "deskapp.ui.admin.backups:BackupsPage",
        Permission.BACKUP,
    ),
    AdminPage(
        "protection",
        N_("Protection"),
        "lock-keyhole",
        "deskapp.ui.admin.protection:ProtectionPage",
        Permission.PROTECT,
    ),
    AdminPage(
        "erasing",
        N_("Erasing personal data"),
        "eraser",
        "deskapp.ui.admin.erasing:ErasingPage",
        Permission.ERASE,
    ),
    AdminPage(
        "trail",
        N_("What was done"),
        "scroll-text",
        "deskapp.ui.admin.trail:TrailPage",
        Permission.AUDIT_READ,
    ),
    AdminPage(
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

    def pages(self) -> Sequence[Page]:
        """Return the pages that the signed-in person may use."""
        actor = self.desk.actor()
        return [
            Page(page.name, page.title, page.icon, page.make) for page in PAGES if actor.may(page.permission)
        ]
