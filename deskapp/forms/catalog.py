"""Every form by name. A new form is a module and one line here; what a form needs is imported when it prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from deskapp.domain.papers import (
    Letterhead,
    RecordPagePaper,
    RecoveryPaper,
    RegistrationPaper,
    SlipPaper,
)
from deskapp.domain.people import PersonPaper
from deskapp.domain.statistics_tables import OverviewPaper
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.i18n import Translator

Draw = Callable[[Any, Letterhead, Translator, str], bytes]


@dataclass(frozen=True)
class FormSpec:
    """A form: its name on the command line, title, sizes (the first is the usual one), what goes in.

    `draw` names the function as "module:function", so that the list can be shown without reportlab.
    `of_visit`: it is filled from a visit, and not from something else.
    """

    name: str
    title: str
    sizes: tuple[str, ...]
    paper: type
    draw: str
    of_visit: bool = True

    def load(self) -> Draw:
        """Return the drawing function."""
        module, function = self.draw.split(":")
        draw: Draw = getattr(import_module(f"deskapp.forms.{module}"), function)
        return draw


_ALL: Final = (
    FormSpec(
        "registration-form",
        N_("Registration form"),
        ("A4", "A5"),
        RegistrationPaper,
        "intake:registration_form",
    ),
    FormSpec("record-page", N_("Outpatient record"), ("A4",), RecordPagePaper, "intake:record_page"),
    FormSpec("number-slip", N_("Queue number"), ("roll80", "A6"), SlipPaper, "slip:number_slip"),
    FormSpec(
        "recovery-sheet",
        N_("Recovery sheet"),
        ("A4",),
        RecoveryPaper,
        "recovery_sheet:recovery_sheet",
        of_visit=False,
    ),
    FormSpec(
        "intake-overview",
        N_("Overview of the intake"),
        ("A4",),
        OverviewPaper,
        "overview:overview",
        of_visit=False,
    ),
    FormSpec(
        "person-data",
        N_("Data held about you"),
        ("A4",),
        PersonPaper,
        "person:person_data",
        of_visit=False,
    ),
)

FORMS: Final[Mapping[str, FormSpec]] = {spec.name: spec for spec in _ALL}


def render(
    name: str, paper: object | None, letterhead: Letterhead, tr: Translator, size: str | None = None
) -> bytes:
    """Return a form as PDF: filled from `paper`, or blank for filling in by hand when it is None.

    InputError ("form" or "size") for a name or size that there is not; TypeError for another form's paper.
    """
    spec = form(name)
    if paper is not None and not isinstance(paper, spec.paper):
        raise TypeError(f"{name} prints {spec.paper.__name__}, not {type(paper).__name__}")
    chosen = size or spec.sizes[0]
    if chosen not in spec.sizes:
        known = ", ".join(spec.sizes)
        raise InputError("size", "forms.size", Text(N_("This form is printed on {sizes}."), {"sizes": known}))
    return spec.load()(paper, letterhead, tr, chosen)


def form(name: str) -> FormSpec:
    """Return the form of that name; InputError when there is none."""
    spec = FORMS.get(name)
    if spec is None:
        raise InputError("form", "forms.unknown", Text(N_("There is no form called {name}."), {"name": name}))
    return spec


def warm(tr: Translator) -> None:
    """Read fonts and import what printing needs, so that the first form is as quick as the next.

    Takes a fifth of a second; meant for a worker while nobody waits.
    """
    for spec in FORMS.values():
        spec.load()
    nobody = Letterhead("", None, "", dt.datetime.fromtimestamp(0, dt.UTC))
    render("number-slip", SlipPaper(code="0", number="0", doctor=tr(N_("Doctor"))), nobody, tr)
