"""What a bystander can see, find in a queue of print jobs or read on a paper left lying: nobody is named there."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCompleter, QDialog, QLineEdit, QMenu, QToolTip
from sqlalchemy import select

from deskapp.db.models.access import Request
from deskapp.domain.identity import mask_document, mask_name, mask_phone
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import DocumentKind, Sex
from deskapp.forms.catalog import FORMS, render
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.base import new_request
from deskapp.ui.access.sign_in import SignInPage
from deskapp.ui.intake.visitor_search import hit_row
from deskapp.ui.messages import report
from deskapp.ui.preview import PreviewDialog
from deskapp.ui.printing import file_name
from tests.forms import reading
from tests.support.front import Front, at_once, front, open_front, spooler  # noqa: F401
from tests.support.hospital import (  # noqa: F401
    PINS,
    WANG_ID,
    hospital,
    hospital_folder,
    hospital_template,
)
from tests.support.shown import shown_texts

NAME, PHONE, COMPLAINT = "王建国", "13800138000", "左膝盖疼得厉害"
PERSONAL = (NAME, PHONE, WANG_ID, COMPLAINT, "青霉素")
PUBLIC_FORMS = ("number-slip",)
"""Papers that leave the desk and are read by whoever stands by. The other forms go to doctor or visitor by hand."""


def named_in(words: str, what: tuple[str, ...] = PERSONAL) -> list[str]:
    return [word for word in what if word in words]


@pytest.fixture
def served(front: Front) -> Front:  # noqa: F811
    """Return the desk behind a visitor who was found, said a complaint, and got a printed number."""
    front.arrive()
    front.say(COMPLAINT)
    front.key(Qt.Key.Key_F9)
    front.settle()
    assert front.stored().number is not None
    return front


# --- papers ----------------------------------------------------------------------------------------------------------


def test_the_masks_are_those_of_a_public_place() -> None:
    assert [mask_name(name) for name in ("张三", "王建国", "欧阳修远")] == ["张*", "王*国", "欧**远"]
    assert (mask_phone("13800138000"), mask_phone("99112233")) == ("138****8000", "99****33")
    assert mask_document("110105195803042235") == "****2235"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", PUBLIC_FORMS)
def test_a_paper_for_a_public_place_names_nobody(served: Front, form: str, language: str) -> None:
    sheet = served.services.papers.sheet(served.actor, form, served.visit.id, served.actor.name)
    for size in FORMS[form].sizes:
        pdf = render(form, sheet.paper, sheet.letterhead, translator(language), size)
        words = reading.text(pdf)
        assert named_in(words) == []
        assert "王*国" in words


def test_every_form_is_either_public_and_masked_or_handed_to_one_person() -> None:
    handed = {"registration-form", "record-page", "recovery-sheet", "person-data"}
    # Kept in the house, and without names of visitors.
    figures = {"intake-overview"}
    assert set(FORMS) - handed - figures <= set(PUBLIC_FORMS)


def test_print_jobs_and_files_are_called_by_form_and_number(served: Front) -> None:
    assert served.printer.jobs
    for _printer, pdf, title, _copies in served.printer.jobs:
        assert named_in(title) == []
        assert title
        assert named_in(pdf.decode("latin-1")) == []
    assert file_name("number-slip", served.visit.code) == f"number-slip-{served.visit.code}.pdf"


# --- the window ------------------------------------------------------------------------------------------------------


def titles() -> str:
    return "\n".join(window.windowTitle() for window in QApplication.topLevelWidgets() if window.isVisible())


def test_no_title_of_a_window_names_anybody(served: Front) -> None:
    assert "春晖医院" in titles()
    served.tab.work.preview()
    served.settle()
    assert named_in(titles()) == []
    served.child(PreviewDialog).reject()
    served.tab.edit_record()
    served.settle()
    assert named_in(titles()) == []


def test_a_list_of_results_masks_phone_and_document_and_tells_people_apart_by_the_rest(front: Front) -> None:  # noqa: F811
    hits = front.services.visitors.find(front.actor, NAME)
    assert len(hits) == 2
    for hit in hits:
        row = hit_row(hit, front.desk.tr, front.desk.today())
        # The name stays whole at the desk: the operator calls it, and two people of one name have to be told apart.
        assert row.title == NAME
        assert named_in(f"{row.second}{row.aside}", (PHONE, WANG_ID, "13912345678")) == []


def test_the_head_of_a_visit_and_the_bar_below_show_no_whole_number(served: Front) -> None:
    texts = "\n".join(text for widget, text in shown_texts(served.window) if widget.isVisible())
    assert named_in(texts, (PHONE, WANG_ID)) == []
    assert named_in(served.last_action()) == []


# --- the lock ----------------------------------------------------------------------------------------------------------


def in_sight() -> str:
    """Return all words of everything that can be seen or hovered over now, on the whole screen."""
    roots = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    words = [text for root in roots for widget, text in shown_texts(root) if widget.isVisible()]
    words += [field.text() for root in roots for field in root.findChildren(QLineEdit) if field.isVisible()]
    return "\n".join([*words, titles(), QToolTip.text() if QToolTip.isVisible() else ""])


def lock(front: Front) -> None:  # noqa: F811
    front.session.lock()
    front.settle()
    assert front.child(SignInPage).isVisible()


def test_nothing_personal_is_seen_while_the_screen_is_locked(served: Front) -> None:
    served.find(NAME)
    assert NAME in in_sight()
    served.messages.did(f"Stored: {NAME}")
    served.messages.info(f"{NAME} has no number yet")
    served.settle()
    lock(served)
    assert named_in(in_sight()) == []


def test_a_preview_is_not_seen_while_the_screen_is_locked(served: Front) -> None:
    served.tab.work.preview()
    served.settle()
    assert served.child(PreviewDialog).isVisible()
    lock(served)
    assert [dialog for dialog in served.window.findChildren(PreviewDialog) if dialog.isVisible()] == []


def test_a_dialog_that_comes_up_while_the_screen_is_locked_waits_for_its_person(served: Front) -> None:
    lock(served)
    # Such as a preview: it was being drawn when the screen was locked.
    late = QDialog(served.tab)
    late.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    late.open()
    served.settle()
    assert not late.isVisible()
    secret(served, PINS["li"])
    assert late.isVisible()
    late.close()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_open_lists_and_tooltips_go_with_the_lock(served: Front) -> None:
    field = QLineEdit(served.tab)
    completer = QCompleter([NAME], field)
    field.setCompleter(completer)
    field.show()
    field.setText("王")
    completer.complete()
    menu = QMenu(served.tab)
    menu.addAction(NAME)
    menu.popup(served.window.pos())
    QToolTip.showText(served.window.pos(), NAME, served.tab)
    served.settle()
    lock(served)
    popups = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not served.window]
    assert popups == []
    assert named_in(in_sight()) == []
    field.deleteLater()
    menu.deleteLater()


def test_the_next_person_does_not_see_what_the_one_before_did_last(served: Front) -> None:
    served.messages.did(f"Stored: {NAME}")
    served.key(Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    page = served.child(SignInPage)
    place = [account.sign_in for account in page._accounts].index("bat") + 1
    served.key(Qt.Key(Qt.Key.Key_0 + place))
    secret(served, PINS["bat"])
    assert served.actor.name == "Бат-Эрдэнэ"
    assert named_in(served.window.frame_of_tabs._foot._last._words.text()) == []


def secret(front: Front, words: str) -> None:  # noqa: F811
    page = front.child(SignInPage)
    field = next(line for line in page.findChildren(QLineEdit) if line.isVisible())
    field.setFocus()
    field.setText(words)
    front.enter()


# --- what the program keeps besides the records ------------------------------------------------------------------------


def test_answers_kept_for_retries_name_nobody(served: Front) -> None:
    draft = VisitorDraft(
        name="欧阳修远",
        sex=Sex.MALE,
        phone="13911112222",
        document_kind=DocumentKind.PASSPORT,
        document_number="G55512345",
        note="听力不好",
    )
    who = served.services.visitors.register(served.actor, new_request(), draft).value
    served.services.visitors.edit(served.actor, new_request(), who.id, 1, draft)
    with served.hospital.store.reading() as session:
        answers = b"\n".join(session.scalars(select(Request.result))).decode()
    assert named_in(answers, (*PERSONAL, draft.name, draft.phone, draft.document_number, draft.note)) == []


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_no_line_of_the_log_names_anybody(everything_logged: pytest.LogCaptureFixture, served: Front) -> None:
    served.find(NAME)
    served.tab.edit_record()
    served.settle()
    assert named_in("\n".join(record.getMessage() for record in everything_logged.records)) == []


def test_a_report_of_a_bug_has_no_value_in_it() -> None:
    def inside(name: str) -> None:
        raise ValueError(f"no visitor {name} {PHONE}")

    try:
        try:
            inside(NAME)
        except ValueError as error:
            raise KeyError(COMPLAINT) from error
    except KeyError as error:
        made = report(error)
    assert named_in(made.report + made.name) == []
    assert "KeyError" in made.report
    assert "ValueError" in made.report
    assert Path(__file__).name in made.report
