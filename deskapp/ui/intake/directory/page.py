"""The page “Directory”: everything that visitors ask for, found, read aloud, and kept up to date."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.domain.directory import DepartmentView, Kind
from deskapp.domain.finding import Listed
from deskapp.domain.questions import QuestionState, QuestionView, is_overdue
from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError
from deskapp.i18n import Translator
from deskapp.services.directory import Detail
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.clipboard import copy_freely
from deskapp.ui.found import said
from deskapp.ui.intake.directory.changing import Changing
from deskapp.ui.intake.directory.kinds import KindList
from deskapp.ui.intake.directory.lines import COLUMNS, WITHOUT_ASIDE, Line, line_of, question_line
from deskapp.ui.intake.directory.panel import DirectoryPanel, identity
from deskapp.ui.keys import Action
from deskapp.ui.widgets.basics import EmptyState, scrolled
from deskapp.ui.widgets.editors import Choice
from deskapp.ui.widgets.panel_room import PanelRoom
from deskapp.ui.widgets.record_model import RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.search_field import SearchField

ROOMY: Final = 1080
ROOM: Final = PanelRoom(wide=472, narrow=340, roomy_from=ROOMY)
MOST_SHOWN: Final = 500
BUTTONS: Final = 10
"""So many of the actions have a button beside the record."""


class DirectoryPage(BaseView):
    """Kinds at the left, the list with its search in the middle, one record beside."""

    title = N_("Directory")
    icon = "book-open"
    subjects: ClassVar[frozenset[str]] = frozenset(
        {
            *("department", "doctor", "price", "place", "promotion", "notice", "phrase", "staff", "question"),
            "directory",
        }
    )
    help = N_(
        "Everything that visitors ask for: departments, doctors with their duty times, prices, places and phones,"
        " promotions, news, and sentences to say. Type what you hear, in any language, pinyin or initials; arrow keys"
        " go through what was found, F8 copies what is read aloud. What nobody knows becomes an open question with F4."
        " Ctrl+PgDown goes to the next kind."
    )

    def build(self) -> None:
        """Make kinds, list and panel."""
        actor = self.desk.actor()
        self._writes = actor.may(Permission.DIRECTORY_WRITE)
        self._asks = actor.may(Permission.VISIT_WRITE)
        self._wanted: tuple[Kind, int | str] | None = None
        self._listed: Sequence[Listed] = ()
        self._questions: Sequence[QuestionView] = ()
        self._to_first = False
        self.kinds = KindList([kind for kind in Kind if self._asks or kind is not Kind.QUESTION])
        self.search = SearchField()
        self._model: RecordTableModel[Line] = RecordTableModel(COLUMNS, self.desk.tr, self)
        self.table = RecordTable(self._model)
        self._empty = EmptyState("search")
        self.table.set_empty(self._empty)
        self.panel = DirectoryPanel(self.desk.tr)
        self.changing = Changing(self)
        self._beside = scrolled(self.panel)
        self._lay_out()
        self._connect()
        QTimer.singleShot(0, self.search, self.search.setFocus)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.addWidget(self.search)
        middle.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addWidget(self.kinds)
        row.addLayout(middle, 1)
        row.addWidget(self._beside)
        self.body.addLayout(row)

    def _connect(self) -> None:
        self.kinds.chosen.connect(self._on_kind)
        self.search.edited.connect(self._on_edited)
        self.search.stepped.connect(self._on_stepped)
        self.search.confirmed.connect(self._on_confirmed)
        self.table.current.connect(self._on_current)
        self.table.chosen.connect(self._on_chosen)
        self.panel.submitted.connect(self.changing.store)

    def actions_here(self) -> Sequence[Action]:
        """Return what the keys do here."""
        changing = self.changing
        return (
            Action("directory.new", N_("New"), changing.begin_new, "F2", "plus"),
            Action("directory.change", N_("Change"), changing.begin_change, "F3", "pencil"),
            Action("directory.ask", N_("Nobody knows"), changing.begin_question, "F4", "circle-help"),
            Action(
                "directory.follow", N_("New price from"), changing.begin_following, "F5", "calendar-clock"
            ),
            Action("directory.told", N_("Visitor told"), changing.told, "F6", "check"),
            Action(
                "directory.shipped", N_("Back to the shipped text"), changing.back_to_shipped, "F7", "undo-2"
            ),
            Action("directory.copy", N_("Copy"), self.copy, "F8", "copy"),
            Action("directory.reopen", N_("Reopen question"), changing.reopen, "F9", "rotate-ccw"),
            Action("directory.visitor", N_("To the visitor"), self.to_visitor, "F10", "user"),
            Action("directory.store", N_("Store"), changing.store, "Ctrl+Return", "save", primary=True),
            Action("directory.find", N_("Find"), self.to_search, "Ctrl+F", "search"),
            Action("directory.next", N_("Next kind"), self.next_kind, "Ctrl+PgDown", in_bar=False),
            Action("directory.before", N_("Kind before"), self.kind_before, "Ctrl+PgUp", in_bar=False),
        )

    def share_room(self) -> None:
        """Give the list and the panel what room there is."""
        ROOM.share(self._beside, self.width())
        self.kinds.fit(self.width(), self.desk.tr)
        self._show_columns()

    def _show_columns(self) -> None:
        hidden = set() if self.width() >= style.tokens().sizes.px(ROOMY) else {"second"}
        if self.kinds.kind() in WITHOUT_ASIDE:
            hidden.add("aside")
        if not any(line.note for line in self._model.records):
            # Where everything simply holds, the others have its room.
            hidden.add("note")
        self.table.show_columns([column.name for column in COLUMNS if column.name not in hidden])

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.search.say(tr, N_("Find in the directory"), N_("Name, pinyin, initials, room, phone"))
        self.table.setAccessibleName(tr(N_("Directory")))
        self.kinds.retranslate(tr)
        self._model.retranslate(tr)
        self.panel.retranslate(tr)
        if self.key_actions:
            self._say_empty()

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Ask for the list again, and for the record beside."""
        self.panel.add_buttons(list(self.key_actions.values())[:BUTTONS])
        self._ask_list()
        self._ask_departments()
        if self.panel.detail is not None:
            self._ask_detail(self.panel.detail.kind, identity(self.panel.detail))
        self.enable()

    def may_leave(self) -> bool:
        """Keep what was typed; nothing is lost by going elsewhere."""
        if self._built:
            self.changing.keep_now()
        return True

    def can(self, name: str) -> bool:
        """Say whether an action of this page can be done now."""
        return self.key_actions[f"directory.{name}"].isEnabled()

    # the list

    def _ask_list(self) -> None:
        kind, typed = self.kinds.kind(), self.search.query().strip()
        services, actor, run = self.desk.services, self.desk.actor(), self.desk.runner.run
        if kind is not Kind.QUESTION:
            listed = services.finding.listed
            run(listed, actor, typed, kind, done=self._take_listed, owner=self, latest="directory.list")
        if self._asks:
            asked = partial(services.questions.open_questions, told=True)
            run(asked, actor, done=self._take_questions, owner=self, latest="directory.asked")

    def _take_listed(self, listed: Sequence[Listed]) -> None:
        self._listed = listed
        self._show_lines()

    def _take_questions(self, questions: Sequence[QuestionView]) -> None:
        self._questions = questions
        waiting = sum(question.state is not QuestionState.TOLD for question in questions)
        self.kinds.show_waiting(waiting, self.desk.tr)
        self._show_lines()
        shown = self.panel.question
        now = next((one for one in questions if shown is not None and one.id == shown.id), None)
        if now is not None and now != shown:
            self._put_question(now)

    def _show_lines(self) -> None:
        kind, typed = self.kinds.kind(), self.search.query().strip().casefold()
        lines = [] if kind is Kind.QUESTION else [line_of(one) for one in self._listed[:MOST_SHOWN]]
        if self._asks and (kind is Kind.QUESTION or (kind is None and typed)):
            now = self.desk.services.questions.now()
            asked = [one for one in self._questions if _answers(one, typed)]
            lines += [question_line(question, now) for question in asked]
        self._model.apply(lines)
        self._show_columns()
        self._say_empty()
        if self._wanted is not None and self.table.select(f"{self._wanted[0].value}:{self._wanted[1]}"):
            self._wanted = None
        elif self.search.hasFocus() and typed and lines and (self._to_first or not self._is_on_line()):
            # Only for what was typed anew: a change elsewhere must not take the cursor off the line it was stepped to.
            self.table.select(lines[0].id)

    def _is_on_line(self) -> bool:
        return self.table.current_record() is not None

    def _say_empty(self) -> None:
        tr, typed = self.desk.tr, self.search.query().strip()
        if typed and self._asks:
            words = N_("Nothing found. Nobody knows? F4 makes an open question of it.")
        elif typed:
            words = N_("Nothing found. Try fewer letters.")
        elif self.kinds.kind() is Kind.QUESTION:
            words = N_("No question is open. F4 notes one that nobody can answer.")
        else:
            words = (
                N_("Nothing is here yet. F2 adds the first.") if self._writes else N_("Nothing is here yet.")
            )
        self._empty.show_text(tr(words))

    @Slot(object)
    def _on_kind(self, _kind: Kind | None) -> None:
        self.changing.leave_form()
        self.share_room()
        self._ask_list()
        self.enable()

    @Slot(str)
    def _on_edited(self, _typed: str) -> None:
        self._to_first = True
        self._ask_list()

    @Slot(object)
    def _on_stepped(self, rows: int) -> None:
        self._to_first = False
        last = self._model.rowCount() - 1
        row = min(max(self.table.currentIndex().row() + rows, 0), last)
        record = self._model.record(row)
        if record is not None:
            self.table.select(record.id)

    @Slot()
    def _on_confirmed(self) -> None:
        if self._model.rowCount():
            if self.table.current_record() is None:
                self._on_stepped(1)
            self.table.setFocus()

    @Slot()
    def next_kind(self) -> None:
        """List the next kind."""
        self.kinds.step(1)

    @Slot()
    def kind_before(self) -> None:
        """List the kind before."""
        self.kinds.step(-1)

    @Slot()
    def to_search(self) -> None:
        """Put the cursor into the search field, and mark what stands there."""
        self.search.setFocus()
        self.search.selectAll()

    def show_new(self, kind: Kind, record: int | str) -> None:
        """List a kind with a new record of it chosen."""
        self._wanted = (kind, record)
        self.search.clear()
        self.kinds.choose(kind)

    def show_example(self) -> None:
        """Show the first doctor."""
        self.kinds.choose(Kind.DOCTOR)
        self._on_stepped(1)

    def open_record(self, topic: str, record: object) -> None:
        """Show a record, or the kind when none is named."""
        if topic not in {kind.value for kind in Kind}:
            return
        self.ensure_built()
        kind = Kind(topic)
        self.search.clear()
        self.kinds.choose(kind)
        if isinstance(record, int | str):
            self._wanted = (kind, record)
            self._ask_list()

    # the record beside

    @Slot(object)
    def _on_current(self, line: Line | None) -> None:
        if line is None:
            return
        self.changing.leave_form()
        if line.question is not None:
            self._put_question(line.question)
        else:
            self._ask_detail(line.kind, line.record)

    @Slot(object)
    def _on_chosen(self, _line: Line) -> None:
        if self.key_actions["directory.change"].isEnabled():
            self.changing.begin_change()

    def _ask_detail(self, kind: Kind, record: int | str) -> None:
        read, run = self.desk.services.directory.record, self.desk.runner.run
        take, fail = partial(self.take_detail, kind, record), partial(self._take_no_detail, kind, record)
        run(
            *(read, self.desk.actor(), kind, record),
            done=take,
            failed=fail,
            owner=self,
            latest="directory.record",
        )

    def _take_no_detail(self, kind: Kind, record: int | str, error: Exception) -> None:
        """Put away what was taken back meanwhile; anything else that went wrong is told."""
        detail, panel = self.panel.detail, self.panel
        if not isinstance(error, RuleError):
            self.desk.messages.route(error, self)
        elif detail is not None and (detail.kind, identity(detail)) == (kind, record) and panel.form is None:
            panel.show_nothing()
            self.enable()

    def take_detail(self, kind: Kind, record: int | str, detail: Detail) -> None:
        """Show a record if it is still the one that the cursor is on."""
        line = self.table.current_record()
        if self.panel.is_new or (line is not None and (line.kind, line.record) != (kind, record)):
            return
        self.panel.show_detail(detail)
        self.enable()

    def _put_question(self, question: QuestionView) -> None:
        self.panel.show_question(question, late=is_overdue(question, self.desk.services.questions.now()))
        self.enable()

    def _ask_departments(self) -> None:
        ask = partial(self.desk.services.directory.departments, inactive=True)
        run, take = self.desk.runner.run, self._take_departments
        run(ask, self.desk.actor(), done=take, owner=self, latest="directory.places")

    def _take_departments(self, departments: Sequence[DepartmentView]) -> None:
        self.panel.take_departments([Choice(one.id, one.name, one.code) for one in departments])

    def enable(self, busy: bool = False) -> None:
        keys, panel, kind = self.key_actions, self.panel, self.kinds.kind()
        if not keys:
            return
        question, detail, open_form = panel.question, panel.detail, panel.form is not None
        may_add = self._asks if kind is Kind.QUESTION else self._writes and kind not in (None, Kind.STAFF)
        may_change = detail is not None and self._writes and detail.kind is not Kind.STAFF
        state = question.state if question is not None else None
        own = detail is not None and detail.kind is Kind.PHRASE and detail.view.own
        able = {
            "new": may_add,
            "change": not open_form and (may_change or state in (QuestionState.OPEN, QuestionState.ANSWERED)),
            "ask": self._asks and not (open_form and panel.is_new and panel.kind is Kind.QUESTION),
            "follow": not open_form and may_change and detail is not None and detail.kind is Kind.PRICE,
            "told": state is QuestionState.ANSWERED,
            "shipped": self._writes and own and detail is not None and detail.view.shipped is not None,
            "copy": detail is not None or bool(question and question.answer),
            "reopen": state in (QuestionState.ANSWERED, QuestionState.TOLD),
            "visitor": question is not None and question.visitor_id is not None,
            "store": open_form,
        }
        for name, may in able.items():
            keys[f"directory.{name}"].setEnabled(may and not busy)
        keys["directory.change"].call(N_("Answer") if question is not None else N_("Change"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts the form away, then goes to the search field; what was typed is kept."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.panel.form is not None:
            self.changing.leave_form()
            self.table.setFocus()
        else:
            self.to_search()

    @Slot()
    def to_visitor(self) -> None:
        """Go to the desk with the visitor who asked."""
        question = self.panel.question
        if question is not None and question.visitor_id is not None:
            self.desk.ways.go("intake", "desk", "visitor", question.visitor_id)

    @Slot()
    def copy(self) -> None:
        """Copy what is read aloud: phone, price, room, or the sentence."""
        line = self.table.current_record()
        if line is not None and line.copied:
            copy_freely(said(line.copied, self.desk.tr))
            self.desk.messages.did(Text(N_("Copied: {text}"), {"text": said(line.copied, self.desk.tr)}))


def _answers(question: QuestionView, typed: str) -> bool:
    parts = (question.text, question.answer, question.visitor, question.code)
    return all(any(word in part.casefold() for part in parts) for word in typed.split())
