"""The pages of the desk are made piece by piece, or at once for whoever can't wait."""

from __future__ import annotations

from deskapp.ui.intake.work_area import WorkArea
from tests.support.front import Front


def test_asking_for_a_page_makes_all_of_it_once(front: Front) -> None:
    area = WorkArea(front.desk)
    told: list[bool] = []
    area.prepared.connect(lambda: told.append(area.is_prepared))

    first = area.visit

    assert area.is_prepared
    assert told == [True]
    assert area.visit is first
    assert area.visitor is area.visitor
    area.deleteLater()


def test_in_idle_moments_it_is_made_without_being_asked(front: Front) -> None:
    area = WorkArea(front.desk)
    assert not area.is_prepared
    assert not area.at_visit()

    area.prepare()
    for _ in range(40):
        front.settle()

    assert area.is_prepared
    assert not area._timer.isActive()
    area.deleteLater()


def test_it_knows_what_the_person_looks_at(front: Front) -> None:
    area = WorkArea(front.desk)

    area.setCurrentWidget(area.visit)
    assert area.at_visit()
    assert not area.at_visitor()

    area.setCurrentWidget(area.visitor)
    assert area.at_visitor()
    area.deleteLater()
