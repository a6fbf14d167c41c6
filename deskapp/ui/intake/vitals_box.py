"""Vital signs: optional, scored by the rules of `resources/triage/urgency.toml`, with the criteria in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deskapp.domain.intake import VisitView
from deskapp.domain.text import N_
from deskapp.domain.urgency import (
    BAND_LABELS,
    URGENCY_LABELS,
    Level,
    News2,
    Vitals,
    level,
    news2,
    vitals_from_text,
)
from deskapp.domain.visitor_rules import age_in_years
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.ui.base_tab import Desk
from deskapp.ui.keys import Action
from deskapp.ui.later import Later
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.editors import CHECK, CHOICE, DECIMAL, INT, Choice, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.urgency import UrgencyBadge

KEEP_KEY: Final = "Shift+F5"
"""F5 leads to the signs. In the form Ctrl+Enter keeps them too; elsewhere at the desk that stores a record."""
CONSCIOUSNESS: Final = (
    Choice("", N_("not judged"), "0"),
    Choice("A", N_("A  alert"), "1"),
    Choice("C", N_("C  newly confused"), "2"),
    Choice("V", N_("V  answers to voice"), "3"),
    Choice("P", N_("P  answers to pain"), "4"),
    Choice("U", N_("U  does not answer"), "5"),
)
OXYGEN: Final = (
    Choice("", N_("not stated"), "0"),
    Choice("no", N_("air"), "1"),
    Choice("yes", N_("oxygen"), "2"),
)
FIELDS: Final = (
    Field("respiration", N_("Breaths a minute"), INT),
    Field("spo2", N_("Oxygen saturation, %"), INT),
    Field("on_oxygen", N_("Breathing"), CHOICE, OXYGEN),
    Field("systolic", N_("Systolic pressure, mmHg"), INT),
    Field("usual_systolic", N_("Usual systolic pressure"), INT),
    Field("pulse", N_("Pulse a minute"), INT),
    Field("consciousness", N_("Consciousness"), CHOICE, CONSCIOUSNESS),
    Field("temperature", N_("Temperature, °C"), DECIMAL),
    Field("glucose", N_("Glucose, mmol/L"), DECIMAL),
    Field("pain", N_("Pain, 0 to 10"), INT),
    Field("scale_2", N_("Saturation on scale 2 (as a doctor ordered)"), CHECK, width=2),
    Field("pregnant", N_("Pregnant"), CHECK),
)


class VitalsBox(QWidget):
    """Type what was measured; the score and its reasons follow at once, and are stored with it."""

    stored = Signal(object)
    """The level that the rules gave (1 to 4) or None, after storing."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit: VisitView | None = None
        self._level: int | None = None
        self._under_way: set[int] = set()
        self._last: _Taking | None = None
        self.form = Form(FIELDS, desk.tr, columns=3)
        self._badge = UrgencyBadge()
        self._words = label("", "", wrap=True)
        self._source = label("", "secondary", wrap=True)
        keep = Action("vitals.keep", N_("Keep the vital signs"), self.store, KEEP_KEY, "check", in_bar=False)
        self._keep = ActionButton(desk.keys.install(self, [keep])[keep.name])
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        judged = QHBoxLayout()
        judged.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        judged.addWidget(self._words, 1)
        rows.addWidget(self.form)
        rows.addLayout(judged)
        rows.addWidget(self._source)
        rows.addWidget(self._keep, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addStretch(1)
        self.form.changed.connect(self._judge)
        self.form.submitted.connect(self.store)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.form.retranslate(tr)
        self._judge()

    def begin(self) -> None:
        """Empty everything for a visit that is being opened."""
        self._visit = None
        self.form.clear()

    def show_visit(self, visit: VisitView) -> None:
        """Show the signs taken last; what is being typed into the same visit stays."""
        same = self._visit is not None and self._visit.id == visit.id
        self._visit = visit
        if same and self.form.is_changed():
            return
        taken = visit.vitals.values if visit.vitals else {}
        values: dict[str, object] = {field.name: taken.get(field.name) for field in FIELDS}
        values["on_oxygen"] = {"1": "yes", "0": "no"}.get(str(taken.get("on_oxygen")), "")
        values["consciousness"] = taken.get("consciousness", "")
        values["scale_2"] = taken.get("spo2_scale") == "2"
        values["pregnant"] = visit.pregnant
        self.form.set_values(values)
        self._judge()

    def take_focus(self) -> None:
        """Put the cursor into the first field."""
        self.form.focus_first()

    def pregnant(self) -> bool:
        """Return whether the visitor is pregnant: adult scores do not hold then."""
        return bool(self.form.value("pregnant"))

    def _typed(self) -> dict[str, str]:
        typed = {name: text for name, text in self.form.draft().items() if name not in _CHOSEN}
        oxygen = {"yes": "1", "no": "0"}.get(str(self.form.value("on_oxygen")), "")
        scale = "2" if self.form.value("scale_2") else ""
        consciousness = str(self.form.value("consciousness") or "")
        return {**typed, "on_oxygen": oxygen, "spo2_scale": scale, "consciousness": consciousness}

    @Slot()
    def _judge(self, _name: object = None) -> None:
        """Show what the rules say of what is typed; an impossible value is said when it is stored."""
        try:
            signs = vitals_from_text(self._typed())
        except InputError:
            # What was said of the values before would be taken for what is said of these.
            self._level = None
            self._badge.hide()
            self._words.setText("")
            return
        age = self._age()
        table = self._desk.services.house.urgency
        score = news2(signs, age, self.pregnant(), table.news2)
        found = level(signs, age, self.pregnant(), table)
        self._level = int(found.level) if found.level is not None else None
        self._show(score, found, empty=signs.empty)

    def _show(self, score: News2, found: Level, *, empty: bool) -> None:
        tr = self._desk.tr
        self._badge.show_level(self._level, "")
        self._badge.setVisible(self._level is not None)
        self._words.setText("" if empty else "\n".join(dict.fromkeys(_judgement(score, found, tr))))
        sources = [*(one.source for one in found.fired), found.source]
        if score.total is not None:
            sources.append(score.source)
        named = dict.fromkeys(tr(source) for source in sources if source is not None)
        self._source.setText("" if empty else "\n".join(named))

    def _age(self) -> int | None:
        visit = self._visit
        birth = visit.visitor.draft.birth_date if visit and visit.visitor else None
        return age_in_years(birth, visit.day) if visit and birth else None

    @Slot()
    def store(self) -> None:
        """Keep the signs with what the rules say of them; pressing twice keeps them once."""
        visit = self._visit
        if visit is None or visit.id in self._under_way or not self.form.check():
            return
        try:
            signs = vitals_from_text(self._typed())
        except InputError as error:
            self.form.take_error(error)
            return
        taking = _Taking(
            self, visit.id, new_request(), signs, self.pregnant(), self.form.values(), self._level
        )
        if self._last is not None and self._last.is_same(taking):
            # The same once more after a lost answer: the same request.
            taking = replace(taking, request=self._last.request)
        self._last = taking
        self.send(taking)

    def send(self, taking: _Taking) -> None:
        """Send signs to be stored; the answer is about their visit, whichever is in front by then."""
        take, args = self._desk.services.visits.take_vitals, (taking.visit_id, taking.signs, taking.pregnant)
        self._desk.runner.run(
            take,
            self._desk.actor(),
            taking.request,
            *args,
            done=taking.done,
            failed=taking.failed,
            busy=taking.busy,
            owner=self,
        )

    def set_storing(self, visit_id: int, busy: bool) -> None:
        """Take no second order for the same visit while the first is under way."""
        (self._under_way.add if busy else self._under_way.discard)(visit_id)

    def take_stored(self, taking: _Taking) -> None:
        """Go on from signs that were stored, if their visit still is in front."""
        self._last = None
        if self._visit is not None and self._visit.id == taking.visit_id:
            self.form.follow(taking.values)
            self.stored.emit(taking.level)

    def try_again(self, taking: _Taking) -> None:
        """Store signs that were refused, as they are typed by now if their visit still is in front."""
        if self._visit is not None and self._visit.id == taking.visit_id:
            self.store()
        else:
            self.send(taking)

    def take_refusal(self, taking: _Taking, error: Exception) -> None:
        """Say why signs were not stored; trying again stores those and no others."""
        self._desk.messages.route(error, self, Later(self.try_again, taking))


@dataclass(frozen=True)
class _Taking:
    """Signs on their way to be stored: of which visit, and what was typed."""

    box: VitalsBox
    visit_id: int
    request: str
    signs: Vitals
    pregnant: bool
    values: dict[str, object]
    level: int | None

    def is_same(self, other: _Taking) -> bool:
        """Return whether the same is to be stored."""
        mine, others = ((one.visit_id, one.signs, one.pregnant) for one in (self, other))
        return mine == others

    def done(self, _done: object) -> None:
        self.box.take_stored(self)

    def failed(self, error: Exception) -> None:
        self.box.take_refusal(self, error)

    def busy(self, busy: bool) -> None:
        self.box.set_storing(self.visit_id, busy)


def _judgement(score: News2, found: Level, tr: Translator) -> list[str]:
    """Return what the rules say: the level with its time, the score with its meaning, what led to them."""
    said: list[str] = []
    if found.level is not None:
        said.append(tr(URGENCY_LABELS[found.level]))
    if found.response_minutes:
        said.append(tr.n("within {count} minute", "within {count} minutes", found.response_minutes))
    lines = [" · ".join(said)] if said else []
    if score.total is not None and score.band is not None:
        meaning = tr(BAND_LABELS[score.band])
        lines.append(tr(N_("NEWS2 {total}: {meaning}"), total=score.total, meaning=meaning))
    lines += [tr(one.text) for one in found.fired]
    return lines + [tr(note) for note in (score.note, found.note) if note is not None]


_CHOSEN: Final = frozenset({"on_oxygen", "consciousness", "scale_2", "pregnant"})
