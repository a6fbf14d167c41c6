"""The command line. Exit code 0: done; 1: could not, with one plain line on stderr; 2: wrong usage.

Whatever a command needs is imported when it runs: `deskapp --help` is there at once. Scripts rely on
names and options; a new command is a function and one line in `COMMANDS`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from deskapp import paths
from deskapp.cli_words import argparse_says, count_option, day_option
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError, InputError, RuleError
from deskapp.i18n import LANGUAGES, Translator, system_language, translator

if TYPE_CHECKING:
    from deskapp.bootstrap import Hospital
    from deskapp.domain.access import Actor
    from deskapp.services.transfer.report import ImportReport

DONE, FAILED, USAGE = 0, 1, 2
IMPORTS: Final = ("staff", "visitors", "doctors", "prices")
EXPORTS: Final = ("visits",)
_SECRET: Final = re.compile(r"://[^/@]*:[^/@]+@")


@dataclass(frozen=True)
class Call:
    """What was typed, and the words to answer in."""

    args: argparse.Namespace
    tr: Translator
    parser: argparse.ArgumentParser

    def say(self, message: str, **params: object) -> None:
        """Print one translated line."""
        print(self.tr(message, **params), flush=True)

    def usage(self, message: str, **params: object) -> NoReturn:
        """Leave with exit code 2 and what is wrong with the options."""
        self.parser.error(self.tr(message, **params))

    @property
    def folder(self) -> Path | None:
        """The data folder that was named."""
        return Path(self.args.data) if self.args.data else None


def main(words: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = sys.argv[1:] if words is None else list(words)
    tr = translator(_language(words) or system_language())
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    with argparse_says(tr):
        parser = _parser(tr)
        args = parser.parse_args(words)
        call = Call(args, tr, getattr(args, "parser", parser))
        _check_place(call)
        try:
            return COMMANDS[args.command].run(call) if args.command else _open(call)
        except DeskError as error:
            return _failed(call, error)
        except KeyboardInterrupt:
            print(tr("Stopped."), file=sys.stderr)
            return FAILED


def _failed(call: Call, error: DeskError) -> int:
    print(call.tr(error.text).replace("\n", " "), file=sys.stderr)
    return FAILED


# --- What can be typed ------------------------------------------------------------------------------------


def _language(words: Sequence[str]) -> str | None:
    """Return the language among the options: the words of the help depend on it."""
    for place, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == "--lang":
            return value or next(iter(words[place + 1 : place + 2]), None)
    return None


def _parser(tr: Translator) -> argparse.ArgumentParser:
    everywhere = _global_options(tr, argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog=paths.APP,
        description=tr("The desktop program for a hospital's front desk. Without a command the desk opens."),
        parents=[_global_options(tr, None)],
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar=tr("COMMAND"), title=tr("commands"))
    for name, command in COMMANDS.items():
        words = tr(command.help)
        added = commands.add_parser(
            name, help=words, description=words, parents=[everywhere], allow_abbrev=False
        )
        command.options(added, tr)
        added.set_defaults(parser=added)
    return parser


def _global_options(tr: Translator, default: str | None) -> argparse.ArgumentParser:
    """Return the options that may stand before or after the command; only those typed are set there."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, argument_default=default)
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--data", metavar=tr("DIR"), help=tr("data folder with the hospital's database"))
    place.add_argument("--url", metavar="URL", help=tr("address of a PostgreSQL database instead"))
    parser.add_argument("--lang", choices=LANGUAGES, help=tr("language of messages, window and forms"))
    return parser


def _check_place(call: Call) -> None:
    url = call.args.url
    if not url:
        return
    if call.args.data:
        call.usage(N_("Name a data folder or a database address, not both."))
    if not url.startswith(("postgresql://", "postgresql+psycopg://")):
        call.usage(N_("The address begins with postgresql:// ; for a data folder take --data."))
    if _SECRET.search(url):
        call.usage(N_("A password does not belong into the address: put it into the file .pgpass."))
    call.args.url = url.replace("postgresql://", "postgresql+psycopg://")


def _no_options(_parser: argparse.ArgumentParser, _tr: Translator) -> None:
    pass


# --- Opening ----------------------------------------------------------------------------------------------


def _open(call: Call) -> int:
    from deskapp.bootstrap import Start, run_desk

    return run_desk(Start(call.folder, call.args.url, call.args.lang))


def _is_there(call: Call) -> bool:
    from deskapp.db.engine import DATABASE_FILE

    return bool(call.args.url) or ((call.folder or paths.default_data_folder()) / DATABASE_FILE).exists()


@contextmanager
def _hospital(call: Call) -> Iterator[Hospital]:
    """Open the hospital that is there; a command of this kind never begins a new one."""
    from deskapp.bootstrap import open_hospital

    if not _is_there(call):
        where = str(call.folder or paths.default_data_folder())
        message = N_("There is no hospital in {folder} yet. Open the desk once to set it up.")
        raise RuleError("cli.no-hospital", Text(message, {"folder": where}))
    hospital = open_hospital(call.folder, call.args.url)
    try:
        yield hospital
    finally:
        hospital.close()


def _somebody(hospital: Hospital) -> Actor:
    """Return who acts from the command line: whoever may read the data folder, named as the system does."""
    import getpass

    from deskapp.domain.access import Actor, Role

    roles = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
    return Actor(0, getpass.getuser(), roles, f"{hospital.workstation.name}-cli")


# --- demo -------------------------------------------------------------------------------------------------


