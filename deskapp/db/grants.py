"""What a desk's own login may do on a database server: its work, and nothing to the trail or the tables.

The tables belong to the owner, who runs `deskapp migrate`. Desks sign in as members of one group role; its
rights are in the one list here and are given anew by every migration. Whoever holds a desk's login can do
what this list says, whatever the window would allow: permissions are checked in the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

GROUP: Final = "deskapp_desk"
READ: Final = ("SELECT",)
ADD: Final = ("SELECT", "INSERT")
"""What happened, and is never changed."""
EDIT: Final = ("SELECT", "INSERT", "UPDATE")
REPLACE: Final = ("SELECT", "INSERT", "DELETE")
ALL: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")

RIGHTS: Final[Mapping[str, tuple[str, ...]]] = {
    # Who may sign in, and how the site works.
    "account": EDIT,
    "account_pin": ALL,
    "account_role": REPLACE,
    "setting": EDIT,
    "logo": EDIT,
    # The trail. A head moves with each line; a body goes when its `erasure` is written, by the owner's hand.
    "audit_chain": EDIT,
    "audit_entry": ADD,
    "audit_body": ADD,
    "audit_anchor": ADD,
    "erasure": ADD,
    "schema_note": READ,
    "alembic_version": READ,
    # What every write leaves for a retry and for other desks.
    "request": REPLACE,
    "change": ADD,
    # Who and what the hospital has. A price to come that is taken back goes.
    "department": EDIT,
    "staff": EDIT,
    "doctor": EDIT,
    "duty_time": ALL,
    "price_item": ALL,
    "place": EDIT,
    "promotion": EDIT,
    "notice": EDIT,
    "phrase": EDIT,
    "question": EDIT,
    # Visitors. Nothing is deleted; notes of an erased visitor are blanked.
    "visitor": EDIT,
    "consent": EDIT,
    "appointment": EDIT,
    "appointment_event": EDIT,
    "visit": EDIT,
    "visit_step": EDIT,
    "vitals": EDIT,
    "charge": EDIT,
    "turn": ADD,
    "queue_counter": EDIT,
    "queue_number": EDIT,
    "slip_event": EDIT,
    "paper_block": EDIT,
    # Waiting, the door, ways to the doctor. Notes of an erased visitor are blanked.
    "queue_entry": EDIT,
    "queue_event": EDIT,
    "care": EDIT,
    "greeting": EDIT,
    "escort": EDIT,
    # Records of one person: what was merged stays known, a likely pair that is none any more goes.
    "visitor_merge": EDIT,
    "likely_pair": ALL,
    "pair_scan": EDIT,
    # What people are found by is made from their records, and made anew.
    "search_key": ALL,
    "duplicate_key": REPLACE,
    "hot_prefix": REPLACE,
    "hot_hit": REPLACE,
}
"""Rights of a desk, table by table; a row that is held against others (`FOR UPDATE`) counts as edited."""


def is_owner(connection: Connection) -> bool:
    """Say whether the login owns the hospital's tables; of an empty database, whether it may make some."""
    owned = connection.scalar(
        text(
            "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class"
            " WHERE relname = ANY(:tables) AND relnamespace = current_schema()::regnamespace"
        ),
        {"tables": list(RIGHTS)},
    )
    if owned is None:
        owned = connection.scalar(text("SELECT has_schema_privilege(current_schema(), 'CREATE')"))
    return bool(owned)


def demand_owner(connection: Connection) -> None:
    """Raise `StorageError` unless the login owns the tables."""
    if not is_owner(connection):
        message = N_(
            "The database has to be brought up to date first: the administrator runs “deskapp migrate” "
            "with the owner's login. Nothing was changed."
        )
        raise StorageError("storage.migrate-first", Text(message))


def give(connection: Connection) -> list[Text]:
    """Give desks their rights, inside the open transaction of the owner.

    Return what somebody with more rights has to do, in words; empty when everything is in place.
    """
    if not _group_is_there(connection):
        message = N_(
            "Desks can't sign in yet: this login may not make roles. Let the server's administrator run "
            "CREATE ROLE {role} NOLOGIN, then run “deskapp migrate” again."
        )
        return [Text(message, {"role": GROUP})]
    schema = _quoted(connection, "current_schema()")
    _close(connection, schema)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {GROUP}")
    connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {GROUP}")
    there = set(inspect(connection).get_table_names())
    quote = connection.dialect.identifier_preparer.quote
    for rights in sorted(set(RIGHTS.values())):
        tables = ", ".join(quote(table) for table in RIGHTS if RIGHTS[table] == rights and table in there)
        if tables:
            connection.exec_driver_sql(f"GRANT {', '.join(rights)} ON {tables} TO {GROUP}")
    # Reading them is what a backup needs; moving them back is not given.
    connection.exec_driver_sql(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {GROUP}")
    return _still_open(connection, schema)


def _group_is_there(connection: Connection) -> bool:
    """Make the group role if need be; say whether there is one."""
    found = text("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :group)")
    if connection.scalar(found, {"group": GROUP}):
        return True
    may = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    if not connection.scalar(text(may)):
        return False
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"CREATE ROLE {GROUP} NOLOGIN")
    except DBAPIError:
        # Another database of the same server was migrated at this moment.
        return bool(connection.scalar(found, {"group": GROUP}))
    return True


def _close(connection: Connection, schema: str) -> None:
    """Let in whom the list names, and let nobody else make tables, as far as this login may say so.

    A table of one's own, even a temporary one, could stand in another's place.
    """
    database = _quoted(connection, "current_database()")
    if connection.scalar(text(_OWNS_DATABASE)):
        connection.exec_driver_sql(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {GROUP}")
        connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {database} TO {GROUP}")
    if connection.scalar(text(_OWNS_SCHEMA)):
        connection.exec_driver_sql(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {GROUP}")


_OWNS_DATABASE: Final = (
    "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
)
_OWNS_SCHEMA: Final = (
    "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = current_schema()"
)


def _still_open(connection: Connection, schema: str) -> list[Text]:
    """Return what this login could not do, as words for whoever can."""
    database = _quoted(connection, "current_database()")
    group = {"group": GROUP}
    commands = []
    if connection.scalar(text("SELECT has_schema_privilege(:group, current_schema(), 'CREATE')"), group):
        commands.append(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
    if not connection.scalar(
        text("SELECT has_database_privilege(:group, current_database(), 'CONNECT')"), group
    ):
        commands.append(f"GRANT CONNECT ON DATABASE {database} TO {GROUP}")
    message = N_("Desks have a right too many or too few. Let the server's administrator run: {command}")
    return [Text(message, {"command": command}) for command in commands]


def _quoted(connection: Connection, expression: str) -> str:
    found: str = connection.execute(text(f"SELECT quote_ident({expression})")).scalar_one()
    return found
