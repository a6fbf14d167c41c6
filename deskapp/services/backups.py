"""Backups as a person sees them: what there is, when the last good one was made, making one, where they go.

The automatic ones are made whoever is signed in, and while nobody is. Each is told in the trail, in a chain
of its own. Restoring is `services.restoring`: it needs the hospital closed.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db import audit, backup, backup_process
from deskapp.db.backup_process import Job, Made
from deskapp.db.engine import Store
from deskapp.db.models.access import Account
from deskapp.db.unit_of_work import Clock, Work, unit_of_work
from deskapp.db.workstation import Workstation
from deskapp.domain import backup as rules
from deskapp.domain.access import Actor, Permission
from deskapp.domain.backup import BackupKind
from deskapp.domain.recovery import key_of_code
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError, RuleError, StorageError
from deskapp.services.base import Done, Service, composed, new_request, reads, writes
from deskapp.services.settings import put, site_value, workstation_value

TOPIC: Final = "backup"
CHAIN: Final = "backup"
MADE: Final = "backup.made"
FAILED: Final = "backup.failed"
AGAIN_AFTER: Final = dt.timedelta(hours=1)
"""After a failure the automatic backup is tried again so much later."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BackupState:
    """How safe the data is. `last` is the last good backup, `due` the next automatic one, None where this computer
    makes none; `warning` says what went wrong last; `is_old`: somebody has to do something about it."""

    last: dt.datetime | None
    due: dt.datetime | None
    is_old: bool
    warning: Text | None


@dataclass(frozen=True)
class BackupView:
    """One backup: when, why, bytes, whether it is good, and whether it lies here and in the second folder."""

    id: str
    made: dt.datetime
    kind: BackupKind
    size: int
    good: bool
    here: bool
    second: bool


@dataclass(frozen=True)
class BackupPlan:
    """Where and when backups are made. `machine` names the computer that backs up a server; `here` is this one."""

    folder: Path
    second_folder: str
    time: str
    on_server: bool
    machine: str
    here: str


@dataclass(frozen=True)
class Since:
    """What was entered after a moment: people registered, visits begun, and all lines of the audit trail."""

    visitors: int
    visits: int
    lines: int


@dataclass(frozen=True)
class RestoreOrder:
    """A backup that is to take the database's place.

    `code` is a recovery code as it was typed, "" for none; `key` the hospital's own, where it was open.
    """

    folder: Path
    file: Path
    code: str = ""
    key: bytes | None = None
    account_id: int | None = None

    def keys(self) -> list[bytes]:
        """Return the keys that are known; `InputError` ("code") for a mistyped code."""
        typed = [key_of_code(self.code)] if self.code.strip() else []
        return [*typed, self.key] if self.key is not None else typed


