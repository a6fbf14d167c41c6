"""Rules of the house that no linter knows, each a function from a module to its breaches."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.support.source import Module, called
from tools.wording import placeholders

# Methods and classes of Qt whose text arguments a person reads.
_SHOWING = """
    setText setWindowTitle setPlaceholderText setToolTip setStatusTip setWhatsThis setAccessibleName
    setAccessibleDescription setTitle setSubTitle setLabelText setInformativeText setDetailedText
    setSpecialValueText setPrefix setSuffix setTabText setTabToolTip setItemText setHtml setPlainText
    addItem addItems addAction addMenu addTab insertTab addRow addButton insertItem showMessage showText
    setHorizontalHeaderLabels setVerticalHeaderLabels setCancelButtonText setButtonText setIconText
    QLabel QPushButton QToolButton QCheckBox QRadioButton QGroupBox QAction QMenu QDockWidget QMessageBox
    QProgressDialog QInputDialog QTableWidgetItem QListWidgetItem QTreeWidgetItem QStandardItem
    information warning critical question about getText getItem getInt getOpenFileName getSaveFileName
    getExistingDirectory drawText
"""
SHOWING = frozenset(_SHOWING.split())
# What their names share with Python's logging; a log line is not shown.
_LOGGERS = frozenset({"log", "logger", "logging", "_log", "LOG"})
# Names of the program, of keys and of file kinds are the same in every language.
_SAME_EVERYWHERE = re.compile(r"\bdeskapp\b|[A-Z0-9]+ \(\*\.[a-z]+\)|\b(?:Ctrl|Alt|Shift)\+\w*|\bF\d{1,2}\b")
_MARKING = frozenset({"tr", "N_", "Text"})


def untranslated(module: Module) -> Iterator[str]:
    """Find text that is shown without passing through the catalogue."""
    for call in module.calls():
        if called(call) in SHOWING and not _logs(call):
            for literal in _literals([*call.args, *(keyword.value for keyword in call.keywords)]):
                yield f"{module.place(literal)}: {ast.unparse(literal)} is shown untranslated"


def _logs(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).split(".")[-1] in _LOGGERS


def _literals(values: list[ast.expr]) -> Iterator[ast.expr]:
    for value in values:
        match value:
            case ast.Constant(value=str(text)) if _has_words(text):
                yield value
            case ast.JoinedStr(values=parts):
                yield from (
                    value for part in parts if isinstance(part, ast.Constant) and _has_words(part.value)
                )
            case ast.BinOp(left=left, right=right):
                yield from _literals([left, right])
            case ast.IfExp(body=body, orelse=other):
                yield from _literals([body, other])
            case ast.List(elts=items) | ast.Tuple(elts=items):
                yield from _literals(items)


def _has_words(text: object) -> bool:
    return any(letter.isalpha() for letter in _SAME_EVERYWHERE.sub("", str(text)))


def assembled_messages(module: Module) -> Iterator[str]:
    """Find message ids that are put together at run time: no catalogue can hold them."""
    for call in module.calls():
        name = called(call)
        if not call.args or (name not in _MARKING and name != "n"):
            continue
        for argument in call.args[: 2 if name == "n" else 1]:
            assembled = isinstance(argument, ast.JoinedStr | ast.BinOp) or (
                isinstance(argument, ast.Call) and called(argument) == "format"
            )
            if assembled:
                yield f"{module.place(argument)}: {ast.unparse(argument)} is no message id"


def unfilled_messages(module: Module) -> Iterator[str]:
    """Find messages whose placeholders and values don't go together: they'd fail when shown."""
    for call in module.calls():
        name = called(call)
        if name not in {"tr", "_tr", "n", "Text"} or not call.args:
            continue
        expected, given = _expected(call, name), _given(call, name)
        if expected is not None and given is not None and expected != given:
            yield f"{module.place(call)}: {ast.unparse(call.args[0])} is given {sorted(given)}"


def _expected(call: ast.Call, name: str) -> frozenset[str] | None:
    """Return the placeholders of the message, None where it isn't written here."""
    first = call.args[1] if name == "n" and len(call.args) > 2 else call.args[0]
    if isinstance(first, ast.Call) and called(first) == "N_":
        first = first.args[0]
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    return frozenset(part.split(":")[0].split("!")[0] for part in placeholders(first.value) or ())


def _given(call: ast.Call, name: str) -> frozenset[str] | None:
    """Return the names of the values, None where they are not all written here."""
    if name != "Text":
        names = [keyword.arg for keyword in call.keywords]
        return None if None in names else frozenset([*names, *(["count"] if name == "n" else [])])  # type: ignore[list-item]
    if len(call.args) < 2:
        return frozenset() if not call.keywords else None
    keys = call.args[1].keys if isinstance(call.args[1], ast.Dict) else [None]
    if not all(isinstance(key, ast.Constant) for key in keys):
        return None
    return frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant))


def self_keeping_slots(module: Module) -> Iterator[str]:
    """Find slots that keep their widget alive: a lambda or partial that holds `self`."""
    for call in module.calls():
        if called(call) != "connect":
            continue
        for argument in call.args:
            holder = isinstance(argument, ast.Lambda) or (
                isinstance(argument, ast.Call) and called(argument) == "partial"
            )
            if holder and any(
                isinstance(node, ast.Name) and node.id == "self" for node in ast.walk(argument)
            ):
                yield f"{module.place(argument)}: {ast.unparse(argument)} keeps its widget alive"


def narrow_signals(module: Module) -> Iterator[str]:
    """Find signals whose type loses values: `Signal(dict)` loses int keys, `Signal(int)` ends at 32 bits."""
    for call in module.calls():
        if called(call) == "Signal" and any(
            isinstance(a, ast.Name) and a.id in {"int", "dict"} for a in call.args
        ):
            yield f"{module.place(call)}: {ast.unparse(call)}, take Signal(object)"


CLOCKS = frozenset({"now", "today", "utcnow", "time", "monotonic", "perf_counter", "localtime", "gmtime"})
_TELLERS = frozenset({"dt", "datetime", "date", "time"})
_TIME_OF_DAY = frozenset({"dt.time", "datetime.time"})


def reads_the_clock(module: Module) -> Iterator[str]:
    """Find calls that ask for the time: the domain is handed its dates."""
    for call in module.calls():
        owner, _, name = ast.unparse(call.func).rpartition(".")
        if name in CLOCKS and owner.split(".")[-1] in _TELLERS and f"{owner}.{name}" not in _TIME_OF_DAY:
            yield f"{module.place(call)}: {ast.unparse(call)} asks for the time"


def touches_the_outside(module: Module) -> Iterator[str]:
    """Find files opened and commands run."""
    for call in module.calls():
        if called(call) in {"open", "read_text", "read_bytes", "write_text", "write_bytes", "print", "input"}:
            yield f"{module.place(call)}: {ast.unparse(call)} touches the outside"
