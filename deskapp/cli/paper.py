"""Printing a form to a PDF file."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deskapp.cli.call import DONE, Call, Command, hospital_of, is_there, somebody, write_file
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.i18n import Translator, translator

if TYPE_CHECKING:
    from deskapp.bootstrap import Hospital


def _print_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("form", nargs="?", metavar=tr("FORM"), help=tr("name of the form"))
    parser.add_argument("--list", action="store_true", help=tr("show the forms that there are"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--id", metavar=tr("NUMBER"), help=tr("number of the visit as printed on its papers"))
    which.add_argument("--blank", action="store_true", help=tr("empty, to be filled in by hand"))
    parser.add_argument("--size", metavar=tr("SIZE"), help=tr("paper size, see --list"))
    parser.add_argument("--out", metavar=tr("FILE.pdf"), help=tr("file to write"))


def _print(call: Call) -> int:
    from deskapp.forms.catalog import FORMS

    args = call.args
    if args.list:
        for spec in FORMS.values():
            print(f"{spec.name:20} {' '.join(spec.sizes):12} {call.tr(spec.title)}")
        return DONE
    if not args.form or not args.out or not (args.id or args.blank):
        call.usage(N_("Name a form, --id or --blank, and --out. See: deskapp print --list"))
    if args.form not in FORMS:
        call.usage(
            N_("“{form}” can't be printed. These can: {choices}."), form=args.form, choices=", ".join(FORMS)
        )
    if args.id and not FORMS[args.form].of_visit:
        call.usage(N_("“{form}” is not about a visit: print it with --blank."), form=args.form)
    pdf = _blank(call, args.form) if args.blank else _filled(call, args.form)
    write_file(Path(args.out), pdf)
    return DONE


def _blank(call: Call, form: str) -> bytes:
    from deskapp.domain.papers import Letterhead
    from deskapp.forms.catalog import render

    if not is_there(call):
        nobody = Letterhead("", None, "", dt.datetime.now(dt.UTC))
        return render(form, None, nobody, call.tr, call.args.size)
    with hospital_of(call) as hospital:
        actor = somebody(hospital)
        sheet = hospital.services.papers.blank(actor, form, actor.name)
        return render(form, None, sheet.letterhead, _form_language(call, hospital), call.args.size)


def _filled(call: Call, form: str) -> bytes:
    from deskapp.forms.catalog import render
    from deskapp.services.base import new_request

    with hospital_of(call) as hospital:
        actor, services = somebody(hospital), hospital.services
        visit = services.visits.by_code(actor, call.args.id)
        if visit is None:
            raise InputError(
                "id", "visit.unknown", Text(N_("There is no visit {number}."), {"number": call.args.id})
            )
        sheet = services.papers.sheet(actor, form, visit, actor.name)
        pdf = render(form, sheet.paper, sheet.letterhead, _form_language(call, hospital), call.args.size)
        services.papers.printed(actor, new_request(), form, visit, Path(call.args.out).name)
        return pdf


def _form_language(call: Call, hospital: Hospital) -> Translator:
    """Return the language that was asked for, else the hospital's own."""
    if call.args.lang:
        return call.tr
    values = hospital.services.settings.values(somebody(hospital), hospital.workstation.name)
    return translator(str(values["language"]))


COMMANDS: Final = {
    "print": Command(N_("write a form to a PDF file, filled or blank"), _print, _print_options),
}
