"""Under which request an order is sent: a lost reply must make nothing twice, and must swallow no other order."""

from __future__ import annotations

from deskapp.services.base import new_request


class Orders:
    """The same order sent again is the same request, until it is over; another order is another request."""

    def __init__(self) -> None:
        self._order: tuple[object, ...] | None = None
        self._request = ""

    def request(self, *order: object) -> str:
        """Return the request for what is sent now."""
        if order != self._order:
            self._order, self._request = order, new_request()
        return self._request

    def over(self) -> None:
        """Take note that the order was carried out, or given up: the same again is another one."""
        self._order = None
