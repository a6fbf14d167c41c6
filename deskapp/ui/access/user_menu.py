"""What belongs to the person and the house rather than to a page: behind the name at the top right."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu, QWidget

from deskapp import settings
from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.ui import icons
from deskapp.ui.base_tab import Desk
from deskapp.ui.session import Session


class UserMenu(QMenu):
    """Switch user, one's own sign-ins, password and PIN, the desk's sound, settings; each only for those who may."""

    def __init__(self, desk: Desk, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self._switch = self.addAction(icons.icon("users"), "", session.switch_user)
        self._history = self.addAction(icons.icon("history"), "", self.show_history)
        self._password = self.addAction(icons.icon("lock-keyhole"), "", self.change_password)
        self._pin = self.addAction(icons.icon("key-round"), "", self.choose_pin)
        self.addSeparator()
        self._sound = self.addAction(icons.icon("bell-ring"), "")
        self._sound.setCheckable(True)
        self._sound.triggered.connect(self.change_sound)
        self._site = self.addAction(icons.icon("settings"), "", self.show_site)
        self.aboutToShow.connect(self._show_what_may)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._switch.setText(tr(N_("Switch user")) + "\tCtrl+U")
        self._history.setText(tr(N_("Where I signed in")))
        self._password.setText(tr(N_("Change your password")))
        self._pin.setText(tr(N_("Choose your PIN")))
        self._sound.setText(tr(N_("Ring at this desk for who waits")))
        self._site.setText(tr(N_("Settings of the hospital")))

    @Slot()
    def _show_what_may(self) -> None:
        actor = self._desk.actor()
        self._site.setVisible(actor.may(Permission.SETTINGS_WRITE))
        values = self._desk.services.settings.values
        self._desk.runner.run(values, actor, actor.desk, done=self._show_sound, owner=self, latest="sound")

    def _show_sound(self, values: Mapping[str, object]) -> None:
        self._sound.setChecked(bool(values.get(settings.RING_ON.name, settings.RING_ON.default)))

    @Slot(bool)
    def change_sound(self, on: bool) -> None:
        """Let this desk ring, or not; remembered for this workstation."""
        actor, change = self._desk.actor(), self._desk.services.settings.change_here
        run = self._desk.runner.run
        run(change, actor, new_request(), settings.RING_ON.name, on, actor.desk, owner=self)

    @Slot()
    def show_history(self) -> None:
        """Show where and when one signed in."""
        from deskapp.ui.access.history import HistoryDialog

        HistoryDialog(self._desk, self._window).open()

    @Slot()
    def change_password(self) -> None:
        """Change one's own password."""
        from deskapp.ui.access.own_password import PasswordDialog

        PasswordDialog(self._desk, self._window).open()

    @Slot()
    def choose_pin(self) -> None:
        """Choose one's own PIN."""
        from deskapp.ui.access.own_pin import PinDialog

        PinDialog(self._desk, self._window).open()

    @Slot()
    def show_site(self) -> None:
        """Change the hospital's settings."""
        from deskapp.ui.access.site import SiteDialog

        SiteDialog(self._desk, self._window).open()
