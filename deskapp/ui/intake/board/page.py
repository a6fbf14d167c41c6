"""The page of the board: whether and where it hangs, what it shows, how it is heard, and how it looks now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QSizePolicy, QVBoxLayout, QWidget

from deskapp import settings
from deskapp.domain.board import LANGUAGES, BoardView, check_volume, quiet_hours
from deskapp.domain.changes import Changes
from deskapp.domain.directory import DepartmentView
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError
from deskapp.i18n import NATIVE_NAMES, Translator
from deskapp.services.base import Done, new_request
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.intake.board.canvas import BoardCanvas, Showing
from deskapp.ui.intake.board.keeper import BoardKeeper, Place
from deskapp.ui.intake.board.options import options_of
from deskapp.ui.intake.board.screens import ScreenFacts
from deskapp.ui.keys import Action
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Icon, Panel, Section, label, scrolled
from deskapp.ui.widgets.editors import CHECK, CHOICE, INT, TIME, Choice, Field
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.form import Form

PREVIEW_WIDTH: Final = 460
NARROW: Final = 300
ROOMY: Final = 1100
LISTED_ROWS: Final = 5
LISTED_WIDTH: Final = 240
QUIET_FROM, QUIET_UNTIL = "quiet.from", "quiet.until"
FIRST_OTHER: Final = Choice("", N_("the first one that the desk is not on"))

BOARD_FIELDS: Final = (
    Field(settings.BOARD_ON.name, N_("Show the board of the waiting room"), CHECK, width=2),
    Field(settings.BOARD_SCREEN.name, N_("On this screen"), CHOICE, (FIRST_OTHER,), width=2),
)
LANGUAGE_FIELDS: Final = tuple(
    Field(code, Words(name, name, name), CHECK) for code, name in NATIVE_NAMES.items()
)
VOICE_FIELDS: Final = (
    Field(settings.VOICE_ON.name, N_("Let calls be heard"), CHECK, width=3),
    Field(settings.VOICE_VOLUME.name, N_("Volume, 0 to 100"), INT, required=True),
    Field(QUIET_FROM, N_("Quiet from"), TIME),
    Field(QUIET_UNTIL, N_("Quiet until"), TIME),
)


class BoardPage(BaseView):
    """Settings of this workstation's board beside a small picture of it."""

    title = N_("Board")
    icon = "monitor"
    help = N_(
        "The board hangs in the waiting room, on a second screen of this computer. It shows who is called, numbers"
        " that come next and running notices; names are masked, urgency is never shown. It stays up while the desk"
        " is locked. Calls can be heard: that is off until you switch it on."
    )
    subjects = frozenset({"queue", "visit", "number", "notice", "setting", "department"})

    def build(self) -> None:
        """Make the forms, the list of departments and the preview."""
        self._keeper = BoardKeeper.of(self.desk)
        self._values: dict[str, object] = {}
        self._departments: tuple[str, ...] = ()
        self._ticked: set[str] = set()
        self._listed: Sequence[DepartmentView] = ()
        self._view: BoardView | None = None
        tr = self.desk.tr
        self.form = Form(BOARD_FIELDS, tr, columns=2)
        self.spoken_in = Form(LANGUAGE_FIELDS, tr, columns=3)
        self.voice = Form(VOICE_FIELDS, tr, columns=3)
        self.forms = (self.form, self.spoken_in, self.voice)
        for form in self.forms:
            form.submitted.connect(self.store)
        self.departments = _Ticks()
        self.departments.itemChanged.connect(self._on_tick)
        self.canvas = BoardCanvas(self._wall)
        self.canvas.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._state, self._heard = label("", "value", wrap=True), label("", "secondary", wrap=True)
        self._sign = Icon("monitor", "secondary", large=True)
        self._keys = self.desk.keys.install(self, self._own_actions())
        self._lay_out()
        if self._keeper is not None:
            self._keeper.changed.connect(self._tell)
            self._keeper.screens.changed.connect(self._list_screens)
        self._list_screens()

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("board.store", N_("Store"), self.store, "Ctrl+Return", "save", primary=True),
            Action("board.test", N_("Test call"), self.test_call, "F6", "volume-2"),
            Action("board.window", N_("Show in a window"), self.show_window, "F7", "monitor"),
        )

    def _lay_out(self) -> None:
        self._where, self._what, self._sound = Section(), Section(), Section()
        self._where.body.addWidget(self.form)
        self._what.body.addWidget(self.spoken_in)
        self._which = label("", "label", wrap=True)
        self._what.body.addWidget(self._which)
        self._what.body.addWidget(self.departments, 1)
        self._sound.body.addWidget(self.voice)
        left = Panel()
        for section in (self._where, self._what, self._sound):
            # The departments have the room that is left: there are dozens.
            left.body.addWidget(section, int(section is self._what))
        buttons = FlowLayout()
        for action in self._keys.values():
            buttons.addWidget(ActionButton(action))
        column = QVBoxLayout()
        column.addWidget(scrolled(left), 1)
        column.addLayout(buttons)
        self._row = QHBoxLayout()
        self._row.addLayout(column, 1)
        self._row.addWidget(self._beside(), 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self._row)
        self._fit()

    def _beside(self) -> QWidget:
        beside = Panel()
        head = QHBoxLayout()
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._state, 1)
        beside.body.addLayout(head)
        beside.body.addWidget(self.canvas)
        self._note = label("", "secondary", wrap=True)
        beside.body.addWidget(self._note)
        beside.body.addWidget(self._heard)
        return beside

    def _space(self) -> None:
        super()._space()
        if hasattr(self, "_row"):
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the preview smaller where the settings need the room."""
        super().resizeEvent(event)
        if hasattr(self, "_row"):
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Put the cursor into the first field."""
        super().showEvent(event)
        # Later: what is not on the screen yet would not have the cursor when the window is activated.
        QTimer.singleShot(0, self, self._take_cursor)

    @Slot()
    def _take_cursor(self) -> None:
        if self.isVisible():
            self.form.focus_first()

    def _fit(self) -> None:
        sizes = style.tokens().sizes
        self._row.setSpacing(sizes.margin)
        width = sizes.px(PREVIEW_WIDTH if self.width() >= sizes.px(ROOMY) else NARROW)
        self.canvas.setFixedSize(width, width * 9 // 16)
        self.departments.updateGeometry()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._where.set_title(tr(N_("Where")))
        self._what.set_title(tr(N_("What it shows, in which languages in turn")))
        self._sound.set_title(tr(N_("How calls are heard")))
        self._which.setText(tr(N_("Departments on this board; none ticked shows all")))
        self.departments.setAccessibleName(tr(N_("Departments on this board")))
        self._note.setText(tr(N_("This is how it looks now, as stored.")))
        for form in self.forms:
            form.retranslate(tr)
        self._list_screens()
        self._list_departments()
        self._tell()

    # --- What is stored ----------------------------------------------------------------------------------------

    def refresh(self, changes: Changes) -> None:
        """Ask for the settings, the departments and the board; of other people's calls only the board."""
        actor, services, run = self.desk.actor(), self.desk.services, self.desk.runner.run
        if not changes or changes.concerns("setting") or changes.concerns("department"):
            run(
                services.settings.values,
                actor,
                actor.desk,
                done=self._take_values,
                owner=self,
                latest="values",
            )
            run(services.directory.departments, actor, done=self._take_departments, owner=self, latest="list")
        self._ask_view()

    def _ask_view(self) -> None:
        state, run = self.desk.services.board.state, self.desk.runner.run
        run(
            state,
            self.desk.actor(),
            self._departments,
            done=self._take_view,
            failed=_unseen,
            owner=self,
            latest="view",
        )

    def _take_values(self, values: dict[str, object]) -> None:
        self._values = values
        shown = form_values(values)
        for form in self.forms:
            form.follow({name: shown[name] for name in form.values()})
        stored = options_of(values).departments
        if stored != self._departments:
            if self._ticked == set(self._departments):
                self._ticked = set(stored)
            self._departments = stored
            self._list_departments()
            self._ask_view()
        self._draw()
        self._tell()

    def _take_departments(self, departments: Sequence[DepartmentView]) -> None:
        self._listed = departments
        self._list_departments()

    def _list_departments(self) -> None:
        blocked = self.departments.blockSignals(True)
        self.departments.clear()
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable
        for department in self._listed:
            item = QListWidgetItem(self.desk.tr(department.name))
            item.setToolTip(item.text())
            item.setFlags(flags)
            ticked = department.code in self._ticked
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            item.setData(Qt.ItemDataRole.UserRole, department.code)
            self.departments.addItem(item)
        self.departments.share_width()
        self.departments.blockSignals(blocked)

    @Slot(QListWidgetItem)
    def _on_tick(self, item: QListWidgetItem) -> None:
        code = str(item.data(Qt.ItemDataRole.UserRole))
        if item.checkState() == Qt.CheckState.Checked:
            self._ticked.add(code)
        else:
            self._ticked.discard(code)

    def _chosen_departments(self) -> str:
        """Return the ticked codes in the order of the list, and those that the list no longer has behind them."""
        listed = [department.code for department in self._listed]
        gone = sorted(self._ticked.difference(listed))
        return ",".join(code for code in (*listed, *gone) if code in self._ticked)

    @Slot()
    def store(self) -> None:
        """Store what differs from what is stored."""
        if any(not form.check() for form in self.forms):
            return
        try:
            wanted = self._wanted()
        except InputError as error:
            self.take_error(error)
            return
        changed = {name: value for name, value in wanted.items() if value != self._values.get(name)}
        for form in self.forms:
            form.know(form.values())
        self.run(self._store_all, changed, done=self._stored, busy=self._set_busy)

    def _wanted(self) -> dict[str, object]:
        typed = {name: value for form in self.forms for name, value in form.values().items()}
        languages = [code for code in LANGUAGES if typed.pop(code)]
        since, until = typed.pop(QUIET_FROM), typed.pop(QUIET_UNTIL)
        quiet = quiet_text(since, until)
        quiet_hours(quiet)
        check_volume(typed[settings.VOICE_VOLUME.name])
        if not languages:
            raise InputError(LANGUAGES[0], "board.languages", Text(N_("Choose one language at least.")))
        typed[settings.BOARD_SCREEN.name] = typed[settings.BOARD_SCREEN.name] or ""
        return typed | {
            settings.BOARD_LANGUAGES.name: ",".join(languages),
            settings.BOARD_DEPARTMENTS.name: self._chosen_departments(),
            settings.VOICE_QUIET.name: quiet,
        }

    def _store_all(self, changed: Mapping[str, object]) -> Done[None]:
        """Store each in a transaction of its own; called in a worker."""
        stored, actor = self.desk.services.settings, self.desk.actor()
        changes = Changes()
        for name, value in changed.items():
            done: Done[Any] = stored.change_here(actor, new_request(), name, value, actor.desk)
            changes |= done.changes
        return Done(None, changes)

    def _set_busy(self, busy: bool) -> None:
        self._keys["board.store"].setEnabled(not busy)

    def _stored(self, _done: object) -> None:
        self.desk.messages.did(Text(N_("Board stored")))

    # --- How it is now -----------------------------------------------------------------------------------------

    @Slot()
    def _list_screens(self) -> None:
        screens = self._keeper.screens.all() if self._keeper is not None else ()
        desk = self._keeper.screens.desk_key() if self._keeper is not None else ""
        choices = [Choice(screen.key, _screen_words(screen, screen.key == desk)) for screen in screens]
        self.form.set_choices(settings.BOARD_SCREEN.name, [FIRST_OTHER, *choices])

    def _take_view(self, view: BoardView) -> None:
        self._view = view
        self._draw()

    def _draw(self) -> None:
        options = options_of(self._values)
        drawn = Showing(self._view, options.languages, options.hospital)
        if self._keeper is not None:
            drawn = replace(drawn, logo=self._keeper.showing.logo)
        self.canvas.show_board(drawn)

    def window_example(self) -> QWidget | None:
        """Return the board as on a screen of its own, in the window's language."""
        board = BoardCanvas(self._wall)
        board.resize(1920, 1080)
        board.show_board(replace(self.canvas.showing, languages=(self.desk.tr.language,)))
        return board

    @Slot()
    def _tell(self) -> None:
        tr, keeper = self.desk.tr, self._keeper
        place = keeper.state.place if keeper is not None else Place.OFF
        self._sign.show_icon("monitor", _TONES[place])
        self._state.setText(tr(self._state_words()))
        self._heard.setText(self._means_words())
        floats = place is Place.FLOATING
        self._keys["board.window"].call(N_("Close the window") if floats else N_("Show in a window"))
        self._keys["board.window"].setEnabled(keeper is not None and place is not Place.SHOWN)
        self._keys["board.test"].setEnabled(keeper is not None)

    def _state_words(self) -> Text:
        if self._keeper is None:
            return Text(N_("The board is off."))
        state = self._keeper.state
        since = {"screen": state.screen, "since": state.since}
        match state.place:
            case Place.SHOWN:
                return Text(N_("Shown on {screen} since {since}."), since)
            case Place.FLOATING:
                return Text(N_("Shown in a window of its own since {since}."), since)
            case Place.WAITS if len(self._keeper.screens.all()) < 2:
                return Text(
                    N_(
                        "This computer has one screen, and the desk is on it. The board comes up with a second one."
                    )
                )
            case Place.WAITS:
                return Text(N_("Waiting for its screen since {since}; it comes up by itself."), since)
        return Text(N_("The board is off."))

    def _means_words(self) -> str:
        """Say by what calls are heard here: a missing voice is no error, but has to be known."""
        means = self._keeper.means() if self._keeper is not None else None
        if means is None:
            return ""
        languages = options_of(self._values).languages
        return "\n".join(
            self.desk.tr(MEANS[means.by[language]], language=NATIVE_NAMES[language]) for language in languages
        )

    @Slot()
    def test_call(self) -> None:
        """Let a made-up call be heard, with what is stored."""
        if self._keeper is not None:
            self._keeper.test_call()

    @Slot()
    def show_window(self) -> None:
        """Show the board in a window that can be moved, or close it again."""
        if self._keeper is None:
            return
        if self._keeper.state.place is Place.FLOATING:
            self._keeper.put_away()
        else:
            self._keeper.show_floating()

    def close_view(self) -> None:
        """Let go of the keeper, which stays."""
        if self._built and not self._closed and self._keeper is not None:
            self._keeper.changed.disconnect(self._tell)
            self._keeper.screens.changed.disconnect(self._list_screens)
        super().close_view()

    def _wall(self) -> dt.datetime:
        moment: dt.datetime = self.desk.services.settings.now()
        return moment.astimezone()


class _Ticks(QListWidget):
    """Boxes to tick, in as many columns as have room."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)

    def sizeHint(self) -> QSize:
        """Return the room for a few rows; there may be more."""
        return QSize(super().sizeHint().width(), LISTED_ROWS * style.tokens().sizes.row)

    def minimumSizeHint(self) -> QSize:
        """Return the room for a few rows: below that the page scrolls."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        self.share_width()

    def share_width(self) -> None:
        """Give every box a column's width."""
        sizes = style.tokens().sizes
        # A cell as wide as the list itself would begin in the second row, and the scroll bar comes and goes.
        width = self.contentsRect().width() - self.verticalScrollBar().sizeHint().width() - 1
        columns = max(1, width // sizes.px(LISTED_WIDTH))
        size = QSize(width // columns, sizes.row)
        self.setGridSize(size)
        for at in range(self.count()):
            self.item(at).setSizeHint(size)


_TONES: Final = {
    Place.OFF: "secondary",
    Place.SHOWN: "good",
    Place.FLOATING: "good",
    Place.WAITS: "warning",
}
MEANS: Final = {
    "voice": N_("{language}: spoken by the computer's voice"),
    "clips": N_("{language}: put together from recorded clips"),
    "chime": N_("{language}: no voice on this computer, calls ring"),
}


def _screen_words(screen: ScreenFacts, is_desks: bool) -> Text:
    width, height = screen.size
    size = {"screen": screen.title, "width": width, "height": height}
    if is_desks:
        return Text(N_("{screen}, {width} × {height}: the desk is on it"), size)
    return Text(N_("{screen}, {width} × {height}"), size)


def form_values(values: Mapping[str, object]) -> dict[str, object]:
    """Return the settings as the fields of the page show them."""
    options = options_of(values)
    quiet = options.manner.quiet
    shown = dict(values) | {code: code in options.languages for code in LANGUAGES}
    shown[settings.VOICE_VOLUME.name] = options.manner.volume
    shown[QUIET_FROM] = quiet.since if quiet is not None else None
    shown[QUIET_UNTIL] = quiet.until if quiet is not None else None
    return shown


def quiet_text(since: object, until: object) -> str:
    """Return quiet hours as they are stored; `InputError` at the time that is missing."""
    if since is None and until is None:
        return ""
    if not isinstance(since, dt.time) or not isinstance(until, dt.time):
        field = QUIET_UNTIL if isinstance(since, dt.time) else QUIET_FROM
        raise InputError(field, "voice.quiet", Text(N_("Quiet hours have a beginning and an end.")))
    return f"{since:%H:%M}-{until:%H:%M}"


def _unseen(_error: Exception) -> None:
    """The preview shows what was known; whoever works with the page is told by its other questions."""
