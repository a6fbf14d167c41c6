"""A person's card; likely pairs, merging and taking a merge back; a person's data for the person."""

from __future__ import annotations

from deskapp.services.base import Service


class PeopleService(Service):
    """A person's card; likely pairs, merging and taking a merge back; a person's data for the person."""
