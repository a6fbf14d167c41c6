"""Logins of a server as a hospital has them: an owner without special rights, a desk, and a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

if TYPE_CHECKING:
    from tests.support.postgres import Postgres


@dataclass(frozen=True)
class Logins:
    """Names of logins; nobody needs a password from this machine."""

    owner: str
    desk: str
    stranger: str


def login_url(url: str, login: str) -> str:
    """Return the same address for another login."""
    return make_url(url).set(username=login).render_as_string()


@pytest.fixture(scope="session")
def logins(postgres: Postgres, worker: str) -> Logins:
    """Make this worker's logins; they end with the run's server."""
    from deskapp.db.grants import GROUP

    made = Logins(f"owner_{worker}", f"desk_{worker}", f"stranger_{worker}")
    with postgres.connection() as admin:
        for role in (f"{GROUP} NOLOGIN", *(f"{login} LOGIN" for login in vars(made).values())):
            # The group is every worker's, and the tests of one worker may ask for their logins a second time.
            admin.execute(
                f"DO $$ BEGIN CREATE ROLE {role};"
                " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
        admin.execute(f"GRANT {GROUP} TO {made.desk}")
    return made


@pytest.fixture
def unmigrated(postgres: Postgres, logins: Logins, worker: str) -> Iterator[str]:
    """Return the address of an empty database that belongs to the owner, as the superuser."""
    name = f"owned_{worker}"
    postgres.drop(name)
    postgres.create(name)
    with postgres.connection() as admin:
        admin.execute(f'ALTER DATABASE "{name}" OWNER TO {logins.owner}')
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def migrated(unmigrated: str, logins: Logins) -> str:
    """Return the address of the database after the owner has migrated it."""
    from deskapp.db import migrate
    from deskapp.db.engine import Store

    store = Store.open(login_url(unmigrated, logins.owner))
    try:
        migrate.upgrade(store)
    finally:
        store.close()
    return unmigrated
