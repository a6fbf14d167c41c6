"""Appointments: slots, booking, moving, cancelling, missing."""

from __future__ import annotations

from deskapp.services.base import Service


class AppointmentService(Service):
    """Appointments: slots, booking, moving, cancelling, missing."""
