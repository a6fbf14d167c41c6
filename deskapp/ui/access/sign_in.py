"""Signing in, switching user and unlocking: one page over everything else.

What stands below it stays as it is, so nothing typed is lost when the screen locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.access import ROLE_LABELS, Actor
from deskapp.domain.accounts import looks_like_pin
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError
from deskapp.i18n import Translator
from deskapp.services.access import AccountView, SignIn
from deskapp.services.base import Done, new_request
from deskapp.ui import style
from deskapp.ui.access.own_password import NEW_FIELDS, differ
from deskapp.ui.access.words import refusal
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.widgets.basics import Panel, label
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.result_list import ResultList, ResultRow

PANEL_WIDTH: Final = 440
MOST_ROWS: Final = 9
DIGITS: Final = "123456789"


@dataclass(frozen=True)
class _Given:
    """Name and password that were right, but have to be replaced by a password of the person's own."""

    sign_in: str
    password: str


class SignInPage(BaseView):
    """Choose who you are (a digit does), type PIN or password, Enter.

    Whose password was given by an administrator chooses another here, before anything else.
    """

    signed_in = Signal(object)
    """The `SignIn` that has who signed in."""

    subjects = frozenset({"account", "setting"})

    def __init__(self, desk: Desk, workstation: str, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._nobody = Actor(0, "", frozenset(), workstation)
        self._workstation = workstation
        self._locked_by: Actor | None = None
        self._why: Text | None = None
        self._given: _Given | None = None
        self._account: AccountView | None = None
        self._accounts: tuple[AccountView, ...] = ()

    def build(self) -> None:
        self._hospital = label("", "title")
        self._who = label("", "secondary", wrap=True)
        self._people = _People(self.desk.tr)
        self._people.fit(MOST_ROWS)
        self._people.current.connect(self._on_current)
        self._people.chosen.connect(self._on_chosen)
        self._people.digit.connect(self._on_digit)
        self._secret = QLineEdit()
        self._secret.setEchoMode(QLineEdit.EchoMode.Password)
        self._secret.setMaxLength(1000)
        self._secret.returnPressed.connect(self._try)
        self._enter = QPushButton()
        self._enter.setProperty("primary", True)
        self._enter.clicked.connect(self._try)
        self._own = Form(NEW_FIELDS, self.desk.tr, columns=1)
        self._own.submitted.connect(self._try)
        self._lay_out()

    def _lay_out(self) -> None:
        self._panel = panel = Panel()
        row = QHBoxLayout()
        row.addWidget(self._secret, 1)
        row.addStretch()
        row.addWidget(self._enter)
        for widget in (self._hospital, self._who, self._people, self._own):
            panel.body.addWidget(widget)
        panel.body.addLayout(row)
        # At the field that it speaks of; at the top of the window nobody who types a PIN looks.
        panel.body.addWidget(self.bar)
        middle = QVBoxLayout()
        middle.addStretch(1)
        middle.addWidget(panel, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self.body.addLayout(middle)
        self._space()

    def _space(self) -> None:
        super()._space()
        sizes = style.tokens().sizes
        self.body.setContentsMargins(sizes.margin, sizes.margin, sizes.margin, sizes.margin)
        if hasattr(self, "_panel"):
            self._panel.setFixedWidth(sizes.px(PANEL_WIDTH))

    def retranslate(self, tr: Translator) -> None:
        self._enter.setText(tr(N_("Sign in")))
        self._secret.setPlaceholderText(tr(N_("PIN or password")))
        self._secret.setAccessibleName(tr(N_("PIN or password")))
        self._own.retranslate(tr)
        self._people.setAccessibleName(tr(N_("Who is signing in")))
        self._show_people()
        self._show_who()

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        services = self.desk.services
        self.desk.runner.run(services.access.names, self._nobody, done=self._show_accounts, owner=self)
        self.desk.runner.run(
            services.settings.values, self._nobody, self._workstation, done=self._show_hospital, owner=self
        )

    def ask(self, locked_by: Actor | None, why: Text | None = None) -> None:
        """Come to the front; `locked_by` is whose work lies below, if anybody's, and `why` says why they stop."""
        self.ensure_built()
        self._locked_by, self._why = locked_by, why
        self._secret.clear()
        self._ask_own(None)
        if locked_by is None:
            self._people.setFocus()
        else:
            self._people.select(locked_by.account_id)
            self._secret.setFocus()

    def _ask_own(self, given: _Given | None) -> None:
        """Ask for a password of the person's own in the place of the one `given`, or for who is there."""
        self._given = given
        self._own.clear()
        self._own.clear_errors()
        self._own.setVisible(given is not None)
        self._people.setVisible(given is None)
        self._secret.setVisible(given is None)
        self._show_who()
        if given is not None:
            self._own.focus_first()

    def choose_user(self) -> None:
        """Go to the list of people: the next digit chooses one."""
        self._people.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to who is there: from choosing a password, and from that of a person chosen by mistake."""
        if event.key() == Qt.Key.Key_Escape and self._given is not None:
            self.ask(self._locked_by, self._why)
        elif event.key() == Qt.Key.Key_Escape and self._secret.hasFocus():
            self._secret.clear()
            self.choose_user()
        else:
            super().keyPressEvent(event)

    @Slot(object)
    def _on_digit(self, digit: int) -> None:
        if digit <= len(self._accounts):
            self._people.select(self._accounts[digit - 1].id)
            self._secret.setFocus()

    @Slot(object)
    def _on_current(self, row: ResultRow | None) -> None:
        account = row.data if row is not None else None
        if account != self._account:
            self._account = account

    @Slot(object)
    def _on_chosen(self, row: ResultRow) -> None:
        self._on_current(row)
        self._secret.setFocus()

    @Slot()
    def _try(self) -> None:
        if not self._enter.isEnabled():
            return
        if self._given is not None:
            self._change(self._given)
        elif self._account is not None and self._secret.text():
            self._send(self._account, self._secret.text())

    def _send(self, account: AccountView, secret: str) -> None:
        access = self.desk.services.access
        by_pin = account.has_pin and looks_like_pin(secret)
        method = access.sign_in_pin if by_pin else access.sign_in
        # Never the request of an earlier try: its answer would be given again, whatever is typed now.
        request, answered = new_request(), _Answered(self, _Given(account.sign_in, secret))
        typed = (account.sign_in, secret)
        self.run(method, self._nobody, request, *typed, done=answered.take, busy=self._set_busy)

    def _change(self, given: _Given) -> None:
        if not self._own.check():
            return
        new = str(self._own.value("new"))
        if self._own.value("again") != new:
            self._own.take_error(differ())
            return
        change, answered = self.desk.services.access.change_password, _Answered(self, given)
        typed = (given.sign_in, given.password, new)
        self.run(change, self._nobody, new_request(), *typed, done=answered.take, busy=self._set_busy)

    def _set_busy(self, busy: bool) -> None:
        self._enter.setEnabled(not busy)

    def take_answer(self, given: _Given, answer: SignIn) -> None:
        """Go on as the answer to what was typed says."""
        self._secret.clear()
        if answer.must_change:
            self._ask_own(given)
            return
        self._ask_own(None)
        if answer.actor is not None:
            self.signed_in.emit(answer)
            return
        self.take_error(RuleError("access.refused", refusal(answer)))
        self._secret.setFocus()

    def _show_accounts(self, accounts: Sequence[AccountView]) -> None:
        self._accounts = tuple(accounts)
        self._show_people()
        if self._locked_by is not None:
            self._people.select(self._locked_by.account_id)
        self._on_current(self._people.current_row())

    def _show_people(self) -> None:
        tr = self.desk.tr
        self._people.apply(
            (_row(place, account, tr) for place, account in enumerate(self._accounts, 1)), to_first=False
        )

    def _show_hospital(self, values: dict[str, object]) -> None:
        self._hospital.setText(str(values["hospital.name"]))
        self._hospital.setVisible(bool(values["hospital.name"]))

    def _show_who(self) -> None:
        self._who.setText(self.desk.tr(self._who_is_asked()))

    def _who_is_asked(self) -> Text | str:
        if self._given is not None:
            return N_("This password was given to you. Choose one that only you know.")
        if self._why is not None:
            return self._why
        if self._locked_by is not None:
            return Text(N_("Locked by {name}. What was typed is kept."), {"name": self._locked_by.name})
        return N_("Press a digit to choose who you are.")


@dataclass(frozen=True)
class _Answered:
    """Brings an answer together with what it answers: somebody else may have been chosen meanwhile."""

    page: SignInPage
    given: _Given

    def take(self, done: Done[SignIn]) -> None:
        self.page.take_answer(self.given, done.value)


class _People(ResultList):
    """People with the digits that choose them."""

    digit = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses a person; a list would look for a name that begins with it."""
        text = event.text()
        if text in DIGITS and text:
            self.digit.emit(int(text))
        else:
            super().keyPressEvent(event)


def _row(place: int, account: AccountView, tr: Translator) -> ResultRow:
    roles = " · ".join(tr(ROLE_LABELS[role]) for role in sorted(account.roles))
    digit = str(place) if place <= len(DIGITS) else ""
    return ResultRow(account.id, account.name, aside=digit, second=roles, icon="circle-user", data=account)
