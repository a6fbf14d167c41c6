"""One visitor worked through all eight steps by the operator of the demo, as people would at the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from deskapp.db.faults import disk_error
from deskapp.demo import content
from deskapp.demo.people import Visitors
from deskapp.domain.access import Actor
from deskapp.domain.intake import SuggestionView, TriageDecision, VisitorDraft, VisitView
from deskapp.domain.registration import Allergy, MediaSource, Payment, Step
from deskapp.forms.catalog import FORMS, render
from deskapp.i18n import Translator
from deskapp.services.all import Services
from deskapp.services.base import Done, new_request
from deskapp.services.intake.triage import TriageQuestion

R = TypeVar("R")
NAME: Final = "单㛃"
"""A surname that is rarely read right, and a character that few fonts have."""
COMPLAINT: Final = "胃疼两天了，吃完饭反酸"
SLIP: Final = "number-slip"
DEPARTMENT: Final = "gastroenterology"
LASTS: Final = dt.timedelta(minutes=31)
"""How long the tour takes by the demo's clock."""


class TourClock:
    """The demo's clock: stands still until told how much time has passed."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment

    def __call__(self) -> dt.datetime:
        return self.moment

    def forward(self, minutes: float) -> None:
        """Let time pass."""
        self.moment += dt.timedelta(minutes=minutes)


@dataclass(frozen=True)
class Tour:
    """The operator at the desk: services, who acts, and the clock."""

    services: Services
    actor: Actor
    clock: TourClock

    def visitor(self, seed: str, taken: set[str]) -> VisitorDraft:
        """Return the visitor of the tour as typed from the card."""
        maker = Visitors(Random(seed), self.clock().astimezone().date())
        maker.numbers |= taken
        about = replace(content.departments()[DEPARTMENT], min_age=24, max_age=45, sex="female")
        draft = maker.make(about)
        while not draft.document_number or draft.nationality != "156":
            draft = maker.make(about)
        who = replace(draft, name=NAME, language="zh", ethnicity="汉族")
        return replace(who, allergy=Allergy.YES, allergy_text="青霉素")

    def work(self, draft: VisitorDraft) -> VisitView:
        """Take the visitor from the door to the doctor and come back; return the visit."""
        visits, numbers = self.services.visits, self.services.numbers
        visitor = self._do(self.services.visitors.register, draft, minutes=1).value
        visit = self._do(visits.open, visitor.id, minutes=2).value
        self._do(visits.triage, visit.id, self._decision(draft, visitor.id), minutes=1)
        self._do(visits.set_source, visit.id, MediaSource.FRIEND, minutes=1)
        self._do(numbers.issue, visit.id, minutes=3.5)
        for code in ("REG-01", "EN-01"):
            item, *_others = self.services.directory.prices(self.actor, code)
            self._do(visits.add_charge, visit.id, item.id, minutes=0.5)
        self._do(visits.pay, visit.id, Payment.PAID, minutes=17)
        self._do(visits.do_step, visit.id, Step.ESCORT, minutes=4)
        self._do(visits.do_step, visit.id, Step.RETURN, minutes=0)
        return visits.visit(self.actor, visit.id)

    def print_forms(self, visit: VisitView, out: Path, tr: Translator) -> list[Path]:
        """Print every form of the visit into the folder `out`; return the files."""
        return [
            self._print(form, visit, out / f"{form}.pdf", tr) for form, spec in FORMS.items() if spec.of_visit
        ]

    def _do(self, use_case: Callable[..., Done[R]], *values: object, minutes: float) -> Done[R]:
        done = use_case(self.actor, new_request(), *values)
        self.clock.forward(minutes)
        return done

    def _decision(self, draft: VisitorDraft, visitor: int) -> TriageDecision:
        question = TriageQuestion(COMPLAINT, visitor, draft.birth_date, draft.sex, draft.language)
        proposed: SuggestionView = self.services.triage.suggest(self.actor, question).suggestions[0]
        return TriageDecision(COMPLAINT, proposed.department_id, proposed.doctor_id, urgency=4)

    def _print(self, form: str, visit: VisitView, path: Path, tr: Translator) -> Path:
        sheet = self.services.papers.sheet(self.actor, form, visit.id, self.actor.name)
        pdf = render(form, sheet.paper, sheet.letterhead, tr)
        try:
            path.write_bytes(pdf)
        except OSError as error:
            raise disk_error(error) from error
        self.services.papers.printed(self.actor, new_request(), form, visit.id, path.name)
        if form == SLIP and visit.number is not None:
            # Recorded once it is drawn: a slip printed before says that it is printed again.
            self._do(self.services.numbers.slip_sent, visit.number.id, path.name, minutes=0)
        return path
