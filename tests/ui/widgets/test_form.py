"""A form keeps what was typed, says at the field what it can't take, and is driven by keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from deskapp.domain.text import Text, Words
from deskapp.errors import InputError, RuleError
from deskapp.i18n import LANGUAGES, translator
from deskapp.ui import style
from deskapp.ui.widgets.basics import scrolled
from deskapp.ui.widgets.editors import (
    CHECK,
    CHOICE,
    DATE,
    DECIMAL,
    INT,
    MONEY,
    MULTILINE,
    PASSWORD,
    TIME,
    Choice,
    Field,
)
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.form_fold import Fold

SEX = (Choice(1, Words("男", "male", "эрэгтэй"), "1"), Choice(2, Words("女", "female", "эмэгтэй"), "2"))
FIELDS = (
    Field("name", Words("姓名", "Name", "Нэр"), required=True, max_length=20),
    Field("sex", Words("性别", "Sex", "Хүйс"), CHOICE, SEX),
    Field("birth", Words("出生日期", "Birth date", "Төрсөн өдөр"), DATE, past=True),
    Field("at", "At", TIME),
    Field("complaint", "Complaint", MULTILINE, width=2, max_length=5000),
    Field("price", "Price", MONEY),
    Field("count", "Count", INT),
    Field("fever", "Fever", DECIMAL),
    Field("agreed", "Agreed", CHECK),
    Field("pin", "PIN", PASSWORD),
    Field("job", "Occupation", fold="More"),
    Field("address", "Address", fold="More", required=True),
)
FULL: dict[str, object] = {
    "name": "王建国",
    "sex": 2,
    "birth": dt.date(1958, 3, 4),
    "at": dt.time(14, 30),
    "complaint": "头疼\n三天",
    "price": 1250,
    "count": 3,
    "fever": 36.8,
    "agreed": True,
    "pin": "1234",
    "job": "",
    "address": "x",
}


def today() -> dt.date:
    return dt.date(2026, 11, 22)


@pytest.fixture
def form(app: QApplication, qtbot: QtBot) -> Form:
    made = Form(FIELDS, translator("en"), now=today)
    qtbot.addWidget(made)
    made.resize(600, 700)
    with qtbot.waitActive(made):
        made.show()
    return made


def line(form: Form, name: str) -> QLineEdit:
    widget = form.widget(name)
    assert isinstance(widget, QLineEdit)
    return widget


def told(form: Form, name: str) -> str:
    """Return what a screen reader says about a field besides its name."""
    return form.widget(name).accessibleDescription()


# values


def test_what_is_set_is_what_comes_back(form: Form) -> None:
    form.set_values(FULL)
    assert form.values() == FULL
    assert not form.is_changed()


def test_an_empty_form_means_nothing(form: Form) -> None:
    form.set_values(FULL)
    form.clear()
    empty = dict.fromkeys(("sex", "birth", "at", "price", "count", "fever"))
    assert form.values() == {
        **empty, "name": "", "complaint": "", "agreed": False, "pin": "", "job": "", "address": ""
    }  # fmt: skip


def test_setting_some_values_leaves_the_others(form: Form) -> None:
    form.set_values(FULL)
    form.set_values({"price": 99})
    assert form.values() == {**FULL, "price": 99}


def test_a_field_that_is_not_there_is_a_mistake_of_ours(form: Form) -> None:
    with pytest.raises(KeyError):
        form.set_values({"nobody": 1})
    with pytest.raises(ValueError, match="one name"):
        Form([Field("a", "A"), Field("a", "B")], translator("en"))


def test_a_code_that_the_list_no_longer_has_is_kept_and_shown(form: Form) -> None:
    form.set_values({"sex": 9})
    assert form.value("sex") == 9
    box = form.widget("sex")
    assert isinstance(box, QComboBox)
    assert box.currentText() == "9"


def test_other_choices_keep_what_was_chosen(form: Form) -> None:
    form.set_values({"sex": 2})
    form.set_choices("sex", [Choice(2, "f"), Choice(3, "x")])
    assert form.value("sex") == 2


HARD = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(words=HARD)
def test_any_text_is_kept_exactly(form: Form, words: str) -> None:
    """Right to left, zero width, emoji, markup, hard spaces."""
    form.set_values({"name": words.replace("\n", ""), "complaint": words})
    assert form.value("complaint") == words
    assert form.value("name") == words.replace("\n", "")


def test_markup_is_shown_as_it_was_typed(app: QApplication, qtbot: QtBot) -> None:
    form = Form([Field("x", "<b>A</b> & B")], translator("en"))
    qtbot.addWidget(form)
    form.set_error("x", "<i>no</i>")
    shown = [label for label in form.findChildren(QLabel) if label.text()]
    assert {label.text() for label in shown} == {"<b>A</b> & B", "<i>no</i>"}
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in shown)


def test_a_long_paste_is_not_cut_but_refused_with_a_word(form: Form, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("长" * 40_000)
    line(form, "name").setFocus()
    qtbot.keyClick(line(form, "name"), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(line(form, "name").text()) == 40_000
    assert told(form, "name") == "At most 20 characters; these are 40000."
    assert "name" in {problem.field for problem in form.problems()}


def test_a_character_that_can_not_be_stored_is_refused(form: Form) -> None:
    form.set_values(FULL)
    line(form, "name").setText("a\0b")
    assert [problem.code for problem in form.problems()] == ["field.unstorable"]


# dates and numbers


@pytest.mark.parametrize(("typed", "shown"), [("580304", "4 Mar 1958"), ("4/3/1958", "4 Mar 1958")])
def test_a_date_typed_fast_is_shown_in_full_when_left(
    form: Form, qtbot: QtBot, typed: str, shown: str
) -> None:
    form.retranslate(translator("zh" if typed == "580304" else "en"))
    line(form, "birth").setFocus()
    qtbot.keyClicks(line(form, "birth"), typed)
    line(form, "price").setFocus()
    form.retranslate(translator("en"))
    assert line(form, "birth").text() == shown
    assert form.value("birth") == dt.date(1958, 3, 4)


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("birth", "soon", "Write the date like 1958-03-04."),
        ("at", "25:00", "Write the time like 14:30."),
        ("price", "12.345", "Write the amount in yuan, like 12.50."),
        ("count", "3.5", "Write a whole number."),
        ("fever", "hot", "Write a number, like 36.8."),
    ],
)
def test_what_can_not_be_read_is_said_when_left_and_stays(
    form: Form, qtbot: QtBot, name: str, typed: str, words: str
) -> None:
    line(form, name).setFocus()
    qtbot.keyClicks(line(form, name), typed)
    assert told(form, name) != words
    line(form, "name").setFocus()
    assert told(form, name) == words
    assert line(form, name).text() == typed
    assert form.value(name) is None


def test_typing_on_takes_the_error_away(form: Form, qtbot: QtBot) -> None:
    form.set_error("name", "No.")
    qtbot.keyClicks(line(form, "name"), "w")
    assert told(form, "name") == ""


# errors


def test_what_is_missing_is_said_in_one_go_and_the_first_has_the_focus(form: Form) -> None:
    line(form, "birth").setText("yesterday")
    assert form.check() is False
    assert [problem.code for problem in form.problems()] == [
        "field.required", "field.unreadable", "field.required"
    ]  # fmt: skip
    assert line(form, "name").hasFocus()
    assert told(form, "name") == "Fill this in."
    form.set_values(FULL)
    assert form.check() is True
    assert told(form, "name") == ""


def test_an_error_in_a_fold_opens_it(form: Form) -> None:
    assert not form.widget("address").isVisible()
    assert form.take_error(InputError("address", "x", Text("Where?")))
    assert form.widget("address").isVisible()
    assert form.widget("address").hasFocus()


def test_errors_of_others_are_left_to_others(form: Form) -> None:
    assert not form.take_error(InputError("elsewhere", "x", Text("?")))
    assert not form.take_error(RuleError("swap", Text("?")))


def test_a_person_can_say_that_it_really_is_so(form: Form, qtbot: QtBot) -> None:
    form.take_error(InputError("birth", "birth.future", Text("Not born yet?"), overridable=True))
    offers = [button for button in form.findChildren(QPushButton) if button.text() == "It is really so"]
    [offer] = [button for button in offers if button.isVisible()]
    qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert form.overrides() == {"birth.future"}
    assert told(form, "birth") == ""
    line(form, "birth").setText("1.1.2030")
    assert form.overrides() == frozenset()


def test_an_error_that_can_not_be_overridden_offers_nothing(form: Form) -> None:
    form.take_error(InputError("birth", "x", Text("No.")))
    assert not any(b.isVisible() for b in form.findChildren(QPushButton) if b.text() == "It is really so")


def test_an_error_shows_in_the_frame_of_the_field_too(form: Form) -> None:
    form.set_error("name", "No.")
    assert form.widget("name").property("invalid") is True
    form.set_error("name", "")
    assert form.widget("name").property("invalid") is False


def test_a_remark_is_no_error(form: Form) -> None:
    form.set_note("name", Text("Two visitors have this name."), "warning")
    assert told(form, "name") == "Two visitors have this name."
    assert form.widget("name").property("invalid") is not True


# drafts


def test_a_draft_keeps_what_was_typed_readable_or_not(form: Form, qtbot: QtBot) -> None:
    form.set_values(FULL)
    line(form, "birth").setText("nineteen fif")
    form.widget("complaint").setPlainText("half a sen")  # type: ignore[attr-defined]
    assert form.is_changed()
    kept = form.draft()
    other = Form(FIELDS, translator("zh"), now=today)
    qtbot.addWidget(other)
    other.restore({**kept, "a_field_of_long_ago": "x"})
    assert other.draft() == kept


# keys


def test_enter_goes_through_the_fields_in_reading_order_and_then_submits(form: Form, qtbot: QtBot) -> None:
    form.focus("name")
    visited = []
    for _ in range(9):
        focus = QApplication.focusWidget()
        visited.append(focus.accessibleName())
        qtbot.keyClick(focus, Qt.Key.Key_Return)
    assert visited == ["Name", "Sex", "Birth date", "At", "Complaint", "Price", "Count", "Fever", "Agreed"]
    with qtbot.waitSignal(form.submitted):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)


def test_control_enter_submits_from_anywhere(form: Form, qtbot: QtBot) -> None:
    for name in ("name", "complaint", "sex"):
        form.focus(name)
        with qtbot.waitSignal(form.submitted):
            qtbot.keyClick(form.widget(name), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_shift_enter_breaks_the_line(form: Form, qtbot: QtBot) -> None:
    box = form.widget("complaint")
    assert isinstance(box, QPlainTextEdit)
    box.setFocus()
    qtbot.keyClicks(box, "a")
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(box, "b")
    assert form.value("complaint") == "a\nb"


def test_a_code_chooses(form: Form, qtbot: QtBot) -> None:
    form.focus("sex")
    with qtbot.waitSignal(form.changed) as changed:
        qtbot.keyClicks(form.widget("sex"), "2")
    assert form.value("sex") == 2
    assert changed.args == ["sex"]


def test_the_wheel_changes_nothing_in_passing(form: Form) -> None:
    form.set_values(FULL)
    form.focus("name")
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(form.widget("sex"), event)
    assert form.value("sex") == 2
    assert not event.isAccepted()


def test_a_click_on_the_words_ticks_the_box(form: Form, qtbot: QtBot) -> None:
    words = next(label for label in form.findChildren(QLabel) if label.text() == "Agreed")
    qtbot.mouseClick(words, Qt.MouseButton.LeftButton)
    assert form.value("agreed") is True


# words and layout


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_name_in_every_language(form: Form, language: str) -> None:
    tr = translator(language)
    form.retranslate(tr)
    for field in FIELDS:
        assert form.widget(field.name).accessibleName() == tr(field.label)


def test_another_language_keeps_what_was_typed_and_says_dates_and_errors_anew(form: Form) -> None:
    form.set_values(FULL)
    line(form, "at").setText("half")
    form.set_error("name", Words("不行。", "No.", "Үгүй."))  # type: ignore[arg-type]
    form.retranslate(translator("zh"))
    assert line(form, "birth").text() == "1958-03-04"
    assert line(form, "at").text() == "half"
    assert told(form, "name") == "不行。"
    assert form.value("sex") == 2


def test_a_fold_says_how_many_of_its_fields_are_filled_in(form: Form, qtbot: QtBot) -> None:
    form.set_values({"job": "驾驶员", "address": "北京"})
    fold = form.findChild(Fold)
    assert isinstance(fold, Fold)
    assert fold._button.text() == "More (2 filled in)"
    qtbot.mouseClick(fold._button, Qt.MouseButton.LeftButton)
    assert form.widget("job").isVisible()
    assert form.widget("job").hasFocus()
    assert fold._button.text() == "More"


def test_a_fold_does_not_count_what_is_usual(form: Form) -> None:
    form.set_values({"job": "驾驶员", "address": ""})
    form.take_as_usual()
    fold = form.findChild(Fold)
    assert isinstance(fold, Fold)
    assert fold._button.text() == "More"
    form.set_values({"job": "教师"})
    assert fold._button.text() == "More (1 filled in)"


def test_a_date_written_out_keeps_the_error_it_has(form: Form, qtbot: QtBot) -> None:
    form.focus("birth")
    line(form, "birth").setText("19580304")
    form.set_error("birth", "Not so.")
    form.focus("name")
    assert line(form, "birth").text() == "4 Mar 1958"
    assert told(form, "birth") == "Not so."


def test_two_columns_become_one_where_it_is_narrow(form: Form) -> None:
    def left(name: str) -> int:
        return form.widget(name).mapTo(form, QPoint()).x()

    assert left("sex") > left("name")
    form.resize(300, 900)
    QApplication.processEvents()
    assert left("sex") == left("name")


def test_a_hidden_or_disabled_field_is_skipped_and_keeps_its_value(form: Form, qtbot: QtBot) -> None:
    form.set_values(FULL)
    form.set_shown("sex", False)
    form.set_enabled("birth", False)
    form.focus("name")
    qtbot.keyClick(form.widget("name"), Qt.Key.Key_Return)
    assert QApplication.focusWidget() is form.widget("at")
    assert form.value("sex") == 2


def test_a_field_that_is_only_shown_can_not_be_typed_into(app: QApplication, qtbot: QtBot) -> None:
    form = Form([Field("a", "A", read_only=True, required=True), Field("b", "B")], translator("en"))
    qtbot.addWidget(form)
    form.show()
    form.focus_first()
    assert line(form, "a").isReadOnly()
    assert form.widget("b").hasFocus() or form.focusWidget() is form.widget("b")
    assert form.problems() == []


def test_the_form_grows_with_the_scale(form: Form, app: QApplication) -> None:
    low = form.widget("name").sizeHint().height()
    style.apply(app, "light", 2.0)
    assert form.widget("name").sizeHint().height() == pytest.approx(2 * low, abs=4)


def test_a_row_of_boxes_only_leaves_no_room_for_labels(app: QApplication, qtbot: QtBot) -> None:
    def height(*fields: Field) -> int:
        made = Form(fields, translator("en"))
        qtbot.addWidget(made)
        made.resize(600, 400)
        made.show()
        return made.sizeHint().height()

    box, other = Field("agreed", "Agreed", CHECK), Field("asked", "Asked", CHECK)
    assert height(box, other) < height(box, Field("name", "Name"))


# in view


LONG = (
    *(Field(f"line{place}", f"Line {place}") for place in range(12)),
    Field("room", "Room", fold="More"),
    *(Field(f"more{place}", f"More {place}", fold="More") for place in range(3)),
    *(Field(f"late{place}", f"Late {place}", fold="Later") for place in range(20)),
)


@pytest.fixture
def low(app: QApplication, qtbot: QtBot) -> Iterator[Form]:
    """A form in an area that shows a few of its fields only."""
    made = Form(LONG, translator("en"), columns=1)
    area = scrolled(made)
    qtbot.addWidget(area)
    area.resize(400, 300)
    with qtbot.waitActive(area):
        area.show()
    yield made
    area.hide()


def in_view(form: Form, name: str) -> bool:
    QApplication.processEvents()
    widget, area = form.widget(name), form.window()
    return area.rect().contains(QRect(widget.mapTo(area, QPoint(0, 0)), widget.size()))


@pytest.mark.parametrize(("fold", "seen"), [(0, ("room", "more0", "more2")), (1, ("late0", "late1"))])
def test_an_opened_fold_comes_into_view_with_its_first_field(
    low: Form, qtbot: QtBot, fold: int, seen: tuple[str, ...]
) -> None:
    button = low.findChildren(Fold)[fold]._button
    button.click()
    assert low.widget(seen[0]).hasFocus()
    assert [name for name in seen if not in_view(low, name)] == []


def test_enter_and_an_error_bring_their_field_into_view(low: Form, qtbot: QtBot) -> None:
    low.focus("line0")
    for _ in range(11):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert low.widget("line11").hasFocus()
    assert in_view(low, "line11")
    low.take_error(InputError("line0", "x", Text("wrong")))
    assert in_view(low, "line0")


# a choice by letters


PLACES = (
    Choice(1, Words("内科", "Internal medicine", "Дотор"), "NK"),
    Choice(2, Words("皮肤科", "Dermatology", "Арьс"), "DER"),
    Choice(3, Words("牙科", "Dentistry", "Шүд"), "YK"),
    Choice(4, Words("疼痛科", "Pain clinic", "Өвдөлт")),
)


@pytest.fixture
def places(app: QApplication, qtbot: QtBot) -> Form:
    made = Form([Field("place", "Department", CHOICE, PLACES)], translator("zh"))
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    made.focus("place")
    return made


def press(form: Form, keys: str, gap: int = 300, begin: int = 1_000_000) -> None:
    """Press keys in whatever has the cursor, `gap` milliseconds apart."""
    box = form.widget("place")
    assert isinstance(box, QComboBox)
    for at, letter in enumerate(keys):
        key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        key.setTimestamp(begin + at * gap)
        QApplication.sendEvent(box.view() if box.view().isVisible() else box, key)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("der", 2),
        ("den", 3),
        ("pf", 2),
        ("皮", 2),
        ("teng", 4),
        ("nk", 1),
        ("yk", 3),
        ("pa", 4),
        ("derx", 2),
        ("zder", 2),
    ],
)
def test_letters_narrow_a_choice_by_code_words_or_pinyin(places: Form, typed: str, value: int) -> None:
    press(places, typed)
    assert places.value("place") == value


def test_after_a_pause_a_letter_begins_anew(places: Form) -> None:
    press(places, "p")
    press(places, "n", begin=1_005_000)
    assert places.value("place") == 1


def test_letters_narrow_the_open_list_too(places: Form) -> None:
    box = places.widget("place")
    assert isinstance(box, QComboBox)
    box.showPopup()
    press(places, "der")
    assert box.view().currentIndex().row() == 2
    box.hidePopup()


def test_one_code_after_another_corrects_it(app: QApplication, qtbot: QtBot) -> None:
    made = Form(
        [Field("place", "Urgency", CHOICE, (Choice(0, "II  within 10 minutes", "1"), *SEX))], translator("en")
    )
    qtbot.addWidget(made)
    press(made, "21")
    assert made.value("place") == 0
    press(made, "122", begin=1_001_000)
    assert made.value("place") == 2


@pytest.mark.parametrize(
    ("typed", "told_then"),
    [
        ("1985-02-30", "There is no such day."),
        ("19850230", "There is no such day."),
        ("1985-13-01", "Write the date like 1958-03-04."),
        ("30 Feb", "There is no such day."),
        ("30 Feb 1985", "There is no such day."),
        ("1985", "Write the date like 1958-03-04."),
        ("1985-02", "Write the date like 1958-03-04."),
        ("soon", "Write the date like 1958-03-04."),
        ("1985-02-28", ""),
    ],
)
def test_a_day_that_no_calendar_has_is_called_so(form: Form, typed: str, told_then: str) -> None:
    line(form, "birth").setText(typed)
    line(form, "birth").editingFinished.emit()
    assert form.error("birth") == told_then
