"""What the waiting room's screen shows: numbers and masked names, nothing else of anybody."""

from __future__ import annotations

from deskapp.services.base import Service


class BoardService(Service):
    """What the waiting room's screen shows: numbers and masked names, nothing else of anybody."""
