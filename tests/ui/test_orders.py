"""A request is the order's own: the same again is the same, anything else is another."""

from __future__ import annotations

from deskapp.ui.orders import Orders


def test_the_same_order_is_the_same_request_until_it_is_over() -> None:
    orders = Orders()
    first = orders.request("store", 1)
    assert orders.request("store", 1) == first
    other = orders.request("store", 2)
    assert other != first
    orders.over()
    assert orders.request("store", 2) != other
