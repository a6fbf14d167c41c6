"""The page “People”."""

from __future__ import annotations

from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView


class PeoplePage(BaseView):
    """To be built."""

    title = N_("People")
    icon = "users"
