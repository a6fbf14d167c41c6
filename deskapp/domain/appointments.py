"""Appointments: booked times, what may happen to them, and the slots of a doctor's day."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from deskapp.domain.text import N_


class AppointmentAct(enum.StrEnum):
    """What happens to an appointment."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MISSED = "missed"
    FULFILLED = "fulfilled"
    REOPENED = "reopened"


APPOINTMENT_ACT_LABELS: Final[Mapping[AppointmentAct, str]] = {
    AppointmentAct.BOOKED: N_("booked"),
    AppointmentAct.MOVED: N_("moved"),
    AppointmentAct.CANCELLED: N_("cancelled"),
    AppointmentAct.MISSED: N_("missed"),
    AppointmentAct.FULFILLED: N_("came"),
    AppointmentAct.REOPENED: N_("open again"),
}
