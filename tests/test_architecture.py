"""The house rules: who may import whom, how long a function may be, what may not be written."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import rules
from tests.support.source import ROOT, Module, called, imports_of, modules, parse

# What the domain may lean on: the pure part of the standard library, and two pure libraries.
_PURE = """
    __future__ abc array base64 bisect calendar collections dataclasses datetime decimal enum fractions
    functools hashlib heapq hmac itertools json math numbers operator re secrets statistics string textwrap
    types typing unicodedata uuid zlib zoneinfo bisect contextlib phonenumbers rapidfuzz deskapp
"""
DOMAIN_MAY_IMPORT = frozenset(_PURE.split())
DATABASE = frozenset({"sqlalchemy", "alembic", "sqlcipher3", "psycopg", "sqlite3"})
QT = frozenset({"PySide6", "shiboken6"})


def none_of(breaches: list[str]) -> None:
    """Fail with every breach on a line of its own."""
    assert not breaches, f"{len(breaches)} breaches\n" + "\n".join(breaches)


def rooms() -> set[str]:
    """Return the features of the window; signing in and locking belong to its frame."""
    return {path.parent.name for path in (ROOT / "deskapp" / "ui").glob("*/__init__.py")} - {
        "widgets",
        "access",
    }


def test_floors_are_kept() -> None:
    """The contracts of import-linter hold (see pyproject.toml)."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_domain_imports_only_what_is_pure() -> None:
    strangers = [
        f"{module.place(node)}: {name}"
        for module in modules("deskapp.domain")
        for name, node in module.imports()
        if name.split(".")[0] not in DOMAIN_MAY_IMPORT
    ]
    none_of(strangers)


def test_domain_imports_only_the_domain_and_errors_of_ours() -> None:
    outside = [
        f"{module.place(node)}: {name}"
        for module in modules("deskapp.domain")
        for name, node in module.imports()
        if name.startswith("deskapp.") and not name.startswith(("deskapp.domain", "deskapp.errors"))
    ]
    none_of(outside)


def test_no_room_of_the_window_enters_another() -> None:
    """ui/intake may use ui/widgets and its own modules, never ui/roster."""
    visits = [
        f"{module.place(node)}: {name}"
        for room in rooms()
        for module in modules(f"deskapp.ui.{room}")
        for name, node in module.imports()
        if name.startswith("deskapp.ui.") and name.split(".")[2] in rooms() - {room}
    ]
    none_of(visits)


def test_shared_parts_of_the_window_know_no_room() -> None:
    """Widgets and the frame serve every room and import none; only ui/features.py lists them."""
    shared = [module for module in modules("deskapp.ui") if module.name.split(".")[2:3] and _shared(module)]
    visits = [
        f"{module.place(node)}: {name}"
        for module in shared
        for name, node in module.imports()
        if name.startswith("deskapp.ui.") and name.split(".")[2] in rooms()
    ]
    none_of(visits)


def _shared(module: Module) -> bool:
    part = module.name.split(".")[2]
    return part not in rooms() and part != "features"


def test_only_storage_and_services_speak_to_the_database() -> None:
    none_of(_importers(DATABASE, apart_from=("deskapp.db", "deskapp.services")))


def test_only_the_window_knows_qt() -> None:
    none_of(_importers(QT, apart_from=("deskapp.ui", "deskapp.bootstrap", "deskapp.cli")))


def _importers(libraries: frozenset[str], *, apart_from: tuple[str, ...]) -> list[str]:
    allowed = {module.name for module in modules(*apart_from)}
    return [
        f"{module.place(node)}: {name}"
        for module in modules()
        if module.name not in allowed
        for name, node in module.imports()
        if name.split(".")[0] in libraries
    ]


# --- What may not be written, and that each rule can fail ---------------------------------------------------

RULES: list[tuple[Callable[[Module], Iterator[str]], tuple[str, ...], list[str], list[str]]] = [
    (
        rules.untranslated,
        ("deskapp.ui",),
        [
            'label.setText("Name")',
            'QLabel(f"{count} people")',
            'box.addItems(["One"])',
            'layout.addRow("a" + b, field)',
            'QLabel("Yes" if x else "…")',
        ],
        [
            'label.setText(tr("Name"))',
            'QLabel(f"{count} / {total}")',
            'log.warning("x")',
            'w.setObjectName("x")',
            'l.setText("…")',
            'l.setToolTip(tr("Lock") + " (Ctrl+L)")',
        ],
    ),
    (
        rules.assembled_messages,
        (),
        ['tr(f"a {b}")', 'Text("a" + b)', 'N_("{}".format(a))', 'tr.n("a", f"{b}", 2)'],
        ['tr("a {b}", b=f"{c}")', "tr(text)", 'tr.n("a", "b", c + 1)'],
    ),
    (
        rules.unfilled_messages,
        (),
        [
            'tr("To {place}")',
            'tr("Now", place=1)',
            'Text(N_("To {place}"))',
            'Text("To {place}", {"plase": 1})',
            'tr.n("{count} of {all}", "{count} of {all}", 2)',
        ],
        [
            'tr("To {place}", place=1)',
            'tr("To {place}", **values)',
            'Text(N_("{a:,} {b!r}"), {"a": 1, "b": 2})',
            'Text("{a}", values)',
            'tr.n("{count} day", "{count} days", 2)',
        ],
    ),
    (
        rules.self_keeping_slots,
        ("deskapp.ui", "deskapp.bootstrap"),
        ["b.clicked.connect(lambda: self.go())", "b.clicked.connect(functools.partial(self.go, 1))"],
        ["b.clicked.connect(self.go)", "b.clicked.connect(lambda: other.go())"],
    ),
    (
        rules.narrow_signals,
        ("deskapp.ui",),
        ["changed = Signal(int)", "changed = Signal(str, dict)"],
        ["changed = Signal(object)"],
    ),
    (
        rules.reads_the_clock,
        ("deskapp.domain", "deskapp.forms"),
        ["dt.datetime.now(dt.UTC)", "date.today()", "time.monotonic()"],
        ["moment.time()", "dt.time(8)", "dt.datetime.combine(a, b)"],
    ),
    (rules.touches_the_outside, ("deskapp.domain",), ["open(path)", "path.read_text()"], ["read(x)"]),
]
NAMES = [rule.__name__ for rule, *_rest in RULES]


