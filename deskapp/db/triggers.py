"""What the database itself refuses: the audit trail can't be rewritten, whoever asks.

One list for both databases. A migration drops them all first and makes them anew at its end, because
SQLite's way of altering a table loses the table's triggers.

A line's body may go only where an `erasure` row says so: writing that row removes the bodies itself.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

PREFIX: Final = "keep_"
FROZEN: Final = ("audit_entry", "audit_anchor", "erasure", "schema_note")
"""Tables whose rows are never changed or deleted."""
ONLY_FORWARD: Final = ("audit_chain",)
"""Tables whose rows may be changed, but never deleted."""
REFUSED: Final = "append-only"

_ERASED: Final = (
    "SELECT entry.id FROM audit_entry AS entry"
    " JOIN erasure ON erasure.topic = entry.topic AND erasure.record_id = entry.record_id"
)


def names(connection: Connection) -> list[str]:
    """Return the names of our triggers that the database has, sorted."""
    found = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if _is_server(connection)
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    return sorted(name for name in connection.scalars(text(found)) if name.startswith(PREFIX))


def expected(connection: Connection) -> list[str]:
    """Return the names of the triggers that belong to the tables there are, sorted."""
    tables = set(inspect(connection).get_table_names())
    return sorted(name for name, table, _statements in _all(connection) if table in tables)


def drop(connection: Connection) -> None:
    """Take all our triggers away: a migration is going to change tables."""
    where = {name: table for name, table, _statements in _all(connection)}
    for name in names(connection):
        on = f" ON {where[name]}" if _is_server(connection) else ""
        connection.execute(text(f"DROP TRIGGER {name}{on}"))


def create(connection: Connection) -> None:
    """Make the triggers of all tables that are there."""
    tables = set(inspect(connection).get_table_names())
    if _is_server(connection):
        _create_functions(connection)
    for _name, table, statements in _all(connection):
        if table in tables:
            for statement in statements:
                connection.exec_driver_sql(statement)


def _is_server(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _all(connection: Connection) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return (name, table, statements) of every trigger."""
    make = _on_server if _is_server(connection) else _in_file
    refusals = [(table, event) for table in FROZEN for event in ("UPDATE", "DELETE")]
    refusals += [(table, "DELETE") for table in ONLY_FORWARD]
    refusals += [("audit_body", "UPDATE")]
    return [make(table, event) for table, event in refusals] + (
        _SERVER_BODIES if _is_server(connection) else _FILE_BODIES
    )


def _in_file(table: str, event: str) -> tuple[str, str, tuple[str, ...]]:
    name = f"{PREFIX}{table}_{event.lower()}"
    body = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    return name, table, (f"CREATE TRIGGER {name} BEFORE {event} ON {table} {body}",)


_FILE_BODIES: Final = [
    (
        f"{PREFIX}audit_body_delete",
        "audit_body",
        (
            f"CREATE TRIGGER {PREFIX}audit_body_delete BEFORE DELETE ON audit_body"
            f" WHEN OLD.entry_id NOT IN ({_ERASED} WHERE entry.id = OLD.entry_id)"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
        ),
    ),
    (
        f"{PREFIX}erasure_done",
        "erasure",
        (
            f"CREATE TRIGGER {PREFIX}erasure_done AFTER INSERT ON erasure"
            " BEGIN DELETE FROM audit_body WHERE entry_id IN (SELECT id FROM audit_entry"
            " WHERE topic = NEW.topic AND record_id = NEW.record_id); END",
        ),
    ),
]


def _on_server(table: str, event: str) -> tuple[str, str, tuple[str, ...]]:
    name = f"{PREFIX}{table}_{event.lower()}"
    made = f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION desk_refuse()"
    return name, table, (made,)


def _create_functions(connection: Connection) -> None:
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    for name, body in _SERVER_FUNCTIONS.items():
        # Whoever sets off the trigger must not be able to put a table of their own in ours' place.
        path = f"SET search_path = {schema}, pg_temp"
        head = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {path}"
        connection.exec_driver_sql(f"{head} {body}")
        # A trigger needs nobody's right; without this anybody could hang the function on a table of their own.
        connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")


# The erasing function runs as its owner: a desk's own role may not delete a body by itself.
_SERVER_FUNCTIONS: Final = {
    "desk_refuse": f"""AS $$
BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'insufficient_privilege'; END $$""",
    "desk_keep_body": f"""AS $$
BEGIN
  IF OLD.entry_id NOT IN ({_ERASED} WHERE entry.id = OLD.entry_id) THEN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $$""",
    "desk_erase_bodies": """SECURITY DEFINER AS $$
BEGIN
  DELETE FROM audit_body WHERE entry_id IN (SELECT id FROM audit_entry
    WHERE topic = NEW.topic AND record_id = NEW.record_id);
  RETURN NULL;
END $$""",
}
_SERVER_BODIES: Final = [
    (
        f"{PREFIX}audit_body_delete",
        "audit_body",
        (
            f"CREATE TRIGGER {PREFIX}audit_body_delete BEFORE DELETE ON audit_body"
            " FOR EACH ROW EXECUTE FUNCTION desk_keep_body()",
        ),
    ),
    (
        f"{PREFIX}erasure_done",
        "erasure",
        (
            f"CREATE TRIGGER {PREFIX}erasure_done AFTER INSERT ON erasure"
            " FOR EACH ROW EXECUTE FUNCTION desk_erase_bodies()",
        ),
    ),
]
