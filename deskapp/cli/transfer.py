"""Lists in from files, and data out to files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deskapp.cli.call import DONE, FAILED, Call, Command, hospital_of, somebody
from deskapp.cli_words import day_option
from deskapp.domain.text import N_
from deskapp.i18n import Translator

if TYPE_CHECKING:
    from deskapp.bootstrap import Hospital
    from deskapp.services.transfer.report import ImportReport

DIRECTORY: Final = ("departments", "doctors", "prices", "places", "promotions", "notices", "phrases")
IMPORTS: Final = ("staff", "visitors", "appointments", *DIRECTORY)
EXPORTS: Final = ("visits", "audit", "directory")


def _import_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("kind", metavar=tr("KIND"), help=", ".join(IMPORTS))
    parser.add_argument(
        "file", nargs="?", metavar=tr("FILE.csv"), help=tr("CSV or XLSX file to read; .ics for appointments")
    )
    parser.add_argument(
        "--template", metavar=tr("FILE.csv"), help=tr("write a file with the columns and an example")
    )
    parser.add_argument("--dry-run", action="store_true", help=tr("only say what would happen"))
    parser.add_argument(
        "--partial", action="store_true", help=tr("store the good rows even if others are refused")
    )


def _import(call: Call) -> int:
    from deskapp.services.base import new_request
    from deskapp.services.transfer.columns import Kind
    from deskapp.services.transfer.service import TransferService
    from deskapp.services.transfer.writers import write_template

    args = call.args
    if args.kind not in IMPORTS:
        call.usage(
            N_("“{kind}” can't be imported. These can: {choices}."),
            kind=args.kind,
            choices=", ".join(IMPORTS),
        )
    if bool(args.file) == bool(args.template):
        call.usage(N_("Name a file to import, or --template and a file to write."))
    kind = Kind(args.kind)
    if args.template:
        write_template(kind, Path(args.template), call.tr.language)
        return DONE
    with hospital_of(call) as hospital:
        transfer = TransferService(hospital.store, house=hospital.services.house)
        done = transfer.import_file(
            *(somebody(hospital), new_request(), kind, Path(args.file)),
            partial=args.partial,
            dry_run=args.dry_run,
            progress=_progress,
        )
    return _tell(call, done.value)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} / {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _tell(call: Call, report: ImportReport) -> int:
    """Print what became of every row that is worth a word; exit code 1 when nothing could be stored."""
    from deskapp.services.transfer.report import Outcome

    for note in (*report.problems, *report.notes):
        where = call.tr("Row {row}", row=note.row) if note.row else call.tr("File")
        print(
            f"{where} {note.field}: {call.tr(note.text)}" if note.field else f"{where}: {call.tr(note.text)}"
        )
    if report.more_problems or report.more_notes:
        call.say(N_("... and {count} more"), count=report.more_problems + report.more_notes)
    counts = {outcome.value: report.counts[outcome] for outcome in Outcome}
    words = N_("Rows: {rows}. New: {added}, changed: {changed}, known: {known}, refused: {refused}.")
    call.say(words, rows=report.rows, **counts)
    if report.written:
        return DONE
    if report.refused:
        print(call.tr("Nothing was stored: rows were refused."), file=sys.stderr)
        return FAILED
    call.say(N_("Nothing was stored: this was a dry run."))
    return DONE


def _export_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("kind", metavar=tr("KIND"), help=", ".join(EXPORTS))
    parser.add_argument("--from", dest="first", type=day_option(tr), metavar=tr("DATE"), help=tr("first day"))
    parser.add_argument("--to", dest="last", type=day_option(tr), metavar=tr("DATE"), help=tr("last day"))
    parser.add_argument(
        "--out", required=True, metavar=tr("FILE"), help=tr("file to write: .csv, .xlsx or .json")
    )
    parser.add_argument(
        "--kind",
        dest="part",
        metavar=tr("KIND"),
        help=tr("of the directory only: {choices}", choices=", ".join(DIRECTORY)),
    )


def _export(call: Call) -> int:
    args = call.args
    if args.kind not in EXPORTS:
        call.usage(
            N_("“{kind}” can't be exported. These can: {choices}."),
            kind=args.kind,
            choices=", ".join(EXPORTS),
        )
    if args.part is not None and (args.kind != "directory" or args.part not in DIRECTORY):
        call.usage(N_("--kind goes with directory, and is one of: {choices}."), choices=", ".join(DIRECTORY))
    export = {"visits": _export_visits, "audit": _export_audit, "directory": _export_directory}[args.kind]
    with hospital_of(call) as hospital:
        print(export(call, hospital))
    return DONE


def _export_visits(call: Call, hospital: Hospital) -> str:
    from deskapp.services.base import new_request
    from deskapp.services.transfer.service import TransferService

    args, transfer = call.args, TransferService(hospital.store)
    span = {"first": args.first, "last": args.last}
    done = transfer.export_visits(somebody(hospital), new_request(), Path(args.out), call.tr, **span)
    return call.tr.n("{count} visit written.", "{count} visits written.", done.value)


def _export_directory(call: Call, hospital: Hospital) -> str:
    from deskapp.services.base import new_request
    from deskapp.services.transfer.columns import Kind
    from deskapp.services.transfer.service import TransferService

    args, transfer = call.args, TransferService(hospital.store, house=hospital.services.house)
    kind = Kind(args.part) if args.part is not None else None
    done = transfer.export_directory(somebody(hospital), new_request(), Path(args.out), call.tr, kind)
    return call.tr.n("{count} row written.", "{count} rows written.", done.value)


def _export_audit(call: Call, hospital: Hospital) -> str:
    from deskapp.services.base import new_request
    from deskapp.services.trail import TrailFilter

    args = call.args
    wanted = TrailFilter(first=args.first, last=args.last)
    done = hospital.services.trail.export(somebody(hospital), new_request(), Path(args.out), call.tr, wanted)
    return call.tr.n("{count} line written.", "{count} lines written.", done.value)


COMMANDS: Final = {
    "import": Command(
        N_("read staff, visitors or a part of the directory from a file"), _import, _import_options
    ),
    "export": Command(
        N_("write visits, the directory or the audit trail to a file"), _export, _export_options
    ),
}
