"""The program's own source, read as syntax trees: what the architecture tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path
    name: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """Number of lines in the file."""
        return len(self.path.read_text("utf-8").splitlines())

    def place(self, node: ast.AST) -> str:
        """Return where the node stands, to be clicked on."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"

    def calls(self) -> Iterator[ast.Call]:
        """Return every call in the module."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def imports(self) -> Iterator[tuple[str, ast.AST]]:
        """Return every module that is imported, anywhere in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module, node
                yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def modules(*below: str) -> list[Module]:
    """Return the modules of deskapp, or those below the given names, such as "deskapp.ui"."""
    return [module for module in _all() if not below or any(_within(module.name, name) for name in below)]


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@cache
def _all() -> tuple[Module, ...]:
    return tuple(_read(path) for path in sorted((ROOT / "deskapp").rglob("*.py")))


def _read(path: Path) -> Module:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(path, name, ast.parse(path.read_text("utf-8"), str(path)))


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Return the names of all modules that a file imports."""
    module = Module(path, path.stem, ast.parse(path.read_text("utf-8"), str(path)))
    return frozenset(name for name, _node in module.imports())


def parse(source: str, name: str = "deskapp.ui.example") -> Module:
    """Return a module made of `source`: to show that a rule can fail."""
    return Module(ROOT / "example.py", name, ast.parse(source))


def called(call: ast.Call) -> str:
    """Return the last part of the name that is called: `setText` for `self.label.setText(...)`."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
