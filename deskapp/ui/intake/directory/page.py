"""The page “Directory”."""

from __future__ import annotations

from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView


class DirectoryPage(BaseView):
    """To be built."""

    title = N_("Directory")
    icon = "book-open"
