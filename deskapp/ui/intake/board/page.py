"""The page “Board”."""

from __future__ import annotations

from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView


class BoardPage(BaseView):
    """To be built."""

    title = N_("Board")
    icon = "monitor"
