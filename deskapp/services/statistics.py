"""Figures of all visits, part by part, so that the first are there at once."""

from __future__ import annotations

from deskapp.services.base import Service


class StatisticsService(Service):
    """Figures of all visits, part by part, so that the first are there at once."""
