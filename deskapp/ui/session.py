"""Who is signed in: first start, sign-in, lock after idle minutes, switch of user.

Locking puts the sign-in page over the work and destroys nothing. When the same person comes back the
work is as it was; when another signs in, the first one's drafts have been kept. Whose access ends while
they are signed in, by the calendar or at another desk, is locked out with a sentence.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QStackedWidget, QWidget
from shiboken6 import isValid

from deskapp import settings
from deskapp.domain.access import Actor
from deskapp.domain.accounts import Standing
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError
from deskapp.i18n import LANGUAGES
from deskapp.services.access import Earlier, SignIn
from deskapp.services.base import new_request
from deskapp.ui import style
from deskapp.ui import tokens as board
from deskapp.ui.access import words
from deskapp.ui.access.first_start import FirstStartPage
from deskapp.ui.access.sign_in import SignInPage
from deskapp.ui.base_tab import Desk
from deskapp.ui.clipboard import ClipboardKeeper

if TYPE_CHECKING:
    from deskapp.ui.frame import Frame

ASK_AGAIN_MS: Final = 2000
LOOK_AT_DAY_MS: Final = 60_000
LONGEST_MINUTES: Final = 24 * 60
SCHEMES: Final = (board.LIGHT, board.DARK, board.CONTRAST)
SCALES: Final = tuple(round(scale * 100) for scale in board.SCALES)
KEYS: Final = frozenset(
    QKeyCombination(Qt.KeyboardModifier.ControlModifier, key)
    for key in (Qt.Key.Key_U, Qt.Key.Key_L, Qt.Key.Key_K)
)
"""What switches user, locks, or finds anything, wherever the cursor is."""

INPUT: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.InputMethod,
    }
)


@runtime_checkable
class Speaker(Protocol):
    """A window that can say a sentence instead of the desk."""

    def say(self, words: str) -> None:
        """Show the sentence."""
        ...


class Session(QObject):
    """The signed-in person and what happens around it."""

    changed = Signal(object)
    """The `Actor` who is signed in now, None while nobody is."""

    def __init__(self, workstation: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.actor: Actor | None = None
        self.workstation = workstation
        self._is_out = False
        self._watched: QObject | None = None
        self._focus: QObject | None = None
        self._hidden: list[QDialog] = []
        self._last_input = 0.0
        self.clipboard = ClipboardKeeper(self)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(settings.LOCK_MINUTES.default * 60_000)
        self._idle.timeout.connect(self.lock)
        self._day = QTimer(self)
        self._day.setInterval(LOOK_AT_DAY_MS)
        self._day.timeout.connect(self.look_at_day)

    def who(self) -> Actor:
        """Return who is signed in, for the first argument of every service method."""
        if self.actor is None:
            return Actor(0, "", frozenset(), self.workstation)
        return self.actor

    def install(self, desk: Desk, root: QStackedWidget, frame: Frame) -> None:
        """Take over the window's pages and show the first that is due."""
        self._desk, self._root, self._frame = desk, root, frame
        self._sign_in = SignInPage(self._desk, self.workstation)
        self._sign_in.signed_in.connect(self._on_answer)
        desk.hub.changed.connect(self._on_changes)
        self._day.start()
        root.addWidget(self._sign_in)
        root.addWidget(frame)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._watch)
        application.focusWindowChanged.connect(self._keep_covered)
        application.focusObjectChanged.connect(self._watch_focus)
        self._watch(QGuiApplication.focusWindow())
        self._watch_focus(QGuiApplication.focusObject())
        if self.actor is not None:
            self.enter(self.actor)
            return
        self._take_settings()
        self._ask_how_to_begin()

    @Slot()
    def _ask_how_to_begin(self) -> None:
        needs = self._desk.services.access.needs_first_start
        run = self._desk.runner.run
        run(needs, self.who(), done=self._begin, failed=self._not_begun, owner=self)

    def _not_begun(self, error: Exception) -> None:
        """Say in the middle of the window why nobody can sign in, and ask again: nothing else is there yet."""
        window = self._root.window()
        if isinstance(error, DeskError) and isinstance(window, Speaker):
            window.say(self._desk.tr(error.text))
            QTimer.singleShot(ASK_AGAIN_MS, self, self._ask_how_to_begin)
        else:
            self._desk.messages.bug(error)

    def _begin(self, first_start: bool) -> None:
        if first_start:
            page = FirstStartPage(self._desk, self.workstation)
            page.started.connect(self._on_signed_in)
            page.protection_wanted.connect(self._show_protection)
            self._root.addWidget(page)
            self._root.setCurrentWidget(page)
        else:
            self._root.setCurrentWidget(self._sign_in)
            self._sign_in.ask(None)

    def enter(self, actor: Actor) -> None:
        """Show `actor`'s desk."""
        self.actor = actor
        self._root.setCurrentWidget(self._frame)
        self._frame.show_for(actor)
        self._take_settings()
        self.changed.emit(actor)
        self._idle.start()

    def _take_settings(self) -> None:
        read = self._desk.services.settings.values
        self._desk.runner.run(read, self.who(), self.workstation, done=self._apply_settings, owner=self)

    def _apply_settings(self, values: dict[str, object]) -> None:
        minutes = values[settings.LOCK_MINUTES.name]
        seconds = values[settings.CLIPBOARD_SECONDS.name]
        if isinstance(seconds, int):
            self.clipboard.set_seconds(seconds)
        if isinstance(minutes, int):
            # A timer counts no more than 24 days; a screen that locks tomorrow never locks.
            self._idle.setInterval(min(max(1, minutes), LONGEST_MINUTES) * 60_000)
        self._root.window().setWindowTitle(_title(str(values[settings.HOSPITAL_NAME.name])))
        scheme, scale = values[settings.SCHEME.name], values[settings.SCALE.name]
        look = style.look()
        known = scheme if scheme in SCHEMES else board.AUTO
        share = _nearest(scale) / 100 if isinstance(scale, int) else 1.0
        if (known, share) != (look.wish, look.tokens.sizes.scale):
            look.take(known, replace(look.tokens.sizes, scale=share), look.language)

    def rests(self, seconds: float) -> bool:
        """Return whether nobody has touched key or mouse for so long: the time for work that can wait."""
        return time.monotonic() - self._last_input >= seconds

    @Slot()
    def lock(self) -> None:
        """Cover the work; what was typed stays below."""
        if self.actor is not None and self._root.currentWidget() is not self._sign_in:
            self._cover(None)

    def _cover(self, why: Text | None) -> None:
        self._idle.stop()
        self.clipboard.clear()
        _close_popups()
        self._put_dialogs_away(self._root.window())
        self._root.setCurrentWidget(self._sign_in)
        self._sign_in.ask(self.actor, why)

    @Slot()
    def look_at_day(self) -> None:
        """Lock out whoever's last day is over: midnight comes to an open session too."""
        last = self.actor.until if self.actor is not None else None
        if last is not None and self._desk.today() > last:
            self._shut_out(SignIn(None, shut=Standing.ENDED, day=last))

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        actor = None if self._is_out else self.actor
        # Leaving is written in the staff list; whom it concerns the service knows.
        if actor is not None and (changes.touches("account", actor.account_id) or changes.concerns("staff")):
            renewed = self._desk.services.access.renewed
            asked = _Renewal(self, actor)
            self._desk.runner.run(renewed, actor, done=asked.take, owner=self, latest="renewed")

    def take_renewal(self, asked: Actor, answer: SignIn) -> None:
        """Go on as whom the accounts have now, if the same person is still there."""
        if self.actor != asked:
            return
        if answer.actor is None:
            self._shut_out(answer)
        elif answer.actor != asked:
            self.actor = answer.actor
            self._follow(asked, answer.actor)

    def _shut_out(self, answer: SignIn) -> None:
        assert self.actor is not None
        self.leave()
        self._is_out = True
        # Nothing that is still under way may be done in the name of who has gone.
        self.actor = replace(self.actor, roles=frozenset(), until=None)
        self._cover(words.shut_out(answer, self.actor.name))

    def _follow(self, before: Actor, now: Actor) -> None:
        """Show the tabs that the same person may use now: a PIN opens fewer, other roles open others."""
        if (before.roles, before.by_pin, before.name) == (now.roles, now.by_pin, now.name):
            return
        self.leave()
        if before.roles != now.roles:
            self._frame.close_tabs()
        if before.roles and before.roles != now.roles:
            message = N_("An administrator changed what you may do here. What was typed is kept.")
            self._desk.messages.info(Text(message))
        self._frame.show_for(now)

    @Slot()
    def switch_user(self) -> None:
        """Lock, with the list of people in focus: the next digit chooses one."""
        self.lock()
        self._sign_in.choose_user()

    def _put_dialogs_away(self, above: QWidget) -> None:
        """Hide what stands above the window; what was typed in it stays, a pending question is taken back."""
        for dialog in above.findChildren(QDialog):
            if not dialog.isVisible():
                continue
            if dialog.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose):
                dialog.hide()
                self._hidden.append(dialog)
            else:
                dialog.reject()
        self._root.window().activateWindow()

    def _bring_dialogs_back(self, *, same: bool) -> None:
        hidden, self._hidden = self._hidden, []
        for dialog in filter(isValid, hidden):
            if same:
                dialog.show()
            else:
                dialog.close()
                dialog.deleteLater()

    def _on_answer(self, answer: SignIn) -> None:
        assert answer.actor is not None
        same = self.actor is not None and self.actor.account_id == answer.actor.account_id
        self._on_signed_in(answer.actor)
        self._tell(answer.earlier, same=same)

    def _tell(self, earlier: Earlier | None, *, same: bool) -> None:
        """Say when the person was here last; to who only comes back to the desk, only what is wrong with it."""
        if earlier is None or (same and not earlier.wrong):
            return
        text = words.before(earlier, self._desk.tr, self._desk.today())
        if text is not None:
            self._desk.messages.did(text)

    def _on_signed_in(self, actor: Actor) -> None:
        if self.actor is not None and actor.account_id != self.actor.account_id:
            self.leave()
            self._frame.close_tabs()
        before = self.actor
        same = before is not None and actor.account_id == before.account_id
        self.actor, self._is_out = actor, False
        self._forget_first_start()
        self._bring_dialogs_back(same=same)
        if before is not None and same:
            self._root.setCurrentWidget(self._frame)
            self._follow(before, actor)
            self._idle.start()
        else:
            self.enter(actor)

    @Slot()
    def _show_protection(self) -> None:
        self._frame.go_to_page("admin", "protection")

    def _forget_first_start(self) -> None:
        # The page holds the administrator's password.
        for page in self._root.findChildren(FirstStartPage):
            page.close_view()
            self._root.removeWidget(page)
            page.deleteLater()

    def leave(self) -> None:
        """Let every tab keep what is typed in it."""
        for tab in self._frame.tabs_built():
            tab.may_leave()

    @Slot()
    def next_language(self) -> None:
        """Speak the next language, without a restart."""
        state = self._desk.language
        place = LANGUAGES.index(state.tr.language)
        state.set(LANGUAGES[(place + 1) % len(LANGUAGES)])

    @Slot()
    def next_scheme(self) -> None:
        """Show the next set of colours, and remember it for this workstation."""
        look = style.look()
        place = SCHEMES.index(look.tokens.scheme.name)
        wanted = SCHEMES[(place + 1) % len(SCHEMES)]
        look.take(wanted, look.tokens.sizes, look.language)
        self._remember(settings.SCHEME.name, wanted)

    @Slot()
    def larger(self) -> None:
        """Draw everything a quarter larger, up to twice the size."""
        self._scale(1)

    @Slot()
    def smaller(self) -> None:
        """Draw everything a quarter smaller, down to the usual size."""
        self._scale(-1)

    def _scale(self, steps: int) -> None:
        look = style.look()
        sizes = look.tokens.sizes
        place = SCALES.index(_nearest(round(sizes.scale * 100))) + steps
        if 0 <= place < len(SCALES):
            look.take(look.wish, replace(sizes, scale=SCALES[place] / 100), look.language)
            self._remember(settings.SCALE.name, SCALES[place])

    def _remember(self, name: str, value: object) -> None:
        change = self._desk.services.settings.change_here
        self._desk.runner.run(change, self.who(), new_request(), name, value, self.workstation, owner=self)

    def end(self) -> None:
        """Watch nobody any more: the window closes."""
        self._idle.stop()
        self.clipboard.stop()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.disconnect(self._watch)
            application.focusWindowChanged.disconnect(self._keep_covered)
            application.focusObjectChanged.disconnect(self._watch_focus)
        self._watch(None)
        self._watch_focus(None)

    @Slot(QWindow)
    def _watch(self, window: QWindow | None) -> None:
        # Only the window in front: a filter on the whole application runs inside every widget's own
        # handlers, where PySide turns an error that is on its way into a crash.
        self._watched = self._move_filter(self._watched, window)

    @Slot(QWindow)
    def _keep_covered(self, _window: QWindow | None) -> None:
        """A preview that was being drawn when the screen was locked comes up now: it has to wait."""
        if self.actor is not None and self._root.currentWidget() is self._sign_in:
            self._put_dialogs_away(self._frame)

    @Slot(QObject)
    def _watch_focus(self, focus: QObject | None) -> None:
        # Keys that an input method swallows never reach the window; what is composed comes to the focus.
        self._focus = self._move_filter(self._focus, focus)

    def _move_filter(self, old: QObject | None, new: QObject | None) -> QObject | None:
        if old is not None and isValid(old):
            old.removeEventFilter(self)
        if new is not None:
            new.installEventFilter(self)
        return new

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Begin the idle minutes anew at every key, click and move; keep the session's keys from a field."""
        if event.type() in INPUT:
            self._last_input = time.monotonic()
            if self._idle.isActive():
                self._idle.start()
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.keyCombination() in KEYS:
            # Under X11 a field would take Ctrl+U and Ctrl+K to clear itself, and nobody could switch user while typing.
            event.ignore()
            return True
        return False


def _close_popups() -> None:
    """Close lists, menus and tooltips that are open: they would stay above the sign-in page."""
    kinds = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and widget.windowType() in kinds:
            widget.close()


@dataclass(frozen=True)
class _Renewal:
    """Whom the accounts were asked about: somebody else may have signed in when the answer comes."""

    session: Session
    actor: Actor

    def take(self, answer: SignIn) -> None:
        self.session.take_renewal(self.actor, answer)


def _nearest(percent: int) -> int:
    return min(SCALES, key=lambda scale: abs(scale - percent))


def _title(hospital: str) -> str:
    return f"{hospital} · deskapp" if hospital else "deskapp"
