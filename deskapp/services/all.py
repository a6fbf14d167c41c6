"""All services of one open hospital, in one bundle; a feature registers here with one line."""

from __future__ import annotations

from dataclasses import dataclass

from deskapp.db.engine import Store
from deskapp.db.unit_of_work import Clock
from deskapp.db.workstation import DraftBox, Workstation
from deskapp.services.access import AccessService
from deskapp.services.backups import BackupService
from deskapp.services.base import Service
from deskapp.services.directory import DirectoryService
from deskapp.services.finding import FindingService
from deskapp.services.health import HealthService
from deskapp.services.house import HouseRules
from deskapp.services.intake.appointments import AppointmentService
from deskapp.services.intake.board import BoardService
from deskapp.services.intake.door import DoorService
from deskapp.services.intake.escorts import EscortService
from deskapp.services.intake.numbers import NumberService
from deskapp.services.intake.papers import PaperService
from deskapp.services.intake.people import PeopleService
from deskapp.services.intake.triage import TriageService
from deskapp.services.intake.visitors import VisitorService
from deskapp.services.intake.visits import VisitService
from deskapp.services.intake.waiting import WaitingService
from deskapp.services.protect import ProtectService
from deskapp.services.questions import QuestionService
from deskapp.services.readings import Readings
from deskapp.services.retention import RetentionService
from deskapp.services.settings import SettingsService
from deskapp.services.statistics import StatisticsService
from deskapp.services.trail import TrailService


@dataclass(frozen=True)
class Services:
    """What the window, the command line and the demo call."""

    access: AccessService
    settings: SettingsService
    directory: DirectoryService
    visitors: VisitorService
    visits: VisitService
    numbers: NumberService
    triage: TriageService
    papers: PaperService
    waiting: WaitingService
    door: DoorService
    escorts: EscortService
    board: BoardService
    appointments: AppointmentService
    people: PeopleService
    questions: QuestionService
    finding: FindingService
    statistics: StatisticsService
    protect: ProtectService
    backups: BackupService
    retention: RetentionService
    trail: TrailService
    health: HealthService
    drafts: DraftBox
    house: HouseRules


def build_services(
    store: Store, workstation: Workstation, clock: Clock | None = None, house: HouseRules | None = None
) -> Services:
    """Return the services on `store`; tests pass a clock of their own."""
    house = house or HouseRules()
    made = Services(
        access=AccessService(store, clock, workstation, house),
        settings=SettingsService(store, clock),
        directory=DirectoryService(store, clock, house),
        visitors=VisitorService(store, clock),
        visits=VisitService(store, clock, house),
        numbers=NumberService(store, clock),
        triage=TriageService(store, clock, house),
        papers=PaperService(store, clock),
        waiting=WaitingService(store, clock, house),
        door=DoorService(store, clock),
        escorts=EscortService(store, clock),
        board=BoardService(store, clock),
        appointments=AppointmentService(store, clock),
        people=PeopleService(store, clock),
        questions=QuestionService(store, clock),
        finding=FindingService(store, clock, house),
        statistics=StatisticsService(store, clock),
        protect=ProtectService(store, clock, workstation),
        backups=BackupService(store, clock, workstation),
        retention=RetentionService(store, clock),
        trail=TrailService(store, clock, workstation),
        health=HealthService(store, clock, workstation),
        drafts=workstation.drafts,
        house=house,
    )
    readings = Readings(store)
    for service in vars(made).values():
        if isinstance(service, Service):
            # One memory of who saw what: whoever opened a visit has seen its visitor.
            service.readings = readings
    return made