class BackupService(Service):
    """The backups of this computer."""

    def __init__(self, store: Store, clock: Clock | None, workstation: Workstation) -> None:
        super().__init__(store, clock)
        self.folder = workstation.folder / backup.BACKUP_FOLDER
        self.run_job: Callable[[Job], Made] = backup_process.run
        """How a job is carried out; tests do it without a process."""
        self._here = workstation.name
        self._warning: Text | None = None
        self._not_before: dt.datetime | None = None

    # --- Looking ------------------------------------------------------------------------------------------

    @reads(Permission.SIGNED_IN)
    def state(self, session: Session) -> BackupState:
        """Say how old the last good backup is, and what is wrong."""
        now, last = self.now(), self._last_good(session)
        due = None
        if self._is_automatic(session):
            due = rules.next_due(last, self._time(session), now.astimezone())
        return BackupState(last, due, rules.is_old(last, now), self._warning)

    @reads(Permission.BACKUP)
    def listed(self, session: Session) -> tuple[BackupView, ...]:
        """Return the backups here and in the second folder, the newest first."""
        here = {found.name: found for found in backup.backups_in(self.folder)}
        second = self._second(session)
        there = {found.name: found for found in backup.backups_in(second)} if second else {}
        views = [
            BackupView(
                name,
                found.made,
                found.manifest.kind,
                found.manifest.size,
                found.good,
                name in here,
                name in there,
            )
            for name, found in {**there, **here}.items()
        ]
        return tuple(sorted(views, key=lambda view: (view.made, view.id), reverse=True))

    @reads(Permission.BACKUP)
    def plan(self, session: Session) -> BackupPlan:
        """Return where and when backups are made."""
        return BackupPlan(
            self.folder,
            workstation_value(session, settings.BACKUP_SECOND_FOLDER, self._here),
            f"{self._time(session):%H:%M}",
            not self.store.is_sqlite,
            site_value(session, settings.BACKUP_MACHINE),
            self._here,
        )

    @reads(Permission.BACKUP)
    def since(self, session: Session, moment: dt.datetime) -> Since:
        """Count what was entered after `moment`: restoring a backup of then would lose it."""
        asked = select(audit.ENTRY.c.action, func.count()).where(audit.ENTRY.c.at > moment)
        counts = {row[0]: int(row[1]) for row in session.execute(asked.group_by(audit.ENTRY.c.action))}
        return Since(counts.get("visitor.register", 0), counts.get("visit.open", 0), sum(counts.values()))

    @reads(Permission.BACKUP)
    def order(self, session: Session, file: Path, code: str, account_id: int) -> RestoreOrder:  # noqa: ARG002
        """Return the order to restore `file` as soon as the hospital is closed.

        Raises `RuleError` ("restore.server") for a server: that is restored into a new database.
        """
        if self.store.file is None:
            message = N_(
                "A database server is restored by the command “deskapp restore”, into a new, empty database."
            )
            raise RuleError("restore.server", Text(message))
        return RestoreOrder(self.store.file.parent, file, code, self.store.key, account_id or None)

    # --- Choosing -----------------------------------------------------------------------------------------

    @writes(Permission.BACKUP)
    def choose_second(self, work: Work, folder: str) -> None:
        """Set this computer's second folder, "" for none; `InputError` ("folder") where nothing can be written."""
        if folder:
            _demand_writable(Path(folder))
        put(work, settings.BACKUP_SECOND_FOLDER, folder, self._here)
        work.touch(TOPIC)

    @writes(Permission.BACKUP)
    def choose_time(self, work: Work, time: str) -> None:
        """Set the time of the daily backup, "HH:MM" of the site's day."""
        try:
            chosen = dt.time.fromisoformat(time)
        except ValueError:
            message = N_("Write the time as hours and minutes, such as 03:00.")
            raise InputError("time", "backup.time", Text(message)) from None
        put(work, settings.BACKUP_TIME, f"{chosen:%H:%M}", "")
        work.touch(TOPIC)

    @writes(Permission.BACKUP)
    def choose_machine(self, work: Work) -> None:
        """Let this computer be the one that backs up the server's database."""
        put(work, settings.BACKUP_MACHINE, self._here, "")
        work.touch(TOPIC)

    # --- Making -------------------------------------------------------------------------------------------

    @composed(Permission.BACKUP)
    def make(self, actor: Actor, second: Path | None = None) -> Done[Made]:
        """Make a backup now, with a copy in `second`, or in the folder that was chosen for that.

        Raises `StorageError` with what to do; the failure is in the trail too.
        """
        return self._make(actor, BackupKind.MANUAL, second)

    @composed(Permission.ANYONE)
    def make_if_due(self, actor: Actor) -> Done[Made] | None:
        """Make the daily backup if its time has come, also one that was missed; None when there is nothing to do."""
        now = self.now()
        if self._not_before is not None and now < self._not_before:
            return None
        with self.store.reading() as session:
            due = self._is_automatic(session) and rules.is_due(
                self._last_good(session), self._time(session), now.astimezone()
            )
        return self._make_quietly(actor, BackupKind.DAILY) if due else None

    @composed(Permission.ANYONE)
    def make_at_exit(self, actor: Actor) -> Done[Made] | None:
        """Make a backup at closing if the last one is older than 4 hours; None when there is nothing to do."""
        with self.store.reading() as session:
            due = self._is_automatic(session) and rules.is_due_at_exit(self._last_good(session), self.now())
        return self._make_quietly(actor, BackupKind.EXIT) if due else None

    def _make_quietly(self, actor: Actor, kind: BackupKind) -> Done[Made] | None:
        """Make one that nobody asked for: what goes wrong is shown where the age of the last one is shown."""
        try:
            return self._make(actor, kind)
        except StorageError as error:
            _log.info("no backup was made: %s", error.code)
            self._not_before = self.now() + AGAIN_AFTER
            return None

    def _make(self, actor: Actor, kind: BackupKind, second: Path | None = None) -> Done[Made]:
        with self.store.reading() as session:
            second = second or self._second(session)
        job = Job(self.store.url, self.store.key, self.folder, second, kind, self.now())
        try:
            made = self.run_job(job)
        except StorageError as error:
            self._warning = error.text
            self._tell(actor, FAILED, {"kind": kind, "code": error.code})
            raise
        self._warning = made.warning
        manifest = made.backup.manifest
        after = {"file": made.backup.name, "kind": kind, "size": manifest.size, "copied": made.copied}
        return Done(made, self._tell(actor, MADE, {**after, "broken": manifest.broken}).changes)

    def _tell(self, actor: Actor, action: str, after: object) -> Work:
        with unit_of_work(self.store, replace(actor, desk=CHAIN), self.clock) as work:
            work.record(action, TOPIC, None, after=after)
            work.touch(TOPIC)
            work.finish(new_request(), action, b"null")
            return work

    # --- What is set --------------------------------------------------------------------------------------

    def _last_good(self, session: Session) -> dt.datetime | None:
        """Return when the last good backup was made; where another computer makes them, as the trail tells."""
        if self._makes_them(session):
            found = backup.last_good(self.folder, self.now())
            return found.made if found is not None else None
        asked = select(audit.ENTRY.c.at).where(audit.ENTRY.c.chain == CHAIN, audit.ENTRY.c.action == MADE)
        return session.scalar(asked.order_by(audit.ENTRY.c.sequence.desc()).limit(1))

    def _makes_them(self, session: Session) -> bool:
        return self.store.is_sqlite or site_value(session, settings.BACKUP_MACHINE) == self._here

    def _is_automatic(self, session: Session) -> bool:
        """Say whether backups come by themselves: not of a demo, and not of a hospital nobody has begun."""
        begun = session.scalar(select(Account.id).limit(1)) is not None
        return begun and self._makes_them(session) and not site_value(session, settings.DEMO)

    def _second(self, session: Session) -> Path | None:
        chosen = workstation_value(session, settings.BACKUP_SECOND_FOLDER, self._here)
        return Path(chosen) if chosen else None

    def _time(self, session: Session) -> dt.time:
        return dt.time.fromisoformat(site_value(session, settings.BACKUP_TIME))


def _demand_writable(folder: Path) -> None:
    probe = folder / f".deskapp-{new_request()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        message = N_("Nothing can be written into {folder}. Plug the drive in, or choose another folder.")
        raise InputError("folder", "backup.folder", Text(message, {"folder": str(folder)})) from None
