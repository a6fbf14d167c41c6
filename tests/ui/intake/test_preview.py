"""Forms of the visit in front, or blank ones; what leaves the preview is recorded."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.domain.registration import SlipState
from deskapp.ui.preview import PreviewDialog, Printed
from tests.support.front import Front


def _open(front: Front) -> PreviewDialog:
    front.tab.work.preview()
    front.settle()
    return front.child(PreviewDialog)


def _close(front: Front, dialog: PreviewDialog) -> None:
    dialog.reject()
    front.settle()


def test_without_a_visit_the_blank_forms_are_shown(front: Front) -> None:
    dialog = _open(front)

    assert [preview.form for preview in dialog._previews] == [
        "registration-form",
        "record-page",
        "number-slip",
    ]
    assert {preview.code for preview in dialog._previews} == {""}
    assert dialog._previews[0].render("A4", "mn").startswith(b"%PDF")
    _close(front, dialog)


def test_a_visit_without_a_number_has_no_slip(front: Front) -> None:
    visit = front.arrive()
    dialog = _open(front)

    assert [preview.form for preview in dialog._previews] == ["registration-form", "record-page"]
    assert {preview.code for preview in dialog._previews} == {visit.code}
    _close(front, dialog)


def test_a_printed_slip_is_recorded_as_sent(front: Front) -> None:
    front.arrive()
    front.say("肚子疼")
    front.key(Qt.Key.Key_F9)
    front.settle()
    dialog = _open(front)

    dialog.printed.emit(Printed("number-slip", printer="desk"))
    front.settle()

    number = front.stored().number
    assert number is not None
    assert number.state in (SlipState.SENT, SlipState.REPRINTED)
    _close(front, dialog)
