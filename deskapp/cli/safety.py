"""What keeps the hospital's data safe: migrating, backing up, restoring, checking, protecting, moving."""

from __future__ import annotations

from typing import Final

from deskapp.cli.call import DONE, Call, Command
from deskapp.domain.text import N_


def _migrate(call: Call) -> int:
    from deskapp.db import migrate
    from deskapp.db.engine import Store

    store = Store.open(call.args.url) if call.args.url else Store.in_folder(call.data_folder)
    try:
        changed = migrate.upgrade(store)
    finally:
        store.close()
    call.say(N_("The database was brought up to date.") if changed else N_("The database is up to date."))
    return DONE


COMMANDS: Final = {
    "migrate": Command(N_("bring the database up to this version of the program"), _migrate),
}
