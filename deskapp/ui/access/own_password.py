"""Changing one's own password: the old one proves who changes it."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.ui.access.proof_dialog import ProofDialog
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.editors import PASSWORD, Field

NEW_FIELDS: Final = (
    Field("new", N_("New password, 8 characters or more"), PASSWORD, required=True),
    Field("again", N_("New password again"), PASSWORD, required=True),
)
FIELDS: Final = (Field("password", N_("Your password"), PASSWORD, required=True, width=2), *NEW_FIELDS)


class PasswordDialog(ProofDialog):
    """The new password holds at every desk from now on."""

    title = N_("Change your password")
    told = N_("Password changed")

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, FIELDS, parent)

    def send(self, values: dict[str, object]) -> None:
        """Store the password."""
        if values["new"] != values["again"]:
            self.take_error(differ())
            return
        self.prove(self.desk.services.access.choose_password, values["password"], values["new"])


def differ() -> InputError:
    """Return the error at the second of two passwords that are not the same."""
    return InputError("again", "password.again", Text(N_("The two passwords differ.")))
