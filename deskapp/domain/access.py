"""Who may do what: roles, permissions and the one table between them.

Roles are those of the regulations' posts; one person can hold several. A permission is what a use
case needs; every public service method declares exactly one.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.text import N_


class Role(enum.StrEnum):
    """Posts as the product knows them."""

    GUIDE = "guide"
    OPERATOR = "operator"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    TRAINING_MANAGER = "training-manager"
    TRAINER = "trainer"
    DUTY_MANAGER = "duty-manager"
    ADMINISTRATOR = "administrator"


class Permission(enum.StrEnum):
    """What a use case needs. ANYONE needs no sign-in; SIGNED_IN any role."""

    ANYONE = "anyone"
    SIGNED_IN = "signed-in"
    VISITOR_READ = "visitor.read"
    VISITOR_WRITE = "visitor.write"
    VISIT_READ = "visit.read"
    VISIT_WRITE = "visit.write"
    VISIT_GREET = "visit.greet"
    NUMBER_ISSUE = "number.issue"
    NUMBER_VOID = "number.void"
    PAPER_BLOCK = "number.paper-block"
    PRICE_WAIVE = "price.waive"
    APPOINTMENT = "appointment"
    VISITOR_MERGE = "visitor.merge"
    STATISTICS = "statistics"
    DIRECTORY_READ = "directory.read"
    DIRECTORY_WRITE = "directory.write"
    PRINT = "print"
    IMPORT = "import"
    EXPORT = "export"
    SETTINGS_READ = "settings.read"
    SETTINGS_WRITE = "settings.write"
    ADMINISTRATION = "administration"
    ACCOUNTS = "accounts"
    AUDIT_READ = "audit.read"
    BACKUP = "backup"
    PROTECT = "protect"
    ERASE = "erase"
    DIAGNOSE = "diagnose"


_P = Permission
_DOOR = frozenset({_P.SIGNED_IN, _P.VISIT_GREET, _P.VISIT_READ, _P.DIRECTORY_READ, _P.SETTINGS_READ})
_DESK = _DOOR | {
    _P.VISITOR_READ,
    _P.VISITOR_WRITE,
    _P.VISIT_WRITE,
    _P.NUMBER_ISSUE,
    _P.NUMBER_VOID,
    _P.APPOINTMENT,
    _P.PRINT,
}
_LEAD = _DESK | {_P.PAPER_BLOCK, _P.PRICE_WAIVE, _P.VISITOR_MERGE, _P.STATISTICS}
_HEAD = _LEAD | {
    _P.DIRECTORY_WRITE,
    _P.IMPORT,
    _P.EXPORT,
    _P.SETTINGS_WRITE,
    _P.ADMINISTRATION,
    _P.AUDIT_READ,
    _P.DIAGNOSE,
}
_STAFF = frozenset({_P.SIGNED_IN, _P.DIRECTORY_READ, _P.SETTINGS_READ})

ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.GUIDE: _DOOR,
    Role.OPERATOR: _DESK,
    Role.LEADER: _LEAD,
    Role.SUPERVISOR: _HEAD,
    Role.TRAINING_MANAGER: _STAFF,
    Role.TRAINER: _STAFF,
    Role.DUTY_MANAGER: _LEAD,
    Role.ADMINISTRATOR: _STAFF
    | {
        _P.ACCOUNTS,
        _P.SETTINGS_WRITE,
        _P.DIRECTORY_WRITE,
        _P.IMPORT,
        _P.EXPORT,
        _P.PRINT,
        _P.ADMINISTRATION,
        _P.AUDIT_READ,
        _P.BACKUP,
        _P.PROTECT,
        _P.ERASE,
        _P.DIAGNOSE,
    },
}

ROLE_LABELS: Final[Mapping[Role, str]] = {
    Role.GUIDE: N_("door guide"),
    Role.OPERATOR: N_("desk operator"),
    Role.LEADER: N_("group leader"),
    Role.SUPERVISOR: N_("supervisor"),
    Role.TRAINING_MANAGER: N_("training manager"),
    Role.TRAINER: N_("trainer"),
    Role.DUTY_MANAGER: N_("duty manager"),
    Role.ADMINISTRATOR: N_("administrator"),
}

PERMISSION_LABELS: Final[Mapping[Permission, str]] = {
    _P.SIGNED_IN: N_("use the desk with a name of one's own"),
    _P.VISIT_GREET: N_("greet at the door and hand over"),
    _P.VISIT_READ: N_("see today's visits"),
    _P.VISIT_WRITE: N_("open and work on visits"),
    _P.VISITOR_READ: N_("find people and read their records"),
    _P.VISITOR_WRITE: N_("register people and correct their records"),
    _P.NUMBER_ISSUE: N_("give queue numbers"),
    _P.NUMBER_VOID: N_("void queue numbers"),
    _P.PAPER_BLOCK: N_("set paper numbers aside"),
    _P.APPOINTMENT: N_("book, move and cancel appointments"),
    _P.VISITOR_MERGE: N_("merge two records of one person"),
    _P.STATISTICS: N_("see the figures of all visits"),
    _P.PRICE_WAIVE: N_("waive a price"),
    _P.PRINT: N_("print forms"),
    _P.DIRECTORY_READ: N_("look up departments, doctors and prices"),
    _P.DIRECTORY_WRITE: N_("change departments, doctors and prices"),
    _P.IMPORT: N_("read lists in from files"),
    _P.EXPORT: N_("write data out to files"),
    _P.SETTINGS_READ: N_("see the settings"),
    _P.SETTINGS_WRITE: N_("change the settings"),
    _P.ADMINISTRATION: N_("open the administration"),
    _P.ACCOUNTS: N_("manage who may sign in"),
    _P.AUDIT_READ: N_("read the audit trail"),
    _P.BACKUP: N_("back up and restore"),
    _P.PROTECT: N_("protect the database with a key"),
    _P.ERASE: N_("erase personal data that is due"),
    _P.DIAGNOSE: N_("see the program's health"),
}
"""What each permission lets a person do, in the order of the table that is shown and printed."""


@dataclass(frozen=True)
class Actor:
    """The signed-in person on whose behalf a use case runs."""

    account_id: int
    name: str
    roles: frozenset[Role]
    desk: str = "desk"
    by_pin: bool = False
    until: dt.date | None = None
    """Last day on which the person may work here: leaving staff lose access by themselves."""

    def may(self, permission: Permission) -> bool:
        """Say whether any of the person's roles allows `permission`.

        A short PIN never opens administration, whatever the roles.
        """
        if permission is Permission.ANYONE:
            return True
        if self.by_pin and permission in PASSWORD_ONLY:
            return False
        return permission in permissions_of(self.roles)


PASSWORD_ONLY: Final = frozenset(
    {
        Permission.ADMINISTRATION,
        Permission.ACCOUNTS,
        Permission.SETTINGS_WRITE,
        Permission.AUDIT_READ,
        Permission.BACKUP,
        Permission.PROTECT,
        Permission.ERASE,
        Permission.DIAGNOSE,
    }
)
"""What a short PIN never opens."""


def permissions_of(roles: Collection[Role]) -> frozenset[Permission]:
    """Return what the roles allow together."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
