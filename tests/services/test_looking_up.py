"""What stands in a line of the directory: what is read aloud at its end, and what is copied."""

from __future__ import annotations

import pytest

from deskapp.domain.access import Actor
from deskapp.domain.directory import DoctorDraft, Kind, PlaceDraft
from deskapp.domain.finding import Entry, Fen
from deskapp.domain.text import Words
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.house import HouseRules
from deskapp.services.looking_up import entries_of, folded
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


@pytest.mark.parametrize("asked", ["蒙古语", "Mongolian", "монгол"])
def test_who_speaks_a_language_is_found_by_its_name_in_any_of_ours(
    services: Services, head: Actor, desk: Desk, asked: str
) -> None:
    place = services.directory.departments(head)[0].id
    doctor = DoctorDraft("D900", "白音", place, languages=("zh", "mn"), own_queue=False)
    services.directory.save_doctor(head, new_request(), doctor)
    found = entries(services)
    assert folded(asked) in " ".join(found["D900"].more)
    assert folded(asked) not in " ".join(found["ophthalmology"].more)
