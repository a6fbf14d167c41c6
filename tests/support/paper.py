"""Printers that are not there: a spooler and workstation settings in memory, and forms to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from deskapp.domain.access import Actor, Role
from deskapp.forms import catalog
from deskapp.i18n import translator
from deskapp.ui import print_spooler as failure
from deskapp.ui.base_tab import Desk
from deskapp.ui.print_spooler import PrinterChoice, Sent
from tests.forms.reading import HEAD
from tests.forms.samples import PAPERS

OUTPUT = Path(__file__).resolve().parents[1] / "output"
OPERATOR = Actor(7, "Li Na", frozenset({Role.OPERATOR}), "desk-2")
LASER = PrinterChoice("laser", "HP LaserJet, front desk", is_default=True)
SLIPS = PrinterChoice("slips", "XP-80 receipt")


@dataclass
class FakeSpooler:
    """Takes what is submitted to one of its printers, as a spooler does."""

    choices: list[PrinterChoice] = field(default_factory=lambda: [LASER, SLIPS])
    jobs: list[tuple[str, bytes, str, int]] = field(default_factory=list)

    def printers(self) -> list[PrinterChoice]:
        return list(self.choices)

    def submit(self, pdf: bytes, printer: str, title: str, copies: int = 1) -> Sent:
        if printer not in {choice.name for choice in self.choices}:
            raise failure.gone(printer)
        self.jobs.append((printer, pdf, title, copies))
        return Sent(printer, f"{printer}-{len(self.jobs)}")


@dataclass
class FakeSettings:
    """The options of workstations, by workstation and name."""

    kept: dict[tuple[str, str], Any] = field(default_factory=dict)

    def values(self, _actor: Actor, workstation: str) -> dict[str, Any]:
        return {name: value for (where, name), value in self.kept.items() if where == workstation}

    def change_here(self, _actor: Actor, _request: str, name: str, value: object, workstation: str) -> None:
        self.kept[workstation, name] = value


def with_settings(desk: Desk, settings: object) -> Desk:
    """Return the desk with these settings, somebody being signed in."""
    return replace(desk, services=SimpleNamespace(settings=settings), actor=lambda: OPERATOR)


def form_pdf(form: str, size: str, language: str = "zh") -> bytes:
    """Return a form of a busy day."""
    return catalog.render(form, PAPERS[form], HEAD, translator(language), size)


def renderer(form: str) -> Callable[[str, str], bytes]:
    """Return what a preview calls to draw a form."""

    def render(size: str, language: str) -> bytes:
        return form_pdf(form, size, language)

    return render
