"""The waiting line: who stands where and why, calling, moving, starting, and care for those who wait."""

from __future__ import annotations

from deskapp.services.base import Service


class WaitingService(Service):
    """The waiting line: who stands where and why, calling, moving, starting, and care for those who wait."""
