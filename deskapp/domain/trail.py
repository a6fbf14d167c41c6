"""The audit trail in words: what can be broken in it, and what each of its lines says."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deskapp.domain import registration as reg
from deskapp.domain.access import ROLE_LABELS, Role
from deskapp.domain.text import N_, Text


class Broken(enum.StrEnum):
    """What a verification of the trail and its anchors can find."""

    MISSING = "missing"
    CHANGED = "changed"
    RECOMPUTED = "recomputed"
    BODY_CHANGED = "body changed"
    BODY_MISSING = "body missing"
    CUT = "cut"
    NO_HEAD = "no head"
    ANCHOR_FORGED = "anchor forged"
    ANCHOR_GAP = "anchor gap"
    ANCHOR_DELETED = "anchor deleted"
    LOG_MISSING = "log missing"
    LOG_CHANGED = "log changed"
    LOG_CUT = "log cut"
    NO_ANCHOR = "no anchor"


BROKEN_LABELS: Final[Mapping[Broken, str]] = {
    Broken.MISSING: N_("a line is missing"),
    Broken.CHANGED: N_("the line was changed"),
    Broken.RECOMPUTED: N_("the line is not the one that was anchored"),
    Broken.BODY_CHANGED: N_("the details of the line were changed"),
    Broken.BODY_MISSING: N_("the details of the line were removed without an erasure"),
    Broken.CUT: N_("lines are missing at the end"),
    Broken.NO_HEAD: N_("the record of the end is missing"),
    Broken.ANCHOR_FORGED: N_("the anchor is not signed by this computer"),
    Broken.ANCHOR_GAP: N_("an anchor is missing before this one"),
    Broken.ANCHOR_DELETED: N_("the anchor stands in the log beside the database, but not in it"),
    Broken.LOG_MISSING: N_("the log of anchors beside the database is missing"),
    Broken.LOG_CHANGED: N_("a line in the log of anchors was changed"),
    Broken.LOG_CUT: N_("the anchor is missing in the log beside the database"),
    Broken.NO_ANCHOR: N_("no anchor exists yet"),
}


class Kind(enum.StrEnum):
    """Kinds of things that are done, to look for."""

    SIGN_IN = "sign-in"
    ACCOUNTS = "accounts"
    VISITORS = "visitors"
    VISITS = "visits"
    NUMBERS = "numbers"
    PAPERS = "papers"
    DIRECTORY = "directory"
    SETTINGS = "settings"
    FILES = "files"
    SAFETY = "safety"
    READINGS = "readings"


KIND_LABELS: Final[Mapping[Kind, str]] = {
    Kind.SIGN_IN: N_("signing in"),
    Kind.ACCOUNTS: N_("people who sign in"),
    Kind.VISITORS: N_("people's records"),
    Kind.VISITS: N_("visits"),
    Kind.NUMBERS: N_("queue numbers"),
    Kind.PAPERS: N_("printed forms"),
    Kind.DIRECTORY: N_("departments, doctors, prices"),
    Kind.SETTINGS: N_("settings"),
    Kind.FILES: N_("files read in and written out"),
    Kind.SAFETY: N_("backups, protection, erasing"),
    Kind.READINGS: N_("records looked at"),
}

ACTIONS: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.SIGN_IN: {
        "account.sign-in": N_("signed in"),
        "account.wrong": N_("wrong password or PIN"),
        "account.blocked": N_("tried while sign-in was blocked"),
        "account.refused": N_("tried an unknown name"),
        "account.shut": N_("tried with an account that is closed"),
        "account.must-change": N_("was asked for a password of their own"),
        "account.password": N_("chose a new password"),
        "account.pin": N_("chose a PIN"),
    },
    Kind.ACCOUNTS: {
        "account.add": N_("added somebody who may sign in"),
        "account.change": N_("changed somebody's account"),
        "account.on": N_("let somebody sign in again"),
        "account.off": N_("closed somebody's account"),
        "account.reset": N_("gave somebody a first password"),
        "account.unlock": N_("unlocked somebody's account"),
        "account.pins-forgotten": N_("took away somebody's PINs"),
    },
    Kind.VISITORS: {
        "visitor.register": N_("registered a person"),
        "visitor.edit": N_("changed a person's record"),
        "visitor.merge": N_("merged two records of one person"),
        "visitor.unmerge": N_("took a merge of two records back"),
        "visitor.consent": N_("noted an answer to a question of consent"),
        "pair.different": N_("decided that two records are two people"),
        "pair.reopened": N_("took back that two records are two people"),
        "pairs.search": N_("began to search for records of one person"),
    },
    Kind.VISITS: {
        "visit.open": N_("opened a visit"),
        "visit.attach": N_("gave the visit its visitor"),
        "visit.detach": N_("took the visitor off the visit"),
        "visit.source": N_("noted how the visitor heard of us"),
        "visit.complaint": N_("noted the complaint"),
        "visit.emergency": N_("marked an emergency"),
        "visit.vitals": N_("noted vital signs"),
        "visit.vitals-scored": N_("vital signs were scored"),
        "visit.urgency": N_("judged the urgency"),
        "visit.triage": N_("sent the visitor to a department"),
        "visit.step": N_("did a step of the visit"),
        "visit.step-undone": N_("took back a step of the visit"),
        "visit.appointment": N_("linked an appointment"),
        "visit.appointment-released": N_("released an appointment"),
        "appointment.book": N_("booked an appointment"),
        "appointment.move": N_("moved an appointment"),
        "appointment.cancel": N_("cancelled an appointment"),
        "appointment.missed": N_("marked an appointment missed"),
        "appointment.reopen": N_("opened an appointment again"),
        "visit.charge": N_("added a charge"),
        "visit.charge-removed": N_("removed a charge"),
        "visit.pay": N_("settled the payment"),
        "visit.end": N_("ended a visit early"),
        "visit.reopen": N_("reopened a visit"),
        "visit.care": N_("cared for a waiting visitor"),
        "visit.care-undone": N_("took back care for a waiting visitor"),
        "visit.moved": N_("moved a visit to another line"),
        "visit.line-undone": N_("took back what the waiting line changed in the visit"),
        "visit.greeting": N_("linked a greeting of the door"),
        "visit.unlink-greeting": N_("took a greeting of the door off the visit"),
        "greeting.add": N_("greeted a visitor at the door"),
        "greeting.correct": N_("corrected a greeting"),
        "greeting.gone": N_("noted that a greeted visitor went again"),
        "greeting.back": N_("noted that a greeted visitor came back"),
        "greeting.take": N_("took a visitor over from the door"),
        "greeting.release": N_("gave a visitor back to the door"),
        "greeting.link": N_("began a visit with a greeting"),
        "greeting.unlink": N_("took a visit off a greeting"),
        "escort.leave": N_("went with a visitor to the doctor"),
        "escort.hand-over": N_("handed a visitor over to the doctor"),
        "escort.return": N_("came back to the desk"),
        "escort.undo": N_("corrected a way to the doctor"),
    },
    Kind.NUMBERS: {
        "number.issued": N_("gave a queue number"),
        "number.sent": N_("sent a slip to the printer"),
        "number.reprinted": N_("printed a slip again"),
        "number.void": N_("voided a queue number"),
        "number.block": N_("set paper numbers aside"),
        "queue.joined": N_("took a place in the line"),
        "queue.called": N_("called a visitor"),
        "queue.called-again": N_("called a visitor again"),
        "queue.requeued": N_("put a called visitor back into the line"),
        "queue.no-show": N_("a called visitor did not come"),
        "queue.parked": N_("parked a waiting visitor"),
        "queue.returned": N_("took a parked visitor back into the line"),
        "queue.moved": N_("moved a visitor to another line"),
        "queue.started": N_("the doctor began with a visitor"),
        "queue.finished": N_("the doctor was done with a visitor"),
        "queue.left": N_("a waiting visitor went unseen"),
        "queue.emergency": N_("brought a waiting visitor to emergency"),
        "queue.withdrawn": N_("took a number out of the line"),
        "queue.carried-over": N_("carried a number over to the next day"),
        "queue.undone": N_("took back what happened in the line"),
    },
    Kind.PAPERS: {"form.print": N_("printed a form"), "protect.sheet": N_("printed a recovery sheet")},
    Kind.DIRECTORY: {
        "department.add": N_("added a department"),
        "department.change": N_("changed a department"),
        "doctor.add": N_("added a doctor"),
        "doctor.change": N_("changed a doctor"),
        "doctor.duty": N_("changed a doctor's duty times"),
        "doctor.absent": N_("marked a doctor absent"),
        "doctor.back": N_("marked a doctor back"),
        "price.add": N_("added a price"),
        "price.change": N_("changed a price"),
        "place.add": N_("added a place or phone"),
        "place.change": N_("changed a place or phone"),
        "promotion.add": N_("added a promotion"),
        "promotion.change": N_("changed a promotion"),
        "notice.add": N_("added a notice"),
        "notice.change": N_("changed a notice"),
        "phrase.add": N_("gave a sentence the site's own text"),
        "phrase.change": N_("changed the site's text of a sentence"),
        "question.ask": N_("noted a question that nobody could answer"),
        "question.answer": N_("answered an open question"),
        "question.told": N_("told the visitor the answer"),
        "question.reopen": N_("opened a question again"),
        "price.remove": N_("took back a new price"),
        "staff.add": N_("added a member of staff"),
        "staff.change": N_("changed a member of staff"),
    },
    Kind.SETTINGS: {
        "setting.change": N_("changed a setting"),
        "logo.change": N_("changed the logo"),
    },
    Kind.FILES: {
        "import": N_("read a file in"),
        "export.visits": N_("wrote visits to a file"),
        "export.person": N_("wrote one person's data to a file"),
        "export.appointments": N_("wrote appointments to a calendar file"),
        "export.directory": N_("wrote the directory to a file"),
        "export.audit": N_("wrote the audit trail to a file"),
        "export.figures": N_("wrote figures to a file"),
        "demo.mark": N_("marked the hospital as a demo"),
        "demo.fill": N_("filled the demo"),
    },
    Kind.SAFETY: {
        "protect.on": N_("protected the database with a key"),
        "protect.off": N_("took the protection off"),
        "protect.kept": N_("changed how the key is kept"),
        "protect.key-change": N_("changed the key"),
        "visitor.erase": N_("erased a person's data"),
        "request.tidy": N_("tidied the list of requests"),
        "backup.made": N_("made a backup"),
        "backup.failed": N_("could not make a backup"),
        "restore.epoch": N_("restored a backup"),
        "restore.accepted": N_("took over a database that was restored elsewhere"),
        "copy.done": N_("moved the hospital to a database server"),
    },
    Kind.READINGS: {
        "visitor.read": N_("looked at a person's record"),
        "numbers.read": N_("had a person's whole phone and document numbers shown"),
        "visit.read": N_("looked at a visit"),
        "audit.read": N_("looked at the audit trail"),
    },
}
"""What each action code of the program says, by kind."""

ACTION_LABELS: Final[Mapping[str, str]] = {
    code: label for labels in ACTIONS.values() for code, label in labels.items()
}


# --- Before and after, line by line --------------------------------------------------------------------------


@dataclass(frozen=True)
class FieldLine:
    """One field of a record: what it held before and after. None: it was not told."""

    id: str
    before: object
    after: object


FIELD_LABELS: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "sex": N_("Sex"),
    "birth_date": N_("Born"),
    "phone": N_("Phone"),
    "document_kind": N_("Document"),
    "document_number": N_("Document number"),
    "address": N_("Address"),
    "allergy": N_("Drug allergy"),
    "allergy_text": N_("Allergic to"),
    "identity": N_("Identity"),
    "marital": N_("Marital status"),
    "nationality": N_("Nationality"),
    "ethnicity": N_("Ethnicity"),
    "birth_time": N_("Time of birth"),
    "mother_code": N_("Mother's record"),
    "preferred_name": N_("Called"),
    "occupation": N_("Occupation"),
    "employer": N_("Employer"),
    "insurer": N_("Insurer"),
    "language": N_("Language"),
    "interpreter": N_("Needs an interpreter"),
    "contact_name": N_("Contact person"),
    "contact_relation": N_("Who that is"),
    "contact_phone": N_("Contact's phone"),
    "guardian_name": N_("Guardian"),
    "guardian_phone": N_("Guardian's phone"),
    "note": N_("Note"),
    "complaint": N_("Complaint"),
    "step": N_("Step"),
    "steps": N_("Steps"),
    "urgency": N_("Urgency"),
    "kind": N_("Kind"),
    "code": N_("Number"),
    "number": N_("Number"),
    "reason": N_("Reason"),
    "why": N_("Reason"),
    "printer": N_("Printer"),
    "form": N_("Form"),
    "file": N_("File"),
    "format": N_("Format"),
    "rows": N_("Rows"),
    "count": N_("How many"),
    "at": N_("Time"),
    "from": N_("From"),
    "to": N_("To"),
    "by": N_("By"),
    "queue": N_("Queue"),
    "fen": N_("Amount"),
    "payment": N_("Payment"),
    "sign_in": N_("Signs in as"),
    "roles": N_("Roles"),
    "starts": N_("First day"),
    "ends": N_("Last day"),
    "active": N_("May sign in"),
    "failures": N_("Wrong tries"),
    "pin": N_("With a PIN"),
    "workstation": N_("Computer"),
    "department_id": N_("Department"),
    "doctor_id": N_("Doctor"),
    "visitor": N_("Visitor"),
    "other": N_("Other record"),
    "consent": N_("Consent"),
    "given": N_("Agreed"),
    "given_by": N_("Said by"),
}
"""Names of what bodies hold most often; the others are shown by the name that the program has for them."""

CODED: Final[Mapping[str, type[enum.Enum]]] = {
    "sex": reg.Sex,
    "document_kind": reg.DocumentKind,
    "allergy": reg.Allergy,
    "identity": reg.Identity,
    "marital": reg.MaritalStatus,
    "contact_relation": reg.ContactRelation,
    "step": reg.Step,
    "steps": reg.Step,
    "payment": reg.Payment,
    "ended": reg.EndReason,
    "media_source": reg.MediaSource,
    "consent": reg.ConsentKind,
}


def field_lines(before: object, after: object) -> list[FieldLine]:
    """Return what a line's body says, field by field; where both are told, only what differs."""
    old, new = dict(_flat("", before)), dict(_flat("", after))
    both = bool(old) and bool(new)
    return [
        FieldLine(name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if not (both and name in old and name in new and old[name] == new[name])
    ]


def _flat(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for place, inner in enumerate(value, start=1):
            yield from _flat(f"{name}.{place}" if name else str(place), inner)
    elif value is not None and value not in ("", []):
        yield name, value


def field_label(name: str) -> str:
    """Return the message id of a field, or its own name where it has none."""
    return FIELD_LABELS.get(name.rpartition(".")[2], name)


def readable(name: str, value: Any) -> object:
    """Return a body's value as a translator can say it: codes as words, moments as moments."""
    if isinstance(value, list):
        return [readable(name, inner) for inner in value]
    last = name.rpartition(".")[2]
    if last == "roles" and value in set(Role):
        return Text(ROLE_LABELS[Role(value)])
    if last in CODED:
        kind = CODED[last]
        return Text(reg.label(kind(value))) if value in {member.value for member in kind} else value
    if isinstance(value, bool):
        return Text(N_("yes") if value else N_("no"))
    return _moment(value) if isinstance(value, str) else value


_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def _moment(text: str) -> object:
    if not _DAY.match(text):
        return text
    try:
        return (
            dt.date.fromisoformat(text) if len(text) == len("2026-01-01") else dt.datetime.fromisoformat(text)
        )
    except ValueError:
        return text
