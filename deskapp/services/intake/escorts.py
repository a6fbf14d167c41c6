"""Bringing visitors to the doctor: who is away with whom, handed over, back."""

from __future__ import annotations

from deskapp.services.base import Service


class EscortService(Service):
    """Bringing visitors to the doctor: who is away with whom, handed over, back."""
