"""Finding anything from one field: people, staff, doctors, prices, places, news, phrases."""

from __future__ import annotations

from deskapp.services.base import Service


class FindingService(Service):
    """Finding anything from one field: people, staff, doctors, prices, places, news, phrases."""
