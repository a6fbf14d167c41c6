"""The coded lists of the registration record.

Codes of sex, documents, visit kind, marital status, allergy and contact are those of the Chinese
front-sheet standards; the texts are ours. Where a standard has a number, `CODES` gives it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from deskapp.domain.text import N_


class Sex(enum.IntEnum):
    """Sex as the registration record codes it."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2
    UNSTATED = 9


class DocumentKind(enum.StrEnum):
    """What a visitor can show to say who they are."""

    RESIDENT_ID = "resident-id"
    RESIDENCE_PERMIT = "residence-permit"
    MILITARY = "military"
    ARMED_POLICE = "armed-police"
    HK_MACAU = "hk-macau"
    TAIWAN = "taiwan"
    PASSPORT = "passport"
    FOREIGN_RESIDENT = "foreign-resident"
    MONGOLIAN = "mongolian"
    NEWBORN = "newborn"
    OTHER = "other"
    NONE = "none"


class Identity(enum.StrEnum):
    """How sure the desk is of who stands there."""

    DOCUMENT = "document"
    STATED = "stated"
    NEWBORN = "newborn"
    UNKNOWN = "unknown"


class VisitKind(enum.IntEnum):
    """Kind of outpatient visit."""

    EMERGENCY = 1
    GENERAL = 2
    SPECIAL = 3
    INTERNET = 4
    MULTI_DISCIPLINARY = 5
    OTHER = 9


class MaritalStatus(enum.IntEnum):
    """Marital status."""

    SINGLE = 1
    MARRIED = 2
    WIDOWED = 3
    DIVORCED = 4
    UNSTATED = 9


class Allergy(enum.IntEnum):
    """Drug allergy; UNKNOWN is a question not asked yet, which is not the same as none."""

    UNKNOWN = 0
    NONE = 1
    YES = 2


class ContactRelation(enum.IntEnum):
    """What the contact person is to the visitor."""

    SELF = 0
    SPOUSE = 1
    SON = 2
    DAUGHTER = 3
    GRANDCHILD = 4
    PARENT = 5
    GRANDPARENT = 6
    SIBLING = 7
    COLLEAGUE = 8
    OTHER = 9


class MediaSource(enum.StrEnum):
    """How the visitor heard of the hospital."""

    PASSER_BY = "passer-by"
    FRIEND = "friend"
    RETURNING = "returning"
    REFERRAL = "referral"
    TELEVISION = "television"
    RADIO = "radio"
    NEWSPAPER = "newspaper"
    OUTDOOR = "outdoor"
    WEB_SEARCH = "web-search"
    SOCIAL_MEDIA = "social-media"
    MAP_APP = "map-app"
    INSURER = "insurer"
    OTHER = "other"


class Step(enum.StrEnum):
    """The eight steps of a visitor's way through the house, in order."""

    ARRIVE = "arrive"
    GREET = "greet"
    TRIAGE = "triage"
    REGISTER = "register"
    NUMBER = "number"
    PAY = "pay"
    ESCORT = "escort"
    RETURN = "return"


class EndReason(enum.StrEnum):
    """How a visit can end before its last step."""

    LEFT_UNSEEN = "left-unseen"
    EMERGENCY = "emergency"
    OTHER_HOSPITAL = "other-hospital"
    CANCELLED = "cancelled"


class Payment(enum.StrEnum):
    """State of payment of a visit; the desk keeps no accounts."""

    UNPAID = "unpaid"
    PAID = "paid"
    WAIVED = "waived"


class SlipState(enum.StrEnum):
    """What became of a number's slip. SENT is the spooler's yes, which is not paper yet."""

    ISSUED = "issued"
    SENT = "sent"
    REPRINTED = "reprinted"
    VOID = "void"


class ConsentKind(enum.StrEnum):
    """What the visitor, or the guardian of a child, agrees to."""

    MEDICAL_DATA = "medical-data"
    COMMUNICATION = "communication"


class AppointmentState(enum.StrEnum):
    """State of an appointment."""

    BOOKED = "booked"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    MISSED = "missed"


