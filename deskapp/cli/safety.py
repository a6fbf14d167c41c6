"""What keeps the hospital's data safe: migrating, backing up, restoring, checking, protecting, moving."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from deskapp.cli.call import DONE, FAILED, Call, Command, hospital_of, key_of, server_address, somebody
from deskapp.domain.text import N_
from deskapp.errors import StorageError
from deskapp.i18n import Translator

if TYPE_CHECKING:
    from deskapp.db.engine import Store


# --- Migrating, and moving to a server ------------------------------------------------------------------------


def _migrate_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument(
        "--store-password",
        action="store_true",
        help=tr("ask for the server's password and keep it in this computer's key store"),
    )


def _migrate(call: Call) -> int:
    from deskapp.db import backup, migrate
    from deskapp.db.engine import Store

    url = call.args.url
    if call.args.store_password:
        _store_password(call, url)
    store = _open_server(call, url) if url else Store.in_folder(call.data_folder, key_of(call))
    try:
        now = dt.datetime.now(dt.UTC)
        before = partial(backup.before_migration, store, call.data_folder, now)
        changed = migrate.upgrade(store, before)
        missing = migrate.give_rights(store) if url else []
    finally:
        store.close()
    call.say(N_("The database was brought up to date.") if changed else N_("The database is up to date."))
    for words in missing:
        print(call.tr(words), file=sys.stderr)
    return FAILED if missing else DONE


def _store_password(call: Call, url: str | None) -> None:
    from deskapp.db import server
    from deskapp.db.engine import Store

    if not url:
        call.usage(N_("A password belongs to a server: name it with --url."))
    password = _typed_password(call, url)
    # A wrong one is not kept.
    Store.open(url, password=password).close()
    server.keep_password(url, password)
    call.say(N_("The password is kept in this computer's key store."))


def _open_server(call: Call, url: str) -> Store:
    """Open a server's database; where no password is found and somebody sits there, they are asked."""
    from deskapp.db.engine import Store

    try:
        return Store.open(url)
    except StorageError as error:
        if error.code != "storage.password" or not sys.stdin.isatty():
            raise
    return Store.open(url, password=_typed_password(call, url))


def _typed_password(call: Call, url: str) -> str:
    import getpass

    from deskapp.db import server

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass(call.tr("Password of {login}:", login=server.login_of(url)) + " ")


def _copy_options(parser: argparse.ArgumentParser, tr: Translator) -> None:
    parser.add_argument(
        "--to", required=True, metavar="URL", help=tr("address of an empty PostgreSQL database, migrated")
    )


def _copy(call: Call) -> int:
    from deskapp.db import anchors, copying

    if call.args.url:
        call.usage(N_("What is copied is the hospital in a data folder: name it with --data."))
    url = server_address(call, call.args.to)
    with hospital_of(call) as hospital:
        target = _open_server(call, url)
        try:
            now = hospital.services.settings.now()
            done = copying.copy(hospital.store, target, somebody(hospital), now, _copied_table)
            # The server's database has a log of its own, which begins here.
            anchors.write_epoch(target, hospital.workstation, now)
        finally:
            target.close()
    words = N_("Copied and compared: {rows} rows in {tables} tables. The data folder is as it was.")
    call.say(words, rows=done.rows, tables=done.tables)
    if done.broken:
        words = N_("{count} lines of the audit trail were broken already. See: deskapp check")
        print(call.tr(words, count=done.broken), file=sys.stderr)
    return DONE


def _copied_table(table: str, rows: int) -> None:
    if sys.stderr.isatty():
        print(f"{table}: {rows}", file=sys.stderr, flush=True)


COMMANDS: Final = {
    "migrate": Command(
        N_("bring the database up to this version of the program"), _migrate, _migrate_options
    ),
    "copy": Command(N_("move the hospital of a data folder to a database server"), _copy, _copy_options),
}
