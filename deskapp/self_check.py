"""Tries out an installation: everything it ships with is loaded, every form printed, every tab drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deskapp.domain.papers import Letterhead, RecoveryPaper, RegistrationPaper
from deskapp.domain.people import PersonPaper
from deskapp.domain.recovery import recovery_code
from deskapp.domain.statistics import HouseNames, Summary
from deskapp.domain.statistics_tables import OverviewPaper, tables
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError
from deskapp.i18n import LANGUAGES, NATIVE_NAMES, translator

if TYPE_CHECKING:
    from deskapp.bootstrap import Hospital
    from deskapp.domain.access import Actor
    from deskapp.forms.catalog import FormSpec

VISITS: Final = 20
STAFF: Final = 4
DAY: Final = dt.date(2026, 11, 16)
EXAMPLES: Final = {
    "recovery-sheet": RecoveryPaper(recovery_code(bytes(32)), "00000000"),
    "intake-overview": OverviewPaper(
        DAY, DAY, 30, (), tuple(tables(Summary(days={DAY: 3}), HouseNames(), 30))
    ),
    "person-data": PersonPaper("E0", DAY, records=(RegistrationPaper(visitor_number="P0"),)),
}
"""Forms that are not about a visit, filled in: the sheet is of a key that no database has."""


def checks(folder: Path) -> Iterator[Text]:
    """Check one thing after the other in the empty `folder` and yield what was found in order.

    Raises `StorageError` for the first thing that is not.
    """
    yield _database(folder / "empty")
    yield from _languages()
    yield from _demo(folder / "demo")
    yield from _window(folder / "demo", folder / "pictures")
    yield _icons()
    yield _late()


def _broken(what: str) -> StorageError:
    message = N_("This installation is not whole: {what}. Install the program again.")
    return StorageError("self-check", Text(message, {"what": what}))


def _database(folder: Path) -> Text:
    from deskapp.db import migrate
    from deskapp.db.engine import Store

    store = Store.in_folder(folder)
    try:
        migrate.upgrade(store)
        found = migrate.revision(store)
    finally:
        store.close()
    return Text(N_("Database: an empty one was brought to revision {revision}."), {"revision": found})


def _languages() -> Iterator[Text]:
    for language in LANGUAGES:
        try:
            translator(language)
        except OSError as error:
            raise _broken(str(error.filename)) from error
        yield Text(N_("Language: {name}."), {"name": NATIVE_NAMES[language]})


def _demo(folder: Path) -> Iterator[Text]:
    from deskapp.bootstrap import open_hospital
    from deskapp.demo.run import Options, make_demo, sign_in

    made = make_demo(Options(folder, visits=VISITS, staff=STAFF), translator("zh"), _nothing)
    yield Text(
        N_("Visit: one was worked through all eight steps, number {number}."), {"number": made.visit.code}
    )
    hospital = open_hospital(folder)
    try:
        yield from _forms(hospital, sign_in(hospital.services), made.visit.id)
    finally:
        hospital.close()


def _nothing(_line: str) -> None:
    pass


def _forms(hospital: Hospital, actor: Actor, visit: int) -> Iterator[Text]:
    """Print every form, filled and blank, in every size and language."""
    from deskapp.forms.catalog import FORMS

    for name, spec in FORMS.items():
        papers = hospital.services.papers
        if spec.of_visit:
            sheet = papers.sheet(actor, name, visit, actor.name)
            _demand_prints(spec, sheet.paper, sheet.letterhead)
        else:
            _demand_prints(spec, EXAMPLES[name], papers.blank(actor, name, actor.name).letterhead)
        params = {"form": Text(spec.title), "sizes": ", ".join(spec.sizes)}
        yield Text(N_("Form: {form}, filled and blank, {sizes}, in three languages."), params)


def _demand_prints(spec: FormSpec, filled: object, letterhead: Letterhead) -> None:
    from deskapp.forms.catalog import render

    for language in LANGUAGES:
        for size in spec.sizes:
            for paper in (filled, None):
                pdf = render(spec.name, paper, letterhead, translator(language), size)
                if not pdf.startswith(b"%PDF"):
                    raise _broken(spec.name)


def _window(folder: Path, out: Path) -> Iterator[Text]:
    from deskapp.bootstrap import Start, pictures
    from deskapp.demo.run import sign_in

    for picture in pictures(Start(folder, language="zh", actor=sign_in), out):
        if not picture.stat().st_size:
            raise _broken(picture.name)
        yield Text(N_("Window: {tab}."), {"tab": picture.stem})


def _icons() -> Text:
    from deskapp.ui import icons

    names = icons.names()
    empty = [name for name in names if icons.pixmap(name, "text", 20).isNull()]
    if empty or not names:
        raise _broken(", ".join(empty) or "icons")
    return Text(N_("Icons: {count}."), {"count": len(names)})


LATE: Final = (
    "deskapp.ui.widgets.charts",
    "deskapp.services.intake.ics",
    "deskapp.services.transfer.service",
    "deskapp.db.pair_process",
    "deskapp.ui.speech_process",
)
"""What is loaded only when somebody needs it, with the libraries behind it."""


def _late() -> Text:
    """Load it now, so that a bundle that forgot a library is noticed. Raises `StorageError`."""
    import importlib

    for name in LATE:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise _broken(str(error)) from error
    return Text(N_("Parts: {count} that are loaded when they are needed."), {"count": len(LATE)})