LABELS: Final[Mapping[type[enum.Enum], Mapping[enum.Enum, str]]] = {
    Sex: {
        Sex.UNKNOWN: N_("unknown"),
        Sex.MALE: N_("male"),
        Sex.FEMALE: N_("female"),
        Sex.UNSTATED: N_("not stated"),
    },
    DocumentKind: {
        DocumentKind.RESIDENT_ID: N_("resident ID card"),
        DocumentKind.RESIDENCE_PERMIT: N_("residence permit (HK, Macau, Taiwan)"),
        DocumentKind.MILITARY: N_("military ID"),
        DocumentKind.ARMED_POLICE: N_("armed police ID"),
        DocumentKind.HK_MACAU: N_("HK/Macau travel permit"),
        DocumentKind.TAIWAN: N_("Taiwan travel permit"),
        DocumentKind.PASSPORT: N_("passport"),
        DocumentKind.FOREIGN_RESIDENT: N_("foreign permanent resident card"),
        DocumentKind.MONGOLIAN: N_("Mongolian registration number"),
        DocumentKind.NEWBORN: N_("newborn, no document yet"),
        DocumentKind.OTHER: N_("other document"),
        DocumentKind.NONE: N_("no document"),
    },
    Identity: {
        Identity.DOCUMENT: N_("document seen"),
        Identity.STATED: N_("as stated by the visitor"),
        Identity.NEWBORN: N_("newborn"),
        Identity.UNKNOWN: N_("identity unknown"),
    },
    VisitKind: {
        VisitKind.EMERGENCY: N_("emergency"),
        VisitKind.GENERAL: N_("general outpatient"),
        VisitKind.SPECIAL: N_("special outpatient"),
        VisitKind.INTERNET: N_("internet clinic"),
        VisitKind.MULTI_DISCIPLINARY: N_("multi-disciplinary clinic"),
        VisitKind.OTHER: N_("other visit"),
    },
    MaritalStatus: {
        MaritalStatus.SINGLE: N_("single"),
        MaritalStatus.MARRIED: N_("married"),
        MaritalStatus.WIDOWED: N_("widowed"),
        MaritalStatus.DIVORCED: N_("divorced"),
        MaritalStatus.UNSTATED: N_("not stated"),
    },
    Allergy: {
        Allergy.UNKNOWN: N_("not asked yet"),
        Allergy.NONE: N_("none known"),
        Allergy.YES: N_("allergic"),
    },
    ContactRelation: {
        ContactRelation.SELF: N_("self"),
        ContactRelation.SPOUSE: N_("spouse"),
        ContactRelation.SON: N_("son"),
        ContactRelation.DAUGHTER: N_("daughter"),
        ContactRelation.GRANDCHILD: N_("grandchild"),
        ContactRelation.PARENT: N_("parent"),
        ContactRelation.GRANDPARENT: N_("grandparent"),
        ContactRelation.SIBLING: N_("sibling"),
        ContactRelation.COLLEAGUE: N_("colleague"),
        ContactRelation.OTHER: N_("other"),
    },
    MediaSource: {
        MediaSource.PASSER_BY: N_("passing by"),
        MediaSource.FRIEND: N_("friend or relative"),
        MediaSource.RETURNING: N_("been here before"),
        MediaSource.REFERRAL: N_("doctor's referral"),
        MediaSource.TELEVISION: N_("television"),
        MediaSource.RADIO: N_("radio"),
        MediaSource.NEWSPAPER: N_("newspaper"),
        MediaSource.OUTDOOR: N_("outdoor advertising"),
        MediaSource.WEB_SEARCH: N_("web search"),
        MediaSource.SOCIAL_MEDIA: N_("social media"),
        MediaSource.MAP_APP: N_("map app"),
        MediaSource.INSURER: N_("insurer or employer"),
        MediaSource.OTHER: N_("other source"),
    },
    Step: {
        Step.ARRIVE: N_("Arrive"),
        Step.GREET: N_("Greet"),
        Step.TRIAGE: N_("Triage"),
        Step.REGISTER: N_("Register"),
        Step.NUMBER: N_("Number"),
        Step.PAY: N_("Pay"),
        Step.ESCORT: N_("Escort"),
        Step.RETURN: N_("Return"),
    },
    EndReason: {
        EndReason.LEFT_UNSEEN: N_("left without being seen"),
        EndReason.EMERGENCY: N_("transferred to emergency"),
        EndReason.OTHER_HOSPITAL: N_("sent to another hospital"),
        EndReason.CANCELLED: N_("cancelled"),
    },
    Payment: {
        Payment.UNPAID: N_("unpaid"),
        Payment.PAID: N_("paid"),
        Payment.WAIVED: N_("waived"),
    },
    SlipState: {
        SlipState.ISSUED: N_("issued"),
        SlipState.SENT: N_("sent to printer"),
        SlipState.REPRINTED: N_("reprinted"),
        SlipState.VOID: N_("void"),
    },
    ConsentKind: {
        ConsentKind.MEDICAL_DATA: N_("medical data may be processed for treatment"),
        ConsentKind.COMMUNICATION: N_("may be contacted about visits"),
    },
    AppointmentState: {
        AppointmentState.BOOKED: N_("booked"),
        AppointmentState.FULFILLED: N_("fulfilled"),
        AppointmentState.CANCELLED: N_("cancelled"),
        AppointmentState.MISSED: N_("missed"),
    },
}

DOCUMENT_CODES: Final[Mapping[DocumentKind, int]] = {
    DocumentKind.RESIDENT_ID: 1,
    DocumentKind.RESIDENCE_PERMIT: 9,
    DocumentKind.MILITARY: 2,
    DocumentKind.ARMED_POLICE: 3,
    DocumentKind.HK_MACAU: 4,
    DocumentKind.TAIWAN: 5,
    DocumentKind.PASSPORT: 6,
    DocumentKind.FOREIGN_RESIDENT: 7,
    DocumentKind.MONGOLIAN: 9,
    DocumentKind.NEWBORN: 9,
    DocumentKind.OTHER: 9,
    DocumentKind.NONE: 9,
}

STEPS: Final = tuple(Step)


def label(member: enum.Enum) -> str:
    """Return the message id of a coded value."""
    return LABELS[type(member)][member]
