"""Every widget in three languages and three schemes, drawn off-screen: `python -m deskapp.ui.widgets.gallery`.

For whoever changes the look: run it before and after, and compare the pictures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.text import Text, Words
from deskapp.errors import InputError
from deskapp.i18n import LANGUAGES, Translator, translator
from deskapp.ui import style
from deskapp.ui.keys import Action, Keys
from deskapp.ui.messages import GOOD, INFO, RULE, SURROUNDINGS, LastAction, Notice, report
from deskapp.ui.tokens import SCHEMES
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, Panel, Pill, Section, label, line, scrolled
from deskapp.ui.widgets.bug_dialog import BugDialog
from deskapp.ui.widgets.editors import CHECK, CHOICE, DATE, MONEY, MULTILINE, PHONE, Choice, Field
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.key_bar import KeyBar, LastActionBar
from deskapp.ui.widgets.message_bar import MessageBar
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.result_list import ResultList, ResultRow
from deskapp.ui.widgets.search_field import SearchField
from deskapp.ui.widgets.steps import CURRENT, DONE, SKIPPED, TODO, Step, StepStrip
from deskapp.ui.widgets.urgency import UrgencyBadge

W = Words
MORE = W("更多信息", "More about the visitor", "Үйлчлүүлэгчийн нэмэлт мэдээлэл")
FIELDS = (
    Field("name", W("姓名", "Name", "Овог нэр"), required=True, large=True),
    Field("sex", W("性别", "Sex", "Хүйс"), CHOICE, (Choice(1, W("男", "male", "эрэгтэй"), "1"),)),
    Field("birth", W("出生日期", "Birth date", "Төрсөн он сар өдөр"), DATE, required=True, past=True),
    Field("phone", W("联系电话", "Phone", "Холбоо барих утасны дугаар"), PHONE),
    Field(
        "complaint",
        W("主诉", "Complaint", "Зовиур"),
        MULTILINE,
        width=2,
        large=True,
        help=W("用来访者自己的话", "In the visitor's own words", "Үйлчлүүлэгчийн өөрийнх нь үгээр"),
    ),
    Field("consent", W("已告知并同意", "Told and agreed", "Танилцуулж зөвшөөрөл авсан"), CHECK),
    Field("price", W("费用（元）", "Price, yuan", "Төлбөр, юань"), MONEY, read_only=True),
    Field("job", W("职业", "Occupation", "Ажил мэргэжил"), fold=MORE),
    Field("address", W("住址", "Address", "Оршин суугаа хаяг"), fold=MORE),
)
STEPS = (
    ("arrive", W("到院", "Arrive", "Ирэх"), DONE),
    ("greet", W("迎接", "Greet", "Угтах"), DONE),
    ("triage", W("分诊", "Triage", "Ангилах"), CURRENT),
    ("register", W("登记", "Register", "Бүртгэх"), SKIPPED),
    ("number", W("挂号", "Number", "Дугаар олгох"), TODO),
    ("pay", W("缴费", "Price and pay", "Төлбөр тооцоо"), TODO),
    ("escort", W("陪诊", "Escort", "Дагалдан хүргэх"), TODO),
    ("return", W("返岗", "Return", "Буцаж ирэх"), TODO),
)
SOUGHT = "jian"
LEVELS = (
    W("立即抢救", "At once", "Нэн даруй"),
    W("10分钟内", "Within 10 minutes", "10 минутын дотор"),
    W("30分钟内", "Within 30 minutes", "30 минутын дотор"),
    W("60分钟内", "Within 60 minutes", "60 минутын дотор"),
)


@dataclass(frozen=True)
class Visit:
    """A row of the sample table."""

    id: int
    number: str
    name: str
    department: Words
    waited: int


VISITS = tuple(
    Visit(at, f"A{at + 1:03}", name, department, 4 + at * 7)
    for at, (name, department) in enumerate(
        (
            ("王建国", W("普外科", "General surgery", "Ерөнхий мэс засал")),
            ("𬭎 㛃", W("心内科", "Cardiology", "Зүрх судасны тасаг")),
            ("Ганбаатарын Өлзийхутагбаяр", W("儿科", "Paediatrics", "Хүүхдийн тасаг")),
            ("欧阳<b>震华</b>", W("骨科", "Orthopaedics", "Гэмтэл согог засал")),
        )
    )
)


def _number(visit: Visit, tr: Translator) -> str:  # noqa: ARG001
    return visit.number


def _name(visit: Visit, tr: Translator) -> str:  # noqa: ARG001
    return visit.name


def _department(visit: Visit, tr: Translator) -> str:
    return tr(visit.department)


def _waited(visit: Visit, tr: Translator) -> str:  # noqa: ARG001
    return f"{visit.waited // 60}:{visit.waited % 60:02}"


def _minutes(visit: Visit) -> int:
    return visit.waited


def _late(visit: Visit) -> str:
    return "danger" if visit.waited > 15 else ""


def _late_icon(visit: Visit) -> str:
    return "clock-alert" if visit.waited > 15 else "clock"


COLUMNS = (
    Column("number", W("号码", "Number", "Дугаар"), _number, width=72),
    Column("name", W("姓名", "Name", "Овог нэр"), _name, width=150, stretch=2, wrap=True),
    Column("department", W("科室", "Department", "Тасаг"), _department, width=120, stretch=1, wrap=True),
    Column(
        "waited",
        W("等候", "Waited", "Хүлээсэн"),
        _waited,
        sort=_minutes,
        number=True,
        tone=_late,
        icon=_late_icon,
    ),
)


def _nothing() -> None:
    """Do nothing: buttons of the gallery."""


class Gallery(QWidget):
    """One window full of samples."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self._keys = Keys(tr, self)
        self._actions = self._keys.install(self, self._list_actions())
        sizes = style.tokens().sizes
        columns = QHBoxLayout()
        for column in (self._finding(), self._visitor(), self._lists()):
            columns.addWidget(column, 1)
        columns.setSpacing(sizes.margin)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(sizes.margin, sizes.margin, sizes.margin, sizes.gap)
        outer.addLayout(columns, 1)
        outer.addWidget(line())
        outer.addLayout(self._foot())
        style.set_state(self, "role", "window")

    def _list_actions(self) -> tuple[Action, ...]:
        tr = self._tr
        return (
            Action("new", tr(W("新来访者", "New visitor", "Шинэ үйлчлүүлэгч")), _nothing, "F2", "user-plus"),
            Action("triage", tr(W("分诊", "Triage", "Ангилах")), _nothing, "F4", "stethoscope"),
            Action(
                "number",
                tr(W("挂号并打印", "Number and print", "Дугаар олгож хэвлэх")),
                _nothing,
                "F9",
                "ticket",
                primary=True,
            ),
        )

    def _finding(self) -> QWidget:
        search, results, panel = SearchField(), ResultList(self._tr), Panel()
        search.setText(SOUGHT)
        results.apply(
            [
                ResultRow(1, "王建国", ((1, 1),), "138****8000", "1958-03-04   ****2231", icon="user-round"),
                ResultRow(2, "Wang Jianguo", ((5, 4),), "2 d", "1991-11-20   ****8812", icon="user-round"),
                ResultRow(3, "Ганбаатарын Өлзийхутагбаяр Жамъян", (), "new?", "1991-11-20", icon="user-plus"),
            ]
        )
        empty = EmptyState(
            "search",
            self._tr(
                W(
                    "没有找到。请核对写法，或新建档案。",
                    "Nobody found. Check the spelling, or register.",
                    "Олдсонгүй. Бичиглэлийг шалгах эсвэл шинээр бүртгэнэ үү.",
                )
            ),
            ActionButton(self._actions["new"]),
        )
        for widget in (search, results, line(), empty):
            panel.body.addWidget(widget)
        panel.body.setStretchFactor(results, 1)
        return panel

    def _visitor(self) -> QWidget:
        tr, panel = self._tr, Panel(self._tr(W("来访者", "Visitor", "Үйлчлүүлэгч")))
        form = Form(FIELDS, tr)
        form.set_values({"name": "王建国", "sex": 1, "birth": dt.date(1958, 3, 4), "price": 1250, "job": "x"})
        form.widget("phone").setProperty("text", "1380013")
        form.take_error(
            InputError(
                "phone",
                "phone.odd",
                Text(
                    tr(
                        W(
                            "这个号码位数不对。",
                            "This number has an odd length.",
                            "Энэ дугаарын орны тоо буруу байна.",
                        )
                    )
                ),
                overridable=True,
            )
        )
        strip = StepStrip(tr)
        strip.show_steps([Step(name, tr(word), state, "A", "14:30") for name, word, state in STEPS])
        panel.body.addWidget(scrolled(form), 1)
        panel.body.addWidget(strip)
        buttons = FlowLayout()
        for action in self._actions.values():
            buttons.addWidget(ActionButton(action))
        panel.body.addLayout(buttons)
        return panel

    def _lists(self) -> QWidget:
        tr, panel = self._tr, Panel(plain=True)
        model = RecordTableModel(COLUMNS, tr, self)
        model.apply(VISITS)
        table = RecordTable(model)
        table.select(1)
        for kind in (INFO, GOOD, RULE, SURROUNDINGS):
            bar = MessageBar(tr)
            words = W(
                "说明发生了什么、什么是安全的、该怎么做。",
                "What happened, what is safe and what to do.",
                "Юу болсон, юу хэвээр байгаа, юу хийхийг хэлнэ.",
            )
            bar.show_notice(Notice(kind, tr(words), retry=_nothing if kind == SURROUNDINGS else None))
            panel.body.addWidget(bar)
        table.setMinimumHeight(style.tokens().sizes.px(180))
        panel.body.addWidget(table, 1)
        section = Section(tr(W("紧急程度", "Urgency", "Яаралтай байдал")))
        for level, words in enumerate(LEVELS, start=1):
            section.body.addWidget(UrgencyBadge(level, tr(words)))
        pills = FlowLayout()
        for tone, icon in (
            ("danger", "pill"),
            ("warning", "clock-alert"),
            ("good", "check"),
            ("accent", "star"),
            ("", ""),
        ):
            pills.addWidget(
                Pill(tr(W("青霉素过敏", "Penicillin allergy", "Пенициллиний харшил")), tone, icon)
            )
        section.body.addLayout(pills)
        panel.body.addWidget(section)
        return scrolled(panel)

    def _foot(self) -> QHBoxLayout:
        tr, row, gone = self._tr, QHBoxLayout(), QPushButton()
        last = LastActionBar(self._keys, tr, self)
        last.show_action(
            LastAction(Text(tr(W("已发 A017 号", "Issued A017", "A017 дугаар олгосон"))), _nothing)
        )
        gone.setText(tr(W("作废", "Void", "Хүчингүй болгох")))
        gone.setProperty("danger", True)
        off = QPushButton(tr(W("不可用", "Not now", "Боломжгүй")))
        off.setEnabled(False)
        for widget in (last, label("A017", "number"), gone, off):
            row.addWidget(widget)
        row.addWidget(KeyBar(self._keys, tr), 1)
        return row


