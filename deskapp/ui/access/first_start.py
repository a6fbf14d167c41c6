"""The first start: the hospital's name and logo, language, points or money, the first administrator."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QScrollArea, QWidget

from deskapp.domain.access import Actor
from deskapp.domain.accounts import check_password
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.i18n import NATIVE_NAMES, Translator
from deskapp.services.access import SiteSetup
from deskapp.services.base import Done, new_request
from deskapp.settings import Deductions
from deskapp.ui import style
from deskapp.ui.access.logo import LogoChoice
from deskapp.ui.access.own_password import differ
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.widgets.basics import Panel, label
from deskapp.ui.widgets.editors import CHOICE, PASSWORD, Choice, Field
from deskapp.ui.widgets.form import Form

PANEL_WIDTH: Final = 560
FIELDS: Final = (
    Field("hospital", N_("Name of the hospital"), required=True, width=2, large=True),
    Field(
        "language",
        N_("Language"),
        CHOICE,
        tuple(Choice(code, name, str(place)) for place, (code, name) in enumerate(NATIVE_NAMES.items(), 1)),
        required=True,
    ),
    Field(
        "deductions",
        N_("Deductions are counted in"),
        CHOICE,
        (
            Choice(Deductions.POINTS.value, N_("points"), "1"),
            Choice(Deductions.MONEY.value, N_("money"), "2"),
        ),
        required=True,
    ),
    Field("name", N_("Your name"), required=True),
    Field("sign_in", N_("You sign in as"), required=True),
    Field("password", N_("Password"), PASSWORD, required=True),
    Field("again", N_("Password again"), PASSWORD, required=True),
)
DEDUCTIONS_WHY: Final = N_(
    "Points carry no money. Fining staff is restricted in some provinces: choose money only where your "
    "employment rules allow it. A supervisor can change this later."
)


class FirstStartPage(BaseView):
    """Asked once, before anything else."""

    started = Signal(object)
    """The `Actor` who is the first administrator."""

    protection_wanted = Signal()
    """After `started`: the data is to be protected next."""

    def __init__(self, desk: Desk, workstation: str, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._nobody = Actor(0, "", frozenset(), workstation)
        self._request = new_request()

    def build(self) -> None:
        self._title = label("", "title", wrap=True)
        self._why = label("", "secondary", wrap=True)
        self._form = Form(FIELDS, self.desk.tr)
        self._form.set_values({"language": self.desk.tr.language, "deductions": Deductions.POINTS.value})
        self._form.changed.connect(self._on_changed)
        self._form.submitted.connect(self._start)
        self._protect = QCheckBox()
        self._logo = LogoChoice(self.desk)
        self._go = QPushButton()
        self._go.setProperty("primary", True)
        self._go.clicked.connect(self._start)
        self._lay_out()
        # Not before it has its place: without one it would come up as a window of its own.
        self._protect.setVisible(self.desk.services.protect.on_file)
        self._form.focus_first()

    def _lay_out(self) -> None:
        self._panel = panel = Panel()
        buttons = QHBoxLayout()
        buttons.addWidget(self._logo, 1)
        buttons.addWidget(self._go)
        for widget in (self._title, self._form, self._why, self._protect):
            panel.body.addWidget(widget)
        panel.body.addLayout(buttons)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.addWidget(panel, 0, Qt.AlignmentFlag.AlignCenter)
        area.setWidget(holder)
        self.body.addWidget(area)
        self._space()

    def _space(self) -> None:
        super()._space()
        if hasattr(self, "_panel"):
            self._panel.setFixedWidth(style.tokens().sizes.px(PANEL_WIDTH))

    def retranslate(self, tr: Translator) -> None:
        self._title.setText(tr(N_("Welcome. A few things before the first visitor comes.")))
        self._why.setText(tr(DEDUCTIONS_WHY))
        self._protect.setText(tr(N_("Protect the data with a passphrase next (recommended)")))
        self._logo.retranslate(tr)
        self._go.setText(tr(N_("Begin")))
        self._form.retranslate(tr)

    @Slot(object)
    def _on_changed(self, name: str) -> None:
        language = self._form.value("language")
        if name == "language" and isinstance(language, str):
            self.desk.language.set(language)

    @Slot()
    def _start(self) -> None:
        if not self._form.check():
            return
        values = {name: str(value or "") for name, value in self._form.values().items()}
        try:
            check_password("password", values["password"], values["sign_in"])
        except InputError as error:
            self._form.take_error(error)
            return
        if values.pop("again") != values["password"]:
            self._form.take_error(differ())
            return
        setup = SiteSetup(**values, logo=self._logo.png, departments=True)
        access = self.desk.services.access
        self.run(access.first_start, self._nobody, self._request, setup, done=self._done, busy=self._set_busy)

    def _set_busy(self, busy: bool) -> None:
        self._go.setEnabled(not busy)

    def _done(self, done: Done[Actor]) -> None:
        self.started.emit(done.value)
        message = N_(
            "The hospital begins with the usual departments. Lists of doctors and prices are read in with: {command}"
        )
        self.desk.messages.info(Text(message, {"command": "deskapp import"}))
        if self._protect.isChecked():
            self.protection_wanted.emit()
