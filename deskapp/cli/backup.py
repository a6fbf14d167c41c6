"""Backing up and restoring."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import sys
from pathlib import Path
from typing import Final

from deskapp.cli.call import DONE, FAILED, PASSPHRASE, Call, Command, hospital_of, secret_typed, somebody
from deskapp.domain.text import N_
from deskapp.errors import StorageError
from deskapp.i18n import Translator


def _backup_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument(
        "--to", metavar=tr("DIR"), help=tr("a second folder for the backup, such as a drive or a share")
    )


def _backup(call: Call) -> int:
    from deskapp.db.backup_process import carry_out

    to = Path(call.args.to) if call.args.to else None
    with hospital_of(call) as hospital:
        backups = hospital.services.backups
        # Nobody types here: there is nothing that a process of its own would keep fluent.
        backups.run_job = carry_out
        made = backups.make(somebody(hospital), to).value
    call.say(N_("Backed up and checked: {file}"), file=made.backup.path)
    if made.backup.manifest.broken:
        words = N_("{count} lines of the audit trail were broken already. See: deskapp check")
        print(call.tr(words, count=made.backup.manifest.broken), file=sys.stderr)
    if made.copied and to is not None:
        call.say(N_("Copied and checked: {file}"), file=to / made.backup.name)
    if made.warning is not None:
        print(call.tr(made.warning), file=sys.stderr)
    return FAILED if made.warning is not None else DONE


def _restore_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument(
        "file", nargs="?", metavar=tr("FILE"), help=tr("the backup; nobody may have the hospital open")
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help=tr("no file: another computer has restored the server's database, go on with it here"),
    )


def _restore(call: Call) -> int:
    if bool(call.args.file) == call.args.accept:
        call.usage(N_("Name the backup, or say --accept where another computer has restored it."))
    if call.args.accept:
        return _accept(call)
    return _restore_server(call) if call.args.url else _restore_folder(call)


def _accept(call: Call) -> int:
    with hospital_of(call) as hospital:
        hospital.services.trail.accept_restored(somebody(hospital))
    call.say(N_("From now on the restored database counts here too."))
    return DONE


def _restore_folder(call: Call) -> int:
    from deskapp.cli.call import key_of
    from deskapp.services import restoring
    from deskapp.services.backups import RestoreOrder

    order = RestoreOrder(call.data_folder, Path(call.args.file), key=_present_key(call))
    now = dt.datetime.now(dt.UTC)
    try:
        done = restoring.carry_out(order, now)
    except StorageError as error:
        typed = secret_typed(call, N_("Recovery code:"), PASSPHRASE) if error.code == "restore.key" else None
        if typed is None:
            raise
        done = restoring.carry_out(dataclasses.replace(order, code=typed), now)
    print(call.tr(restoring.told(done)), flush=True)
    # Opening it once tells the anchors that time was turned back.
    from deskapp.bootstrap import open_hospital

    open_hospital(call.folder, key=key_of(call)).close()
    return DONE


def _present_key(call: Call) -> bytes | None:
    """Return the key that the hospital has now; None where it is lost, which is why many a backup is restored."""
    from deskapp.cli.call import key_of

    with contextlib.suppress(StorageError):
        return key_of(call)
    return None


def _restore_server(call: Call) -> int:
    """Restore a dump into the empty database that was named."""
    from deskapp.bootstrap import open_hospital
    from deskapp.db import migrate, restore, restore_server
    from deskapp.db.engine import Store

    file, now = Path(call.args.file), dt.datetime.now(dt.UTC)
    store = Store.open(call.args.url)
    with contextlib.closing(store):
        facts = restore_server.restore_dump(store, file)
        # A dump brings no rights along.
        missing = migrate.give_rights(store)
    hospital = open_hospital(call.folder, call.args.url)
    with contextlib.closing(hospital):
        restore.tell(hospital.store, hospital.workstation, file.name, facts, now)
    call.say(N_("The backup {file} was restored."), file=file.name)
    for words in missing:
        print(call.tr(words), file=sys.stderr)
    return FAILED if missing else DONE


COMMANDS: Final = {
    "backup": Command(
        N_("back up the hospital while people work, and check the backup"), _backup, _backup_options
    ),
    "restore": Command(
        N_("put a backup in the place of the database, which is kept beside it"), _restore, _restore_options
    ),
}
