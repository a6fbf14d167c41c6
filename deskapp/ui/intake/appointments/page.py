"""The page “Appointments”."""

from __future__ import annotations

from deskapp.domain.text import N_
from deskapp.ui.base_tab import BaseView


class AppointmentsPage(BaseView):
    """To be built."""

    title = N_("Appointments")
    icon = "calendar-clock"
