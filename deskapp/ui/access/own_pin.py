"""Choosing one's own PIN: the password proves who chooses it."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.ui.access.proof_dialog import ProofDialog
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.editors import PASSWORD, Field

FIELDS: Final = (
    Field("password", N_("Your password"), PASSWORD, required=True, width=2),
    Field("pin", N_("PIN, 4 to 8 digits"), PASSWORD, required=True, max_length=8),
    Field("again", N_("PIN again"), PASSWORD, required=True, max_length=8),
)


class PinDialog(ProofDialog):
    """A PIN signs in at this workstation only, and never opens administration."""

    title = N_("Choose your PIN")
    told = N_("PIN chosen for this workstation")

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, FIELDS, parent)

    def send(self, values: dict[str, object]) -> None:
        """Store the PIN."""
        if values["pin"] != values["again"]:
            self.take_error(InputError("again", "pin.again", Text(N_("The two PINs differ."))))
            return
        self.prove(self.desk.services.access.choose_pin, values["password"], values["pin"])