@pytest.mark.parametrize(("rule", "where"), [(rule, where) for rule, where, *_rest in RULES], ids=NAMES)
def test_house_rule(rule: Callable[[Module], Iterator[str]], where: tuple[str, ...]) -> None:
    none_of([breach for module in modules(*where) for breach in rule(module)])


@pytest.mark.parametrize(("rule", "_where", "bad", "good"), RULES, ids=NAMES)
def test_house_rule_can_fail(
    rule: Callable[[Module], Iterator[str]], _where: tuple[str, ...], bad: list[str], good: list[str]
) -> None:
    none_of([line for line in bad if not list(rule(parse(line)))])
    none_of([line for line in good if list(rule(parse(line)))])


# --- Size -----------------------------------------------------------------------------------------------------


def _function_lengths() -> dict[str, int]:
    return {
        f"{module.place(node)} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "migrations" not in module.name
    }


def test_functions_are_short() -> None:
    lengths = _function_lengths()
    assert statistics.median(lengths.values()) <= 10
    assert statistics.quantiles(lengths.values(), n=20)[-1] <= 40
    assert {name: length for name, length in lengths.items() if length > 60} == {}


def test_files_are_short() -> None:
    lengths = [module.lines for module in modules() if "migrations" not in module.name]
    assert statistics.quantiles(lengths, n=20)[-1] <= 500


# --- Permissions ------------------------------------------------------------------------------------------------


def _services() -> Iterator[type]:
    package = importlib.import_module("deskapp.services")
    base = importlib.import_module("deskapp.services.base").Service
    for found in pkgutil.walk_packages(package.__path__, "deskapp.services."):
        module = importlib.import_module(found.name)
        for _name, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == found.name and issubclass(kind, base) and kind is not base:
                yield kind


def test_every_public_service_method_declares_a_permission() -> None:
    from deskapp.domain.access import Permission

    services = list(_services())
    undeclared = [
        f"{service.__qualname__}.{name}"
        for service in services
        for name, method in vars(service).items()
        if callable(method) and not name.startswith("_")
        if not isinstance(getattr(method, "__permission__", None), Permission)
    ]
    assert services
    none_of(undeclared)


def test_every_class_with_use_cases_is_a_service() -> None:
    """A class that takes a store but isn't a `Service` would escape the test above."""
    strays = [
        module.place(node)
        for module in modules("deskapp.services")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Service") and not node.bases
        if node.name != "Service"
    ]
    none_of(strays)


# --- Adding a feature ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["deskapp.ui.main_window", "deskapp.bootstrap", "deskapp.cli"])
def test_the_frame_names_no_feature(name: str) -> None:
    """A new feature registers itself; the frame, the composition root and the command line stay as they are."""
    named = [
        module.place(node)
        for module in modules(name)
        for imported, node in module.imports()
        if set(imported.split(".")[2:]) & rooms()
    ]
    assert modules(name)
    none_of(named)


def test_tests_mirror_the_source() -> None:
    """Whoever knows a module knows where its tests are: of its name, or in its folder and importing it."""
    missing = [
        module.name
        for module in modules()
        if _needs_tests(module) and not (_named(module) or _imported(module))
    ]
    none_of(missing)


def _named(module: Module) -> bool:
    """Say whether the module, or the package it is in, has a test file of its name."""
    parts = module.name.split(".")[1:]
    places = (
        ROOT.joinpath("tests", *parts[: end - 1], f"test_{parts[end - 1]}.py")
        for end in range(1, len(parts) + 1)
    )
    return any(place.exists() for place in places)


def _imported(module: Module) -> bool:
    *folder, _name = module.name.split(".")[1:]
    return any(
        module.name in imports_of(path) for path in ROOT.joinpath("tests", *folder).glob("**/test_*.py")
    )


def _needs_tests(module: Module) -> bool:
    functions = [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef)]
    return len(functions) >= 3 and "migrations" not in module.name


def test_nothing_changes_a_module_at_run_time() -> None:
    """Globals don't mutate: no `global` statement anywhere."""
    found = [
        module.place(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
    ]
    none_of(found)


def test_no_message_box_outside_the_bridge() -> None:
    """Errors reach the person through ui/messages.py only."""
    boxes = [
        module.place(call)
        for module in modules()
        if module.name != "deskapp.ui.messages"
        for call in module.calls()
        if called(call) == "QMessageBox" or "QMessageBox." in ast.unparse(call.func)
    ]
    none_of(boxes)
