"""People who sign in: the list, one account beside it, first passwords, locks, sign-ins."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout

from deskapp.domain.access import ROLE_LABELS
from deskapp.domain.accounts import PASSWORD_ENTROPY_BYTES, Standing, readable_password
from deskapp.domain.changes import Changes
from deskapp.domain.directory import Seen
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.access import AccountDetails, Try
from deskapp.services.base import Done
from deskapp.ui import style
from deskapp.ui.admin.account_panel import AccountPanel
from deskapp.ui.base_tab import BaseView
from deskapp.ui.keys import Action
from deskapp.ui.orders import Orders
from deskapp.ui.widgets.basics import EmptyState, scrolled
from deskapp.ui.widgets.panel_room import PanelRoom
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

ROOM: Final = PanelRoom(wide=480, narrow=340, roomy_from=1040)
NARROW: Final = 720
"""Below this width of the page, in pixels of the drawing board, the list has names and states only."""


class PeoplePage(BaseView):
    """Everybody who may sign in, or could once; one of them beside, to be changed."""

    subjects = frozenset({"account", "staff"})

    def build(self) -> None:
        """Make the list and what stands beside it."""
        self._orders = Orders()
        self._wanted: int | None = None
        self._keys = self.desk.keys.install(self, self._own_actions())
        self._model: RecordTableModel[AccountDetails] = RecordTableModel(COLUMNS, self.desk.tr, self)
        self.table = RecordTable(self._model)
        self._empty = EmptyState("users")
        self.table.set_empty(self._empty)
        self.table.current.connect(self._on_current)
        self.table.chosen.connect(self._on_chosen)
        self.panel = AccountPanel(self.desk.tr)
        self.panel.form.submitted.connect(self.store)
        self.panel.add_buttons(list(self._keys.values()))
        self._beside = scrolled(self.panel)
        row = QHBoxLayout()
        row.addWidget(self.table, 1)
        row.addWidget(self._beside)
        self.body.addLayout(row)
        self.panel.show_account(None)
        self._enable()

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("people.new", N_("New person"), self.begin_new, "F2", "user-plus"),
            Action("people.store", N_("Store"), self.store, "Ctrl+Return", "save", primary=True),
            Action("people.reset", N_("New password"), self.ask_reset, "F4", "key-round"),
            Action("people.unlock", N_("Unlock"), self.unlock, "F6", "lock-open"),
            Action("people.switch", N_("Switch off"), self.switch, "F7", "ban"),
            Action("people.pins", N_("Forget PINs"), self.ask_pins, "F8", "eraser"),
        )

    def share_room(self) -> None:
        """Leave out of the list what stands beside it anyway, where both have little room."""
        roomy = ROOM.share(self._beside, self.width())
        self.panel.arrange(2 if roomy else 1)
        names = [column.name for column in COLUMNS]
        some = (
            ["name", "standing"]
            if self.width() < style.tokens().sizes.px(NARROW)
            else ["name", "roles", "standing"]
        )
        self.table.show_columns(names if roomy else some)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.table.setAccessibleName(tr(N_("People who sign in")))
        self._empty.show_text(tr(N_("The list is being read.")))
        self._model.retranslate(tr)
        self.panel.retranslate(tr)

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Ask for the list again."""
        accounts = self.desk.services.access.accounts
        self.desk.runner.run(accounts, self.desk.actor(), done=self._show, owner=self, latest="people")

    def _show(self, accounts: Sequence[AccountDetails]) -> None:
        self._model.apply(accounts)
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.table.select(wanted)
            return
        shown = self.panel.account
        now = next((account for account in accounts if shown is not None and account.id == shown.id), None)
        if now is not None:
            self.panel.follow(now)
            self._enable()
            self._ask_history(now.id)

    # what stands beside

    @Slot(object)
    def _on_current(self, account: AccountDetails | None) -> None:
        if account is not None:
            self._put(account)
            self._ask_history(account.id)

    @Slot(object)
    def _on_chosen(self, _account: AccountDetails) -> None:
        self.panel.form.focus_first()

    def _put(self, account: AccountDetails | None) -> None:
        self.panel.show_account(account)
        self._orders.over()
        self._enable()

    def _ask_history(self, account_id: int) -> None:
        read, take = self.desk.services.access.sign_ins, partial(self.take_history, account_id)
        actor, run = self.desk.actor(), self.desk.runner.run
        run(read, actor, account_id, done=take, owner=self, latest="sign-ins")

    def take_history(self, account_id: int, tries: Sequence[Try]) -> None:
        """Show the sign-ins if their account is still the one beside."""
        if self.panel.account is not None and self.panel.account.id == account_id:
            self.panel.show_tries(tries)

    def _enable(self, busy: bool = False) -> None:
        account, keys = self.panel.account, self._keys
        other = account is not None and account.id != self.desk.actor().account_id
        keys["people.store"].setEnabled(not busy)
        keys["people.reset"].setEnabled(other and not busy)
        keys["people.switch"].setEnabled(other and not busy)
        waits = account is not None and account.standing is Standing.WAITS
        keys["people.unlock"].setEnabled(waits and not busy)
        keys["people.pins"].setEnabled(account is not None and account.pins > 0 and not busy)
        off = account is not None and not account.active
        keys["people.switch"].call(N_("Switch on") if off else N_("Switch off"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes a question back, then goes to the list."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.panel.ask.isVisible():
            self.panel.ask.put_away()
        else:
            self.table.setFocus()

    # what is done

    @Slot()
    def begin_new(self) -> None:
        """Begin with somebody new; what was typed of somebody else is kept."""
        self.table.clearSelection()
        self.table.setCurrentIndex(self.table.rootIndex())
        self._put(None)
        self.panel.form.focus_first()

    @Slot()
    def store(self) -> None:
        """Store what was typed: a new account gets a first password."""
        draft = self.panel.draft() if self._keys["people.store"].isEnabled() else None
        account, access = self.panel.account, self.desk.services.access
        if draft is None:
            return
        if account is None:
            password = _password()
            self._send(access.add_account, draft, password, done=partial(self._added, draft.name, password))
        elif self.panel.form.is_changed():
            self.panel.form.know(self.panel.form.values())
            self._send(access.change_account, draft, _seen(account), done=self._stored)

    def _send(self, method: Any, *typed: Any, done: Any) -> None:
        request = self._orders.request(method, *typed)
        self.run(method, self.desk.actor(), request, *typed, done=done, busy=self._enable)

    def _stored(self, _done: object) -> None:
        self.panel.forget_typed()
        self._did(N_("Account stored"))

    def _did(self, message: str) -> None:
        self._orders.over()
        self.desk.messages.did(Text(message))
        self._enable()

    def _added(self, name: str, password: str, done: Done[int]) -> None:
        self.panel.forget_typed()
        self._wanted = done.value
        self._did(N_("Account added"))
        self.refresh(Changes())
        self.panel.first.show_password(self.desk.tr, name, password)

    @Slot()
    def ask_reset(self) -> None:
        """Ask before somebody gets a new first password."""
        words = N_("{name} gets a new first password. The old one and all PINs stop working at once.")
        self._ask(words, N_("New password"), self._reset)

    def _reset(self) -> None:
        account = self.panel.account
        if account is not None:
            reset, password = self.desk.services.access.reset_password, _password()
            self._send(reset, password, _seen(account), done=partial(self._was_reset, account.name, password))

    def _was_reset(self, name: str, password: str, _done: object) -> None:
        self._did(N_("New password set"))
        self.panel.first.show_password(self.desk.tr, name, password)

    @Slot()
    def switch(self) -> None:
        """Switch the account on, or off after asking."""
        account = self.panel.account
        if account is not None and account.active:
            words = N_("{name} can't sign in any more, and is locked out where signed in now.")
            self._ask(words, N_("Switch off"), self._switch)
        else:
            self._switch()

    def _switch(self) -> None:
        account = self.panel.account
        if account is not None:
            done = self._switched_off if account.active else self._switched_on
            self._send(self.desk.services.access.set_active, not account.active, _seen(account), done=done)

    def _switched_off(self, _done: object) -> None:
        self._did(N_("Account switched off"))

    def _switched_on(self, _done: object) -> None:
        self._did(N_("Account switched on"))

    @Slot()
    def unlock(self) -> None:
        """Let somebody try again at once."""
        if self.panel.account is not None:
            self._send(self.desk.services.access.unlock, self.panel.account.id, done=self._unlocked)

    def _unlocked(self, _done: object) -> None:
        self._did(N_("Account unlocked"))

    @Slot()
    def ask_pins(self) -> None:
        """Ask before somebody's PINs are forgotten."""
        words = N_("{name} signs in by password until a new PIN is chosen at each workstation.")
        self._ask(words, N_("Forget PINs"), self._forget_pins)

    def _forget_pins(self) -> None:
        if self.panel.account is not None:
            self._send(self.desk.services.access.forget_pins, self.panel.account.id, done=self._forgotten)

    def _forgotten(self, _done: object) -> None:
        self._did(N_("PINs forgotten"))

    def _ask(self, words: str, do: str, then: Any) -> None:
        account = self.panel.account
        if account is not None:
            self.panel.ask.put(self.desk.tr, Text(words, {"name": account.name}), do, then)


def _password() -> str:
    return readable_password(secrets.token_bytes(PASSWORD_ENTROPY_BYTES))


def _seen(account: AccountDetails) -> Seen:
    return Seen(account.id, account.version)


# --- The list ---------------------------------------------------------------------------------------------------


def _name(account: AccountDetails, _tr: Translator) -> str:
    return account.name


def _sign_in(account: AccountDetails, _tr: Translator) -> str:
    return account.sign_in


def _roles(account: AccountDetails, tr: Translator) -> str:
    return " · ".join(tr(ROLE_LABELS[role]) for role in sorted(account.roles))


def _days(account: AccountDetails, tr: Translator) -> str:
    if account.starts is not None and account.until is not None:
        return tr(N_("{first} to {last}"), first=account.starts, last=account.until)
    if account.starts is not None:
        return tr(N_("from {day}"), day=account.starts)
    return tr(N_("until {day}"), day=account.until) if account.until is not None else ""


STANDINGS: Final = {
    Standing.MAY: (N_("may sign in"), "circle-check", "good"),
    Standing.MUST_CHANGE: (N_("has to choose a password"), "key-round", ""),
    Standing.WAITS: (N_("waits until {time}"), "hourglass", "warning"),
    Standing.NOT_YET: (N_("may sign in later"), "calendar-clock", "secondary"),
    Standing.ENDED: (N_("ended"), "circle-slash", "secondary"),
    Standing.OFF: (N_("switched off"), "ban", "secondary"),
}


def _standing(account: AccountDetails, tr: Translator) -> str:
    words = STANDINGS[account.standing][0]
    if account.standing is Standing.WAITS and account.blocked_until is not None:
        return tr(words, time=tr.time(account.blocked_until))
    return tr(words)


def _standing_icon(account: AccountDetails) -> str:
    return STANDINGS[account.standing][1]


def _standing_tone(account: AccountDetails) -> str:
    return STANDINGS[account.standing][2]


COLUMNS: Final[Sequence[Column[AccountDetails]]] = (
    Column("name", N_("Name"), _name, width=150, stretch=2, wrap=True),
    Column("sign_in", N_("Signs in as"), _sign_in, width=92, wrap=True),
    Column("roles", N_("Roles"), _roles, width=110, stretch=1, wrap=True),
    Column("days", N_("From and to"), _days, width=100, wrap=True),
    Column(
        "standing",
        N_("State"),
        _standing,
        width=126,
        stretch=1,
        wrap=True,
        tone=_standing_tone,
        icon=_standing_icon,
    ),
)
