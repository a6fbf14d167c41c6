"""`deskapp check`: is this hospital's data as it was written, and is it cared for?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from deskapp.cli.call import DONE, FAILED, PASSPHRASE, Call, Command, secret_typed
from deskapp.domain.text import N_
from deskapp.errors import StorageError
from deskapp.i18n import Translator


def _options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("--full", action="store_true", help=tr("look at everything, which can take minutes"))
    parser.add_argument("--json", action="store_true", help=tr("print the facts as JSON"))


def _check(call: Call) -> int:
    """Print one fact a line; fail with the first that is bad. Nothing is changed."""
    from deskapp.services.health import Fact, Place, State, check_place

    found: list[Fact] = []
    for fact in check_place(Place(call.data_folder, call.args.url), _KeyOf(call), full=call.args.full):
        found.append(fact)
        if not call.args.json:
            print(_line(call, fact), flush=True)
    if call.args.json:
        told = [{"fact": fact.id, "state": fact.state.value, "text": _line(call, fact)} for fact in found]
        print(json.dumps(told, ensure_ascii=False, indent=1))
    bad = next((fact for fact in found if fact.state is State.BAD), None)
    if bad is not None:
        print(_line(call, bad), file=sys.stderr)
    return DONE if bad is None else FAILED


def _line(call: Call, fact: object) -> str:
    from deskapp.services.health import Fact

    assert isinstance(fact, Fact)
    return call.tr(fact.text).replace("\n", " ")


class _KeyOf:
    """Finds the key of the data folder, asking for a passphrase where one is needed and somebody sits there."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __call__(self) -> bytes:
        from deskapp.db.keys import KEY_FILE, read_key_file
        from deskapp.services.protect import LOCKED, unlock

        folder = self._call.data_folder
        try:
            return read_key_file(folder / KEY_FILE)
        except StorageError as error:
            if error.code not in LOCKED:
                raise
            typed = secret_typed(self._call, N_("Passphrase, or recovery code:"), PASSPHRASE)
            if typed is None:
                raise
        return unlock(folder, typed)


COMMANDS: Final = {
    "check": Command(N_("check that the hospital's data is as it was written"), _check, _options),
}
