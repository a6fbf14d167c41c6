"""Figures of the intake."""

from __future__ import annotations

from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView


class IntakeFigures(BaseView):
    """To be built."""

    title = N_("Overview")
    icon = "chart-column"
