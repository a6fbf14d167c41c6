"""How a greeting of the door is said in one line: who comes, what was answered, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from deskapp.domain.door import ADDRESS_LABELS, Address, GreetingDraft, GreetingView, waited
from deskapp.domain.retention import is_erased
from deskapp.domain.text import N_
from deskapp.i18n import Translator

NAMED: Final[Mapping[Address, str]] = {
    Address.SIR: N_("Mr {name}"),
    Address.MADAM: N_("Ms {name}"),
    Address.YOUNG: N_("young {name}"),
    Address.OTHER: "{name}",
}
FIRST: Final = {True: N_("first visit"), False: N_("was here before")}
BOOKED: Final = {True: N_("has an appointment"), False: N_("no appointment")}


def who(address: Address, name: str, tr: Translator) -> str:
    """Return the form of address, with the name where it is known."""
    if not name or is_erased(name):
        return tr(ADDRESS_LABELS[address])
    return tr(NAMED[address], name=name)


def answers(draft: GreetingDraft, appointment_at: dt.datetime | None, tr: Translator) -> list[str]:
    """Return what the visitor answered at the door; what was not answered is left out."""
    said = []
    if draft.first_visit is not None:
        said.append(tr(FIRST[draft.first_visit]))
    if appointment_at is not None:
        said.append(tr(N_("appointment {time}"), time=tr.time(appointment_at)))
    elif draft.has_appointment is not None:
        said.append(tr(BOOKED[draft.has_appointment]))
    return said


def facts(view: GreetingView, tr: Translator) -> str:
    """Return everything the desk needs to know of who comes, in one line."""
    parts = [who(view.draft.address, view.name(), tr), *answers(view.draft, view.appointment_at, tr)]
    parts += [part for part in (view.doctor, view.draft.note) if part]
    return " · ".join(parts)


def since(view: GreetingView, now: dt.datetime, tr: Translator) -> str:
    """Return for how long the visitor has been in the house."""
    minutes = waited(view.at, now)
    return tr(N_("{count} min"), count=minutes) if minutes else tr(N_("just now"))
