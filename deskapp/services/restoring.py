"""Restoring a backup: which ones there are, what the chosen one holds, and doing it while the hospital is closed.

Nothing here asks who is signed in: where the database is lost nobody can be. With the hospital open the
way here is the page of the backups, which only whoever may back up and restore can open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from deskapp.db import backup, restore, salvage
from deskapp.db.engine import DATABASE_FILE
from deskapp.db.keys import KEY_FILE, read_key_file
from deskapp.domain.access import Actor
from deskapp.domain.text import N_, Text
from deskapp.services.backups import BackupService, BackupView, RestoreOrder, Since
from deskapp.services.intake.keys import found_by

OFFERED: Final = 7
CLOSED_BY_DAMAGE: Final = frozenset(
    {"storage.damaged", "storage.not-a-database", "storage.gone", "storage.io"}
)
"""Why a hospital does not open where a backup is the way out."""
PARTLY_READABLE: Final = frozenset({"storage.damaged", "storage.not-a-database"})
"""Why there may be something to save from the database itself."""


@dataclass(frozen=True)
class Holding:
    """What a backup holds; `made` is None for a file without a manifest, `since` what would be lost, if known."""

    order: RestoreOrder
    made: dt.datetime | None
    visitors: int
    visits: int
    since: Since | None


class Way(Protocol):
    """How the restore page reaches what it needs, with the hospital open or closed."""

    def offered(self) -> tuple[tuple[BackupView, Path], ...]:
        """Return the good backups and where they lie."""
        ...

    def order(self, file: Path, code: str) -> RestoreOrder:
        """Return the order to restore a file."""
        ...

    def since(self, made: dt.datetime) -> Since | None:
        """Return what would be lost, None where nobody can tell."""
        ...


@dataclass(frozen=True)
class Closed:
    """The hospital can't be opened; `key` is its key, if somebody has just given it."""

    folder: Path
    key: bytes | None = None

    def offered(self) -> tuple[tuple[BackupView, Path], ...]:
        """See `Way`: those in the data folder; the second folder is known to the database only."""
        return offered(self.folder)

    def order(self, file: Path, code: str) -> RestoreOrder:
        """See `Way`."""
        return RestoreOrder(self.folder, file, code, self.key)

    def since(self, _made: dt.datetime) -> Since | None:
        """See `Way`: the database can't be asked."""
        return None


@dataclass(frozen=True)
class Open:
    """The hospital is open and `actor` may restore."""

    service: BackupService
    actor: Actor

    def offered(self) -> tuple[tuple[BackupView, Path], ...]:
        """See `Way`: those of both folders."""
        plan = self.service.plan(self.actor)
        return offered(plan.folder.parent, plan.second_folder)

    def order(self, file: Path, code: str) -> RestoreOrder:
        """See `Way`."""
        return self.service.order(self.actor, file, code, self.actor.account_id)

    def since(self, made: dt.datetime) -> Since | None:
        """See `Way`."""
        return self.service.since(self.actor, made)


def offered(folder: Path, second: str = "") -> tuple[tuple[BackupView, Path], ...]:
    """Return the latest backups of a data folder that are good and intact, the newest first, and where they lie.

    They are read from end to end, which takes seconds. What can't be looked at is not offered.
    """
    here = folder / backup.BACKUP_FOLDER
    found: dict[str, tuple[BackupView, Path]] = {}
    for place in [here, Path(second)] if second else [here]:
        for each in _intact(place):
            in_both = each.name in found
            view = _view(each, here=in_both or place == here, second=place != here)
            found[each.name] = view, found[each.name][1] if in_both else each.path
    return tuple(sorted(found.values(), key=_made, reverse=True))[:OFFERED]


def _made(pair: tuple[BackupView, Path]) -> dt.datetime:
    return pair[0].made


def _intact(place: Path) -> list[backup.BackupFile]:
    good = (each for each in backup.backups_in(place) if each.good and each.path.suffix == ".sqlite")
    found: list[backup.BackupFile] = []
    for each in good:
        if len(found) < OFFERED and backup.is_intact(each):
            found.append(each)
    return found


def _view(found: backup.BackupFile, *, here: bool, second: bool) -> BackupView:
    manifest = found.manifest
    return BackupView(found.name, found.made, manifest.kind, manifest.size, found.good, here, second)


def look(way: Way, file: Path, code: str = "") -> Holding:
    """Open a backup and say what it holds. Nothing is changed.

    Raises `InputError` ("code") for a mistyped recovery code, `StorageError` when it can't be opened
    or is not good.
    """
    order = way.order(file, code)
    facts = restore.facts_in(file, restore.key_for(file, order.folder, *order.keys()))
    found = backup.backup_at(file)
    made = found.made if found is not None else None
    since = way.since(made) if made is not None else None
    return Holding(order, made, facts.counts.get("visitor", 0), facts.counts.get("visit", 0), since)


def carry_out(order: RestoreOrder, now: dt.datetime) -> restore.Restored:
    """Restore; the hospital has to be closed. Raises `StorageError`, then the old database is still there."""
    key = restore.key_for(order.file, order.folder, *order.keys())
    return restore.restore(order.folder, order.file, key, now, present=order.key, actor_id=order.account_id)


def told(done: restore.Restored) -> Text:
    """Return what to say after restoring."""
    message = N_("The backup {file} was restored.")
    if done.aside:
        message = N_("The backup {file} was restored. The former database lies beside it as {aside}.")
    if done.key_in_open:
        message = N_(
            "The backup {file} was restored. Its key lies in the open beside it now: turn protection on again"
            " if it was on."
        )
    return Text(message, {"file": done.backup, "aside": done.aside})


# --- What is left of a damaged database -------------------------------------------------------------------


@dataclass(frozen=True)
class Salvage:
    """Where the saved rows lie, how many they are, and how many at least were lost."""

    file: Path
    read: int
    lost: int


def save_intact(folder: Path, now: dt.datetime, progress: Callable[[float], object] | None = None) -> Salvage:
    """Save what is intact of the damaged database into a file of its own, which can then be restored.

    The damaged file stays as it is. Raises `StorageError` when nothing can be read, or its key is missing.
    """
    target = folder / f"deskapp-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-saved.sqlite"
    key = read_key_file(folder / KEY_FILE)
    saved = salvage.salvage(folder / DATABASE_FILE, key, target, found_by, progress)
    return Salvage(target, sum(saved.read.values()), saved.lost_in_all)
