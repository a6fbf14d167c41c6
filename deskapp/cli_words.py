"""The words of the command line itself: what argparse says, and what options take."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from deskapp.domain.text import N_
from deskapp.i18n import Translator

ARGPARSE: Final = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("ignored explicit argument %r"),
)
"""What argparse itself says."""


@contextmanager
def argparse_says(tr: Translator) -> Iterator[None]:
    """Let argparse speak the language: it looks its own words up in a function of its module."""
    module = vars(argparse)
    kept = module["_"]
    module["_"] = tr
    try:
        yield
    finally:
        module["_"] = kept


def day_option(tr: Translator) -> Callable[[str], dt.date]:
    """Return the type of an option that takes a date."""

    def read(typed: str) -> dt.date:
        try:
            return dt.date.fromisoformat(typed)
        except ValueError:
            raise argparse.ArgumentTypeError(
                tr("“{value}” is no date. Write it like 1990-03-21.", value=typed)
            ) from None

    return read


def count_option(tr: Translator) -> Callable[[str], int]:
    """Return the type of an option that takes a whole number that is not negative."""

    def read(typed: str) -> int:
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 7):
            raise argparse.ArgumentTypeError(tr("“{value}” is no whole number.", value=typed))
        return int(typed)

    return read
