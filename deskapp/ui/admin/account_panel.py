"""One account beside the list: its fields, the question before what can't be undone, its sign-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from deskapp.domain.access import ROLE_LABELS, Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.services.access import AccountDetails, Try
from deskapp.ui import style
from deskapp.ui.access.history import HistoryTable
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Panel, Section, label
from deskapp.ui.widgets.editors import CHECK, DATE, Field
from deskapp.ui.widgets.form import ANOTHER_DESK, Form

ROLE: Final = "role_"
HISTORY_HEIGHT: Final = 130
FIELDS: Final = (
    Field("name", N_("Name"), required=True),
    Field("sign_in", N_("Signs in as"), required=True),
    Field("starts", N_("First day"), DATE),
    Field("ends", N_("Last day"), DATE),
    Field("staff", N_("Number or name in the staff list"), width=2),
    *(Field(f"{ROLE}{role.value}", words, CHECK) for role, words in ROLE_LABELS.items()),
)


class AccountPanel(Panel):
    """Shows one account, or an empty form for a new one. What was typed is kept while others are looked at."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self._typed: dict[int, dict[str, str]] = {}
        self.account: AccountDetails | None = None
        self.form = Form(FIELDS, tr)
        self.ask = Ask()
        self.first = FirstPassword()
        self.history = HistoryTable(tr)
        self.history.setMinimumHeight(style.tokens().sizes.px(HISTORY_HEIGHT))
        self.buttons = QGridLayout()
        self._tries = Section()
        self._tries.body.addWidget(self.history)
        for widget in (self.form, self.ask, self.first):
            self.body.addWidget(widget)
        self.body.addLayout(self.buttons)
        self.body.addWidget(self._tries, 1)
        self.retranslate(tr)

    def add_buttons(self, actions: Sequence[KeyAction]) -> None:
        """Show these actions as buttons with their keys."""
        self._buttons = [ActionButton(action) for action in actions]
        self.arrange(2)

    def arrange(self, columns: int) -> None:
        """Put the buttons into so many columns."""
        for place, button in enumerate(self._buttons):
            self.buttons.addWidget(button, place // columns, place % columns)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        self.set_title(self.account.name if self.account is not None else tr(N_("New person")))
        self._tries.set_title(tr(N_("Sign-ins")))
        self.form.retranslate(tr)
        self.ask.retranslate(tr)
        self.first.retranslate(tr)
        self.history.retranslate(tr)

    def show_account(self, account: AccountDetails | None) -> None:
        """Show another account, None for a new one; what was typed into this one is kept for later."""
        if self.form.is_changed():
            self._typed[self._key()] = self.form.typed_over()
        self.account = account
        self.form.clear_errors()
        self.form.clear()
        self.form.set_values(_values(account))
        self.form.restore(self._typed.pop(self._key(), {}))
        self.form.set_enabled("sign_in", account is None)
        self._note_staff()
        self.ask.put_away()
        self.history.show_tries(())
        self._tries.setVisible(account is not None)
        self.set_title(account.name if account is not None else self._tr(N_("New person")))

    def follow(self, account: AccountDetails) -> None:
        """Show what is stored of this account now; what was typed stays, and says so where another desk wrote."""
        self.account = account
        for name, value in self.form.follow(_values(account)).items():
            words = Text(ANOTHER_DESK, {"value": self._said(name, value)})
            self.form.set_note(name, words, "warning")
        self._note_staff()
        self.set_title(account.name)

    def _said(self, name: str, value: object) -> object:
        if name.startswith(ROLE):
            return Text(N_("yes")) if value else Text(N_("no"))
        return value if value is not None else ""

    def forget_typed(self) -> None:
        """Take what is shown for stored."""
        self._typed.pop(self._key(), None)
        self.form.set_values(self.form.values())

    def draft(self) -> AccountDraft | None:
        """Return what was typed, None when a field is not right yet and says so."""
        if not self.form.check():
            return None
        values = self.form.values()
        roles = frozenset(role for role in Role if values[f"{ROLE}{role.value}"])
        if not roles:
            message = Text(N_("Choose at least one role."))
            self.form.take_error(InputError(f"{ROLE}{Role.GUIDE.value}", "roles.none", message))
            return None
        names = {name: str(values[name] or "") for name in ("sign_in", "name", "staff")}
        days = {name: values[name] for name in ("starts", "ends")}
        return AccountDraft(roles=roles, **names, **days)  # type: ignore[arg-type]

    def show_tries(self, tries: Sequence[Try]) -> None:
        """Show where this account signed in."""
        self.history.show_tries(tries)

    def _key(self) -> int:
        return self.account.id if self.account is not None else 0

    def _note_staff(self) -> None:
        account = self.account
        if account is None or not account.staff:
            self.form.set_note("staff", "")
        elif account.until is not None and account.until != account.ends:
            words = N_("{name}, leaves on {day}: that day ends the access too.")
            self.form.set_note("staff", Text(words, {"name": account.staff_name, "day": account.until}))
        else:
            self.form.set_note("staff", Text(N_("{name}, in the staff list"), {"name": account.staff_name}))


def _values(account: AccountDetails | None) -> Mapping[str, object]:
    if account is None:
        return {}
    roles = {f"{ROLE}{role.value}": role in account.roles for role in Role}
    names = ("name", "sign_in", "starts", "ends", "staff")
    return {**{name: getattr(account, name) for name in names}, **roles}


class Ask(QFrame):
    """A question in its place before something that can't be taken back: Enter does it, Esc does not."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "rule")
        self._text: Text | str = ""
        self._do: Text | str = ""
        self._then: Callable[[], object] | None = None
        self._words = label("", wrap=True)
        self.go, self.back = QPushButton(), QPushButton()
        self.go.setProperty("primary", True)
        self.go.setAutoDefault(True)
        self.go.clicked.connect(self._on_go)
        self.back.clicked.connect(self.put_away)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        buttons.addWidget(self.go)
        rows = QVBoxLayout(self)
        rows.addWidget(self._words)
        rows.addLayout(buttons)
        self.put_away()

    def put(self, tr: Translator, text: Text, do: str, then: Callable[[], object]) -> None:
        """Ask; `do` is the word on the button that calls `then`."""
        self._text, self._do, self._then = text, do, then
        self.retranslate(tr)
        self.show()
        self.go.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        self._words.setText(tr(self._text))
        self.go.setText(tr(self._do))
        self.back.setText(tr(N_("Back")))

    @Slot()
    def put_away(self) -> None:
        """Ask no more."""
        self._then = None
        self.hide()

    @Slot()
    def _on_go(self) -> None:
        then = self._then
        self.put_away()
        if then is not None:
            then()


class FirstPassword(QFrame):
    """A first password, shown until somebody has noted it: nobody can look it up afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "good")
        self._name = ""
        self._words = label("", wrap=True)
        self.password = label("", "title")
        self.password.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.noted = QPushButton()
        self.noted.clicked.connect(self.forget)
        row = QHBoxLayout()
        row.addWidget(self.password, 1)
        row.addWidget(self.noted)
        rows = QVBoxLayout(self)
        rows.addWidget(self._words)
        rows.addLayout(row)
        self.hide()

    def show_password(self, tr: Translator, name: str, password: str) -> None:
        """Show the password of somebody."""
        self._name = name
        self.password.setText(password)
        self.retranslate(tr)
        self.show()
        self.noted.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        words = N_(
            "First password of {name}. It is shown only now, and has to be changed at the first sign-in."
        )
        self._words.setText(tr(words, name=self._name))
        self.noted.setText(tr(N_("Noted")))

    @Slot()
    def forget(self) -> None:
        """Show it no more."""
        self._name = ""
        self.password.clear()
        self.hide()
