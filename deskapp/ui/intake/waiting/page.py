"""The page “Waiting”."""

from __future__ import annotations

from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView


class WaitingPage(BaseView):
    """To be built."""

    title = N_("Waiting")
    icon = "hourglass"