def draw(
    app: QApplication, folder: Path, *, language: str, scheme: str, scale: float, size: tuple[int, int]
) -> Path:
    """Save one picture and return its path."""
    style.apply(app, scheme, scale, language=language)
    window = Gallery(translator(language))
    window.resize(*size)
    window.show()
    app.processEvents()
    file = folder / f"{language}-{scheme}-{round(scale * 100)}.png"
    window.grab().save(str(file))
    window.close()
    window.deleteLater()
    return file


def draw_dialog(app: QApplication, folder: Path) -> Path:
    """Save a picture of the bug dialog and return its path."""
    dialog = BugDialog(report(KeyError("x")), translator(style.look().language))
    dialog.show()
    app.processEvents()
    file = folder / "bug.png"
    dialog.grab().save(str(file))
    dialog.close()
    return file


def main(arguments: list[str] | None = None) -> int:
    """Draw all pictures into the folder given; return the exit code."""
    parser = argparse.ArgumentParser(description="Draw every widget in every language and scheme.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--height", type=int, default=768)
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    chosen.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    size = (chosen.width, chosen.height)
    for language, scheme in product(LANGUAGES, SCHEMES):
        picture = draw(app, chosen.out, language=language, scheme=scheme, scale=chosen.scale, size=size)
        sys.stdout.write(f"{picture}\n")
    sys.stdout.write(f"{draw_dialog(app, chosen.out)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
