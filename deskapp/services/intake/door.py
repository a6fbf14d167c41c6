"""The door: greetings, today's expected visitors, hand-over to the desk."""

from __future__ import annotations

from deskapp.services.base import Service


class DoorService(Service):
    """The door: greetings, today's expected visitors, hand-over to the desk."""
