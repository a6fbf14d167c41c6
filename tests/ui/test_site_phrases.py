"""What the site wrote over the shipped sentences is said from the next moment on, at every desk."""

from __future__ import annotations

from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import PhraseDraft
from deskapp.domain.text import Words
from deskapp.services.all import build_services
from deskapp.services.base import new_request
from tests.support.front import Front
from tests.support.hospital import signed_in


def test_another_desks_text_is_used_here(front: Front) -> None:
    other = build_services(front.hospital.store, front.hospital.workstation)
    admin = signed_in(front.services, "admin")
    keeper = Actor(admin.account_id, admin.name, frozenset({Role.SUPERVISOR}), "desk-2")
    draft = PhraseDraft("offer-help", "greet", Words("欢迎光临！", "Welcome in!", "Тавтай!"))
    done = other.directory.save_phrase(keeper, new_request(), draft)
    assert front.services.house.sentences["offer-help"].words.en != "Welcome in!"
    front.hub.post(done.changes)
    front.settle()
    assert front.services.house.sentences["offer-help"].words.en == "Welcome in!"