def _demo_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("--out", metavar=tr("DIR"), help=tr("folder for the printed forms and pictures"))
    parser.add_argument(
        "--visits", type=count_option(tr), default=400, metavar="N", help=tr("how many visits")
    )
    parser.add_argument(
        "--staff", type=count_option(tr), default=40, metavar="N", help=tr("how many members of staff")
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help=tr("equal seeds make equal hospitals")
    )
    parser.add_argument(
        "--as-of", type=day_option(tr), metavar=tr("DATE"), help=tr("the day on which the demo takes place")
    )
    parser.add_argument(
        "--no-window", action="store_true", help=tr("save pictures of the window instead of opening it")
    )


def _demo(call: Call) -> int:
    from deskapp.bootstrap import Start, pictures, run_desk
    from deskapp.demo.house import OPERATOR, PASSWORD
    from deskapp.demo.run import Options, make_demo, sign_in

    args = call.args
    options = Options(
        folder=call.folder or paths.demo_data_folder(),
        url=args.url,
        out=Path(args.out) if args.out else None,
        visits=args.visits,
        staff=args.staff,
        seed=args.seed,
        as_of=args.as_of,
        language=call.tr.language,
    )
    made = make_demo(options, call.tr, print)
    for form in made.forms:
        call.say(N_("Printed: {file}"), file=form)
    call.say(N_("Sign in as {name} with the password {password}."), name=OPERATOR, password=PASSWORD)
    clock = (lambda: made.now) if args.as_of else None
    start = Start(options.folder, args.url, call.tr.language, sign_in, clock)
    if has_screen() and not args.no_window:
        return run_desk(start)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for picture in pictures(start, made.out):
        call.say(N_("Picture: {file}"), file=picture)
    return DONE


def has_screen() -> bool:
    """Say whether a window can be shown: there is a display, and Qt was not told to draw without one."""
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in {"offscreen", "minimal", "vnc"}:
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


# --- print ------------------------------------------------------------------------------------------------


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
    pdf = _blank(call, args.form) if args.blank else _filled(call, args.form)
    _write(Path(args.out), pdf)
    return DONE


def _blank(call: Call, form: str) -> bytes:
    from deskapp.domain.papers import Letterhead
    from deskapp.forms.catalog import render

    if not _is_there(call):
        nobody = Letterhead("", None, "", dt.datetime.now(dt.UTC))
        return render(form, None, nobody, call.tr, call.args.size)
    with _hospital(call) as hospital:
        actor = _somebody(hospital)
        sheet = hospital.services.papers.blank(actor, form, actor.name)
        return render(form, None, sheet.letterhead, _form_language(call, hospital), call.args.size)


def _filled(call: Call, form: str) -> bytes:
    from deskapp.forms.catalog import render
    from deskapp.services.base import new_request

    with _hospital(call) as hospital:
        actor, services = _somebody(hospital), hospital.services
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
    values = hospital.services.settings.values(_somebody(hospital), hospital.workstation.name)
    return translator(str(values["language"]))


def _write(path: Path, data: bytes) -> None:
    from deskapp.db.faults import disk_error

    try:
        path.write_bytes(data)
    except OSError as error:
        raise disk_error(error) from error


# --- import and export ------------------------------------------------------------------------------------


def _import_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("kind", metavar=tr("KIND"), help=", ".join(IMPORTS))
    parser.add_argument("file", nargs="?", metavar=tr("FILE.csv"), help=tr("CSV or XLSX file to read"))
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
    with _hospital(call) as hospital:
        transfer = TransferService(hospital.store)
        done = transfer.import_file(
            *(_somebody(hospital), new_request(), kind, Path(args.file)),
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


def _export(call: Call) -> int:
    from deskapp.services.base import new_request
    from deskapp.services.transfer.service import TransferService

    args = call.args
    if args.kind not in EXPORTS:
        call.usage(
            N_("“{kind}” can't be exported. These can: {choices}."),
            kind=args.kind,
            choices=", ".join(EXPORTS),
        )
    with _hospital(call) as hospital:
        transfer = TransferService(hospital.store)
        span = {"first": args.first, "last": args.last}
        done = transfer.export_visits(_somebody(hospital), new_request(), Path(args.out), call.tr, **span)
    print(call.tr.n("{count} visit written.", "{count} visits written.", done.value))
    return DONE


# --- migrate and self-check -------------------------------------------------------------------------------


def _migrate(call: Call) -> int:
    from deskapp.db import migrate
    from deskapp.db.engine import Store

    store = (
        Store.open(call.args.url)
        if call.args.url
        else Store.in_folder(call.folder or paths.default_data_folder())
    )
    try:
        changed = migrate.upgrade(store)
    finally:
        store.close()
    call.say(N_("The database was brought up to date.") if changed else N_("The database is up to date."))
    return DONE


def _self_check(call: Call) -> int:
    import tempfile

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from deskapp.self_check import checks

    with tempfile.TemporaryDirectory(prefix="deskapp-") as folder:
        for checked in checks(Path(folder)):
            print(call.tr(checked), flush=True)
    call.say(N_("Everything works."))
    return DONE


@dataclass(frozen=True)
class Command:
    """One command: what its help says, which options it takes, what it does."""

    help: str
    run: Callable[[Call], int]
    options: Callable[[argparse.ArgumentParser, Translator], None] = _no_options


COMMANDS: Final = {
    "demo": Command(N_("make a hospital to try things out and open it"), _demo, _demo_options),
    "print": Command(N_("write a form to a PDF file, filled or blank"), _print, _print_options),
    "import": Command(N_("read staff, visitors, doctors or prices from a file"), _import, _import_options),
    "export": Command(N_("write visits to a file"), _export, _export_options),
    "migrate": Command(N_("bring the database up to this version of the program"), _migrate),
    "self-check": Command(N_("check that this installation works"), _self_check),
}
