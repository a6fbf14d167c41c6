"""What stands in a line of the directory: what is read aloud at its end, and what is copied."""

from __future__ import annotations

from deskapp.domain.access import Actor
from deskapp.domain.directory import Kind, PlaceDraft
from deskapp.domain.finding import Entry, Fen
from deskapp.domain.text import Words
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.house import HouseRules
from deskapp.services.looking_up import entries_of
from tests.services.conftest import Desk


def entries(services: Services) -> dict[str, Entry]:
    with services.directory.store.reading() as session:
        return {entry.code: entry for entry in entries_of(session, HouseRules())}


def test_each_kind_says_first_what_is_read_aloud(desk: Desk) -> None:
    found = entries(desk.services)
    assert found["XR"].aside == Fen(8050)
    assert found["XR"].copied == Words("胸片 ¥80.50", "Chest X-ray ¥80.50", "Цээжний зураг ¥80.50")
    assert found["D001"].aside == "B301"
    assert found["ophthalmology"].aside == "8301"
    assert found["see-off"].kind is Kind.PHRASE


def test_a_place_without_a_phone_says_its_room_and_never_twice(services: Services, head: Actor) -> None:
    draft = PlaceDraft("toilet", Words("卫生间", "Toilet", "Ариун цэврийн өрөө"), None, "118", "1")
    services.directory.save_place(head, new_request(), draft)
    entry = entries(services)["toilet"]
    assert entry.aside == "118"
    assert "118" not in entry.second
