"""The figures of the house: every option of the site that a supervisor may change, with its source and default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from deskapp import settings
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, DeskError
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.settings import OPTIONS, Deductions
from deskapp.ui.base_tab import BaseView
from deskapp.ui.keys import Action
from deskapp.ui.messages import Retry
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Panel, label, scrolled
from deskapp.ui.widgets.editors import CHOICE, INT, Choice, Field
from deskapp.ui.widgets.form import Form

DEDUCTIONS: Final = (
    Choice(Deductions.POINTS.value, N_("points"), "1"),
    Choice(Deductions.MONEY.value, N_("money"), "2"),
)
HOUSE, LINE = N_("The house"), N_("Waiting, line and appointments")


def _figure(option: settings.Option[int], words: str, fold: str) -> Field:
    return Field(option.name, words, INT, required=True, fold=fold)


FIELDS: Final = (
    Field(settings.HOSPITAL_NAME.name, N_("Name of the hospital"), required=True, fold=HOUSE),
    _figure(settings.DOOR_GUIDES, N_("Guides at the main entrance"), HOUSE),
    _figure(settings.LOCK_MINUTES, N_("The screen locks after, minutes"), HOUSE),
    _figure(settings.CLIPBOARD_SECONDS, N_("Copies are forgotten after, seconds"), HOUSE),
    _figure(settings.RETENTION_YEARS, N_("Records are kept, years"), HOUSE),
    _figure(settings.PAPER_BLOCK_SIZE, N_("Paper numbers in a block"), HOUSE),
    Field(
        settings.DEDUCTIONS.name,
        N_("Deductions are counted in"),
        CHOICE,
        DEDUCTIONS,
        width=2,
        required=True,
        fold=HOUSE,
    ),
    _figure(settings.WAIT_APOLOGY_MINUTES, N_("Apology due after, minutes"), LINE),
    _figure(settings.WAIT_TARGET_MINUTES, N_("Target for the longest wait, minutes"), LINE),
    _figure(settings.NO_SHOW_MINUTES, N_("Called but not there after, minutes"), LINE),
    _figure(settings.AGEING_MINUTES, N_("IV counts as III after, minutes"), LINE),
    _figure(settings.APPOINTMENTS_EACH, N_("Appointments per turn"), LINE),
    _figure(settings.WALK_INS_EACH, N_("Walk-ins per turn"), LINE),
    _figure(settings.APPOINTMENT_MINUTES, N_("Length of an appointment, minutes"), LINE),
    _figure(settings.EARLY_MINUTES, N_("Appointment counts before its time, minutes"), LINE),
    _figure(settings.LATE_MINUTES, N_("Appointment counts after its time, minutes"), LINE),
    _figure(settings.QUESTION_HOURS, N_("Questions answered within, hours"), LINE),
)
NAMES: Final = tuple(field.name for field in FIELDS)
DEDUCTIONS_WHY: Final = N_(
    "Points carry no money: the regulations' amounts are shown as points, 1 for 10 yuan.\n"
    "Fining staff is penalised in some provinces; money needs a day of notice and has a monthly cap."
)
SOURCE: Final = N_(
    "Figures of the regulations are marked; the others are this program's own choice. Each change is written into"
    " the trail with before and after."
)


class SettingsPage(BaseView):
    """One form; below each field whose figure it is and what it is by default."""

    title = N_("Figures of the house")
    icon = "sliders-horizontal"
    help = N_(
        "Here a supervisor sets what holds for the whole house. Below each figure stands whose it is: the"
        " regulations' or this program's own choice, and its default. Everything typed is stored together;"
        " what another desk changed meanwhile is shown and never written over unseen."
    )
    subjects = frozenset({"setting"})

    def build(self) -> None:
        """Make the form and its buttons."""
        self._stored: dict[str, object] = {}
        self._request = new_request()
        self._front = ""
        self.form = Form(FIELDS, self.desk.tr, columns=4)
        self.form.open_folds()
        self.form.submitted.connect(self.store)
        self.form.changed.connect(self._on_changed)
        self._keys = self.desk.keys.install(self, self._own_actions())
        self._source = label("", "secondary", wrap=True)
        panel = Panel()
        panel.body.addWidget(self._source)
        panel.body.addWidget(self.form)
        panel.body.addStretch(1)
        row = QHBoxLayout()
        for action in self._keys.values():
            row.addWidget(ActionButton(action))
        row.addStretch(1)
        self.body.addWidget(scrolled(panel), 1)
        self.body.addLayout(row)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        self._enable()

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("figures.store", N_("Store"), self.store, "Ctrl+Return", "save", primary=True),
            Action(
                "figures.default",
                N_("Back to the default"),
                self.back_to_default,
                "F6",
                "undo-2",
                hint=N_("Put the default into the field that has the cursor"),
            ),
        )

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._source.setText(tr(SOURCE))
        self.form.retranslate(tr)

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Ask what is stored."""
        actor, run = self.desk.actor(), self.desk.runner.run
        values = self.desk.services.settings.values
        run(values, actor, actor.desk, done=self._show, owner=self, latest="values")

    def _show(self, values: Mapping[str, object]) -> None:
        found = {name: values[name] for name in NAMES}
        clashes = self.form.follow(found)
        self._stored = found
        for name in NAMES:
            self._note(name)
        for name, value in clashes.items():
            self.form.set_note(name, Text(N_("Another desk wrote: {value}"), {"value": value}), "warning")
        self._enable()

    def _note(self, name: str) -> None:
        if not self.form.error(name):
            self.form.set_note(name, note(name))

    # --- Doing -------------------------------------------------------------------------------------------------

    @Slot()
    def store(self) -> None:
        """Store what was typed, all of it or nothing."""
        if not self._keys["figures.store"].isEnabled() or not self.form.check():
            return
        typed = {name: self.form.value(name) for name in self.form.typed()}
        seen = {name: self._stored[name] for name in typed}
        if not typed:
            return
        self.form.know(typed)
        change = self.desk.services.settings.change_figures
        actor = self.desk.actor()
        self.run(change, actor, self._request, typed, seen, done=self._done, busy=self._set_busy)

    def _set_busy(self, busy: bool) -> None:
        self._keys["figures.store"].setEnabled(not busy)

    def _done(self, _done: object) -> None:
        self._request = new_request()
        self.desk.messages.did(Text(N_("Settings stored")))
        self.refresh(Changes())

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show a wrong figure at its field; after a conflict what stands there now."""
        # Whatever is sent next is another order.
        self._request = new_request()
        if isinstance(error, ConflictError):
            self.refresh(Changes())
        return super().take_error(error, retry)

    @Slot()
    def back_to_default(self) -> None:
        """Put the default into the field that has the cursor; it counts once it is stored."""
        if self._front and has_default(self._front):
            self.form.fill(self._front, OPTIONS[self._front].default)
            self._enable()

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            name = self._name_of(now)
            if name:
                self._front = name
                self._enable()

    def _name_of(self, widget: QObject) -> str:
        return next((name for name in NAMES if self.form.widget(name) is widget), "")

    @Slot(object)
    def _on_changed(self, name: str) -> None:
        self._note(name)
        self._enable()

    def _enable(self) -> None:
        name = self._front
        other = bool(name) and has_default(name) and self.form.value(name) != OPTIONS[name].default
        self._keys["figures.default"].setEnabled(other)

    def close_view(self) -> None:
        """Follow the cursor no more."""
        if self._built and not self._closed:
            application = QApplication.instance()
            assert isinstance(application, QApplication)
            application.focusChanged.disconnect(self._on_focus)
        super().close_view()


def has_default(name: str) -> bool:
    """Say whether there is a default to go back to: a house's name is its own."""
    return name != settings.HOSPITAL_NAME.name


def note(name: str) -> Text | str:
    """Return whose figure an option is, and its default."""
    option = OPTIONS[name]
    if not has_default(name):
        return ""
    if name == settings.DEDUCTIONS.name:
        return DEDUCTIONS_WHY
    if name == settings.RETENTION_YEARS.name:
        return Text(N_("Regulations: {value} at least"), {"value": option.default})
    if option.regulation:
        return Text(N_("Regulations: {value}"), {"value": option.default})
    return Text(N_("Own choice, default {value}"), {"value": option.default})
