"""The page “Door”."""

from __future__ import annotations

from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView


class DoorPage(BaseView):
    """To be built."""

    title = N_("Door")
    icon = "door-open"
