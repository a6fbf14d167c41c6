"""A person's data as a paper that the person can read, in the person's own language where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deskapp.domain.access import Actor
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.base import Done
from deskapp.services.intake.people import PeopleService
from deskapp.ui.printing import save_pdf

FORM: Final = "person-data"


@dataclass(frozen=True)
class Paper:
    """Draws and stores it in a worker; `language` is for whoever speaks none that the program does."""

    people: PeopleService
    language: str

    def write(self, actor: Actor, request: str, visitor_id: int, path: Path) -> Done[str]:
        """Return the number of the export. Raises `StorageError` when the file can't be written."""
        from deskapp.forms import catalog

        done = self.people.person_sheet(actor, request, visitor_id)
        sheet = done.value
        language = sheet.language if sheet.language in LANGUAGES else self.language
        save_pdf(path, catalog.render(FORM, sheet.paper, sheet.letterhead, translator(language)))
        return Done(sheet.number, done.changes)
