"""What is typed into a visit and not stored yet is kept, and comes back with the visit."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.ui.intake.kept import visit_key
from deskapp.ui.intake.visit_draft import add_to_kept, note_and_forget
from tests.support.front import Front


def test_a_complaint_in_the_middle_comes_back_after_a_look_elsewhere(front: Front) -> None:
    front.arrive()
    front.type("腿疼三天")
    front.arrive("13912345678")

    front.arrive("13800138000")

    said = front.stored().complaint
    assert "腿疼三天" in said or "腿疼三天" in front.tab.visit_page.triage.complaint()


def test_a_doctor_being_chosen_comes_back_after_a_look_elsewhere_in_another_language(front: Front) -> None:
    visit = front.arrive()
    front.say("腿疼")
    front.key(Qt.Key.Key_F6)
    triage = front.tab.visit_page.triage
    triage.choice.fill("named", True)
    chosen = triage.choice.values()
    front.arrive("13912345678")
    front.desk.language.set("mn")

    front.tab.show_visit(visit.id)
    front.settle()

    assert triage.choice.isVisibleTo(triage)
    assert triage.choice.values() == chosen


def test_kept_words_are_added_to_and_not_written_over(front: Front) -> None:
    drafts, account = front.services.drafts, front.actor.account_id
    drafts.save(account, visit_key(7), {"said.complaint": "old", "more.urgency": "2"})

    add_to_kept(drafts, account, visit_key(7), {"said.complaint": "new"})

    assert drafts.load(account, visit_key(7)) == {
        "said.complaint": "old\nnew",
        "more.urgency": "2",
    }


def test_a_stored_complaint_is_no_draft_any_more_and_the_rest_stays_one(front: Front) -> None:
    visit = front.arrive()
    drafts, account = front.services.drafts, front.actor.account_id
    drafts.save(account, visit_key(visit.id), {"said.complaint": "头疼", "vitals.pulse": "80"})

    note_and_forget(front.services, front.actor, visit.id, "头疼", False)

    assert front.stored().complaint == "头疼"
    assert drafts.load(account, visit_key(visit.id)) == {"vitals.pulse": "80"}


def test_words_typed_since_stay_a_draft(front: Front) -> None:
    visit = front.arrive()
    drafts, account = front.services.drafts, front.actor.account_id
    drafts.save(account, visit_key(visit.id), {"said.complaint": "头疼，还有发烧"})

    note_and_forget(front.services, front.actor, visit.id, "头疼", False)

    assert drafts.load(account, visit_key(visit.id)) == {"said.complaint": "头疼，还有发烧"}
