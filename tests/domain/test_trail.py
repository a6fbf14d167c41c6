"""Every line of the trail has words, and what it says of a record can be read."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator

import pytest

from deskapp.domain.access import ROLE_LABELS, Role
from deskapp.domain.registration import SlipState, Step, label
from deskapp.domain.text import Text
from deskapp.domain.trail import (
    ACTION_LABELS,
    ACTIONS,
    BROKEN_LABELS,
    KIND_LABELS,
    Broken,
    FieldLine,
    Kind,
    field_label,
    field_lines,
    readable,
)
from deskapp.domain.waiting import QueueAct
from tests.support.source import Module, called, modules

CODE = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
WRITERS = ("record", "AuditLine", "changed")
DIRECTORY = ("department", "doctor", "price", "staff", "place", "promotion", "notice", "phrase")
# Codes that are put together in the source, written out.
ASSEMBLED = {
    "{topic}.read": ("visitor.read", "visit.read", "audit.read", "numbers.read"),
    "{topic}.add": tuple(f"{topic}.add" for topic in DIRECTORY),
    "{topic}.change": tuple(f"{topic}.change" for topic in DIRECTORY),
    "{topic}.{action}": (),
    "number.{state.value}": tuple(f"number.{state.value}" for state in SlipState),
    "queue.{act.value}": tuple(f"queue.{act.value}" for act in QueueAct),
}


def _writing() -> list[Module]:
    """Return the modules that write audit lines."""
    return [
        module
        for module in modules()
        if not module.name.startswith("deskapp.ui")
        and any(called(node) in WRITERS for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    ]


def _codes(module: Module) -> Iterator[str]:
    """Yield whatever looks like a code there and belongs to no error or option."""
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    others = {
        id(part) for node in calls if called(node).endswith(("Error", "Option")) for part in ast.walk(node)
    }
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in others:
            continue
        if CODE.fullmatch(node.value) and not node.value.startswith("storage.") and ".json" not in node.value:
            yield node.value


def test_every_code_of_the_program_has_words() -> None:
    codes = {code for module in _writing() for code in _codes(module)}
    assert codes - ACTION_LABELS.keys() == set()


def test_every_code_that_is_put_together_has_words() -> None:
    found = {
        ast.unparse(node.args[0])[2:-1]
        for module in _writing()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and called(node) in WRITERS
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
    }
    assert found <= ASSEMBLED.keys()
    assert {code for codes in ASSEMBLED.values() for code in codes} <= ACTION_LABELS.keys()


def test_nothing_is_listed_that_nobody_writes() -> None:
    codes = {code for module in _writing() for code in _codes(module)} | {"import"}
    codes |= {code for known in ASSEMBLED.values() for code in known}
    assert ACTION_LABELS.keys() - codes == set()


def test_everything_has_a_label_once() -> None:
    assert set(KIND_LABELS) == set(ACTIONS) == set(Kind)
    assert set(BROKEN_LABELS) == set(Broken)
    assert len(ACTION_LABELS) == sum(len(labels) for labels in ACTIONS.values())


def test_a_change_shows_the_fields_that_differ() -> None:
    before, after = {"name": "A", "phone": "1", "note": ""}, {"name": "A", "phone": "2", "note": "x"}
    assert field_lines(before, after) == [FieldLine("phone", "1", "2"), FieldLine("note", None, "x")]


def test_what_is_new_or_gone_shows_every_field_it_had() -> None:
    assert field_lines(None, {"code": "V1", "empty": "", "none": None}) == [FieldLine("code", None, "V1")]
    assert field_lines({"code": "V1"}, None) == [FieldLine("code", "V1", None)]
    assert field_lines(None, None) == []


def test_records_in_records_are_taken_apart() -> None:
    nested = {"consents": {"photo": True}, "times": [{"from": 8}, {"from": 9}]}
    lines = field_lines(None, nested)
    assert [line.id for line in lines] == ["consents.photo", "times.1.from", "times.2.from"]
    assert field_lines([{"a": 1}], None) == [FieldLine("1.a", 1, None)]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("step", "pay", Text(label(Step.PAY))),
        ("step", "unheard-of", "unheard-of"),
        ("steps", ["pay"], [Text(label(Step.PAY))]),
        ("roles", ["guide"], [Text(ROLE_LABELS[Role.GUIDE])]),
        ("pin", True, Text("yes")),
        ("birth_date", "1958-03-04", dt.date(1958, 3, 4)),
        ("at", "2026-11-22T08:00:00Z", dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)),
        ("phone", "13801011212", "13801011212"),
        ("note", "2026-13-99", "2026-13-99"),
        ("fen", 1200, 1200),
        ("name", None, None),
    ],
)
def test_values_are_said_in_words(name: str, value: object, said: object) -> None:
    assert readable(name, value) == said


def test_an_unknown_field_keeps_its_name() -> None:
    assert field_label("times.2.from") == "From"
    assert field_label("override_reason") == "override_reason"
