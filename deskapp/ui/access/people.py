"""Who can sign in: the accounts, and adding one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from deskapp.domain.access import ROLE_LABELS, Role
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.services.access import AccountView
from deskapp.services.base import new_request
from deskapp.ui.access.form_dialog import FormDialog
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.editors import CHECK, PASSWORD, Field
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

ROLE_PREFIX: Final = "role_"
FIELDS: Final = (
    Field("name", N_("Name"), required=True),
    Field("sign_in", N_("Signs in as"), required=True),
    Field("password", N_("First password"), PASSWORD, required=True, width=2),
    *(Field(f"{ROLE_PREFIX}{role.value}", words, CHECK) for role, words in ROLE_LABELS.items()),
)


class PeopleDialog(FormDialog):
    """The list above, the form for one more below."""

    title = N_("People who sign in")
    do = N_("Add")
    told = N_("Account added")

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, FIELDS, parent)
        self._accounts: RecordTableModel[AccountView] = RecordTableModel(COLUMNS, desk.tr, self)
        self._table = RecordTable(self._accounts)
        self._table.setMinimumHeight(160)
        self._table.setAccessibleName(desk.tr(self.title))
        self.rows.insertWidget(1, self._table, 1)
        self._load()

    def _load(self) -> None:
        accounts = self.desk.services.access.accounts
        self.desk.runner.run(accounts, self.desk.actor(), done=self._accounts.apply, owner=self)

    def send(self, values: dict[str, object]) -> None:
        """Add the account; the dialog stays for the next one."""
        roles = [role for role in Role if values[f"{ROLE_PREFIX}{role.value}"]]
        if not roles:
            message = Text(N_("Choose at least one role."))
            self.take_error(InputError(f"{ROLE_PREFIX}{Role.GUIDE.value}", "roles.none", message))
            return
        add = self.desk.services.access.add_account
        typed = (values["sign_in"], values["name"], values["password"], roles)
        self.desk.runner.run(
            add, self.desk.actor(), self.request, *typed, done=self.done_with, owner=self, busy=self.set_busy
        )

    def done_with(self, _done: object) -> None:
        """Make room for the next one."""
        self.request = new_request()
        self.desk.messages.did(Text(self.told))
        self.form.clear()
        self.form.focus_first()
        self._load()


def _name(account: AccountView, _tr: Translator) -> str:
    return account.name


def _sign_in(account: AccountView, _tr: Translator) -> str:
    return account.sign_in


def _roles(account: AccountView, tr: Translator) -> str:
    return " · ".join(tr(ROLE_LABELS[role]) for role in sorted(account.roles))


COLUMNS: Final[Sequence[Column[AccountView]]] = (
    Column("name", N_("Name"), _name, width=120, stretch=1),
    Column("sign_in", N_("Signs in as"), _sign_in, width=120),
    Column("roles", N_("Roles"), _roles, width=200, stretch=2),
)
