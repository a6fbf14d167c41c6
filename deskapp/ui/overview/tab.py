"""The overview: figures of each room. A line per page."""

from __future__ import annotations

from typing import Final

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.ui.widgets.pages import PagedTab, PageOf

PAGES: Final = (
    PageOf(
        "intake",
        N_("Intake"),
        "chart-column",
        "deskapp.ui.overview.intake:IntakeFigures",
        Permission.STATISTICS,
    ),
)


class OverviewTab(PagedTab):
    """What happened, in figures."""

    title = N_("Overview")
    icon = "layout-dashboard"
    help = N_(
        "Here is what happened, in figures, for any span of days. Each figure opens the visits behind it,"
        " and every page can be printed and saved."
    )
    table = PAGES
