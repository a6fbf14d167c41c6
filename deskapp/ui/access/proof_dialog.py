"""A dialog in which the person's own password proves who is asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.services.access import Proof
from deskapp.services.base import Done, new_request
from deskapp.ui.access.form_dialog import FormDialog
from deskapp.ui.access.words import waiting


class ProofDialog(FormDialog):
    """Its form has a field "password"; a wrong one is told there, and counts like a wrong sign-in."""

    def prove(self, method: Callable[..., Done[Proof]], *typed: Any) -> None:
        """Call a service method that asks for the password."""
        actor, run = self.desk.actor(), self.desk.runner.run
        run(method, actor, self.request, *typed, done=self.done_with, owner=self, busy=self.set_busy)

    def done_with(self, done: Any) -> None:
        """Close if the password was right."""
        proof: Proof = done.value
        if proof.right:
            super().done_with(done)
            return
        # The same request would be answered as this one was, whatever is typed now.
        self.request = new_request()
        wait = proof.wait_seconds
        words = waiting(wait) if wait else Text(N_("This is not your password."))
        self.take_error(InputError("password", "password.wrong", words))
