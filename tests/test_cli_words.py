"""What argparse says is said in the chosen language, and only while our command line runs."""

from __future__ import annotations

import argparse
import datetime as dt
import gettext

import pytest

from deskapp.cli_words import ARGPARSE, argparse_says, count_option, day_option
from deskapp.i18n import Translator


class Shouting(gettext.NullTranslations):
    """A catalogue that shows what went through it."""

    def gettext(self, message: str) -> str:
        return f"<{message}"


SHOUTING = Translator("en", Shouting())


def complaint_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    parser = argparse.ArgumentParser(prog="desk")
    parser.add_argument("--day", type=day_option(SHOUTING))
    parser.add_argument("--count", type=count_option(SHOUTING), choices=[1, 2])
    parser.add_argument("form")
    with argparse_says(SHOUTING), pytest.raises(SystemExit):
        parser.parse_args(words)
    return capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["a", "b"], ["--day"], ["a", "--count", "3"], ["a", "--day", "x"]])
def test_every_complaint_goes_through_the_catalogue(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    usage, _newline, complaint = complaint_of(capsys, *words).rpartition("\n<")
    assert usage.startswith("<usage: ")
    assert complaint.startswith("desk: error: <")


def test_afterwards_argparse_speaks_as_before() -> None:
    before = vars(argparse)["_"]
    with argparse_says(SHOUTING):
        assert vars(argparse)["_"] is SHOUTING
    assert vars(argparse)["_"] is before


def test_the_marked_words_are_those_that_argparse_uses() -> None:
    """A word that this Python's argparse does not have would be translated for nobody."""
    import inspect

    source = inspect.getsource(argparse)
    known = [words for words in ARGPARSE if words.strip().partition("\n")[0][:24] in source]
    assert known == list(ARGPARSE)


def test_options_of_days_and_counts() -> None:
    assert day_option(SHOUTING)("2026-11-22") == dt.date(2026, 11, 22)
    assert count_option(SHOUTING)("400") == 400
    for wrong in ("", "４", "1e3", "12345678"):
        with pytest.raises(argparse.ArgumentTypeError):
            count_option(SHOUTING)(wrong)
