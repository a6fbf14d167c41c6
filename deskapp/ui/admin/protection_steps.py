"""What the page of protection does in place: a new key in three steps, another way to keep it, turning it off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from deskapp.domain.recovery import Kept
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.i18n import Translator, translator
from deskapp.services import protect
from deskapp.services.base import new_request
from deskapp.ui.base_tab import BaseView, Report
from deskapp.ui.preview import Preview, PreviewDialog, Printed
from deskapp.ui.printing import Printing
from deskapp.ui.widgets.basics import Panel, label
from deskapp.ui.widgets.editors import CHOICE, PASSWORD, Choice, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.recovery_field import CODE, CODE_FIELD, tell_groups

KEEPING: Final = (
    Field(
        "kept",
        N_("The key is kept"),
        CHOICE,
        (
            Choice(Kept.PASSPHRASE.value, N_("behind a passphrase, typed at every start"), "1"),
            Choice(Kept.KEY_STORE.value, N_("in the key store of this account of the computer"), "2"),
        ),
        required=True,
        width=2,
    ),
    Field("passphrase", N_("Passphrase: four or five words"), PASSWORD, max_length=1000),
    Field("again", N_("Passphrase again"), PASSWORD, max_length=1000),
)
OFF_WHY: Final = N_(
    "The key is put back beside the database. From then on whoever takes the computer or a copy of the "
    "folder can read everything. The recovery sheet stays good."
)
PRINT_WHY: Final = N_(
    "1. Print the recovery sheet of the new key {key} and put it away. It is the only way in when the "
    "passphrase is lost. The code is shown on the sheet only."
)
TYPE_WHY: Final = N_(
    "2. Type the code back from the paper. So it is certain that the sheet can be read. Nothing has been changed yet."
)
KEEP_WHY: Final = N_(
    "3. Choose how the key is kept. Then the desk closes, every file is copied under the new key, and the "
    "desk opens again: a minute or more, depending on the size. Close the other desk programs on this "
    "computer first."
)


class StepPanel(Panel):
    """A panel of the page that appears when it is begun and goes when it ends."""

    def __init__(self, page: BaseView) -> None:
        super().__init__()
        self.page = page
        self.back = QPushButton()
        self.back.clicked.connect(self.end)
        self.go = QPushButton()
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self.take)
        self.hide()

    def buttons(self) -> QHBoxLayout:
        """Return the row with the way back and the way on."""
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.go)
        return row

    def begin(self) -> None:
        """Show it, empty."""
        self.show()

    @Slot()
    def end(self) -> None:
        """Hide it and forget what was typed."""
        self.hide()

    @Slot()
    def take(self) -> None:
        """Do what the panel is for."""

    def set_busy(self, busy: bool) -> None:
        """Take no second click while the first is under way."""
        self.go.setEnabled(not busy)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.back.setText(tr(N_("Back")))


class TurnOff(StepPanel):
    """What turning off means, and the button that does it."""

    def __init__(self, page: BaseView) -> None:
        super().__init__(page)
        self._why = label("", wrap=True)
        self.body.addWidget(self._why)
        self.body.addLayout(self.buttons())

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        super().retranslate(tr)
        self.set_title(tr(N_("Turn protection off")))
        self._why.setText(tr(OFF_WHY))
        self.go.setText(tr(N_("Put the key back")))

    @Slot()
    def take(self) -> None:
        """Put the key back beside the database."""
        desk = self.page.desk
        keep = desk.services.protect.keep
        run = self.page.run
        run(keep, desk.actor(), new_request(), Kept.BESIDE, done=self._off, busy=self.set_busy)

    def _off(self, _done: Any) -> None:
        self.end()
        self.page.desk.messages.did(Text(N_("Protection is off")))


class Keeping(StepPanel):
    """Another passphrase, or another place for the same key."""

    def __init__(self, page: BaseView) -> None:
        super().__init__(page)
        self.form = Form(KEEPING, page.desk.tr)
        self.form.changed.connect(self._on_changed)
        self.form.submitted.connect(self.take)
        self._store_why = label("", "secondary", wrap=True)
        self.body.addWidget(self.form)
        self.body.addWidget(self._store_why)
        self.body.addLayout(self.buttons())

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        super().retranslate(tr)
        self.set_title(tr(N_("Change how the key is kept")))
        self.form.retranslate(tr)
        self._store_why.setText(tr(STORE_WHY))
        self.go.setText(tr(N_("Keep it so")))

    def begin(self) -> None:
        """Show it with the usual choice."""
        self.form.clear()
        self.form.set_values({"kept": Kept.PASSPHRASE.value})
        self._on_changed("kept")
        self.show()
        self.form.focus("passphrase")

    @Slot()
    def end(self) -> None:
        """Hide it and forget what was typed."""
        self.form.clear()
        self.hide()

    @Slot(object)
    def _on_changed(self, name: str) -> None:
        if name == "kept":
            by_passphrase = self.form.value("kept") != Kept.KEY_STORE.value
            for field in ("passphrase", "again"):
                self.form.set_shown(field, by_passphrase)
            self._store_why.setVisible(not by_passphrase)

    def chosen(self) -> tuple[Kept, str] | None:
        """Return the way to keep the key and the passphrase; None after saying at the field what is wrong."""
        if not self.form.check():
            return None
        kept = Kept(str(self.form.value("kept")))
        if kept is Kept.KEY_STORE:
            return kept, ""
        first, again = (str(self.form.value(name) or "") for name in ("passphrase", "again"))
        if first != again:
            self.form.take_error(
                InputError("again", "passphrase.again", Text(N_("The two passphrases differ.")))
            )
            return None
        return kept, first

    @Slot()
    def take(self) -> None:
        """Keep the key as chosen."""
        chosen = self.chosen()
        if chosen is not None:
            desk = self.page.desk
            keep = desk.services.protect.keep
            self.page.run(
                keep,
                desk.actor(),
                new_request(),
                *chosen,
                done=self._kept,
                busy=self.set_busy,
                owner=self.form,
            )

    def _kept(self, _done: Any) -> None:
        self.end()
        self.page.desk.messages.did(Text(N_("The key is kept as you chose")))


STORE_WHY: Final = N_(
    "The key store belongs to the account with which you are signed in to the computer. From another "
    "account this hospital opens with the recovery code only."
)


class NewKey(Keeping):
    """A new key: print its sheet, type the code back, choose how it is kept."""

    def __init__(self, page: BaseView) -> None:
        super().__init__(page)
        self._made: protect.NewKey | None = None
        self._request = ""
        self._print_why, self._type_why, self._keep_why = (label("", wrap=True) for _ in range(3))
        self.print = QPushButton()
        self.print.clicked.connect(self.show_sheet)
        self.code = Form((CODE_FIELD,), page.desk.tr)
        self.code.changed.connect(self._on_code)
        self.code.submitted.connect(self.check_code)
        self.next = QPushButton()
        self.next.clicked.connect(self.check_code)
        above = (self._print_why, self.print, self._type_why, self.code, self.next, self._keep_why)
        for place, widget in enumerate(above):
            # Buttons are as wide as their words.
            left = Qt.AlignmentFlag.AlignLeft if isinstance(widget, QPushButton) else Qt.AlignmentFlag(0)
            self.body.insertWidget(place, widget, 0, left)
        self._second = (self._type_why, self.code, self.next)
        self._third: tuple[QWidget, ...] = (self._keep_why, self.form, self.go)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        super().retranslate(tr)
        self.set_title(tr(N_("A new key in three steps")))
        self.print.setText(tr(N_("Show and print the sheet")))
        self.code.retranslate(tr)
        self.next.setText(tr(N_("The code is right: go on")))
        self.go.setText(tr(N_("Change the key now")))
        self._type_why.setText(tr(TYPE_WHY))
        self._keep_why.setText(tr(KEEP_WHY))
        self._name_key(tr)

    def _name_key(self, tr: Translator) -> None:
        if self._made is not None:
            self._print_why.setText(tr(PRINT_WHY, key=self._made.paper.key_id))

    def begin(self) -> None:
        """Have a key made."""
        desk = self.page.desk
        self.page.run(desk.services.protect.new_key, desk.actor(), desk.actor().name, done=self._take_key)

    def _take_key(self, made: protect.NewKey) -> None:
        super().begin()
        self.code.clear()
        self._made = made
        self._name_key(self.page.desk.tr)
        self._show_second(False)
        self._show_third(False)
        self.print.setFocus()

    @Slot()
    def end(self) -> None:
        """Hide it; the new key, which opens nothing yet, is forgotten."""
        self._made = None
        self.code.clear()
        super().end()

    def _show_second(self, shown: bool) -> None:
        for widget in self._second:
            widget.setVisible(shown)

    def _show_third(self, shown: bool) -> None:
        for widget in self._third:
            widget.setVisible(shown)
        if shown:
            self.form.focus("passphrase")
        else:
            self._store_why.hide()

    @Slot()
    def show_sheet(self) -> None:
        """Show the sheet, to be printed or saved."""
        if self._made is None:
            return
        sheet = Preview(
            protect.SHEET, N_("Recovery sheet"), ("A4",), _Sheet(self._made).draw, self._made.paper.key_id
        )
        desk = self.page.desk
        dialog = PreviewDialog(desk, Printing(desk), (sheet,), self.page)
        dialog.printed.connect(self._on_printed)
        dialog.open()

    @Slot(object)
    def _on_printed(self, printed: Printed) -> None:
        if self._made is None:
            return
        where = printed.printer or (printed.file.name if printed.file is not None else "")
        desk = self.page.desk
        record = desk.services.protect.sheet_printed
        self.page.run(
            record, desk.actor(), new_request(), self._made.paper.key_id, where, done=self._sheet_is_out
        )

    def _sheet_is_out(self, _done: Any) -> None:
        self._show_second(True)
        self.code.focus(CODE)

    @Slot(object)
    def _on_code(self, _name: str) -> None:
        tell_groups(self.code)

    @Slot()
    def check_code(self) -> None:
        """Look whether the typed code is the one of the sheet."""
        if self._made is None or not self.code.check():
            return
        try:
            protect.sheet_key(self._made.paper.key_id, str(self.code.value(CODE)))
        except InputError as error:
            self.code.take_error(error)
            return
        self.next.hide()
        self._show_third(True)

    @Slot()
    def take(self) -> None:
        """Check everything, then close the desk and change the key."""
        chosen = self.chosen()
        if chosen is None or self._made is None:
            return
        desk = self.page.desk
        ordered = (self._made.paper.key_id, str(self.code.value(CODE)), *chosen)
        order = desk.services.protect.order
        self.page.run(
            order, desk.actor(), *ordered, done=self._carry_out, busy=self.set_busy, owner=self.form
        )

    def _carry_out(self, order: protect.KeyOrder) -> None:
        self.end()
        assert self.page.desk.while_closed is not None
        self.page.desk.while_closed(Changing(order))


@dataclass(frozen=True)
class _Sheet:
    """Draws the sheet in a worker."""

    made: protect.NewKey

    def draw(self, size: str, language: str) -> bytes:
        from deskapp.forms import catalog

        return catalog.render(
            protect.SHEET, self.made.paper, self.made.letterhead, translator(language), size
        )


@dataclass(frozen=True)
class Changing:
    """The change of key, to be done while the hospital is closed."""

    order: protect.KeyOrder

    def __call__(self, *, report: Report) -> Text:
        """Do it; return what to say afterwards."""
        done = protect.carry_out(self.order, report)
        told = {"key": done.key_id, "count": done.backups, "names": ", ".join(done.unread)}
        if done.second_away:
            return Text(SECOND_AWAY, told)
        return Text(SOME_OLDER if done.unread else ALL_DONE, told)


ALL_DONE: Final = N_("The data is protected by the new key {key}. Backups brought along: {count}.")
SOME_OLDER: Final = N_(
    "The data is protected by the new key {key}. Backups brought along: {count}. These have an older key and"
    " stayed as they are: {names}."
)
SECOND_AWAY: Final = N_(
    "The data is protected by the new key {key}. Backups brought along: {count}. The second backup folder was"
    " not there: what lies in it still has the old key beside it. Plug it in and make a new key, or destroy it."
)
