"""The tabs, one line each. A tab's module is imported when the tab is first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Final

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseTab


@dataclass(frozen=True)
class Feature:
    """A tab: its name, title, icon, where its class is, and who may use it."""

    name: str
    title: str
    icon: str
    place: str
    permission: Permission

    def load(self) -> type[BaseTab]:
        """Import and return the tab's class."""
        module, _, name = self.place.partition(":")
        found: type[BaseTab] = getattr(importlib.import_module(module), name)
        return found


FEATURES: Final = (
    Feature(
        "intake", N_("Intake"), "clipboard-list", "deskapp.ui.intake.tab:IntakeTab", Permission.VISIT_GREET
    ),
    Feature(
        "overview",
        N_("Overview"),
        "layout-dashboard",
        "deskapp.ui.overview.tab:OverviewTab",
        Permission.STATISTICS,
    ),
    Feature(
        "admin", N_("Administration"), "shield", "deskapp.ui.admin.tab:AdminTab", Permission.ADMINISTRATION
    ),
)
