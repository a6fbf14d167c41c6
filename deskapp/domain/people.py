"""Two records of one person: likely pairs, merging and taking a merge back.

What belongs together is taken together: the kind of a document with its number, a contact's name with the phone.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deskapp.domain.papers import RegistrationPaper, Said
from deskapp.domain.registration import Allergy, MaritalStatus, Sex
from deskapp.domain.text import N_


class PairState(enum.StrEnum):
    """What a person decided of a likely pair."""

    OPEN = "open"
    MERGED = "merged"
    DIFFERENT = "different"


class ScanState(enum.StrEnum):
    """How far a search for likely pairs is."""

    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


PAIR_LABELS: Final[Mapping[PairState, str]] = {
    PairState.OPEN: N_("to be decided"),
    PairState.MERGED: N_("merged"),
    PairState.DIFFERENT: N_("two people"),
}

SCAN_LABELS: Final[Mapping[ScanState, str]] = {
    ScanState.RUNNING: N_("being searched"),
    ScanState.STOPPED: N_("stopped"),
    ScanState.FINISHED: N_("finished"),
}

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name",),
    "sex": ("sex",),
    "birth_date": ("birth_date",),
    "phone": ("phone",),
    "document_number": ("document_kind", "document_number", "identity", "division"),
    "address": ("address",),
    "allergy": ("allergy", "allergy_text"),
    "preferred_name": ("preferred_name",),
    "birth_time": ("birth_time",),
    "nationality": ("nationality",),
    "ethnicity": ("ethnicity",),
    "marital": ("marital",),
    "occupation": ("occupation",),
    "employer": ("employer",),
    "contact_name": ("contact_name", "contact_relation", "contact_phone"),
    "guardian_name": ("guardian_name", "guardian_phone"),
    "mother_code": ("mother_code",),
    "insurer": ("insurer",),
    "language": ("language",),
    "interpreter": ("interpreter",),
    "responsible_doctor_id": ("responsible_doctor_id",),
    "note": ("note",),
}
"""What is taken together from one record, by the field that stands for it, in the order shown."""

ALWAYS_SAID: Final = frozenset({"nationality", "language"})
"""What a record always has a value of: never blank, so never filled in without being asked."""

_SAYS_NOTHING: Final[Mapping[str, Collection[Any]]] = {
    "sex": (Sex.UNKNOWN, Sex.UNSTATED),
    "allergy": (Allergy.UNKNOWN,),
    "marital": (MaritalStatus.UNSTATED,),
    "interpreter": (False,),
}
_TOLD_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "document_number": ("document_number",),
    "contact_name": ("contact_name", "contact_phone"),
    "guardian_name": ("guardian_name", "guardian_phone"),
    "allergy": ("allergy",),
}
"""Which fields of a group say whether there is anything in it, where not all of them do."""


@dataclass(frozen=True)
class Difference:
    """One thing in which two records differ; `fills`: the kept one takes it unless told otherwise."""

    id: str
    kept: object
    gone: object
    fills: bool


def is_blank(record: Any, group: str) -> bool:
    """Say whether a record (anything with a visitor's fields) tells nothing of a group."""
    if group in ALWAYS_SAID:
        return False
    nothing = _SAYS_NOTHING.get(group, ("", None))
    return all(getattr(record, name) in nothing for name in _TOLD_BY.get(group, GROUPS[group]))


def fills(kept: Any, gone: Any, group: str) -> bool:
    """Say whether the kept record takes a group from the other one unless somebody decides otherwise.

    What is blank is filled, and a known allergy is never lost to a "none".
    """
    if is_blank(gone, group):
        return False
    if group == "allergy" and kept.allergy is Allergy.NONE and gone.allergy is Allergy.YES:
        return True
    return is_blank(kept, group)


def differences(kept: Any, gone: Any) -> list[Difference]:
    """Return in what the other record says something that the kept one does not, in the order shown."""
    return [
        Difference(group, getattr(kept, group), getattr(gone, group), fills(kept, gone, group))
        for group, names in GROUPS.items()
        if not is_blank(gone, group) and any(getattr(kept, name) != getattr(gone, name) for name in names)
    ]


def taken(kept: Any, gone: Any, groups: Collection[str] | None) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Return what changes in the kept record: by group, each field with its value before and after.

    `groups` are those that somebody chose, None for what is filled by itself. Unknown names are left out.
    """
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for one in differences(kept, gone):
        if one.fills if groups is None else one.id in groups:
            both = {name: (getattr(kept, name), getattr(gone, name)) for name in GROUPS[one.id]}
            found[one.id] = {name: values for name, values in both.items() if values[0] != values[1]}
    return found


# --- For the person -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PersonList:
    """One kind of what is held of a person. Title and headings are message ids; a row has a value for each heading."""

    title: str = ""
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[Said, ...], ...] = ()


@dataclass(frozen=True)
class PersonPaper:
    """What the house holds of one person, for that person to read: nothing is masked.

    `code` is the number of the export, `kept` until when it has to be kept. `records` are the person's record and those
    merged into it, of which a registration form shows the same.
    """

    code: str = ""
    day: dt.date | None = None
    kept: Said = ""
    records: tuple[RegistrationPaper, ...] = ()
    lists: tuple[PersonList, ...] = ()
