"""A form in a dialog: errors stay in it, and nothing is sent twice."""

from __future__ import annotations

from typing import Any

from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError, StorageError
from deskapp.ui.access.form_dialog import FormDialog
from deskapp.ui.widgets.editors import Field
from tests.support.front import Front


class _Dialog(FormDialog):
    title = N_("Settings of the hospital")
    told = N_("Settings stored")

    def __init__(self, front: Front, service: Any) -> None:
        super().__init__(front.desk, (Field("name", N_("Name"), required=True),), front.window)
        self.service = service

    def send(self, values: dict[str, object]) -> None:
        self.desk.runner.run(
            self.service, values["name"], done=self.done_with, owner=self, busy=self.set_busy
        )


def _open(front: Front, service: Any) -> _Dialog:
    dialog = _Dialog(front, service)
    dialog.open()
    front.settle()
    return dialog


def test_an_empty_required_field_sends_nothing(front: Front) -> None:
    sent: list[object] = []
    dialog = _open(front, sent.append)

    dialog.store()

    assert not sent
    assert dialog.form.error("name")
    dialog.reject()


def test_a_failure_is_told_in_the_dialog_and_what_was_typed_stays(front: Front) -> None:
    def fail(_name: object) -> None:
        raise StorageError("storage.busy", Text("The database is busy."))

    dialog = _open(front, fail)
    dialog.form.set_values({"name": "王"})
    dialog.store()
    front.settle()

    assert dialog.isVisible()
    assert dialog.bar.notice is not None
    assert dialog.form.value("name") == "王"
    assert dialog.go.isEnabled()
    dialog.reject()


def test_a_rule_is_told_and_success_closes(front: Front) -> None:
    answers = [RuleError("x", Text("Not now.")), None]

    def answer(_name: object) -> None:
        found = answers.pop(0)
        if found is not None:
            raise found

    dialog = _open(front, answer)
    dialog.form.set_values({"name": "王"})
    dialog.store()
    front.settle()
    assert dialog.isVisible()

    dialog.store()
    front.settle()
    assert not [shown for shown in front.window.findChildren(_Dialog) if shown.isVisible()]


def test_while_under_way_the_button_is_off(front: Front) -> None:
    dialog = _open(front, str)
    dialog.form.set_values({"name": "王"})

    with front.runner.held():
        dialog.store()
        assert not dialog.go.isEnabled()
