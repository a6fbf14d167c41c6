"""The command line. Exit code 0: done; 1: could not, with one plain line on stderr; 2: wrong usage.

Whatever a command needs is imported when it runs: `deskapp --help` is there at once. Scripts rely on
names and options; a new command is a function and one line in the `COMMANDS` of its room.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from deskapp import paths
from deskapp.cli import backup, check, desk, paper, protect, safety, transfer
from deskapp.cli.call import DONE, FAILED, USAGE, Call, Command, server_address
from deskapp.cli_words import argparse_says
from deskapp.domain.text import N_
from deskapp.errors import DeskError
from deskapp.i18n import LANGUAGES, Translator, system_language, translator

__all__ = ["COMMANDS", "DONE", "FAILED", "USAGE", "main"]

COMMANDS: Final[dict[str, Command]] = {
    **desk.COMMANDS,
    **paper.COMMANDS,
    **transfer.COMMANDS,
    **safety.COMMANDS,
    **backup.COMMANDS,
    **check.COMMANDS,
    **protect.COMMANDS,
}


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
            return COMMANDS[args.command].run(call) if args.command else desk.open_desk(call)
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
    call.args.url = server_address(call, url)
