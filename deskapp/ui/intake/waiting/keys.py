"""The keys of the waiting page: what each does to the place that is chosen, and which of them can be used now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import OPEN, CareKind, Standing, WaitingRow
from deskapp.ui.intake.waiting import shown
from deskapp.ui.intake.waiting.asking import REASON, Question
from deskapp.ui.keys import Action
from deskapp.ui.later import Later
from deskapp.ui.messages import INFO, Notice

if TYPE_CHECKING:
    from deskapp.domain.directory import DepartmentView, DoctorView
    from deskapp.ui.intake.waiting.page import WaitingPage

UNDER: Final = (
    "waiting.next",
    "waiting.call",
    "waiting.again",
    "waiting.requeue",
    "waiting.park",
    "waiting.move",
    "waiting.see",
    "waiting.left",
    "waiting.emergency",
)
CARE_KEYS: Final = ("care.apology", "care.water", "care.reading", "care.question", "care.reassessed")
BESIDE: Final = ("waiting.escort", "waiting.desk")
WORDS: Final = {
    "waiting.see": (N_("With the doctor"), N_("Seen")),
    "waiting.park": (N_("Park"), N_("Resume")),
    "waiting.requeue": (N_("Back into line"), N_("Carry over")),
}
"""What the keys are called that do something else for another place: usually, and then."""


class WaitingKeys(QObject):
    """What the keys do; each asks the page whom they are about."""

    def __init__(self, page: WaitingPage) -> None:
        super().__init__(page)
        self._page = page
        self._last: int | None = None
        """The place with which something was done last here, until it is taken back."""
        self._undo_of: dict[int, Later] = {}
        """What takes back what was done last here with each place."""

    def actions(self) -> Sequence[Action]:
        """Return what holds on the whole page."""
        return (
            Action("waiting.next", N_("Call next"), self.call_next, "F9", "megaphone", primary=True),
            Action("waiting.again", N_("Call again"), self.call_again, "F8", "bell-ring"),
            Action("waiting.see", N_("With the doctor"), self.start_or_finish, "F5", "stethoscope"),
            Action("waiting.emergency", N_("Emergency"), self.emergency, "F12", "ambulance"),
            Action("waiting.requeue", N_("Back into line"), self.requeue, "F7", "rotate-ccw"),
            Action("waiting.park", N_("Park"), self.park, "F6", "coffee"),
            Action("waiting.move", N_("Other line"), self.move, "F4", "split"),
            Action("waiting.left", N_("Left unseen"), self.left, "F10", "door-open"),
            Action("waiting.undo", N_("Take back"), self.undo, "Ctrl+Z", "undo-2"),
            Action(
                "waiting.apologise", N_("Apologised"), self.apologise_first, "F11", "message-square-warning"
            ),
            Action("waiting.desk", N_("To the desk"), self.to_desk, "Ctrl+O", in_bar=False),
            Action(
                "waiting.beside",
                N_("Who and why"),
                self._page.toggle_beside,
                "F3",
                "panel-right",
                in_bar=False,
            ),
            Action(
                "waiting.phrases",
                N_("All phrases"),
                self._page.toggle_phrases,
                "Ctrl+J",
                "scroll-text",
                in_bar=False,
            ),
            Action("waiting.list", N_("Back to the list"), self._page.to_list, "Esc", in_bar=False),
        )

    def table_actions(self) -> Sequence[Action]:
        """Return what holds while the cursor is in the list."""
        return (
            Action("waiting.call", N_("Call"), self.call, "Return", "phone"),
            Action("waiting.escort", N_("Escort"), self.escort, "E", in_bar=False),
            Action("care.apology", N_("Apologised"), self.apologise, "A", in_bar=False),
            Action("care.water", N_("Water"), self.water, "W", in_bar=False),
            Action("care.reading", N_("Reading"), self.reading, "R", in_bar=False),
            Action("care.question", N_("Answered"), self.question, "Q", in_bar=False),
            Action("care.reassessed", N_("Looked again"), self.reassessed, "U", in_bar=False),
        )

    # whom it is about

    def enable(self) -> None:
        """Let those keys be used that have something to do for the place chosen."""
        row, page = self._page.chosen(), self._page
        if not page.key_actions:
            return
        keys = page.key_actions | page.table_keys
        for name, may in self._may(row).items():
            keys[name].setEnabled(may)
        keys["waiting.undo"].setEnabled(row is not None or self._last is not None)
        keys["waiting.apologise"].setEnabled(page.notices.first_apology() is not None)
        keys["waiting.next"].setEnabled(page.line != shown.LEFT_OVER)
        standing = row.standing if row is not None else None
        other = {
            "waiting.see": standing is Standing.WITH_DOCTOR,
            "waiting.park": standing is Standing.PARKED,
            "waiting.requeue": page.is_left_over(row),
        }
        for name, words in WORDS.items():
            keys[name].call(words[other[name]])

    def _may(self, row: WaitingRow | None) -> dict[str, bool]:
        return _may(row, self._page.is_left_over(row))

    def remember(self, entry_id: int | None, undo: Later | None) -> None:
        """Remember what was done last with a place, so that a key can take it back."""
        if entry_id is not None and undo is not None:
            self._last, self._undo_of[entry_id] = entry_id, undo
        self.enable()

    # calling and moving

    def call_next(self) -> None:
        """Call who is next in the line shown, else in the line of whom the cursor is on."""
        page = self._page
        queue = shown.next_line(page.view, page.line, page.chosen()) if page.view is not None else ""
        if queue:
            page.acts.call_next(queue)
        elif page.line.startswith(shown.HEADING) and page.model.records:
            words = N_("Choose a line first, or somebody in one: several are shown here.")
            page.bar.show_notice(Notice(INFO, Text(words)))

    def call(self) -> None:
        """Call the one chosen, whoever would be next."""
        row = self._page.chosen()
        if row is not None and self._may(row)["waiting.call"]:
            self._page.acts.do("call", row)

    def call_chosen(self, _row: object = None) -> None:
        """Call whom Enter or a double click chose."""
        self.call()

    def call_again(self) -> None:
        """Call once more."""
        self._do("call_again", "waiting.again")

    def requeue(self) -> None:
        """Put back into the line; a number of an earlier day is carried over to today."""
        row = self._page.chosen()
        if row is not None and self._page.is_left_over(row):
            self._page.acts.do("carry_over", row)
        else:
            self._do("requeue", "waiting.requeue")

    def start_or_finish(self) -> None:
        """Note that the visitor is with the doctor, or has been seen."""
        row = self._page.chosen()
        inside = row is not None and row.standing is Standing.WITH_DOCTOR
        self._do("finish" if inside else "start", "waiting.see")

    def park(self) -> None:
        """Ask why somebody is set aside; who is set aside comes back at once."""
        row = self._page.chosen()
        if row is None or not self._may(row)["waiting.park"]:
            return
        if row.standing is Standing.PARKED:
            self._page.acts.do("unpark", row)
            return
        words = N_("Why is {number} set aside? The place stays; the number is not called meanwhile.")
        self._ask(row, "park", Text(words, {"number": row.label}), N_("Park"))

    def left(self) -> None:
        """Ask for a remark, then note that somebody left unseen."""
        row = self._page.chosen()
        if row is not None and self._may(row)["waiting.left"]:
            words = Text(N_("{number} left without having been seen."), {"number": row.label})
            self._ask(row, "left_unseen", words, N_("Left unseen"), reason=False)

    def emergency(self) -> None:
        """Hand over to emergency at once; the reason can wait."""
        self._do("to_emergency", "waiting.emergency")

    def move(self) -> None:
        """Ask where to."""
        row = self._page.chosen()
        if row is not None and self._may(row)["waiting.move"]:
            self.ask_move((row,), Text(N_("Where does {number} move to?"), {"number": row.label}))

    def ask_move(self, rows: Sequence[WaitingRow], words: Text) -> None:
        """Ask where some places move to; the lists of departments and doctors are read anew."""
        page = self._page
        page.ask.put(Question(words, N_("Other line"), _Moving(self, tuple(rows)), reason=False, place=True))
        directory, actor = page.desk.services.directory, page.desk.actor()
        run = page.desk.runner.run
        run(_places, directory, actor, done=self._take_places, owner=page, latest="waiting.places")

    def _take_places(self, places: tuple[Sequence[DepartmentView], Sequence[DoctorView]]) -> None:
        self._page.ask.take_places(*places)

    def moved(self, rows: Sequence[WaitingRow], given: dict[str, Any]) -> None:
        """Move to where was answered."""
        acts = self._page.acts
        args = (given["department_id"], given["doctor_id"], given[REASON])
        if len(rows) == 1:
            acts.do("move", rows[0], *args)
        else:
            acts.for_all("move", rows, *args, said=N_("People moved: {number}"))
        self._page.table.setFocus()

    def undo(self) -> None:
        """Take back what was done here last: with the place chosen, else at all, as the bar below offers it.

        Of a place that nothing was done with here, the last that happened to it is taken back only when nothing else
        is left: whoever presses this key in a hurry means what they did themselves.
        """
        row = self._page.chosen()
        entry_id = row.id if row is not None and row.id in self._undo_of else self._last
        if entry_id is not None:
            undo = self._undo_of[entry_id]
            self.forget(entry_id)
            undo()
        elif row is not None:
            self._page.acts.undo(row.id, row.version, row.label)

    def forget(self, entry_id: int | None) -> None:
        """What was done with a place was taken back: there is nothing of it left to take back."""
        if entry_id is not None:
            self._undo_of.pop(entry_id, None)
            if self._last == entry_id:
                self._last = None

    def _do(self, act: str, key: str) -> None:
        row = self._page.chosen()
        if row is not None and self._may(row)[key]:
            self._page.acts.do(act, row)

    def _ask(self, row: WaitingRow, act: str, words: Text, do: str, *, reason: bool = True) -> None:
        self._page.ask.put(Question(words, do, _Answer(self, act, row), reason=reason))

    def answered(self, act: str, row: WaitingRow, given: dict[str, Any]) -> None:
        """Do what was asked about."""
        self._page.acts.do(act, row, given[REASON])
        self._page.table.setFocus()

    # care

    def apologise_first(self) -> None:
        """Note the apology to who has waited longest without one."""
        row = self._page.notices.first_apology()
        if row is not None:
            self._page.acts.care(row, CareKind.APOLOGY)

    def apologise(self) -> None:
        """Note an apology."""
        self._care(CareKind.APOLOGY)

    def water(self) -> None:
        """Note that water was brought."""
        self._care(CareKind.WATER)

    def reading(self) -> None:
        """Note that something to read was brought."""
        self._care(CareKind.READING)

    def question(self) -> None:
        """Note that a question was answered."""
        self._care(CareKind.QUESTION)

    def reassessed(self) -> None:
        """Note that somebody looked again how urgent it is."""
        self._care(CareKind.REASSESSED)

    def _care(self, kind: CareKind) -> None:
        row = self._page.chosen()
        if row is not None and row.standing in OPEN:
            self._page.acts.care(row, kind)

    def escort(self) -> None:
        """Go with the visitor to the room."""
        row = self._page.chosen()
        if row is not None and self._may(row)["waiting.escort"]:
            self._page.acts.escort(row)

    def to_desk(self) -> None:
        """Open the visit at the desk."""
        row = self._page.chosen()
        if row is not None:
            self._page.desk.ways.go("intake", "desk", "visit", row.visit_id)


@dataclass(frozen=True)
class _Answer:
    """A question about one place; its answer is about that place, wherever the cursor is by then."""

    keys: WaitingKeys
    act: str
    row: WaitingRow

    def __call__(self, given: dict[str, Any]) -> None:
        self.keys.answered(self.act, self.row, given)


@dataclass(frozen=True)
class _Moving:
    """The places that are to be moved."""

    keys: WaitingKeys
    rows: tuple[WaitingRow, ...]

    def __call__(self, given: dict[str, Any]) -> None:
        self.keys.moved(self.rows, given)


def _places(directory: Any, actor: Any) -> tuple[Any, Any]:
    return directory.departments(actor), directory.doctors(actor)


def _may(row: WaitingRow | None, old: bool) -> dict[str, bool]:
    """Return which keys have something to do for a place."""
    standing = row.standing if row is not None else None
    today = row is not None and not old
    opened, inside = standing in OPEN, standing is Standing.WITH_DOCTOR
    called = standing is Standing.CALLED
    may: dict[str, bool] = {
        "waiting.call": today and standing in shown.CALLABLE,
        "waiting.again": today and called,
        "waiting.requeue": called or old,
        "waiting.park": today and opened,
        "waiting.move": today and opened,
        "waiting.see": today and (opened or inside),
        "waiting.left": opened,
        "waiting.emergency": opened or inside,
        "waiting.escort": today and standing is not Standing.PARKED,
        "waiting.desk": row is not None,
    }
    return may | dict.fromkeys(CARE_KEYS, opened)
