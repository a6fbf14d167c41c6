"""Protecting the hospital's data with a key that does not lie beside it, and taking that back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deskapp.cli.call import (
    DONE,
    NEW_PASSPHRASE,
    PASSPHRASE,
    Call,
    Command,
    hospital_of,
    secret_typed,
    somebody,
    write_file,
)
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError, RuleError
from deskapp.i18n import Translator

if TYPE_CHECKING:
    from deskapp.bootstrap import Hospital
    from deskapp.services.protect import KeyOrder, NewKey


def _encrypt_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument("--sheet", metavar=tr("FILE.pdf"), help=tr("where to write the recovery sheet"))
    parser.add_argument(
        "--key-store",
        action="store_true",
        help=tr("keep the key in the system's key store, for this account only, instead of a passphrase"),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--new-key", action="store_true", help=tr("change the key of a hospital that is protected already")
    )
    what.add_argument(
        "--new-passphrase", action="store_true", help=tr("change the passphrase only; key and sheet stay")
    )


def _encrypt(call: Call) -> int:
    from deskapp.services.protect import carry_out

    args = call.args
    _demand_folder(call)
    if args.new_passphrase:
        return _change_passphrase(call)
    if not args.sheet:
        call.usage(N_("Say where the recovery sheet is to be written: --sheet FILE.pdf"))
    with hospital_of(call) as hospital:
        order = _order(call, hospital)
    done = carry_out(order, _progress)
    call.say(
        N_("Done. The key is now {key}. Backups brought along: {count}."), key=done.key_id, count=done.backups
    )
    if done.second_away:
        words = N_("The second backup folder is not there: what lies in it still has the old key beside it.")
        print(call.tr(words), file=sys.stderr)
    for name in done.unread:
        words = N_("The backup {file} has an older key and stayed as it is: its own sheet opens it.")
        print(call.tr(words, file=name), file=sys.stderr)
    return DONE


def _demand_folder(call: Call) -> None:
    if call.args.url:
        call.usage(
            N_("What is protected here is a data folder; a database server is encrypted where it runs.")
        )


def _order(call: Call, hospital: Hospital) -> KeyOrder:
    """Print the sheet, have its code typed back, and check everything while the hospital is open."""
    from deskapp.domain.recovery import Kept
    from deskapp.services.base import new_request

    protect, actor = hospital.services.protect, somebody(hospital)
    now = protect.state(actor)
    if now is not None and now.is_on and not call.args.new_key:
        message = N_("This hospital is protected already. See --new-key and --new-passphrase.")
        raise RuleError("protect.on", Text(message))
    kept = Kept.KEY_STORE if call.args.key_store else Kept.PASSPHRASE
    passphrase = "" if kept is Kept.KEY_STORE else _new_passphrase(call)
    made = protect.new_key(actor, actor.name)
    file = Path(call.args.sheet)
    if file.parent.is_dir():
        # Whoever reads it has the key: it is nobody else's from the first byte on.
        file.touch(mode=0o600)
    write_file(file, _sheet(call, made))
    protect.sheet_printed(actor, new_request(), made.paper.key_id, file.name)
    call.say(
        N_("The recovery sheet is in {file}. Print it and put it away; then delete the file."), file=file
    )
    return protect.order(actor, made.paper.key_id, _typed_back(call), kept, passphrase)


def _sheet(call: Call, made: NewKey) -> bytes:
    from deskapp.forms.catalog import render

    return render("recovery-sheet", made.paper, made.letterhead, call.tr)


def _typed_back(call: Call) -> str:
    prompt = call.tr(N_("Type the whole code from the printed sheet:")) + " "
    if sys.stdin.isatty():
        return input(prompt)
    return sys.stdin.readline()


def _new_passphrase(call: Call) -> str:
    """Return the new passphrase, checked: typed twice at a terminal, else the environment's."""
    from deskapp.domain.recovery import check_passphrase

    first = secret_typed(call, N_("New passphrase:"), NEW_PASSPHRASE, PASSPHRASE)
    if first is None:
        message = N_("Type the new passphrase at a terminal, or put it into the variable {name}.")
        raise InputError("passphrase", "passphrase.missing", Text(message, {"name": NEW_PASSPHRASE}))
    check_passphrase(first)
    if secret_typed(call, N_("Once more:"), NEW_PASSPHRASE, PASSPHRASE) != first:
        raise InputError("again", "passphrase.again", Text(N_("The two passphrases differ.")))
    return first


def _change_passphrase(call: Call) -> int:
    from deskapp.domain.recovery import Kept
    from deskapp.services.base import new_request

    with hospital_of(call) as hospital:
        actor = somebody(hospital)
        hospital.services.protect.keep(actor, new_request(), Kept.PASSPHRASE, _new_passphrase(call))
    call.say(N_("Done. The new passphrase opens the hospital from now on; the recovery sheet stays good."))
    return DONE


def _decrypt(call: Call) -> int:
    from deskapp.domain.recovery import Kept
    from deskapp.services.base import new_request

    _demand_folder(call)
    with hospital_of(call) as hospital:
        hospital.services.protect.keep(somebody(hospital), new_request(), Kept.BESIDE)
    call.say(
        N_(
            "Done. The key lies beside the database again: whoever has the folder can read everything. The "
            "recovery sheet stays good."
        )
    )
    return DONE


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} / {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


COMMANDS: Final = {
    "encrypt": Command(
        N_("protect the data with a passphrase, or with the system's key store"), _encrypt, _encrypt_options
    ),
    "decrypt": Command(N_("put the key back beside the database"), _decrypt),
}
