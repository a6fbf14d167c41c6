"""The tabs, one line each. A tab's module is imported when the tab is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtWidgets import QWidget

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseTab, Desk
from deskapp.ui.named import load


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
        found: type[BaseTab] = load(self.place)
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


class Companion(Protocol):
    """Something of a feature that lives as long as the desk, whoever is signed in and while nobody is."""

    def start(self) -> None:
        """Begin: the desk is open."""
        ...

    def stop(self) -> None:
        """End: the desk closes."""
        ...


COMPANIONS: Final = ("deskapp.ui.intake.board.keeper:BoardKeeper",)


def companions(desk: Desk, window: QWidget) -> list[Companion]:
    """Return what lives beside the tabs of a desk, not yet started."""
    made: list[Companion] = []
    for place in COMPANIONS:
        make: Callable[[Desk, QWidget], Companion] = load(place)
        made.append(make(desk, window))
    return made
