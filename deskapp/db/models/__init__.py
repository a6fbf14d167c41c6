"""All mapped tables; a feature registers its module here with one line."""

from deskapp.db.models import access, directory, intake, people, waiting

__all__ = ["access", "directory", "intake", "people", "waiting"]
