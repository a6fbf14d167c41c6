"""The site's settings: what the first start asked, and what else a supervisor may change."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from deskapp import settings
from deskapp.domain.text import N_
from deskapp.i18n import NATIVE_NAMES
from deskapp.services.base import new_request
from deskapp.settings import Deductions
from deskapp.ui.access.form_dialog import FormDialog
from deskapp.ui.access.logo import LogoChoice
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.editors import CHOICE, INT, Choice, Field

DEDUCTIONS: Final = (
    Choice(Deductions.POINTS.value, N_("points"), "1"),
    Choice(Deductions.MONEY.value, N_("money"), "2"),
)
LANGUAGES: Final = tuple(
    Choice(code, name, str(place)) for place, (code, name) in enumerate(NATIVE_NAMES.items(), 1)
)
FIELDS: Final = (
    Field(settings.HOSPITAL_NAME.name, N_("Name of the hospital"), required=True, width=2),
    Field(settings.LANGUAGE.name, N_("Language"), CHOICE, LANGUAGES, required=True),
    Field(settings.DEDUCTIONS.name, N_("Deductions are counted in"), CHOICE, DEDUCTIONS, required=True),
    Field(settings.LOCK_MINUTES.name, N_("The screen locks after minutes"), INT, required=True),
    Field(settings.PAPER_BLOCK_SIZE.name, N_("Paper numbers in a block"), INT, required=True),
)
SOURCE: Final = N_(
    "These figures are this program's own choice, not the regulations'. Each change is recorded."
)


class SiteDialog(FormDialog):
    """Each option that was changed is stored by itself, with before and after in the audit trail."""

    title = N_("Settings of the hospital")
    told = N_("Settings stored")

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, FIELDS, parent)
        self._known: dict[str, object] = {}
        self.rows.insertWidget(3, label(desk.tr(SOURCE), "secondary", wrap=True))
        self.logo = LogoChoice(desk)
        self.logo.retranslate(desk.tr)
        self.rows.insertWidget(3, self.logo)
        actor = desk.actor()
        desk.runner.run(desk.services.settings.values, actor, actor.desk, done=self._show, owner=self)

    def _show(self, values: dict[str, object]) -> None:
        self._known = values
        self.form.set_values({field.name: values[field.name] for field in FIELDS})

    def send(self, values: dict[str, object]) -> None:
        """Store what differs."""
        changed = {name: value for name, value in values.items() if value != self._known.get(name)}
        self.desk.runner.run(
            self._store_all, changed, self.logo.png, done=self.done_with, owner=self, busy=self.set_busy
        )

    def _store_all(self, changed: dict[str, object], logo: bytes | None) -> None:
        stored, actor = self.desk.services.settings, self.desk.actor()
        for name, value in changed.items():
            stored.change(actor, new_request(), name, value)
        if logo is not None:
            stored.change_logo(actor, new_request(), logo)
