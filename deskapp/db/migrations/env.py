"""Alembic's way in: it is handed the open connection of `deskapp.db.migrate`."""

from alembic import context

import deskapp.db.models  # noqa: F401
from deskapp.db.base import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
